# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the parts of `make test` in order, stops at the first that fails, and adds up what they reported.

    python tests/tools/run_parts.py PART [PART ...]

Each part is a target of the Makefile that leaves JUnit reports in .build/reports/PART. The last line is the total,
for example `1204 passed, 0 failed`; it is also left in .build/reports/total.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from junit import Count, count

REPORTS = Path(".build/reports")


@dataclass(frozen=True)
class Outcome:
    """One part: what it counted, its exit code and how long it took."""

    part: str
    counted: Count
    code: int
    seconds: float


def run(part: str) -> Outcome:
    """Run one part as make does. A part that fails, or that tests nothing, counts one failure at least."""
    print(f"\n=== {part}", flush=True)
    shutil.rmtree(REPORTS / part, ignore_errors=True)
    started = time.monotonic()
    code = subprocess.run([os.environ.get("MAKE", "make"), part], check=False).returncode
    counted = count(REPORTS / part)
    if code == 0 and counted.passed == 0:
        print(f"{part}: nothing was tested", flush=True)
        code = 1
    if code != 0 and counted.failed == 0:
        counted += Count(failed=1)
    return Outcome(part, counted, code, time.monotonic() - started)


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


def main(parts: list[str]) -> int:
    """Run the parts; answers 0 when all of them passed."""
    outcomes: list[Outcome] = []
    for part in parts:
        outcomes.append(run(part))
        if outcomes[-1].code != 0:
            break
    total = sum((done.counted for done in outcomes), Count())
    print(f"\n=== all parts, {sum(done.seconds for done in outcomes):.0f} s\n{table(outcomes)}")
    failed = outcomes[-1].code != 0
    if failed:
        print(f"\nFAILED in: {outcomes[-1].part}. Not run: {', '.join(parts[len(outcomes) :]) or 'nothing'}.")
    line = f"{total.passed} passed, {total.failed} failed"
    (REPORTS / "total").write_text(line + "\n", encoding="utf-8")
    print(f"\n{line}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
