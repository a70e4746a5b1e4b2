# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/permissions.md: the least roles that each module needs, from the contract of the API.

Run without arguments to write it. A test compares what it would write with what is there.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/permissions.md"
CONTRACT = ROOT / "tests/contract/methods.yml"
RANK = ("viewer", "operator", "designer", "admin")
SCOPES = {
    "enterprise_manager": "Enterprise Manager",
    "all_servers": "all servers",
    "server": "the server",
    "all_tasks": "all tasks of the server",
    "task": "the task",
    "all_endpoints": "all endpoints of the server",
    "endpoint": "the endpoint",
}
# A role on the first counts on the second.
WITHIN = (("all_tasks", "task"), ("all_endpoints", "endpoint"))
# The methods that a module calls to look, and those that it calls to change something.
MODULES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "aem_audit_trail_info": (("ExportAuditTrail",), ()),
    "aem_backup": (("GetServerList", "ExportAll"), ()),
    "aem_change_data": (("GetTaskDetails",), ("DeleteOldChangeData",)),
    "aem_change_data_retention": (("GetChangeDataRetentionBarrier",), ("SetChangeDataRetentionBarrier",)),
    "aem_endpoint": (("ExportAll", "GetEndpointList"), ("PatchEndpoint", "ImportAll", "DeleteEndpoint")),
    "aem_endpoint_failover": (
        ("ExportAll", "GetTaskList"),
        ("TestEndpoint", "ReconfigureEndpointNoWait", "StopTask", "RunTask"),
    ),
    "aem_endpoint_info": (("GetEndpointList",), ()),
    "aem_endpoint_test": (("TestEndpoint",), ()),
    "aem_estate": (
        ("GetServerList", "GetServer", "GetServerAcl", "GetServerDetails", "ExportAll", "GetTaskList"),
        (
            *("PutServer", "DeleteServer", "PutServerAcl", "DeleteServerAcl", "PutServerLicense"),
            *("PatchEndpoint", "ImportAll", "DeleteEndpoint", "TestEndpoint"),
            *("ImportTask", "DeleteTask", "PutTaskTableSelection", "StopTask", "RunTask"),
        ),
    ),
    "aem_estate_adopt": (
        ("GetServerList", "GetServer", "GetServerAcl", "GetServerDetails", "ExportAll", "GetTaskList"),
        (),
    ),
    "aem_estate_info": (
        ("GetServerList", "GetServer", "GetServerAcl", "GetServerDetails", "ExportAll", "GetTaskList"),
        (),
    ),
    "aem_export": (("ExportTask",), ()),
    "aem_failover_check": (("ExportAll", "GetServerDetails", "GetTaskList", "TestEndpoint"), ()),
    "aem_import": (("ExportAll", "GetTaskList"), ("ImportAll", "StopTask", "RunTask")),
    "aem_report": (
        ("GetServerList", "GetServerDetails", "GetTaskList", "GetTaskDetails", "GetTableList", "GetEndpointList"),
        (),
    ),
    "aem_restore": (("ExportAll", "GetTaskList"), ("ImportAll", "ImportTask", "StopTask", "RunTask")),
    "aem_server": (("GetServer",), ("PutServer", "DeleteServer")),
    "aem_server_acl": (("GetServerAcl",), ("PutServerAcl", "DeleteServerAcl")),
    "aem_server_acl_info": (("GetServerAcl",), ()),
    "aem_server_info": (("GetServerList", "GetServerDetails"), ()),
    "aem_server_license": (("GetServerDetails",), ("PutServerLicense",)),
    "aem_session": (("Login", "Logout"), ()),
    "aem_table": (("GetTableList", "GetTaskDetails"), ("ReloadTable", "ResumeTable")),
    "aem_table_info": (("GetTableList", "GetTableStatuses"), ()),
    "aem_task": (("ExportTask", "GetTaskDetails"), ("ImportTask", "DeleteTask", "StopTask", "RunTask")),
    "aem_task_health": (("GetTaskList", "GetTaskDetails", "GetTableList"), ()),
    "aem_task_info": (("GetTaskList", "GetTaskDetails"), ()),
    "aem_task_record": (("GetTaskList", "GetTaskDetails"), ("StopTask", "RunTask")),
    "aem_task_state": (("GetTaskList", "GetTaskDetails"), ("StopTask", "RunTask")),
    "aem_task_tables": (("GetTaskTableSelection",), ("PutTaskTableSelection",)),
}

HEAD = """\
# Permissions

What a user needs, least first, by the guide of the API. A role on a level counts on all that is below it, unless an ACL
further down says otherwise: Enterprise Manager, all servers, a server, its tasks and endpoints. Roles inside Replicate
have nothing to do with these.

| you want to | a service user with |
| --- | --- |
| watch, report, know the health of tasks | Viewer on Enterprise Manager |
| start and stop tasks, reload tables, test endpoints | Operator on Enterprise Manager |
| fail over | that, and what an export needs |
| back up, export a server, plan an estate | Admin on Enterprise Manager and on the servers, Designer on their tasks |
| all of it | Admin on Enterprise Manager, with servers that inherit |

Check mode needs the roles of the second column only.

<!-- written by tests/tools/permissions.py -->

| module | to look | to change |
| --- | --- | --- |
"""


def page() -> str:
    """The page as it should be."""
    contract = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
    roles = {method["name"]: method["minimum_role"] for method in contract["methods"]}
    rows = [
        f"| `{module}` | {needed(roles, looks)} | {needed(roles, changes) or 'changes nothing'} |"
        for module, (looks, changes) in MODULES.items()
    ]
    return HEAD + "\n".join(rows) + "\n"


def needed(roles: dict[str, list[dict[str, Any]]], methods: Iterable[str]) -> str:
    """The least roles that all of the methods need, each scope once with the highest role for it."""
    highest: dict[str, str] = {}
    only: dict[str, str] = {}
    for method in methods:
        for role in roles[method]:
            scope, name = role["scope"], role["role"]
            highest[scope] = max(highest.get(scope, name), name, key=RANK.index)
            if "when" in role and role["when"].startswith("server"):
                only[scope] = f" (where the {role['when']})"
    for wide, narrow in WITHIN:
        if wide in highest and narrow in highest and RANK.index(highest[wide]) >= RANK.index(highest[narrow]):
            del highest[narrow]
    in_order = sorted(highest.items(), key=lambda item: list(SCOPES).index(item[0]))
    return ", ".join(f"{name.capitalize()} on {SCOPES[scope]}{only.get(scope, '')}" for scope, name in in_order)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
