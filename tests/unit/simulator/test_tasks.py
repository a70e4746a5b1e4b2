# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks on their way: running, stopping, what is refused, and what a monitoring record says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from simulator.model import ACTIVE_STATES
from simulator.service import Request
from simulator.transitions import until_steady
from support.api_calls import COMPOSE, DEV, NIGHTLY, PRD, QAS
from support.desk import BASE, Desk, Reply

FROM_TIME = "RESUME_PROCESSING_FROM_TIMESTAMP"
FROM_POSITION = "RESUME_PROCESSING_FROM_POSITION"
FROM_CHECKPOINT = "RECOVER_USING_CHECKPOINT_STORED_ON_TARGET"
COMPOSE_TASK = "Load DWH__SALES"


def run(desk: Desk, task: str, server: str = QAS, body: Any = None, **query: Any) -> Reply:
    return desk.call("POST", "servers", server, "tasks", task, body=body, action="run", **query)


def stop(desk: Desk, task: str, server: str = QAS, **query: Any) -> Reply:
    return desk.call("POST", "servers", server, "tasks", task, action="stop", **query)


def details(desk: Desk, task: str, server: str = QAS) -> Any:
    return desk.get("servers", server, "tasks", task)


def listed(desk: Desk, task: str, server: str = QAS) -> Any:
    return next(item for item in desk.get("servers", server, "tasks")["taskList"] if item["name"] == task)


def test_run_and_stop_wait_for_a_steady_state(desk: Desk) -> None:
    began = desk.clock.seconds
    assert run(desk, NIGHTLY).data == {"state": "RUNNING", "error_message": ""}
    assert desk.clock.seconds == began + 0.5
    assert details(desk, NIGHTLY)["memory_mb"] == 256
    assert stop(desk, NIGHTLY).data == {"state": "STOPPED", "error_message": ""}
    assert desk.clock.seconds == began + 1
    assert details(desk, NIGHTLY)["memory_mb"] == 0
    assert listed(desk, NIGHTLY)["stop_reason"] == "NORMAL"


def test_what_is_there_already_is_an_error(desk: Desk) -> None:
    assert run(desk, "Nightly 21 returns").code == "AEM_TASK_ALREADY_RUNNING"
    assert run(desk, "Regression changes").code == "AEM_TASK_IN_RECOVERY"
    assert stop(desk, NIGHTLY).code == "AEM_TASK_ALREADY_STOPPED"
    assert stop(desk, "Regression load").code == "AEM_TASK_ALREADY_STOPPED"


def test_a_task_in_error_can_be_run_and_one_in_recovery_stopped(desk: Desk) -> None:
    assert listed(desk, "Regression load")["stop_reason"] == "FATAL_ERROR"
    assert run(desk, "Regression load").data["state"] == "RUNNING"
    assert listed(desk, "Regression load") == {
        "name": "Regression load",
        "state": "RUNNING",
        "stop_reason": "NONE",
        "message": "",
        "assigned_tags": ["regression"],
    }
    assert stop(desk, "Regression changes").data["state"] == "STOPPED"


@pytest.mark.parametrize("seconds", [0, 1, 4])
def test_the_way_goes_on_after_a_timeout(desk: Desk, seconds: int) -> None:
    assert run(desk, "slow", DEV, timeout=seconds).code == "AEM_RUN_TASK_TIMEOUT"
    assert details(desk, "slow", DEV)["state"] == "STARTING"
    assert run(desk, "slow", DEV).code == "AEM_TASK_ALREADY_RUNNING"
    desk.clock.seconds += 5 - seconds
    assert details(desk, "slow", DEV)["state"] == "RUNNING"
    assert stop(desk, "slow", DEV, timeout=seconds).code == "AEM_STOP_TASK_TIMEOUT"
    assert details(desk, "slow", DEV)["state"] == "STOPPING"
    assert run(desk, "slow", DEV).code == "AEM_TASK_ALREADY_RUNNING"
    assert stop(desk, "slow", DEV).data["state"] == "STOPPED"
    assert desk.task(DEV, "slow").changed_at == desk.clock.seconds


