# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An estate that is brought about: what is planned and done of each kind, in which order, with which requests."""

from __future__ import annotations

from collections import Counter

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import run
from simulator import Simulator
from support.api_calls import FIXTURES
from support.estates import RULES, adopted, brought_about, changes, part, proven, session, told, wish, wished, writes

PRD, QAS, DEV = "Replicate PRD 1", "replicate-qas", "replicate-dev"
NIGHTLY, RUNS = "Nightly 01 accounts", "Nightly 21 returns"
LOB = {"task_settings": {"common_settings": {"lob_max_size": 64}}}
NEW = {"name": "repl-new", "host": "repl-new.corp.example", "username": "CORP\\svc", "password": "geheim-1"}
ORACLE = {"role": "source", "type_id": "ORACLE_COMPONENT_TYPE"}


@pytest.fixture
def em(quick_em: Simulator) -> Simulator:
    """An Enterprise Manager as at its start."""
    return quick_em


def state(em: Simulator, server: str, task: str) -> str | None:
    """The state of a task, None where there is none."""
    tasks = next(item for item in em.estate()["servers"] if item["name"] == server)["tasks"]
    return next((item["state"] for item in tasks if item["name"] == task), None)


@pytest.mark.parametrize("server", [PRD, QAS, DEV])
def test_what_is_there_is_no_change_and_costs_few_requests(em: Simulator, server: str) -> None:
    acl = {"state": "absent"} if server == QAS else {}
    found = brought_about(em, {**wished(em, server), "acl": acl, "monitored": True})
    assert (found.error, found.values["status"], found.values["changes"]) == (None, "in_sync", [])
    calls = Counter(entry["api_method"] for entry in em.log())
    assert calls == {"Login": 1, "GetServerList": 1, "GetServer": 1, "GetServerAcl": 1, "ExportAll": 1, "Logout": 1}


def test_a_new_server_with_all_that_is_on_it(em: Simulator) -> None:
    wish = wished(em, QAS)
    task = {**part(wish, "tasks", NIGHTLY), "source_endpoint": "New Oracle", "target_endpoint": "New null"}
    server = {
        **NEW,
        "acl": {"admin_role": {"users": ["CORP\\admin"], "groups": []}},
        "endpoints": [
            {"name": "New Oracle", **ORACLE, "settings": {"server": "//new:1521/X", "password": "geheim-2"}},
            {"name": "New null", "role": "target", "type_id": "NULL_TARGET_COMPONENT_TYPE", "settings": {}},
        ],
        "tasks": [{**task, "run_state": "started", "first_run": "reload_target"}],
    }
    done = proven(em, server)
    print(done.warnings, done.values["plan"])
    assert done.values["status"] == "applied"
    assert told(done) == [
        ("server", "repl-new", "create", "done"),
        ("acl", "repl-new", "create", "done"),
        ("endpoint", "New Oracle", "create", "done"),
        ("endpoint", "New null", "create", "done"),
        ("task", NIGHTLY, "create", "done"),
        ("run_state", NIGHTLY, "run", "done"),
    ]
    assert state(em, "repl-new", NIGHTLY) == "RUNNING"


def test_secrets_are_never_told(em: Simulator) -> None:
    server = {**NEW, "endpoints": [{"name": "O", **ORACLE, "settings": {"server": "x", "password": "geheim-2"}}]}
    for check_mode in (True, False):
        done = brought_about(em, server, check_mode=check_mode)
        assert done.error is None
        assert "geheim" not in repr(done)


