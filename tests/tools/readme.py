# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the tables of modules, roles and permissions in README.md from their documentation.

Run without arguments to write it. A test compares what it would write with what is there.
"""

from __future__ import annotations

import ast
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PERMISSIONS_HEAD = "| you want to | a service user with |\n| --- | --- |"


def documentation(module: Path) -> dict[str, object]:
    """The DOCUMENTATION of a module file, as data."""
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION":
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise ValueError(f"{module.name} has no DOCUMENTATION")


def modules() -> list[str]:
    """A row for each module in alphabetical order."""
    documented = [documentation(module) for module in sorted((ROOT / "plugins/modules").glob("*.py"))]
    return [f"| `{module['module']}` | {module['short_description']} |" for module in documented]


def roles() -> list[str]:
    """A row for each role in alphabetical order, with links to its reference and, where there is one, to its guide."""
    return [_role(path.parents[1].name, path) for path in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml"))]


def _role(name: str, specification: Path) -> str:
    short = yaml.safe_load(specification.read_text(encoding="utf-8"))["argument_specs"]["main"]["short_description"]
    return f"| [`{name}`](roles/{name}/README.md) | {short} | [guide](docs/{name}.md) |"


def permissions() -> list[str]:
    """The rows of the short table of permissions, as its page has it."""
    page = (ROOT / "docs/permissions.md").read_text(encoding="utf-8")
    return page.split(PERMISSIONS_HEAD + "\n")[1].split("\n\n")[0].splitlines()


def completed(readme: str) -> str:
    """``readme`` with the tables as they should be."""
    for kind, head, rows in (
        ("modules", "| module | what it does |\n| --- | --- |", modules()),
        ("permissions", PERMISSIONS_HEAD, permissions()),
        ("roles", "| role | what it does | |\n| --- | --- | --- |", roles()),
    ):
        begin, end = f"<!-- {kind}: written by tests/tools/readme.py -->", f"<!-- end of {kind} -->"
        before, rest = readme.split(begin)
        readme = "\n".join([before + begin, "", head, *rows, "", end]) + rest.split(end)[1]
    return readme


if __name__ == "__main__":
    README.write_text(completed(README.read_text(encoding="utf-8")), encoding="utf-8")