def test_a_stop_takes_the_place_of_a_start(desk: Desk) -> None:
    run(desk, "slow", DEV, timeout=1)
    assert stop(desk, "slow", DEV, timeout=60).data["state"] == "STOPPED"
    desk.clock.seconds += 60
    assert details(desk, "slow", DEV)["state"] == "STOPPED"


def test_of_two_runs_at_once_one_is_refused(desk: Desk) -> None:
    token = desk.token()
    headers = {"EnterpriseManager.APISessionID": token, "Content-Length": "0"}
    request = Request("POST", f"{BASE}/servers/{QAS}/tasks/Nightly%2001%20accounts?action=run", headers)
    desk.clock.sleep = real_pause

    async def both() -> list[str | None]:
        answers = await asyncio.gather(*(desk.service.answer(request) for _number in range(2)))
        return sorted(str(answer.error_code) for answer, _entry in answers)

    async def with_time() -> list[str | None]:
        work = asyncio.create_task(both())
        await asyncio.sleep(0.01)
        desk.clock.seconds += 1
        return await work

    assert asyncio.run(with_time()) == ["AEM_TASK_ALREADY_RUNNING", "None"]


async def real_pause(_seconds: float) -> None:
    await asyncio.sleep(0.02)


def test_a_replaced_estate_ends_the_wait(desk: Desk) -> None:
    run(desk, "slow", DEV, timeout=0)
    task = desk.task(DEV, "slow")
    desk.world.reset()
    assert asyncio.run(until_steady(desk.world, task, 3600)) is False
    assert desk.clock.seconds < 1100


def test_no_time_at_all(desk: Desk) -> None:
    desk.set(start_seconds=0, stop_seconds=0)
    assert run(desk, NIGHTLY, timeout=0).data["state"] == "RUNNING"
    assert stop(desk, NIGHTLY, timeout=0).data["state"] == "STOPPED"


def test_a_start_that_fails(desk: Desk) -> None:
    assert run(desk, "fails", DEV).data == {"state": "ERROR", "error_message": ""}
    found = listed(desk, "fails", DEV)
    assert (found["state"], found["stop_reason"]) == ("ERROR", "FATAL_ERROR")
    assert found["message"] == "The table DEV.A does not exist on the source"
    assert details(desk, "fails", DEV)["memory_mb"] == 0


def test_a_start_that_answers_an_error(desk: Desk) -> None:
    expected = {"state": "STOPPED", "error_message": "The task cannot be started at this time"}
    assert run(desk, "answers an error", DEV).data == expected


@pytest.mark.parametrize(
    ("task", "code"),
    [("no source", "AEM_RUN_TASK_NO_SRC"), ("nothing to do", "AEM_RUN_TASK_NOT_FL_NOR_CDC")],
)
def test_what_a_task_needs_to_run(desk: Desk, task: str, code: str) -> None:
    assert run(desk, task, DEV).code == code


@pytest.mark.parametrize(
    ("lacks", "code"),
    [(["target"], "AEM_RUN_TASK_TRG"), (["target", "source"], "AEM_RUN_TASK_NO_SRC_NO_TRG")],
)
def test_endpoints_that_a_task_needs(desk: Desk, lacks: list[str], code: str) -> None:
    desk.task(DEV, "never ran").lacks = lacks
    assert run(desk, "never ran", DEV).code == code


def test_a_bidirectional_task_needs_full_load_or_changes(desk: Desk) -> None:
    tasks = desk.estate.servers[DEV].repository.tasks
    tasks["nothing to do"]["task"]["task_type"] = "BIDIRECTIONAL"
    assert run(desk, "nothing to do", DEV).code == "AEM_RUN_BIDI_TASK_NO_FL_NOR_CDC"


OPAQUE = "Checkpoint:V1#1#timestamp:2017-02-14T12:34:44#0#0#*#0#0"


