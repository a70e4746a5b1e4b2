# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings that a change changes, in few words: ``lob_max_size 8 -> 64``, ``tables +2 -1``.

All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._client.vocabulary import SELECTION_LISTS

Path = tuple[str, ...]

TABLES = "tables"
_SENT = "(sent)"
_MOST = 8
_LONGEST = 60


def changes_told(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
    """What differs between two states of a thing, one short text for each setting; never none where they differ."""
    return _told(dict(before or {}), dict(after or {}), [*_leaves(before or {}), *_leaves(after or {})])


def contents_told(after: Mapping[str, Any]) -> list[str]:
    """What a thing that is made holds, likewise; what is empty is left out."""
    return _told({}, _without_empty(after), list(_leaves(after)))


def _told(before: dict[str, Any], after: dict[str, Any], leaves: Sequence[Path]) -> list[str]:
    found = list(_differing(before, after, ()))
    tables = [item for item in found if _is_table(item[0])]
    others = [item for item in found if not _is_table(item[0])]
    names = _short_names([path for path, _old, _new in others], leaves)
    told = [_setting(names[path], old, new) for path, old, new in others]
    if len(told) > _MOST:
        told = [*told[:_MOST], f"and {len(told) - _MOST} more"]
    return [*told, _tables(tables)] if tables else told


def value_told(value: Any) -> str:
    """A value on one line, cut where it is long."""
    text = value if isinstance(value, str) and value and value.isprintable() else repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _without_empty(tree: Mapping[str, Any]) -> dict[str, Any]:
    inner = {name: _without_empty(value) if isinstance(value, Mapping) else value for name, value in tree.items()}
    return {name: value for name, value in inner.items() if value not in ({}, [], None, "")}


def _differing(before: Any, after: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    """The places where two trees differ, and what stands there; an object that is new is one place for each value."""
    if _are_objects(before, after):
        for name in dict.fromkeys((*(before or {}), *(after or {}))):
            yield from _differing((before or {}).get(name), (after or {}).get(name), (*path, str(name)))
    elif path[-1:] and path[-1] in SELECTION_LISTS and _are_tables(before) and _are_tables(after):
        yield from _differing(_by_name(before or []), _by_name(after or []), path)
    elif before != after or type(before) is not type(after):
        yield path, before, after


def _are_objects(before: Any, after: Any) -> bool:
    """Whether both are objects, where nothing stands for an empty one; a table is told as a whole."""
    kinds = [isinstance(value, Mapping) for value in (before, after) if value is not None]
    return bool(kinds) and all(kinds) and not _is_entry(before) and not _is_entry(after)


def _by_name(entries: Sequence[Any]) -> dict[str, Any]:
    return {f"{entry['owner']}.{entry['name']}": entry for entry in entries}


def _are_tables(value: Any) -> bool:
    """Whether it is a list of tables or patterns, where nothing stands for an empty one."""
    return value is None or (isinstance(value, list) and all(_is_entry(item) for item in value))


def _is_entry(value: Any) -> bool:
    return isinstance(value, Mapping) and {"owner", "name"} <= set(value)


def _is_table(path: Path) -> bool:
    return any(name in SELECTION_LISTS for name in path)


def _tables(found: Sequence[tuple[Path, Any, Any]]) -> str:
    count = Counter("+" if old is None else "-" if new is None else "~" for _path, old, new in found)
    return " ".join([TABLES, *(f"{sign}{count[sign]}" for sign in "+-~" if count[sign])])


def _setting(name: str, old: Any, new: Any) -> str:
    if new == _SENT:
        return f"{name}: sent"
    before, after = ([] if value is None else value for value in (old, new))
    if isinstance(before, list) and isinstance(after, list) and all(isinstance(item, str) for item in before + after):
        added = [f"+ {value_told(item)}" for item in after if item not in before]
        gone = [f"- {value_told(item)}" for item in before if item not in after]
        if len(added) + len(gone) <= _MOST:
            return " ".join([name, *added, *gone])
        return f"{name} +{len(added)} -{len(gone)}"
    if old is None:
        return f"{name} {value_told(new)}"
    return f"{name} {value_told(old)} -> {'nothing' if new is None else value_told(new)}"


def _short_names(paths: Sequence[Path], leaves: Sequence[Path]) -> dict[Path, str]:
    """The shortest end of each path that is the end of no other leaf's path."""
    ends = Counter(path[-length:] for path in set(leaves) | set(paths) for length in range(1, len(path) + 1))
    return {path: ".".join(_unique_end(path, ends)) for path in paths}


def _unique_end(path: Path, ends: Counter[Path]) -> Path:
    return next((path[-length:] for length in range(1, len(path)) if ends[path[-length:]] == 1), path)


def _leaves(tree: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(tree, Mapping) and tree:
        for name, value in tree.items():
            yield from _leaves(value, (*path, str(name)))
    else:
        yield path