def test_one_import_with_owners_overrides_and_tables(em: Simulator) -> None:
    wish = wished(em, QAS)
    task = part(wish, "tasks", NIGHTLY)
    task.update(overrides=LOB, owners={"QAS": "PRD"})
    task["tables"] = {"included_pattern": [{"owner": "PRD", "name": "%"}], "explicit_included_tables": []}
    done = proven(em, wish)
    assert told(done) == [("task", NIGHTLY, "update", "done")]
    (line,) = [line for line in done.values["plan"] if NIGHTLY in line]
    assert "tables +1 -2" in line
    assert "lob_max_size 8 -> 64" in line
    with pytest.raises(StopIteration):
        part(adopted(em, QAS), "tasks", "no such task")
    there = part(adopted(em, QAS), "tasks", NIGHTLY)["definition"]["cmd.replication_definition"]["tasks"][0]
    assert there["source"]["source_tables"] == {
        "name": "QAS Oracle",
        "included_pattern": [{"owner": "PRD", "name": "%"}],
    }


def test_a_running_task_is_blocked_without_force(em: Simulator) -> None:
    wish = wished(em, QAS)
    part(wish, "tasks", RUNS)["overrides"] = LOB
    part(wish, "tasks", NIGHTLY)["overrides"] = LOB
    done = brought_about(em, wish)
    assert (done.error, done.values["status"]) == (None, "blocked")
    assert told(done) == [("task", NIGHTLY, "update", "done"), ("task", RUNS, "update", "blocked")]
    assert done.values["changes"][1]["reason"] == "RUNNING, this would stop it, and it has no force: true"
    assert state(em, QAS, RUNS) == "RUNNING"
    assert writes(em) == ["ImportTask"]


def test_a_running_task_with_force_is_stopped_and_resumed(em: Simulator) -> None:
    wish = wished(em, QAS)
    part(wish, "tasks", RUNS).update(overrides=LOB, force=True)
    done = proven(em, wish)
    assert told(done, "name", "status", "stops") == [(RUNS, "done", True)]
    assert state(em, QAS, RUNS) == "RUNNING"
    assert any("!!" in line and RUNS in line for line in done.values["plan"])


def test_a_task_that_is_to_be_stopped_is_stopped_before_it_is_imported(em: Simulator) -> None:
    wish = wished(em, QAS)
    part(wish, "tasks", RUNS).update(overrides=LOB, run_state="stopped")
    done = proven(em, wish)
    assert told(done) == [("run_state", RUNS, "run", "done"), ("task", RUNS, "update", "done")]
    assert state(em, QAS, RUNS) == "STOPPED"


def test_a_failed_import_leaves_its_task_running_and_the_others_done(em: Simulator) -> None:
    wish = wished(em, QAS)
    part(wish, "tasks", RUNS).update(overrides=LOB, force=True)
    part(wish, "tasks", NIGHTLY).update(overrides=LOB, run_state="started")
    em.inject({"kind": "error", "api_method": "ImportTask", "task": RUNS, "error_code": "AEM_IMPORT_INVALID_CONTENT"})
    done = brought_about(em, wish)
    assert done.error is not None
    assert done.values["status"] == "failed"
    assert told(done, "kind", "name", "status") == [
        ("task", NIGHTLY, "done"),
        ("task", RUNS, "failed"),
        ("run_state", NIGHTLY, "done"),
    ]
    assert state(em, QAS, RUNS) == "RUNNING"
    em.clear_faults()
    assert proven(em, wish).values["status"] == "applied"


def test_what_needs_what_failed_is_skipped(em: Simulator) -> None:
    wish = wished(em, QAS)
    wish["endpoints"].append({"name": "Other", **ORACLE, "settings": {"server": "//x"}})
    part(wish, "tasks", NIGHTLY).update(source_endpoint="Other", run_state="started")
    em.inject({"kind": "error", "api_method": "ImportAll", "error_code": "AEM_IMPORT_INVALID_CONTENT"})
    done = brought_about(em, wish)
    assert told(done, "kind", "status", "reason")[1:] == [
        ("task", "skipped", "needs endpoint Other"),
        ("run_state", "skipped", f"needs task {NIGHTLY}"),
    ]
    assert proven(em, wish).values["status"] == "applied"


