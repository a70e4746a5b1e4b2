# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scenario that is begun anew as often as needed, disturbed, and run to its end; and what there may be then."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Any

from simulator import Simulator
from support.children import Child, Nursery, Trouble
from support.scenarios import Scenario, end_state, files_below, run_twice, running

LOCK = ".lock"
# Longer than anybody writes at one file.
LONG_AGO = 2 * 24 * 3600


class Workbench:
    """A scenario on a simulator, with its files in a new folder below ``root`` each time that it begins."""

    def __init__(self, em: Simulator, nursery: Nursery, scenario: Scenario, root: Path) -> None:
        self.em, self.nursery, self.scenario, self.root = em, nursery, scenario, root
        self._number = 0
        self.begin()

    def begin(self) -> None:
        """As at the start."""
        self._number += 1
        self.folder = self.root / str(self._number)
        self.home = self.folder / "home"
        self.home.mkdir(parents=True)
        self.em.clear_faults()
        self.em.reset()
        self.options = self.scenario.options(self.em, self.folder)
        self.ran = running(self.em)
        self.em.clear_log()

    def start(self, trouble: Trouble | None = None) -> Child:
        """Begin to work."""
        return self.nursery.start(self.em, self.scenario.module, self.options, self.home, trouble)

    def healthy(self) -> tuple[int, int]:
        """How many requests an undisturbed run makes, and how many steps in the file system; it is then begun anew."""
        done = self.start(Trouble(below=str(self.folder))).result()
        assert done["error"] is None
        requests = len(self.em.log())
        self.finish()
        self.wanted = end_state(self.em)
        self.begin()
        return requests, len(done["steps"])

    def kill_at_request(self, number: int, sent: int) -> None:
        """Send a signal when the simulator has done the work of that request, from 0 on, and not answered."""
        self.em.inject({"kind": "hold", "skip": number})
        child = self.start()
        while not self.em.held() and not child.ended(0):
            time.sleep(0.002)
        child.send(sent)
        self.em.clear_faults()
        assert child.ended()
        self.age()

    def kill_at_step(self, number: int, sent: int) -> None:
        """Have a signal come before that step in the file system, from 0 on."""
        child = self.start(Trouble(below=str(self.folder), at=number, signal=sent))
        assert child.ended()
        self.age()

    def age(self) -> None:
        """Let a long time pass for what a killed run has left in the file system, where that is no note."""
        for path in self.left_half():
            before = time.time() - LONG_AGO
            os.utime(path, (before, before))

    def finish(self) -> None:
        """Run undisturbed; then there is nothing left to do."""
        done = self.start().result()
        assert done["error"] is None, done
        if self.scenario.again:
            again = self.start().result()
            assert (again["error"], again["changed"]) == (None, False), again

    def judge(self) -> None:
        """The end is that of an undisturbed run, nothing was done twice, and nothing is left behind."""
        assert run_twice(self.em) == []
        assert end_state(self.em) == self.wanted
        assert self.left_half() == []
        self.files_are_whole()

    def left_half(self) -> list[Path]:
        """Files that were being written when their writer ended."""
        return [path for path in files_below(self.folder) if path.name.startswith(".") and path.name != LOCK]

    def files_are_whole(self) -> None:
        """Every file that others read can be read, and no lock is held."""
        for path in files_below(self.folder):
            if path.name == LOCK:
                with path.open() as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            elif path.suffix == ".json" and not path.name.startswith("."):
                text = path.read_text(encoding="utf-8")
                if text != "old":
                    json.loads(text)

    def contents(self) -> dict[str, Any]:
        """What all files hold, but for notes and locks."""
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in files_below(self.folder)
            if self.home not in path.parents and path.name != LOCK
        }
