# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook of each role that is interrupted at any request, and again, ends like one that nobody disturbed."""

from __future__ import annotations

from pathlib import Path

from simulator import Simulator
from support.cases import SIGNALS, Cases
from support.role_runs import ROLES, RoleRun, worth_a_kill


def test_a_playbook_that_is_interrupted(cases: Cases, tmp_path: Path, role: str) -> None:
    with Simulator(ROLES[role].settings(tmp_path)) as em:
        run = RoleRun(em, ROLES[role], tmp_path)
        writes = run.healthy()
        numbers = range(len(writes)) if cases.every_request else worth_a_kill(writes)
        # They meet the signals in turn, and every second one meets its own in the second run too.
        every = [(number, list(SIGNALS)[turn % len(SIGNALS)], turn % 2) for turn, number in enumerate(numbers)]
        for number, sent, twice in cases.some(every, 1, f"playbook: {role}"):
            run.begin()
            run.kill_at_request(number, SIGNALS[sent])
            if twice:
                run.kill_at_request((number * 7 + 3) % len(writes), SIGNALS[sent])
            run.finish()
            run.judge()


def test_two_playbooks_at_once(cases: Cases, tmp_path: Path, pair: str) -> None:
    with Simulator(ROLES[pair].settings(tmp_path)) as em:
        run = RoleRun(em, ROLES[pair], tmp_path)
        writes = run.healthy()
        for number in cases.some([number for number, does in enumerate(writes) if does], 1, f"two playbooks: {pair}"):
            run.begin()
            # Who could not do it says why, and finds it possible later.
            if any(run.two_at_once(number)):
                assert "fatal: " in run.output() or "failed: " in run.output()
                run.finish()
            run.judge()
