# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tasks of one server: their definitions, as the planner of imports compares them, and their tables.

Definition, owners, overrides and tables are merged before anything is compared, so a task is imported once.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from .._client.normalise import Plain
from .._client.vocabulary import TASK_NOT_FOUND
from .._core.errors import Refused, none_where
from .._core.plan import CREATE, DELETE, Applied, Change
from .._core.select import did_you_mean
from .._definition.compare import Difference, diff, differences
from .._definition.document import Definition
from .._definition.keep import Kept, keep_theirs
from .._definition.task import Task
from .._resource import importing, table_selection, task_definition
from .._resource.switch import STOPPED, STOPPED_STATES
from .._resource.task_definition import How
from . import merging, not_taken, order, plan_run_states, rename, site
from .item import BLOCKED, ENDPOINT, PLANNED, RUN_STATE, SERVER, TABLES, TASK, Item, Key
from .model import TaskWish
from .rules import TASKS
from .site import Site


def plan_present(here: Site) -> None:
    """Plan the tasks that are to be there, and whether they run."""
    for wish in here.wish.tasks or ():
        if here.rules.ignores(TASKS, f"{here.name}/{wish.name}"):
            here.plan.left_alone[TASK] += 1
        elif not wish.absent:
            plan_run_states.plan_stop(here, wish)
            if wish.has_definition:
                here.add(here.key(TASK, wish.name), site.TASKS, partial(_task, here, wish))
            elif wish.tables is not None:
                here.add(here.key(TABLES, wish.name), site.TASKS, partial(_tables, here, wish))
            elif wish.run_state is None:
                here.add(here.key(TASK, wish.name), site.TASKS, partial(plan_run_states.known, here, wish.name))
            if wish.renamed_from and rename.is_left(here, TASK, wish):
                here.add(here.key(TASK, wish.renamed_from), site.RENAMED_TASKS, partial(_former, here, wish), DELETE)
            plan_run_states.plan_start(here, wish)
            plan_run_states.plan_resumption(here, wish)


def plan_absent(here: Site) -> None:
    """Plan the tasks that are to go."""
    for wish in here.wish.tasks or ():
        if here.rules.ignores(TASKS, f"{here.name}/{wish.name}"):
            continue
        if wish.absent:
            here.add(here.key(TASK, wish.name), site.DELETE_TASKS, partial(_absent, here, wish), DELETE)


def _absent(here: Site, wish: TaskWish) -> Item | None:
    """The item that deletes a task that is declared absent, None where it is not there."""
    return _deletion(here, wish, wish.name, site.DELETE_TASKS, "declared absent")


def _former(here: Site, wish: TaskWish) -> Item | None:
    """The item that deletes a task under its former name, once the new one is there and before that is started."""
    wrong = rename.both_differ(here, TASK, wish)
    if wrong:
        raise Refused(wrong)
    item = _deletion(here, wish, wish.renamed_from or "", site.RENAMED_TASKS, f"is called {wish.name} now")
    new = here.item(here.key(TASK, wish.name))
    if item and here.state(wish.name) is None and (new is None or new.status != PLANNED):
        here.tasks_after.pop(item.key.name.casefold(), None)
        return item.block(f"needs task {wish.name}, which is not there and is not made")
    if item and item.stops and item.status == PLANNED and item.change:
        lacking = plan_run_states.cannot_follow(here, wish)
        if lacking:
            here.tasks_after.pop(item.key.name.casefold(), None)
            item.block(lacking)
        elif wish.run_state != STOPPED:
            item.change = plan_run_states.noting_that_it_ran(here, wish.name, item.change)
    if item and new:
        item.needs = (new.key,)
        if item.status == BLOCKED:
            # Two tasks that do the same must not be there side by side.
            new.block(f"needs task {wish.renamed_from} to be deleted, which is blocked: {item.reason}")
    return item


