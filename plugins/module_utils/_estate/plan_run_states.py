# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the tasks of one server run, where the wish says so.

What is to be stopped is stopped before it is imported, so it need not be resumed; what is to run is started last.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from .._client.normalise import Plain
from .._client.vocabulary import RUN_OPTION
from .._core.errors import AemError, ApiError, Refused
from .._core.plan import CREATE, RUN, Applied, Change, Plan
from .._definition.tree import value_at
from .._resource import pausing, stopped, task_state
from .._resource.switch import RESUME, STARTED, STOPPED, Wish
from . import site
from .item import BLOCKED, PLANNED, RUN_STATE, TABLES, TASK, Item
from .model import TaskWish
from .site import Site, is_forbidden

UNKNOWN = "it does not exist; to create it, give definition or src"

_FULL_LOAD_ONLY = (
    "run_state started: the task only does a full load. It ends by itself, and each run would load again; leave"
    " run_state out"
)
_ON_THE_WAY = {STARTED: "STARTING", STOPPED: "STOPPING"}
_NO_DEFINITIONS = "AEM_METHOD_NOT_SUPPORTED_VERSION"
_COMMON = ("task_settings", "common_settings")


def known(here: Site, name: str) -> Item | None:
    """Nothing is said of a task but that it is there. Raise Refused where it is not."""
    if here.state(name) is None:
        raise Refused(UNKNOWN)
    return None


def plan_stop(here: Site, wish: TaskWish) -> None:
    """Plan the stop of a task that is to be stopped and is not."""
    if wish.run_state == STOPPED:
        here.add(here.key(RUN_STATE, wish.name), site.STOP, partial(_stop, here, wish), RUN)
        if wish.name in here.left_stopped() and not here.api.check_mode:
            # Whoever wants it stopped does not want it resumed, now or once that is not said any more.
            stopped.forget(here.api, here.name, [wish.name])


def plan_start(here: Site, wish: TaskWish) -> None:
    """Plan the start of a task that is to run and does not. One that cannot be made is not planned any further."""
    if _is_to_run(here, wish) and not (here.blocks(here.key(TASK, wish.name)) and _is_new(here, wish)):
        here.add(here.key(RUN_STATE, wish.name), site.START, partial(_start, here, wish), RUN)


def plan_resumption(here: Site, wish: TaskWish) -> None:
    """Plan to resume a task that an earlier run has stopped for a change and could not resume, if nothing else does.

    Whatever is planned, the look forgets what was noted of a task that runs by now.
    """
    left = left_over(here, wish.name)
    planned = (here.item(here.key(kind, wish.name)) for kind in (TASK, RUN_STATE))
    if left and wish.run_state is None and not any(item and item.status == PLANNED for item in planned):
        here.add(here.key(RUN_STATE, wish.name), site.START, partial(_resumption, here, wish), RUN)


def left_over(here: Site, name: str) -> list[str]:
    """The task, if an earlier run has stopped it for a change and it is still stopped."""
    if name not in here.left_stopped():
        return []
    task = here.state(name)
    return list(pausing.left_over(here.api, here.name, [task])) if task is not None else []


def _resumption(here: Site, wish: TaskWish) -> Item | None:
    left = {wish.name: here.left_stopped()[wish.name]}
    here.plan.warnings += pausing.told_left_over(here.name, left)
    changes = pausing.resuming(here.api, here.name, left, _timeout(wish))
    return here.made_of(here.key(RUN_STATE, wish.name), site.START, Plan(changes), touched="STOPPED")


def never_ran(task: Plain) -> bool:
    """Whether a task of GetTaskList has not been run yet: it is stopped, and nothing has stopped it."""
    return task["state"] == "STOPPED" and task.get("stop_reason") in (None, "", "NONE")


def only_loads(task: Plain) -> bool:
    """Whether a task of a definition does a full load and nothing after it."""
    common = value_at(task, _COMMON) or {}
    changes = common.get("apply_changes_enabled", True), common.get("save_changes_enabled", False)
    return common.get("full_load_enabled", True) is True and not any(changes)


def _is_to_run(here: Site, wish: TaskWish) -> bool:
    """Whether a task is to run: where the wish says so, and where it ran under its former name."""
    if wish.run_state is not None or not wish.renamed_from:
        return wish.run_state == STARTED
    old = here.item(here.key(TASK, wish.renamed_from))
    ran = old is not None and old.stops and old.status == PLANNED
    return (ran or wish.name in here.left_stopped()) and not _only_loads(here, wish)


def cannot_follow(here: Site, wish: TaskWish) -> str:
    """What is missing where a task that runs gets another name, under which it never ran; it would stay stopped."""
    if wish.run_state == STOPPED or wish.first_run or (wish.run_state is None and _only_loads(here, wish)):
        return ""
    task = here.state(wish.name)
    if task is not None and not never_ran(task):
        return ""
    return (
        f"it runs, and its position goes with it; say by first_run how {wish.name} is to be started, or"
        f" run_state: {STOPPED}"
    )


