# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules and notifications of tasks that are promoted, made those of another server. Pure.

An import replaces a job and a notification whole, and leaves those alone that it does not name (guide 2.33). So what
the target's notification of the same name says of other tasks is kept.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .._definition.document import Definition
from .._definition.references import NOTIFICATIONS, TASK, label, of_thing, renamed, things

SCHEDULER = "scheduler"
_TASKS = "tasks"


class Along(NamedTuple):
    """The sections to import, which are none where nothing comes along; and what is wrong, in sentences.

    ``jobs`` and ``notifications`` are the names of what comes along.
    """

    sections: dict[str, Any]
    jobs: list[str]
    notifications: list[str]
    problems: list[str]


def along(
    source: Definition,
    target: Definition,
    tasks: Mapping[str, str],
    *,
    schedules: bool = True,
    notifications: bool = True,
) -> Along:
    """What of the ``source``, the export of a server, belongs to ``tasks``, their new names by their old ones.

    ``target`` is the export of the server that it is for. A notification that names no task is not one of these.
    """
    problems: list[str] = []
    jobs = _jobs(source, target, tasks, problems) if schedules else []
    told = _notifications(source, target, tasks) if notifications else []
    sections: dict[str, Any] = {}
    if jobs:
        sections[SCHEDULER] = {"jobs": jobs}
    if told:
        content = target.sections.get(NOTIFICATIONS) or source.sections.get(NOTIFICATIONS)
        sections[NOTIFICATIONS] = told if isinstance(content, list) else {"notifications_list": told}
    return Along(
        sections, [label(SCHEDULER, job) for job in jobs], [label(NOTIFICATIONS, one) for one in told], problems
    )


def _jobs(source: Definition, target: Definition, tasks: Mapping[str, str], problems: list[str]) -> list[Any]:
    """The jobs of the tasks; one whose name the target has for another task is a problem."""
    there = {label(SCHEDULER, job): job.get("task") for job in things(SCHEDULER, target.sections.get(SCHEDULER))}
    found = []
    for job in things(SCHEDULER, source.sections.get(SCHEDULER)):
        if not any(name in tasks for name in _tasks_of(SCHEDULER, job)):
            continue
        made = renamed(SCHEDULER, job, {TASK: tasks})
        name = label(SCHEDULER, job)
        if there.get(name, made["task"]) != made["task"]:
            problems.append(
                f"The schedule {name!r} of task {job['task']!r} would replace that of task {there[name]!r}, which has"
                " the same name on the target. Rename one of them."
            )
        found.append(made)
    return found


def _notifications(source: Definition, target: Definition, tasks: Mapping[str, str]) -> list[Any]:
    """The notifications of the tasks, each with the tasks that the target's own of that name has beside them."""
    there = {label(NOTIFICATIONS, one): one for one in things(NOTIFICATIONS, target.sections.get(NOTIFICATIONS))}
    found = []
    for one in things(NOTIFICATIONS, source.sections.get(NOTIFICATIONS)):
        own = [tasks[name] for name in _tasks_of(NOTIFICATIONS, one) if name in tasks]
        if own:
            others = _tasks_of(NOTIFICATIONS, there.get(label(NOTIFICATIONS, one), {}))
            found.append({**one, _TASKS: list(dict.fromkeys([*others, *own]))})
    return found


def _tasks_of(section: str, thing: Any) -> Iterable[str]:
    """The tasks that a job or a notification names."""
    return [reference.name for reference in of_thing(section, thing) if reference.kind == TASK]
