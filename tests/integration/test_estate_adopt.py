# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Enterprise Manager becomes a folder: it goes round, holds no secret, and replaces nothing that others wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.adopted_folder import MANIFEST
from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_estate, aem_estate_adopt
from ansible_collections.qlik.enterprise_manager.plugins.plugin_utils import _folder
from ansible_collections.qlik.enterprise_manager.plugins.plugin_utils._filling import Evaluation
from simulator import Settings, Simulator
from support.definitions import CANARY, SEALED, SECTIONS, definitions
from support.estates import session, writes
from support.inprocess import perform
from support.playbooks import Played, run_file

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "roles/estate/files/schema"
PLAYBOOK = "qlik.enterprise_manager.adopt"
PRD, QAS = "Replicate PRD 1", "replicate-qas"

UNREACHABLE = {"kind": "error", "error_code": "AEM_SERVER_NOT_CONNECTED", "status": 500, "times": None}


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    """One simulator for all tests."""
    with Simulator(Settings(start_seconds=0.0, stop_seconds=0.0, import_seconds=0.0)) as simulator:
        yield simulator


@pytest.fixture
def em(simulated: Simulator) -> Iterator[Simulator]:
    """The Enterprise Manager of the demo as at its start."""
    simulated.reset()
    simulated.clear_log()
    yield simulated
    simulated.clear_faults()


def adopt(em: Simulator, root: Path, check_mode: bool = False, **options: Any) -> Result:
    """Adopt into a folder, as the environment em."""
    given_options = {"path": str(root), "environment": "em", "schemas": str(SCHEMAS), **options}
    return perform(em, aem_estate_adopt, check_mode=check_mode, **given_options)


