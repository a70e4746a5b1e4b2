# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps an estate from harm: limits, protection, approval, guards, renames, secrets, observing, ignoring."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.concurrent import wait_until
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import Definition
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import digest, gate
from simulator import Simulator
from support.definitions import SECTIONS
from support.estates import adopted, brought_about, part, proven, session, told, wished, writes

PRD, QAS, DEV = "Replicate PRD 1", "replicate-qas", "replicate-dev"
NIGHTLY, RUNS = "Nightly 01 accounts", "Nightly 21 returns"
LOB = {"task_settings": {"common_settings": {"lob_max_size": 64}}}
BROKEN = "DESERIALIZE_TO_TYPE"
WEEKEND = {"days": ["sat", "sun"], "from": "01:00", "to": "05:00", "zone": "UTC"}
ALL = {"prune": True, "prune_max": 1000, "prune_max_percent": 100}


@pytest.fixture
def em(quick_em: Simulator) -> Simulator:
    """An Enterprise Manager as at its start."""
    return quick_em


def rest(em: Simulator, server: str) -> None:
    """Stop all tasks of a server; the log begins after it."""
    with session(em) as api:
        for task in api.get_task_list(server):
            if task["state"] == "RUNNING":
                api.stop_task(server, task["name"])
    em.clear_log()


def without(wished_for: dict[str, Any], *names: str) -> dict[str, Any]:
    """A wish without some endpoints or tasks."""
    kept = {kind: [item for item in wished_for[kind] if item["name"] not in names] for kind in ("endpoints", "tasks")}
    return {**wished_for, **kept}


def refused(em: Simulator, *servers: Mapping[str, Any], **rules: Any) -> str:
    """Why a wish is refused, in check mode and in a run, which does nothing then."""
    planned = brought_about(em, *servers, check_mode=True, **rules)
    done = brought_about(em, *servers, **rules)
    assert planned.error is not None
    assert done.error is not None
    assert planned.error.message == done.error.message
    assert (done.values["status"], done.changed, done.diff) == ("refused", False, [])
    assert writes(em) == []
    return done.error.message


# Prune


def unmanaged(result: Any, kind: str) -> list[str]:
    """What a server has of a kind and a wish has not, as ``server/name``."""
    return [f"{item['server']}/{item['name']}" for item in result.values["unmanaged"] if item["kind"] == kind]


def test_what_is_unmanaged_is_told_by_name_unless_it_is_ignored(em: Simulator) -> None:
    ignore = [{"servers": ["compose-*"], "tasks": ["*/in/out"], "why": "of others"}]
    found = brought_about(em, without(wished(em, QAS), NIGHTLY, "QAS files"), {"name": DEV, "tasks": []}, ignore=ignore)
    others = sorted((PRD, "replicate-retired", "replicate-branch"))
    assert unmanaged(found, "server") == [f"{name}/{name}" for name in others]
    assert unmanaged(found, "endpoint") == [f"{QAS}/QAS files"]
    tasks = unmanaged(found, "task")
    assert f"{QAS}/{NIGHTLY}" in tasks
    # An empty list wants none of what is there, and a key that is left out says nothing of it.
    assert f"{DEV}/snapshot" in tasks
    assert f"{DEV}/in/out" not in tasks
    assert brought_about(em, {"name": DEV, "endpoints": []}).values["unmanaged"][0]["kind"] == "endpoint"
    assert brought_about(em, {"name": DEV, "description": "x"}).values["unmanaged"][0]["kind"] == "server"


def test_what_git_no_longer_has_is_left_alone_unless_prune_is_on(em: Simulator) -> None:
    found = brought_about(em, without(wished(em, QAS), NIGHTLY, "QAS files"))
    assert (found.values["status"], found.values["summary"]["left_alone"]) == ("in_sync", 2 + 5)
    assert "Left alone: 1 endpoint, 5 servers, 1 task." in found.values["plan"]


def test_prune_deletes_tasks_before_endpoints(em: Simulator) -> None:
    done = proven(em, without(wished(em, QAS), NIGHTLY, "QAS files"), prune=True)
    assert told(done) == [("task", NIGHTLY, "delete", "done"), ("endpoint", "QAS files", "delete", "done")]


def test_prune_deletes_only_in_lists_that_are_given(em: Simulator) -> None:
    assert brought_about(em, {"name": QAS, "description": "x"}, **ALL).values["summary"]["delete"] == 0
    only_endpoints = brought_about(em, {"name": QAS, "endpoints": []}, check_mode=True, **ALL)
    # Those that tasks use are left alone: no list says that the tasks go.
    assert told(only_endpoints, "kind", "name", "action")[0] == ("endpoint", "QAS files", "delete")
    assert only_endpoints.values["summary"]["delete"] == 3


def test_prune_deletes_only_kinds_that_are_named(em: Simulator) -> None:
    done = brought_about(em, without(wished(em, QAS), NIGHTLY, "QAS files"), **{**ALL, "prune_kinds": ["endpoints"]})
    assert told(done, "kind", "action") == [("endpoint", "delete")]


def test_prune_deletes_no_task_that_runs(em: Simulator) -> None:
    done = brought_about(em, without(wished(em, QAS), RUNS), prune=True)
    assert told(done) == [("task", RUNS, "delete", "blocked")]
    assert (done.values["status"], writes(em)) == ("blocked", [])


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (
            {"prune_max": 2},
            "prune would delete 3 of 26 tasks of server replicate-qas (Nightly 01 accounts, Nightly 02 addresses,",
        ),
        ({"prune_max_percent": 10}, "branches), and prune_max_percent is 10"),
    ],
)
def test_above_a_limit_nothing_is_done_at_all(em: Simulator, limits: dict[str, int], message: str) -> None:
    found = without(wished(em, QAS), NIGHTLY, "Nightly 02 addresses", "Nightly 03 branches")
    part(found, "tasks", "Nightly 04 carriers")["overrides"] = LOB
    assert message in refused(em, found, prune=True, **limits)
    assert proven(em, found, prune=True).values["summary"]["delete"] == 3


