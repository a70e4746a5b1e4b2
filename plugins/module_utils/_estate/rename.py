# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renames: a name that is gone and a name that is new may well be one thing, which must not be deleted and made anew.

What looks like a rename waits until ``renamed_from`` or ``state: absent`` says what is meant.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._client.normalise import Plain
from .._core.errors import AemError
from .._definition.compare import differences
from .._definition.document import Definition, of_sections
from .._definition.task import UUID, Task
from .._definition.tree import TYPE, merge, value_at, with_value
from .._resource import endpoint, importing
from .._resource import endpoint_settings as settings
from .item import TASK, Item, Key
from .model import EndpointWish, TaskWish
from .site import Site

_NAME = ("task", "name")


def unmanaged(names: Iterable[str], wishes: Sequence[EndpointWish] | Sequence[TaskWish]) -> list[str]:
    """The names that no wish is about, under its present or its former name."""
    managed = {wish.name.casefold() for wish in wishes}
    managed.update(wish.renamed_from.casefold() for wish in wishes if wish.renamed_from)
    return [name for name in names if name.casefold() not in managed]


def suspected_endpoint(here: Site, wish: EndpointWish, options: Mapping[str, Any]) -> str | None:
    """The endpoint that is there, of which git says nothing, and that a new one looks like."""
    if wish.renamed_from:
        return None
    says = _says(options.get("settings"))
    repository = here.reader.repository()
    there = [str(item["name"]) for item in repository.endpoints.values()]
    for name in unmanaged(there, here.wish.endpoints or ()):
        other = repository.endpoint(name) or {}
        if (other.get("type_id"), str(other.get("role")).lower()) != (options.get("type_id"), options.get("role")):
            continue
        # What says nothing is like each endpoint of its type, so only one that is as bare may be the same.
        if not says and _says(other.get(settings.ROOT)):
            continue
        as_other = {**options, "name": name, "update_secrets": settings.ON_CREATE, "unset": None}
        if not endpoint.compare(here.api, as_other, repository).changes:
            return name
    return None


def suspected_task(here: Site, wish: TaskWish, wanted: Definition) -> str | None:
    """The task that is there, of which git says nothing, and that a new one looks like: by its uuid, or all of it."""
    if wish.renamed_from:
        return None
    repository = here.reader.repository()
    names = unmanaged([task.name for task in repository.tasks.values()], here.wish.tasks or ())
    tasks = [task for task in map(repository.task, names) if task is not None]
    uuid = value_at(importing.document(wish.options).single_task().data, UUID) if tasks else None
    task = wanted.single_task()
    found = (other for other in tasks if (uuid and value_at(other.data, UUID) == uuid) or _are_alike(task, other))
    return next((other.name for other in found), None)


def waits(here: Site, item: Item, old: str) -> Item:
    """The item, of what looks like ``old`` with another name, which waits for a person; it is noted for ``old`` too."""
    key = item.key
    here.suspects[Key(key.kind, key.server, old)] = key.name
    item.suspected = True
    return item.block(
        f"{key.kind} {old}, which git does not have, is the same. A rename? Say renamed_from: {old}, or declare {old}"
        " with state: absent"
    )


def with_old_settings(here: Site, wish: EndpointWish, options: Plain) -> Plain:
    """The options of an endpoint that gets another name: what they leave out is as it was, encrypted secrets too."""
    old = here.reader.repository().endpoint(wish.renamed_from) if wish.renamed_from else None
    if old is None:
        return options
    return {
        **options,
        "role": options.get("role") or str(old.get("role") or "").lower() or None,
        "type_id": options.get("type_id") or old.get("type_id"),
        "settings": merge(old.get(settings.ROOT) or {}, options.get("settings") or {}),
    }


def is_left(here: Site, kind: str, wish: EndpointWish | TaskWish) -> bool:
    """Whether the thing is still there under its former name, as far as that can be read."""
    try:
        repository, old = here.reader.repository(), wish.renamed_from or ""
    except AemError:
        return False
    return (repository.task(old) if kind == TASK else repository.endpoint(old)) is not None


def both_differ(here: Site, kind: str, wish: EndpointWish | TaskWish) -> str:
    """What is wrong where a thing is there under both its names and is not the same: it is no half-made rename then."""
    repository, old = here.reader.repository(), wish.renamed_from or ""
    if kind == TASK:
        new_task, old_task = repository.task(wish.name), repository.task(old)
        same = new_task is None or (old_task is not None and _are_alike(new_task, old_task))
    else:
        new, former = repository.endpoint(wish.name), repository.endpoint(old)
        same = new is None or (former is not None and _shown(new) == _shown(former))
    meant = f" declare {kind} {old} absent if it is no longer needed, and take renamed_from away"
    return "" if same else f"{kind} {wish.name} and {kind} {old} are both there, and differ;{meant}"


def _says(given: Mapping[str, Any] | None) -> bool:
    """Whether the settings of an endpoint say more than its type and its secrets."""
    return any(name != TYPE for name in settings.without_secrets(given or {}))


def _shown(there: Plain) -> Plain:
    return {**endpoint.shown(there, ()), "name": ""}


def _are_alike(one: Task, other: Task) -> bool:
    """Whether two tasks say the same but for their names, the second one with what a server fills in."""
    # Most pairs are told apart by that.
    if one.named_endpoints != other.named_endpoints:
        return False
    return not differences(_nameless(one), _nameless(other))


def _nameless(task: Task) -> Definition:
    return of_sections(tasks=[with_value(task.data, _NAME, "task")])
