# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook of each role, with a fault at one of its requests: a few faults at each, since here all is real.

What a role calls are modules, and those have all faults in the matrix. Here is what a role makes of their results.
``make faults`` has each request meet some faults; ``make test`` runs one playbook.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from simulator import Simulator
from support.faults.counting import added, outcomes
from support.faults.judging import gives_advice
from support.faults.kinds import FOR_GOOD, SLOW, TROUBLES, Trouble
from support.offline import REFUSE
from support.role_runs import ROLES, RoleRun
from support.scenarios import end_state

SEED = int(os.environ.get("FAULTS_SEED", "1"))
WHOLE = os.environ.get("FAULTS") == "all"
# How many faults each request meets.
EACH = 3
# So that they run side by side.
PARTS = 4 if WHOLE else 1
# What a role is given time for would really be waited for.
QUICK = [
    trouble
    for trouble in TROUBLES
    if trouble.lasts != FOR_GOOD and trouble.kind.fault["kind"] != REFUSE and trouble.kind.fault.get("seconds") != SLOW
]
PATIENCE = 120.0
# What Ansible says where a role trips over a failure.
TRIPPED = (
    "undefined",
    "has no attribute",
    "while resolving",
    "Finalization",
    "Traceback",
    "is a fault of the collection",
)


# Of a task, and of an item of its loop.
FAILURE = re.compile("FAILED!|^failed: ")


def some_roles() -> list[str]:
    """All of them, or one."""
    return list(ROLES) if WHOLE else random.Random(SEED).sample(list(ROLES), 1)


def chosen(role: str, methods: list[str], part: int) -> list[tuple[int, Trouble]]:
    """The requests of a role, by their numbers, and faults that meet them: some of all, or one."""
    dice = random.Random(f"{SEED} {role}")
    cells = []
    for number in range(len(methods)):
        there = [trouble for trouble in QUICK if trouble.meets(methods, number)]
        cells += [(number, trouble) for trouble in dice.sample(there, min(EACH, len(there)))]
    return cells[part::PARTS] if WHOLE else dice.sample(cells, 1)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("role", some_roles())
def test_a_role(record_property: Callable[[str, object], None], tmp_path: Path, role: str, part: int) -> None:
    wrong = []
    with Simulator(ROLES[role].settings(tmp_path)) as em:
        run = RoleRun(em, ROLES[role], tmp_path)
        run.finish()
        run.wanted = end_state(em)
        methods = [str(entry["api_method"]) for entry in em.log()]
        for number, trouble in chosen(role, methods, part):
            failed, found = _cell(run, methods, number, trouble)
            wrong += [f"request {number}, {methods[number]}, {trouble.name}: {words}" for words in found]
            record_property("faults_of_roles", (role, trouble.name, added([outcomes(failed, failed, bool(found))])))
    assert not wrong, "\n".join(wrong)


def _cell(run: RoleRun, methods: list[str], number: int, trouble: Trouble) -> tuple[bool, list[str]]:
    """Whether the run with that fault failed, and what was wrong with it or with the next run."""
    run.begin()
    run.em.inject(trouble.at(methods, number))
    failed = run.start().wait(PATIENCE) != 0
    told = run.output()
    found = [f"it tripped, {words!r}" for words in TRIPPED if words in told]
    if failed and not gives_advice(" ".join(line for line in told.splitlines() if FAILURE.search(line))):
        found.append("it does not say what to do")
    log = run.em.log()
    lost = [entry for entry in log if entry["api_method"] == "Login" and entry["done"] and entry["fault"]]
    refused = [entry for entry in log if entry["api_method"] == "Logout" and entry["error_code"]]
    if run.em.sessions() > len(lost) + len(refused):
        found.append(f"{run.em.sessions()} sessions left open")
    run.em.clear_faults()
    if failed:
        run.finish()
    try:
        run.judge()
    except AssertionError as error:
        found.append(f"{error}\n{told}")
    return failed, found
