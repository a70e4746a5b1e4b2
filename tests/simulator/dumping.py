# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an estate to plain data of the schema that :mod:`.loading` reads. There is no secret in it."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Any

import yaml

from .audit import as_dict
from .model import ROLES, Acl, Endpoint, Estate, Server, Table, Task, User
from .repository.exporting import document_of
from .times import written

# Members that are written by hand below, that are secrets, or that are no part of an estate.
_SERVER_MEMBERS = (
    "description",
    "host",
    "port",
    "username",
    "verify_server_certificate",
    "monitored",
    "version",
    "platform",
    "guid",
    "password_changes",
)
_TASK_MEMBERS = (
    "state",
    "stop_reason",
    "message",
    "tags",
    "memory_mb",
    "disk_usage_mb",
    "cpu_percentage",
    "source_latency",
    "total_latency",
    "log_stream_staging",
    "start_seconds",
    "stop_seconds",
    "fails_with",
    "answers_error",
    "lacks",
)
_COMPOSE_MEMBERS = ("description", "project", "profile", "source", "target")
# These are always written, be they empty or not.
_ALWAYS = ("state", "stop_reason", "tags")


def dump(estate: Estate) -> dict[str, Any]:
    """All of an estate as plain data, without passwords and tokens."""
    return {
        "users": [_user(user) for user in estate.users],
        "enterprise_manager": {
            "module_license": estate.module_license,
            "acl": _acl(estate.acl),
            **_acls(all_servers_acl=estate.all_servers_acl),
        },
        "unreachable_hosts": list(estate.unreachable_hosts),
        "servers": [_server(server) for server in estate.servers.values()],
        "audit_trail": [as_dict(entry) for entry in estate.audit_trail],
    }


def as_yaml(data: Any) -> str:
    """Plain data as YAML, in its order."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return str(yaml.dump(data, Dumper=dumper, sort_keys=False, allow_unicode=True, width=120))


def _user(user: User) -> dict[str, Any]:
    return {"name": user.name, "groups": list(user.groups)}


def _acl(acl: Acl) -> dict[str, Any]:
    roles = {
        f"{role}_role": {"users": list(acl.roles[role].users), "groups": list(acl.roles[role].groups)} for role in ROLES
    }
    return {**roles, "disable_inheritance": acl.disable_inheritance}


def _acls(**acls: Acl | None) -> dict[str, Any]:
    return {name: _acl(acl) for name, acl in acls.items() if acl is not None}


def _server(server: Server) -> dict[str, Any]:
    license_facts = {"issue_date": server.license.issue_date, "expiration": server.license.expiration}
    data = {
        "name": server.name,
        "type": server.kind,
        **{name: getattr(server, name) for name in _SERVER_MEMBERS},
        "license": {"state": server.license.state, **_without_nothing(license_facts)},
        **_without_nothing({"last_connection": server.last_connection}),
        **_acls(acl=server.acl, all_tasks_acl=server.all_tasks_acl, all_endpoints_acl=server.all_endpoints_acl),
    }
    if server.is_replicate:
        data["definition"] = document_of(server.repository, server.version)
        data["endpoints"] = [_endpoint(name, endpoint) for name, endpoint in server.endpoints.items()]
    data["tasks"] = [_task(server, task) for task in server.tasks.values()]
    return data


def _endpoint(name: str, endpoint: Endpoint) -> dict[str, Any]:
    result = endpoint.test_result
    data: dict[str, Any] = {"name": name, **_without_nothing({"test_seconds": endpoint.test_seconds})}
    if result is not None:
        data["test_result"] = {item.name: getattr(result, item.name) for item in fields(result)}
    if endpoint.tables:
        data["tables"] = [{"owner": owner, "name": table} for owner, table in endpoint.tables]
    return {**data, **_acls(acl=endpoint.acl)}


def _task(server: Server, task: Task) -> dict[str, Any]:
    members = _TASK_MEMBERS if server.is_replicate else (*_TASK_MEMBERS, *_COMPOSE_MEMBERS)
    values = {name: getattr(task, name) for name in members}
    values.update(full_load_start=task.full_load_start, full_load_end=task.full_load_end)
    return {
        "name": task.name,
        **{name: value for name, value in _without_nothing(values).items() if value not in ("", []) or name in _ALWAYS},
        "tables": [_table(table) for table in task.tables],
        "barriers": {application: written(point) for application, point in task.barriers.items()},
        "deletions": [dict(item) for item in task.deletions],
        **_acls(acl=task.acl),
    }


def _table(table: Table) -> dict[str, Any]:
    return _without_nothing({item.name: getattr(table, item.name) for item in fields(table)})


def _without_nothing(values: dict[str, Any]) -> dict[str, Any]:
    """Values without those that are None, times as text."""
    return {name: _plain(value) for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return written(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, list) else value
