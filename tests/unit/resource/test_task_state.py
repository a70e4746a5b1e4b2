# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and stopping tasks: what is planned, and how trouble on the way is settled. No network."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import (
    ApiError,
    NoAnswer,
    Refused,
    TaskFailed,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Applied, carry_out
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import task_choice, task_state
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.switch import Wish
from support.one_task import LOST_AFTER, LOST_BEFORE, Server, time_flies


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    time_flies(monkeypatch)


def bring(server: Server, wish: Wish, planned_from: str | None = None) -> Applied:
    """Plan for the task as it is, or was when planned, and apply the plan."""
    task = {"server": "s", "name": "t", "state": planned_from or server.state}
    changes = task_state.plan(cast(Api, server), [task], wish)
    return changes[0].apply() if changes else Applied(changed=False, value=server.state)


def wish(**options: Any) -> Wish:
    """A wish of these options."""
    return Wish.from_options(options)


@pytest.mark.parametrize(
    ("state", "wanted", "planned"),
    [
        ("RUNNING", "started", False),
        ("RECOVERY", "started", False),
        ("STOPPED", "started", True),
        ("ERROR", "started", True),
        ("PAUSED", "started", True),
        ("STOPPED", "stopped", False),
        ("ERROR", "stopped", False),
        ("RUNNING", "stopped", True),
        ("RECOVERY", "stopped", True),
        ("STOPPING", "stopped", True),
        ("RUNNING", "restarted", True),
        ("STOPPED", "restarted", True),
    ],
)
def test_what_is_planned(state: str, wanted: str, planned: bool) -> None:
    changes = task_state.plan(cast(Api, Server()), [{"server": "s", "name": "t", "state": state}], wish(state=wanted))
    assert bool(changes) == planned


@pytest.mark.parametrize(
    ("state", "wanted", "calls", "after"),
    [
        ("STOPPED", "started", ["run"], "RUNNING"),
        ("ERROR", "started", ["run"], "RUNNING"),
        ("RUNNING", "stopped", ["stop"], "STOPPED"),
        ("RUNNING", "restarted", ["stop", "run"], "RUNNING"),
        ("STOPPED", "restarted", ["run"], "RUNNING"),
        ("ERROR", "restarted", ["run"], "RUNNING"),
    ],
)
def test_each_way(state: str, wanted: str, calls: list[str], after: str) -> None:
    server = Server(state)
    assert bring(server, wish(state=wanted)) == Applied(True, after)
    assert [call[0] for call in server.calls] == calls


def test_options_of_a_run_are_passed_on() -> None:
    server = Server()
    options = {"run_option": "resume_processing_from_timestamp", "cdc_position": "2026-03-07T11:19:03", "timeout": 7}
    bring(server, wish(**options))
    assert server.calls == [("run", "RESUME_PROCESSING_FROM_TIMESTAMP", 7, "2026-03-07T11:19:03")]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"run_option": "resume_processing_from_position"}, "needs cdc_position"),
        ({"cdc_position": "1"}, "takes no cdc_position"),
        ({"run_option": "reload_target", "cdc_position": "1"}, "takes no cdc_position"),
        ({"run_option": "resume_processing_from_timestamp", "cdc_position": "yesterday"}, "must be a UTC time"),
        ({"timeout": 0}, "timeout must be 1 second or more"),
    ],
)
def test_what_run_task_would_refuse_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=told):
        wish(**options)


@pytest.mark.parametrize(("wanted", "meanwhile"), [("started", "RUNNING"), ("stopped", "STOPPED")])
def test_somebody_else_was_faster(wanted: str, meanwhile: str) -> None:
    server = Server(meanwhile)
    planned_from = "STOPPED" if wanted == "started" else "RUNNING"
    assert bring(server, wish(state=wanted), planned_from) == Applied(False, meanwhile)


def test_a_recovering_task_is_not_run() -> None:
    server = Server("RECOVERY", trouble=[ApiError("RunTask", 500, "AEM_TASK_IN_RECOVERY", "recovers")])
    assert bring(server, wish(), "STOPPED") == Applied(False, "RECOVERY")


def test_a_task_that_loads_and_ends_is_no_error() -> None:
    assert bring(Server(ends_in="STOPPED"), wish()) == Applied(True, "STOPPED")


def test_a_task_that_ends_in_error_fails_with_its_message() -> None:
    with pytest.raises(TaskFailed, match=r"could not be started: it is in state ERROR. Table full") as caught:
        bring(Server(ends_in="ERROR", message="Table full"), wish())
    assert caught.value.facts() == {"api_method": "RunTask", "error_message": "Table full"}


@pytest.mark.parametrize(("state", "wanted"), [("STOPPED", "started"), ("RUNNING", "stopped")])
def test_an_error_message_is_an_error_whatever_the_status(state: str, wanted: str) -> None:
    server = Server(state, trouble=[{"state": state, "error_message": "No licence"}])
    with pytest.raises(TaskFailed, match="No licence"):
        bring(server, wish(state=wanted))


def test_a_run_that_answers_early_is_waited_for() -> None:
    server = Server("STARTING", trouble=[{"state": "STARTING", "error_message": ""}])
    server.looks = [lambda: None, lambda: setattr(server, "state", "RUNNING")]
    assert bring(server, wish(), "STOPPED") == Applied(True, "RUNNING")


def test_a_task_has_stopped_when_its_memory_is_free() -> None:
    server = Server("STOPPED", memory_mb=800, trouble=[{"state": "STOPPED", "error_message": ""}])
    server.looks = [lambda: None, lambda: None, lambda: setattr(server, "memory_mb", 0)]
    assert bring(server, wish(state="stopped"), "RUNNING") == Applied(True, "STOPPED")
    assert server.looks == []