def test_an_endpoint_that_nobody_has(em: Simulator) -> None:
    wish = wished(em, QAS)
    part(wish, "tasks", NIGHTLY)["source_endpoint"] = "QAS Orakle"
    done = brought_about(em, wish)
    assert done.values["status"] == "blocked"
    ((name, reason),) = told(done, "name", "reason")
    assert name == NIGHTLY
    assert reason.startswith(
        f"neither git nor server {QAS} has its source endpoint QAS Orakle. Did you mean 'QAS Oracle'"
    )
    assert writes(em) == []


def test_only_run_state_of_what_exists(em: Simulator) -> None:
    done = proven(
        em, {"name": QAS, "tasks": [{"name": NIGHTLY, "run_state": "started"}, {"name": RUNS, "run_state": "stopped"}]}
    )
    assert told(done, "name", "after") == [
        (RUNS, {"state": "STOPPED"}),
        (NIGHTLY, {"state": "RUNNING"}),
    ]


def test_what_does_not_exist_needs_a_definition(em: Simulator) -> None:
    done = brought_about(
        em, {"name": QAS, "tasks": [{"name": "Nightly 99", "run_state": "stopped"}, {"name": "Nightly 98"}]}
    )
    assert told(done, "name", "status", "reason") == [
        (name, "blocked", "it does not exist; to create it, give definition or src")
        for name in ("Nightly 99", "Nightly 98")
    ]


def test_tables_of_a_task_whose_definition_is_not_managed(em: Simulator) -> None:
    tables = {"explicit_included_tables": [{"owner": "QAS", "name": "MORE", "load_order": "high"}], "purge": False}
    done = proven(em, {"name": QAS, "tasks": [{"name": NIGHTLY, "tables": tables}]})
    assert told(done) == [("tables", NIGHTLY, "update", "done")]


def test_a_task_that_never_ran(em: Simulator) -> None:
    task = {"name": "never ran", "run_state": "started"}
    done = brought_about(em, {"name": DEV, "tasks": [task]})
    assert (done.values["status"], writes(em)) == ("in_sync", [])
    assert done.warnings == [
        "Task never ran of server replicate-dev never ran and stays stopped, since it has no first_run."
    ]
    proven(em, {"name": DEV, "tasks": [{**task, "first_run": "reload_target"}]})
    assert state(em, DEV, "never ran") == "RUNNING"


def test_a_task_that_only_loads_is_not_to_be_kept_running(em: Simulator) -> None:
    for task in (part(wished(em, DEV), "tasks", "snapshot"), {"name": "snapshot"}):
        em.clear_log()
        done = brought_about(em, {"name": DEV, "tasks": [{**task, "run_state": "started"}]})
        assert done.values["status"] == "blocked"
        assert writes(em) == []
        assert done.values["changes"][0]["reason"].startswith("run_state started: the task only does a full load.")


def test_what_is_on_a_server_waits_until_that_is_monitored(em: Simulator) -> None:
    retired = {"name": "replicate-retired", "monitored": True, "tasks": [{"name": "T", "state": "absent"}]}
    done = brought_about(em, retired)
    assert told(done) == [("server", "replicate-retired", "update", "done"), ("task", "T", "delete", "blocked")]
    assert changes(done)[1]["reason"].startswith("it can be compared once server replicate-retired is monitored")
    assert (done.error, done.values["status"]) == (None, "blocked")
    licensed = {**retired, "license": {"content": (FIXTURES / "license.txt").read_text(encoding="utf-8")}}
    assert told(brought_about(em, licensed), "kind", "status") == [("license", "done"), ("task", "blocked")]
    assert proven(em, licensed).values["status"] == "in_sync"


def test_a_server_that_is_monitored_and_says_otherwise_is_a_failure(em: Simulator) -> None:
    em.inject({"api_method": "GetTaskList", "kind": "error", "error_code": "AEM_SERVER_NOT_MONITORED"})
    done = brought_about(em, {"name": QAS, "description": "new", "tasks": [{"name": RUNS, "run_state": "stopped"}]})
    assert told(done, "kind", "status") == [("server", "done"), ("run_state", "failed")]
    assert (done.error is not None, done.values["status"]) == (True, "failed")


