# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replacing a state that the API knows only as a whole, where somebody else may be doing the same.

An ACL or a table selection is read, changed and put back (guide 2.10, 2.20), and the API has no lock. So a wish is
merged into what is there just before the PUT, and looked for after it: what another run has overwritten is merged
again. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .._core.alone import alone
from .._core.errors import AemError, NoAnswer
from .._core.plan import Applied, Plan, Result, carry_out_in_order

T = TypeVar("T")

MOST_PUTS = 4
# Another run that has read before our PUT and writes after it is seen only when it has done so.
PAUSE_BEFORE_LOOK = 0.25


class Look(Generic[T]):
    """How a state is read. Who looks ``anew`` just before the state is replaced spares the replacing its first look.

    That is for a state that is replaced whatever it is. One that is merged with what is wished must be looked at by
    whoever replaces it, while no other run does that.
    """

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._seen: list[T] = []

    def anew(self) -> T:
        """What is there now."""
        self._seen = [self._read()]
        return self._seen[0]

    def __call__(self) -> T:
        """What was seen anew, unless it was asked for since; else what is there now."""
        return self._seen.pop() if self._seen else self._read()


class Overwritten(AemError):
    """A state that was put several times, and is still not as it was asked for."""


@dataclass(frozen=True)
class WholeState(Generic[T]):
    """A state that is put as a whole: how it is read and replaced, and what is to be put for what is there.

    ``wanted`` answers None where what is there is as it was asked for. ``keeps`` says whether what is put holds
    anything that was only read, so that it could be lost. ``label`` is how the state is called in messages, and
    ``address`` that of its Enterprise Manager.
    """

    label: str
    look: Callable[[], T]
    wanted: Callable[[T], Any]
    put: Callable[[Any], None]
    keeps: bool = True
    address: Callable[[], str] = str

    def bring_about(self) -> Applied:
        """Put what is wanted until it is there; the value is what is there then.

        What was put counts as changed, also where it cannot be looked at afterwards, which is warned of. Raise
        Overwritten where it is not there after a few times. No other run on this machine does the same meanwhile: it
        could have read what this one has not put yet.
        """
        with alone(self.address(), self.label):
            return self._bring_about()

    def _bring_about(self) -> Applied:
        there = self.look()
        for puts in range(MOST_PUTS):
            missing = self.wanted(there)
            if missing is None:
                return Applied(changed=puts > 0, value=there)
            seen = self.put_and_look(missing)
            if seen.warnings:
                return seen
            there = seen.value
        if self.wanted(there) is None:
            return Applied(value=there)
        raise _left(self._overwritten(), there)

    def put_and_look(self, state: Any) -> Applied:
        """Put the state once; the value is what is there then.

        Where that cannot be seen, it is ``state``, with a warning. After a lost answer the look decides whether the PUT
        was done.
        """
        try:
            self.put(state)
        except NoAnswer as lost:
            if not lost.sent:
                raise
            return self._looked_after(lost)
        if self.keeps:
            time.sleep(PAUSE_BEFORE_LOOK)
        try:
            return Applied(value=self.look())
        except AemError as error:
            return Applied(value=state, warnings=[self._not_seen(error)])

    def _looked_after(self, lost: NoAnswer) -> Applied:
        """What is there after a PUT whose answer was lost; raise the error where it is not what was wanted."""
        try:
            there = self.look()
        except AemError as error:
            raise _left(self._unsettled(lost, f"could not be looked at either: {error.message}")) from lost
        if self.wanted(there) is not None:
            raise _left(self._unsettled(lost, "is not as it was asked for now."), there) from lost
        return Applied(value=there)

    def _unsettled(self, lost: NoAnswer, seen: str) -> NoAnswer:
        """The error of a lost answer that no look could settle."""
        problem = f"{lost.problem}. {self.label} {seen} The change may still be made. Run again to see to it"
        return NoAnswer(lost.api_method, problem, sent=True, status=lost.status, advice="")

    def _not_seen(self, error: AemError) -> str:
        return f"{self.label} was changed, but could not be looked at afterwards: {error.message}"

    def _overwritten(self) -> Overwritten:
        return Overwritten(
            f"{self.label} is not as it was asked for, though it was put {MOST_PUTS} times: somebody else changes it at"
            " the same time, or Enterprise Manager makes something else of it. Look at what is there, then run again."
        )


def fulfil(plan: Plan, check_mode: bool, returned_as: str) -> Result:
    """Carry the plan of one thing out. The result holds the thing as it was seen last, or as it is planned to be.

    A change that came to nothing, since the thing was as wished all the same, is not shown.
    """
    report = carry_out_in_order(plan.changes, check_mode)
    seen = next((step.value for step in report.steps if step.value), None if report.error else plan.after)
    result = report.result(**{returned_as: seen})
    result.warnings.extend(plan.warnings)
    if not result.changed and not result.error:
        result.diff = []
    return result


def _left(error: AemError, there: Any = None) -> AemError:
    """The error of a change that was made or, for all that is known, may have been."""
    error.left = Applied(value=there)
    return error
