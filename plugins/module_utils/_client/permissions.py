# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role that a user needs for each method (chapter 2 of the guide).

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

# The weakest role, and where it is needed at least; a role on what is above counts as well.
NEEDED = {
    "PutServerLicense": "Admin on the server",
    "GetServerDetails": "Viewer on the server",
    "PutServer": "Admin on the server, or on all servers to add one",
    "PutServerAcl": "Admin on the server",
    "GetServer": "Operator on the server",
    "GetServerAcl": "Operator on the server",
    "GetServerList": "Viewer on all servers",
    "DeleteServer": "Admin on the server",
    "DeleteServerAcl": "Admin on the server",
    "GetTaskList": "Viewer on all tasks",
    "GetTaskDetails": "Viewer on the task",
    "GetTableList": "Viewer on the task",
    "GetTaskTableSelection": "Viewer on Enterprise Manager",
    "PutTaskTableSelection": "Admin on Enterprise Manager",
    "GetTableStatuses": "Viewer on the task",
    "DeleteTask": "Designer on the task",
    "ExportTask": "Operator on the task and on all endpoints",
    "ImportTask": "Designer on all tasks, and on all endpoints where the definition has some",
    "ExportAuditTrail": "Admin on Enterprise Manager",
    "RunTask": "Operator on the task",
    "StopTask": "Operator on the task",
    "GetEndpointList": "Viewer on all endpoints",
    "PatchEndpoint": "Designer on all endpoints",
    "DeleteEndpoint": "Designer on the endpoint",
    "ReconfigureEndpointNoWait": "Operator on all endpoints",
    "ExportAll": "Admin on the server, Designer on all tasks and Operator on all endpoints",
    "ImportAll": "Admin on the server, Designer on all tasks and on all endpoints",
    "ReloadTable": "Operator on the task",
    "ResumeTable": "Operator on the task",
    "TestEndpoint": "Operator on the endpoint",
    "DeleteOldChangeData": "Operator on the task",
    "SetChangeDataRetentionBarrier": "Operator on the task",
    "GetChangeDataRetentionBarrier": "Operator on the task",
}


def hint(api_method: str) -> str:
    """What a user whose call was refused has to be given; empty where no role is needed."""
    return f"It needs the role {NEEDED[api_method]}." if api_method in NEEDED else ""
