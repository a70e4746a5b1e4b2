# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data of reports, for tests of what is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.report_findings import findings, matrix

# Each would run, or end the element that it is in, if it were taken for markup.
HOSTILE = [
    "<img src=x onerror=window.harmed=1>",
    "</script><script>window.harmed=1</script>",
    "<!--<script>",
    '"onmouseover="window.harmed=1',
    "{{ 7 * 7 }}",
    "${window.harmed=1}",
    "\u202eright to left\u202c",
    "e\u0301 \U0001f4be",
    "=cmd|' /C calc'!A0",
]
_STATES = ("RUNNING", "RUNNING", "STOPPED", "ERROR")


def server(name: str, **facts: Any) -> dict[str, Any]:
    """A server as a report has it."""
    usual: dict[str, Any] = {
        "name": name,
        "type": "replicate",
        "state": "MONITORED",
        "message": "",
        "platform": "LINUX",
        "version": "2024.11.0.285",
        "description": "",
        "host": f"{name}.corp.example",
        "license_state": "VALID_LICENSE",
        "license_expires": "2027-01-31",
        "license_days": 90,
        "disk_usage_mb": 1,
        "memory_mb": 1,
        "attunity_cpu_percentage": 1,
        "machine_cpu_percentage": 1,
        "tasks": 0,
        "running": 0,
        "errors": 0,
    }
    return {**usual, **facts}


def task(on: str, name: str, **facts: Any) -> dict[str, Any]:
    """A task as a report has it."""
    usual: dict[str, Any] = {
        "server": on,
        "name": name,
        "state": "RUNNING",
        "stop_reason": "",
        "message": "",
        "tags": [],
        "source": "ERP",
        "source_type": "Oracle",
        "target": "DW",
        "target_type": "Snowflake",
        "source_latency": 1,
        "total_latency": 3,
        "records_per_second": 100,
        "data_errors": 0,
        "tables_in_error": 0,
        "memory_mb": 10,
        "disk_usage_mb": 10,
        "full_load_ended": "",
        "never_ran": False,
    }
    return {**usual, **facts}


def endpoint(on: str, name: str, **facts: Any) -> dict[str, Any]:
    """An endpoint as a report has it."""
    usual: dict[str, Any] = {
        "server": on,
        "name": name,
        "role": "SOURCE",
        "type": "Oracle",
        "is_licensed": True,
        "used_by": ["a task"],
        "settings": f'{{"server": "{name}"}}',
    }
    return {**usual, **facts}


def complete(servers: Sequence[Any], tasks: Sequence[Any] = (), endpoints: Sequence[Any] = ()) -> dict[str, Any]:
    """All that a page takes."""
    told: dict[str, Any] = {"servers": [*servers], "tasks": [*tasks], "tables": [], "endpoints": [*endpoints]}
    about = {"title": "Estate", "address": "https://em.example.com", "time": "2026-11-28T06:00:00Z", "drift": []}
    return {**about, **told, "problems": [], "findings": findings(told), "matrix": matrix(told["tasks"])}


def estate(servers: int, tasks: int) -> dict[str, Any]:
    """An estate of so many servers with so many tasks each."""
    names = [f"server-{number}" for number in range(servers)]
    return complete(
        [server(name, license_days=100 - number, tasks=tasks) for number, name in enumerate(names)],
        [
            task(
                name,
                f"Task {number}",
                state=_STATES[number % 4],
                total_latency=None if number % 5 == 0 else number * 37,
            )
            for name in names
            for number in range(tasks)
        ],
    )


def data_of(names: Sequence[str]) -> dict[str, Any]:
    """A report in which everything that has a name has one of these."""
    told = complete(
        [server(name, message=name, description=name) for name in names],
        [
            task(name, name, message=name, tags=[name], source=name, source_type=name, target_type=name, state="ERROR")
            for name in names
        ],
    )
    tables = [{"server": name, "task": name, "schema": name, "table": name} for name in names]
    return {**told, "tables": tables, "drift": [*names], "problems": [*names], "title": names[0], "address": names[1]}