def contents(root: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def read(root: Path, names: list[str]) -> _folder.Folder:
    """The folder as the role reads it; no secret is at hand."""
    return _folder.read(root, "em", Evaluation(None, None, {}, names))


def proven(em: Simulator, root: Path, adopted: Result) -> None:
    """What the folder says is right, and changes nothing."""
    assert adopted.error is None
    folder = read(root, adopted.values["secret_variables"])
    assert [str(trouble) for trouble in folder.troubles] == []
    done = perform(em, aem_estate, servers=folder.servers)
    assert (done.error, done.changed, done.values["status"]) == (None, False, "in_sync"), done.values.get("plan")


def told(played: Played) -> str:
    """All that a play has printed."""
    return played.output


def test_the_estate_of_the_demo_goes_round(em: Simulator, tmp_path: Path) -> None:
    root = tmp_path / "a folder" / "estate"
    planned = adopt(em, root, check_mode=True)
    assert (planned.error, planned.changed, root.exists()) == (None, True, False)
    adopted = adopt(em, root)
    assert (adopted.changed, adopted.diff, writes(em)) == (True, planned.diff, [])
    proven(em, root, adopted)
    before = contents(root)
    assert sorted([*adopted.values["written"], MANIFEST]) == sorted(before)
    again = adopt(em, root)
    assert (again.changed, again.diff, contents(root)) == (False, [], before)
    assert b"{Z" not in b"".join(before.values())
    rules = yaml.safe_load(before["estate.yml"])
    assert rules["observe"] == ["compose-dw", PRD, "replicate-branch", "replicate-dev", QAS, "replicate-retired"]
    vault = yaml.safe_load(before["em/vault.yml.example"])
    assert sorted(vault) == adopted.values["secret_variables"]
    assert set(vault.values()) == {""}
    validator = Draft7Validator(json.loads((SCHEMAS / "server.json").read_text(encoding="utf-8")))
    for file in (root / "em/servers").glob("*.yml"):
        text = file.read_text(encoding="utf-8")
        assert text.startswith("# yaml-language-server: $schema=../../.schema/server.json\n")
        assert list(validator.iter_errors(yaml.safe_load(text))) == []


def test_a_play_adopts_it_and_ends_with_an_empty_plan(em: Simulator, tmp_path: Path) -> None:
    root = tmp_path / "estate"
    given_variables = {"estate_path": str(root), "vault_replicate_qas_password": "a value of the host"}
    arguments = ("-e", json.dumps(given_variables))
    played = run_file(em, PLAYBOOK, *arguments)
    assert played.return_code == 0, played.output
    assert "the plan is empty" in told(played)
    assert "Not covered on Replicate PRD 1: " in told(played)
    assert "a value of the host" not in told(played)
    assert writes(em) == []
    before = contents(root)
    em.inject({**UNREACHABLE, "api_method": "ExportAll", "server": QAS})
    (root / "localhost/servers/mine.yml").write_text("name: to come\n", encoding="utf-8")
    again = run_file(em, PLAYBOOK, *arguments)
    assert (again.return_code, [step.name for step in again.steps if step.changed]) == (0, []), again.output
    (root / "localhost/servers/mine.yml").unlink()
    em.clear_faults()
    assert contents(root) == before
    names = json.loads(before[MANIFEST])["environments"]["localhost"]
    secrets = {name: "x" for of_server in names.values() for name in of_server}
    applied = run_file(em, "qlik.enterprise_manager.estate", *arguments, "-e", json.dumps(secrets), "--tags", "apply")
    assert applied.return_code == 0, applied.output
    assert "in_sync" in told(applied)
    assert writes(em) == []


@pytest.mark.parametrize(
    "path",
    ["estate.yml", ".schema/server.json", ".vscode/settings.json", "em/vault.yml.example", f"em/servers/{QAS}.yml"],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_file_of_somebody_else_is_named_and_nothing_is_written(
    em: Simulator, tmp_path: Path, path: str, check_mode: bool
) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("mine\n", encoding="utf-8")
    before = contents(tmp_path)
    refused = adopt(em, tmp_path, check_mode)
    assert refused.error is not None
    assert str(file) in refused.error.message
    assert (refused.changed, contents(tmp_path)) == (False, before)


def test_a_file_that_was_changed_by_hand_is_kept(em: Simulator, tmp_path: Path) -> None:
    adopt(em, tmp_path, servers=[QAS])
    file = tmp_path / f"em/servers/{QAS}.yml"
    file.write_text(file.read_text(encoding="utf-8") + "# by hand\n", encoding="utf-8")
    before = contents(tmp_path)
    refused = adopt(em, tmp_path, servers=[QAS])
    assert refused.error is not None
    assert str(file) in refused.error.message
    assert contents(tmp_path) == before


def test_what_is_gone_is_removed_and_what_cannot_be_read_stays(em: Simulator, tmp_path: Path) -> None:
    adopt(em, tmp_path)
    before = contents(tmp_path)
    em.inject({**UNREACHABLE, "api_method": "ExportAll", "server": QAS})
    adopted = adopt(em, tmp_path)
    assert (adopted.error, adopted.changed, contents(tmp_path)) == (None, False, before)
    em.clear_faults()
    with session(em) as api:
        api.delete_server(QAS)
        api.delete_server_acl(PRD)
    adopted = adopt(em, tmp_path)
    assert (adopted.error, adopted.changed) == (None, True)
    assert set(adopted.values["removed"]) == {path for path in before if path.startswith(f"em/servers/{QAS}")}
    assert f"em/servers/{PRD}.yml" in adopted.values["written"]
    proven(em, tmp_path, adopted)


def test_a_part_of_the_servers_leaves_the_others_and_other_environments(em: Simulator, tmp_path: Path) -> None:
    adopt(em, tmp_path, environment="other", servers=[PRD])
    adopt(em, tmp_path)
    before = contents(tmp_path)
    assert adopt(em, tmp_path, servers=[QAS]).changed is False
    assert contents(tmp_path) == before
    assert {f"{place}/servers/{PRD}.yml" for place in ("em", "other")} <= set(before)


def test_a_run_that_was_killed_is_taken_up(em: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adopt(em, tmp_path / "whole")
    moved = Path.replace

    def stopped(path: Path, target: Path) -> Path:
        if Path(target).name == f"{QAS}.yml":
            raise KeyboardInterrupt
        return moved(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", stopped)
        with pytest.raises(KeyboardInterrupt):
            adopt(em, tmp_path / "killed")
    with session(em) as api:
        api.delete_server_acl(PRD)
    assert adopt(em, tmp_path / "killed").error is None
    adopt(em, tmp_path / "whole")
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("em/servers/dev.yml", "---\nhost: x\nname: replicate-DEV # the one\n"),
        ("shared/servers/dev.yaml", "name: 'replicate-dev'\n"),
    ],
)
def test_a_server_that_another_file_has_is_told_before_anything_is_written(
    em: Simulator, tmp_path: Path, path: str, text: str, check_mode: bool
) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    before = contents(tmp_path)
    refused = adopt(em, tmp_path, check_mode)
    assert refused.error is not None
    assert f"is in {file} already" in refused.error.message
    assert (refused.changed, contents(tmp_path)) == (False, before)
    file.write_text("name: another one\n", encoding="utf-8")
    assert adopt(em, tmp_path, check_mode).error is None


def drift(em: Simulator, folder: _folder.Folder) -> list[tuple[str, str]]:
    """What a plan of the folder finds, by kind and server."""
    done = perform(em, aem_estate, check_mode=True, servers=folder.servers)
    return [(change["kind"], change["server"]) for change in done.values["changes"]]


def test_what_a_hand_changes_of_a_server_and_its_acl_is_seen(em: Simulator, tmp_path: Path) -> None:
    with session(em) as api:
        there = api.get_server_acl(PRD)
        api.put_server_acl(PRD, {**there, "disable_inheritance": False})
        adopted = adopt(em, tmp_path)
        folder = read(tmp_path, adopted.values["secret_variables"])
        assert drift(em, folder) == []
        api.put_server_acl(PRD, {**there, "disable_inheritance": True})
        api.put_server_acl(QAS, there)
        changed = {"port": 444, "verify_server_certificate": False, "description": "by hand", "password": "x"}
        api.put_server("replicate-dev", {**api.get_server("replicate-dev"), **changed})
    assert sorted(drift(em, folder)) == [("acl", PRD), ("acl", QAS), ("server", "replicate-dev")]


def renamed(kind: str, thing: dict[str, Any]) -> dict[str, Any]:
    """An adopted thing under another name, in its own file too."""
    if kind == "endpoints" or "src" not in thing:
        return {**thing, "name": "Quite new"}
    text = Path(thing["src"]).read_text(encoding="utf-8")
    definition = json.loads(text)
    definition[SECTIONS]["tasks"][0]["task"]["name"] = "Quite new"
    return {"name": "Quite new", "definition": definition}


@pytest.mark.parametrize("kind", ["tasks", "endpoints"])
def test_what_was_adopted_and_renamed_is_never_made_anew_and_deleted(em: Simulator, tmp_path: Path, kind: str) -> None:
    adopted = adopt(em, tmp_path)
    folder = read(tmp_path, adopted.values["secret_variables"])
    # Tasks name endpoints, so endpoints are looked at without them.
    servers = [{key: value for key, value in server.items() if key in ("name", kind)} for server in folder.servers]
    seen = 0
    for server in servers:
        for thing in server.get(kind, ()):
            things = [renamed(kind, item) if item is thing else item for item in server[kind]]
            limits = {"prune": True, "prune_max": 1000, "prune_max_percent": 100}
            done = perform(em, aem_estate, check_mode=True, servers=[{**server, kind: things}], **limits)
            found = {(change["action"], change["status"]) for change in done.values["changes"]}
            assert (done.error, found & {("create", "planned"), ("delete", "planned")}) == (None, set()), thing["name"]
            assert ("create", "blocked") in found, thing["name"]
            seen += 1
    assert seen > 10


def test_a_server_whose_name_no_address_can_hold_keeps_no_other_one_from_being_adopted(
    em: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = Api.get_server_list
    monkeypatch.setattr(Api, "get_server_list", lambda api: [*listed(api), {**listed(api)[0], "name": ".."}])
    adopted = adopt(em, tmp_path)
    assert adopted.error is None
    assert any("Server .. is not told as a whole." in warning for warning in adopted.warnings)
    proven(em, tmp_path, adopted)


@pytest.mark.parametrize("name", ["", "shared", ".x", "a/b", ".."])
def test_an_environment_is_a_folder_of_its_own(em: Simulator, tmp_path: Path, name: str) -> None:
    refused = adopt(em, tmp_path, environment=name)
    assert refused.error is not None
    assert "environment" in refused.error.message
    assert (em.log(), contents(tmp_path)) == ([], {})


def test_a_list_of_what_was_written_that_is_none_is_told(em: Simulator, tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("{}", encoding="utf-8")
    refused = adopt(em, tmp_path)
    assert refused.error is not None
    assert MANIFEST in refused.error.message


@settings(database=None, deadline=None, max_examples=6, suppress_health_check=list(HealthCheck))
@given(definitions(min_tasks=1), st.sampled_from(["a.yml", "x", ".b", "-c d"]))
def test_generated_estates_go_round(
    simulated: Simulator, tmp_path_factory: pytest.TempPathFactory, definition: dict[str, Any], name: str
) -> None:
    simulated.reset()
    root = tmp_path_factory.mktemp("estate")
    with session(simulated) as api:
        server = {"type": "replicate", "host": "h", "port": 443, "username": "u", "password": "p", "description": ""}
        for made in (name, name.removesuffix(".yml")):
            there = {**server, "host": f"host{len(made)}", "verify_server_certificate": True, "monitored": True}
            api.put_server(made, there)
            sections = {key: definition[SECTIONS][key] for key in ("tasks", "databases")}
            api.import_all(made, json.dumps({SECTIONS: sections}))
    adopted = adopt(simulated, root, servers=[name, name.removesuffix(".yml")])
    proven(simulated, root, adopted)
    before = contents(root)
    assert CANARY.encode() not in b"".join(before.values())
    assert SEALED.encode() not in b"".join(before.values())
    assert adopt(simulated, root, servers=[name, name.removesuffix(".yml")]).changed is False
    assert contents(root) == before
