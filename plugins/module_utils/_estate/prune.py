# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there and the wish does not have: left alone, or deleted within limits.

Deleted are only things of kinds that the rules name, only where the wish gives the list that they would be in, never a
task that runs, never what is protected.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import PASSING_ERRORS
from .._core.errors import AemError, ApiError
from .._core.plan import DELETE
from .._resource import server, task_definition
from .._resource.switch import STOPPED_STATES
from .._resource.task_definition import How
from . import item as kinds
from . import order, plan_endpoints, plan_tasks, rename, site
from .item import OBSERVED, PLANNED, Item, Key
from .model import EndpointWish, ServerWish, TaskWish
from .read import Reader, Repository
from .rules import ENDPOINTS, SERVERS, TASKS, Rules
from .site import ServerPlan, Site

_NOT_IN_GIT = "not in git any more"


def plan_unmanaged(here: Site) -> None:
    """Plan what becomes of the tasks and endpoints that the wish does not have, where it gives a list of them."""
    if here.wish.tasks is not None:
        _plan_tasks(here, here.wish.tasks)
    if here.wish.endpoints is not None:
        _plan_endpoints(here, here.wish.endpoints)


def plan_servers(api: Api, rules: Rules, names: Sequence[str], elsewhere: ServerPlan) -> None:
    """Plan what becomes of the servers that the wish does not have.

    One is deleted only where its tasks could be read, and none of them runs; a tombstone deletes it in any case. One
    that Enterprise Manager does not reach waits for a person; any other read that fails leaves the estate half read.
    """
    for name in _in_order(names):
        if not rules.prunes(SERVERS) or rules.ignores(SERVERS, name):
            elsewhere.left_alone[kinds.SERVER] += 1
            if not rules.ignores(SERVERS, name):
                elsewhere.unmanaged.append(Key(kinds.SERVER, name, name))
            continue
        wish = ServerWish(name, {"name": name, "state": "absent"}, frozenset(), None, None, None, None, None, "")
        here = Site(api, wish, Reader(api, name, exists=True), rules, elsewhere)
        item = here.add(here.key(kinds.SERVER), site.DELETE_SERVER, partial(_server, here), DELETE)
        if name in rules.observe and item is not None:
            item.status = OBSERVED
        else:
            _prune(here, item)
            elsewhere.unread += [error for error in here.reader.failures.values() if not _is_out_of_reach(error)]


def _is_out_of_reach(error: AemError) -> bool:
    return isinstance(error, ApiError) and error.error_code in PASSING_ERRORS


def check_limits(plan: ServerPlan, rules: Rules) -> list[str]:
    """What is wrong where more would be deleted of a kind than the limits allow, with the names of all of them."""
    told = []
    for kind, of_kind in ((TASKS, kinds.TASK), (ENDPOINTS, kinds.ENDPOINT), (SERVERS, kinds.SERVER)):
        names = [item.key.name for item in plan.pruned if item.key.kind == of_kind and item.status == PLANNED]
        there = plan.there[kind]
        if names and len(names) > rules.prune_max:
            told.append(f"{_of(plan, kind, names, there)}, and prune_max is {rules.prune_max}")
        elif len(names) * 100 > rules.prune_max_percent * there:
            told.append(f"{_of(plan, kind, names, there)}, and prune_max_percent is {rules.prune_max_percent}")
    return told


def _of(plan: ServerPlan, kind: str, names: Sequence[str], there: int) -> str:
    where = f" of server {plan.server}" if plan.server else ""
    return f"prune would delete {len(names)} of {there} {kind}{where} ({', '.join(names)})"


def _server(here: Site) -> Item | None:
    current, session = here.reader.server()
    planned = server.compare(here.api, here.wish.options, current, session)
    touched = server.shown(current) if current else None
    item = here.made_of(here.key(kinds.SERVER), site.DELETE_SERVER, planned, touched=touched)
    if item is None:
        return None
    item.guard = partial(_is_untouched, here, touched)
    # Whatever else holds it back: that it is not in git any more is a mistake, and is told as one.
    here.forbid_protected(SERVERS, item)
    try:
        active = here.active_ones(_in_order(task["name"] for task in here.reader.states().values()))
    except AemError as error:
        return item.block(f"{_NOT_IN_GIT}, but its tasks cannot be read; declare it with state: absent. {error}")
    if active:
        return item.block(f"{_NOT_IN_GIT}, but tasks run on it: {', '.join(active)}")
    item.notes.append(f"{_NOT_IN_GIT}; its ACL and its messages go with it")
    return item


def _is_untouched(here: Site, planned_on: Plain | None) -> bool:
    """Whether a server that is to be deleted is as it was planned on, and no task of it has begun to run."""
    there = server.read(here.api, here.name)
    if there is None:
        return True
    at_rest = all(task["state"] in STOPPED_STATES for task in here.api.get_task_list(here.name))
    return at_rest and server.shown(there) == planned_on


