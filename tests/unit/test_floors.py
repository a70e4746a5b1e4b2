# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rooms of module_utils, and that imports run downward only, as docs/development.md says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MODULE_UTILS = Path(__file__).resolve().parents[2] / "plugins/module_utils"

# What the files of a room may import from, beside their own room.
BELOW = {
    "_core": set(),
    "_client": {"_core"},
    "_definition": {"_core"},
    "_resource": {"_core", "_client", "_definition"},
    "_runbook": {"_core", "_client", "_definition", "_resource"},
    "_estate": {"_core", "_client", "_definition", "_resource"},
    "_module": {"_core", "_client"},
}


def room_of(path: Path) -> str:
    """The room that a file of module_utils is in; _module.py is one by itself."""
    return path.relative_to(MODULE_UTILS).parts[0].removesuffix(".py")


def imported_rooms(source: str, depth: int) -> Iterator[str]:
    """The rooms that a file, ``depth`` folders below module_utils, imports from."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == depth + 1:
            yield from [node.module.split(".")[0]] if node.module else [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and "module_utils" in (node.module or "").split("."):
            inner = (node.module or "").split("module_utils", 1)[1].strip(".")
            if "ansible_collections" in (node.module or ""):
                yield inner.split(".")[0]


FILES = sorted(MODULE_UTILS.rglob("*.py"))


def test_there_is_nothing_beside_the_rooms() -> None:
    assert {room_of(path) for path in FILES} <= set(BELOW)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(MODULE_UTILS)))
def test_imports_run_downward(path: Path) -> None:
    depth = len(path.relative_to(MODULE_UTILS).parts) - 1
    allowed = BELOW[room_of(path)] | {room_of(path)}
    assert set(imported_rooms(path.read_text(encoding="utf-8"), depth)) <= allowed


def test_an_import_that_runs_upward_is_found() -> None:
    assert list(imported_rooms("from .._runbook.backup import run", 1)) == ["_runbook"]
    assert list(imported_rooms("from .. import _module", 1)) == ["_module"]
    assert list(imported_rooms("from .plan import Plan\nimport json", 1)) == []
