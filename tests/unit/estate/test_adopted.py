# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an adopted estate: a name for each thing, and a list that tells them from those of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.files import checksum
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import adopted_files as files
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import adopted_folder as folder
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.adopted_folder import Manifest
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.rules import Globs
from ansible_collections.qlik.enterprise_manager.plugins.plugin_utils import _yaml
from support.definitions import SECTIONS

NAMES = st.text("aA.ym/l~$ {}%*[]?é", min_size=1, max_size=8)
TASK: dict[str, Any] = {"definition": {SECTIONS: {"tasks": [{"task": {"name": "t"}}]}}}


@given(st.lists(NAMES, unique=True, max_size=3), st.lists(NAMES, unique=True, max_size=3))
def test_each_thing_has_a_file_of_its_own(servers: list[str], tasks: list[str]) -> None:
    made = [
        (server, *file)
        for server in servers
        for file in files.of_server("em", {"name": server, "tasks": [{"name": task, **TASK} for task in tasks]})
    ]
    paths = [path for _server, path, _content in made]
    assert len(set(paths)) == len(paths) == len(servers) * (len(tasks) + 1)
    for _server, path, content in made:
        assert path.startswith("em/servers/")
        assert not {"", ".", ".."} & set(path.split("/"))
        assert not any(part.endswith((".yml", ".yaml")) for part in path.split("/")[:-1])
        if path.endswith(".yml"):
            sources = [f"em/servers/{task['src']}" for task in _yaml.read(content).data["tasks"]]
            assert set(sources) <= set(paths)


@given(st.lists(NAMES, unique=True, min_size=1, max_size=3), NAMES)
def test_all_servers_are_observed_and_no_others(servers: list[str], other: str) -> None:
    rules = _yaml.read(files.rules(servers)).data
    globs = Globs(rules["observe"])
    assert all(server in globs for server in servers)
    assert (other in globs) == (other.casefold() in {server.casefold() for server in servers})


def test_a_vault_without_secrets_is_one() -> None:
    assert yaml.safe_load(files.vault("em", [])) == {}
    assert yaml.safe_load(files.vault("em", ["vault_b", "vault_a"])) == {"vault_a": "", "vault_b": ""}


def test_the_editor_knows_the_tags() -> None:
    assert json.loads(files.editor())["yaml.customTags"] == ["!vault scalar", "!unsafe scalar"]


def test_only_what_was_written_and_is_as_it_was_is_replaced(tmp_path: Path) -> None:
    for name in ("ours", "changed", "theirs", "same", "gone"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    manifest = Manifest({"ours": checksum("ours"), "changed": checksum("before"), "gone": checksum("gone")})
    new = {"ours": checksum("new"), "same": checksum("same"), "more": checksum("more")}
    found = folder.steps(tmp_path, manifest, new, ["gone", "never"])
    assert (found.written, found.removed) == (["more", "ours"], ["gone"])
    (tmp_path / "linked").symlink_to(tmp_path / "nowhere")
    for name in ("changed", "theirs", "linked"):
        with pytest.raises(Refused, match=name):
            folder.steps(tmp_path, manifest, {name: checksum("new")}, [])
    with pytest.raises(Refused, match="theirs"):
        folder.steps(tmp_path, manifest, {}, ["theirs"])


def test_a_path_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be written: File name too long"):
        folder.steps(tmp_path, Manifest(), {f"{'x' * 256}/vault.yml": "digest"}, [])


def test_what_a_killed_run_has_written_is_known(tmp_path: Path) -> None:
    coming = {"b": checksum("b"), "c": checksum("c"), "d": checksum("d")}
    written = Manifest({"a": checksum("a"), "b": checksum("older")}, {"em": {"s": ["v"]}}, coming)
    (tmp_path / folder.MANIFEST).write_text(written.text(), encoding="utf-8")
    (tmp_path / "b").write_text("b", encoding="utf-8")
    (tmp_path / "c").write_text("of somebody else", encoding="utf-8")
    found = folder.manifest_of(tmp_path)
    assert found == Manifest({"a": checksum("a"), "b": checksum("b")}, {"em": {"s": ["v"]}})
    assert folder.manifest_of(tmp_path / "nothing") == Manifest()


def adopt(root: Path, contents: dict[str, str], killed_after: int | None = None) -> None:
    """Have files in a folder, as a run does that is killed when it has moved so many of them."""
    with folder.waiting(root, False) as held:
        before = folder.manifest_of(root)
        for path, content in contents.items():
            held.put(path, content)
        needed = folder.steps(root, before, held.digests, [])
        if killed_after is not None:
            for path in needed.written[killed_after:]:
                del held._held[path]
        folder.carry_out(root, needed, held, before, Manifest({**before.files, **held.digests}))


@pytest.mark.parametrize("second", [{"a": "1", "b": "1"}, {"a": "2", "b": "1"}])
def test_runs_that_are_killed_one_after_the_other_are_taken_up(tmp_path: Path, second: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        adopt(tmp_path, {"a": "1", "b": "1"}, killed_after=1)
    with pytest.raises(KeyError):
        adopt(tmp_path, second, killed_after=0)
    adopt(tmp_path, {"a": "3", "b": "3"})
    assert [(tmp_path / name).read_text(encoding="utf-8") for name in "ab"] == ["3", "3"]


def test_two_runs_at_once_do_not_take_each_others_files(tmp_path: Path) -> None:
    with folder.waiting(tmp_path, False) as held:
        held.put("a", "1")
        with pytest.raises(Refused, match="Another run adopts into"), folder.waiting(tmp_path / "x" / "..", False):
            pass
        held.move("a", tmp_path / "a")
    adopt(tmp_path, {"b": "2"})
    assert (tmp_path / "a").read_text(encoding="utf-8") == "1"


def test_a_run_goes_on_where_no_lock_can_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path / "file"))
    adopt(tmp_path / "estate", {"a": "1"})
    assert (tmp_path / "estate/a").is_file()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 2, "files": {}}', '{"format": 1, "files": 3}'])
def test_a_list_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / folder.MANIFEST).write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match=r"adopted\.json"):
        folder.manifest_of(tmp_path)
