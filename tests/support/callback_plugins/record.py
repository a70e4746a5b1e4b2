# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes every result of a play to a file, with the requests that the simulator saw meanwhile."""

from __future__ import annotations

DOCUMENTATION = r"""
name: record
type: notification
short_description: Write results as JSON lines
description:
  - Writes a line for each result of a task, with the numbers of the simulator's requests before and after it.
requirements:
  - the environment variables RECORD_FILE and RECORD_LOG_URL
"""

import json
import os
import ssl
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ansible.plugins.callback import CallbackBase

SKIPPED, OK, FAILED = "skipped", "ok", "failed"


class CallbackModule(CallbackBase):
    """The callback."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._file = Path(os.environ["RECORD_FILE"])
        url = urlsplit(os.environ["RECORD_LOG_URL"])
        context = ssl.create_default_context(cafile=os.environ["AEM_CA_PATH"])
        # Kept open, since it is asked before and after each task.
        self._simulator = HTTPSConnection(url.netloc, context=context, timeout=30)
        self._path = url.path
        self._first = 0

    def v2_playbook_on_task_start(self, *_arguments: Any, **_more: Any) -> None:
        """Remember where the log stands."""
        self._first = self._last_number()

    def v2_runner_on_ok(self, result: Any) -> None:
        """Write a success."""
        self._write(result, OK)

    def v2_runner_on_failed(self, result: Any, **_more: Any) -> None:
        """Write a failure."""
        self._write(result, FAILED)

    def v2_runner_on_skipped(self, result: Any) -> None:
        """Write that a task was skipped."""
        self._write(result, SKIPPED)

    def _write(self, result: Any, status: str) -> None:
        task = getattr(result, "task", None) or result._task
        values = getattr(result, "result", None) or result._result
        line = {
            "name": task.get_name(),
            "status": status,
            "result": values,
            "first": self._first,
            "last": self._last_number(),
        }
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")

    def _last_number(self) -> int:
        try:
            entries = self._log()
        except ConnectionError:
            # Nobody has asked for long. Closed, it is opened anew.
            self._simulator.close()
            entries = self._log()
        return int(entries[-1]["number"]) if entries else 0

    def _log(self) -> list[dict[str, Any]]:
        self._simulator.request("GET", self._path)
        return list(json.load(self._simulator.getresponse()))
