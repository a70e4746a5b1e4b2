# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that are started and stopped, as a user says it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_task_state
from simulator import Settings, Simulator
from support.inprocess import perform
from support.playbooks import Proof, prove, run

SERVER = "replicate-qas"
RELOAD = {"state": "restarted", "run_option": "reload_target"}
TASKS = """
- name: Stop by tag
  qlik.enterprise_manager.aem_task_state:
    server: replicate-qas
    tags: [nightly]
    state: stopped
- name: Start by tag
  qlik.enterprise_manager.aem_task_state:
    server: replicate-qas
    tags: [nightly]
    state: started
- name: Stop a Compose task
  qlik.enterprise_manager.aem_task_state:
    server: compose-dw
    tasks: ["*"]
    state: stopped
- name: Start a Compose task
  qlik.enterprise_manager.aem_task_state:
    server: compose-dw
    tasks: ["*"]
    state: started
"""
NAMES = [line.removeprefix("- name: ") for line in TASKS.splitlines() if line.startswith("- name: ")]


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager whose tasks start and stop in a blink, and whose Compose tasks do not end meanwhile."""
    with Simulator(Settings(start_seconds=0.05, stop_seconds=0.05, load_seconds=3600)) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def proofs(em: Simulator) -> dict[str, Proof]:
    """The tasks above, each in check mode, for real and again."""
    return prove(em, TASKS)


@pytest.mark.parametrize("name", NAMES)
def test_check_run_and_run_again(proofs: dict[str, Proof], name: str) -> None:
    proofs[name].holds()


def test_what_check_mode_tells_of_each_task_is_what_happens(proofs: dict[str, Proof]) -> None:
    stop = proofs["Stop by tag"]
    told = [{key: task[key] for key in task if key != "seconds"} for task in stop.run.result["tasks"]]
    assert stop.check.result["tasks"] == told
    assert all(("seconds" in task) == task["changed"] for task in stop.run.result["tasks"])
    assert stop.run.changed
    assert {task["after"] for task in stop.run.result["tasks"]} <= {"STOPPED", "ERROR"}
    start = proofs["Start by tag"]
    assert {task["before"] for task in start.run.result["tasks"]} <= {"STOPPED", "ERROR"}
    assert all(task["changed"] for task in start.run.result["tasks"])


def test_each_task_is_told_to_stop_once(proofs: dict[str, Proof]) -> None:
    stop = proofs["Stop by tag"].run
    changed = [task["name"] for task in stop.result["tasks"] if task["changed"]]
    assert stop.calls.count("StopTask") == len(changed)
    assert stop.calls.count("GetTaskList") == 1


def test_restarting_is_a_change_each_time(em: Simulator) -> None:
    task = {"server": SERVER, "tags": ["nightly"], "state": "restarted"}
    played = run(em, [{"name": f"Restart {n}", "qlik.enterprise_manager.aem_task_state": task} for n in range(2)])
    assert [step.changed for step in played.steps] == [True, True]
    assert "StopTask" in played.steps[1].calls


def test_options_of_a_run_travel(em: Simulator) -> None:
    task = {
        "server": "Replicate PRD 1",
        "tasks": ["ERP to DW"],
        "state": "restarted",
        "run_option": "resume_processing_from_timestamp",
        "cdc_position": "2026-03-07T11:19:03Z",
        "timeout": 33,
    }
    step = run(em, [{"name": "Run", "qlik.enterprise_manager.aem_task_state": task}]).steps[0]
    sent = next(entry for entry in step.log if entry["api_method"] == "RunTask")
    assert sent["path"].endswith(
        "/servers/Replicate%20PRD%201/tasks/ERP%20to%20DW?action=run&option=RESUME_PROCESSING_FROM_TIMESTAMP&timeout=33"
    )
    assert "2026-03-07T11:19:03Z" in sent["body"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "one of the following is required: tasks, tags, exclude, selection"),
        ({"tasks": ["nobody"]}, "There is no task 'nobody' on server replicate-qas"),
        ({"tasks": ["*"], "run_option": "resume_processing_from_position"}, "needs cdc_position"),
        ({"tasks": ["*"], "cdc_position": "1"}, "takes no cdc_position"),
        ({"tasks": ["*"], "timeout": 0}, "timeout must be"),
    ],
)
def test_bad_input_is_refused_before_anything_is_started(em: Simulator, options: dict[str, object], told: str) -> None:
    module = {"server": SERVER, **options}
    step = run(em, [{"name": "Bad", "qlik.enterprise_manager.aem_task_state": module}]).steps[0]
    assert step.failed
    assert told in step.result["msg"]
    assert step.writes == []


def test_a_tag_that_no_task_has_is_refused_unless_there_may_be_none(em: Simulator) -> None:
    module = {"server": SERVER, "tags": ["no-such-tag"], "state": "stopped"}
    tasks = [
        {"name": "Mistyped", "qlik.enterprise_manager.aem_task_state": module, "ignore_errors": True},
        {"name": "None", "qlik.enterprise_manager.aem_task_state": {**module, "allow_none": True}},
        {"name": "Empty", "qlik.enterprise_manager.aem_task_state": {**module, "tags": []}, "ignore_errors": True},
    ]
    mistyped, none, empty = run(em, tasks).steps
    told = "No task on server replicate-qas matches tags no-such-tag."
    assert (mistyped.failed, mistyped.result["msg"].startswith(told)) == (True, True)
    assert (none.failed, none.changed, none.result["tasks"]) == (False, False, [])
    assert told in str(none.result["warnings"])
    assert (empty.failed, "tags is an empty list" in empty.result["msg"]) == (True, True)


def test_tasks_are_found_in_another_case_and_excluded(em: Simulator) -> None:
    module = {"server": SERVER, "tasks": ["nightly 01 ACCOUNTS", "Nightly 0[23]*"], "exclude": ["*branches"]}
    step = run(em, [{"name": "Start", "qlik.enterprise_manager.aem_task_state": module}]).steps[0]
    assert [task["name"] for task in step.result["tasks"]] == ["Nightly 01 accounts", "Nightly 02 addresses"]


def test_tasks_are_listed(em: Simulator) -> None:
    played = run(
        em,
        """
        - name: All
          qlik.enterprise_manager.aem_task_info:
        - name: Some
          qlik.enterprise_manager.aem_task_info:
            servers: ["Replicate PRD 1", "compose-*"]
            states: [running]
            details: true
        - name: One server that is not monitored
          qlik.enterprise_manager.aem_task_info:
            servers: ["{{ unmonitored }}"]
          ignore_errors: true
        """,
        "-e",
        "unmonitored=" + next(server["name"] for server in em.estate()["servers"] if server.get("monitored") is False),
    )
    everything = played["All"].result
    assert {task["state"] for task in everything["tasks"]} >= {"RUNNING", "STOPPED", "ERROR", "RECOVERY"}
    assert "is left out: it is NOT_MONITORED" in str(everything["warnings"])
    some = played["Some"].result["tasks"]
    assert {task["state"] for task in some} == {"RUNNING"}
    assert {task["server"] for task in some} == {"Replicate PRD 1", "compose-dw"}
    assert all(task["details"]["name"] == task["name"] for task in some)
    unmonitored = played["One server that is not monitored"]
    assert unmonitored.result["error_code"] == "AEM_SERVER_NOT_MONITORED"


def test_the_end_of_a_full_load_is_waited_for(em: Simulator) -> None:
    options = {"server": SERVER, "tasks": ["Nightly 01 accounts"], "wait_for": "full_load", "timeout": 30}
    em.update_settings(load_seconds=1.5)
    step = run(em, [{"name": "Load", "qlik.enterprise_manager.aem_task_state": {**options, **RELOAD}}]).steps[0]
    assert not step.failed, step.result
    (told,) = step.result["tasks"]
    assert told["seconds"] >= 1.5
    again = run(em, [{"name": "Wait", "qlik.enterprise_manager.aem_task_state": options}]).steps[0]
    assert (again.failed, again.changed, again.writes) == (False, False, [])


def test_a_full_load_that_takes_too_long_is_an_error(em: Simulator) -> None:
    options = {"server": SERVER, "tasks": ["nightly 01 ACCOUNTS"], "wait_for": "full_load", "timeout": 2, **RELOAD}
    em.update_settings(load_seconds=600.0)
    try:
        step = run(em, [{"name": "Load", "qlik.enterprise_manager.aem_task_state": options}]).steps[0]
    finally:
        em.update_settings(load_seconds=0.5)
        perform(em, aem_task_state, server=SERVER, tasks=["Nightly 01 accounts"], state="stopped")
    assert (step.failed, step.changed) == (True, True)
    assert "had 2 seconds, and its full load is not over: it is in state RUNNING, 0 of 2 tables" in step.result["msg"]
    assert step.result["tasks"][0]["after"] == "RUNNING"
    assert step.result["msg"] == step.result["tasks"][0]["error"]
    sent = next(entry for entry in step.log if entry["api_method"] == "RunTask")
    assert "/tasks/Nightly%2001%20accounts?" in sent["path"]


def test_check_mode_does_not_wait_for_an_end(em: Simulator) -> None:
    perform(em, aem_task_state, server=SERVER, tasks=["Nightly 01 accounts"], state="stopped")
    options = {"server": SERVER, "tasks": ["Nightly 01 accounts"], "wait_for": "end", "timeout": 30}
    checked = perform(em, aem_task_state, True, **options)
    assert (checked.error, checked.values["tasks"][0]["after"]) == (None, "STOPPED")
