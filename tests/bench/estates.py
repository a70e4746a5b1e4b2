# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Estates of any size: as a simulator takes them, and as a user declares the same.

Each server has an ACL, and as many tasks as are asked for, each with the definition of a file beside the variables.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FIXTURE = Path(__file__).parents[1] / "fixtures/export_all.json"
SECTIONS = "cmd.replication_definition"

ADMIN = r"CORP\admin"
ACL: dict[str, Any] = {
    "admin_role": {"users": [ADMIN], "groups": [r"CORP\EM Admins"]},
    "designer_role": {"groups": [r"CORP\Data Engineers"]},
    "operator_role": {"users": [r"CORP\night"], "groups": [r"CORP\Night Shift"]},
    "viewer_role": {"groups": [r"CORP\Data Platform", r"CORP\Audit"]},
    "disable_inheritance": False,
}
# Whom the changed estate has besides.
OTHER_VIEWERS = [r"CORP\Data Platform", r"CORP\Audit", r"CORP\Finance"]


@dataclass(frozen=True)
class Size:
    """How many servers an estate has, and how many tasks each of them."""

    servers: int
    tasks: int = 0

    @property
    def names(self) -> list[str]:
        """The names of the servers."""
        return [f"repl-{number:04}" for number in range(self.servers)]

    @property
    def task_names(self) -> list[str]:
        """The names of the tasks of each server."""
        return [f"Orders {number:02}" for number in range(self.tasks)]


def simulated(size: Size) -> dict[str, Any]:
    """The estate as a simulator takes it."""
    definition = _document(_with_endpoints(size)) if size.tasks else {}
    return {
        "users": [{"name": ADMIN, "password": "simulator"}],
        "enterprise_manager": {"acl": {"admin_role": {"users": [ADMIN]}}},
        "servers": [
            {
                "name": name,
                "host": f"{name}.corp.example",
                "username": r"CORP\svc",
                "password": "example",
                "acl": ACL,
                "definition": copy.deepcopy(definition),
            }
            for name in size.names
        ],
    }


def declare(size: Size, file: Path, definitions: Path, changed: bool = False) -> None:
    """Declare the estate as a user does: the variable ``estate`` in a file, and a file for each definition of a task.

    A ``changed`` one has another ACL for each server.
    """
    acl = {**ACL, "viewer_role": {"groups": OTHER_VIEWERS}} if changed else ACL
    servers = []
    for name in size.names:
        server: dict[str, Any] = {"name": name, "acl": copy.deepcopy(acl)}
        if size.tasks:
            folder = definitions / name
            server["tasks"] = [{"name": task, "src": f"{folder}/{task}.json"} for task in size.task_names]
            _write_definitions(size, folder)
        servers.append(server)
    file.write_text(yaml.dump({"estate": servers}, Dumper=yaml.CSafeDumper, sort_keys=False), encoding="utf-8")


def put_acl(changed: bool) -> dict[str, Any]:
    """The ACL as PutServerAcl takes it, and GetServerAcl answers it."""
    wanted = {**ACL, "viewer_role": {"groups": OTHER_VIEWERS}} if changed else ACL
    roles = {
        role: {kind: [{"name": name} for name in members.get(kind, [])] for kind in ("users", "groups")}
        for role, members in wanted.items()
        if role.endswith("_role")
    }
    return {**roles, "disable_inheritance": wanted["disable_inheritance"]}


def _write_definitions(size: Size, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for task in _tasks(size):
        file = folder / f"{task['task']['name']}.json"
        file.write_text(json.dumps(_document({"tasks": [task]}), indent=1), encoding="utf-8")


def _with_endpoints(size: Size) -> dict[str, Any]:
    tasks = _tasks(size)
    named = {tasks[0]["task"]["source_name"], *tasks[0]["task"]["target_names"]}
    return {"tasks": tasks, "databases": [item for item in _sections()["databases"] if item["name"] in named]}


def _tasks(size: Size) -> list[dict[str, Any]]:
    """One task of the fixture, which has eight tables, under each name."""
    model = _sections()["tasks"][0]
    made = []
    for name in size.task_names:
        task = copy.deepcopy(model)
        task["task"]["name"] = name
        made.append(task)
    return made


def _sections() -> dict[str, Any]:
    return dict(_exported()[SECTIONS])


def _document(sections: dict[str, Any]) -> dict[str, Any]:
    return {**_exported(), SECTIONS: sections}


def _exported() -> dict[str, Any]:
    return dict(json.loads(FIXTURE.read_text(encoding="utf-8")))
