# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How tasks and their tables get from one state to the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

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
    Standing,
    Table,
    Task,
    Transition,
)
from .repository import TaskFacts, task_facts
from .world import World

RESUME = "RESUME_PROCESSING"
RELOAD = "RELOAD_TARGET"
_MOST_EARLIER = 50
METADATA_ONLY = ("METADATA_ONLY_RECREATE_ALL_TABLES", "METADATA_ONLY_CREATE_MISSING_TABLES")


def start(world: World, server: Server, task: Task, option: str, at: float | None = None) -> None:
    """Let a task become STARTING, and in time what the option and the task's nature lead to.

    ``at`` is when that began on the monotonic clock, if not now.
    """
    seconds = world.settings.start_seconds if task.start_seconds is None else task.start_seconds
    task.runs += 1
    at = world.clock.monotonic() if at is None else at
    _become(task, at, state=STARTING)
    _begin(world, task, at + seconds, partial(_started, world, server, task, option))
    world.catch_up()


def stop(world: World, server: Server, task: Task, restart: bool = False) -> None:
    """Let a task become STOPPING, and in time STOPPED; with ``restart`` it then resumes."""
    seconds = world.settings.stop_seconds if task.stop_seconds is None else task.stop_seconds
    task.runs += 1
    now = world.clock.monotonic()
    _become(task, now, state=STOPPING)
    _begin(world, task, now + seconds, partial(_stopped, world, server, task, restart))
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


def standing_shown(world: World, task: Task) -> Standing:
    """Where a task stands as far as Enterprise Manager knows: as late as the settings want it."""
    since = world.clock.monotonic() - world.settings.state_seconds
    return next((standing for until, standing in task.earlier if until > since), task.standing)


def memory_shown(world: World, task: Task) -> int:
    """The memory of a task in MB: 0 unless it runs, and as late in saying so as the settings want it."""
    runs = task.state in (RUNNING, STOPPING, "RECOVERY")
    settled = world.clock.monotonic() >= task.changed_at + world.settings.memory_seconds
    return task.memory_mb if runs == settled else 0


def _become(task: Task, at: float, **standing: str) -> None:
    """Let a task stand elsewhere from a time on the monotonic clock; what is not given stays."""
    task.earlier = [*task.earlier[1 - _MOST_EARLIER :], (at, task.standing)]
    for name, value in standing.items():
        setattr(task, name, value)


def _begin(world: World, task: Task, due: float, event: partial[None]) -> None:
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
        _become(task, at, state=ERROR, stop_reason="FATAL_ERROR" if server.is_replicate else "NONE", message=trouble)
        return
    if option in METADATA_ONLY:
        _become(task, at, state=STOPPED, stop_reason="NORMAL", message="")
        return
    _become(task, at, state=RUNNING, stop_reason="NONE", message="")
    task.changed_at = at
    if not server.is_replicate:
        _begin_loading(world, task, at)
    elif task.name in server.repository.tasks:
        _begin_processing(world, server, task, option, at)


def _stopped(world: World, server: Server, task: Task, restart: bool, at: float) -> None:
    # Compose tasks always have no reason (guide 2.16).
    _become(task, at, state=STOPPED, stop_reason="NORMAL" if server.is_replicate else "NONE", message="")
    task.changed_at = at
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
            _become(task, at, state=STOPPED, stop_reason="FULL_LOAD_ONLY_FINISHED")
            task.changed_at = at


def _begin_loading(world: World, task: Task, at: float) -> None:
    """Let a Compose task load all of its tables, one after the other; then it ends by itself. So does a workflow."""
    task.full_load_start, task.full_load_end = _wall(world, at), None
    for table in task.tables:
        table.state, table.load_start, table.load_end = QUEUED, None, None
    if task.tables:
        _load_next(world, task, task.runs, at)
    else:
        world.timeline.at(at + world.settings.load_seconds, partial(_load_next, world, task, task.runs))


def _load_next(world: World, task: Task, run: int, at: float) -> None:
    """Go on to the next table of a run of a Compose task; with the last one the run ends."""
    if task.runs != run or task.state != RUNNING:
        return
    for table in task.tables:
        if table.state == LOADING:
            table.state, table.load_end = COMPLETED, _wall(world, at)
    following = next((table for table in task.tables if table.state == QUEUED), None)
    if following is None:
        task.full_load_end = _wall(world, at)
        _become(task, at, state=STOPPED)
        task.changed_at = at
        return
    following.state, following.load_start = LOADING, _wall(world, at)
    pause = world.settings.load_seconds / len(task.tables)
    world.timeline.at(at + pause, partial(_load_next, world, task, run))


def _has_changes(facts: TaskFacts) -> bool:
    return facts.apply_changes_enabled or facts.store_changes_enabled


def _wall(world: World, at: float) -> datetime:
    """The time of day at a time on the monotonic clock."""
    return world.clock.now() - timedelta(seconds=world.clock.monotonic() - at)
