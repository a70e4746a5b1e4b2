# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a definition must look like, so that nobody stumbles over it later, or stops a task for it in vain.

A place is told as a JSON pointer (RFC 6901) from the top of the document.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .paths import pointer
from .references import things
from .task import TABLE_LISTS
from .tree import SECTIONS, DefinitionError, Plain, has_none, listed, value_at

# Real definitions have some fifteen levels. What goes through them goes down by itself at each.
MOST_LEVELS = 100


class _Part(NamedTuple):
    """A part that is an object with these parts, or a list, where it is there; ``of_objects`` is said of a list."""

    kind: type[Any] = dict
    parts: Mapping[str, _Part] = {}
    of_objects: bool = False


_OBJECT, _LIST, _OBJECTS = _Part(), _Part(list), _Part(list, of_objects=True)
_SECTIONS = {
    "replication_environment": _OBJECT,
    "error_behavior": _OBJECT,
    "scheduler": _Part(parts={"jobs": _LIST}),
    "disk_utilization_configuration": _OBJECT,
    "memory_utilization_configuration": _OBJECT,
}
_NOTIFICATIONS = {"notifications_list": _LIST}
_TASK = {
    "task": _OBJECT,
    "source": _Part(parts={"rep_source": _OBJECT, "source_tables": _Part(parts=dict.fromkeys(TABLE_LISTS, _OBJECTS))}),
    "task_settings": _Part(
        parts=dict.fromkeys(("common_settings", "sorter_settings", "source_settings", "target_settings"), _OBJECT)
    ),
    "targets": _OBJECTS,
    "manipulations": _LIST,
}
_ENDPOINT = {"db_settings": _OBJECT, "override_properties": _OBJECT}
# Of what JSON is read into.
_CONTAINERS = frozenset({dict, list})
_MOST_SHOWN = 200
# What ConvertTo-Json makes of what lies deeper than its limit.
_POWERSHELL = re.compile(r"@\{\s*(?:[^=;{}]+=.*)?\}|System\.(?:Object\[\]|Collections\.[\w.`]+(?:\[.*\])?)", re.DOTALL)
_SIGNS_OF_POWERSHELL = (b"@{", b"System.")

Path = tuple[str, ...]
Node = tuple[Any, Any, int]


def check_values(data: Any) -> None:
    """Raise DefinitionError for what cannot stand in JSON: a key that is no text, a number that is none, a date.

    Also for what is nested too deeply, even without an end.
    """
    for value, node in _values(data):
        kind = type(value)
        if isinstance(value, float) and not math.isfinite(value):
            raise DefinitionError(f"{_told(node)} is {_as_json(value)}, which is no JSON.")
        if kind not in (str, int, float, bool, type(None), dict, list) and not _is_plain(value):
            raise DefinitionError(f"{_told(node)} is of type {kind.__name__}, which is no JSON. Put text in quotes.")


def check_depth(data: Any) -> None:
    """Raise DefinitionError for an object or a list, read of JSON, that is nested too deeply."""
    level = [data]
    for _depth in range(MOST_LEVELS):
        level = [
            value
            for item in level
            for value in (item.values() if isinstance(item, dict) else item)
            if type(value) in _CONTAINERS
        ]
        if not level:
            return
    for _value in _values(data):
        pass


def check(data: Plain) -> None:
    """Raise DefinitionError for a document whose known parts are not the objects and lists that they must be.

    Objects and lists that are null are as good as left out.
    """
    sections = data.get(SECTIONS)
    if not isinstance(sections, dict):
        what = "is not an object" if SECTIONS in data else "is missing"
        raise DefinitionError(f'"{SECTIONS}" {what}. A definition is the JSON that an export gives.')
    check_sections(sections)


def check_sections(sections: Mapping[str, Any]) -> None:
    """The same for some of the sections."""
    _check_named(sections.get("tasks"), "tasks", ("task", "name"))
    _check_named(sections.get("databases"), "databases", ("name",))
    _check_parts(sections, _SECTIONS, ())
    for number, task in enumerate(listed(sections.get("tasks"))):
        _check_task(task, ("tasks", str(number)))
    for number, endpoint in enumerate(listed(sections.get("databases"))):
        _check_parts(endpoint, _ENDPOINT, ("databases", str(number)))
    _check_others(sections)


def check_by_hand(data: Any) -> None:
    """Raise DefinitionError for text that was an object or a list, before PowerShell wrote it."""
    if has_none(_SIGNS_OF_POWERSHELL, data):
        return
    for value, node in _values(data):
        if isinstance(value, str) and value[:1] in ("@", "S") and _POWERSHELL.fullmatch(value):
            raise DefinitionError(
                f"{_told(node)} is the text {value[:40]!r}: PowerShell has put it in place of what lies deeper than"
                " ConvertTo-Json goes by itself. Give that -Depth 100."
            )


