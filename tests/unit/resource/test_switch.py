# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that are told to start or stop while something goes wrong: what is tried again, and what is told of it."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import (
    AemError,
    ApiError,
    NoAnswer,
    Refused,
    TaskFailed,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Applied
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import stopped
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.switch import Switch, Wish
from support.one_task import LOST_BEFORE, Server, time_flies


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    time_flies(monkeypatch)


def unreachable(api_method: str = "GetTaskDetails") -> ApiError:
    """What Enterprise Manager answers while it does not reach the server."""
    return ApiError(api_method, 500, "AEM_SERVER_NOT_CONNECTED", "not at this time", passing=True)


def too_late(api_method: str = "RunTask") -> NoAnswer:
    """An answer that was waited for in vain."""
    return NoAnswer(api_method, "Read timed out", sent=True, timed_out=True)


def switch(server: Server, stopped_here: bool = False, **options: Any) -> Switch:
    """The switch of the task of the server, from the state that it is in."""
    task = {"server": "s", "name": "t", "state": server.state}
    return Switch(cast(Api, server), "s", task, Wish.from_options(options), stopped_here)


def failure(one: Switch) -> AemError:
    """The error that applying ends in."""
    with pytest.raises(AemError) as caught:
        one.apply()
    return caught.value


def names(server: Server) -> list[str]:
    """The calls that write."""
    return [str(call[0]) for call in server.calls]


def blind(server: Server, looks: int) -> None:
    """Let so many looks at the task fail."""

    def look() -> None:
        raise unreachable()

    server.looks = [look] * looks


@pytest.mark.parametrize("trouble", [unreachable("RunTask"), LOST_BEFORE, NoAnswer("RunTask", "refused", sent=False)])
def test_a_task_that_was_stopped_here_is_started_until_it_runs(trouble: Any) -> None:
    server = Server("RUNNING", trouble=[None, trouble, trouble, trouble])
    assert switch(server, state="restarted").apply() == Applied(True, "RUNNING")
    assert names(server) == ["stop", "run", "run", "run", "run"]
    resumed = Server("STOPPED", trouble=[trouble])
    assert switch(resumed, stopped_here=True).apply() == Applied(True, "RUNNING")


def test_starting_again_has_an_end() -> None:
    server = Server("RUNNING", trouble=[None, *[unreachable("RunTask")] * 500])
    error = failure(switch(server, state="restarted", timeout=5))
    assert error.facts()["error_code"] == "AEM_SERVER_NOT_CONNECTED"
    assert error.left == Applied(True, "STOPPED")
    assert 2 < len(server.calls) < 50


def test_a_task_that_was_not_stopped_here_is_started_once() -> None:
    server = Server(trouble=[unreachable("RunTask")])
    assert failure(switch(server)).left == Applied(False, "STOPPED")
    assert names(server) == ["run"]


def test_what_does_not_pass_is_not_tried_again() -> None:
    server = Server("RUNNING", trouble=[None, ApiError("RunTask", 403, "UNAUTHORIZED_REQUEST", "no")])
    assert failure(switch(server, state="restarted")).left == Applied(True, "STOPPED")
    assert names(server) == ["stop", "run"]


@pytest.mark.parametrize("stopped_here", [False, True])
def test_a_run_whose_answer_came_too_late_is_never_sent_again(stopped_here: bool) -> None:
    server = Server(trouble=[too_late()])
    error = failure(switch(server, stopped_here))
    assert "is STOPPED now. It was not run again, since the server may still be about to run it." in error.message
    assert error.left == Applied(True, "STOPPED")
    assert names(server) == ["run"]


def test_a_run_whose_answer_came_too_late_is_waited_for() -> None:
    server = Server(trouble=[too_late()])
    server.looks = [lambda: None] * 12 + [lambda: setattr(server, "state", "RUNNING")]
    assert switch(server).apply() == Applied(True, "RUNNING")
    assert names(server) == ["run"]


def test_after_a_second_lost_answer_there_is_a_look() -> None:
    server = Server(trouble=[LOST_BEFORE, "after"])
    assert switch(server).apply() == Applied(True, "RUNNING")
    server = Server(trouble=[LOST_BEFORE, LOST_BEFORE])
    error = failure(switch(server))
    assert "It was not run again, since two calls had no answer." in error.message
    assert error.left == Applied(True, "STOPPED")


def test_where_nobody_can_look_that_is_told_and_counts_as_a_change() -> None:
    server = Server(trouble=[LOST_BEFORE])
    blind(server, 500)
    error = failure(switch(server, timeout=5))
    assert "Task t on server s is UNKNOWN now. It was not run again, since it could not be looked at" in error.message
    assert error.left == Applied(True, "UNKNOWN")


