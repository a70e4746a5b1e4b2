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

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_endpoint, aem_server, aem_task_state
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
    assert hand["take_over"] == [{"setting": "settings/server", "value": "//other:1521/CORE", "file": FILE, "line": 6}]
    told = (estate.reports / "localhost.md").read_text(encoding="utf-8")
    assert f"repl-one: endpoint Core: by hand by CORP\\hand at {hand['time']}" in told
    assert f"or set settings/server to '//other:1521/CORE' in {FILE}:6" in told


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
    assert (estate.report["status"], writes(em)) == ("failed", [])
    assert "does not come after the one that was applied last" in estate.report["message"]
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
    assert words[:2] == ["ansible-playbook", "qlik.enterprise_manager.restore"]
    back = run_file(em, words[1], *words[2:])
    assert back.return_code == 0, back.output
    estate.play("plan")
    assert estate.statuses() == [(ONE, "endpoint", "Core", "planned")]


def test_nothing_is_backed_up_where_nothing_changes(estate: Repository) -> None:
    estate.play("apply", estate_backup=True)
    assert (estate.report["status"], estate.report["restore"]) == ("in_sync", [])
    assert not estate.backups.exists()


def test_a_backup_that_fails_leaves_everything_as_it_is(estate: Repository, em: Simulator) -> None:
    estate.write({"shared/servers/two.yml": "name: repl-two\ndescription: newer\n"})
    estate.backups.write_text("in the way")
    played = estate.play("apply", estate_backup=True)
    assert played.return_code == 2
    assert (estate.report["status"], writes(em)) == ("failed", [])


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
    assert estate.play("apply", estate_serial=True).return_code == 0
    assert (estate.report["status"], writes(em)) == ("in_sync", [])


@pytest.mark.parametrize(
    ("api_method", "skip", "told"),
    [
        ("PutTaskTableSelection", 0, f"Server {ONE} is not well after it was changed"),
        ("GetTaskDetails", 0, "Look how its tasks do: "),
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
    new = "name: repl-new\nhost: new.example\nusername: CORP\\svc\npassword: example\n"
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
