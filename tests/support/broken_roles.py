# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of a role in which one step fails, whatever it runs: read off the role, so that no step is forgotten."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from support.roles import ROLES

MESSAGE = "Made to fail."
_BLOCKS = ("block", "rescue", "always")
# These work on what is there already. What fails in them is a fault of the role itself, and shows as that. What fails
# in another role is told by that one.
_OF_ANSIBLE = frozenset(
    f"ansible.builtin.{name}" for name in ("debug", "fail", "import_tasks", "include_role", "include_tasks", "set_fact")
)
_KEYWORDS = frozenset({"name", "when", "loop", "loop_control", "register", "vars", "tags", "environment", "notify"}) | {
    *("check_mode", "diff", "changed_when", "failed_when", "until", "retries", "delay", "no_log", "module_defaults"),
}


class Step(NamedTuple):
    """A task of a role that runs a module: its file, its number in that file, and its name."""

    file: str
    number: int
    name: str
    module: str

    @property
    def works_on_one(self) -> bool:
        """Whether it runs a module of this collection."""
        return self.module.startswith("qlik.enterprise_manager.")


def steps(role: str) -> list[Step]:
    """All of them. Names tell them apart in what a run records, so no two may be the same."""
    found = [
        Step(file.name, number, task["name"], _module(task))
        for file in sorted((ROLES / role / "tasks").glob("*.yml"))
        for number, task in enumerate(_tasks(_read(file)))
    ]
    assert len({step.name for step in found}) == len(found), "Two steps have one name."
    return found


def copy_with_failure(role: str, step: Step, folder: Path) -> Path:
    """Copy a role below ``folder``, with that step replaced by one that fails; answer the folder of roles."""
    shutil.copytree(ROLES / role, folder / role)
    file = folder / role / "tasks" / step.file
    data = _read(file)
    task = list(_tasks(data))[step.number]
    del task[_module(task)]
    task["ansible.builtin.fail"] = {"msg": MESSAGE}
    # What a module's own answer would have to be like does not count, unless its failure is borne in any case.
    if task.get("failed_when") is not False:
        task.pop("failed_when", None)
    file.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1000), encoding="utf-8")
    return folder


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _tasks(data: Any) -> Iterator[dict[str, Any]]:
    for item in data:
        blocks = [item[name] for name in _BLOCKS if name in item]
        for block in blocks:
            yield from _tasks(block)
        if not blocks and _module(item) not in _OF_ANSIBLE:
            yield item


def _module(task: dict[str, Any]) -> str:
    (module,) = set(task) - _KEYWORDS
    return module
