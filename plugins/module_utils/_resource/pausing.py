# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that make way for a change: which run, how they are stopped for it, and that they run again after it.

Whatever was told to stop is to run again: also where the change fails, and where nobody knows whether it has stopped.
What could not be resumed is named, and noted on this machine (see :mod:`.stopped`), so that a later run resumes it.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import TASK_ON_THE_WAY
from .._core.concurrent import Outcome, side_by_side, wait_until
from .._core.errors import AemError, ManyFailed, Refused, ended
from .._core.plan import RUN, Applied, Change, Plan, Result, carry_out, left_changed
from . import stopped
from .switch import RESUME, STARTED, STOPPED, STOPPED_STATES, Switch, Wish
from .task_state import AT_ONCE, KIND

_MOST_NAMED = 10


class LeftStopped(NamedTuple):
    """The value of a change that has left tasks stopped, which it could not resume."""

    names: Sequence[str]


def settled(api: Api, server: str, names: Collection[str], timeout: float) -> list[Plain]:
    """The tasks of these names, as GetTaskList has them. Those that start or stop are waited for, so many seconds."""
    if not names:
        return []

    def look() -> list[Plain]:
        return [task for task in api.get_task_list(server) if task["name"] in names]

    def done(tasks: list[Plain]) -> bool:
        return not any(task["state"] in TASK_ON_THE_WAY for task in tasks)

    return wait_until(look, done, timeout)[0]


def active(tasks: Sequence[Plain]) -> list[Plain]:
    """Those of the tasks that are not at rest."""
    return [task for task in tasks if task["state"] not in STOPPED_STATES]


def running(api: Api, server: str, names: Collection[str], timeout: float) -> list[Plain]:
    """Those of the tasks that are not at rest. Tasks that start or stop are waited for, up to ``timeout`` seconds."""
    return active(settled(api, server, names, timeout))


def refusal(server: str, tasks: Sequence[Mapping[str, Any]], force: bool, what: str, why: str = "") -> Refused | None:
    """The error where tasks run and may not be stopped; ``what`` is to be done to them, ``why`` tells what changes."""
    if not tasks or force:
        return None
    listed = few([f"{task['name']!r} ({task['state']})" for task in tasks])
    one = len(tasks) == 1
    return Refused(
        f"{'Task' if one else 'Tasks'} {listed} of server {server} {'runs' if one else 'run'}, and a task that runs"
        f" cannot be {what}."
        + (" Stop it" if one else " Stop them")
        + f" first, or set force to have {'it' if one else 'them'} stopped"
        + (" and resumed." if what == "imported" else ".")
        + why
    )


