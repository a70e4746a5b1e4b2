# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as people read it: one line a change, in the same order before and after it is carried out.

All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .._core.plan import CREATE, DELETE, RUN, UPDATE, Applied
from .._resource.pausing import LeftStopped
from .item import BLOCKED, DONE, FAILED, OBSERVED, PLANNED, SKIPPED, Item, Key
from .wording import changes_told, contents_told

SYMBOLS = {CREATE: "+", UPDATE: "~", DELETE: "-", RUN: ">"}
STOPS = "!!"
WAITS = "x"
RENAMED = "?"
# As remains() writes it; lines of changes are indented.
_LEFT_ALONE = re.compile(r"^((?! ).*?) ?(Left alone: [^.]*\.)")
_WIDEST = 44
_MOST = 5


def item_line(item: Item, width: int = 0) -> str:
    """The line of an item: its symbol, what it is about, whether it stops a running task, what changes, what became."""
    mark = STOPS if item.stops else "  "
    told = "; ".join([*_told(item), *item.notes])
    words = " ".join(part for part in (_became(item, bool(told)), told) if part)
    return f"  {_symbol(item)} {label(item):<{width}} {mark} {words}".rstrip()


def label(item: Item) -> str:
    """What an item is about, without its server."""
    kind = item.key.kind
    return kind if item.key.name == item.key.server and kind != "task" else f"{kind} {item.key.name}"


def server_lines(server: str, items: Sequence[Item], observed: bool) -> list[str]:
    """The lines of one server, none where it has no items."""
    if not items:
        return []
    width = min(max(len(label(item)) for item in items), _WIDEST)
    head = f"{server} (observed, nothing is written)" if observed else server
    return [head, *(item_line(item, width) for item in items)]


def not_running(items: Iterable[Item]) -> list[str]:
    """The tasks that ran and do not, after a change that failed: stopped for it, or to take the place of another."""
    known = {item.key: item for item in items}
    return [line for item in known.values() if item.status == FAILED for line in _why_not_running(item, known)]


def _why_not_running(item: Item, known: Mapping[Key, Item]) -> Iterator[str]:
    what = f"LOOK FIRST: task {item.key.name} of server {item.key.server}"
    left = item.error.left.value if item.error and isinstance(item.error.left, Applied) else None
    if isinstance(left, LeftStopped):
        yield f"{what} does not run: it was stopped for a change, and could not be resumed."
    elif item.action == RUN:
        former = [known[key] for key in item.needs if key in known and known[key].stops and known[key].status == DONE]
        yield from (
            f"{what} does not run, and task {old.key.name}, whose place it takes, is deleted." for old in former
        )


def remains(not_compared: Mapping[str, int], not_covered: Mapping[str, int], left_alone: Mapping[str, int]) -> str:
    """The line that tells what the plan says nothing of."""
    parts = (
        ("Not compared", ", ".join(counted(number, what) for what, number in sorted(not_compared.items()))),
        ("Not covered", ", ".join(f"{what} ({number})" for what, number in sorted(not_covered.items()))),
        ("Left alone", ", ".join(counted(number, what) for what, number in sorted(left_alone.items()))),
    )
    return " ".join(f"{name}: {words}." for name, words in parts if words)


def left_alone(lines: Iterable[str]) -> list[str]:
    """What the lines of a plan tell of what is left alone."""
    return [found[2] for line in lines for found in [_LEFT_ALONE.search(line)] if found]


def without_left_alone(lines: Iterable[str]) -> list[str]:
    """The lines of a plan but for what is left alone."""
    told = ((line, _LEFT_ALONE.sub(r"\1", line)) for line in lines)
    return [kept.strip() if kept != line else line for line, kept in told if kept or not line]


def untaken(found: Mapping[Key, Sequence[Sequence[str]]]) -> str:
    """What the servers do not keep of what was sent, which is not sent again."""
    number = sum(map(len, found.values()))
    if not number:
        return ""
    things = [
        f"{key.kind} {key.name} of {key.server}: {', '.join(map('.'.join, paths))}" for key, paths in found.items()
    ]
    more = len(things) - _MOST
    listed = "; ".join(things[:_MOST]) + (f"; and {more} more" if more > 0 else "")
    return f"Not taken by the servers: {counted(number, 'setting')} ({listed})."


def counts_line(identity: str, summary: Mapping[str, int], stops: Mapping[str, int], applied: bool) -> str:
    """The last line: how many changes of each kind, and how many of them stop a running task."""
    verbs = {CREATE: "created", UPDATE: "updated", DELETE: "deleted", RUN: "run"}
    told = []
    for action in (CREATE, UPDATE, DELETE, RUN):
        words = verbs[action] if applied else f"to {action}"
        number = stops.get(action, 0)
        note = f" ({number} {'stops' if number == 1 else 'stop'} a running task)" if number else ""
        if summary[action]:
            told.append(f"{summary[action]} {words}{note}")
    told += [f"{summary[word]} {word}" for word in (FAILED, SKIPPED, BLOCKED, OBSERVED) if summary[word]]
    told.append(f"{summary['unchanged']} unchanged")
    return f"Plan {identity}: {', '.join(told)}."


def counted(number: int, what: str) -> str:
    """A number of things, such as ``3 tasks``."""
    thing, with_, more = what.partition(" without ")
    return f"{number} {what}" if number == 1 else f"{number} {thing}s{with_}{more}"


def _symbol(item: Item) -> str:
    if item.status == BLOCKED:
        return RENAMED if item.suspected else WAITS
    return SYMBOLS.get(item.action, WAITS)


def _told(item: Item) -> list[str]:
    change = item.change
    if change is None or item.action == DELETE:
        return []
    if item.action == CREATE:
        return [] if item.notes else contents_told(change.after or {})
    return changes_told(change.before, change.after)


def _became(item: Item, more: bool) -> str:
    """What has become of an item, as the beginning of what its line says; whether ``more`` follows."""
    if item.status in (PLANNED, OBSERVED):
        return ""
    if item.status == DONE:
        return f"done {item.seconds or 0:.1f} s" + (":" if more else "")
    return f"{item.status}: {item.reason.rstrip('.') if more else item.reason}" + (";" if more else "")
