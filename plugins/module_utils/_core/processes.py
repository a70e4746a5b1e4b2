# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that only computes, shared out to the processors of this machine.

Python runs one thread at a time, which is no matter while a server is waited for, and is one where ten thousand files
are read. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import marshal
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

T = TypeVar("T")

# To start a process takes as long as some hundred files.
FEWEST_EACH = 500
MOST_PROCESSES = 8


def shared_out(work: Callable[[T], bytes | None], items: Sequence[T], room: int) -> list[bytes | None]:
    """What ``work(item)`` makes of every item, in their order, worked out in several processes where that is faster.

    There is room for so many bytes in all. What comes after the room is used up is not worked out, and is None.
    ``work`` must have no other effect than its result: it may be lost half way, and done again here. What it raises is
    raised.
    """
    number = processes_for(len(items))
    shares = [items[first::number] for first in range(number)]
    made: list[bytes | None] = [None] * len(items)
    children: list[_Child | None] = []
    try:
        children.extend(_Child.begun(partial(_done, work, share, room // number)) for share in shares[1:])
        made[::number] = _done(work, shares[0], room // number)
        for first, child in enumerate(children, start=1):
            found = child.result() if child else None
            made[first::number] = found or _done(work, shares[first], room // number)
    finally:
        for child in filter(None, children):
            child.end()
    return made


def _done(work: Callable[[T], bytes | None], share: Sequence[T], room: int) -> list[bytes | None]:
    made = []
    for item in share:
        found = work(item) if room > 0 else None
        room -= len(found or b"")
        made.append(found)
    return made


def processes_for(count: int) -> int:
    """How many processes are good for that many items, this one among them.

    There is one where a copy of this process might not work: a lock that another thread holds would stay held in it.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return max(1, min(count // FEWEST_EACH, len(os.sched_getaffinity(0)), MOST_PROCESSES))


@dataclass
class _Child:
    """A copy of this process that does a share of the work, and where its result comes out."""

    pid: int
    pipe: int

    @classmethod
    def begun(cls, work: Callable[[], list[bytes | None]]) -> _Child | None:
        """Let it begin; None where this machine has no room for it."""
        try:
            reading, writing = os.pipe()
        except OSError:
            return None
        try:
            pid = os.fork()
        except OSError:
            os.close(reading)
            os.close(writing)
            return None
        if pid:
            os.close(writing)
            return cls(pid, reading)
        # Nothing of what this process would do at its end, such as a logout, is to be done by its copy.
        code = 1
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                marshal.dump(work(), pipe)
            code = 0
        finally:
            os._exit(code)

    def result(self) -> list[bytes | None] | None:
        """What came of it; None where it did not come to its end."""
        pipe, self.pipe = self.pipe, -1
        with os.fdopen(pipe, "rb") as written:
            try:
                found: list[bytes | None] = marshal.load(written)
            except (EOFError, ValueError, TypeError):
                return None
        return found

    def end(self) -> None:
        """See that nothing is left of it."""
        if self.pipe >= 0:
            os.close(self.pipe)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self.pid, 0)
