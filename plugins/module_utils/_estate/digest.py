# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The id of a plan, by which it is approved.

It begins with a SHA-256 over the changes, over what they touch as it is now, and over address and scope. After a dot
follows a mark for each change: so the id alone tells which changes came and went, and nothing has to be kept. What the
changes do not touch may move, and so may what is blocked or observed. Secrets are no part of it.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from .item import PLANNED, Item, Key

SHORTEST = 8
MOST_MARKS = 200
_WHOLE = 64
_KEY, _CONTENT = 6, 4
_MARK = _KEY + _CONTENT


class Moved(NamedTuple):
    """How a plan differs from the approved one: what came, what went, what is another change, and how many unknown."""

    came: list[Key]
    went: list[Key]
    other: list[Key]
    unknown: int


def plan_id(items: Iterable[Item], scope: Any) -> str:
    """The id of a plan of those of the items that are to be done; ``scope`` is plain data."""
    planned = sorted((item for item in items if item.status == PLANNED), key=lambda item: item.key)
    contents = [_content(item) for item in planned]
    whole = _hash([scope, contents])
    if not planned or len(planned) > MOST_MARKS:
        return whole
    marks = (_of_key(item.key) + content[:_CONTENT] for item, content in zip(planned, contents))
    return f"{whole}.{''.join(marks)}"


def short(identity: str) -> str:
    """The id as a plan's text shows it."""
    return identity[:SHORTEST]


def is_same(expected: str, identity: str) -> bool:
    """Whether an id is the expected one. Of that, the beginning is enough, as a plan's text shows it."""
    whole = expected.strip().lower().partition(".")[0]
    return len(whole) >= SHORTEST and identity[:_WHOLE].startswith(whole)


def moved(expected: str, identity: str, planned: Sequence[Key], known: Iterable[Key]) -> Moved | None:
    """What came and went since the ``expected`` id was made; None where it does not tell, or both tell too little.

    ``planned`` are the changes of the present plan, ``known`` all that a plan can be about.
    """
    before, now = _marks(expected), _marks(identity)
    if before is None or now is None:
        return None
    names = {_of_key(key): key for key in known}
    names.update((_of_key(key), key) for key in planned)
    gone = [mark for mark in before if mark not in now]
    return Moved(
        came=[names[mark] for mark in now if mark not in before],
        went=[names[mark] for mark in gone if mark in names],
        other=[names[mark] for mark in now if mark in before and before[mark] != now[mark]],
        unknown=sum(mark not in names for mark in gone),
    )


def _content(item: Item) -> str:
    change = item.change
    before, after = (change.before, change.after) if change else (None, None)
    return _hash([item.key, item.action, item.stops, before, after, item.touched])


def _of_key(key: Key) -> str:
    return _hash(list(key))[:_KEY]


def _marks(identity: str) -> dict[str, str] | None:
    """The marks of an id by key; None where it has none."""
    marks = identity.strip().lower().partition(".")[2]
    if not marks or len(marks) % _MARK:
        return None
    return {marks[at : at + _KEY]: marks[at + _KEY : at + _MARK] for at in range(0, len(marks), _MARK)}


def _hash(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
