# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A definition for another environment: other endpoints, other owners of the tables, another name of the task.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from .document import Definition
from .paths import Identity, identity
from .task import SOURCE_PLACES, TARGET_NAMES, TARGET_PLACES, Task
from .tree import DefinitionError, Plain, value_at, with_value

Names = Mapping[str, str]

_TASK_UUID = ("task_settings", "common_settings", "task_uuid")
# Schemas of the target: of the task, of its control tables, of a single table.
_SCHEMA_KEYS = ("default_schema", "control_schema", "new_owner_name")


def retarget(
    definition: Definition,
    *,
    endpoints: Names | None = None,
    owners: Names | None = None,
    schemas: Names | None = None,
    name: str | None = None,
    source: str | None = None,
    target: str | None = None,
) -> Definition:
    """The definition for other endpoints, owners of tables and target schemas, or with another name of its task.

    ``endpoints``, ``owners`` and ``schemas`` map old names to new ones. Endpoints are renamed in all seven places of
    each task and where they are defined, owners wherever a task names a table or a pattern, also in names such as
    ``OWNER.TABLE``. ``name``, ``source`` and ``target`` are the new name and endpoints of the one task; what
    notifications and jobs say of the task follows its name. ``task_uuid`` is dropped: it is good on one server only.

    Raises DefinitionError for an endpoint that the definition does not have, for ``name``, ``source`` and ``target``
    unless there is exactly one task, and where two endpoints, tables or manipulations would become one. An owner or a
    schema that is not there is no error, so one map can serve many tasks.
    """
    for label, names in (("endpoints", endpoints), ("owners", owners), ("schemas", schemas)):
        _require_names(label, names or {})
    renamed = {**(endpoints or {}), **_new_endpoints(definition, endpoints or {}, source, target)}
    _require_known(definition, renamed)
    changed: Plain = {}
    if definition.tasks:
        moved = [_moved(task.data, owners or {}, schemas or {}) for task in definition.tasks]
        changed["tasks"] = [_without_uuid(_with_endpoints(task, renamed)) for task in moved]
    if definition.endpoints:
        changed["databases"] = _renamed_endpoints(definition, renamed)
    result = definition.with_sections(**changed)
    return result if name is None else _with_name(result, name)


def owners_in(task: Task, owners: Iterable[str]) -> set[str]:
    """Those of the ``owners`` that a task names, so that a map of owners changes it."""
    found = {owner for owner, _table in _owned(task.data)}
    full_names = [str(value_at(item, ("name",))) for item in task.data.get("manipulations") or []]
    return {owner for owner in owners if owner in found or any(full.startswith(f"{owner}.") for full in full_names)}


def schemas_in(task: Task, schemas: Iterable[str]) -> set[str]:
    """Those of the target ``schemas`` that a task names, so that a map of schemas changes it."""
    return set(schemas).intersection(_schemas(task.data))


