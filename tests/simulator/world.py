# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a simulator holds while it runs."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from .clock import Clock, Timeline
from .contract import load_contract
from .faults import Faults
from .log import RequestLog
from .model import Estate
from .sessions import Sessions
from .settings import Settings


class World:
    """Settings, estate, sessions, faults, the log, and what is still to happen. ``estate`` is the one to begin with."""

    def __init__(self, settings: Settings, estate: Estate, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.contract = load_contract()
        self.timeline = Timeline(self.clock)
        self.sessions = Sessions(self.clock)
        self.faults = Faults(self.contract)
        self.log = RequestLog()
        self.started = self.clock.now()
        # Kept in this form because taking a copy out of it is ten times as fast as copy.deepcopy.
        self._first = pickle.dumps(estate)
        self.estate: Estate = pickle.loads(self._first)
        # Called whenever an estate has been set, for what is on its way in it.
        self.on_new_estate: list[Callable[[World], Any]] = []

    def begin(self, estate: Estate) -> None:
        """Put another estate in place; what was still to happen in the old one does not."""
        self.timeline.clear()
        self.estate = estate
        for follow_up in self.on_new_estate:
            follow_up(self)

    def reset(self) -> None:
        """The estate as at the start; no sessions, no faults, an empty log."""
        self.begin(pickle.loads(self._first))
        self.sessions.clear()
        self.faults.clear()
        self.log.clear()

    def catch_up(self) -> None:
        """Let everything happen that is due."""
        self.timeline.catch_up()
