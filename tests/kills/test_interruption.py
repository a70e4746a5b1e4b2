# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that is killed at any request or any step on the disk, twice over, ends like one that nobody disturbed."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import Simulator
from support.cases import SIGNALS, Cases
from support.children import Nursery
from support.scenarios import SCENARIOS
from support.workbench import Workbench


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_at_a_request(em: Simulator, nursery: Nursery, cases: Cases, tmp_path: Path, name: str) -> None:
    bench = Workbench(em, nursery, SCENARIOS[name], tmp_path)
    requests = bench.healthy()[0]
    every = [(number, sent) for number in range(requests) for sent in SIGNALS]
    for number, sent in cases.some(every, 1, f"killed at a request: {name}"):
        bench.begin()
        bench.kill_at_request(number, SIGNALS[sent])
        # The second run is killed too, each time elsewhere.
        bench.kill_at_request((number * 7 + len(sent)) % requests, SIGNALS[sent])
        bench.finish()
        bench.judge()


@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_at_a_step_in_the_file_system(
    em: Simulator, nursery: Nursery, cases: Cases, tmp_path: Path, name: str
) -> None:
    bench = Workbench(em, nursery, SCENARIOS[name], tmp_path)
    steps = bench.healthy()[1]
    every = [(number, sent) for number in range(steps) for sent in SIGNALS]
    for number, sent in cases.some(every, 1, f"killed at a step in the file system: {name}"):
        bench.begin()
        bench.kill_at_step(number, SIGNALS[sent])
        bench.files_are_whole()
        bench.kill_at_step((number * 7 + len(sent)) % steps, SIGNALS[sent])
        bench.files_are_whole()
        bench.finish()
        bench.judge()
