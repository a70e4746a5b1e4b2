# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all of this room shares: the words of a document, its error, and ways through plain data.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._core.errors import Refused

Plain = dict[str, Any]

SECTIONS = "cmd.replication_definition"
VERSION = "_version"
TYPE = "$type"
# Top-level keys that say when and where an export was made.
VOLATILE_KEYS = ("name", "description", VERSION)


class DefinitionError(Refused, ValueError):
    """A definition, or what is to be done with it, cannot be right. The message says what and where."""


def value_at(tree: Any, path: tuple[str, ...]) -> Any:
    """What ``path`` leads to through objects, or None where it leads nowhere."""
    for name in path:
        if not isinstance(tree, dict):
            return None
        tree = tree.get(name)
    return tree


def with_value(tree: Plain, path: Iterable[str], value: Any) -> Plain:
    """``tree`` with another value at ``path``, which leads through objects that are there; it stays as it is."""
    name, *rest = path
    return {**tree, name: with_value(tree[name], rest, value) if rest else value}


def without(tree: Any, path: Sequence[str]) -> Any:
    """``tree`` without what ``path`` leads to through objects; the same where it leads nowhere."""
    name, *rest = path
    if not isinstance(tree, dict) or name not in tree:
        return tree
    if not rest:
        return {key: value for key, value in tree.items() if key != name}
    made = without(tree[name], rest)
    return tree if made is tree[name] else {**tree, name: made}


def listed(value: Any) -> list[Any]:
    """``value`` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def merge(base: Any, overrides: Any) -> Any:
    """``base`` with ``overrides`` in it, as RFC 7386 merges: objects key by key, lists replaced, null removes a key."""
    if not isinstance(overrides, Mapping):
        return overrides
    merged = dict(base) if isinstance(base, Mapping) else {}
    for key, value in overrides.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def has_none(signs: Iterable[bytes], data: Any) -> bool:
    """A look that spares most definitions the long way: whether none of the signs is in any text of ``data``.

    What is no plain data may have one. What stands in several places is looked at once.
    """
    try:
        written = marshal.dumps(data)
    except ValueError:
        return False
    return not any(map(written.__contains__, signs))
