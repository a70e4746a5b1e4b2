# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The README tells of every module what its documentation says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

TOOL = Path(__file__).resolve().parents[1] / "tools/readme.py"


def test_the_table_of_modules_is_up_to_date() -> None:
    specification = importlib.util.spec_from_file_location("readme", TOOL)
    assert specification
    assert specification.loader
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    written = tool.README.read_text(encoding="utf-8")
    assert written == tool.completed(written), "run tests/tools/readme.py"
