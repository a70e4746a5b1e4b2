# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of many servers, as somebody wants to read them (guide 2.16, 2.17).

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import TASK_NOT_FOUND, TASK_STATE
from .._core.concurrent import side_by_side
from .._core.errors import AemError, ApiError
from .._core.plan import Result
from .._core.select import missing, there_is_no
from .server_choice import choose, each_of, is_forbidden, left_out
from .task_choice import matching

_NAMES: dict[str, Any] = {"type": "list", "elements": "str"}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "servers": _NAMES,
    "tasks": _NAMES,
    "tags": _NAMES,
    "exclude": _NAMES,
    "states": {**_NAMES, "choices": TASK_STATE.choices()},
    "details": {"type": "bool", "default": False},
}


def report(api: Api, options: Mapping[str, Any]) -> Result:
    """The tasks that ``options`` (see ARGUMENTS) choose; with ``details``, each has its monitoring record.

    A server or a task that this user may not read is left out with a warning, unless it is named. So is a task that is
    deleted meanwhile. A name that no task of these servers has is warned of.
    """
    states = None if options["states"] is None else {TASK_STATE.spelled(state) for state in options["states"]}
    servers = choose(api, options["servers"], monitored=True)

    def of_server(server: str) -> tuple[list[str], list[Plain]]:
        listed = api.get_task_list(server)
        tasks = matching(listed, options["tasks"], options["tags"], options["exclude"])
        told = [{"server": server, **task} for task in tasks if states is None or task["state"] in states]
        return [task["name"] for task in listed], told

    lists, warnings = each_of(api, servers, of_server, "Viewer on all tasks of the server")
    names = [name for there, _tasks in lists for name in there]
    gone = missing(names, options["tasks"])
    if gone and lists:
        where = f" on server {servers.names[0]}" if len(servers.names) == 1 else f" on any of {len(lists)} servers"
        warnings.append(there_is_no("task", gone, names, where))
    found = [task for _there, tasks in lists for task in tasks]
    if options["details"]:
        found, more = _with_details(api, found, options["tasks"] or ())
        warnings += more
    return Result({"tasks": found}, warnings=warnings)


def _with_details(api: Api, tasks: list[Plain], named: Any) -> tuple[list[Plain], list[str]]:
    """The tasks, each with its ``details``, and warnings of those that have none to read."""

    def one(task: Plain) -> Plain:
        return {**task, "details": api.get_task_details(task["server"], task["name"])}

    found: list[Plain] = []
    warnings: list[str] = []
    for task, outcome in zip(tasks, side_by_side(one, tasks, api.session.connection.concurrency)):
        if outcome.error is None:
            found.append(outcome.value)
        elif _is_gone(outcome.error) or (is_forbidden(outcome.error) and task["name"] not in named):
            what = f"Task {task['name']} on server {task['server']}"
            warnings.append(left_out(what, outcome.error, "Viewer on the task"))
        else:
            raise outcome.error
    return found, warnings


def _is_gone(error: AemError) -> bool:
    return isinstance(error, ApiError) and error.error_code == TASK_NOT_FOUND
