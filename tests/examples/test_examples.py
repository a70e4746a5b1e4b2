# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every EXAMPLES block runs against the simulator, as it stands, but for the seconds that it would wait in any case."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from simulator import Settings, Simulator
from support.playbooks import ROOT, run

MODULES = sorted((ROOT / "plugins/modules").glob("*.py"))
URL = "https://em.example.com"
SETTLE = re.compile(r"\bsettle: \d+")


def examples(module: Path) -> str:
    """The EXAMPLES of a module."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES":
            return str(ast.literal_eval(node.value))
    raise AssertionError(f"{module.stem} has no EXAMPLES")


@pytest.mark.parametrize("module", MODULES, ids=[module.stem for module in MODULES])
def test_the_examples_run(module: Path) -> None:
    text = examples(module)
    own = f"qlik.enterprise_manager.{module.stem}"
    tasks = yaml.safe_load(text)
    assert [task for task in tasks if own in task], "no example uses the module"
    with Simulator(Settings(start_seconds=0.05, stop_seconds=0.05, import_seconds=0.05)) as em:
        played = run(
            em,
            SETTLE.sub("settle: 1", text).replace(URL, em.url),
            *("-e", f"em_password={em.password}"),
            *("-e", "replicate_password=example"),
        )
    for step in played.steps:
        assert not step.failed, f"{step.name}: {step.result}"
    assert played.return_code == 0, played.output
    assert {task["name"] for task in tasks} <= {step.name for step in played.steps}
