# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runner of the parts of `make test`, with a make that only says what it would do."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "tools/run_parts.py"
# Two lines each, with time for another part in between; "bad" fails a test, "broken" fails without a report.
MAKE = """\
#!/bin/sh
echo "first of $1"; sleep 0.1; echo "last of $1"
failures=0; case $1 in bad) failures=1 ;; broken) exit 2 ;; empty) exit 0 ;; esac
mkdir -p ".build/reports/$1"
suite="<testsuite tests='2' failures='$failures' errors='0' skipped='0'/>"
echo "<testsuites>$suite</testsuites>" >".build/reports/$1/a.xml"
exit $failures
"""


def ran(folder: Path, *parts: str) -> tuple[int, str]:
    """The exit code of the runner, and what it said."""
    make = folder / "make"
    make.write_text(MAKE, encoding="utf-8")
    make.chmod(0o700)
    (folder / ".build/reports").mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *parts],
        cwd=folder,
        env={**os.environ, "MAKE": str(make)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_both_rows_are_run_and_what_each_says_stays_together(tmp_path: Path) -> None:
    code, said = ran(tmp_path, "one", "two", "--beside", "three", "four")
    assert code == 0
    assert said.splitlines()[-1] == "8 passed, 0 failed"
    assert (tmp_path / ".build/reports/total").read_text(encoding="utf-8") == "8 passed, 0 failed\n"
    for part in ("one", "two", "three", "four"):
        assert f"begun: {part}\n" in said
        assert f"\n=== {part}\nfirst of {part}\nlast of {part}\n" in said
    listed = re.findall(r"^(\w+) +ok ", said, re.MULTILINE)
    assert listed == ["one", "two", "three", "four"]


@pytest.mark.parametrize(
    ("part", "total"),
    [("bad", "3 passed, 1 failed"), ("broken", "2 passed, 1 failed"), ("empty", "2 passed, 1 failed")],
)
def test_after_one_that_fails_no_more_are_begun(tmp_path: Path, part: str, total: str) -> None:
    code, said = ran(tmp_path, "one", part, "never")
    assert code == 1
    assert said.splitlines()[-1] == total
    assert f"FAILED in: {part}. Not run: never." in said
    assert "begun: never" not in said


def test_one_that_fails_ends_the_other_row_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    run_parts = importlib.import_module("run_parts")
    runner = run_parts.Runner()
    runner.outcomes.append(run_parts.Outcome("broken", run_parts.Count(failed=1), 2, 0.0))
    monkeypatch.setenv("MAKE", "/nowhere/make")
    runner.lane(["never"])
    assert [done.part for done in runner.outcomes] == ["broken"]