def test_an_empty_list_never_empties_a_server_by_itself(em: Simulator) -> None:
    assert "prune_max" in refused(em, {"name": DEV, "tasks": []}, prune=True)


def test_prune_reads_the_same_in_whatever_order_a_server_answers(
    em: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = ["Nightly 02 addresses", "Nightly 03 branches", NIGHTLY]
    servers = [without(wished(em, QAS), *tasks, "QAS files", "QAS Oracle__Primary"), {"name": DEV, "endpoints": []}]
    everything = {**ALL, "prune_kinds": ["tasks", "endpoints", "servers"]}

    def results() -> list[Any]:
        found = [
            brought_about(em, *servers, check_mode=True, **rules)
            for rules in ({}, everything, {**everything, "prune_max": 1})
        ]
        return [(result.values, result.warnings, result.error and result.error.message) for result in found]

    before = results()
    for name in ("get_server_list", "get_task_list", "get_endpoint_list"):
        monkeypatch.setattr(Api, name, turned(getattr(Api, name)))
    monkeypatch.setattr(Definition, "endpoints", property(turned(Definition.endpoints.fget)))
    assert results() == before


def turned(answer: Any) -> Any:
    """What answers a list, the other way round."""
    return lambda *given: answer(*given)[::-1]


@pytest.mark.parametrize("api_method", ["GetServer", "GetServerAcl", "ExportAll", "GetTaskList"])
@pytest.mark.parametrize("server", [QAS, DEV])
def test_prune_deletes_nothing_where_a_read_failed(em: Simulator, api_method: str, server: str) -> None:
    wishes = [
        without(wished(em, QAS), NIGHTLY),
        {"name": DEV, "description": "other", "acl": {}, "endpoints": [], "tasks": []},
    ]
    wishes[0].update(description="other", acl={})
    em.clear_log()
    for code in (BROKEN, "UNAUTHORIZED_REQUEST"):
        em.clear_faults()
        em.inject({"kind": "error", "api_method": api_method, "server": server, "times": None, "error_code": code})
        assert "could not be read as a whole" in refused(em, *wishes, **ALL)


@pytest.mark.parametrize("api_method", ["GetServer", "GetTaskList"])
def test_prune_deletes_no_server_where_a_read_of_one_failed(em: Simulator, api_method: str) -> None:
    rest(em, DEV)
    em.inject({"kind": "error", "api_method": api_method, "server": "compose-dw", "times": None, "error_code": BROKEN})
    message = refused(em, {"name": PRD}, {"name": QAS}, **ALL, prune_kinds=["servers"])
    assert "could not be read as a whole" in message


def test_prune_deletes_nothing_where_the_servers_cannot_be_listed(em: Simulator) -> None:
    found = without(wished(em, QAS), NIGHTLY)
    em.inject({"kind": "error", "api_method": "GetServerList", "times": None, "error_code": BROKEN})
    done = brought_about(em, found, **ALL)
    assert done.error is not None
    assert (done.changed, writes(em)) == (False, [])


def test_without_prune_what_can_be_read_is_done(em: Simulator) -> None:
    em.inject({"kind": "error", "api_method": "ExportAll", "server": QAS, "error_code": "DESERIALIZE_TO_TYPE"})
    found = {"name": QAS, "description": "other", "endpoints": [{"name": "QAS files"}]}
    done = brought_about(em, found, {"name": DEV, "description": "other"})
    assert done.error is not None
    assert (done.values["status"], writes(em)) == ("failed", ["PutServer", "PutServer"])


def test_servers_are_pruned_only_if_named_and_their_tasks_are_read_and_rest(em: Simulator) -> None:
    kept = [{"name": name} for name in (PRD, QAS)]
    servers = {**ALL, "prune_kinds": ["servers"]}
    done = brought_about(em, *kept, check_mode=True, **servers)
    assert dict(told(done, "name", "status")) == {
        DEV: "blocked",
        "compose-dw": "blocked",
        "replicate-retired": "blocked",
        "replicate-branch": "blocked",
    }
    rest(em, DEV)
    done = brought_about(em, *kept, **servers)
    assert (DEV, "delete", "done") in told(done, "name", "action", "status")
    assert "prune would delete" not in str(done.error)


# Protected


def test_a_protected_task_that_runs_and_is_gone_from_git_is_a_refusal_too(em: Simulator) -> None:
    message = refused(em, without(wished(em, QAS), RUNS), prune=True, protected={"tasks": [f"*/{RUNS}"]})
    assert f"protected, and never deleted: task {RUNS} of server {QAS}" in message


def test_what_is_protected_is_changed_and_never_deleted(em: Simulator) -> None:
    protected = {"tasks": [f"{QAS}/Nightly 01*"], "endpoints": ["*/QAS files"], "servers": ["*prd*"]}
    found = wished(em, QAS)
    part(found, "tasks", NIGHTLY)["overrides"] = LOB
    assert proven(em, found, protected=protected).values["status"] == "applied"
    em.clear_log()
    gone = without(found, NIGHTLY, "QAS files")
    renamed = {"name": "new", "renamed_from": PRD, "password": "geheim-1"}
    assert refused(em, renamed, protected=protected).endswith(f"protected, and never deleted: server {PRD}.")
    message = refused(em, gone, protected=protected, **ALL)
    assert (
        f"protected, and never deleted: task {NIGHTLY} of server {QAS}, endpoint QAS files of server {QAS}" in message
    )
    part(found, "tasks", NIGHTLY)["state"] = "absent"
    assert f"task {NIGHTLY}" in refused(em, found, protected=protected)


@pytest.mark.parametrize("is_at_rest", [True, False])
def test_a_protected_server_whose_file_is_gone_is_not_deleted(em: Simulator, is_at_rest: bool) -> None:
    if is_at_rest:
        rest(em, DEV)
    servers = {**ALL, "prune_kinds": ["servers"], "protected": {"servers": ["*-dev"]}}
    assert "protected, and never deleted: server replicate-dev" in refused(em, {"name": PRD}, {"name": QAS}, **servers)
    message = refused(em, {"name": DEV, "state": "absent"}, protected={"servers": ["*-dev"]})
    assert "server replicate-dev" in message


def test_a_protected_name_with_signs_of_patterns_is_protected(em: Simulator) -> None:
    spare = {"name": "Spare [EU]", "role": "target", "type_id": "NULL_TARGET_COMPONENT_TYPE", "settings": {}}
    brought_about(em, {"name": QAS, "endpoints": [spare]})
    em.clear_log()
    message = refused(em, without(wished(em, QAS), "Spare [EU]"), protected={"endpoints": [f"{QAS}/Spare [EU]"]}, **ALL)
    assert message.endswith(f"protected, and never deleted: endpoint Spare [EU] of server {QAS}.")


def test_what_goes_on_to_name_a_task_that_is_deleted_is_told(em: Simulator) -> None:
    with session(em) as api:
        export = json.loads(api.export_all(QAS))
        export[SECTIONS] = {
            "scheduler": {"jobs": [{"name": "At night", "task": NIGHTLY, "schedule": "0 3 * * *"}]},
            "notifications": {"notifications_list": [{"name": "Mail", "tasks": [NIGHTLY], "enabled": True}]},
        }
        api.import_all(QAS, json.dumps(export))
        assert wait_until(lambda: "At night" in str(api.export_all(QAS)), bool, 5)[1]
    done = brought_about(em, {"name": QAS, "tasks": [{"name": NIGHTLY, "state": "absent"}]}, check_mode=True)
    assert any("still named by job At night, notification Mail" in line for line in done.values["plan"])


def test_prune_leaves_an_endpoint_that_a_task_of_git_names_though_it_waits(em: Simulator) -> None:
    found = without(wished(em, QAS), "QAS Oracle__Standby")
    part(found, "tasks", RUNS)["source_endpoint"] = "QAS Oracle__Standby"
    done = brought_about(em, found, **ALL)
    assert told(done) == [("task", RUNS, "update", "blocked")]
    assert unmanaged(done, "endpoint") == [f"{QAS}/QAS Oracle__Standby"]
    assert writes(em) == []


# Approval and guards


def test_what_moves_beside_a_patch_does_not_stop_it(em: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"name": QAS, "endpoints": [{"name": "QAS Snowflake", "settings": {"server": "other.example"}}]}
    refusal = gate.refusal

    def meanwhile(*arguments: Any) -> Any:
        with session(em) as api:
            api.patch_endpoint(QAS, "QAS Snowflake", [{"op": "add", "path": "/db_settings/username", "value": "HAND"}])
        return refusal(*arguments)

    monkeypatch.setattr(gate, "refusal", meanwhile)
    assert told(brought_about(em, found)) == [("endpoint", "QAS Snowflake", "update", "done")]
    settings = part(adopted(em, QAS), "endpoints", "QAS Snowflake")["settings"]
    assert (settings["server"], settings["username"]) == ("other.example", "HAND")


def test_only_the_plan_that_was_approved_is_carried_out(em: Simulator) -> None:
    found = wished(em, QAS)
    part(found, "tasks", NIGHTLY)["overrides"] = LOB
    approved = brought_about(em, found, check_mode=True).values["plan_id"]
    part(found, "tasks", "Nightly 02 addresses")["overrides"] = LOB
    message = refused(em, found, expect=approved)
    assert f"task Nightly 02 addresses of server {QAS} came" in message
    part(found, "tasks", NIGHTLY)["overrides"] = {}
    message = refused(em, found, expect=approved)
    assert f"task Nightly 02 addresses of server {QAS} came, task {NIGHTLY} of server {QAS} went" in message
    part(found, "tasks", NIGHTLY)["overrides"] = LOB
    part(found, "tasks", "Nightly 02 addresses")["overrides"] = {}
    done = brought_about(em, found, expect=digest.short(approved))
    assert (done.error, done.values["status"]) == (None, "applied")
    again = brought_about(em, found, expect="0" * 64)
    assert (again.error, again.values["status"]) == (None, "in_sync")


def test_an_empty_approval_is_none(em: Simulator) -> None:
    refused_at_once = brought_about(em, {"name": QAS, "description": "other"}, expect="")
    assert "expect is empty" in str(refused_at_once.error)
    assert em.log() == []


def test_a_plan_made_on_another_state_is_another_plan(em: Simulator) -> None:
    found = {"name": DEV, "acl": {"viewer_role": {"users": ["CORP\\v"], "groups": []}}}
    approved = brought_about(em, found, check_mode=True).values["plan_id"]
    with session(em) as api:
        api.put_server_acl(DEV, {**api.get_server_acl(DEV), "disable_inheritance": True})
    em.clear_log()
    assert f"acl {DEV} is another change now" in refused(em, found, expect=approved)


def test_what_moves_after_the_plan_is_not_overwritten(
    em: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = wished(em, QAS)
    part(found, "tasks", NIGHTLY)["overrides"] = LOB
    found.update(acl={"viewer_role": {"users": ["CORP\\v"], "groups": []}}, description="other")
    part(found, "endpoints", "QAS Snowflake")["settings"]["server"] = "other.example"
    found["endpoints"].append({"name": "N", "role": "target", "type_id": "NULL_TARGET_COMPONENT_TYPE", "settings": {}})
    tables = {"included_pattern": [{"owner": "A", "name": "%"}]}
    found["tasks"] = [*(task for task in found["tasks"] if task["name"] != RUNS), {"name": RUNS, "tables": tables}]
    refusal = gate.refusal

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(gate, "refusal", refusal)
        with session(em) as api, monkeypatch.context() as another_machine:
            another_machine.setenv("ANSIBLE_HOME", str(tmp_path))
            nightly = adopted(em, QAS)["tasks"][0]["definition"]
            nightly["cmd.replication_definition"]["tasks"][0]["task"]["description"] = "by hand"
            brought_about(em, {"name": QAS, "tasks": [{"name": NIGHTLY, "definition": nightly}]})
            selection = api.get_task_table_selection(QAS, RUNS)
            api.put_task_table_selection(QAS, RUNS, {**selection, "excluded_pattern": [{"owner": "B", "name": "%"}]})
            api.put_server(QAS, {**api.get_server(QAS), "description": "by hand"}, api.session.number)
            brought_about(em, {"name": QAS, "acl": {"admin_role": {"users": ["CORP\\admin"], "groups": []}}})
            brought_about(em, {"name": QAS, "endpoints": [found["endpoints"][-1]]})
            by_hand = [{"op": "add", "path": "/db_settings/server", "value": "hand.example"}]
            api.patch_endpoint(QAS, "QAS Snowflake", by_hand)
        return refusal(*arguments)

    monkeypatch.setattr(gate, "refusal", meanwhile)
    done = brought_about(em, found)
    assert {status for (status,) in told(done, "status")} == {"skipped"}, done.values["plan"]
    assert len(told(done)) == 6
    assert (done.error, done.changed, done.values["status"]) == (None, False, "blocked")


def test_what_moves_after_the_plan_is_not_deleted(
    em: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = wished(em, QAS)
    spare = {"name": "Spare", "role": "target", "type_id": "NULL_TARGET_COMPONENT_TYPE", "settings": {}}
    brought_about(em, {"name": QAS, "endpoints": [spare, {**spare, "name": "Gone"}]})
    declared, pruned, changed = NIGHTLY, "Nightly 06 contracts", "Nightly 05 claims"
    found["endpoints"] = [
        *found["endpoints"],
        {"name": "Spare", "state": "absent"},
        {"name": "Gone", "state": "absent"},
    ]
    found["tasks"] = [
        {"name": task["name"], "state": "absent"} if task["name"] in (declared, changed) else task
        for task in found["tasks"]
        if task["name"] != pruned
    ]
    refusal = gate.refusal

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.setattr(gate, "refusal", refusal)
        with session(em) as api, monkeypatch.context() as another_machine:
            another_machine.setenv("ANSIBLE_HOME", str(tmp_path))
            by_hand = [{"op": "add", "path": "/db_settings/server", "value": "hand.example"}]
            api.patch_endpoint(QAS, "Spare", by_hand)
            api.delete_endpoint(QAS, "Gone")
            definition = part(adopted(em, QAS), "tasks", changed)["definition"]
            brought_about(em, {"name": QAS, "tasks": [{"name": changed, "definition": definition, "overrides": LOB}]})
            for task in (declared, pruned):
                api.run_task(QAS, task, "RESUME_PROCESSING")
        return refusal(*arguments)

    monkeypatch.setattr(gate, "refusal", meanwhile)
    done = brought_about(em, found, **ALL)
    assert sorted(told(done, "name", "status")) == [
        ("Gone", "done"),
        *((name, "skipped") for name in sorted((declared, pruned, changed, "Spare"))),
    ]


# Renames


def test_a_server_at_the_same_host_and_port_is_a_suspected_rename(em: Simulator) -> None:
    server = {
        "name": "replicate-qa",
        "host": "REPL-QAS-01.corp.example",
        "username": "u",
        "password": "geheim-1",
        "tasks": [],
    }
    done = brought_about(em, server)
    assert told(done) == [("server", "replicate-qa", "update", "blocked")]
    assert "Say renamed_from: replicate-qas" in done.values["changes"][0]["reason"]
    assert any(line.startswith("  ? server") for line in done.values["plan"])


def test_a_server_at_the_host_and_port_of_one_that_goes_comes_after_it(em: Simulator) -> None:
    gone = {"name": QAS, "state": "absent"}
    new = {"name": "new", "username": "CORP\\svc", "password": "geheim-1", "host": "repl-qas-01.corp.example"}
    new["acl"] = {"admin_role": {"users": ["CORP\\admin"], "groups": []}}
    waits = brought_about(em, new, gone, observe=[QAS])
    assert told(waits, "server", "kind", "status") == [
        ("new", "server", "blocked"),
        ("new", "acl", "blocked"),
        (QAS, "server", "observed"),
    ]
    done = proven(em, new, gone)
    assert told(done, "server", "action", "status") == [
        ("new", "create", "done"),
        ("new", "create", "done"),
        (QAS, "delete", "done"),
    ]


def test_a_place_of_another_server_cannot_be_had(em: Simulator) -> None:
    there = {"host": "repl-qas-01.corp.example", "port": 443}
    done = brought_about(em, {"name": DEV, **there, "acl": {"admin_role": {"users": ["CORP\\admin"]}}}, {"name": QAS})
    assert ("server", DEV, "update", "blocked") in told(done)
    assert f"server {QAS} is at the same host and port" in done.values["changes"][0]["reason"]
    new = {"host": "new.corp.example", "username": "u", "password": "geheim-1"}
    done = brought_about(em, {"name": "new 1", **new}, {"name": "new 2", **new}, check_mode=True)
    assert told(done, "name", "status", "reason") == [
        ("new 1", "planned", ""),
        ("new 2", "blocked", "server new 1 is at the same host and port"),
    ]
    done = proven(em, {"name": DEV, **there}, {"name": QAS, "state": "absent"})
    assert told(done, "name", "action") == [(DEV, "update"), (QAS, "delete")]


def test_a_task_and_an_endpoint_under_another_name_are_suspected_renames(em: Simulator) -> None:
    found = wished(em, QAS)
    task, endpoint = part(found, "tasks", NIGHTLY), part(found, "endpoints", "QAS files")
    task["name"], endpoint["name"] = "Accounts", "QAS output"
    task["definition"]["cmd.replication_definition"]["tasks"][0]["task"]["name"] = "Accounts"
    done = brought_about(em, found, prune=True)
    assert told(done) == [
        ("endpoint", "QAS output", "create", "blocked"),
        ("task", "Accounts", "create", "blocked"),
        ("task", NIGHTLY, "delete", "blocked"),
        ("endpoint", "QAS files", "delete", "blocked"),
    ]
    assert writes(em) == []
    found["tasks"].append({"name": NIGHTLY, "state": "absent"})
    endpoint["renamed_from"] = "QAS files"
    done = proven(em, found)
    assert told(done, "kind", "action") == [
        ("endpoint", "create"),
        ("task", "create"),
        ("task", "delete"),
        ("endpoint", "delete"),
    ]


def test_a_renamed_task_that_runs_is_replaced_and_runs_again(em: Simulator) -> None:
    found = wished(em, QAS)
    task = part(found, "tasks", RUNS)
    task.update(name="Returns", renamed_from=RUNS)
    task["definition"]["cmd.replication_definition"]["tasks"][0]["task"]["name"] = "Returns"
    blocked = brought_about(em, found)
    assert told(blocked) == [("task", "Returns", "create", "blocked"), ("task", RUNS, "delete", "blocked")]
    task["force"] = True
    blocked = brought_about(em, found)
    assert [(status, "first_run" in reason) for status, reason in told(blocked, "status", "reason")] == [
        ("blocked", True),
        ("blocked", True),
    ]
    task["first_run"] = "resume_processing"
    done = proven(em, found)
    assert told(done) == [
        ("task", "Returns", "create", "done"),
        ("task", RUNS, "delete", "done"),
        ("run_state", "Returns", "run", "done"),
    ]


@pytest.mark.parametrize("lacking", [{}, {"run_state": "started"}, {"tables": {"included_pattern": []}}])
def test_nothing_is_deleted_for_a_new_name_that_is_not_made(em: Simulator, lacking: dict[str, Any]) -> None:
    found = {"name": QAS, "tasks": [{"name": "Renamed", "renamed_from": NIGHTLY, **lacking}]}
    done = brought_about(em, found)
    assert {status for (status,) in told(done, "status")} == {"blocked"}
    assert ("task", NIGHTLY, "delete", "blocked") in told(done)
    assert writes(em) == []


def test_nothing_is_deleted_for_a_new_name_that_waits(em: Simulator) -> None:
    task = part(wished(em, QAS), "tasks", NIGHTLY)
    task.update(name="Renamed", renamed_from=NIGHTLY, source_endpoint="nowhere")
    task["definition"]["cmd.replication_definition"]["tasks"][0]["task"]["name"] = "Renamed"
    spare = {"name": "Spare", "role": "target", "type_id": "NULL_TARGET_COMPONENT_TYPE", "settings": {}}
    brought_about(em, {"name": QAS, "endpoints": [spare]})
    em.clear_log()
    renamed = {"name": "Other", "renamed_from": "Spare", "settings": {"password": "{{ not_evaluated }}"}}
    done = brought_about(em, {"name": QAS, "endpoints": [renamed], "tasks": [task]})
    assert told(done, "name", "status") == [
        ("Other", "blocked"),
        ("Renamed", "blocked"),
        (NIGHTLY, "blocked"),
        ("Spare", "blocked"),
    ]
    assert writes(em) == []


def test_a_renamed_endpoint_keeps_its_settings_and_secrets(em: Simulator) -> None:
    renamed = {"name": "DEV SQL", "renamed_from": "DEV broken"}
    done = proven(em, {"name": DEV, "endpoints": [renamed]})
    assert told(done, "name", "action") == [("DEV SQL", "create"), ("DEV broken", "delete")]
    with session(em) as api:
        assert api.test_endpoint(DEV, "DEV SQL")["status"] == "CONNECTED"


def test_an_endpoint_as_one_of_its_configurations_is_in_sync(em: Simulator) -> None:
    found = wished(em, PRD)
    with session(em) as api:
        api.reconfigure_endpoint_no_wait(PRD, "ORA", "Standby", recycle=False)
    assert brought_about(em, found).values["status"] == "in_sync"
    with session(em) as api:
        api.patch_endpoint(PRD, "ORA", [{"op": "add", "path": "/db_settings/username", "value": "OTHER"}])
    assert told(brought_about(em, found, check_mode=True)) == [("endpoint", "ORA", "update", "planned")]


@pytest.mark.parametrize("changed", [("ORA", "ORA__Primary", "ORA__Standby"), ("ORA__Standby",)])
def test_no_change_in_git_undoes_a_failover(em: Simulator, changed: tuple[str, ...]) -> None:
    found = wished(em, PRD)
    standby = part(found, "endpoints", "ORA__Standby")["settings"]["server"]
    assert standby != part(found, "endpoints", "ORA")["settings"]["server"]
    with session(em) as api:
        api.reconfigure_endpoint_no_wait(PRD, "ORA", "Standby", recycle=False)
    for name in changed:
        part(found, "endpoints", name)["settings"]["archivedLogDestId"] = 9
    done = proven(em, found)
    assert told(done) == [("endpoint", name, "update", "done") for name in sorted({"ORA", *changed})]
    (ora,) = (change for change in done.values["changes"] if change["name"] == "ORA")
    assert ora["after"] == {"settings": {"archivedLogDestId": 9}}
    assert "is left as it is, since it is as its configuration ORA__Standby" in " ".join(
        brought_about(em, found).warnings
    )


def test_secrets_are_those_of_the_configuration_that_an_endpoint_is_as(em: Simulator) -> None:
    found = wished(em, PRD)
    for name in ("ORA", "ORA__Primary", "ORA__Standby"):
        part(found, "endpoints", name)["settings"]["password"] = f"geheim {name}"
    em.clear_log()
    with session(em) as api:
        api.reconfigure_endpoint_no_wait(PRD, "ORA", "Standby", recycle=False)
    done = brought_about(em, found, send_secrets=[f"{PRD}/ORA"])
    assert told(done, "name", "status", "after") == [("ORA", "done", {"settings": {"password": "(sent)"}})]
    (sent,) = (entry["body"] for entry in em.log() if entry["api_method"] == "PatchEndpoint")
    assert "server" not in str(sent)


def test_what_only_the_endpoint_itself_declares_is_changed(em: Simulator) -> None:
    found = wished(em, PRD)
    for name in ("ORA__Primary", "ORA__Standby"):
        declared = part(found, "endpoints", name)
        declared["settings"] = {"server": declared["settings"]["server"]}
    part(found, "endpoints", "ORA")["settings"].update(archivedLogDestId=9)
    done = proven(em, found)
    assert told(done, "name", "after") == [("ORA", {"settings": {"archivedLogDestId": 9}})]


# Secrets


def test_a_reference_that_nobody_has_evaluated_is_never_sent(em: Simulator) -> None:
    secret = "{{ vault_x }}"
    broken = {"name": "DEV broken", "settings": {"password": secret}}
    made = {"name": "made", "role": "source", "type_id": "ORACLE_COMPONENT_TYPE", "settings": {"password": secret}}
    found = {"name": DEV, "password": secret, "license": {"content": secret}, "endpoints": [broken]}
    assert brought_about(em, found).values["status"] == "in_sync"
    forced = {**found, "license": {"content": secret, "force": True}, "endpoints": [broken, made]}
    waits = brought_about(em, forced, send_secrets=[DEV, f"{DEV}/*"])
    assert told(waits, "kind", "name", "status") == [
        ("server", DEV, "blocked"),
        ("license", DEV, "blocked"),
        ("endpoint", "DEV broken", "blocked"),
        ("endpoint", "made", "blocked"),
    ]
    assert {item["reason"] for item in waits.values["changes"]} == {
        "its secret is {{ vault_x }}, a variable that was not evaluated"
    }
    assert writes(em) == []


def test_secrets_of_what_is_there_are_sent_only_if_the_run_names_them(em: Simulator) -> None:
    settings = {"password": "geheim-2"}
    found = {"name": DEV, "password": "geheim-1", "endpoints": [{"name": "DEV broken", "settings": settings}]}
    quiet = brought_about(em, found)
    assert (quiet.values["status"], quiet.values["summary"]["not_compared"], writes(em)) == ("in_sync", 2, [])
    sent = brought_about(em, found, send_secrets=[DEV, f"{DEV}/DEV b*"])
    assert told(sent, "kind", "action") == [("server", "update"), ("endpoint", "update")]
    assert "geheim" not in repr(sent)
    assert any("password: sent" in line for line in sent.values["plan"])
    # The test of this endpoint fails whatever is sent, and that is told.
    assert sent.error is not None
    assert sent.error.facts()["api_method"] == "TestEndpoint"
    assert (sent.values["status"], sent.changed) == ("failed", True)
    assert sorted(writes(em)) == ["PatchEndpoint", "PutServer"]


def test_a_name_of_nothing_sends_no_secret_and_is_told(em: Simulator) -> None:
    found = {"name": QAS, "endpoints": [{"name": "QAS Oracle", "settings": {"password": "geheim-1"}}]}
    for given, told_of in (("replicate-qas/QAS Oracel", True), (f"{QAS}/qas*", False), ("*", False)):
        warnings = brought_about(em, found, check_mode=True, send_secrets=[given]).warnings
        assert any("names no server of the estate" in warning for warning in warnings) is told_of


@pytest.mark.parametrize(
    ("given", "told_of"),
    [
        ({"observe": ["replicate-qass"]}, "observe: 'replicate-qass' names no server that is there or in the estate."),
        ({"observe": ["REPLICATE-qas", "to come", "*-dev"]}, ""),
        ({"observe": ["replicate-qass"], "known_servers": ["Replicate-QASS"]}, ""),
        ({"observe": ["replicate-qass"], "known_servers": ["*"]}, ""),
        ({"protected": {"servers": ["*-qass"]}}, "protected.servers: '*-qass' names no server"),
        ({"windows": [{**WEEKEND, "servers": ["x"]}]}, "windows[0].servers: 'x' names no server"),
        (
            {"ignore": [{"servers": ["replicate-qass"], "why": "w"}]},
            "ignore[0].servers: 'replicate-qass' names",
        ),
        ({"ignore": [{"tasks": ["*/scratch *"], "why": "what comes and goes"}]}, ""),
        (
            {"ignore": [{"tasks": [f"{QAS}/scratch"], "why": "w"}]},
            "ignore[0].tasks: 'replicate-qas/scratch' names",
        ),
        ({"protected": {"tasks": [f"{QAS}/nightly 01*", f"{QAS}/to come"]}}, ""),
        (
            {"protected": {"tasks": [f"{QAS}/Nigthly 01*"]}},
            "protected.tasks: 'replicate-qas/Nigthly 01*'",
        ),
        ({"protected": {"tasks": ["replicate-qass/*"]}}, "protected.tasks: 'replicate-qass/*' names no task"),
        (
            {"protected": {"endpoints": [f"{QAS}/QAS Oracel"]}},
            "protected.endpoints: 'replicate-qas/QAS Oracel'",
        ),
        # Of these servers not everything was read, so nobody knows.
        ({"protected": {"tasks": [f"{DEV}/no such", "*/no such"], "endpoints": [f"{DEV}/no such"]}}, ""),
    ],
)
def test_a_rule_that_means_nothing_is_told(em: Simulator, given: dict[str, Any], told_of: str) -> None:
    endpoints = [{"name": "QAS Oracle", "settings": {"server": "//qas-ora:1521/QAS"}}]
    found = {"name": QAS, "endpoints": endpoints, "tasks": [{"name": "to come", "state": "absent"}]}
    done = brought_about(em, found, {"name": "to come", "state": "absent"}, check_mode=True, **given)
    assert done.error is None
    assert [warning[: len(told_of)] for warning in done.warnings] == ([told_of] if told_of else [])


def test_an_import_loses_no_secret(em: Simulator) -> None:
    found = wished(em, PRD)
    task = part(found, "tasks", "Orders archive")
    task.update(with_endpoints=True, overrides=LOB)
    sections = task["definition"]["cmd.replication_definition"]
    names = {"ORA", "DW Snowflake"}
    sections["databases"] = [
        {
            "name": item["name"],
            "role": item["role"].upper(),
            "type_id": item["type_id"],
            "db_settings": item["settings"],
        }
        for item in found["endpoints"]
        if item["name"] in names
    ]
    found["endpoints"] = [item for item in found["endpoints"] if item["name"] not in names]
    done = proven(em, found)
    assert told(done) == [("task", "Orders archive", "update", "done")]
    with session(em) as api:
        assert [api.test_endpoint(PRD, name)["status"] for name in sorted(names)] == ["CONNECTED", "CONNECTED"]


# Observed and ignored


def test_what_is_observed_is_told_and_never_written(em: Simulator) -> None:
    found = without(wished(em, QAS), "Nightly 02 addresses")
    part(found, "tasks", NIGHTLY)["overrides"] = LOB
    part(found, "tasks", RUNS)["overrides"] = LOB
    done = brought_about(em, found, observe=["*-qas"], protected={"tasks": ["*"]}, **ALL)
    assert {status for (status,) in told(done, "status")} == {"observed"}
    assert (done.values["status"], done.changed, done.diff, writes(em)) == ("in_sync", False, [], [])
    assert f"{QAS} (observed, nothing is written)" in done.values["plan"]


def test_what_is_ignored_is_neither_changed_nor_pruned(em: Simulator) -> None:
    found = without(wished(em, QAS), "Nightly 02 addresses")
    part(found, "tasks", NIGHTLY)["overrides"] = LOB
    found["description"] = "other"
    pointer = "/task_settings/common_settings/lob_max_size"
    ignore: list[dict[str, Any]] = [
        {"tasks": ["*/Nightly 02*"], "why": "team"},
        {"tasks": [f"{QAS}/*"], "at": pointer, "why": "load test"},
        {"servers": ["*"], "at": "/description", "why": "told elsewhere"},
    ]
    found_in_sync = brought_about(em, found, ignore=ignore, **ALL)
    assert found_in_sync.values["status"] == "in_sync", found_in_sync.values["plan"]
    over = [{**item, "until": "2020-01-31"} for item in ignore]
    done = brought_about(em, found, check_mode=True, ignore=over, **ALL)
    assert done.values["summary"]["update"] == 2
    assert done.values["summary"]["delete"] == 1
    assert any("2020-01-31" in warning for warning in done.warnings)


def test_a_setting_of_an_endpoint_is_ignored(em: Simulator) -> None:
    found = {"name": QAS, "endpoints": [{"name": "QAS Oracle", "settings": {"server": "//other", "username": "REPL"}}]}
    ignore = [{"endpoints": ["*/QAS Oracle"], "at": "/db_settings/server", "why": "moves"}]
    assert brought_about(em, found, ignore=ignore).values["status"] == "in_sync"
    all_settings: list[dict[str, Any]] = [{"at": "/db_settings", "why": "moves"}]
    assert brought_about(em, found, ignore=all_settings).values["status"] == "in_sync"
    assert brought_about(em, found, check_mode=True).values["status"] == "changes"


def test_of_two_names_that_differ_in_case_each_is_itself(em: Simulator) -> None:
    found = wished(em, QAS)
    (other,) = ({**item, "name": "QAS FILES"} for item in found["endpoints"] if item["name"] == "QAS files")
    with session(em) as api:
        export = json.loads(api.export_all(QAS))
        there = part({"endpoints": export[SECTIONS]["databases"]}, "endpoints", "QAS files")
        moved = {**there, "name": other["name"], "db_settings": {**there["db_settings"], "csvTargetPath": "/other"}}
        export[SECTIONS] = {"databases": [moved]}
        api.import_all(QAS, json.dumps(export))
    em.clear_log()
    done = brought_about(em, found, **ALL)
    # The other one cannot be declared beside it, so it is never pruned either.
    assert (done.values["status"], writes(em)) == ("in_sync", [])
    done = brought_about(em, {**found, "endpoints": [other]})
    assert told(done, "name", "action", "status") == [("QAS FILES", "update", "done")]
    assert done.values["changes"][0]["before"] == {"settings": {"csvTargetPath": "/other"}}
    assert brought_about(em, found).values["status"] == "in_sync"


def test_an_endpoint_is_found_in_another_case(em: Simulator) -> None:
    spelled_otherwise = {"name": "qas FILES", "settings": {"csvTargetPath": "/other"}}
    done = proven(em, {"name": QAS, "endpoints": [spelled_otherwise]})
    assert told(done, "action", "status") == [("update", "done")]
    task = {**part(wished(em, QAS), "tasks", NIGHTLY), "source_endpoint": "New oracle"}
    new = {**part(adopted(em, QAS), "endpoints", "QAS Oracle"), "name": "New Oracle"}
    new["settings"] = {**new["settings"], "server": "//new:1521/NEW"}
    done = brought_about(em, {"name": QAS, "endpoints": [new], "tasks": [task]}, check_mode=True)
    assert told(done, "name", "status") == [("New Oracle", "planned"), (NIGHTLY, "blocked")]
    assert "Did you mean 'New Oracle'" in done.values["changes"][1]["reason"]


def test_a_renamed_server_keeps_its_acl_and_what_is_its_own(em: Simulator) -> None:
    found = {**wished(em, DEV), "name": "replicate-test", "renamed_from": DEV, "description": "Test"}
    blocked = brought_about(em, found)
    assert told(blocked) == [("server", "replicate-test", "update", "blocked")]
    assert "its password is needed" in blocked.values["changes"][0]["reason"]
    part(found, "tasks", "C# feed")["overrides"] = LOB
    done = proven(em, {**found, "password": "geheim-1"})
    assert told(done) == [("server", "replicate-test", "update", "done"), ("task", "C# feed", "update", "done")]
    assert any("its messages are lost" in line for line in done.values["plan"])
    with session(em) as api:
        names = [server["name"] for server in api.get_server_list()]
        assert ("replicate-test" in names, DEV in names) == (True, False)
        assert api.get_server_acl("replicate-test")["designer_role"]["users"] == ["CORP\\dev.only"]
        assert len(api.get_task_list("replicate-test")) == len(found["tasks"])


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
@pytest.mark.parametrize("api_method", ["DeleteServer", "PutServer", "PutServerAcl"])
def test_a_server_is_renamed_whatever_answer_is_lost(em: Simulator, api_method: str, kind: str) -> None:
    em.inject({"kind": kind, "api_method": api_method, "times": 1})
    done = brought_about(em, {"name": "replicate-test", "renamed_from": DEV, "password": "geheim-1"})
    assert done.values["status"] == "applied"
    with session(em) as api:
        assert api.get_server_acl("replicate-test")["designer_role"]["users"] == ["CORP\\dev.only"]


@pytest.mark.parametrize(
    ("api_method", "told"),
    [
        ("PutServerAcl", f"{DEV} is there as replicate-test now, without"),
        ("PutServer", f"{DEV} is removed and could not"),
    ],
)
def test_an_acl_that_a_rename_has_lost_is_told_and_can_be_given(em: Simulator, api_method: str, told: str) -> None:
    em.inject({"kind": "error", "api_method": api_method, "error_code": BROKEN, "times": 2})
    found = {"name": "replicate-test", "renamed_from": DEV, "host": "h", "username": "u", "password": "geheim-1"}
    done = brought_about(em, found)
    assert (done.values["status"], done.changed) == ("failed", True)
    assert done.error is not None
    assert told in done.error.message
    em.clear_faults()
    acl = yaml.safe_load(done.error.message.partition("run again: ")[2])
    proven(em, {**found, "acl": acl})
    with session(em) as api:
        assert api.get_server_acl("replicate-test")["designer_role"]["users"] == ["CORP\\dev.only"]


def test_a_server_whose_new_name_cannot_be_had_keeps_its_old_one(em: Simulator) -> None:
    em.inject(
        {"kind": "error", "api_method": "PutServer", "server": "replicate-test", "error_code": "AEM_INVALID_NAME"}
    )
    found = {"name": "replicate-test", "renamed_from": DEV, "password": "geheim-1"}
    done = brought_about(em, found)
    assert done.error is not None
    assert "was added again under its old name" in done.error.message
    with session(em) as api:
        assert api.get_server_acl(DEV)["designer_role"]["users"] == ["CORP\\dev.only"]
    em.clear_faults()
    assert proven(em, found).values["status"] == "applied"