def noting_that_it_ran(here: Site, name: str, change: Change) -> Change:
    """The change that deletes a task that runs, after which a later run starts the one of its new ``name`` if need be.

    That is noted before, as a run may end in between, and forgotten where the task was not deleted.
    """

    def apply() -> Applied:
        warnings = stopped.remember(here.api, here.name, [name])
        try:
            applied = change.apply()
        except AemError:
            stopped.forget(here.api, here.name, [name])
            raise
        return applied._replace(warnings=[*warnings, *applied.warnings])

    return replace(change, apply=apply)


def _only_loads_there(here: Site, name: str) -> bool:
    """Whether a task of the server does only a full load.

    Its details tell that too, to whoever may not read definitions and on servers that have none, such as Compose.
    """
    try:
        there = here.reader.repository().task(name)
    except AemError as error:
        if here.reader.has_definitions and not is_forbidden(error) and _code(error) != _NO_DEFINITIONS:
            raise
        told = here.api.get_task_details(here.name, name).get("options") or {}
        does_more = told.get("apply_changes_enabled") or told.get("store_changes_enabled")
        return bool(told.get("full_load_enabled")) and not does_more
    return there is not None and only_loads(there.data)


def _code(error: AemError) -> str | None:
    return error.error_code if isinstance(error, ApiError) else None


def _only_loads(here: Site, wish: TaskWish) -> bool:
    """Whether a task does only a full load, as it is defined then."""
    planned, there = here.tasks_after.get(wish.name.casefold()), here.reader.repository().task(wish.name)
    return only_loads(planned or (there.data if there else {}))


def _stop(here: Site, wish: TaskWish) -> Item | None:
    task = here.state(wish.name)
    if task is None:
        if wish.has_definition:
            # It comes stopped.
            return None
        raise Refused(UNKNOWN)
    return _switched(here, wish, task, Wish(STOPPED, timeout=_timeout(wish)), site.STOP)


def _start(here: Site, wish: TaskWish) -> Item | None:
    is_new = _is_new(here, wish)
    task = {"name": wish.name, "state": "STOPPED"} if is_new else here.state(wish.name)
    if task is None:
        raise Refused(UNKNOWN)
    planned = here.tasks_after.get(wish.name.casefold())
    if planned is not None and only_loads(planned):
        raise Refused(_FULL_LOAD_ONLY)
    # Of a Compose task nobody can tell: all have the stop reason NONE (guide 2.16).
    first = here.reader.has_definitions and never_ran(task)
    if first and not wish.first_run:
        here.plan.warnings.append(
            f"Task {wish.name} of server {here.name} never ran and stays stopped, since it has no first_run."
        )
        return None
    option = RUN_OPTION.spelled(wish.first_run) if first else RESUME
    item = _switched(here, wish, task, Wish(STARTED, option, timeout=_timeout(wish)), site.START)
    if item is None:
        return None
    before = [(TASK, wish.name), (TABLES, wish.name), *([(TASK, wish.renamed_from)] if wish.renamed_from else [])]
    item.needs = (*item.needs, *(here.key(*what) for what in before if here.item(here.key(*what))))
    old = here.item(here.key(TASK, wish.renamed_from)) if wish.renamed_from else None
    if old is not None and old.status == BLOCKED:
        return item.block(f"needs task {old.key.name} to be deleted, which is blocked")
    if first:
        item.notes.append(f"for the first time, with {option.lower()}")
        item.guard = partial(_still_never_ran, here, wish.name)
    if planned is None and _only_loads_there(here, wish.name):
        raise Refused(_FULL_LOAD_ONLY)
    return item


def _switched(here: Site, wish: TaskWish, task: Plain, to: Wish, phase: int) -> Item | None:
    if task["state"] == _ON_THE_WAY[to.state]:
        return None
    to.check()
    changes = task_state.plan(here.api, [{"server": here.name, **task}], to)
    stops = to.state == STOPPED
    return here.made_of(
        here.key(RUN_STATE, wish.name), phase, Plan(changes), stops=stops and bool(changes), touched=task["state"]
    )


def _is_new(here: Site, wish: TaskWish) -> bool:
    item = here.item(here.key(TASK, wish.name))
    return item is not None and item.action == CREATE


def _still_never_ran(here: Site, name: str) -> bool:
    """Whether nobody has run the task meanwhile, so that its first run loads nothing again."""
    details = here.api.get_task_details(here.name, name)
    return details["state"] == "STOPPED" and not details.get("full_load_start")


def _timeout(wish: TaskWish) -> int:
    return int(wish.options.get("timeout") or task_state.ARGUMENTS["timeout"]["default"])