@pytest.mark.parametrize(
    ("option", "position", "code"),
    [
        ("", None, None),
        ("NONE", None, None),
        ("resume_processing", None, None),
        ("RESUME_PROCESSING", "", None),
        ("RELOAD_TARGET", None, None),
        ("RECOVER_USING_LOCALLY_STORED_CHECKPOINT", None, None),
        (FROM_TIME, "2017-03-07T11:19:03", None),
        (FROM_TIME, "2017-03-07T11:19:03Z", None),
        (FROM_TIME, "2017-13-07T11:19:03", "AEM_CDC_POSITION_ERR_FORMAT"),
        (FROM_TIME, "yesterday", "AEM_CDC_POSITION_ERR_FORMAT"),
        (FROM_TIME, None, "AEM_MISSING_FIELD"),
        (FROM_POSITION, "15000000040000037", None),
        (FROM_POSITION, None, "AEM_MISSING_FIELD"),
        (FROM_CHECKPOINT, OPAQUE, None),
        ("RESUME_PROCESSING", "2017-03-07T11:19:03", "AEM_WRONG_OPTION_FOR_CDCPOSITION"),
        ("RELOAD_TARGET", "1", "AEM_WRONG_OPTION_FOR_CDCPOSITION"),
        ("SOMEHOW", None, "DESERIALIZE_TO_TYPE"),
    ],
)
def test_options_and_positions(desk: Desk, option: str, position: str | None, code: str | None) -> None:
    body = None if position is None else {"$type": "AemRunTaskReq", "cdcposition": position}
    reply = run(desk, NIGHTLY, body=body, option=option)
    assert reply.code == code
    assert desk.task(QAS, NIGHTLY).state == ("STOPPED" if code else "RUNNING")


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{", b'{"position": "1"}', b'{"cdcposition": 1}', b'{"cdcposition": "1", "$type": "AemRunTaskReq"}'],
)
def test_bodies_that_are_none(desk: Desk, body: bytes) -> None:
    assert run(desk, NIGHTLY, body=body).code == "DESERIALIZE_TO_TYPE"


def test_an_sdk_sends_a_body_that_says_nothing(desk: Desk) -> None:
    body = {"$type": "AemRunTaskReq", "cdcposition": None}
    assert run(desk, NIGHTLY, body=body, option="NONE", timeout=30).data["state"] == "RUNNING"


@pytest.mark.parametrize("timeout", ["soon", "-1", "1.5", "99999999999"])
def test_a_timeout_is_a_number_of_seconds(desk: Desk, timeout: str) -> None:
    assert run(desk, NIGHTLY, timeout=timeout).code == "DESERIALIZE_TO_TYPE"
    assert stop(desk, "Nightly 21 returns", timeout=timeout).code == "DESERIALIZE_TO_TYPE"


@pytest.mark.parametrize("option", ["METADATA_ONLY_RECREATE_ALL_TABLES", "METADATA_ONLY_CREATE_MISSING_TABLES"])
def test_metadata_only_ends_stopped(desk: Desk, option: str) -> None:
    assert run(desk, NIGHTLY, option=option).data == {"state": "STOPPED", "error_message": ""}


def test_a_full_load_ends_by_itself(desk: Desk) -> None:
    assert run(desk, "snapshot", DEV, option="RELOAD_TARGET").data["state"] == "RUNNING"
    assert details(desk, "snapshot", DEV)["full_load_counters"]["tables_loading_count"] == 2
    desk.clock.seconds += 0.5
    found = details(desk, "snapshot", DEV)
    assert (found["state"], found["task_stop_reason"]) == ("STOPPED", "FULL_LOAD_ONLY_FINISHED")
    assert found["full_load_counters"]["tables_completed_count"] == 2
    assert found["full_load_completed"] is True
    assert found["full_load_end"] > found["full_load_start"]


def test_a_first_run_loads_the_tables_of_the_definition(desk: Desk) -> None:
    assert details(desk, "never ran", DEV)["full_load_counters"]["tables_queued_count"] == 0
    run(desk, "never ran", DEV)
    assert {table.state for table in desk.task(DEV, "never ran").tables} == {"TABLE_LOADING"}
    desk.clock.seconds += 0.5
    assert {table.state for table in desk.task(DEV, "never ran").tables} == {"TABLE_CHANGE_PROCESSING"}


