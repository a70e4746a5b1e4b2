# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks and their states: what is wanted, what is there, and what became of each.

How one task is brought from one state to another is in :mod:`.._resource.switch`.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import RUN_OPTION, TASK_STATE
from .._core.concurrent import all_of
from .._core.plan import PLANNED, RUN, Change, Report, Step
from . import stopped
from .switch import RESTARTED, RESUME, STARTED, STOPPED, Switch, Wish
from .task_choice import CHOICE_ARGUMENTS, SKIP_ARGUMENT, matching

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
    "timeout": {"type": "int", "default": 60},
    "parallel": {"type": "int", "default": AT_ONCE},
}


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


def stay_stopped(api: Api, tasks: Sequence[Plain], wish: Wish) -> None:
    """Where tasks are wanted stopped, let no later run think that they only wait to be resumed."""
    for task in tasks if wish.state == STOPPED and not api.check_mode else ():
        stopped.forget(api, task["server"], [task["name"]])


def outcomes(tasks: Sequence[Plain], report: Report) -> list[Plain]:
    """What became of each task: ``server``, ``name``, ``before``, ``after`` and ``changed``.

    One that was started or stopped has the ``seconds`` that it took too, and one that failed its ``error``.
    """
    steps = {(step.change.server, step.change.name): step for step in report.steps}
    return [_outcome(task, steps.get((task["server"], task["name"]))) for task in tasks]


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


def listed(api: Api, servers: Sequence[str], options: Mapping[str, Any]) -> list[Plain]:
    """The tasks of ``servers`` that match ``tasks``, ``tags`` and ``states``; with ``details``, each has its record."""
    states = None if options["states"] is None else {TASK_STATE.spelled(state) for state in options["states"]}
    workers = api.session.connection.concurrency

    def of_server(server: str) -> list[Plain]:
        tasks = matching(api.get_task_list(server), options["tasks"], options["tags"])
        return [{"server": server, **task} for task in tasks if states is None or task["state"] in states]

    def with_details(task: Plain) -> Plain:
        return {**task, "details": api.get_task_details(task["server"], task["name"])}

    found = [task for tasks in all_of(of_server, servers, workers) for task in tasks]
    return all_of(with_details, found, workers) if options["details"] else found
