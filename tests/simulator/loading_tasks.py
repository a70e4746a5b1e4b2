# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks, tables and endpoints of an estate, from plain data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zlib import crc32

from .errors import EstateError
from .model import (
    ACTIVE_STATES,
    CHANGING,
    COMPLETED,
    ERROR,
    LOADING,
    QUEUED,
    RECOVERY,
    ROLES,
    STOPPED,
    TABLE_STATES,
    Acl,
    ConnectionTest,
    Endpoint,
    Members,
    Server,
    Table,
    Task,
)
from .reader import Reader
from .repository import task_facts
from .selecting import follow_definition
from .shorthand import table_key

TEST_STATUSES = ("CONNECTED", "ERROR", "UNKNOWN", "TIMEOUT")
STOP_REASONS = (
    "NONE",
    "NORMAL",
    "RECOVERABLE_ERROR",
    "FATAL_ERROR",
    "FULL_LOAD_ONLY_FINISHED",
    "STOPPED_AFTER_FULL_LOAD",
    "STOPPED_AFTER_CACHED_EVENTS",
    "EXPRESS_LICENSE_LIMITS_REACHED",
    "STOPPED_AFTER_DDL_APPLY",
    "STOPPED_LOW_MEMORY",
    "STOPPED_LOW_DISK_SPACE",
)
_STATES = (STOPPED, ERROR, *sorted(ACTIVE_STATES))
_STOP_REASONS = {STOPPED: "NORMAL", ERROR: "FATAL_ERROR", RECOVERY: "RECOVERABLE_ERROR"}
# Between the name of a Compose task and its project, and from which version on both stand in a name.
_PROJECT_MARK = "__"
_NAMES_PROJECTS = (2021, 5)
_LACKS = ("source", "target")
_STAGES = ("full_load", "changes")
# When tables were loaded of which the data does not say so.
_FULL_LOAD = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
_LOAD_TIME = timedelta(minutes=4)


def read_acl(reader: Reader) -> Acl:
    """The ACL of a level."""
    roles = {role: reader.part(f"{role}_role", _members) or Members() for role in ROLES}
    return Acl(roles, reader.flag("disable_inheritance", default=False))


def read_endpoint(server: Server, item: dict[str, Any], place: str) -> None:
    """How an endpoint of ``server`` behaves; what defines it is in the repository already."""
    reader = Reader(item, f"{place}, endpoint {item['name']}")
    name = reader.text("name")
    if name not in server.repository.endpoints:
        raise EstateError(f"{reader.place} has no definition: give it a type_id.")
    server.endpoints[name] = Endpoint(
        test_result=_test_result(reader),
        test_seconds=reader.seconds("test_seconds"),
        tables=[table_key(table, reader.place) for table in reader.take("tables", [])],
        acl=reader.part("acl", read_acl),
    )
    reader.done()


def read_task(server: Server, item: dict[str, Any], place: str) -> None:
    """How a task of ``server`` runs; what defines a Replicate task is in the repository already."""
    reader = Reader(item, f"{place}, task {item['name']}")
    task = Task(reader.text("name"))
    if server.is_replicate and task.name not in server.repository.tasks:
        raise EstateError(f"{reader.place} has no definition: give it a source and targets.")
    _read_state(task, reader)
    _read_behaviour(task, reader)
    _read_figures(task, reader)
    _read_change_data(task, reader)
    if not server.is_replicate:
        for name in ("description", "project", "profile", "source", "target"):
            setattr(task, name, reader.text(name, ""))
        task.stop_reason = "NONE"
        _name_after_project(server, task)
    task.acl = reader.part("acl", read_acl)
    _read_tables(server, task, reader)
    reader.done()
    if task.name in server.tasks:
        raise EstateError(f"{reader.place}: {task.name!r} is there already.")
    server.tasks[task.name] = task


def _name_after_project(server: Server, task: Task) -> None:
    """Name a Compose task as its server does: with two underscores and the project, before May 2021 without (2.17)."""
    if not task.project and _PROJECT_MARK in task.name:
        task.project = task.name.rpartition(_PROJECT_MARK)[2]
    if not task.project:
        return
    ending = f"{_PROJECT_MARK}{task.project}"
    name = task.name.removesuffix(ending)
    task.name = f"{name}{ending}" if server.version_number() >= _NAMES_PROJECTS else name


def _members(reader: Reader) -> Members:
    return Members(reader.texts("users"), reader.texts("groups"))


