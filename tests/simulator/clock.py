# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time, and what is to happen at a time.

Nothing here runs by itself: what is due happens when somebody looks, that is before each request is worked on.
From outside that cannot be told apart from timers, and with a clock of their own tests need not wait.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """The time of this machine, ``ahead`` of it by so many seconds."""

    ahead = 0.0

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return time.monotonic() + self.ahead

    def now(self) -> datetime:
        """The time of day, UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    async def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        await asyncio.sleep(seconds)


class Timeline:
    """What is still to happen, in order of time."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._events: list[tuple[float, int, Callable[[float], None]]] = []
        self._numbers = itertools.count()

    def at(self, due: float, event: Callable[[float], None]) -> None:
        """Let ``event`` happen at ``due`` on the monotonic clock; events of one time keep their order.

        It is told the time at which it was due, which may be a while ago: what follows from it counts from there.
        """
        heapq.heappush(self._events, (due, next(self._numbers), event))

    def catch_up(self) -> None:
        """Let everything happen that is due by now."""
        while self._events and self._events[0][0] <= self.clock.monotonic():
            due, _unused, event = heapq.heappop(self._events)
            event(due)

    def clear(self) -> None:
        """Let nothing happen any more."""
        self._events.clear()
