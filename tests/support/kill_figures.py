# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Publishes how many cases the tests of tests/kills went through: ``python -m support.kill_figures FILE...``.

The files are those that these tests leave with ``--whole --figures FILE``, one for each run of some of them.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from support.reliability import Figures, Table, publish

AT_REQUEST, AT_STEP, DISK = "killed at a request", "killed at a step in the file system", "bad disk"
PLAYBOOK, PAIR, TWO = "playbook", "pair", "two playbooks"
TEXT = """\
Work is ended by SIGTERM, SIGINT and SIGKILL while it waits for the answer to each of its requests, and before each of
its steps in the file system; then the second run is ended too, elsewhere. On a bad disk each step fails with "no space
left" or "permission denied", and all after it, or no file may get longer than some bytes. Playbooks are ended at each
request that writes, at the next one, and at every fifth. Of two runs at once the second is made while the first waits
for an answer, at each of its requests in turn.

Right is: an undisturbed run then ends as if nothing had happened, tasks that ran run, nothing was run twice, the last
good files are whole, no lock is held, and nothing half written stays. A bad disk is told with the path. What two runs
add is there twice; or one of them says why it could not, and can later. In hours of sessions that end every five
minutes, one process has in the end no more descriptors, threads and memory than in the beginning.
"""


def main(files: Iterable[str]) -> None:
    """Add the files up, and publish."""
    cases: Counter[str] = Counter()
    wrong = 0
    for file in files:
        found = json.loads(Path(file).read_text(encoding="utf-8"))
        cases.update(found["cases"])
        wrong += found["wrong"]
    publish(figures(cases, wrong))


def figures(cases: Counter[str], wrong: int) -> Figures:
    """What these numbers of cases come to; ``wrong`` tests failed."""
    killed = [
        (name, *(cases[f"{kind}: {name}"] for kind in (AT_REQUEST, AT_STEP, DISK)))
        for name in sorted(_named(cases, AT_REQUEST, AT_STEP, DISK))
    ]
    pairs = [(name, cases[f"{PAIR}: {name}"]) for name in sorted(_named(cases, PAIR))]
    plays = [
        (name, cases[f"{PLAYBOOK}: {name}"], cases[f"{TWO}: {name}"]) for name in sorted(_named(cases, PLAYBOOK, TWO))
    ]
    other = [(name, number) for name, number in sorted(cases.items()) if ": " not in name]
    tables = [
        Table(("work", "killed at a request", "killed at a step on the disk", "bad disk"), killed, "One module"),
        Table(("playbook of the role", "killed", "two at once"), plays, "Playbooks"),
        Table(("first and second run", "interleaved"), pairs, "Two runs at once"),
        Table(("what", "number"), other, "Hours in one process, and many at once"),
    ]
    return Figures(
        name="kills",
        place=3,
        title="Kills and bad disks and runs at once",
        command="make kills",
        what="cases",
        tried=sum(cases.values()),
        wrong=wrong,
        text=TEXT,
        tables=[table for table in tables if table.rows],
    )


def _named(cases: Iterable[str], *kinds: str) -> set[str]:
    return {name for kind, _colon, name in (case.partition(": ") for case in cases) if kind in kinds}


if __name__ == "__main__":
    main(sys.argv[1:])
