# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All cases that there are, or a sample that is the same each time; and how many were gone through."""

from __future__ import annotations

import random
import signal
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
SEED = 20261128
SIGNALS = {"TERM": signal.SIGTERM, "INT": signal.SIGINT, "KILL": signal.SIGKILL}


class Cases:
    """Chooses among cases, and counts those that were gone through."""

    def __init__(self, whole: bool, every_request: bool = False) -> None:
        self.whole = whole
        # Of playbooks too, which takes hours.
        self.every_request = every_request
        self.counted: Counter[str] = Counter()

    def some(self, cases: Sequence[T], sample: int, of: str) -> list[T]:
        """All of the cases, or a sample of so many, the same each time; they are counted under ``of``."""
        chosen = self.chosen(cases, sample, of)
        self.counted[of] += len(chosen)
        return chosen

    def chosen(self, cases: Sequence[T], sample: int, of: str) -> list[T]:
        """The same for those who count what they do with each of them."""
        every = list(cases)
        if self.whole or len(every) <= sample:
            return every
        return random.Random(f"{SEED} {of}").sample(every, sample)

    def taken(self) -> dict[str, int]:
        """What was counted since this was asked for."""
        found = dict(self.counted)
        self.counted.clear()
        return found