def _test_result(reader: Reader) -> ConnectionTest | None:
    """A status alone, or a mapping of status and texts."""
    if not reader.has("test_result"):
        return None
    value = reader.take("test_result")
    inner = Reader(value if isinstance(value, dict) else {"status": value}, f"{reader.place}: test_result")
    status = inner.choice("status", TEST_STATUSES)
    message = inner.text("message", "Cannot connect to the endpoint." if status == "ERROR" else "")
    result = ConnectionTest(status, message, inner.text("detailed_message", ""))
    inner.done()
    return result


def _read_state(task: Task, reader: Reader) -> None:
    task.state = reader.choice("state", _STATES, STOPPED)
    task.stop_reason = reader.choice("stop_reason", STOP_REASONS, _STOP_REASONS.get(task.state, "NONE"))
    task.message = reader.text("message", "")
    task.tags = reader.texts("tags")


def _read_behaviour(task: Task, reader: Reader) -> None:
    task.start_seconds, task.stop_seconds = reader.seconds("start_seconds"), reader.seconds("stop_seconds")
    task.fails_with, task.answers_error = reader.text("fails_with", ""), reader.text("answers_error", "")
    task.lacks = reader.texts("lacks")
    if not set(task.lacks) <= set(_LACKS):
        raise EstateError(f"{reader.place}: a task can lack {' and '.join(_LACKS)}.")


def _read_figures(task: Task, reader: Reader) -> None:
    for name in ("memory_mb", "disk_usage_mb", "cpu_percentage"):
        setattr(task, name, reader.integer(name, getattr(task, name)))
    for name in ("source_latency", "total_latency", "log_stream_staging"):
        setattr(task, name, reader.text(name, getattr(task, name)))
    task.full_load_start, task.full_load_end = reader.instant("full_load_start"), reader.instant("full_load_end")


def _read_change_data(task: Task, reader: Reader) -> None:
    barriers = reader.take("barriers", {})
    for application in barriers:
        point = Reader(barriers, f"{reader.place}: barriers").instant(application)
        if point is None:
            raise EstateError(f"{reader.place}: the barrier of {application!r} is not a time.")
        task.barriers[str(application)] = point
    task.deletions = [dict(item) for item in reader.take("deletions", [])]


def _read_tables(server: Server, task: Task, reader: Reader) -> None:
    """The tables of a task: as given, or else those of its definition, in the state of a task that has run well."""
    is_given = reader.has("tables")
    facts = task_facts(server.repository, task.name) if server.is_replicate else None
    # A task that only captures changes has loaded nothing.
    loads = facts is None or facts.full_load_enabled
    state = CHANGING if facts is not None and facts.apply_changes_enabled else COMPLETED
    task.tables = reader.parts("tables", partial(_table, state, loads))
    has_run = task.state != STOPPED or task.stop_reason != "NONE"
    if not is_given and has_run and facts is not None:
        follow_definition(server, task, state)
        for table in task.tables:
            _give_figures(table, loads)
    if task.tables and task.full_load_start is None and loads:
        is_done = not any(table.state in (QUEUED, LOADING) for table in task.tables)
        task.full_load_start = _FULL_LOAD
        task.full_load_end = _FULL_LOAD + len(task.tables) * _LOAD_TIME if is_done else None


def _table(state: str, loads: bool, reader: Reader) -> Table:
    table = Table(reader.text("schema", ""), reader.text("table"), reader.choice("state", TABLE_STATES, state))
    if reader.has("suspended_in"):
        table.suspended_in = reader.choice("suspended_in", _STAGES)
    _give_figures(table, loads)
    for name in ("rows", "inserts", "updates", "deletes", "ddls", "data_errors"):
        setattr(table, name, reader.integer(name, getattr(table, name)))
    for name in ("target_schema", "target_table"):
        setattr(table, name, reader.text(name, getattr(table, name)))
    for name in ("load_start", "load_end", "last_change"):
        if reader.has(name):
            setattr(table, name, reader.instant(name))
    return table


def _give_figures(table: Table, loads: bool) -> None:
    """Numbers that a table could have, always the same ones for a name; ``loads`` is whether its task loads tables."""
    seed = crc32(f"{table.schema}.{table.table}".encode())
    table.rows = 500 + seed % 250_000
    if table.state in (COMPLETED, CHANGING):
        table.target_schema, table.target_table = table.schema, table.table
        if loads:
            table.load_start, table.load_end = _FULL_LOAD, _FULL_LOAD + _LOAD_TIME
    if table.state == CHANGING:
        table.inserts, table.updates, table.deletes = seed % 9_000, seed % 21_000, seed % 700
        table.last_change = _FULL_LOAD + timedelta(days=30)
