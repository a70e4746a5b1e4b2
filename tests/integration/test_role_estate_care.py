# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role estate with care: drift and its causes, commits in their order, backups, and server by server."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.modules import (
    aem_endpoint,
    aem_export,
    aem_server,
    aem_task,
    aem_task_state,
)
from simulator import Simulator
from support.estate_folder import FILES, ONE, TWO, Repository, description, writes
from support.inprocess import perform
from support.playbooks import run_file

FILE = "estate/localhost/servers/one.yml"


@pytest.fixture
def em(folder_em: Simulator) -> Simulator:
    """An Enterprise Manager as at its start."""
    return folder_em


@pytest.fixture
def estate(em: Simulator, tmp_path: Path) -> Repository:
    """A repository that has been applied, and tagged. What an apply would do is done here without a playbook."""
    repository = Repository(em, tmp_path / "git repository", FILES)
    for server, told in ((ONE, "the first"), (TWO, "the second")):
        assert perform(em, aem_server, name=server, description=told).error is None
    repository.git("tag", "estate/localhost")
    return repository


def by_hand(em: Simulator, module: Any, **options: Any) -> None:
    """Change something as another user."""
    result = perform(em, module, aem_username="CORP\\hand", aem_password="by-hand", **options)
    assert result.error is None


def causes(estate: Repository) -> dict[str, str]:
    """The cause of each difference, by what it is of."""
    return {f"{item['server']} {item['kind']} {item['name']}": item["cause"] for item in estate.report["drift"]}


def test_drift_names_cause_culprit_file_and_line(estate: Repository, em: Simulator) -> None:
    assert estate.play("drift").return_code == 0
    assert (estate.report["status"], estate.report["drift"]) == ("in_sync", [])
    unmanaged = [(item["kind"], item["server"], item["name"]) for item in estate.report["unmanaged"]]
    assert unmanaged == [("endpoint", ONE, "Lake"), ("task", ONE, "Old")]
    assert [(item["server"], item["days"]) for item in estate.report["licenses"]] == [(TWO, 12)]

    by_hand(em, aem_endpoint, server=ONE, name="Core", settings={"server": "//other:1521/CORE"})
    estate.write({"shared/servers/two.yml": "name: repl-two\ndescription: another one\n"})
    estate.commit("Describe it")
    played = estate.play("drift")
    assert played.return_code == 0, played.output
    assert (estate.report["status"], writes(em)) == ("changes", [])
    assert causes(estate) == {
        "repl-one endpoint Core": "by hand",
        "repl-two server repl-two": "merged, not applied",
    }
    hand = next(item for item in estate.report["drift"] if item["kind"] == "endpoint")
    assert hand["user"] == "CORP\\hand"
    assert hand["time"]
    (taken,) = hand["take_over"]
    assert (taken["setting"], taken["written"]) == ("settings/server", '"//other:1521/CORE"')
    assert (taken["file"], taken["line"]) == (FILE, 6)
    told = (estate.reports / "localhost.md").read_text(encoding="utf-8")
    assert f"repl-one: endpoint Core: by hand by CORP\\hand at {hand['time']}" in told
    assert f'or set settings/server to "//other:1521/CORE" in {FILE}:6' in told


def test_a_rule_lets_drift_wait_for_a_person_where_git_lacks_something(estate: Repository, em: Simulator) -> None:
    estate.write({"estate.yml": "format: 1\nunmanaged_blocks: [tasks]\n"})
    em.inject({"kind": "error", "api_method": "GetServerDetails", "error_code": "DESERIALIZE_TO_TYPE", "times": None})
    played = estate.play("drift", estate_license_days="20")
    assert (played.return_code, estate.report["status"]) == (0, "blocked"), played.output
    assert f"{ONE}: task Old" in played.output
    # What could not be looked at is told, and is no reason to say nothing of the rest.
    assert estate.report["licenses"] == []
    assert any("Licenses and connections could not be looked at" in told for told in estate.report["warnings"])


def test_where_git_and_a_hand_have_moved_a_person_decides(estate: Repository, em: Simulator) -> None:
    by_hand(em, aem_server, name=TWO, description="by hand")
    estate.write({"shared/servers/two.yml": "name: repl-two\ndescription: by git\n"})
    estate.commit("Describe it")
    estate.play("drift")
    assert causes(estate) == {"repl-two server repl-two": "git and a hand"}


