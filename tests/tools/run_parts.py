# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the parts of `make test` and adds up what they reported.

    python tests/tools/run_parts.py PART [PART ...] [--beside PART [PART ...]]

Each part is a target of the Makefile that leaves JUnit reports in .build/reports/PART. Those before `--beside` are run
in order, and at the same time those after it, in order too. What a part prints comes whole, once it has ended. After
the first that fails no more are begun. The last line is the total, for example `1204 passed, 0 failed`; it is also left
in .build/reports/total.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from junit import Count, count

REPORTS = Path(".build/reports")
BESIDE = "--beside"


@dataclass(frozen=True)
class Outcome:
    """One part: what it counted, its exit code and how long it took."""

    part: str
    counted: Count
    code: int
    seconds: float


def run(part: str, printing: threading.Lock) -> Outcome:
    """Run one part as make does. A part that fails, or that tests nothing, counts one failure at least."""
    shutil.rmtree(REPORTS / part, ignore_errors=True)
    with printing:
        print(f"begun: {part}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        make = [os.environ.get("MAKE", "make"), part]
        code = subprocess.run(make, check=False, stdout=said, stderr=subprocess.STDOUT).returncode
        counted = count(REPORTS / part)
        with printing:
            print(f"\n=== {part}", flush=True)
            said.seek(0)
            shutil.copyfileobj(said, sys.stdout)
            if code == 0 and counted.passed == 0:
                print(f"{part}: nothing was tested")
                code = 1
            sys.stdout.flush()
    if code != 0 and counted.failed == 0:
        counted += Count(failed=1)
    return Outcome(part, counted, code, time.monotonic() - started)


@dataclass
class Runner:
    """Runs parts in lanes, until one fails."""

    outcomes: list[Outcome] = field(default_factory=list)
    _printing: threading.Lock = field(default_factory=threading.Lock)

    @property
    def failed(self) -> list[str]:
        """The parts that failed."""
        return [done.part for done in self.outcomes if done.code != 0]

    def lane(self, parts: list[str]) -> None:
        """Run these in order, as long as none of this lane or another one has failed."""
        for part in parts:
            if self.failed:
                return
            self.outcomes.append(run(part, self._printing))

    def run(self, lanes: list[list[str]]) -> None:
        """Run the lanes side by side."""
        threads = [threading.Thread(target=self.lane, args=(parts,)) for parts in lanes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def table(outcomes: list[Outcome]) -> str:
    """One line a part."""
    lines = []
    for done in outcomes:
        verdict = "ok" if done.code == 0 else "FAILED"
        skipped = f", {done.counted.skipped} skipped" if done.counted.skipped else ""
        lines.append(
            f"{done.part:15} {verdict:7} {done.seconds:6.1f} s  "
            f"{done.counted.passed} passed, {done.counted.failed} failed{skipped}"
        )
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Run the parts; answers 0 when all of them passed."""
    at = arguments.index(BESIDE) if BESIDE in arguments else len(arguments)
    lanes = [arguments[:at], arguments[at + 1 :]]
    runner = Runner()
    started = time.monotonic()
    runner.run(lanes)
    order = [part for lane in lanes for part in lane]
    outcomes = sorted(runner.outcomes, key=lambda done: order.index(done.part))
    total = sum((done.counted for done in outcomes), Count())
    print(f"\n=== all parts, {time.monotonic() - started:.0f} s\n{table(outcomes)}")
    if runner.failed:
        left = [part for part in order if part not in {done.part for done in outcomes}]
        print(f"\nFAILED in: {', '.join(runner.failed)}. Not run: {', '.join(left) or 'nothing'}.")
    line = f"{total.passed} passed, {total.failed} failed"
    (REPORTS / "total").write_text(line + "\n", encoding="utf-8")
    print(f"\n{line}", flush=True)
    return 1 if runner.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