def _deletion(here: Site, wish: TaskWish, name: str, phase: int, why: str) -> Item | None:
    state = here.state(name)
    if state is None:
        return None
    how, active = How.from_options(wish.options), here.active(name)
    delete_logs = bool(wish.options.get("delete_logs"))
    change = task_definition.change_by_removal(
        here.api, here.name, state["name"], state["state"], active, how, delete_logs
    )
    item = Item(here.key(TASK, name), change.action, phase, change, stops=bool(active), touched=state["state"])
    item.guard = partial(is_deletable, here, state)
    item.notes.append(f"{why}. {state['state']}; its position and its tags go with it")
    if active and not how.force:
        return item.block(f"{state['state']}, and it has no force: true")
    here.forbid_protected(TASKS, item)
    here.tasks_after[name.casefold()] = None
    return item


def is_deletable(here: Site, planned_on: Plain) -> bool:
    """Whether a task is as the plan to delete it has found it: at rest, if it was, and defined so, where that was read.

    One that is gone is deleted.
    """
    there = none_where(TASK_NOT_FOUND, lambda: here.api.get_task_details(here.name, planned_on["name"]))
    if there is None:
        return True
    if planned_on["state"] in STOPPED_STATES and there["state"] not in STOPPED_STATES:
        return False
    if not here.reader.has_read("definitions"):
        return True
    return _is_as_planned(here, planned_on["name"], here.reader.repository().task(planned_on["name"]))


def _task(here: Site, wish: TaskWish) -> Item | None:
    prepared = merging.prepared(wish, here.wish.endpoints)
    here.plan.warnings += prepared.warnings
    here.wanted_endpoints.update(map(str.casefold, prepared.definition.single_task().named_endpoints))
    repository = here.reader.repository()
    task = repository.task(wish.name)
    how = How.from_options(wish.options)
    ignore = [*how.ignore, *here.rules.ignored_settings(TASKS, f"{here.name}/{wish.name}")]
    there = [item for item in map(repository.endpoint, prepared.definition.endpoint_names) if item is not None]
    unsent = [str(item["name"]) for item in there if f"{here.name}/{item['name']}" not in here.rules.send_secrets]
    wanted = merging.with_masked_secrets(prepared.definition, unsent)
    current = repository.only([task] if task else [], there) if task or there else None
    found = differences(wanted, current, ignore)
    if not found:
        return None
    old = rename.suspected_task(here, wish, wanted) if task is None else None
    planned = _Import(wish, wanted, keep_theirs(wanted, current, ignore), found, replace(how, ignore=ignore), task)
    item = _import(here, planned)
    return rename.waits(here, item, old) if old else item


@dataclass(frozen=True)
class _Import:
    """An import that is needed: what is wanted, what is sent for it, by what it differs from the server's ``task``."""

    wish: TaskWish
    wanted: Definition
    kept: Kept
    found: Sequence[Difference]
    how: How
    task: Task | None

    @property
    def name(self) -> str:
        """The name of the task."""
        return self.wish.name


def _import(here: Site, planned: _Import) -> Item:
    name, task = planned.name, planned.task
    stop = here.item(here.key(RUN_STATE, name))
    active = here.active(name) if task is not None and stop is None else []
    change = _noting(here, _change(here, planned, active))
    needs, missing = _endpoints_needed(here, planned.wanted)
    if stop is not None:
        needs.append(stop.key)
    if here.new:
        needs.append(here.key(SERVER))
    item = Item(here.key(TASK, name), change.action, site.TASKS, change, stops=bool(active), needs=tuple(needs))
    item.touched = [task.data if task else None, bool(active)]
    item.guard = partial(_is_as_planned, here, name, task)
    if item.action == CREATE:
        item.notes.append(_contents(planned.wanted))
    if missing:
        return item.block(missing)
    if planned.kept.foreign:
        places = ", ".join(planned.kept.foreign)
        return item.block(f"its definition has secrets that another server has encrypted, worthless here: {places}")
    if active:
        state = active[0]["state"]
        if not planned.how.force:
            return item.block(f"{state}, this would stop it, and it has no force: true")
        item.notes.append(f"{state}, is stopped and resumed")
    here.tasks_after[name.casefold()] = planned.wanted.single_task().data
    return item


