# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of a task: list, statuses, selection, reload, resume (guide 2.18 to 2.21, 2.34, 2.35)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import repository as definitions
from .. import task_views, wire
from ..call import Call
from ..errors import ApiError
from ..model import CHANGING, COMPLETED, FAILED, Table, Task
from ..registry import answers
from ..repository import TaskFacts
from ..selecting import matches
from ..transitions import reload_table

FILE_CHANNEL = "FILE_CHANNEL"
_SELECTION = "TableSelectionDefinition"
_SELECTED = "TableSelection"


@answers("GetTableList")
def get_table_list(call: Call) -> dict[str, Any]:
    """Name and state of the tables that fit."""
    tables = _fitting(call, call.task())
    return {"tablelist": [{"schema": item.schema, "table": item.table, "state": item.state} for item in tables]}


@answers("GetTableStatuses")
def get_table_statuses(call: Call) -> dict[str, Any]:
    """The tables that fit, with their counters."""
    task = call.task()
    facts = definitions.task_facts(call.server().repository, task.name)
    return {"table_details": [task_views.table_status(item, facts) for item in _fitting(call, task)]}


@answers("GetTaskTableSelection")
def get_task_table_selection(call: Call) -> dict[str, Any]:
    """The patterns and explicit tables of the definition."""
    return definitions.get_selection(call.server().repository, call.task().name)


@answers("PutTaskTableSelection")
def put_task_table_selection(call: Call) -> None:
    """Replace the selection; the task's tables follow when it runs next."""
    server, task = call.server(), call.task()
    body = wire.typed(wire.json_object(call.body, _SELECTION, call.method.body_keys), _SELECTION)
    items = [item for name in call.method.body_keys if isinstance(body.get(name), list) for item in body[name]]
    for item in items:
        if isinstance(item, dict):
            wire.typed(wire.checked(item, _SELECTED, item), _SELECTED)
    definitions.put_selection(server.repository, task.name, body)


@answers("ReloadTable")
def reload(call: Call) -> None:
    """Load one table again."""
    task = call.task()
    facts = definitions.task_facts(call.server().repository, task.name)
    schema, name = _table_names(call, task)
    if facts.source_type == FILE_CHANNEL:
        raise ApiError("AEM_INVALID_TASK_NT_NTSUPPEP")
    if not facts.full_load_enabled:
        raise ApiError("AEM_INVALID_TASK_NOT_FL", table=name)
    table = _existing(task, schema, name, "AEM_RELOAD_TABLE_ERR")
    reload_table(call.world, task, facts, table)


@answers("ResumeTable")
def resume(call: Call) -> None:
    """Take a table that errors had suspended back into processing; one that is not suspended stays as it is."""
    task = call.task()
    facts = definitions.task_facts(call.server().repository, task.name)
    schema, name = _table_names(call, task)
    if facts.source_type == FILE_CHANNEL:
        raise ApiError("AEM_INVALID_TASK_NT_NTSUPPEP")
    table = _existing(task, schema, name, "AEM_UNSPEND_TABLE_ERR")
    if table.state != FAILED:
        return
    if _must_be_reloaded(table, facts):
        message = "The table was suspended during full load and must be reloaded."
        raise ApiError("AEM_UNSPEND_TABLE_ERR", schema=schema, table=name, message=message)
    table.state = CHANGING if facts.apply_changes_enabled else COMPLETED
    table.suspended_in, table.data_errors = None, 0


def _fitting(call: Call, task: Task) -> list[Table]:
    """The tables of the patterns and states that the query asks for; filters that are false do not count."""
    filters = {entry["filter"]: entry["rest"] for entry in call.world.contract.enum("table_state")}
    states = {state for name, state in filters.items() if wire.boolean(call.query, name, default=False)}
    fits_schema = _pattern(call, "schema", {table.schema for table in task.tables})
    fits_table = _pattern(call, "table", {table.table for table in task.tables})
    return [
        table
        for table in task.tables
        if (not states or table.state in states) and fits_schema(table.schema) and fits_table(table.table)
    ]


def _pattern(call: Call, name: str, known: set[str]) -> Callable[[str], bool]:
    """What a pattern takes: in the first of its readings that takes anything."""
    given = call.query.get(name)
    if not given:
        return lambda _name: True
    pattern = wire.choose(wire.decoded_again(given), lambda reading: any(matches(reading, item) for item in known))
    return lambda item: matches(pattern, item)


def _table_names(call: Call, task: Task) -> tuple[str, str]:
    schema = call.given("schema", {table.schema for table in task.tables}.__contains__)
    return schema, call.given("table", {table.table for table in task.tables}.__contains__)


def _existing(task: Task, schema: str, name: str, code: str) -> Table:
    table = task.find_table(schema, name)
    if table is None:
        raise ApiError(code, schema=schema, table=name, message="The table could not be found.")
    return table


def _must_be_reloaded(table: Table, facts: TaskFacts) -> bool:
    return table.suspended_in == "full_load" and facts.full_load_enabled and facts.apply_changes_enabled
