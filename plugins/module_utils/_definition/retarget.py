# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A definition for another environment: other endpoints, other owners of the tables, other names of its tasks.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from .document import Definition
from .owners import Names, moved
from .references import ENDPOINT, PLACES, TARGET_NAMES, TASK, label, references, renamed, things, with_things
from .task import UUID
from .tree import DefinitionError, Plain, listed, value_at, with_value, without

# Where a thing has its own name, for what can be renamed.
_OWN_NAMES = {"tasks": (TASK, ("task", "name")), "databases": (ENDPOINT, ("name",))}


def retarget(
    definition: Definition,
    *,
    endpoints: Names | None = None,
    owners: Names | None = None,
    schemas: Names | None = None,
    tasks: Names | None = None,
    name: str | None = None,
    source: str | None = None,
    target: str | None = None,
) -> Definition:
    """The definition for other endpoints, owners of tables and target schemas, or with other names of its tasks.

    ``endpoints``, ``owners``, ``schemas`` and ``tasks`` map old names to new ones. Endpoints and tasks are renamed
    where they are defined and in all :data:`.references.PLACES`, owners wherever a task names a table or a pattern,
    also in names such as ``OWNER.TABLE``. ``name``, ``source`` and ``target`` are the new name and endpoints of the one
    task. ``task_uuid`` is dropped: it is good on one server only.

    Raises DefinitionError for an endpoint or a task that the definition does not have, for ``name``, ``source`` and
    ``target`` unless there is exactly one task, and where two endpoints, tasks, tables or manipulations would become
    one. An owner or a schema that is not there is no error, so one map can serve many tasks.
    """
    for option, given in (("endpoints", endpoints), ("owners", owners), ("schemas", schemas), ("tasks", tasks)):
        _require_names(option, given or {})
    if not (endpoints or owners or schemas or tasks) and (name, source, target) == (None, None, None):
        items = [without(task.data, UUID) for task in definition.tasks]
        return definition.with_sections(tasks=items) if items else definition
    names: dict[str, Names] = {
        ENDPOINT: {**(endpoints or {}), **_new_endpoints(definition, endpoints or {}, source, target)},
        TASK: {**(tasks or {}), **_new_name(definition, tasks or {}, name)},
    }
    _require_known(definition, names)
    changed: Plain = {}
    for section in PLACES:
        content = definition.sections.get(section)
        items = things(section, content)
        if items and section == "tasks":
            items = [without(moved(task, owners or {}, schemas or {}), UUID) for task in items]
        if items:
            changed[section] = with_things(section, content, _all_renamed(section, items, names))
    return definition.with_sections(**changed)


def _all_renamed(section: str, items: list[Any], names: dict[str, Names]) -> list[Any]:
    """The things of a section by their new names, which name others by theirs."""
    made = [renamed(section, item, names) for item in items]
    if section == "tasks":
        for old, new in zip(items, made):
            before, after = (listed(value_at(task, TARGET_NAMES)) for task in (old, new))
            _require_apart(before, after, ENDPOINT, f" of task {label(section, old)!r}")
    if section not in _OWN_NAMES:
        return made
    kind, path = _OWN_NAMES[section]
    own = [label(section, item) for item in items]
    new_names = [names[kind].get(name, name) for name in own]
    _require_apart(own, new_names, kind, " of the definition")
    return [item if new == old else with_value(item, path, new) for item, old, new in zip(made, own, new_names)]


def _new_name(definition: Definition, tasks: Names, name: str | None) -> Names:
    """What ``name`` adds to a map of tasks."""
    if name is None:
        return {}
    old = definition.single_task().name
    if tasks.get(old, name) != name:
        raise DefinitionError(f"Task {old!r} is to become {name!r} and, by the map, {tasks[old]!r}.")
    _require_names("name", {old: name})
    return {old: name}


def _new_endpoints(definition: Definition, endpoints: Names, source: str | None, target: str | None) -> Names:
    """What ``source`` and ``target`` add to a map of endpoints."""
    if source is None and target is None:
        return {}
    task = definition.single_task()
    named = task.endpoints()
    called = f"Task {task.name!r}"
    if named.source in named.targets:
        raise DefinitionError(f"{called} has {named.source!r} as source and as target; use a map of endpoints.")
    if target is not None and len(named.targets) != 1:
        raise DefinitionError(f"{called} has several targets, {', '.join(named.targets)}; use a map of endpoints.")
    added = {}
    for old, new in ((named.source, source), (named.targets[0], target)):
        if new is not None:
            if endpoints.get(old, new) != new:
                raise DefinitionError(f"Endpoint {old!r} is to become {new!r} and, by the map, {endpoints[old]!r}.")
            added[old] = new
    _require_names("source and target", added)
    return added


def _require_names(label: str, names: Names) -> None:
    for old, new in names.items():
        if not isinstance(new, str) or not new:
            raise DefinitionError(f"In {label}, {old!r} must become a name, not {new!r}.")


def _require_known(definition: Definition, names: dict[str, Names]) -> None:
    if not any(names.values()):
        return
    known = {TASK: dict.fromkeys(definition.task_names), ENDPOINT: dict.fromkeys(definition.endpoint_names)}
    for found in references(definition.sections):
        known[found.kind].setdefault(found.name)
    for kind, new in names.items():
        unknown = next((name for name in new if name not in known[kind]), None)
        if unknown is not None:
            near = get_close_matches(unknown, known[kind], n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            there = ", ".join(map(repr, list(known[kind])[:10])) or "none"
            raise DefinitionError(f"The definition has no {kind} {unknown!r}; it has {there}.{hint}")


def _require_apart(old: Sequence[Any], new: Sequence[Any], kind: str, where: str) -> None:
    if len(set(map(str, new))) < len(set(map(str, old))):
        twice = next(name for name in new if new.count(name) > 1)
        both = [before for before, after in zip(old, new) if after == twice]
        raise DefinitionError(f"The {kind}s {' and '.join(map(repr, both))}{where} would both become {twice!r}.")