def test_nothing_is_looked_at_on_a_server_that_is_not_to_be_monitored(em: Simulator) -> None:
    done = proven(em, {"name": QAS, "monitored": False, "tasks": [{"name": RUNS, "run_state": "stopped"}]})
    assert told(done) == [("server", QAS, "update", "done")]
    assert f"Server {QAS} is not to be monitored, so nothing on it is looked at." in done.warnings


def test_a_task_of_compose_is_started_and_stopped(em: Simulator) -> None:
    task = {"name": "Load DWH__SALES", "run_state": "started", "first_run": "resume_processing"}
    done = brought_about(
        em, {"name": "compose-dw", "tasks": [task, {"name": "Load mart__SALES", "run_state": "stopped"}]}
    )
    assert (done.error, done.values["status"]) == (None, "applied")
    assert writes(em) == ["StopTask", "RunTask"]


def test_an_operator_starts_and_stops_what_is_there_and_the_rest_waits(em: Simulator) -> None:
    servers = [
        {"name": DEV, "tasks": [{"name": "snapshot", "run_state": "started"}]},
        {
            "name": QAS,
            "tasks": [
                {"name": NIGHTLY, "run_state": "started", "first_run": "reload_target"},
                {"name": RUNS, "run_state": "stopped"},
                {"name": "Nightly 02 addresses", "tables": {"included_pattern": []}},
            ],
        },
    ]
    with session(em, aem_username="CORP\\operator") as api:
        done = run.brought_about(api, [wish(server) for server in servers], RULES)
    # Whoever may not see whether all is as it should be is not told that it is.
    assert "ExportAll" in str(done.error)
    assert done.values["status"] == "blocked"
    assert told(done, "name", "status") == [
        ("snapshot", "blocked"),
        (RUNS, "done"),
        ("Nightly 02 addresses", "blocked"),
        (NIGHTLY, "done"),
    ]
    assert "the task only does a full load" in changes(done)[0]["reason"]
    assert changes(done)[2]["reason"].startswith("it cannot be compared: ExportAll")


def test_deletions_come_last_and_tasks_before_endpoints(em: Simulator) -> None:
    wish = wished(em, QAS)
    for name in ("QAS Snowflake", "QAS files"):
        part(wish, "endpoints", name)["state"] = "absent"
    wish["tasks"] = [
        {**task, "target_endpoint": "QAS files 2", "force": True}
        if task["name"] == RUNS
        else {"name": task["name"], "state": "absent", "force": True}
        for task in wish["tasks"]
    ]
    files = {"role": "target", "type_id": "FILE_COMPONENT_TYPE", "settings": {"csvTargetPath": "/data/2"}}
    wish["endpoints"].append({"name": "QAS files 2", **files})
    done = proven(em, wish)
    kinds = [(kind, action) for kind, _name, action, _status in told(done)]
    assert kinds == [
        ("endpoint", "create"),
        ("task", "update"),
        *([("task", "delete")] * 25),
        *([("endpoint", "delete")] * 2),
    ]


def test_an_endpoint_that_is_still_used_waits(em: Simulator) -> None:
    wish = wished(em, QAS)
    part(wish, "endpoints", "QAS Snowflake")["state"] = "absent"
    done = brought_about(em, wish)
    assert told(done) == [("endpoint", "QAS Snowflake", "delete", "blocked")]
    assert writes(em) == []


def test_license(em: Simulator) -> None:
    text = (FIXTURES / "license.txt").read_text(encoding="utf-8")
    done = proven(em, {"name": QAS, "license": {"content": text}})
    assert told(done) == [("license", QAS, "update", "done")]
    forced = brought_about(em, {"name": QAS, "license": {"content": text, "force": True}})
    assert (forced.error, told(forced)) == (None, [("license", QAS, "update", "done")])
    assert "content: sent" in "".join(forced.values["plan"])
    undated = brought_about(em, {"name": QAS, "license": {"content": "nothing=known"}})
    assert (undated.values["status"], undated.values["summary"]["not_compared"]) == ("in_sync", 1)
