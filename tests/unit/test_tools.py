# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tools behind the make targets."""

from __future__ import annotations

import os
import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).resolve().parent.parent / "tools"
# It says that it is a Python, and makes virtual environments with nothing but itself in them.
STUB = """#!/bin/sh
case "$1 $2" in
    "-m venv") mkdir -p "$4/bin" && cp "$0" "$4/bin/python" ;;
    "-c "*) echo "3.11 $0" ;;
esac
"""


@pytest.fixture
def matrix(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What matrix.py defines."""
    monkeypatch.syspath_prepend(TOOLS)
    return runpy.run_path(str(TOOLS / "matrix.py"))


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


@pytest.mark.parametrize(
    ("arguments", "run"),
    [
        ([], {"2.21": ["unit", "integration", "sanity"], "lowest": ["unit", "integration"]}),
        (["--parts", "unit,sanity", "2.16", "lowest"], {"2.16": ["unit", "sanity"], "lowest": ["unit"]}),
    ],
)
def test_the_matrix_runs_the_parts_that_are_asked_for(
    matrix: dict[str, Any], arguments: list[str], run: dict[str, list[str]]
) -> None:
    options = matrix["asked"](arguments)
    assert {release: list(matrix["commands"](release, options.parts, None)) for release in run} == run
    assert options.releases == (arguments[2:] or [release for release in matrix["RELEASES"] if release != "lowest"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--parts", "unit,units"], "no part is units"),
        (["2.15"], "no release is 2.15"),
        (["--parts", "sanity", "lowest"], "no part sanity"),
    ],
)
def test_the_matrix_refuses_what_it_does_not_know(
    matrix: dict[str, Any], arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        matrix["asked"](arguments)
    assert told in capsys.readouterr().err
