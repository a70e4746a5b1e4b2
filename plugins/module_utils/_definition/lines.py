# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which line of the file of a definition a setting stands.

All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from json import JSONDecoder
from typing import Any

from .paths import identity
from .tree import SECTIONS

_DECODER = JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")

# Where a key or an item begins, what it is called, and where its value begins.
_Member = tuple[int, Any, int]


def line_of(text: str, path: Sequence[str]) -> int:
    """The line of what ``path`` leads to, names as in :mod:`.paths`, or of what comes nearest; 1 for no JSON."""
    at = position = _after_space(text, 0)
    try:
        for step in _full(text, position, path):
            found = _member(text, position, step)
            if found is None:
                break
            at, _name, position = found
    except (ValueError, IndexError, RecursionError):
        return 1
    return text.count("\n", 0, at) + 1


def _full(text: str, position: int, path: Sequence[str]) -> Sequence[str]:
    """The path from the root: an export has its sections in one more object."""
    return path if _member(text, position, SECTIONS) is None else (SECTIONS, *path)


def _member(text: str, position: int, step: str) -> _Member | None:
    """What an object has under a key, or a list under a name; the only item of a list may be called otherwise."""
    if text[position] == "{":
        return next((member for member in _members(text, position, "}") if member[1] == step), None)
    if text[position] != "[":
        return None
    items = list(_members(text, position, "]"))
    named = (item for item in items if step in (".".join(identity(item[1]) or ()), item[1]))
    return next(named, items[0] if len(items) == 1 else None)


def _members(text: str, position: int, end: str) -> Iterator[_Member]:
    """What is in the object or the list that begins at a position."""
    position = _after_space(text, position + 1)
    while text[position] != end:
        begin = position
        found, position = _DECODER.raw_decode(text, position)
        value = begin
        if end == "}":
            value = _after_space(text, _after_space(text, position) + 1)
            _skipped, position = _DECODER.raw_decode(text, value)
        yield begin, found, value
        position = _after_space(text, position)
        if text[position] == ",":
            position = _after_space(text, position + 1)


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position