def test_without_a_tag_there_are_differences_without_causes(estate: Repository, em: Simulator) -> None:
    estate.git("tag", "-d", "estate/localhost")
    by_hand(em, aem_server, name=TWO, description="by hand")
    estate.play("drift")
    assert causes(estate) == {"repl-two server repl-two": "not known, since nothing says what was applied last"}
    assert estate.report["drift"][0]["user"] == "CORP\\hand"


def write_and_tag(estate: Repository, files: dict[str, str]) -> None:
    """Write files of the estate, and take them for what was applied last."""
    estate.write(files)
    estate.commit("Say it otherwise")
    estate.git("tag", "-f", "estate/localhost")


def test_a_variable_that_was_changed_is_not_blamed_on_a_hand(estate: Repository, em: Simulator) -> None:
    one = FILES["localhost/servers/one.yml"].replace("//one:1521/CORE", "'{{ core }}'")
    write_and_tag(estate, {"localhost/servers/one.yml": one})
    played = estate.play("drift", core="//new:1521/CORE")
    assert causes(estate) == {"repl-one endpoint Core": "git's variables or a hand"}, played.output
    told = f'settings/server is made of {{{{ core }}}} in {FILE}:6, live it is "//one:1521/CORE"'
    assert estate.report["drift"][0]["advice"].endswith(told)
    by_hand(em, aem_endpoint, server=ONE, name="Core", settings={"server": "//other:1521/CORE"})
    estate.play("drift", core="//new:1521/CORE")
    assert causes(estate) == {"repl-one endpoint Core": "by hand"}


def test_why_causes_are_not_known_is_told_and_the_others_are(estate: Repository, em: Simulator) -> None:
    one = FILES["localhost/servers/one.yml"]
    write_and_tag(estate, {"localhost/servers/one.yml": one.replace("purpose", "former")})
    estate.write({"localhost/servers/one.yml": one})
    estate.commit("Call the variable otherwise")
    by_hand(em, aem_endpoint, server=ONE, name="Core", settings={"server": "//other:1521/CORE"})
    by_hand(em, aem_server, name=TWO, description="by hand")
    played = estate.play("drift")
    assert causes(estate) == {
        "repl-one endpoint Core": "not known, since what was applied last could not be read",
        "repl-two server repl-two": "by hand",
    }, played.output
    (warning,) = (told for told in estate.report["warnings"] if "estate/localhost" in told)
    assert f"{FILE}:2: description: The expression cannot be evaluated" in warning
    assert "The expression cannot be evaluated" in str(played["Tell what came of it"].result["msg"])


def test_definitions_may_lie_beside_the_estate(estate: Repository, em: Simulator) -> None:
    definition = perform(em, aem_export, server=ONE, task="Claims").values["definition"]
    (estate.root / "definitions").mkdir()
    path = estate.root / "definitions/claims.json"
    path.write_text(json.dumps(definition, indent=1), encoding="utf-8")
    one = FILES["localhost/servers/one.yml"].replace("run_state: started", "src: ../../../definitions/claims.json")
    write_and_tag(estate, {"localhost/servers/one.yml": one})
    by_hand(em, aem_endpoint, server=ONE, name="Core", settings={"server": "//other:1521/CORE"})
    task = definition["cmd.replication_definition"]["tasks"][0]
    task.setdefault("task_settings", {})["common_settings"] = {"lob_max_size": 64}
    by_hand(em, aem_task, server=ONE, name="Claims", definition=definition, force=True)
    played = estate.play("drift")
    assert causes(estate) == {"repl-one endpoint Core": "by hand", "repl-one task Claims": "by hand"}, played.output
    hand = next(item for item in estate.report["drift"] if item["kind"] == "task")
    (taken,) = hand["take_over"]
    assert (hand["user"], taken["file"], taken["line"] > 1) == ("CORP\\hand", "definitions/claims.json", True)


def test_drift_needs_no_audit_trail(estate: Repository, em: Simulator) -> None:
    by_hand(em, aem_server, name=TWO, description="by hand")
    em.inject({"kind": "error", "api_method": "ExportAuditTrail", "error_code": "UNAUTHORIZED_REQUEST", "times": None})
    played = estate.play("drift")
    assert played.return_code == 0, played.output
    assert causes(estate) == {"repl-two server repl-two": "by hand"}
    assert estate.report["drift"][0]["user"] is None