def test_memory_that_is_never_freed_is_an_error() -> None:
    server = Server("STOPPED", memory_mb=800, trouble=[{"state": "STOPPED", "error_message": ""}])
    with pytest.raises(TaskFailed, match="still uses 800 MB"):
        bring(server, wish(state="stopped"), "RUNNING")


@pytest.mark.parametrize("memory_mb", [None, -1])
def test_where_the_server_does_not_tell_the_memory_the_state_is_enough(memory_mb: int | None) -> None:
    server = Server("STOPPED", memory_mb=memory_mb, trouble=[{"state": "STOPPED", "error_message": ""}])
    assert bring(server, wish(state="stopped"), "RUNNING") == Applied(True, "STOPPED")


def test_a_stop_that_ends_in_error_is_an_error() -> None:
    server = Server("ERROR", message="disk", trouble=[{"state": "ERROR", "error_message": ""}])
    with pytest.raises(TaskFailed, match=r"could not be stopped: it is in state ERROR. disk"):
        bring(server, wish(state="stopped"), "RUNNING")


@pytest.mark.parametrize("option", ["resume_processing", "reload_target"])
def test_a_lost_answer_to_a_run_that_worked_is_settled_by_a_look(option: str) -> None:
    server = Server(trouble=[LOST_AFTER])
    assert bring(server, wish(run_option=option)) == Applied(True, "RUNNING")
    assert len(server.calls) == 1


def test_a_lost_resume_that_did_nothing_is_sent_again() -> None:
    server = Server(trouble=[LOST_BEFORE])
    assert bring(server, wish()) == Applied(True, "RUNNING")
    assert len(server.calls) == 2


def test_a_lost_reload_is_never_sent_again() -> None:
    server = Server(trouble=[LOST_BEFORE])
    with pytest.raises(NoAnswer, match="It was not run again, since reload_target may have been done"):
        bring(server, wish(run_option="reload_target"))
    assert len(server.calls) == 1


def test_a_lost_resume_of_a_task_that_has_moved_is_never_sent_again() -> None:
    server = Server("ERROR", ends_in="STOPPED", trouble=[LOST_AFTER])
    with pytest.raises(NoAnswer, match="is STOPPED now"):
        bring(server, wish())
    assert len(server.calls) == 1


def test_a_lost_resume_within_a_restart_is_sent_again() -> None:
    server = Server("RUNNING", trouble=[None, LOST_BEFORE])
    assert bring(server, wish(state="restarted")) == Applied(True, "RUNNING")
    assert [call[0] for call in server.calls] == ["stop", "run", "run"]


@pytest.mark.parametrize("lost", [LOST_BEFORE, LOST_AFTER])
def test_a_lost_stop_is_settled(lost: str) -> None:
    server = Server("RUNNING", trouble=[lost])
    assert bring(server, wish(state="stopped")) == Applied(True, "STOPPED")


@pytest.mark.parametrize(
    ("state", "wanted", "code", "after"),
    [
        ("STOPPED", "started", "AEM_RUN_TASK_TIMEOUT", "STARTING"),
        ("RUNNING", "stopped", "AEM_STOP_TASK_TIMEOUT", "STOPPING"),
    ],
)
def test_without_waiting_a_time_out_is_as_expected(state: str, wanted: str, code: str, after: str) -> None:
    server = Server(state, trouble=[ApiError("X", 500, code, "timed out")])
    assert bring(server, wish(state=wanted, wait=False)) == Applied(True, after)
    with pytest.raises(ApiError, match=code):
        bring(Server(state, trouble=[ApiError("X", 500, code, "timed out")]), wish(state=wanted))


def test_a_task_is_told_to_stop_by_the_name_that_its_server_gives_it() -> None:
    selected = task_choice.select(cast(Api, Server("RUNNING")), task_choice.Choice("s", ["T"]))
    assert [task["name"] for task in selected.tasks] == ["t"]
    assert [task["name"] for task in task_choice.matching([{"name": "t", "assigned_tags": []}], ["T"], None)] == ["t"]


def test_what_is_told_of_each_task() -> None:
    server = Server(trouble=[ApiError("RunTask", 500, "AEM_X", "no")])
    tasks = [{"server": "s", "name": "t", "state": "STOPPED"}, {"server": "s", "name": "u", "state": "RUNNING"}]
    changes = task_state.plan(cast(Api, server), tasks, wish())
    predicted = task_state.outcomes(tasks, carry_out(changes, check_mode=True))
    assert predicted == [
        {"server": "s", "name": "t", "before": "STOPPED", "after": "RUNNING", "changed": True},
        {"server": "s", "name": "u", "before": "RUNNING", "after": "RUNNING", "changed": False},
    ]
    failed = task_state.outcomes(tasks, carry_out(changes, check_mode=False))
    assert (failed[0]["after"], failed[0]["changed"]) == ("STOPPED", False)
    assert "AEM_X" in failed[0]["error"]


def test_a_restart_that_fails_half_way_tells_that_the_task_was_stopped() -> None:
    server = Server("RUNNING", trouble=[None, ApiError("RunTask", 500, "AEM_X", "no")])
    tasks = [{"server": "s", "name": "t", "state": "RUNNING"}]
    report = carry_out(task_state.plan(cast(Api, server), tasks, wish(state="restarted")), check_mode=False)
    told = task_state.outcomes(tasks, report)[0]
    assert (told["before"], told["after"], told["changed"]) == ("RUNNING", "STOPPED", True)
    assert report.changed
    assert "AEM_X" in told["error"]
