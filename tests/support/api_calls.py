# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One good call of each API method, for the estate that comes with the simulator."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
PRD, QAS, DEV, COMPOSE = "Replicate PRD 1", "replicate-qas", "replicate-dev", "compose-dw"
TASK = "ERP to DW"
NIGHTLY = "Nightly 01 accounts"


@dataclass(frozen=True)
class ApiCall:
    """A request: names in ``path`` as they are, ``body`` as data (sent as JSON) or as the text that is sent."""

    http: str
    path: tuple[str, ...]
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None

    def on(self, name: str, instead_of: str) -> ApiCall:
        """The same with another name in the path."""
        return replace(self, path=tuple(name if part == instead_of else part for part in self.path))

    def content(self) -> bytes:
        """The body as it is sent."""
        if self.body is None:
            return b""
        return self.body.encode() if isinstance(self.body, str) else json.dumps(self.body).encode()


def one_task(name: str, source: str, target: str, **databases: Any) -> dict[str, Any]:
    """A definition with one task, and endpoints if given."""
    definition = {
        "tasks": [
            {
                "task": {"name": name, "source_name": source, "target_names": [target]},
                "source": {
                    "rep_source": {"source_name": source, "database_name": source},
                    "source_tables": {
                        "name": source,
                        "explicit_included_tables": [{"owner": "N", "name": "ONE"}, {"owner": "N", "name": "TWO"}],
                    },
                },
                "targets": [{"rep_target": {"target_name": target, "database_name": target}}],
                "task_settings": {},
            }
        ],
        **databases,
    }
    return {"_version": {"version": "2024.11.0.285"}, "cmd.replication_definition": definition}


def endpoint(name: str, role: str = "SOURCE") -> dict[str, Any]:
    """The definition of an endpoint."""
    settings = {"$type": "FileSettings", "password": "p"}
    return {"name": name, "role": role, "type_id": "FILE_COMPONENT_TYPE", "db_settings": settings}


SERVER = {
    "$type": "AemReplicateServer",
    "name": "replicate-new",
    "description": "",
    "host": "repl-new.corp.example",
    "port": "3552",
    "username": "CORP\\svc",
    "password": "p",
    "verify_server_certificate": True,
    "monitored": True,
}
ACL = {
    "admin_role": {"users": [{"name": "CORP\\admin"}], "groups": []},
    "operator_role": {"users": [], "groups": [{"name": "CORP\\Night Shift"}]},
    "disable_inheritance": False,
}
_TASK = ("servers", PRD, "tasks", TASK)
_IDLE = ("servers", QAS, "tasks", NIGHTLY)
_ENDPOINT = ("servers", PRD, "endpoints", "ORA")

# Every method but Login, which has no session.
CALLS = {
    "Logout": ApiCall("GET", ("logout",)),
    "PutServerLicense": ApiCall(
        "PUT", ("servers", QAS, "license", "def"), body=(FIXTURES / "license.txt").read_text(encoding="utf-8")
    ),
    "GetServerDetails": ApiCall("GET", ("servers", PRD)),
    "PutServer": ApiCall("PUT", ("servers", "replicate-new", "def"), body=SERVER),
    "PutServerAcl": ApiCall("PUT", ("servers", QAS), {"action": "acl"}, ACL),
    "GetServer": ApiCall("GET", ("servers", PRD, "def")),
    "GetServerAcl": ApiCall("GET", ("servers", PRD), {"action": "acl"}),
    "GetServerList": ApiCall("GET", ("servers",)),
    "DeleteServer": ApiCall("DELETE", ("servers", "replicate-branch", "def")),
    "DeleteServerAcl": ApiCall("DELETE", ("servers", PRD), {"action": "acl"}),
    "GetTaskList": ApiCall("GET", ("servers", PRD, "tasks")),
    "GetTaskDetails": ApiCall("GET", _TASK),
    "GetTableList": ApiCall("GET", (*_TASK, "tables")),
    "GetTaskTableSelection": ApiCall("GET", (*_TASK, "tables"), {"action": "selection"}),
    "PutTaskTableSelection": ApiCall(
        "PUT",
        (*_IDLE, "tables"),
        {"action": "selection"},
        {"explicit_included_tables": [{"owner": "QAS", "name": "ACCOUNTS"}]},
    ),
    "GetTableStatuses": ApiCall("GET", (*_TASK, "tables"), {"action": "getstatus"}),
    "DeleteTask": ApiCall("POST", _IDLE, {"action": "delete", "deletetasklogs": True}),
    "ExportTask": ApiCall("GET", _TASK, {"action": "export", "withendpoints": True}),
    "ImportTask": ApiCall(
        "POST",
        ("servers", QAS, "tasks", "Imported"),
        {"action": "import"},
        one_task("Imported", "QAS Oracle", "QAS Snowflake", databases=[endpoint("QAS Snowflake", "TARGET")]),
    ),
    "ExportAuditTrail": ApiCall("GET", ("security", "audit_trail"), {"start_timestamp": "2020-06-30T16:15:00Z"}),
    "RunTask": ApiCall("POST", _IDLE, {"action": "run", "option": "RESUME_PROCESSING", "timeout": 60}),
    "StopTask": ApiCall("POST", _TASK, {"action": "stop", "timeout": 60}),
    "GetEndpointList": ApiCall("GET", ("servers", PRD, "endpoints")),
    "PatchEndpoint": ApiCall(
        "PATCH", _ENDPOINT, body=[{"op": "replace", "path": "/db_settings/username", "value": "OTHER"}]
    ),
    "DeleteEndpoint": ApiCall("POST", ("servers", QAS, "endpoints", "QAS files"), {"action": "delete"}),
    "ReconfigureEndpointNoWait": ApiCall(
        "PUT", _ENDPOINT, {"action": "reconfigure", "configuration": "Standby", "recycle": False}
    ),
    "ExportAll": ApiCall("GET", ("servers", PRD), {"action": "export"}),
    "ImportAll": ApiCall(
        "POST",
        ("servers", QAS),
        {"action": "import"},
        {
            "_version": {"version": "2024.11.0.285"},
            "cmd.replication_definition": {"databases": [endpoint("Imported files")]},
        },
    ),
    "ReloadTable": ApiCall("POST", (*_TASK, "tables"), {"action": "reload", "schema": "ERP", "table": "INVOICES"}),
    "ResumeTable": ApiCall(
        "POST", (*_TASK, "tables"), {"action": "Resume", "schema": "ERP", "table": "STOCK_MOVEMENTS"}
    ),
    "TestEndpoint": ApiCall("GET", _ENDPOINT, {"action": "test", "timeout": 5}),
    "DeleteOldChangeData": ApiCall(
        "POST", _TASK, {"action": "delete_old_change_data"}, {"timestamp_or_offset": "P1M3DT1H2M"}
    ),
    "SetChangeDataRetentionBarrier": ApiCall(
        "PUT",
        _TASK,
        {"action": "set_change_data_retention_barrier"},
        {"retention_point": "2026-10-01T00:00:00Z", "application": "reporting"},
    ),
    "GetChangeDataRetentionBarrier": ApiCall("GET", _TASK, {"action": "get_change_data_retention_barrier"}),
}
