# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has become of many cells, for the page of figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from support.reliability import Figures, Table

SUCCEEDED, FAILED, FINISHED, WRONG = "succeeded", "failed clearly", "finished by the next run", "wrong"
COUNTED = (SUCCEEDED, FAILED, FINISHED, WRONG)
TEXT = """\
A run in which nothing goes wrong is looked up in the log of the server. Then, for each request that it made and each
fault, the same is run again from the same beginning, with that fault at that request: once, or at it and at all that
follow. Neither requests nor cells are written by hand.

A cell is right where all of this holds:

- The run ends, within the time that its retries and its `timeout` give it, and without a trace.
- It succeeds and all is as after the undisturbed run, `changed` too; or it fails, and says which call failed, with the
  error code or the status, and what to do.
- Nothing is run, imported, reloaded or deleted twice. The server counts.
- What was done is told: `changed` is true after a write, also where nobody can know whether it was done. A task that
  was left stopped is named.
- A second run without a fault succeeds, and ends as the undisturbed one: also tasks that were stopped for it run. It
  leaves nothing for a third.
- The session is logged out, unless the login's answer was lost, or the logout was refused or lost for good.

What is wrong with a server or its license meets no login and no logout, and an expired session no login.
*Finished by the next run* counts the cells in which the second run had something left to do.
"""


PLAYS = """\
The same for the playbook of each role, with `ansible-playbook` and all that belongs to it: each of its requests meets
some of the faults, which a seed picks. They last for one or two requests, since all that a role is given time for would
really be waited for. What a role calls are modules, and those met every fault above.

The playbook succeeds, or fails with a message that says what to do. After a second run without a fault all is as after
an undisturbed one: tasks run that ran before, nothing was run, imported or reloaded twice, no record is left.
"""


@dataclass(frozen=True)
class Suite:
    """A section of the page: the name under which tests record what they count, and what it says."""

    name: str
    place: int
    title: str
    what: str
    part: str
    text: str


SUITES = (
    Suite("faults", 1, "Faults", "cells", "module", TEXT),
    Suite("faults_of_roles", 2, "Faults in playbooks", "playbooks", "role", PLAYS),
)


class Count:
    """Cells by what they are of, by what was done to them, and by what came of them."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.by_part: Counter[tuple[str, str]] = Counter()
        self.by_fault: Counter[tuple[str, str]] = Counter()

    def add(self, part: str, fault: str, cells: Mapping[str, int]) -> None:
        """Count cells of a module or role that met one fault."""
        for outcome, number in cells.items():
            self.by_part[part, outcome] += number
            self.by_fault[fault, outcome] += number

    @property
    def cells(self) -> int:
        """All cells."""
        return sum(self._total(self.by_part, part) for part in _names(self.by_part))

    def figures(self, command: str) -> Figures:
        """The section of the page."""
        suite = self.suite
        return Figures(
            name=suite.name,
            place=suite.place,
            title=suite.title,
            command=command,
            what=suite.what,
            tried=self.cells,
            wrong=sum(number for (_part, outcome), number in self.by_part.items() if outcome == WRONG),
            text=suite.text,
            tables=[
                self._table(f"By {suite.part}", suite.part, self.by_part, sorted(_names(self.by_part))),
                self._table(
                    "By fault" + (" in playbooks" if suite.place > 1 else ""),
                    "fault",
                    self.by_fault,
                    _names(self.by_fault),
                ),
            ],
        )

    def _table(self, heading: str, what: str, counts: Counter[tuple[str, str]], names: Iterable[str]) -> Table:
        rows = [[name, self._total(counts, name), *(counts[name, outcome] for outcome in COUNTED)] for name in names]
        return Table((what, self.suite.what, *COUNTED), rows, heading)

    @staticmethod
    def _total(counts: Counter[tuple[str, str]], name: str) -> int:
        return counts[name, SUCCEEDED] + counts[name, FAILED]


def outcomes(first_failed: bool, second_changed: bool, wrong: bool) -> dict[str, int]:
    """What one cell adds."""
    return {
        SUCCEEDED: int(not first_failed),
        FAILED: int(first_failed),
        FINISHED: int(second_changed),
        WRONG: int(wrong),
    }


def added(cells: Iterable[Mapping[str, int]]) -> dict[str, Any]:
    """What several cells add."""
    total: Counter[str] = Counter()
    for cell in cells:
        total.update(cell)
    return dict(total)


def _names(counts: Counter[tuple[str, str]]) -> list[str]:
    return list(dict.fromkeys(name for name, _outcome in counts))
