# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in a definition something is.

A place is told as a JSON pointer (RFC 6901) below ``cmd.replication_definition``, in which a thing in a list stands by
its name, not by its number: ``/tasks/ERP to DW/task_settings/common_settings/lob_max_size``, and a table by its owner
and name: ``/tasks/ERP to DW/source/source_tables/explicit_included_tables/ERP.ORDERS/load_order``.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from .tree import SECTIONS, DefinitionError, value_at

ANY = "*"
SECTION_NAMES = frozenset(
    {
        "tasks",
        "databases",
        "replication_environment",
        "notifications",
        "error_behavior",
        "scheduler",
        "disk_utilization_configuration",
        "memory_utilization_configuration",
    }
)

Identity = tuple[str, ...]
# A step on the way to a place: the name of what is there and, in a list, its number as well.
Step = tuple[str, ...]

_NAME_PLACES = (("task", "name"), ("rep_target", "target_name"))


def pointer(tokens: Iterable[str]) -> str:
    """The JSON pointer that leads through ``tokens``."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


def tokens_of(path: str) -> tuple[str, ...]:
    """The names that a JSON pointer leads through; raises DefinitionError for what is no JSON pointer."""
    if not isinstance(path, str) or not path.startswith("/") or path == "/" or re.search(r"~(?![01])", path):
        raise DefinitionError(f"{path!r} is not a JSON pointer such as /task_settings/common_settings/lob_max_size.")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in path[1:].split("/"))


def identity(item: Any) -> Identity | None:
    """What tells an item of a list from the others: its owner and name, or its name; None if it has no name."""
    if not isinstance(item, dict):
        return None
    name, owner = item.get("name"), item.get("owner")
    if isinstance(name, str):
        return (owner, name) if isinstance(owner, str) else (name,)
    found = [value_at(item, place) for place in _NAME_PLACES]
    return next(((name,) for name in found if isinstance(name, str)), None)


def identified(items: Sequence[Any]) -> dict[Identity, tuple[int, Any]] | None:
    """The items of a list by identity, each with its number; None where one has no name, or two have the same.

    Tables are a set, so one that stands twice is one, the last.
    """
    found: dict[Identity, tuple[int, Any]] = {}
    for number, item in enumerate(items):
        key = identity(item)
        if key is None or (key in found and len(key) == 1):
            return None
        found[key] = (number, item)
    return found


def patterns(pointers: Iterable[str]) -> list[tuple[str, ...]]:
    """What pointers stand for, as tokens from the sections down.

    A pointer may begin with ``/cmd.replication_definition`` or with a section. Else it is one within any task or
    endpoint. ``*`` stands for any one token. Raises DefinitionError for what is no JSON pointer.
    """
    found = []
    for path in pointers:
        tokens = tokens_of(path)
        absolute = tokens[0] == SECTIONS
        tokens = tokens[1:] if absolute else tokens
        found.append(tokens)
        if absolute and tokens[:1] != ("notifications",):
            continue
        if tokens[0] == "notifications" and len(tokens) > 1:
            # Newer servers have the list one step further down.
            inner = tokens[2:] if tokens[1] == "notifications_list" else ("notifications_list", *tokens[1:])
            found.append(("notifications", *inner))
        if tokens[0] not in SECTION_NAMES:
            found += [("tasks", ANY, *tokens), ("databases", ANY, *tokens)]
    return found


def covers(pattern: Sequence[str], steps: Sequence[Step]) -> bool:
    """Whether the place that ``steps`` lead to is one that ``pattern`` means, or is inside one."""
    return len(pattern) <= len(steps) and all(token == ANY or token in step for token, step in zip(pattern, steps))
