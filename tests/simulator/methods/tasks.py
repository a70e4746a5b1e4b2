# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks: list, details, run, stop, delete, export, import (guide 2.16, 2.17, 2.22 to 2.24, 2.26, 2.27)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from .. import dialect, importing, task_views, wire
from .. import repository as definitions
from ..call import Call
from ..errors import ApiError
from ..exporting import exported
from ..model import COMPOSE, RUNNING, STARTING, STOPPING, Task
from ..registry import answers
from ..rules import require_role_on_each, require_roles_for_endpoints
from ..transitions import RESUME, start, stop, until_steady

DEFAULT_TIMEOUT = 60
FROM_TIMESTAMP = "RESUME_PROCESSING_FROM_TIMESTAMP"
# What the SDK's enumeration has beside the options of the guide; it stands for no option.
NO_OPTION = "NONE"
BIDIRECTIONAL = "BIDIRECTIONAL"

_RUN_BODY = "AemRunTaskReq"
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?Z?")
_LACKING = {
    frozenset({"source", "target"}): "AEM_RUN_TASK_NO_SRC_NO_TRG",
    frozenset({"source"}): "AEM_RUN_TASK_NO_SRC",
    frozenset({"target"}): "AEM_RUN_TASK_TRG",
}


@answers("GetTaskList")
def get_task_list(call: Call) -> dict[str, Any]:
    """The tasks of a server that the caller may see."""
    sees_all = call.may("viewer", "all_tasks")
    tasks = call.server().tasks.values()
    # Only a task with an ACL of its own can differ from the others.
    seen = [task for task in tasks if (call.may("viewer", "task", task.name) if task.acl else sees_all)]
    return {"taskList": [task_views.info(call.world, task) for task in seen]}


@answers("GetTaskDetails")
def get_task_details(call: Call) -> dict[str, Any]:
    """The monitoring record of a task; Replicate and Compose have one each."""
    server, task = call.server(), call.task()
    if server.kind == COMPOSE:
        return task_views.compose_details(call.world, task)
    return task_views.replicate_details(call.world, server, task)


@answers("RunTask")
async def run_task(call: Call) -> dict[str, str]:
    """Start a task and wait until it runs, or has come to rest in another way."""
    server, task = call.server(), call.task()
    option, timeout = _run_option(call), wire.seconds(call.query, "timeout", DEFAULT_TIMEOUT)
    if task.state in (RUNNING, STARTING, STOPPING):
        raise ApiError("AEM_TASK_ALREADY_RUNNING")
    if task.state == "RECOVERY":
        raise ApiError("AEM_TASK_IN_RECOVERY")
    _require_runnable(call, task)
    if task.answers_error:
        return _outcome(call, task, task.answers_error)
    start(call.world, server, task, option)
    if not await until_steady(call.world, task, timeout):
        raise ApiError("AEM_RUN_TASK_TIMEOUT")
    return _outcome(call, task)


@answers("StopTask")
async def stop_task(call: Call) -> dict[str, str]:
    """Stop a task and wait until it has stopped; a task that is stopping already is waited for."""
    server, task = call.server(), call.task()
    timeout = wire.seconds(call.query, "timeout", DEFAULT_TIMEOUT)
    if not task.active:
        raise ApiError("AEM_TASK_ALREADY_STOPPED")
    if task.answers_error:
        return _outcome(call, task, task.answers_error)
    if task.state != STOPPING:
        stop(call.world, server, task)
    if not await until_steady(call.world, task, timeout):
        raise ApiError("AEM_STOP_TASK_TIMEOUT")
    return _outcome(call, task)


@answers("DeleteTask")
def delete_task(call: Call) -> None:
    """Delete a task that does not run; there are no logs that could stay."""
    server, task = call.server(), call.task()
    wire.boolean(call.query, "deletetasklogs", default=False)
    if task.active:
        raise ApiError("AEM_TASK_NOT_STOPPED")
    definitions.delete_task(server.repository, task.name, server=server.name)
    del server.tasks[task.name]


@answers("ExportTask")
def export_task(call: Call) -> str:
    """The definition of a task, with its endpoints if that is wanted."""
    server = call.server()
    importing.require_version(call, server)
    task = call.task()
    facts = definitions.task_facts(server.repository, task.name)
    require_role_on_each(call, "operator", "endpoint", [facts.source, *facts.targets])
    with_endpoints = wire.boolean(call.query, "withendpoints", default=False)
    return exported(call.world, server, task.name, with_endpoints=with_endpoints)


@answers("ImportTask")
def import_task(call: Call) -> None:
    """Take over the definition of one task; it becomes visible some time later."""
    server = call.server()
    importing.require_version(call, server)
    imported = importing.planned_task(call, server)
    if imported.endpoints:
        require_roles_for_endpoints(call)
    importing.schedule(call.world, server, imported)


def _run_option(call: Call) -> str:
    """The option of a run, after checking that the position in the body goes with it. Raises ApiError."""
    known = {entry["sdk"]: entry["cdcposition"] for entry in call.world.contract.enum("run_option")}
    given = call.query.get("option", "").upper()
    option = RESUME if given in ("", NO_OPTION) else given
    if option not in known:
        raise ApiError("DESERIALIZE_TO_TYPE", type="AemRunTaskOptions", message=f"option is {given!r}")
    position = _position(call)
    if call.server().kind == COMPOSE and option != RESUME:
        raise ApiError("AEM_RUN_TASK_INNER_ERR")
    if position and not known[option]:
        raise ApiError("AEM_WRONG_OPTION_FOR_CDCPOSITION", position=position, option=option)
    if known[option] and not position:
        raise ApiError("AEM_MISSING_FIELD", fieldName="cdcposition")
    if option == FROM_TIMESTAMP and not _is_timestamp(position):
        raise ApiError("AEM_CDC_POSITION_ERR_FORMAT")
    return option


def _position(call: Call) -> str:
    if not call.body.strip():
        return ""
    body = wire.typed(wire.json_object(call.body, _RUN_BODY, call.method.body_keys), _RUN_BODY)
    return wire.text(body, "cdcposition", _RUN_BODY)


def _is_timestamp(position: str) -> bool:
    if not _TIMESTAMP.fullmatch(position):
        return False
    try:
        datetime.strptime(position[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return False
    return True


def _require_runnable(call: Call, task: Task) -> None:
    """That a task has what it needs to run (guide 2.26). Raises ApiError."""
    server = call.server()
    if task.lacks:
        raise ApiError(_LACKING[frozenset(task.lacks)])
    if server.kind == COMPOSE:
        return
    facts = definitions.task_facts(server.repository, task.name)
    if facts.full_load_enabled or facts.apply_changes_enabled:
        return
    if facts.profile == BIDIRECTIONAL:
        raise ApiError("AEM_RUN_BIDI_TASK_NO_FL_NOR_CDC")
    if not facts.store_changes_enabled:
        raise ApiError("AEM_RUN_TASK_NOT_FL_NOR_CDC")


def _outcome(call: Call, task: Task, error_message: str = "") -> dict[str, str]:
    return {"state": dialect.task_state(call.dialect, task.state), "error_message": error_message}
