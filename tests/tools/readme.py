# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the table of modules in README.md from the documentation of the modules.

Run without arguments to write it. A test compares what it would write with what is there.
"""

from __future__ import annotations

import ast
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
BEGIN, END = "<!-- modules: written by tests/tools/readme.py -->", "<!-- end of modules -->"


def documentation(module: Path) -> dict[str, object]:
    """The DOCUMENTATION of a module file, as data."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise ValueError(f"{module.name} has no DOCUMENTATION")


def table() -> str:
    """The table, a line for each module in alphabetical order."""
    documented = [documentation(module) for module in sorted((ROOT / "plugins/modules").glob("*.py"))]
    rows = [f"| `{module['module']}` | {module['short_description']} |" for module in documented]
    return "\n".join([BEGIN, "", "| module | what it does |", "| --- | --- |", *rows, "", END])


def completed(readme: str) -> str:
    """``readme`` with the table as it should be."""
    before, rest = readme.split(BEGIN)
    return before + table() + rest.split(END)[1]


if __name__ == "__main__":
    README.write_text(completed(README.read_text(encoding="utf-8")), encoding="utf-8")