@pytest.mark.parametrize(("stage", "serial"), [("plan", False), ("apply", False), ("apply", True), ("drift", False)])
def test_who_may_not_read_all_is_not_told_that_all_is_well(
    estate: Repository, em: Simulator, stage: str, serial: bool
) -> None:
    estate.write({"shared/servers/two.yml": "name: repl-two\ndescription: newer\n"})
    estate.commit("Describe it")
    em.inject({"kind": "error", "api_method": "ExportAll", "error_code": "UNAUTHORIZED_REQUEST", "times": None})
    played = estate.play(stage, estate_serial=serial)
    assert (played.return_code, estate.report["status"]) == (2, "blocked"), played.output
    assert "ExportAll of server repl-one failed with HTTP 403" in estate.report["message"]
    assert played["Fail, since not all is as it should be"].result["msg"] == estate.report["message"]
    assert description(em, TWO) == ("newer" if stage == "apply" else "the second")


def test_an_older_commit_is_not_applied_by_mistake(estate: Repository, em: Simulator) -> None:
    estate.write({"shared/servers/two.yml": "name: repl-two\ndescription: newer\n"})
    estate.commit("Describe it")
    estate.play("apply")
    estate.git("tag", "-f", "estate/localhost")
    estate.git("checkout", "-q", "HEAD~1")
    played = estate.play("apply")
    assert played.return_code == 2
    assert (estate.report["status"], writes(em)) == ("refused", [])
    assert estate.report["message"] == (
        f"Nothing was changed. Commit {estate.git('rev-parse', 'HEAD')} does not come after the one that was applied"
        " last, which estate/localhost is at. To go back to it, set estate_allow_older."
    )
    assert estate.play("apply", estate_allow_older=True).return_code == 0
    assert description(em, TWO) == "the second"


