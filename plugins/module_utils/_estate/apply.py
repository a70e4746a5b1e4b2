# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying a plan out: in order on each server, side by side otherwise, and on where something fails.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue

from .._core.errors import AemError
from .._core.plan import left_changed
from .item import DONE, FAILED, PLANNED, SKIPPED, Item, Key
from .order import turns

MOVED = "what is there has moved since the plan was made; plan again"


def carry_out(servers: Sequence[Sequence[Item]], workers: int) -> None:
    """Apply the planned items of each server, turn by turn, on up to ``workers`` threads.

    No server waits for another. An item fails for itself: only what needs it is skipped then.
    """
    begun = [_Progress(items) for items in servers]
    finished: SimpleQueue[tuple[_Progress, Future[None]]] = SimpleQueue()
    with ThreadPoolExecutor(max_workers=max(workers, 1)) as pool:

        def start_turn(progress: _Progress) -> int:
            turn = progress.next_turn()
            for item in turn:
                future = pool.submit(progress.apply, item)
                future.add_done_callback(partial(_put, finished, progress))
            return len(turn)

        try:
            open_items = sum(map(start_turn, begun))
            while open_items:
                progress, future = finished.get()
                # A fault of this collection ends the run, once what has begun is done.
                future.result()
                open_items -= 1
                if progress.is_turn_over():
                    open_items += start_turn(progress)
        finally:
            pool.shutdown(cancel_futures=True)


class _Progress:
    """How far one server is."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._turns: Iterator[list[Item]] = iter(turns([item for item in items if item.status == PLANNED]))
        self._open = 0
        # Written in one turn and read in later ones.
        self._failed: set[Key] = set()

    def next_turn(self) -> list[Item]:
        """The items whose turn is next; none where all is done."""
        turn = next(self._turns, [])
        self._open = len(turn)
        return turn

    def is_turn_over(self) -> bool:
        """Count an item that has ended; whether it was the last one of its turn."""
        self._open -= 1
        return not self._open

    def apply(self, item: Item) -> None:
        """Apply an item, unless what it needs has failed or what it replaces has moved."""
        lacking = next((key for key in item.needs if key in self._failed), None)
        if lacking is not None:
            item.status, item.reason = SKIPPED, f"needs {lacking.kind} {lacking.name}"
        else:
            _apply(item)
        if item.status in (FAILED, SKIPPED):
            self._failed.add(item.key)


def _put(finished: SimpleQueue[tuple[_Progress, Future[None]]], progress: _Progress, done: Future[None]) -> None:
    finished.put((progress, done))


def _apply(item: Item) -> None:
    begun = time.monotonic()
    try:
        if item.guard and not item.guard():
            item.status, item.reason = SKIPPED, MOVED
        elif item.change:
            applied = item.change.apply()
            item.status, item.changed = DONE, applied.changed
            item.warnings += applied.warnings
    except AemError as error:
        item.status, item.error, item.reason = FAILED, error, error.message
        item.changed = left_changed(error)
    item.seconds = time.monotonic() - begun
