# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order the items of one server are carried out: phase by phase, and each after what it needs.

All functions are pure, but that items are blocked. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from .item import PLANNED, SERVER, Item, Key

# A phase, and within it the number of items that come one after the other before this one.
Turn = tuple[int, int]


def in_order(items: Sequence[Item]) -> list[Item]:
    """The items in the order in which they are carried out; those of one turn stay as they are."""
    turns = _turns(items)
    return sorted(items, key=lambda item: turns[item.key])


def turns(items: Sequence[Item]) -> list[list[Item]]:
    """The items, those that may be worked on side by side together, in the order in which their turn comes."""
    found = _turns(items)
    ordered = sorted(items, key=lambda item: found[item.key])
    return [list(group) for _turn, group in groupby(ordered, lambda item: found[item.key])]


def together(servers: Iterable[Sequence[Item]]) -> list[list[Item]]:
    """The items of each server; those of servers together of which one waits for what is done with another."""
    found: list[tuple[set[Key], list[Item]]] = []
    alone: list[list[Item]] = []
    every = [(items, {key for item in items if item.key.kind == SERVER for key in item.needs}) for items in servers]
    waited_for = set().union(*(needs for _items, needs in every))
    for items, needs in every:
        keys = needs | waited_for.intersection(item.key for item in items)
        if not keys:
            alone.append(list(items))
            continue
        near = [group for group in found if not keys.isdisjoint(group[0])]
        found = [group for group in found if keys.isdisjoint(group[0])]
        before = [item for _keys, some in near for item in some]
        found.append((keys.union(*(known for known, _items in near)), [*before, *items]))
    return [*alone, *(items for _keys, items in found)]


def hold_back(items: Sequence[Item], held: Mapping[Key, str], why: Callable[[Key], str]) -> dict[Key, str]:
    """Block the planned items that need one that is held, and those that need these; all that is held, with reasons.

    ``why`` makes the reason of an item out of what it needs.
    """
    found = dict(held)
    waiting = bool(found)
    while waiting:
        waiting = False
        for item in items:
            needed = next((key for key in item.needs if key in found), None)
            if needed is not None and item.status == PLANNED:
                found[item.key] = why(needed)
                item.block(found[item.key])
                waiting = True
    return found


def is_blocked(key: Key) -> str:
    """The reason of what needs a thing that is blocked."""
    return f"needs {key.kind} {key.name}, which is blocked"


def users_first(names: Iterable[str], users: Callable[[str], Iterable[str]]) -> list[str]:
    """Names in an order in which all ``users`` of a thing come before it; those that use each other come last."""
    left = list(names)
    found: list[str] = []
    while left:
        free = [name for name in left if not set(users(name)).difference({name}).intersection(left)] or left
        found += free
        left = [name for name in left if name not in free]
    return found


def _turns(items: Iterable[Item]) -> dict[Key, Turn]:
    """The turn of each item: that of its phase, or of a later one, where it comes after something that is later."""
    known = {item.key: item for item in items}
    found: dict[Key, Turn] = {}

    def turn(item: Item) -> Turn:
        if item.key not in found:
            # What waits for itself in a circle comes in its phase.
            found[item.key] = (item.phase, 0)
            before = [turn(known[key]) for key in (*item.needs, *item.after) if key in known]
            found[item.key] = max([found[item.key], *((phase, number + 1) for phase, number in before)])
        return found[item.key]

    for item in known.values():
        turn(item)
    return found