def _schemas(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (value[key] for key in _SCHEMA_KEYS if isinstance(value.get(key), str))
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inside:
        yield from _schemas(item)


def _moved(task: Plain, owners: Names, schemas: Names) -> Plain:
    """A task with other owners and schemas."""
    if not owners and not schemas:
        return task
    move = _Move(owners, schemas, _full_names(task, owners) if owners else {})
    # Under `task` is what the task itself is called.
    return {key: value if key == "task" else move.value(value) for key, value in task.items()}


class _Move(NamedTuple):
    """Where the tables of one task go: maps of owners, of target schemas, and of names that hold an owner."""

    owners: Names
    schemas: Names
    full_names: Names

    def value(self, value: Any) -> Any:
        """``value`` moved, whatever it is."""
        if isinstance(value, dict):
            return self._object(value)
        if isinstance(value, list):
            return self._list(value)
        return value

    def _object(self, value: Plain) -> Plain:
        is_table = isinstance(value.get("owner"), str) and isinstance(value.get("name"), str)
        moved = {}
        for key, item in value.items():
            if not isinstance(item, str):
                moved[self.full_names.get(key, key)] = self.value(item)
            elif is_table and key in ("owner", "name"):
                moved[key] = self.owners.get(item, item) if key == "owner" else item
            elif key in _SCHEMA_KEYS:
                moved[key] = self.schemas.get(item, item)
            else:
                moved[self.full_names.get(key, key)] = self.full_names.get(item, item) if key == "name" else item
        if len(moved) < len(value):
            raise DefinitionError(f"The map of owners would make two tables one: {', '.join(sorted(moved))}.")
        return moved

    def _list(self, value: list[Any]) -> list[Any]:
        moved = [self.value(item) for item in value]
        old, new = _identities(value), _identities(moved)
        if len(new) < len(old):
            twice = next(key for key, count in new.items() if count > 1)
            raise DefinitionError(f"The map of owners would make two tables one: {'.'.join(twice)}.")
        return moved


def _identities(items: list[Any]) -> Counter[Identity]:
    return Counter(key for key in map(identity, items) if key is not None)


def _full_names(task: Plain, owners: Names) -> dict[str, str]:
    """The names ``OWNER.TABLE`` of a task that change with the owners, and what they become."""
    found = {f"{owner}.{table}": f"{owners[owner]}.{table}" for owner, table in _owned(task) if owner in owners}
    for item in task.get("manipulations") or []:
        full = value_at(item, ("name",))
        before = [owner for owner in owners if isinstance(full, str) and full.startswith(f"{owner}.")]
        if before:
            owner = max(before, key=len)
            found.setdefault(full, owners[owner] + full[len(owner) :])
    return found


def _owned(value: Any) -> Iterator[tuple[str, str]]:
    """Owner and name of all that has both."""
    if isinstance(value, dict):
        owner, name = value.get("owner"), value.get("name")
        if isinstance(owner, str) and isinstance(name, str):
            yield owner, name
        for item in value.values():
            yield from _owned(item)
    elif isinstance(value, list):
        for item in value:
            yield from _owned(item)


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


def _require_known(definition: Definition, renamed: Names) -> None:
    known = dict.fromkeys(definition.endpoint_names)
    known.update(dict.fromkeys(name for task in definition.tasks for name in task.named_endpoints))
    unknown = next((name for name in renamed if name not in known), None)
    if unknown is not None:
        near = get_close_matches(unknown, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        there = ", ".join(map(repr, list(known)[:10])) or "none"
        raise DefinitionError(f"The definition has no endpoint {unknown!r}; it has {there}.{hint}")


def _renamed_endpoints(definition: Definition, renamed: Names) -> list[Plain]:
    names = definition.endpoint_names
    _require_apart(names, [renamed.get(name, name) for name in names], "the definition")
    return [{**endpoint, "name": renamed.get(endpoint["name"], endpoint["name"])} for endpoint in definition.endpoints]


def _with_endpoints(task: Plain, renamed: Names) -> Plain:
    """A task with its endpoints renamed in every place where it names them."""
    for place in SOURCE_PLACES:
        task = _renamed_at(task, place, renamed)
    named = value_at(task, TARGET_NAMES)
    if isinstance(named, list):
        new = [_renamed(name, renamed) for name in named]
        _require_apart(named, new, f"task {Task(task).name!r}")
        task = with_value(task, TARGET_NAMES, new)
    if isinstance(task.get("targets"), list):
        task = {**task, "targets": [_with_target(target, renamed) for target in task["targets"]]}
    return task


def _with_target(target: Any, renamed: Names) -> Any:
    for place in TARGET_PLACES:
        target = _renamed_at(target, place, renamed)
    return target


def _renamed_at(tree: Any, place: tuple[str, ...], renamed: Names) -> Any:
    old = value_at(tree, place)
    new = _renamed(old, renamed)
    return tree if new is old else with_value(tree, place, new)


def _renamed(name: Any, renamed: Names) -> Any:
    return renamed.get(name, name) if isinstance(name, str) else name


def _require_apart(old: list[Any], new: list[Any], where: str) -> None:
    if len(set(map(str, new))) < len(set(map(str, old))):
        twice = next(name for name in new if new.count(name) > 1)
        both = [before for before, after in zip(old, new) if after == twice]
        raise DefinitionError(f"The endpoints {' and '.join(map(repr, both))} of {where} would both become {twice!r}.")


def _without_uuid(task: Plain) -> Plain:
    if value_at(task, _TASK_UUID) is None:
        return task
    common = {key: value for key, value in task["task_settings"]["common_settings"].items() if key != _TASK_UUID[-1]}
    return with_value(task, _TASK_UUID[:-1], common)


def _with_name(definition: Definition, name: str) -> Definition:
    task = definition.single_task()
    renamed = {task.name: name}
    _require_names("name", renamed)
    changed: Plain = {"tasks": [with_value(task.data, ("task", "name"), name)]}
    found = definition.sections
    if isinstance(found.get("notifications"), list):
        changed["notifications"] = [_following(item, "tasks", renamed) for item in found["notifications"]]
    jobs = value_at(found, ("scheduler", "jobs"))
    if isinstance(jobs, list):
        changed["scheduler"] = {**found["scheduler"], "jobs": [_following(job, "task", renamed) for job in jobs]}
    return definition.with_sections(**changed)


def _following(item: Any, key: str, renamed: Names) -> Any:
    """A notification or a job that names the task by its new name."""
    named = value_at(item, (key,))
    if isinstance(named, list):
        return {**item, key: [_renamed(name, renamed) for name in named]}
    return {**item, key: _renamed(named, renamed)} if isinstance(named, str) else item