def _change(here: Site, planned: _Import, active: Sequence[Plain]) -> Change:
    """The change that imports. A definition without a version gets that of the server, which is read if need be."""
    sent, version, is_new = planned.kept.definition, here.reader.repository().version, planned.task is None
    stays = is_new or planned.wish.run_state == STOPPED
    left = [] if stays else plan_run_states.left_over(here, planned.name)

    def change_of(definition: Definition) -> Change:
        return task_definition.change_by_import(
            here.api, here.name, definition, planned.found, active, planned.how, is_new=is_new, left=left
        )

    def versioned_first() -> Applied:
        definition, warnings = importing.versioned(here.api, here.name, sent)
        applied = change_of(definition).apply()
        return applied._replace(warnings=[*warnings, *applied.warnings])

    if version and not sent.version:
        sent = sent.with_version(version)
    change = change_of(sent)
    return change if sent.version else replace(change, apply=versioned_first)


def _noting(here: Site, change: Change) -> Change:
    """The change, which then notes what the server does not keep of it."""

    def apply() -> Applied:
        applied = change.apply()
        left = diff(applied.not_taken)
        problems = not_taken.remember(here.api, here.key(TASK, change.name), left["before"], left["after"])
        if problems:
            return applied._replace(warnings=[*applied.warnings, *problems])
        told = [warning.replace(importing.ASKED_AGAIN, not_taken.REMEMBERED) for warning in applied.warnings]
        return applied._replace(warnings=told)

    return replace(change, apply=apply)


def _endpoints_needed(here: Site, wanted: Definition) -> tuple[list[Key], str]:
    """The items of endpoints that an import needs, and what is wrong where one is not there and will not be."""
    needs = []
    for role, name, _task_name in importing.needed_endpoints(wanted):
        key = here.key(ENDPOINT, name)
        item = here.item(key)
        there = here.reader.repository().endpoint(name) is not None
        if item is not None and not (there and here.blocks(key)):
            needs.append(key)
        if not there and item is None:
            known = [*(wish.name for wish in here.wish.endpoints or ()), *here.reader.repository().endpoints]
            told = f"neither git nor server {here.name} has its {role} endpoint {name}"
            return needs, ". ".join(filter(None, (told, did_you_mean(name, known))))
        if not there and here.blocks(key):
            return needs, order.is_blocked(key)
    return needs, ""


def _is_as_planned(here: Site, name: str, planned_on: Task | None) -> bool:
    """Whether the server's task is still the one that the plan was made on."""
    there = importing.read_task(here.api, here.name, name)
    if there is None or planned_on is None:
        return there is None and planned_on is None
    task = there.with_only({"tasks": [there.single_task().data]})
    before = there.with_only({"tasks": [planned_on.data]})
    return not differences(task, before) and not differences(before, task)


def _contents(wanted: Definition) -> str:
    task = wanted.single_task()
    named = task.endpoints()
    tables = sum(len(found) for found in task.tables.values())
    words = "table or pattern" if tables == 1 else "tables or patterns"
    return f"{named.source} to {', '.join(named.targets)}, {tables} {words}"


def _tables(here: Site, wish: TaskWish) -> Item | None:
    """The tables of a task whose definition is not managed, compared with the selection in the server's export."""
    options = wish.tables or {}
    task = here.reader.repository().task(wish.name)
    if task is None:
        raise Refused(plan_run_states.UNKNOWN)
    current = merging.selection_of(task)
    look = table_selection.look_at(here.api, here.name, task.name)
    planned = table_selection.compare(here.api, options, current, look)

    def as_planned() -> bool:
        return merging.sorted_selection(look.anew()) == merging.sorted_selection(current)

    return here.made_of(
        here.key(TABLES, wish.name), site.TASKS, planned, guard=as_planned, touched=merging.sorted_selection(current)
    )