def test_without_git_an_estate_is_applied_too(em: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The folder of the test may lie within some repository.
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    repository = Repository(em, tmp_path / "plain", FILES)
    (repository.root / ".git").rename(tmp_path / "no longer")
    played = repository.play("apply")
    assert played.return_code == 0, played.output
    assert (repository.report["status"], repository.report["commit"]) == ("applied", "")


def test_the_way_back_is_in_the_report_and_works(estate: Repository, em: Simulator) -> None:
    files = {"localhost/servers/one.yml": FILES["localhost/servers/one.yml"].replace("//one:1521", "//new:1521")}
    estate.write(files)
    played = estate.play("apply", estate_backup=True)
    assert played.return_code == 0, played.output
    assert estate.report["status"] == "applied"
    calls = [entry["api_method"] for entry in em.log()]
    assert calls.index("ExportAll") < calls.index("PatchEndpoint")
    (command,) = estate.report["restore"]
    assert "canary-one" not in json.dumps(estate.report)
    words = shlex.split(command)
    assert words[:4] == ["ansible-playbook", "qlik.enterprise_manager.restore", "-i", "localhost,"]
    back = run_file(em, words[1], *words[2:])
    assert back.return_code == 0, back.output
    estate.play("plan")
    assert estate.statuses() == [(ONE, "endpoint", "Core", "planned")]


def test_nothing_is_backed_up_where_nothing_changes(estate: Repository) -> None:
    estate.play("apply", estate_backup=True)
    assert (estate.report["status"], estate.report["restore"]) == ("in_sync", [])
    assert not estate.backups.exists()


def test_a_backup_that_fails_leaves_everything_as_it_is(estate: Repository, em: Simulator) -> None:
    estate.write(CORE)
    estate.backups.write_text("in the way")
    played = estate.play("apply", estate_backup=True)
    assert played.return_code == 2
    assert (estate.report["status"], writes(em)) == ("failed", [])
    assert estate.report["message"].startswith("Nothing was changed. Have a folder for the backups: ")
    assert estate.statuses() == [(ONE, "endpoint", "Core", "skipped")]
    assert ": failed (1 skipped, " in played.output
    assert estate.report["restore"] == []


def test_a_relative_folder_for_backups_begins_where_the_playbook_is_run(
    estate: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.write(CORE)
    monkeypatch.chdir(estate.root)
    played = estate.play("apply", estate_backup=True, estate_backup_path="reports/backups")
    assert (played.return_code, estate.report["status"]) == (0, "applied"), played.output
    assert (estate.root / f"reports/backups/localhost/{ONE}/manifest.json").exists()
    assert str(estate.root / "reports/backups/localhost") in estate.report["restore"][0]


def test_what_no_backup_holds_is_changed_without_one_and_told(estate: Repository, em: Simulator) -> None:
    estate.write({**CORE, "shared/servers/two.yml": "name: repl-two\ndescription: newer\n"})
    fault = {"kind": "error", "api_method": "ExportAll", "error_code": "AEM_SERVER_NOT_CONNECTED", "times": None}
    em.inject({**fault, "server": TWO})
    played = estate.play("apply", estate_backup=True)
    assert (played.return_code, estate.report["status"]) == (0, "applied"), played.output
    assert description(em, TWO) == "newer"
    (command,) = estate.report["restore"]
    assert f'"restore_server": "{ONE}"' in command
    told = (
        f"A backup holds endpoints and tasks only, so it does not bring back server of {TWO}. The changes in the report"
        " tell what was before."
    )
    assert estate.report["warnings"] == [told]
    assert told in played.output


@pytest.mark.parametrize("serial", [False, True])
def test_a_server_that_cannot_be_backed_up_is_left_out_alone(estate: Repository, em: Simulator, serial: bool) -> None:
    two = "name: repl-two\nendpoints:\n  - {name: Core, settings: {server: //new:1521/CORE}}\n"
    estate.write({**CORE, "shared/servers/two.yml": two})
    planned = estate.play("plan")
    assert planned.return_code == 0, planned.output
    # It can be planned, and then not be exported.
    fault = {"kind": "error", "api_method": "ExportAll", "error_code": "AEM_SERVER_NOT_CONNECTED"}
    em.inject({**fault, "server": ONE, "skip": 1})
    played = estate.play("apply", estate_backup=True, estate_serial=serial, estate_plan_id=estate.report["plan_id"])
    assert (played.return_code, estate.report["status"]) == (2, "failed"), played.output
    assert estate.report["message"].startswith(f"Server {ONE} was left as it is, since it could not be backed up: ")
    assert estate.statuses() == [(ONE, "endpoint", "Core", "skipped"), (TWO, "endpoint", "Core", "done")]
    assert estate.report["changes"][0]["reason"] == "its server could not be backed up"
    assert (estate.report["summary"]["skipped"], estate.report["summary"]["observed"]) == (1, 0)
    assert [command.count(TWO) for command in estate.report["restore"]] == [1]
    assert writes(em) == ["PatchEndpoint"]


@pytest.mark.parametrize("care", ["estate_backup", "estate_serial"])
def test_a_server_out_of_reach_stops_no_other(estate: Repository, em: Simulator, care: str) -> None:
    estate.write({"shared/servers/two.yml": "name: repl-two\ndescription: newer\n"})
    for method in ("ExportAll", "GetTaskList", "GetEndpointList"):
        fault = {"kind": "error", "api_method": method, "error_code": "AEM_SERVER_NOT_CONNECTED", "times": None}
        em.inject({**fault, "server": ONE})
    played = estate.play("apply", **{care: True})
    assert (played.return_code, estate.report["status"]) == (2, "failed"), played.output
    assert (TWO, "server", TWO, "done") in estate.statuses()
    assert description(em, TWO) == "newer"


def test_the_way_back_may_stop_a_task_that_was_changed(estate: Repository, em: Simulator) -> None:
    estate.write(SERIAL)
    played = estate.play("apply", estate_backup=True)
    assert played.return_code == 0, played.output
    (command,) = estate.report["restore"]
    words = shlex.split(command)
    back = run_file(em, words[1], *words[2:])
    assert back.return_code == 0, back.output
    estate.play("plan")
    assert (ONE, "tables", "Claims", "planned") in estate.statuses()


CORE = {"localhost/servers/one.yml": FILES["localhost/servers/one.yml"].replace("//one:1521", "//new:1521")}
SERIAL = {
    "localhost/servers/one.yml": (
        "name: repl-one\ntasks:\n  - name: Claims\n    force: true\n    tables:\n"
        "      explicit_included_tables: [{owner: LIB, name: CLAIM}, {owner: LIB, name: AGENT}]\n"
    ),
    "shared/servers/two.yml": "name: repl-two\ndescription: newer\n",
}


def test_server_by_server_each_is_looked_at_before_the_next(estate: Repository, em: Simulator) -> None:
    estate.write(SERIAL)
    played = estate.play("apply", estate_serial=True, estate_health_timeout=20)
    assert played.return_code == 0, played.output
    assert estate.report["status"] == "applied"
    assert {server for server, *_rest in estate.statuses()} == {ONE, TWO}
    assert description(em, TWO) == "newer"
    # The endpoints and tasks of a server are counted by its own run; the servers of the others are not left alone.
    assert estate.report["summary"]["left_alone"] == 1
    assert [line for line in estate.report["plan"] if "Left alone" in line] == ["Left alone: 1 task."]
    assert estate.play("apply", estate_serial=True).return_code == 0
    assert (estate.report["status"], writes(em)) == ("in_sync", [])


@pytest.mark.parametrize(
    ("api_method", "skip", "told"),
    [
        ("PutTaskTableSelection", 0, f"Server {ONE} is not well after it was changed"),
        ("GetTaskDetails", 0, "Nothing was changed. Look how its tasks do: "),
        ("GetTaskDetails", 1, "Wait until its tasks are healthy: "),
    ],
)
def test_no_server_is_changed_after_one_that_is_not_well(
    estate: Repository, em: Simulator, api_method: str, skip: int, told: str
) -> None:
    estate.write(SERIAL)
    fault = {"kind": "error", "api_method": api_method, "error_code": "AEM_SERVER_LICENSE_EXPIRED", "times": None}
    em.inject({**fault, "task": "Claims", "skip": skip})
    played = estate.play("apply", estate_serial=True, estate_health_timeout=1)
    assert played.return_code == 2, played.output
    assert estate.report["status"] == "failed"
    assert estate.report["not_reached"] == [TWO], played.output
    assert told in estate.report["message"]
    assert description(em, TWO) == "the second"


def test_no_server_is_changed_after_one_with_a_task_that_is_not_healthy(estate: Repository, em: Simulator) -> None:
    estate.write(SERIAL)
    sick = {"name": "Claims", "state": "ERROR", "message": "ORA-03113: end-of-file on communication channel"}
    fault = {"kind": "json", "api_method": "GetTaskDetails", "body": sick, "times": None}
    # Before the change it was well.
    em.inject({**fault, "server": ONE, "task": "Claims", "skip": 1})
    played = estate.play("apply", estate_serial=True, estate_health_timeout=60)
    assert played.return_code == 2, played.output
    assert (estate.report["status"], estate.report["not_reached"]) == ("failed", [TWO])
    assert estate.report["message"] == (
        f"Server {ONE} is not well after it was changed, so the servers after it were left as they are. Task Claims is"
        " not healthy: it is in state ERROR, ORA-03113: end-of-file on communication channel."
    )
    # What was done is told too, and on screen and in the comment which servers are as they were.
    assert estate.statuses() == [(ONE, "tables", "Claims", "done")]
    assert "Servers that were not reached (1)" in (estate.reports / "localhost.md").read_text(encoding="utf-8")
    assert f"Not reached: {TWO}" in played.output
    assert description(em, TWO) == "the second"
    em.clear_faults()
    assert estate.play("apply", estate_serial=True).return_code == 0
    assert (estate.report["status"], description(em, TWO)) == ("applied", "newer")


def test_a_server_that_is_new_has_no_tasks_to_look_at(estate: Repository, em: Simulator) -> None:
    new = "name: repl-new\nhost: new.example\nusername: CORP\\svc\npassword: '{{ \"example\" }}'\n"
    estate.write({"localhost/servers/new.yml": new})
    played = estate.play("apply", estate_serial=True, estate_backup=True)
    assert played.return_code == 0, played.output
    assert estate.report["status"] == "applied"
    assert description(em, "repl-new") == ""


def test_server_by_server_another_plan_is_refused_before_the_first(estate: Repository, em: Simulator) -> None:
    estate.write(SERIAL)
    played = estate.play("apply", estate_serial=True, estate_plan_id="0" * 64)
    assert played.return_code == 2
    assert (estate.report["status"], writes(em)) == ("refused", [])


def test_server_by_server_servers_are_pruned_last(estate: Repository, em: Simulator) -> None:
    estate.write({"estate.yml": "format: 1\nprune: {kinds: [servers], max_percent: 50}\n"})
    (estate.root / "estate/shared/servers/two.yml").unlink()
    # A task that runs is never deleted.
    by_hand(em, aem_task_state, server=TWO, tasks=["Claims"], state="stopped")
    played = estate.play("apply", estate_serial=True, estate_prune=True)
    assert played.return_code == 0, played.output
    assert (TWO, "server", TWO, "done") in estate.statuses(), estate.report["changes"]
    assert [server["name"] for server in em.estate()["servers"]] == [ONE]
