# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs one command as a check: quiet when it passes, its output when it fails.

    python tests/tools/check.py REPORTS NAME COMMAND [ARGUMENT ...]

The outcome goes to REPORTS/NAME.xml, and the exit code is the command's.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import junit


def main(arguments: list[str]) -> int:
    """Run the command and report it; answers the command's exit code."""
    folder, name, *command = arguments
    started = time.monotonic()
    done = subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    seconds = time.monotonic() - started
    failed = done.returncode != 0
    junit.write(
        Path(folder) / f"{name.replace(' ', '-')}.xml",
        Path(folder).name,
        {name: done.stdout if failed else None},
        seconds,
    )
    if failed:
        print(done.stdout)
    print(f"{'FAILED' if failed else 'ok'}: {name} ({seconds:.1f} s)", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