def test_a_stop_during_the_load_puts_it_off(desk: Desk) -> None:
    desk.set(load_seconds=10)
    run(desk, "never ran", DEV)
    stop(desk, "never ran", DEV)
    desk.clock.seconds += 20
    assert {table.state for table in desk.task(DEV, "never ran").tables} == {"TABLE_QUEUED"}
    run(desk, "never ran", DEV)
    desk.clock.seconds += 10
    assert {table.state for table in desk.task(DEV, "never ran").tables} == {"TABLE_CHANGE_PROCESSING"}


def test_memory_may_lag_behind(desk: Desk) -> None:
    desk.set(memory_seconds=10)
    run(desk, NIGHTLY)
    assert details(desk, NIGHTLY)["memory_mb"] == 0
    desk.clock.seconds += 10
    assert details(desk, NIGHTLY)["memory_mb"] == 256
    stop(desk, NIGHTLY)
    assert (details(desk, NIGHTLY)["state"], details(desk, NIGHTLY)["memory_mb"]) == ("STOPPED", 256)
    desk.clock.seconds += 10
    assert details(desk, NIGHTLY)["memory_mb"] == 0


def test_compose_tasks(desk: Desk) -> None:
    assert run(desk, COMPOSE_TASK, COMPOSE).data["state"] == "RUNNING"
    assert listed(desk, COMPOSE_TASK, COMPOSE)["stop_reason"] == "NONE"
    assert stop(desk, COMPOSE_TASK, COMPOSE).data["state"] == "STOPPED"
    assert listed(desk, COMPOSE_TASK, COMPOSE)["stop_reason"] == "NONE"
    assert run(desk, COMPOSE_TASK, COMPOSE, option="RELOAD_TARGET").code == "AEM_RUN_TASK_INNER_ERR"
    reply = run(desk, COMPOSE_TASK, COMPOSE, body={"cdcposition": "1"})
    assert reply.code == "AEM_WRONG_OPTION_FOR_CDCPOSITION"


def test_a_task_must_be_stopped_to_be_deleted(desk: Desk) -> None:
    for name in ("Nightly 21 returns", "Regression changes"):
        reply = desk.call("POST", "servers", QAS, "tasks", name, action="delete")
        assert reply.code == "AEM_TASK_NOT_STOPPED"
    for name in (NIGHTLY, "Regression load"):
        assert desk.call("POST", "servers", QAS, "tasks", name, action="delete").status == 200
        assert desk.call("GET", "servers", QAS, "tasks", name).code == "AEM_TASK_NOT_FOUND"
        assert name not in desk.estate.servers[QAS].repository.tasks


@pytest.mark.parametrize("task", ["100% load", "in/out", "C# feed", "a+b & c?", "Größe täglich"])
def test_odd_names(desk: Desk, task: str) -> None:
    assert details(desk, task, DEV)["name"] == task


def test_the_estate_at_rest(desk: Desk) -> None:
    states = {task.state for server in desk.estate.servers.values() for task in server.tasks.values()}
    assert states == {"STOPPED", "RUNNING", "ERROR", "RECOVERY"}
    tables = [
        table for server in desk.estate.servers.values() for task in server.tasks.values() for table in task.tables
    ]
    assert {table.state for table in tables} == {
        "TABLE_QUEUED",
        "TABLE_LOADING",
        "TABLE_COMPLETED",
        "TABLE_CHANGE_PROCESSING",
        "TABLE_ERROR",
    }
    assert len(desk.estate.servers[QAS].tasks) >= 20


def test_a_task_that_begins_on_its_way_arrives(desk: Desk) -> None:
    desk.estate.servers[QAS].tasks[NIGHTLY].state = "STARTING"
    desk.estate.servers[QAS].tasks["Nightly 21 returns"].state = "STOPPING"
    desk.world.begin(desk.estate)
    assert stop(desk, "Nightly 21 returns").data["state"] == "STOPPED"
    assert desk.task(QAS, NIGHTLY).state == "RUNNING"
    assert not ACTIVE_STATES & {desk.task(QAS, "Nightly 21 returns").state}


