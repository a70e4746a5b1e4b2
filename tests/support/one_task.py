# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with one task, in place of an api, for tests of how trouble with a task is settled. No network, no time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import concurrent
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError, NoAnswer

LOST_BEFORE = "before"
LOST_AFTER = "after"


@dataclass
class Server:
    """One server with one task. ``trouble`` holds what happens to the next calls: an error, or a lost answer."""

    state: str = "STOPPED"
    memory_mb: int | None = 0
    message: str = ""
    ends_in: str = "RUNNING"
    tags: list[str] = field(default_factory=list)
    trouble: list[Any] = field(default_factory=list)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    looks: list[Callable[[], None]] = field(default_factory=list)
    session: Any = field(default_factory=lambda: SimpleNamespace(connection=SimpleNamespace(base_url="https://em")))
    check_mode: bool = False

    def run_task(self, _server: str, _task: str, option: str, timeout: int, cdc_position: str | None) -> dict[str, Any]:
        """RunTask."""
        self.calls.append(("run", option, timeout, cdc_position))
        return self._act("RunTask", "AEM_TASK_ALREADY_RUNNING", {"RUNNING"}, self.ends_in)

    def stop_task(self, _server: str, _task: str, timeout: int) -> dict[str, Any]:
        """StopTask."""
        self.calls.append(("stop", timeout))
        return self._act("StopTask", "AEM_TASK_ALREADY_STOPPED", {"STOPPED"}, "STOPPED")

    def get_task_details(self, _server: str, task: str) -> dict[str, Any]:
        """GetTaskDetails; the task may move on between two looks."""
        if self.looks:
            self.looks.pop(0)()
        details = {"name": task, "state": self.state, "message": self.message}
        return details if self.memory_mb is None else {**details, "memory_mb": self.memory_mb}

    def get_task_list(self, _server: str) -> list[dict[str, Any]]:
        """GetTaskList."""
        if self.looks:
            self.looks.pop(0)()
        return [{"name": "t", "state": self.state, "assigned_tags": self.tags}]

    def _act(self, api_method: str, already: str, there: set[str], goal: str) -> dict[str, Any]:
        met, self.trouble = self.trouble[:1], self.trouble[1:]
        for error in met:
            if isinstance(error, Exception):
                raise error
        trouble = met[0] if met else ""
        if isinstance(trouble, dict):
            return trouble
        if trouble != LOST_BEFORE:
            if self.state in there:
                raise ApiError(api_method, 500, already, "already")
            self.state, self.memory_mb = goal, self.memory_mb if self.memory_mb is None else 0
        if trouble:
            raise NoAnswer(api_method, "cut", sent=True)
        return {"state": self.state, "error_message": ""}


def time_flies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every pause be over at once."""
    now = [0.0]
    monkeypatch.setattr(concurrent.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(concurrent.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
