# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers as GetServerList and GetServerDetails show them (guide 2.8, 2.13)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from . import dialect
from .model import COMPOSE, REPLICATE, Server
from .rules import unreachable
from .transitions import memory_shown, standing_shown
from .world import World

_INFO_TYPES = {REPLICATE: "ReplicateServerInfo", COMPOSE: "ComposeServerInfo"}
_DETAILS_TYPES = {REPLICATE: "ReplicateServerDetails", COMPOSE: "ComposeServerDetails"}
# Under which heading of the task summary a state is counted.
_SUMMARY = {
    "RUNNING": "running",
    "STOPPING": "running",
    "STOPPED": "stopped",
    "STARTING": "stopped",
    "RECOVERY": "recovering",
    "ERROR": "error",
}
_NOT_AVAILABLE = -1
_NEVER = "0001-01-01T00:00:00"
_MONITORING_OFF = "Monitoring of this server is switched off."


def instant(value: datetime | None) -> str | None:
    """A time as the API writes it: UTC without a Z."""
    return None if value is None else f"{value:%Y-%m-%dT%H:%M:%S}"


def info(world: World, server: Server) -> dict[str, Any]:
    """An item of GetServerList."""
    return {
        "$type": _INFO_TYPES[server.kind],
        **dialect.server_type(world.settings.dialect, server.kind),
        "name": server.name,
        "description": server.description,
        "host": server.host,
        "port": str(server.port),
        "state": world.estate.state_of(server),
        "message": _message(world, server),
        "platform": server.platform,
        "version": server.version,
        "last_connection": _last_connection(world, server),
    }


def details(world: World, server: Server) -> dict[str, Any]:
    """What GetServerDetails answers within its wrapper."""
    return {
        "$type": _DETAILS_TYPES[server.kind],
        **dialect.server_type(world.settings.dialect, server.kind),
        "name": server.name,
        "description": server.description,
        "configuration": {
            "host": server.host,
            "platform": server.platform,
            "port": str(server.port),
            "user_name": server.username,
        },
        "state": world.estate.state_of(server),
        "message": _message(world, server),
        "version": server.version,
        "license": _license(world, server),
        "last_connection": _last_connection(world, server),
        "task_summary": _task_summary(world, server),
        "resource_utilization": _resources(world, server),
    }


def _message(world: World, server: Server) -> str:
    state = world.estate.state_of(server)
    if state == "ERROR":
        return unreachable(server.host, server.port)
    return _MONITORING_OFF if state == "NOT_MONITORED" else ""


def _last_connection(world: World, server: Server) -> str:
    if world.estate.state_of(server) == "MONITORED":
        return str(instant(world.clock.now()))
    return instant(server.last_connection) or _NEVER


def _license(world: World, server: Server) -> dict[str, Any]:
    today = world.clock.now().date()
    expiration = server.license.expiration
    state = server.license.state_at(today)
    return {
        "issue_date": server.license.issue_date.isoformat() if server.license.issue_date else "",
        "state": dialect.spelled(world.settings.dialect, "license_state", state),
        "expiration": expiration.isoformat() if expiration else "",
        "days_to_expiration": (expiration - today).days if expiration else _NOT_AVAILABLE,
    }


def _task_summary(world: World, server: Server) -> dict[str, int]:
    summary = {"total": len(server.tasks), "running": 0, "stopped": 0, "recovering": 0, "error": 0}
    for task in server.tasks.values():
        summary[_SUMMARY[standing_shown(world, task).state]] += 1
    return summary


def _resources(world: World, server: Server) -> dict[str, int]:
    """Disk and memory of tasks that Enterprise Manager sees; CPU from Replicate 6.2 on."""
    seen = server.is_replicate and world.estate.state_of(server) == "MONITORED"
    tasks = server.tasks.values()
    cpu = sum(task.cpu_percentage for task in tasks if task.active)
    has_cpu = seen and server.version_number() >= (6, 2)
    return {
        "disk_usage_mb": sum(task.disk_usage_mb for task in tasks) if seen else _NOT_AVAILABLE,
        "memory_mb": sum(memory_shown(world, task) for task in tasks) if seen else _NOT_AVAILABLE,
        "attunity_cpu_percentage": min(95, 2 + cpu) if has_cpu else _NOT_AVAILABLE,
        "machine_cpu_percentage": min(99, 7 + cpu) if has_cpu else _NOT_AVAILABLE,
    }