def _check_others(sections: Mapping[str, Any]) -> None:
    notifications = sections.get("notifications")
    if not isinstance(notifications, (dict, list, type(None))):
        raise DefinitionError(f"/{SECTIONS}/notifications is neither a list nor an object.")
    if isinstance(notifications, dict):
        _check_parts(notifications, _NOTIFICATIONS, ("notifications",))
    for section in ("scheduler", "notifications"):
        for number, item in enumerate(things(section, sections.get(section))):
            if not isinstance(item, dict):
                raise DefinitionError(f"/{SECTIONS}/{section}: item {number} is not an object.")


def _check_task(task: Plain, at: Path) -> None:
    _check_parts(task, _TASK, at)
    tables = value_at(task, ("source", "source_tables"))
    for name in TABLE_LISTS if tables else ():
        for number, table in enumerate(tables.get(name) or ()):
            for key in ("owner", "name"):
                if not isinstance(table.get(key, ""), str):
                    place = (*at, "source", "source_tables", name, str(number), key)
                    raise DefinitionError(f"{_place(place)} is not text.")
    named = value_at(task, ("task", "target_names"))
    if isinstance(named, str):
        raise DefinitionError(f"{_place((*at, 'task', 'target_names'))} is text, not a list of names.")


def _check_parts(tree: Mapping[str, Any], parts: Mapping[str, _Part], at: Path) -> None:
    for name, part in parts.items():
        value = tree.get(name)
        if value is None:
            continue
        if not isinstance(value, part.kind):
            what = "an object." if part.kind is dict else "a list. A list of one must be a list too."
            raise DefinitionError(f"{_place((*at, name))} is {_kind_of(value)}, not {what}")
        if part.parts:
            _check_parts(value, part.parts, (*at, name))
        for number, item in enumerate(value) if part.of_objects else ():
            if not isinstance(item, dict):
                raise DefinitionError(f"{_place((*at, name, str(number)))} is {_kind_of(item)}, not an object.")


def _check_named(items: Any, section: str, path: Path) -> None:
    if items is not None and not isinstance(items, list):
        raise DefinitionError(f'"{section}" of the definition is not a list.')
    kind = "task" if section == "tasks" else "endpoint"
    seen: dict[str, int] = {}
    for index, item in enumerate(items or []):
        name = value_at(item, path)
        if not isinstance(name, str) or not name:
            raise DefinitionError(f"{_place((section, str(index), *path))} is not the name of a {kind}.")
        if name in seen:
            raise DefinitionError(f"The definition has two {kind}s {name!r}: items {seen[name]} and {index}.")
        seen[name] = index


def _kind_of(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "a boolean"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), "a number")


def _place(tokens: Path) -> str:
    return pointer((SECTIONS, *tokens))


def _values(data: Any) -> Iterator[tuple[Any, Node]]:
    """All values below ``data``, each with its node: that of what it is in, its key there, and how deep it is.

    It goes on in a stack of its own, so it ends at whatever depth. An object that stands in several places is looked at
    once at each depth.
    """
    top: Node = (None, "", 0)
    stack: list[tuple[Any, Node]] = [(data, top)]
    seen: dict[int, int] = {}
    while stack:
        within, above = stack.pop()
        depth = above[2] + 1
        if depth > MOST_LEVELS:
            raise DefinitionError(f"The definition is nested too deeply: {_told(above)} is {MOST_LEVELS} levels down.")
        if seen.get(id(within), 0) >= depth:
            continue
        seen[id(within)] = depth
        is_object = isinstance(within, dict)
        for key, value in within.items() if is_object else enumerate(within):
            node: Node = (above, key, depth)
            if is_object and not isinstance(key, str):
                raise DefinitionError(f"{_told(above) or 'The definition'} has the key {key!r}, which is not text.")
            yield value, node
            if isinstance(value, (dict, list)):
                stack.append((value, node))


def _told(node: Node) -> str:
    """The place of a node, cut where it is long."""
    tokens = []
    while node[0] is not None:
        tokens.append(str(node[1]))
        node = node[0]
    place = pointer(reversed(tokens))
    return place if len(place) <= _MOST_SHOWN else f"{place[:_MOST_SHOWN]}..."


def _as_json(value: float) -> str:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _is_plain(value: Any) -> bool:
    """Whether a value is of a kind of its own that counts as a plain one, as Ansible's text does."""
    return isinstance(value, (str, int, float, dict, list, tuple))
