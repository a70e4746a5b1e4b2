# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools behind the make targets."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

TOOLS = Path(__file__).resolve().parent.parent / "tools"
# It says that it is a Python, and makes virtual environments with nothing but itself in them.
STUB = """#!/bin/sh
case "$1 $2" in
    "-m venv") mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
    "-c "*) echo "3.11 $0" ;;
esac
"""


def test_setting_up_leaves_standard_output_to_the_target(tmp_path: Path) -> None:
    stub, requirements = tmp_path / "python3.11", tmp_path / "nothing.txt"
    stub.write_text(STUB, encoding="utf-8")
    stub.chmod(0o755)
    requirements.touch()
    done = subprocess.run(
        [TOOLS / "venv.sh", tmp_path / "venv", requirements],
        env={**os.environ, "PYTHON": str(stub)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""
    assert "Setting up" in done.stderr
