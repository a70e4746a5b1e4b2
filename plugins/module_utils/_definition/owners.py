# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Owners of source tables and schemas of the target, wherever a task names them.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from .document import Definition
from .paths import Identity, identity, pointer
from .task import Task
from .tree import DefinitionError, Plain, value_at

Names = Mapping[str, str]

_MOST_NAMED = 5

# Schemas of the target: of the task, of its control tables, of a single table.
_SCHEMA_KEYS = ("default_schema", "control_schema", "new_owner_name")


def owners_in(task: Task, owners: Iterable[str]) -> set[str]:
    """Those of the ``owners`` that a task names, so that a map of owners changes it."""
    found = {owner for owner, _table in _owned(task.data)}
    full_names = [str(value_at(item, ("name",))) for item in task.data.get("manipulations") or []]
    return {owner for owner in owners if owner in found or any(full.startswith(f"{owner}.") for full in full_names)}


def schemas_in(task: Task, schemas: Iterable[str]) -> set[str]:
    """Those of the target ``schemas`` that a task names, so that a map of schemas changes it."""
    return set(schemas).intersection(_schemas(task.data))


def unmapped(task: Task, owners: Iterable[str]) -> dict[str, list[str]]:
    """Where a task names an owner inside an expression, such as ``source_lookup('NO_CACHING','ERP','T',...)``.

    Such text is not changed with the owners. Pointers within the task, by owner; owners that no text names
    are left out.
    """
    known = {owner: _as_word(owner) for owner in owners}
    found: dict[str, list[str]] = {}
    for path, text in _texts(task.data, ()):
        for owner, word in known.items():
            if owner in text and word.search(text):
                found.setdefault(owner, []).append(pointer(path))
    return found


def unmapped_in(definition: Definition, owners: Collection[str]) -> list[str]:
    """A warning of each task that names an owner inside an expression."""
    if not owners:
        return []
    found = ((task, place) for task in definition.tasks for place in unmapped(task, owners).items())
    return [
        f"Task {task.name!r} names owner {owner!r} inside text, which stays as it is: {', '.join(paths[:_MOST_NAMED])}"
        + (f" and {len(paths) - _MOST_NAMED} more." if len(paths) > _MOST_NAMED else ".")
        for task, (owner, paths) in found
    ]


def _as_word(owner: str) -> re.Pattern[str]:
    """An owner in quotes, or before a dot."""
    name = re.escape(owner)
    return re.compile(rf"(['\"`]){name}\1|(?<![\w$#.]){name}\.|\[{name}\]")


def _texts(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Text that is no name, with its place. What the task itself is called is none."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        below = (*path, str(key))
        if isinstance(item, (dict, list)):
            yield from _texts(item, below)
        elif isinstance(item, str) and key not in ("owner", "name", *_SCHEMA_KEYS) and path[:1] != ("task",):
            yield below, item


def _schemas(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (value[key] for key in _SCHEMA_KEYS if isinstance(value.get(key), str))
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inside:
        yield from _schemas(item)


def moved(task: Plain, owners: Names, schemas: Names) -> Plain:
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
