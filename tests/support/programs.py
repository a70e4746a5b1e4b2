# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Statements that run in a program of their own, where those that run tests would be in their way."""

from __future__ import annotations

import subprocess
import sys


def run_alone(*statements: str) -> None:
    """Run statements in a Python of their own, which imports what this one can; it must not fail, and say nothing."""
    done = subprocess.run(
        [sys.executable, "-"],
        input="\n".join((f"import sys\nsys.path[:] = {sys.path!r}", *statements)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
