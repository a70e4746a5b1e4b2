# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names what: endpoints other endpoints, and the tasks that write the log streams which they read.

A server takes an endpoint only when what it names is there, and lets go of nothing that is still named. So what is
named is made before, and deleted after. Of two tasks that are started or stopped together, the one that writes a log
stream starts before, and stops after, those that read it. Where both are stopped for a change each, that of the one
that writes comes first, and the other's when it is over.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from .._client.normalise import Plain
from .._core.errors import AemError
from .._core.plan import DELETE
from .._definition import references
from .._definition.references import STAGING_TASK, Reference
from .._definition.tree import value_at
from .._resource import named
from . import order, site
from .item import ENDPOINT, PLANNED, TASK, Item, Key
from .site import Site

_PAIR = 2


def plan_order(here: Site) -> None:
    """Let each planned item come after what it names, and wait where that waits for a person."""
    held: dict[Key, str] = {}
    for item in here.plan.items:
        if item.status == PLANNED and item.phase == site.ENDPOINTS:
            _after_what_it_names(here, item)
        elif item.status == PLANNED and item.key.kind == TASK and item.action == DELETE:
            _after_its_readers(here, item)
            _tell_what_names_it(here, item)
        else:
            continue
        if item.status != PLANNED:
            held[item.key] = item.reason
    order.hold_back(here.plan.items, held, order.is_blocked)
    for phase in (site.STOP, site.TASKS, site.START):
        _order_runs(here, phase)


def _after_what_it_names(here: Site, item: Item) -> None:
    """Let an endpoint be made after what it names, and warn of what nobody has."""
    wanted = here.endpoints_after.get(item.key.name.casefold())
    for reference in references.of_thing("databases", wanted) if wanted else ():
        key = here.key(reference.kind, reference.name)
        other = here.item(key)
        is_there = _is_there(here, reference)
        if other is not None and other.action != DELETE:
            item.needs = (*item.needs, key)
            if not is_there and here.blocks(key):
                item.block(order.is_blocked(key))
        elif not is_there:
            here.plan.warnings += named.missing(here.name, [reference], {reference.kind: ()})


def _after_its_readers(here: Site, item: Item) -> None:
    """Let a task be deleted after the endpoints that read the log stream which it writes."""
    stream = item.key.name.casefold()
    for reader in _endpoints(here):
        if _stream_of(reader) != stream:
            continue
        name = str(reader["name"])
        after = here.endpoints_after.get(name.casefold(), reader)
        if after is not None and _stream_of(after) == stream:
            item.block(f"endpoint {name} reads the log stream that it writes")
        item.needs = (*item.needs, here.key(ENDPOINT, name))


def _tell_what_names_it(here: Site, item: Item) -> None:
    """Tell which jobs and notifications go on to name a task that is deleted, as far as definitions were read."""
    if here.reader.has_read("definitions"):
        users = here.reader.repository().named_by(item.key.name)
        if users:
            item.notes.append(f"still named by {', '.join(users)}")


def _order_runs(here: Site, phase: int) -> None:
    """Let the tasks that are started, or stopped, follow each other by the log streams which they write and read."""
    planned = [item for item in here.plan.items if item.phase == phase and item.status == PLANNED]
    items = {item.key.name: item for item in planned if phase != site.TASKS or item.stops}
    if len(items) < _PAIR:
        return
    # Who may not read definitions has them side by side.
    with suppress(AemError):
        waves = references.waves(here.repository_after().sections, list(items))
        before: tuple[Key, ...] = ()
        for names in reversed(waves) if phase == site.STOP else waves:
            for name in names:
                items[name].after = before
            before = tuple(items[name].key for name in names)


def _is_there(here: Site, reference: Reference) -> bool:
    repository = here.reader.repository()
    found = repository.task(reference.name) if reference.kind == TASK else repository.endpoint(reference.name)
    return found is not None


def _endpoints(here: Site) -> Iterable[Plain]:
    """The endpoints that are there; none for whoever may not read them, who is told by the server."""
    try:
        return here.reader.repository().endpoints.values()
    except AemError:
        return ()


def _stream_of(endpoint: Mapping[str, Any]) -> str:
    """The task whose log stream an endpoint reads, in lower case; empty where it reads none."""
    return str(value_at(endpoint, STAGING_TASK) or "").casefold()
