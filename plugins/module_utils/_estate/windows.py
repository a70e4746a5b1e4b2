# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows: when tasks of a server may be stopped. Outside of them, what would stop one waits; all else goes on.

A server that no window names is free at any time. All functions are pure.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .._core.plan import CREATE, DELETE
from . import order
from .item import PLANNED, TASK, Item, Key
from .rules import BadRule, Globs

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ARGUMENT: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "default": [],
    "options": {
        "servers": {"type": "list", "elements": "str", "default": ["*"]},
        "days": {"type": "list", "elements": "str", "choices": list(DAYS), "default": list(DAYS)},
        "from": {"type": "str", "default": "00:00"},
        "to": {"type": "str", "default": "24:00"},
        "zone": {"type": "str", "default": "UTC"},
    },
}

_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_MINUTES_AN_HOUR = 60
_MINUTES_A_DAY = 24 * _MINUTES_AN_HOUR
# The days of a week, and the one before, whose window may last past midnight.
_DAYS_TO_LOOK_AT = range(-1, 8)


@dataclass(frozen=True)
class Window:
    """A time of certain days. One that ends before it begins ends on the next day. Minutes count from midnight."""

    servers: Globs
    days: frozenset[str]
    begin: int
    end: int
    zone: tzinfo

    @classmethod
    def from_options(cls, options: Mapping[str, Any], number: int) -> Window:
        """Read one of ARGUMENT; raise BadRule for what is no time of a day, or no time zone."""
        way = ("windows", number)
        begin, end = (_minutes(options[name], *way, name) for name in ("from", "to"))
        if begin == _MINUTES_A_DAY:
            raise BadRule("must be before 24:00.", *way, "from")
        try:
            zone: tzinfo = ZoneInfo(options["zone"])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise BadRule(f"{options['zone']!r} is no time zone that this machine knows.", *way, "zone") from error
        length = end - begin if end > begin else end - begin + _MINUTES_A_DAY
        return cls(Globs(options["servers"]), frozenset(options["days"]), begin, begin + length, zone)

    def times(self, now: datetime) -> Iterable[tuple[datetime, datetime]]:
        """When it opens and closes, in the week of ``now``, in order."""
        today = now.astimezone(self.zone).date()
        for offset in _DAYS_TO_LOOK_AT:
            day = today + timedelta(days=offset)
            if DAYS[day.weekday()] in self.days:
                midnight = datetime.combine(day, time(), self.zone)
                # Added to the clock on the wall, not to what has passed: an hour may be missing, or be there twice.
                yield midnight + timedelta(minutes=self.begin), midnight + timedelta(minutes=self.end)


@dataclass(frozen=True)
class Windows:
    """The windows of an estate."""

    windows: tuple[Window, ...]

    @classmethod
    def from_options(cls, given: Sequence[Mapping[str, Any]] | None) -> Windows:
        """Read the option of ARGUMENT; raise BadRule for what cannot be right."""
        return cls(tuple(Window.from_options(item, number) for number, item in enumerate(given or ())))

    def closed(self, server: str, now: datetime) -> str | None:
        """Why no task of a server may be stopped at that time, and from when on it may; None where it may."""
        own = [window for window in self.windows if server in window.servers]
        if not own or any(opens <= now < closes for window in own for opens, closes in window.times(now)):
            return None
        following = [opens for window in own for opens, _closes in window.times(now) if opens > now]
        told = f"; the next one opens {_told(min(following))}" if following else ""
        return f"it stops a task, and no window of this server is open{told}"


def hold_back(items: Sequence[Item], windows: Windows, now: datetime) -> None:
    """Block the planned items that would stop a task outside of the windows of its server, and those that need them.

    A task that takes the place of one that waits is not made before: the two would differ when the window opens.
    """
    held: dict[Key, str] = {}
    successors: dict[Key, Key] = {}
    for item in items:
        reason = windows.closed(item.key.server, now) if item.stops and item.status == PLANNED else None
        if reason:
            held[item.block(reason).key] = reason
            successors.update({key: item.key for key in item.needs if item.action == DELETE and key.kind == TASK})
    for item in items:
        former = successors.get(item.key)
        if former is not None and item.action == CREATE and item.status == PLANNED:
            held[item.key] = f"it takes the place of task {former.name}, which waits for a window"
            item.block(held[item.key])
    order.hold_back(items, held, lambda key: f"it needs {key.kind} {key.name}, which waits for a window")


def _minutes(text: str, *way: str | int) -> int:
    """A time of the day in minutes. YAML takes 22:00 without quotes for the number of minutes, which it is."""
    words = text.strip()
    found = _CLOCK.fullmatch(words)
    if found:
        minutes = int(found[1]) * _MINUTES_AN_HOUR + int(found[2])
    else:
        minutes = int(words) if words.isdecimal() else 0
        minutes = minutes if minutes >= _MINUTES_AN_HOUR else _MINUTES_A_DAY + 1
    if minutes > _MINUTES_A_DAY:
        raise BadRule(f"must be a time of the day such as 01:00, not {text!r}.", *way)
    return minutes


def _told(moment: datetime) -> str:
    return f"{DAYS[moment.weekday()]} {moment:%Y-%m-%d %H:%M} {moment.tzname()}"
