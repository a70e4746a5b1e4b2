# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks and their states: what is wanted, what is there, and what became of each.

How one task is brought from one state to another is in :mod:`.._resource.switch`.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import RUN_OPTION
from .._core.concurrent import check_workers, tried_until
from .._core.errors import ManyFailed
from .._core.plan import PLANNED, RUN, Change, Report, Result, Step, carry_out
from . import stopped
from .ending import Ending, endings, wait
from .switch import (
    END,
    FULL_LOAD,
    RESTARTED,
    RESUME,
    STARTED,
    STARTED_STATES,
    STATE,
    STOPPED,
    STOPPED_STATES,
    Switch,
    Wish,
)
from .task_choice import CHOICE_ARGUMENTS, SKIP_ARGUMENT, choose

KIND = "task"
AT_ONCE = 64

ARGUMENTS: dict[str, dict[str, Any]] = {
    **CHOICE_ARGUMENTS,
    **SKIP_ARGUMENT,
    "state": {"type": "str", "choices": [STARTED, STOPPED, RESTARTED], "default": STARTED},
    "run_option": {"type": "str", "choices": RUN_OPTION.choices(), "default": RESUME.lower()},
    "cdc_position": {"type": "str"},
    "only_running": {"type": "bool", "default": False},
    "to_run_again": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_for": {"type": "str", "choices": [STATE, FULL_LOAD, END], "default": STATE},
    "timeout": {"type": "int", "default": 60},
    "parallel": {"type": "int", "default": AT_ONCE},
}


def perform(api: Api, options: Mapping[str, Any]) -> Result:
    """Bring the tasks that ``options`` (see ARGUMENTS) choose into their state, side by side, and wait for their end.

    Raise Refused, before anything is started or stopped, for what cannot be.
    """
    wish = Wish.from_options(options)
    check_workers("parallel", options["parallel"])
    patience = wish.timeout if wish.to_run_again else 0
    selected = tried_until(lambda: choose(api, options, wish.timeout), patience)
    changes = plan(api, selected.tasks, wish)
    # What an earlier task of the play would have made cannot be looked at.
    there = [task for task in selected.tasks if task not in selected.to_come]
    waiting = endings(api, there, {(change.server, change.name) for change in changes}, wish)
    report = carry_out(changes, api.check_mode, workers=options["parallel"])
    if not api.check_mode:
        waiting = _started(waiting, report)
        wait(api, waiting, wish.timeout)
    forget_stops(api, selected.tasks, wish)
    result = report.result(tasks=outcomes(selected.tasks, report, () if api.check_mode else waiting))
    result.warnings.extend(selected.warnings)
    errors = [*report.errors, *(one.error for one in waiting if one.error)]
    if len(errors) > len(report.errors):
        result.error = errors[0] if len(errors) == 1 else ManyFailed(errors, len(selected.tasks))
    return result


def _started(waiting: Sequence[Ending], report: Report) -> list[Ending]:
    """What there is still to wait for: not for tasks that could not be started.

    What a task tells that had come to rest when its start was answered is of that start.
    """
    steps = {(step.change.server, step.change.name): step for step in report.steps}
    left = []
    for one in waiting:
        step = steps.get((one.task["server"], one.task["name"]))
        if step is None or not step.error:
            left.append(replace(one, started=one.started and step is not None and step.value not in STOPPED_STATES))
    return left


def plan(api: Api, tasks: Sequence[Plain], wish: Wish) -> list[Change]:
    """One change for each task that is not as wished; ``tasks`` as :func:`.._resource.task_choice.choose` answers them.

    A task that is still on the way counts as not there.
    """
    return [
        Change(
            KIND,
            task["name"],
            RUN,
            {"state": task["state"]},
            wish.after(),
            _switch(api, task, wish).apply,
            server=task["server"],
        )
        for task in tasks
        if not wish.is_met_by(task["state"]) or _left_by_a_restart(api, task, wish)
    ]


def _switch(api: Api, task: Plain, wish: Wish) -> Switch:
    return Switch(api, task["server"], task, wish, stopped_here=wish.to_run_again)


def _left_by_a_restart(api: Api, task: Plain, wish: Wish) -> bool:
    """Whether a task that does not run was stopped by an earlier restart, which could not start it again."""
    return wish.state == RESTARTED and bool(stopped.since(api, task["server"], [task["name"]]))


def forget_stops(api: Api, tasks: Sequence[Plain], wish: Wish) -> None:
    """Let no later run think that tasks only wait to be resumed that are wanted stopped, or were found running.

    A run that was killed may have left such a note of a task that it had just resumed.
    """
    for task in () if api.check_mode else tasks:
        if wish.state == STOPPED or (wish.state == STARTED and task["state"] in STARTED_STATES):
            stopped.forget(api, task["server"], [task["name"]])


def outcomes(tasks: Sequence[Plain], report: Report, waited: Sequence[Ending] = ()) -> list[Plain]:
    """What became of each task: ``server``, ``name``, ``before``, ``after`` and ``changed``.

    One that was started or stopped, or whose end was ``waited`` for, has the ``seconds`` that it took too, and one that
    failed its ``error``.
    """
    steps = {(step.change.server, step.change.name): step for step in report.steps}
    told = [_outcome(task, steps.get((task["server"], task["name"]))) for task in tasks]
    ends = {(one.task["server"], one.task["name"]): one for one in waited}
    return [_ended(one, ends.get((one["server"], one["name"]))) for one in told]


def _ended(told: Plain, ending: Ending | None) -> Plain:
    """What is told of a task whose end was waited for."""
    if ending is None:
        return told
    after = ending.seen["state"] if ending.seen else told["after"]
    seconds = round(told.get("seconds", 0.0) + ending.seconds, 1)
    error = {"error": ending.error.message} if ending.error else {}
    return {**told, "after": after, "seconds": seconds, **error}


def _outcome(task: Plain, step: Step | None) -> Plain:
    before = after = task["state"]
    if step and step.status == PLANNED and step.change.after is not None:
        after = step.change.after["state"]
    elif step and step.value:
        after = step.value
    told = {"server": task["server"], "name": task["name"], "before": before, "after": after}
    told["changed"] = bool(step and step.made_a_change)
    if step and step.seconds is not None:
        told["seconds"] = round(step.seconds, 1)
    return {**told, "error": step.error.message} if step and step.error else told
