# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Doing many things side by side, and waiting for one thing to become true.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from .errors import AemError, Refused

T = TypeVar("T")

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 2.0

LONGEST_TIMEOUT = 365 * 24 * 60 * 60

TRIED_AGAIN = "It was tried again."
WAITED_OUT = "It was looked at again."


class Outcome(NamedTuple):
    """What became of one piece of work: its value, or the error that ended it."""

    value: Any
    error: AemError | None


def side_by_side(work: Callable[[Any], Any], items: Iterable[Any], workers: int) -> list[Outcome]:
    """Run ``work(item)`` for every item on up to ``workers`` threads; outcomes come in the order of the items.

    An AemError of one item does not stop the others. Any other exception is a fault and is raised.
    """

    def one(item: Any) -> Outcome:
        try:
            return Outcome(work(item), None)
        except AemError as error:
            return Outcome(None, error)

    waiting = list(items)
    if len(waiting) < 2 or workers < 2:
        return [one(item) for item in waiting]
    with ThreadPoolExecutor(max_workers=min(workers, len(waiting))) as pool:
        return list(pool.map(one, waiting))


def all_of(work: Callable[[Any], T], items: Iterable[Any], workers: int) -> list[T]:
    """The values of ``work(item)`` for every item, made side by side.

    Where there are errors, raise the first of those that do not pass, since waiting is of no use then, else the first.
    """
    outcomes = side_by_side(work, items, workers)
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if errors:
        raise next((error for error in errors if not error.passing), errors[0])
    return [outcome.value for outcome in outcomes]


def check_timeout(timeout: int) -> None:
    """Raise Refused for a ``timeout``, in seconds, that leaves no time, or that no timer takes."""
    if timeout < 1:
        raise Refused(f"timeout must be 1 second or more, not {timeout}.")
    if timeout > LONGEST_TIMEOUT:
        raise Refused(f"timeout must be {LONGEST_TIMEOUT} seconds, which is a year, or less, not {timeout}.")


def check_workers(name: str, number: int) -> None:
    """Raise Refused where the option ``name``, of how many may be at work at once, lets none."""
    if number < 1:
        raise Refused(f"{name} must be 1 or more, not {number}.")


def wait_until(look: Callable[[], T], done: Callable[[T], bool], timeout: float) -> tuple[T, bool]:
    """Call ``look`` until ``done(seen)``, for at most ``timeout`` seconds, with growing pauses; look at least once.

    Return what was seen last, and whether it was what was waited for. A look that fails with a passing error is borne
    like one that does not see it yet, and told as overcome; where the time is over with such a look, it is raised.
    """
    deadline = time.monotonic() + timeout
    pause = FIRST_PAUSE
    while True:
        seen, blind = _look(look)
        if blind is None and done(seen):
            return seen, True
        left = deadline - time.monotonic()
        if left <= 0:
            if blind is not None:
                raise blind
            return seen, False
        if blind is not None:
            blind.overcome(WAITED_OUT)
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_PAUSE)


def _look(look: Callable[[], T]) -> tuple[T, None] | tuple[Any, AemError]:
    try:
        return look(), None
    except AemError as error:
        if not error.passing:
            raise
        return None, error


def tried_until(work: Callable[[], T], timeout: float) -> T:
    """What ``work`` returns, tried again with growing pauses, for ``timeout`` seconds, where its error is passing.

    It is tried at least once. What it does must be harmless to do again after such an error.
    """
    deadline = time.monotonic() + timeout
    pause = FIRST_PAUSE
    while True:
        try:
            return work()
        except AemError as error:
            left = deadline - time.monotonic()
            if not error.passing or left <= 0:
                raise
            error.overcome(TRIED_AGAIN)
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_PAUSE)
