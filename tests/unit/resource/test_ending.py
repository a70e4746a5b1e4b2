# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a full load is over, and when a task has ended by itself, by what the task tells."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.concurrent import Outcome
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.ending import LONGEST_LAG, Ending
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.switch import Wish

TASK = {"server": "s", "name": "t", "state": "STOPPED"}
OLD, NEW = "2026-03-01T01:30:00", "2026-03-07T11:19:03"


def ending(wait_for: str = "full_load", started: bool = True, anew: bool = False, mark: str | None = OLD) -> Ending:
    """A task whose end is waited for."""
    return Ending(dict(TASK), wait_for, mark, started, anew)


def told(state: str = "RUNNING", loaded: bool | None = None, start: str | None = OLD, **more: Any) -> dict[str, Any]:
    """What a Replicate task tells."""
    return {"state": state, "message": "", "full_load_completed": loaded, "full_load_start": start, **more}


def seen(one: Ending, *looks: dict[str, Any]) -> bool:
    """Whether it is over after these looks, a second apart."""
    for number, details in enumerate(looks):
        one.see(Outcome(details, None), float(number))
    return one.over


@pytest.mark.parametrize(
    ("one", "looks", "over"),
    [
        (ending(), [told(loaded=False)], False),
        (ending(), [told(loaded=False), told(loaded=True)], True),
        # It was resumed, and has loaded its tables long ago.
        (ending(), [told(loaded=True)], True),
        # It is loaded again: what is told is of the load before, until the new one is seen.
        (ending(anew=True), [told(loaded=True), told(loaded=True)], False),
        (ending(anew=True), [told(loaded=True), told(loaded=False), told(loaded=True)], True),
        (ending(anew=True), [told(loaded=True), told(loaded=True, start=NEW)], True),
        (ending(anew=True, mark=None), [told(loaded=True, start=NEW)], True),
        (ending(started=False), [told(loaded=False)], False),
        (ending(started=False), [told(loaded=True)], True),
        # Its end is what it has come to, also where it then stops.
        (ending(), [told(loaded=False), told("STOPPED", loaded=True)], True),
        # The state lags behind.
        (ending("end"), [told("STOPPED")], False),
        (ending("end"), [told("STOPPED"), told("RUNNING"), told("STOPPED")], True),
        (ending("end"), [told("STOPPED", start=NEW)], True),
        (ending("end", mark=None), [told("STOPPED", start=NEW)], True),
        (ending("end"), [told("STOPPING")], False),
        (ending("end", started=False), [told("RUNNING", loaded=True)], False),
        (ending("end", started=False), [told("STOPPED")], True),
    ],
)
def test_when_it_is_over(one: Ending, looks: list[dict[str, Any]], over: bool) -> None:
    assert (seen(one, *looks), one.error) == (over, None)


@pytest.mark.parametrize("wait_for", ["full_load", "end"])
def test_a_compose_task_has_ended_when_its_new_load_has(wait_for: str) -> None:
    one = ending(wait_for, anew=True)
    before = {"state": "STOPPED", "loading_completed": True, "loading_start": OLD}
    running = {"state": "RUNNING", "loading_completed": False, "loading_start": NEW}
    assert not seen(one, before, running)
    assert seen(one, {"state": "STOPPED", "loading_completed": True, "loading_start": NEW})


def test_what_never_changes_is_believed_in_the_end() -> None:
    one = ending(anew=True)
    one.see(Outcome(told(loaded=True), None), LONGEST_LAG - 1)
    assert not one.over
    one.see(Outcome(told(loaded=True), None), LONGEST_LAG + 1)
    assert one.over


@pytest.mark.parametrize("wait_for", ["full_load", "end"])
def test_an_error_of_the_task_ends_the_waiting(wait_for: str) -> None:
    one = ending(wait_for)
    assert seen(one, told("RUNNING", loaded=False), told("ERROR", message="Table full."))
    assert one.error is not None
    assert one.error.message == "Task t on server s is in state ERROR. Table full."


def test_a_task_that_stops_before_its_load_is_over_is_an_error() -> None:
    one = ending()
    counters = {"tables_completed_count": 2, "tables_loading_count": 0, "tables_queued_count": 3}
    assert seen(one, told("RUNNING", loaded=False), told("STOPPED", loaded=False, full_load_counters=counters))
    assert one.error is not None
    assert one.error.message == (
        "Task t on server s has stopped before its full load was over: it is in state STOPPED, 2 of 5 tables are"
        " loaded."
    )


def test_looks_that_fail_for_a_while_are_borne() -> None:
    one = ending()
    passing = ApiError("GetTaskDetails", 500, "AEM_SERVER_NOT_CONNECTED", "not now", passing=True)
    one.see(Outcome(None, passing), 1.0)
    assert not one.over
    assert seen(one, told(loaded=True))
    assert one.error is None
    other = ending()
    other.see(Outcome(None, ApiError("GetTaskDetails", 500, "AEM_TASK_NOT_FOUND", "gone")), 1.0)
    assert other.over
    assert other.error is not None


def test_a_time_that_is_over_is_told_with_how_far_it_came() -> None:
    one = ending()
    seen(one, told(loaded=False, full_load_counters={"tables_completed_count": 1, "tables_queued_count": 1}))
    one.too_late(60)
    assert one.error is not None
    assert one.error.message == (
        "Task t on server s had 60 seconds, and its full load is not over: it is in state RUNNING, 1 of 2 tables are"
        " loaded. A longer timeout may help."
    )


@pytest.mark.parametrize("options", [{"state": "stopped"}, {"wait": False}])
@pytest.mark.parametrize("wait_for", ["full_load", "end"])
def test_only_what_is_started_has_an_end(options: dict[str, Any], wait_for: str) -> None:
    with pytest.raises(Refused, match=f"wait_for {wait_for} goes with tasks that are started and waited for, not with"):
        Wish.from_options({**options, "wait_for": wait_for})
    assert Wish.from_options({**options, "wait_for": "state"}).wait_for == "state"