def test_details_of_a_replicate_task(desk: Desk) -> None:
    found = details(desk, "ERP to DW", PRD)
    assert next(iter(found)) == "$type"
    assert (found["$type"], "type" in found) == ("AemReplicateTaskInfoDetailed", False)
    assert found["source_endpoint"] == {"name": "ERP Oracle", "type": "Oracle"}
    assert found["target_endpoint"] == {"name": "DW Snowflake", "type": "Snowflake on AWS"}
    assert details(desk, "POS to Kafka", PRD)["source_endpoint"]["type"] == "Microsoft SQL Server"
    assert found["profile"] == "UNIDIRECTIONAL"
    assert found["full_load_counters"] == {
        "tables_completed_count": 4,
        "tables_loading_count": 1,
        "tables_queued_count": 1,
        "tables_with_error_count": 2,
        "records_completed_count": 4180211 + 18022100 + 92310 + 42,
        "estimated_records_for_all_tables_count": sum(t.rows for t in desk.task(PRD, "ERP to DW").tables),
    }
    assert found["data_error_count"] == 18
    assert found["full_load_completed"] is False
    assert details(desk, "ERP staging", PRD)["profile"] == "LOG_STREAM"
    assert details(desk, "ERP staging", PRD)["log_stream_staging"] == "ERP staging"
    assert details(desk, "Orders archive", PRD)["cdc_latency"] == {
        "source_latency": "00:00:00",
        "total_latency": "00:00:00",
    }


def test_names_are_found_in_another_case_and_told_in_their_own(desk: Desk) -> None:
    assert details(desk, "erp TO dw", "REPLICATE prd 1")["name"] == "ERP to DW"
    assert desk.get("servers", "REPLICATE prd 1")["server_details"]["name"] == PRD
    assert desk.world.log.entries()[-1]["error_code"] is None
    assert stop(desk, "erp to dw", PRD.upper()).data["state"] == "STOPPED"
    last = desk.estate.audit_trail[-1]
    assert (last.server, last.object, last.result) == (PRD, "ERP to DW", "SUCCESS")
    assert stop(desk, "erp to dw", PRD).message == f"Replicate task ERP to DW on server {PRD} is already stopped."


def test_a_name_that_is_spelled_so_goes_first(desk: Desk) -> None:
    server = desk.estate.servers[DEV]
    server.tasks["IN/OUT"] = server.tasks["never ran"]
    assert desk.call("GET", "servers", DEV, "tasks", "in/out").data["name"] == "in/out"


def test_a_task_that_only_captures_changes_has_loaded_nothing(desk: Desk) -> None:
    found = details(desk, "Orders to Kafka", PRD)
    assert found["options"]["full_load_enabled"] is False
    assert found["full_load_completed"] is False
    assert (found["full_load_start"], found["full_load_end"]) == (None, None)
    assert found["full_load_counters"] == {
        "tables_completed_count": 0,
        "tables_loading_count": 0,
        "tables_queued_count": 0,
        "tables_with_error_count": 0,
        "records_completed_count": 0,
        "estimated_records_for_all_tables_count": 0,
    }
    assert found["cdc_event_counters"]["applied_insert_count"] > 0


