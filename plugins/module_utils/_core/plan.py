# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one idea of this collection: a plan is a list of changes; check mode prints it, a run carries it out.

A planner compares what is wanted with what is there and answers changes. A planner never writes, ``apply`` never
compares. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .concurrent import side_by_side
from .errors import AemError, ApiError, ManyFailed, NoAnswer, may_have_changed, none_where

CREATE = "create"
UPDATE = "update"
DELETE = "delete"
RUN = "run"

PLANNED = "planned"
DONE = "done"
NOT_NEEDED = "not_needed"
FAILED = "failed"
NOT_REACHED = "not_reached"

# What a diff shows in place of a secret that is sent.
SENT = "(sent)"


class Applied(NamedTuple):
    """What applying a change came to.

    ``changed`` is False where somebody else had made the change already. ``value`` is whatever the planner of the
    change wants to tell its caller. ``warnings`` are for the user. ``not_taken`` is what is not as it was asked for,
    though nothing has failed.
    """

    changed: bool = True
    value: Any = None
    warnings: Sequence[str] = ()
    not_taken: Sequence[Any] = ()


@dataclass(frozen=True)
class Change:
    """One thing to do: ``before`` and ``after`` are plain data without secrets, None where there is nothing.

    ``refusal`` is why a run would not do it. The change is shown all the same, and check mode warns of it.
    ``server`` is the server that the thing is of, empty where the name itself tells.
    """

    kind: str
    name: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    apply: Callable[[], Applied]
    refusal: AemError | None = None
    server: str = ""

    def label(self) -> str:
        """How the change is called in messages and diffs."""
        return f"{self.kind} {self.name}" + (f" of server {self.server}" if self.server else "")


class Plan(NamedTuple):
    """The changes that are needed, and the thing as it is when they are made; None where it is not there then."""

    changes: list[Change]
    after: Any = None
    warnings: Sequence[str] = ()


@dataclass
class Step:
    """A change and what has become of it. ``partly`` is for one that failed after it had changed something.

    ``seconds`` is how long it took, None where it was not tried.
    """

    change: Change
    status: str = PLANNED
    partly: bool = False
    seconds: float | None = None
    value: Any = None
    error: AemError | None = None
    warnings: Sequence[str] = ()

    @property
    def made_a_change(self) -> bool:
        """Whether anything was changed or, in check mode, would be."""
        return self.status in (PLANNED, DONE) or self.partly


@dataclass
class Result:
    """What a module tells its host: the plain data of its result, and the error that ended it, if one did.

    With ``keeps_session`` the session outlives the module, and its token may be told.
    """

    values: dict[str, Any] = field(default_factory=dict)
    changed: bool = False
    diff: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    error: AemError | None = None
    keeps_session: bool = False


@dataclass
class Report:
    """What has become of a plan."""

    steps: list[Step]

    @property
    def changed(self) -> bool:
        """Whether anything was changed, or would be."""
        return any(step.made_a_change for step in self.steps)

    @property
    def errors(self) -> list[AemError]:
        """What failed."""
        return [step.error for step in self.steps if step.error]

    @property
    def error(self) -> AemError | None:
        """What failed, as one error, or None."""
        errors = self.errors
        if len(errors) > 1:
            return ManyFailed(errors, len(self.steps))
        return errors[0] if errors else None

    def result(self, **values: Any) -> Result:
        """The result of a module that returns ``values``, without those that are None."""
        warnings = [warning for step in self.steps for warning in step.warnings]
        told = {key: value for key, value in values.items() if value is not None}
        return Result(told, self.changed, diff([step.change for step in self.steps]), warnings, self.error)


def carry_out(changes: Sequence[Change], check_mode: bool, workers: int = 1) -> Report:
    """Apply the changes on up to ``workers`` threads; in check mode apply none.

    No change depends on another, so every one is tried, whatever becomes of the others.
    """
    steps = _planned(changes, check_mode)
    if not check_mode:
        side_by_side(_apply, steps, workers)
    return Report(steps)


def carry_out_in_order(changes: Sequence[Change], check_mode: bool) -> Report:
    """Apply changes of which each needs those before it; the first failure leaves the rest not reached."""
    steps = _planned(changes, check_mode)
    if check_mode:
        return Report(steps)
    for step in steps:
        step.status = NOT_REACHED
    for step in steps:
        _apply(step)
        if step.error:
            break
    return Report(steps)


def _planned(changes: Sequence[Change], check_mode: bool) -> list[Step]:
    steps = [Step(change) for change in changes]
    for step in steps if check_mode else ():
        if step.change.refusal:
            step.warnings = [f"A run would be refused. {step.change.refusal.message}"]
    return steps


def removed(delete: Callable[[], None], not_there: str, is_there: Callable[[], bool]) -> Applied:
    """Delete a thing. One that is gone already, with error code ``not_there``, is no change.

    After a lost answer the thing is looked for, and deleted again where it is still there, which does no harm. After a
    second one there is another look. An error after that counts as a change, since nobody knows what became of it.
    """
    try:
        delete()
    except ApiError as error:
        if error.error_code != not_there:
            raise
        return Applied(changed=False)
    except NoAnswer as lost:
        if not lost.sent:
            raise
        try:
            if is_there():
                _delete_again(delete, not_there, is_there)
        except AemError as error:
            error.left = Applied()
            raise
    return Applied()


def _delete_again(delete: Callable[[], None], not_there: str, is_there: Callable[[], bool]) -> None:
    try:
        # The first one may have been done only after the look.
        none_where(not_there, delete)
    except NoAnswer:
        if is_there():
            raise


def left_changed(error: AemError) -> bool:
    """Whether a change that ended in an error has changed anything; what nobody knows counts.

    What the error says to have ``left`` decides where it is said, since it may come of a look.
    """
    return error.left.changed if isinstance(error.left, Applied) else may_have_changed(error)


def fulfil(plan: Plan, check_mode: bool, returned_as: str) -> Result:
    """Carry the plan of one thing out; the result holds the thing, as it is after it, under ``returned_as``."""
    result = carry_out_in_order(plan.changes, check_mode).result(**{returned_as: plan.after})
    result.warnings.extend(plan.warnings)
    return result


def diff(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The changes as Ansible shows them: a before and an after for each, under a header that names thing and server."""
    return [
        {
            "before_header": change.label(),
            "after_header": change.label(),
            "before": "" if change.before is None else dict(change.before),
            "after": "" if change.after is None else dict(change.after),
        }
        for change in changes
    ]


def _apply(step: Step) -> None:
    begun = time.monotonic()
    try:
        if step.change.refusal:
            raise step.change.refusal
        applied = step.change.apply()
    except AemError as error:
        step.status, step.error = FAILED, error
        step.partly = left_changed(error)
        step.value = error.left.value if isinstance(error.left, Applied) else None
    else:
        step.status = DONE if applied.changed else NOT_NEEDED
        step.value, step.warnings = applied.value, applied.warnings
    step.seconds = time.monotonic() - begun