def left_over(api: Api, server: str, tasks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Those of the tasks that an earlier run has stopped and not resumed, by name, each with the time of that.

    ``tasks`` are as GetTaskList has them. What is noted of one that runs by now is forgotten, in check mode too: where
    nothing is left to do no other run may come, and the note would be taken for true once somebody stops the task.
    """
    noted = stopped.since(api, server, [str(task["name"]) for task in tasks])
    at_rest = {str(task["name"]) for task in tasks if task["state"] in STOPPED_STATES}
    stopped.forget(api, server, [name for name in noted if name not in at_rest])
    return {name: when for name, when in noted.items() if name in at_rest}


def told_left_over(server: str, left: Mapping[str, str]) -> list[str]:
    """A warning for each task that an earlier run has left stopped, and that is resumed now."""
    return [
        f"Task {name!r} of server {server} was stopped for a change at {when} and could not be resumed. It is resumed"
        " now."
        for name, when in left.items()
    ]


def resuming(api: Api, server: str, left: Collection[str], timeout: int) -> list[Change]:
    """The changes that resume tasks that an earlier run has left stopped, where there is nothing else to do."""
    before, after = {"state": "STOPPED"}, {"state": "RUNNING"}
    return [
        Change(KIND, name, RUN, before, after, partial(_resume, api, server, name, timeout), server=server)
        for name in left
    ]


def _resume(api: Api, server: str, name: str, timeout: int) -> Applied:
    wish = Wish(state=STARTED, run_option=RESUME, timeout=timeout)
    try:
        return Switch(api, server, {"name": name, "state": "STOPPED"}, wish, stopped_here=True).apply()
    except AemError as error:
        error.message = f"Task {name!r}, which an earlier run had stopped, could not be resumed. {error.message}"
        error.left = Applied(left_changed(error), LeftStopped([name]))
        raise


@dataclass
class Pause:
    """Tasks that are stopped for a change, side by side, and resumed after it: exactly those that this told to stop.

    ``left`` names tasks that an earlier run has stopped: they are resumed too.
    """

    api: Api
    server: str
    tasks: Sequence[Mapping[str, Any]]
    timeout: int
    left: Collection[str] = ()
    stopped: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def stop(self) -> None:
        """Stop the tasks. Where one cannot be stopped, those that were stopped are resumed, and its error is raised."""
        wish = Wish(state=STOPPED, timeout=self.timeout)
        self.stopped = list(self.left)
        self.warnings = list(stopped.remember(self.api, self.server, [str(task["name"]) for task in self.tasks]))
        outcomes = self._each(self.tasks, wish)
        for task, outcome in zip(self.tasks, outcomes):
            told = outcome.error.left if outcome.error else outcome.value
            if isinstance(told, Applied) and told.changed:
                self.stopped.append(str(task["name"]))
            else:
                stopped.forget(self.api, self.server, [str(task["name"])])
        errors = [outcome.error for outcome in outcomes if outcome.error]
        if errors:
            raise self.ended(_one_error(errors, len(self.tasks)))

    def ended(self, error: AemError) -> AemError:
        """``error``, of the change, after the tasks were resumed. It tells what became of them."""
        changed = left_changed(error)
        failed = self.resume()
        runs = [name for name in self.stopped if name not in failed]
        if runs:
            error.add(f"{_capital(subject(runs))} stopped for it and resumed again.")
        if failed:
            reasons = " ".join(ended(problem.message) for problem in failed.values())
            error.add(f"{_capital(subject(list(failed)))} stopped for it and could not be resumed: {reasons}")
        error.left = Applied(changed or bool(failed), LeftStopped(list(failed)) if failed else None)
        return error

    def done(self, what: str, warnings: Sequence[str]) -> Applied:
        """What a change comes to that went well, after the tasks were resumed; ``what`` says what is done."""
        failed = self.resume()
        if failed:
            error = _one_error(list(failed.values()), len(self.stopped))
            error.message = f"{what}, but {subject(list(failed))} not resumed. {error.message}"
            error.left = Applied(value=LeftStopped(list(failed)))
            raise error
        return Applied(warnings=[*self.warnings, *warnings])

    def resume(self) -> dict[str, AemError]:
        """Run the tasks that were stopped from where they were; the errors of those that do not run, by name."""
        tasks = [{"name": name, "state": "STOPPED"} for name in self.stopped]
        outcomes = self._each(tasks, Wish(state=STARTED, run_option=RESUME, timeout=self.timeout))
        return {name: outcome.error for name, outcome in zip(self.stopped, outcomes) if outcome.error}

    def _each(self, tasks: Sequence[Mapping[str, Any]], wish: Wish) -> list[Outcome]:
        def switched(task: Mapping[str, Any]) -> Applied:
            return Switch(self.api, self.server, task, wish, stopped_here=True).apply()

        return side_by_side(switched, tasks, workers=AT_ONCE)


def fulfil(plan: Plan, check_mode: bool, returned_as: str) -> Result:
    """Carry out a plan for which tasks may be stopped: the result names those that it left so in ``left_stopped``."""
    report = carry_out(plan.changes, check_mode)
    left = [name for step in report.steps if isinstance(step.value, LeftStopped) for name in step.value.names]
    result = report.result(**{returned_as: plan.after}, left_stopped=left or None)
    result.warnings.extend(plan.warnings)
    return result


def few(items: Sequence[str]) -> str:
    """The first of ``items``, and how many more there are."""
    more = len(items) - _MOST_NAMED
    return ", ".join(items[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def subject(names: Sequence[str], one: str = "was", many: str = "were") -> str:
    """Tasks as the subject of a sentence, with its verb."""
    alone = len(names) == 1
    return f"{'task' if alone else 'tasks'} {few([repr(name) for name in names])} {one if alone else many}"


def _one_error(errors: Sequence[AemError], tried: int) -> AemError:
    return errors[0] if len(errors) == 1 else ManyFailed(errors, tried)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
