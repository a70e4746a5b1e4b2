# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what a started task comes to by itself: the end of its full load, or its own end.

A Replicate task tells ``full_load_completed``, and may go on to process changes. A Compose task tells
``loading_completed``, loads anew each time it is started, and ends by itself (guide 2.17).
What a task tells can lag behind, so what it told before it was started must not be taken for its end.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._core.concurrent import Outcome, all_of, side_by_side, wait_until
from .._core.errors import AemError, Refused, TaskFailed
from .switch import FULL_LOAD, STATE, STOPPED_STATES, Wish

RELOAD = "RELOAD_TARGET"
# Servers have been seen to show a state so many seconds late.
LONGEST_LAG = 30.0

_METHOD = "GetTaskDetails"


@dataclass
class Ending:
    """A task whose end is waited for, and what has been seen of it.

    ``mark`` is when its last load had begun before this run started it; ``started`` says that it did, and ``anew`` that
    it then loads anew. ``begun`` is on the monotonic clock, when the waiting began.
    """

    task: Plain
    wait_for: str
    mark: str | None
    started: bool
    anew: bool
    begun: float = 0.0
    seen: Plain | None = None
    error: AemError | None = None
    over: bool = False
    seconds: float = 0.0
    _active: bool = False
    _loading: bool = False

    @property
    def label(self) -> str:
        """The task, in a sentence."""
        return f"Task {self.task['name']} on server {self.task['server']}"

    def see(self, outcome: Outcome, now: float) -> None:
        """Take note of what a look at the task has brought."""
        self.seconds = now - self.begun
        if outcome.error:
            # What passes is waited out, and then told.
            self.error, self.over = outcome.error, not outcome.error.passing
            return
        self.seen, self.error = outcome.value, None
        self._active = self._active or self.seen["state"] not in STOPPED_STATES
        self._loading = self._loading or _loaded(self.seen) is False
        self.over = self._is_over(self.seen)

    def _is_over(self, seen: Plain) -> bool:
        moved = self.seconds > LONGEST_LAG or _load_start(seen) not in (None, self.mark)
        at_rest = seen["state"] in STOPPED_STATES and (not self.started or self._active or moved)
        if at_rest and seen["state"] == "ERROR":
            self.error = self._failed(f"is in state ERROR. {seen.get('message') or 'It gives no reason'}")
        elif self.wait_for == FULL_LOAD and _loaded(seen) is True:
            return not self.anew or self._loading or moved
        elif self.wait_for == FULL_LOAD and at_rest:
            self.error = self._failed(f"has stopped before its full load was over: {progress(seen)}")
        return at_rest

    def too_late(self, timeout: float) -> None:
        """Take note that the time is over."""
        if self.over:
            return
        what = "its full load is not over" if self.wait_for == FULL_LOAD else "it has not ended"
        reason = f". {self.error.message}" if self.error else f": {progress(self.seen or {})}"
        self.error = self._failed(f"had {timeout:g} seconds, and {what}{reason} A longer timeout may help")

    def _failed(self, words: str) -> TaskFailed:
        return TaskFailed(_METHOD, f"{self.label} {words.rstrip('.')}.", words)


def endings(api: Api, tasks: Sequence[Plain], starting: Collection[tuple[str, str]], wish: Wish) -> list[Ending]:
    """What to wait for, as it is before the tasks of ``starting`` (server and name) are started.

    Raise Refused for a task that does no full load, where the end of that is to be waited for.
    """
    if wish.wait_for == STATE:
        return []

    def ending(task: Plain) -> Ending:
        details = api.get_task_details(task["server"], task["name"])
        if wish.wait_for == FULL_LOAD and (details.get("options") or {}).get("full_load_enabled") is False:
            told = f"Task {task['name']} on server {task['server']} does no full load, so there is no end of it."
            raise Refused(f"{told} wait_for {FULL_LOAD} goes with tasks that do one.")
        started = (task["server"], task["name"]) in starting
        anew = started and (wish.run_option == RELOAD or "loading_completed" in details)
        return Ending(task, wish.wait_for, _load_start(details), started, anew)

    return all_of(ending, tasks, api.session.connection.concurrency)


def wait(api: Api, waiting: Sequence[Ending], timeout: float) -> None:
    """Wait until all have come to their end or to an error, for so many seconds; each knows what became of it."""
    workers = api.session.connection.concurrency
    begun = time.monotonic()
    for one in waiting:
        one.begun = begun

    def look() -> bool:
        pending = [one for one in waiting if not one.over]
        outcomes = side_by_side(
            lambda one: api.get_task_details(one.task["server"], one.task["name"]), pending, workers
        )
        now = time.monotonic()
        for one, outcome in zip(pending, outcomes):
            one.see(outcome, now)
        return all(one.over for one in waiting)

    if waiting:
        wait_until(look, bool, timeout)
        for one in waiting:
            one.too_late(timeout)


def progress(details: Plain) -> str:
    """How far a load has come, in words."""
    counters = details.get("full_load_counters") or details.get("loading_counters") or {}
    done = counters.get("tables_completed_count")
    total = counters.get("tables_total_count")
    if total is None and done is not None:
        parts = ("tables_completed_count", "tables_loading_count", "tables_queued_count", "tables_with_error_count")
        total = sum(counters.get(part) or 0 for part in parts)
    state = f"it is in state {details.get('state', 'UNKNOWN')}"
    return f"{state}, {done} of {total} tables are loaded." if total else f"{state}."


def _loaded(details: Plain) -> Any:
    """Whether the load is over, None where the task does not tell."""
    told = details.get("full_load_completed")
    return details.get("loading_completed") if told is None else told


def _load_start(details: Plain) -> str | None:
    """When the load began, as the task tells it."""
    return details.get("full_load_start") or details.get("loading_start") or None