def _plan_tasks(here: Site, wishes: Sequence[TaskWish]) -> None:
    pruned = here.rules.prunes(TASKS)
    if not pruned and wishes and not here.reader.has_read("definitions", "tasks"):
        # Nothing was read of tasks, and to tell what is left alone is no reason to. An empty list wants none of them.
        return
    try:
        names = [task["name"] for task in here.reader.states().values()] if pruned else _known_tasks(here)
    except AemError:
        return
    here.plan.there[TASKS] = len(names)
    for name in _in_order(rename.unmanaged(names, wishes)):
        ignored = here.rules.ignores(TASKS, f"{here.name}/{name}")
        if not pruned or ignored:
            _leave(here, here.key(kinds.TASK, name), ignored)
        else:
            _prune(here, here.add(here.key(kinds.TASK, name), site.DELETE_TASKS, partial(_task, here, name), DELETE))


def _known_tasks(here: Site) -> list[str]:
    if here.reader.has_read("definitions") and not here.reader.has_read("tasks"):
        return [task.name for task in here.reader.repository().tasks.values()]
    return [task["name"] for task in here.reader.states().values()]


def _plan_endpoints(here: Site, wishes: Sequence[EndpointWish]) -> None:
    pruned = here.rules.prunes(ENDPOINTS)
    if not pruned and not here.reader.has_read("definitions"):
        if not wishes:
            _leave_all_endpoints(here)
        return
    try:
        repository, after = here.reader.repository(), here.repository_after()
    except AemError:
        return
    here.plan.there[ENDPOINTS] = len(repository.endpoints)
    unmanaged = rename.unmanaged((str(item["name"]) for item in repository.endpoints.values()), wishes)
    for name in order.users_first(_in_order(unmanaged), repository.endpoints_using):
        used = after.tasks_using(name) or name.casefold() in here.wanted_endpoints or _left_above(here, after, name)
        ignored = here.rules.ignores(ENDPOINTS, f"{here.name}/{name}")
        if not pruned or used or ignored:
            _leave(here, here.key(kinds.ENDPOINT, name), ignored)
        else:
            planned = partial(_endpoint, here, name)
            _prune(here, here.add(here.key(kinds.ENDPOINT, name), site.DELETE_ENDPOINTS, planned, DELETE))


def _left_above(here: Site, after: Repository, name: str) -> list[str]:
    """The endpoints that go on to name an endpoint."""
    above = (user for user in after.endpoints_using(name) if user != name)
    return [user for user in above if here.endpoints_after.get(user.casefold(), user) is not None]


def _leave_all_endpoints(here: Site) -> None:
    """Tell the endpoints of which an empty list wants none. Their names are enough."""
    if not here.reader.exists:
        return
    # Who may not list them is told of fewer.
    with suppress(AemError):
        names = [str(item["name"]) for item in here.api.get_endpoint_list(here.reader.name)]
        for name in _in_order(names):
            ignored = here.rules.ignores(ENDPOINTS, f"{here.name}/{name}")
            _leave(here, here.key(kinds.ENDPOINT, name), ignored)


def _in_order(names: Iterable[str]) -> list[str]:
    """Names in an order that does not depend on that of an answer, so that a plan reads the same each time."""
    return sorted(names, key=lambda name: (name.casefold(), name))


def _leave(here: Site, key: Key, ignored: bool) -> None:
    here.plan.left_alone[key.kind] += 1
    if not ignored:
        here.plan.unmanaged.append(key)


def _prune(here: Site, item: Item | None) -> None:
    if item is not None:
        here.plan.pruned.append(item)


def _task(here: Site, name: str) -> Item:
    task = here.reader.states()[name]
    change = task_definition.change_by_removal(here.api, here.name, name, task["state"], [], How())
    item = Item(here.key(kinds.TASK, name), DELETE, site.DELETE_TASKS, change, touched=task["state"])
    item.guard = partial(plan_tasks.is_deletable, here, task)
    if item.key in here.suspects:
        return _suspected(here, item)
    here.forbid_protected(TASKS, item)
    if here.active(name):
        return item.block(f"{_NOT_IN_GIT}, but {task['state']}, and prune deletes no task that runs")
    item.notes.append(f"{_NOT_IN_GIT}. {task['state']}; its position and its tags go with it")
    here.tasks_after[name.casefold()] = None
    return item


def _endpoint(here: Site, name: str) -> Item | None:
    suspect = here.key(kinds.ENDPOINT, name) in here.suspects
    item = (plan_endpoints.removal if suspect else plan_endpoints.deletion)(here, name)
    if item is None or suspect:
        return item and _suspected(here, item)
    item.notes.append(_NOT_IN_GIT)
    return item


def _suspected(here: Site, item: Item) -> Item:
    item.suspected = True
    return item.block(f"{_NOT_IN_GIT}, or is it {here.suspects[item.key]} now?")
