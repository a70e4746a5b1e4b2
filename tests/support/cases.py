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
        chosen = list(cases)
        if not self.whole and len(chosen) > sample:
            chosen = random.Random(f"{SEED} {of}").sample(chosen, sample)
        self.counted[of] += len(chosen)
        return chosen
