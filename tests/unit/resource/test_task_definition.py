# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task by its definition: under the name that its server gives it, and with what the server has. No network."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import task_definition
from support.definitions import SECTIONS, export


@dataclass
class Server:
    """A server that finds its one task whatever the case of the name, as Enterprise Manager does."""

    name: str
    definition: dict[str, Any]
    state: str = "STOPPED"
    calls: list[tuple[str, str]] = field(default_factory=list)
    check_mode: bool = False
    session: Any = field(default_factory=lambda: SimpleNamespace(connection=SimpleNamespace(base_url="https://em")))

    def export_task(self, _server: str, task: str, _with_endpoints: bool) -> str:
        """ExportTask."""
        assert task.casefold() == self.name.casefold()
        return json.dumps(self.definition)

    def import_task(self, _server: str, task: str, text: str) -> None:
        """ImportTask."""
        self.calls.append(("import", task))
        self.definition = json.loads(text)

    def get_task_list(self, _server: str) -> list[dict[str, Any]]:
        """GetTaskList."""
        return [{"name": self.name, "state": self.state, "assigned_tags": []}]

    def get_task_details(self, _server: str, _task: str) -> dict[str, Any]:
        """GetTaskDetails."""
        return {"name": self.name, "state": self.state, "message": "", "memory_mb": 0}

    def stop_task(self, _server: str, task: str, _timeout: int) -> dict[str, Any]:
        """StopTask."""
        self.calls.append(("stop", task))
        self.state = "STOPPED"
        return {"state": self.state, "error_message": ""}

    def run_task(self, _server: str, task: str, *_options: Any) -> dict[str, Any]:
        """RunTask."""
        self.calls.append(("run", task))
        self.state = "RUNNING"
        return {"state": self.state, "error_message": ""}

    def get_server_details(self, _server: str) -> dict[str, Any]:
        """GetServerDetails."""
        return {"version": "2024.11.0.1"}


def options(name: str, definition: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The options of the module."""
    defaults = {key: spec.get("default") for key, spec in task_definition.ARGUMENTS.items()}
    return {**defaults, "server": "s", "name": name, "definition": definition, **more}


def single() -> dict[str, Any]:
    """An export of one task, without endpoints."""
    whole = export("export_all.json")
    return {**whole, SECTIONS: {"tasks": whole[SECTIONS]["tasks"][:1]}}


def spelled(definition: dict[str, Any], name: str) -> dict[str, Any]:
    """The export with the name of its task in another spelling."""
    copied = json.loads(json.dumps(definition))
    copied[SECTIONS]["tasks"][0]["task"]["name"] = name
    return cast("dict[str, Any]", copied)


def test_a_task_in_another_case_is_the_same_one() -> None:
    there = single()
    name = there[SECTIONS]["tasks"][0]["task"]["name"]
    server = Server(name, there, "RUNNING")
    wanted = spelled(there, name.upper())
    assert name.upper() != name
    same = task_definition.plan(cast(Api, server), options(name.lower(), wanted))
    assert (same.changes, same.after["name"]) == ([], name)
    setting = {"task_settings": {"common_settings": {"lob_max_size": 77}}}
    planned = task_definition.plan(cast(Api, server), options(name.lower(), wanted, overrides=setting, force=True))
    planned.changes[0].apply()
    assert server.calls == [("stop", name), ("import", name), ("run", name)]
    assert server.definition[SECTIONS]["tasks"][0]["task"]["name"] == name


def test_a_definition_of_another_task_is_refused() -> None:
    there = single()
    with pytest.raises(Refused, match="not of 'Other'"):
        task_definition.plan(cast(Api, Server("Other", there)), options("Other", there))
