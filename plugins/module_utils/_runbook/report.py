# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that a report of an Enterprise Manager tells: read side by side, as plain data without secrets.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import known_number
from .._core.concurrent import Outcome, all_of, side_by_side
from .._core.errors import ApiError, ended
from .._definition.document import Definition
from .._resource.endpoint_settings import ROOT, without_secrets
from .._resource.importing import read_all
from .._resource.overview import overview
from .task_health import seconds_of

_TABLE_ERROR = "TABLE_ERROR"
_RESOURCES = ("disk_usage_mb", "memory_mb", "attunity_cpu_percentage", "machine_cpu_percentage")


class Read(NamedTuple):
    """What was read of a server beside its tasks. What could not be read is empty, and ``problems`` say why."""

    details: Plain
    endpoints: list[Plain]
    problems: list[str]


def read(api: Api, servers: Sequence[str] | None = None) -> Plain:
    """``servers``, ``tasks``, ``tables`` in error and ``endpoints``, each a flat list; and ``problems``, sentences.

    Four requests a server at most, and two a task. A server or task that cannot be read is told with what is known.
    """
    workers = api.session.connection.concurrency
    listed = overview(api, servers)
    about = all_of(lambda server: _of_server(api, server), listed, workers)
    chosen = [(server["name"], task) for server in listed for task in server["tasks"]]
    looked = side_by_side(lambda item: _of_task(api, *item), chosen, workers)
    problems = [problem for part in about for problem in part.problems]
    problems += [
        f"{task['name']} on {server}: {outcome.error.message}" for (server, task), outcome in _failed(chosen, looked)
    ]
    tasks = [_task(server, task, outcome.value) for (server, task), outcome in zip(chosen, looked)]
    return {
        "servers": [_server(server, part) for server, part in zip(listed, about)],
        "tasks": tasks,
        "tables": [
            {"server": server, "task": task["name"], "schema": table.get("schema") or "", "table": table["table"]}
            for (server, task), outcome in zip(chosen, looked)
            for table in (outcome.value or ({}, []))[1]
        ],
        "endpoints": [endpoint for part in about for endpoint in part.endpoints],
        "problems": [problem for server in listed for problem in [server["problem"]] if problem] + problems,
    }


def _failed(items: Sequence[Any], outcomes: Sequence[Outcome]) -> list[Any]:
    return [(item, outcome) for item, outcome in zip(items, outcomes) if outcome.error]


def _of_server(api: Api, server: Mapping[str, Any]) -> Read:
    """Details and endpoints of a server. One that Enterprise Manager does not reach has details only."""
    name, problems = server["name"], []
    details: Plain = {}
    try:
        details = api.get_server_details(name)
    except ApiError as error:
        problems.append(error.message)
    if server["problem"]:
        return Read(details, [], problems)
    try:
        endpoints = api.get_endpoint_list(name)
    except ApiError as error:
        return Read(details, [], [*problems, error.message])
    definition = None
    if server["type"] == "replicate":
        try:
            definition = read_all(api, name)
        except ApiError as error:
            problems.append(f"{ended(error.message)} So of the endpoints of {name} only names and types are told.")
    return Read(details, [_endpoint(name, endpoint, definition) for endpoint in endpoints], problems)


def _of_task(api: Api, server: str, task: Mapping[str, Any]) -> tuple[Plain, list[Plain]]:
    """Details of a task, and its tables in error where the server can list them, which is of Replicate only."""
    details = api.get_task_details(server, str(task["name"]))
    if "full_load_counters" not in details:
        return details, []
    return details, api.get_table_list(server, str(task["name"]), states=[_TABLE_ERROR])


def _server(server: Mapping[str, Any], part: Read) -> Plain:
    license_facts = part.details.get("license") or {}
    resources = part.details.get("resource_utilization") or {}
    return {
        **{key: server.get(key) for key in ("name", "type", "state", "message", "platform", "version", "description")},
        "host": server.get("host"),
        "license_state": license_facts.get("state"),
        "license_expires": str(license_facts.get("expiration") or "")[:10],
        "license_days": known_number(license_facts.get("days_to_expiration")),
        **{key: known_number(resources.get(key)) for key in _RESOURCES},
        "tasks": len(server["tasks"]),
        "running": sum(task["state"] == "RUNNING" for task in server["tasks"]),
        "errors": sum(task["state"] == "ERROR" for task in server["tasks"]),
    }


def _task(server: str, task: Mapping[str, Any], found: tuple[Plain, list[Plain]] | None) -> Plain:
    details, tables = found or ({}, [])
    latency = details.get("cdc_latency") or {}
    source, target = details.get("source_endpoint") or {}, details.get("target_endpoint") or {}
    stop_reason = str(details.get("task_stop_reason") or task.get("stop_reason") or "")
    state = details.get("state", task["state"])
    return {
        "server": server,
        "name": task["name"],
        "state": state,
        "stop_reason": "" if stop_reason == "NONE" else stop_reason,
        "message": details.get("message", task["message"]),
        "tags": list(task["assigned_tags"]),
        "source": str(source.get("name") or ""),
        "source_type": str(source.get("type") or ""),
        "target": str(target.get("name") or ""),
        "target_type": str(target.get("type") or ""),
        "source_latency": seconds_of(latency.get("source_latency")),
        "total_latency": seconds_of(latency.get("total_latency")),
        "records_per_second": _throughput(details),
        "data_errors": known_number(details.get("data_error_count")),
        "tables_in_error": len(tables),
        "memory_mb": known_number(details.get("memory_mb")),
        "disk_usage_mb": known_number(details.get("disk_usage_mb")),
        "full_load_ended": details.get("full_load_end") or details.get("loading_end") or "",
        # A task that has run tells why it stopped.
        "never_ran": state == "STOPPED" and stop_reason in ("", "NONE"),
    }


def _throughput(details: Mapping[str, Any]) -> int | None:
    """Records a second that reach the target: of the changes, or of the full load while that goes on."""
    for part in ("cdc_throughput", "full_load_throughput"):
        told = (details.get(part) or {}).get("target_throughput_records_count")
        records = known_number(told.get("current") if isinstance(told, Mapping) else told)
        if records and records > 0:
            return records
    return None


def _endpoint(server: str, endpoint: Mapping[str, Any], definition: Definition | None) -> Plain:
    """An endpoint; ``used_by`` and ``settings`` are None where the server could not be exported.

    ``settings`` is what tells one endpoint from another, as text, without secrets.
    """
    told: Plain = {
        "server": server,
        "name": endpoint["name"],
        "role": endpoint.get("role"),
        "type": endpoint.get("type"),
        "is_licensed": endpoint.get("is_licensed") is not False,
        "used_by": None,
        "settings": None,
    }
    defined = definition.endpoint(str(endpoint["name"])) if definition else None
    if definition and defined:
        told["used_by"] = definition.tasks_using(str(endpoint["name"]))
        told["settings"] = json.dumps(without_secrets(defined.get(ROOT) or {}), sort_keys=True, ensure_ascii=False)
    return told