def test_a_stop_that_was_answered_counts_although_nobody_can_look() -> None:
    server = Server("RUNNING")
    blind(server, 500)
    assert failure(switch(server, state="stopped", timeout=5)).left == Applied(True, "UNKNOWN")


def test_a_stop_that_was_refused_changed_nothing() -> None:
    server = Server("RUNNING", trouble=[ApiError("StopTask", 500, "AEM_STOP_TASK_INNER_ERR", "no")])
    blind(server, 500)
    assert failure(switch(server, state="stopped", timeout=5)).left == Applied(False, "UNKNOWN")


def test_a_stop_that_is_lost_twice_is_looked_after() -> None:
    server = Server("RUNNING", trouble=[LOST_BEFORE, "after"])
    assert switch(server, state="stopped").apply() == Applied(True, "STOPPED")
    server = Server("RUNNING", trouble=[LOST_BEFORE, LOST_BEFORE])
    error = failure(switch(server, state="stopped"))
    assert "Task t on server s is RUNNING now, and may yet stop." in error.message
    assert error.left == Applied(True, "RUNNING")


def test_a_restart_that_cannot_see_the_task_at_rest_runs_it_again() -> None:
    server = Server("RUNNING", memory_mb=None, trouble=[{"state": "STOPPED", "error_message": ""}])
    server.state = "STOPPED"
    one = Switch(
        cast(Api, server),
        "s",
        {"server": "s", "name": "t", "state": "RUNNING"},
        Wish.from_options({"state": "restarted", "timeout": 5}),
    )
    calls = iter(range(1000))

    def look() -> None:
        if next(calls) < 1:
            raise ApiError("GetTaskDetails", 403, "UNAUTHORIZED_REQUEST", "no")

    server.looks = [look] * 50
    error = failure(one)
    assert error.message.endswith("no. It was told to run again.")
    assert (server.state, error.left) == ("RUNNING", Applied(True, "RUNNING"))


def test_a_task_that_is_still_stopping_is_run_once_it_has_stopped() -> None:
    running = ApiError("RunTask", 500, "AEM_TASK_ALREADY_RUNNING", "it stops")
    server = Server("STOPPING", trouble=[running])
    server.looks = [lambda: None, lambda: setattr(server, "state", "STOPPED")]
    assert switch(server, stopped_here=True).apply() == Applied(True, "RUNNING")
    assert names(server) == ["run", "run"]


@pytest.mark.parametrize(("state", "calls"), [("RUNNING", ["stop", "run"]), ("RECOVERY", ["stop", "run"])])
def test_only_running_restarts_what_runs(state: str, calls: list[str]) -> None:
    wish = Wish.from_options({"state": "restarted", "only_running": True})
    assert (wish.is_met_by(state), wish.is_met_by("STOPPED"), wish.is_met_by("ERROR")) == (False, True, True)
    server = Server(state)
    switch(server, state="restarted", only_running=True).apply()
    assert names(server) == calls


@pytest.mark.parametrize("state", ["started", "stopped"])
def test_only_running_goes_with_a_restart(state: str) -> None:
    with pytest.raises(Refused, match=f"only_running goes with state restarted, not with {state}"):
        Wish.from_options({"state": state, "only_running": True})


def test_a_restart_leaves_a_note_until_the_task_runs() -> None:
    server = Server("RUNNING", trouble=[None, ApiError("RunTask", 500, "AEM_X", "no")])
    failure(switch(server, state="restarted"))
    assert list(stopped.since(cast(Api, server), "S", ["T"])) == ["T"]
    assert stopped.since(cast(Api, server), "s", ["u"]) == {}
    switch(server).apply()
    assert stopped.since(cast(Api, server), "s", ["t"]) == {}


def test_a_restart_whose_stop_was_refused_leaves_no_note() -> None:
    server = Server("RUNNING", trouble=[ApiError("StopTask", 401, "UNAUTHORIZED_REQUEST", "no")])
    assert failure(switch(server, state="restarted")).left == Applied(False, "RUNNING")
    assert stopped.since(cast(Api, server), "s", ["t"]) == {}


def test_a_start_that_ends_in_error_is_no_success() -> None:
    with pytest.raises(TaskFailed):
        switch(Server(ends_in="ERROR"), stopped_here=True).apply()


def test_a_state_that_lags_behind_a_start_is_not_believed() -> None:
    """The start was done, its answer lost, and looks still show the task at rest."""
    server = Server(trouble=[LOST_BEFORE, ApiError("RunTask", 500, "AEM_TASK_ALREADY_RUNNING", "runs")])
    assert switch(server).apply() == Applied(True, "RUNNING")
    server = Server(trouble=[ApiError("RunTask", 500, "AEM_TASK_IN_RECOVERY", "recovers")])
    assert switch(server).apply() == Applied(False, "RECOVERY")