def test_a_started_compose_task_ends_by_itself(desk: Desk) -> None:
    desk.set(load_seconds=6)
    assert run(desk, COMPOSE_TASK, COMPOSE).data == {"state": "RUNNING", "error_message": ""}
    began = details(desk, COMPOSE_TASK, COMPOSE)
    assert (began["state"], began["loading_completed"], began["loading_end"]) == ("RUNNING", False, None)
    assert began["loading_start"] == "2026-11-23T12:00:00"
    seen = []
    for _table in range(3):
        seen.append(loading_counts(desk))
        desk.clock.seconds += 2
    assert seen == [(0, 1, 2, 0), (1, 1, 1, 3), (2, 1, 0, 6)]
    ended = details(desk, COMPOSE_TASK, COMPOSE)
    assert (ended["state"], ended["loading_completed"], ended["message"]) == ("STOPPED", True, "")
    assert ended["loading_end"] == "2026-11-23T12:00:06"
    assert loading_counts(desk) == (3, 0, 0, 9)
    assert listed(desk, COMPOSE_TASK, COMPOSE)["stop_reason"] == "NONE"
    assert stop(desk, COMPOSE_TASK, COMPOSE).code == "AEM_TASK_ALREADY_STOPPED"


def loading_counts(desk: Desk) -> tuple[int, ...]:
    found = details(desk, COMPOSE_TASK, COMPOSE)["loading_counters"]
    names = ("tables_completed_count", "tables_loading_count", "tables_queued_count", "commands_completed_count")
    return tuple(found[name] for name in names)


def test_a_workflow_ends_by_itself_too(desk: Desk) -> None:
    assert details(desk, "Nightly__SALES", COMPOSE)["loading_completed"] is False
    run(desk, "Nightly__SALES", COMPOSE)
    assert details(desk, "Nightly__SALES", COMPOSE)["state"] == "RUNNING"
    desk.clock.seconds += 0.5
    ended = details(desk, "Nightly__SALES", COMPOSE)
    assert (ended["state"], ended["loading_completed"]) == ("STOPPED", True)


def test_a_compose_task_that_is_stopped_has_not_completed(desk: Desk) -> None:
    run(desk, COMPOSE_TASK, COMPOSE)
    assert stop(desk, COMPOSE_TASK, COMPOSE).data["state"] == "STOPPED"
    desk.clock.seconds += 60
    found = details(desk, COMPOSE_TASK, COMPOSE)
    assert (found["state"], found["loading_completed"], found["loading_end"]) == ("STOPPED", False, None)
    run(desk, COMPOSE_TASK, COMPOSE)
    desk.clock.seconds += 60
    assert details(desk, COMPOSE_TASK, COMPOSE)["loading_completed"] is True


def test_a_compose_task_that_fails(desk: Desk) -> None:
    desk.task(COMPOSE, COMPOSE_TASK).fails_with = "The landing zone is locked"
    assert run(desk, COMPOSE_TASK, COMPOSE).data["state"] == "ERROR"
    found = listed(desk, COMPOSE_TASK, COMPOSE)
    assert (found["state"], found["stop_reason"]) == ("ERROR", "NONE")


def test_what_a_compose_task_says_it_is(desk: Desk) -> None:
    found = details(desk, COMPOSE_TASK, COMPOSE)
    assert next(iter(found)) == "$type"
    assert found["$type"] == "AemComposeTaskInfoDetailed"


def test_states_may_lag_behind_a_command(desk: Desk) -> None:
    desk.set(state_seconds=30)
    assert stop(desk, "Nightly 21 returns").data["state"] == "STOPPED"
    for told in (details(desk, "Nightly 21 returns"), listed(desk, "Nightly 21 returns")):
        assert (told["state"], told.get("stop_reason", told.get("task_stop_reason"))) == ("RUNNING", "NONE")
    running = desk.get("servers", QAS)["server_details"]["task_summary"]["running"]
    assert stop(desk, "Nightly 21 returns").code == "AEM_TASK_ALREADY_STOPPED"
    desk.clock.seconds += 29.5
    assert details(desk, "Nightly 21 returns")["state"] == "STOPPING"
    desk.clock.seconds += 0.5
    assert listed(desk, "Nightly 21 returns")["stop_reason"] == "NORMAL"
    assert desk.get("servers", QAS)["server_details"]["task_summary"]["running"] == running - 1
    run(desk, "Regression load")
    assert "ORA-12541" in listed(desk, "Regression load")["message"]
    desk.clock.seconds += 30
    assert (listed(desk, "Regression load")["state"], listed(desk, "Regression load")["message"]) == ("RUNNING", "")
