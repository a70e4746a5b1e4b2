# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How tasks and their tables get from one state to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from simulator.repository import TaskFacts, task_facts

from . import selecting
from .connections import trouble_of_task
from .model import (
    CHANGING,
    COMPLETED,
    ERROR,
    FAILED,
    LOADING,
    QUEUED,
    RUNNING,
    STARTING,
    STOPPED,
    STOPPING,
    Server,
    Table,
    Task,
    Transition,
)
from .world import World

RESUME = "RESUME_PROCESSING"
RELOAD = "RELOAD_TARGET"
METADATA_ONLY = ("METADATA_ONLY_RECREATE_ALL_TABLES", "METADATA_ONLY_CREATE_MISSING_TABLES")


def start(world: World, server: Server, task: Task, option: str, at: float | None = None) -> None:
    """Let a task become STARTING, and in time what the option and the task's nature lead to.

    ``at`` is when that began on the monotonic clock, if not now.
    """
    seconds = world.settings.start_seconds if task.start_seconds is None else task.start_seconds
    task.runs += 1
    at = world.clock.monotonic() if at is None else at
    _begin(world, task, STARTING, at + seconds, partial(_started, world, server, task, option))
    world.catch_up()


def stop(world: World, server: Server, task: Task, restart: bool = False) -> None:
    """Let a task become STOPPING, and in time STOPPED; with ``restart`` it then resumes."""
    seconds = world.settings.stop_seconds if task.stop_seconds is None else task.stop_seconds
    task.runs += 1
    due = world.clock.monotonic() + seconds
    _begin(world, task, STOPPING, due, partial(_stopped, world, server, task, restart))
    world.catch_up()


def resume_transitions(world: World) -> None:
    """Bring tasks to an end of their way that an estate shows on their way."""
    for server in world.estate.servers.values():
        for task in server.tasks.values():
            if task.state == STARTING:
                start(world, server, task, RESUME)
            elif task.state == STOPPING:
                stop(world, server, task)


async def until_steady(world: World, task: Task, seconds: float) -> bool:
    """Wait until a task is in a state in which it stays; False if that takes longer than ``seconds``."""
    deadline = world.clock.monotonic() + seconds
    while True:
        now = world.clock.monotonic()
        world.catch_up()
        if task.transition is None:
            return True
        # A task whose time has come and that is still on its way belongs to an estate that was replaced.
        pause = min(deadline, task.transition.due) - now
        if pause <= 0:
            return False
        await world.clock.sleep(pause)


def reload_table(world: World, task: Task, facts: TaskFacts, table: Table) -> None:
    """Load one table again: at once if the task runs, else when it does."""
    table.suspended_in, table.data_errors = None, 0
    if task.state != RUNNING:
        table.state = QUEUED
        return
    _load(world, task, facts, [table], world.clock.monotonic())
    world.catch_up()


def memory_shown(world: World, task: Task) -> int:
    """The memory of a task in MB: 0 unless it runs, and as late in saying so as the settings want it."""
    runs = task.state in (RUNNING, STOPPING, "RECOVERY")
    settled = world.clock.monotonic() >= task.changed_at + world.settings.memory_seconds
    return task.memory_mb if runs == settled else 0


def _begin(world: World, task: Task, state: str, due: float, event: partial[None]) -> None:
    task.state = state
    task.transition = transition = Transition(due)

    def arrive(at: float) -> None:
        # A stop that came while the task was starting has taken its place.
        if task.transition is transition:
            task.transition = None
            event(at)

    world.timeline.at(due, arrive)


def _started(world: World, server: Server, task: Task, option: str, at: float) -> None:
    trouble = task.fails_with or trouble_of_task(world.estate, server, task)
    if trouble:
        task.state, task.stop_reason, task.message = ERROR, "FATAL_ERROR", trouble
        return
    task.message = ""
    if option in METADATA_ONLY:
        task.state, task.stop_reason = STOPPED, "NORMAL"
        return
    task.state, task.stop_reason, task.changed_at = RUNNING, "NONE", at
    if server.is_replicate and task.name in server.repository.tasks:
        _begin_processing(world, server, task, option, at)


def _stopped(world: World, server: Server, task: Task, restart: bool, at: float) -> None:
    task.state, task.changed_at, task.message = STOPPED, at, ""
    # Compose tasks always have this reason (guide 2.16).
    task.stop_reason = "NORMAL" if server.is_replicate else "NONE"
    for table in task.tables:
        if table.state == LOADING:
            table.state = QUEUED
    if restart:
        start(world, server, task, RESUME, at)


def _begin_processing(world: World, server: Server, task: Task, option: str, at: float) -> None:
    """Bring a task's tables in line with its definition and load what has to be loaded."""
    facts = task_facts(server.repository, task.name)
    selecting.follow_definition(server, task)
    for deletion in task.deletions:
        deletion["pending"] = False
    if not facts.full_load_enabled:
        for table in task.tables:
            if table.state != FAILED or option == RELOAD:
                table.state = CHANGING
        return
    if option == RELOAD:
        for table in task.tables:
            table.suspended_in = None
    wanted = task.tables if option == RELOAD else [table for table in task.tables if table.state == QUEUED]
    if wanted or not _has_changes(facts):
        task.full_load_start, task.full_load_end = _wall(world, at), None
        _load(world, task, facts, wanted, at)


@dataclass(frozen=True)
class _Load:
    """Tables that are loading in one run of a task."""

    task: Task
    facts: TaskFacts
    tables: list[Table]
    run: int


def _load(world: World, task: Task, facts: TaskFacts, tables: list[Table], at: float) -> None:
    for table in tables:
        table.state, table.load_start, table.load_end = LOADING, _wall(world, at), None
    load = _Load(task, facts, list(tables), task.runs)
    world.timeline.at(at + world.settings.load_seconds, partial(_loaded, world, load))


def _loaded(world: World, load: _Load, at: float) -> None:
    task = load.task
    if task.runs != load.run or task.state != RUNNING:
        return
    for table in load.tables:
        if table.state == LOADING:
            table.state = CHANGING if load.facts.apply_changes_enabled else COMPLETED
            table.load_end = _wall(world, at)
            table.target_schema, table.target_table = table.schema, table.table
    if not any(table.state == LOADING for table in task.tables):
        task.full_load_end = task.full_load_end or _wall(world, at)
        if not _has_changes(load.facts):
            task.state, task.stop_reason, task.changed_at = STOPPED, "FULL_LOAD_ONLY_FINISHED", at


def _has_changes(facts: TaskFacts) -> bool:
    return facts.apply_changes_enabled or facts.store_changes_enabled


def _wall(world: World, at: float) -> datetime:
    """The time of day at a time on the monotonic clock."""
    return world.clock.now() - timedelta(seconds=world.clock.monotonic() - at)
