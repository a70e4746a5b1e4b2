# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enterprise Manager's API, one method for each of its methods, named as in chapter 4 of the guide.

Arguments are plain data; answers are plain data in one shape (see normalise). Every method may raise ApiError and
NoAnswer. Login happens by itself. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from . import normalise
from .call import JSON, NOTHING, TEXT, Call
from .normalise import Plain
from .shape import WrongShape
from .vocabulary import ACL_ROLES, SELECTION_KEYS, SELECTION_LISTS, SERVER_TYPES

if TYPE_CHECKING:
    # Who is given an Api has a session. A lookup and filters only read and compare, and need no requests.
    from .http import Session

T = TypeVar("T")

# What proves a license, in lines of the form key=value, or in JSON as far as its quotes.
_PROOF = re.compile(r'(?:checksum|signature|serial_?no|key)"?[ \t]*[=:][ \t]*(?:"([^"\\]*)"|(.+))', re.IGNORECASE)

TABLE_FILTERS = {
    "TABLE_QUEUED": "includequeued",
    "TABLE_LOADING": "includeloading",
    "TABLE_COMPLETED": "includecompleted",
    "TABLE_CHANGE_PROCESSING": "includechangeprocessing",
    "TABLE_ERROR": "includeerror",
}


class Api:
    """The methods of the API over one session.

    ``timeout`` is always in seconds and says how long the server may take on purpose; it comes on top of the
    connection's own timeout. ``on_export`` is told the text of every export.
    """

    def __init__(self, session: Session, on_export: Callable[[str], None] | None = None) -> None:
        self.session = session
        self._on_export = on_export

    @property
    def check_mode(self) -> bool:
        """Whether nothing may be written; the session then refuses to."""
        return self.session.read_only

    def login(self) -> str:
        """Log in, unless there is a session, and return the session's token, a secret (2.5)."""
        return self.session.token()

    def logout(self) -> None:
        """End the session, also one that somebody else began (2.6)."""
        self.session.logout()

    # Servers

    def get_server_list(self) -> list[Plain]:
        """All servers that Enterprise Manager manages (2.13)."""
        return self._read(normalise.server_list, "GetServerList", "servers")

    def get_server_details(self, server: str) -> Plain:
        """State, licence, task summary and resources of a server (2.8)."""
        return self._read(normalise.server_details, "GetServerDetails", "servers", server)

    def get_server(self, server: str) -> Plain:
        """The connection properties of a server; ``password`` is an identifier, good in this session only (2.11)."""
        return self._read(normalise.server, "GetServer", "servers", server, "def")

    def put_server(self, server: str, properties: Mapping[str, Any], session: int | None = None) -> None:
        """Add a server, or replace its connection properties (2.9). No message echoes the password.

        ``properties`` are the fields of ``get_server``, ``type`` included. With a password identifier, ``session`` is
        the number of the session that it came from; SessionChanged is raised when that session is over.
        """
        self.session.hide(filter(None, [properties.get("password")]))
        body = {
            "$type": SERVER_TYPES[properties["type"]],
            "name": server,
            "description": properties.get("description") or "",
            "host": properties["host"],
            "port": str(properties["port"]),
            "username": properties["username"],
            "password": properties.get("password"),
            "verify_server_certificate": properties.get("verify_server_certificate"),
            "monitored": properties.get("monitored"),
        }
        body = {key: value for key, value in body.items() if value is not None}
        path = ("servers", server, "def")
        self._send(Call("PutServer", "PUT", path, body=_json(body), answer=NOTHING, writes=True, session=session))

    def delete_server(self, server: str) -> None:
        """Remove a server from Enterprise Manager, its messages and user roles too (2.14)."""
        self._write("DeleteServer", "DELETE", "servers", server, "def", repeatable=False)

    def put_server_license(self, server: str, license_text: str) -> None:
        """Register a license, the text of its file, on a server (2.7). No message echoes a line, or proof, of it."""
        self.session.hide(filter(None, map(str.strip, license_text.splitlines())))
        self.session.hide(word.strip() for found in _PROOF.findall(license_text) for word in found)
        self._write("PutServerLicense", "PUT", "servers", server, "license", "def", body=license_text)

    # Access control

    def get_server_acl(self, server: str) -> Plain:
        """The explicit ACL of a server, without what it inherits (2.12)."""
        return self._read(normalise.acl, "GetServerAcl", "servers", server, action="acl")

    def put_server_acl(self, server: str, acl: Mapping[str, Any]) -> None:
        """Replace the explicit ACL of a server; ``acl`` is of the shape of ``get_server_acl`` (2.10)."""
        body: dict[str, Any] = {
            role: {kind: [{"name": name} for name in acl[role][kind]] for kind in ("users", "groups")}
            for role in ACL_ROLES
        }
        body["disable_inheritance"] = acl["disable_inheritance"]
        self._write("PutServerAcl", "PUT", "servers", server, body=_json(body), action="acl")

    def delete_server_acl(self, server: str) -> None:
        """Remove the explicit ACL of a server; what it inherits stays (2.15)."""
        self._write("DeleteServerAcl", "DELETE", "servers", server, repeatable=False, action="acl")

    # Tasks

    def get_task_list(self, server: str) -> list[Plain]:
        """The tasks of a server (2.16)."""
        return self._read(normalise.task_list, "GetTaskList", "servers", server, "tasks")

    def get_task_details(self, server: str, task: str) -> Plain:
        """The full monitoring record of a task (2.17)."""
        return self._read(normalise.task_details, "GetTaskDetails", "servers", server, "tasks", task)

    def run_task(
        self, server: str, task: str, option: str, timeout: int = 60, cdc_position: str | None = None
    ) -> Plain:
        """Start a task and wait until it runs or has ended: ``state`` and ``error_message`` (2.26)."""
        path = ("servers", server, "tasks", task)
        query = {"action": "run", "option": option, "timeout": timeout}
        body = None if cdc_position is None else _json({"cdcposition": cdc_position})
        return self._act("RunTask", path, query, timeout, body)

    def stop_task(self, server: str, task: str, timeout: int = 60) -> Plain:
        """Stop a task and wait until it has stopped: ``state`` and ``error_message`` (2.27)."""
        path = ("servers", server, "tasks", task)
        return self._act("StopTask", path, {"action": "stop", "timeout": timeout}, timeout)

    def delete_task(self, server: str, task: str, delete_logs: bool = False) -> None:
        """Delete a stopped task, with its logs if wanted (2.22)."""
        path = ("servers", server, "tasks", task)
        query: dict[str, Any] = {"action": "delete", "deletetasklogs": delete_logs}
        self._write("DeleteTask", "POST", *path, repeatable=False, **query)

    def export_task(self, server: str, task: str, with_endpoints: bool = False) -> str:
        """The definition of a task as text, with those of its endpoints if wanted (2.23)."""
        path = ("servers", server, "tasks", task)
        return self._exported(self._text("ExportTask", *path, action="export", withendpoints=with_endpoints))

    def import_task(self, server: str, task: str, definition: str) -> None:
        """Import the definition of one task; the task becomes visible some time later (2.24)."""
        path = ("servers", server, "tasks", task)
        self._write("ImportTask", "POST", *path, body=definition, repeatable=False, action="import")

    # Tables

    def get_table_list(
        self, server: str, task: str, schema: str | None = None, table: str | None = None, states: Sequence[str] = ()
    ) -> list[Plain]:
        """The tables of a task, by patterns with % and by state; without ``states`` in any state (2.18)."""
        query = _table_filter(schema, table, states)
        return self._read(normalise.table_list, "GetTableList", "servers", server, "tasks", task, "tables", **query)

    def get_table_statuses(
        self, server: str, task: str, schema: str | None = None, table: str | None = None, states: Sequence[str] = ()
    ) -> list[Plain]:
        """The tables of a task with their counters, selected as by ``get_table_list`` (2.21)."""
        query = {"action": "getstatus", **_table_filter(schema, table, states)}
        path = ("servers", server, "tasks", task, "tables")
        return self._read(normalise.table_statuses, "GetTableStatuses", *path, **query)

    def get_task_table_selection(self, server: str, task: str) -> Plain:
        """The patterns and the explicit tables of a task's definition (2.19)."""
        path = ("servers", server, "tasks", task, "tables")
        return self._read(normalise.table_selection, "GetTaskTableSelection", *path, action="selection")

    def put_task_table_selection(self, server: str, task: str, selection: Mapping[str, Any]) -> None:
        """Replace the patterns and the explicit tables of a task; ``selection`` is what reading answers (2.20).

        What a later release may answer of an entry beyond that stays here: the call takes nothing else.
        """
        body = {
            name: [{key: entry[key] for key in SELECTION_KEYS if key in entry} for entry in selection[name]]
            for name in SELECTION_LISTS
        }
        path = ("servers", server, "tasks", task, "tables")
        self._write("PutTaskTableSelection", "PUT", *path, body=_json(body), action="selection")

    def reload_table(self, server: str, task: str, schema: str, table: str) -> None:
        """Load one table of a task again (2.34)."""
        path = ("servers", server, "tasks", task, "tables")
        self._write("ReloadTable", "POST", *path, repeatable=False, action="reload", schema=schema, table=table)

    def resume_table(self, server: str, task: str, schema: str, table: str) -> None:
        """Take a suspended table back into processing; the action is spelled with a capital (2.35)."""
        path = ("servers", server, "tasks", task, "tables")
        self._write("ResumeTable", "POST", *path, repeatable=False, action="Resume", schema=schema, table=table)

    # Endpoints

    def get_endpoint_list(self, server: str) -> list[Plain]:
        """The endpoints of a server, without their settings (2.28)."""
        return self._read(normalise.endpoint_list, "GetEndpointList", "servers", server, "endpoints")

    def patch_endpoint(self, server: str, endpoint: str, operations: Sequence[Mapping[str, Any]]) -> None:
        """Apply a JSON Patch (add, replace, remove, test) to the settings of an endpoint, all or nothing (2.29)."""
        path = ("servers", server, "endpoints", endpoint)
        self._write("PatchEndpoint", "PATCH", *path, body=_json(list(operations)), repeatable=False)

    def delete_endpoint(self, server: str, endpoint: str) -> None:
        """Delete an endpoint that no task uses; sent as POST, as the guide's own example and the SDK do (2.30)."""
        path = ("servers", server, "endpoints", endpoint)
        self._write("DeleteEndpoint", "POST", *path, repeatable=False, action="delete")

    def reconfigure_endpoint_no_wait(
        self, server: str, endpoint: str, configuration: str, recycle: bool = True
    ) -> None:
        """Give an Oracle source the settings of the endpoint named ``endpoint__configuration`` (2.31, appendix A).

        With ``recycle`` the server stops the tasks that use it, and resumes them after this call has returned.
        """
        path = ("servers", server, "endpoints", endpoint)
        query: dict[str, Any] = {"action": "reconfigure", "configuration": configuration, "recycle": recycle}
        self._write("ReconfigureEndpointNoWait", "PUT", *path, repeatable=False, **query)

    def test_endpoint(self, server: str, endpoint: str, timeout: int = 60) -> Plain:
        """Connect to an endpoint: ``status``, ``message``, ``detailed_message`` (2.36)."""
        path = ("servers", server, "endpoints", endpoint)
        call = Call("TestEndpoint", "GET", path, {"action": "test", "timeout": timeout}, blocks=timeout)
        return self._told(normalise.endpoint_test, call)

    # Repository

    def export_all(self, server: str) -> str:
        """All definitions of a server as text (2.32)."""
        return self._exported(self._text("ExportAll", "servers", server, action="export"))

    def import_all(self, server: str, definitions: str) -> None:
        """Merge definitions into those of a server; they become visible some time later (2.33)."""
        self._write("ImportAll", "POST", "servers", server, body=definitions, repeatable=False, action="import")

    def _exported(self, text: str) -> str:
        if self._on_export:
            self._on_export(text)
        return text

    # Change data

    def delete_old_change_data(self, server: str, task: str, timestamp_or_offset: str) -> None:
        """Delete processed partitions older than a UTC time or an ISO 8601 duration (2.37)."""
        body = _json({"timestamp_or_offset": timestamp_or_offset})
        path = ("servers", server, "tasks", task)
        self._write("DeleteOldChangeData", "POST", *path, body=body, repeatable=False, action="delete_old_change_data")

    def set_change_data_retention_barrier(self, server: str, task: str, application: str, retention_point: str) -> None:
        """Set the barrier of an application; an empty ``retention_point`` removes it (2.38)."""
        body = _json({"retention_point": retention_point, "application": application})
        path = ("servers", server, "tasks", task)
        action = "set_change_data_retention_barrier"
        self._write("SetChangeDataRetentionBarrier", "PUT", *path, body=body, action=action)

    def get_change_data_retention_barrier(self, server: str, task: str) -> Plain:
        """The earliest barrier of all applications: ``application`` and ``retention_point`` (2.39)."""
        path = ("servers", server, "tasks", task)
        action = "get_change_data_retention_barrier"
        return self._read(normalise.barrier, "GetChangeDataRetentionBarrier", *path, action=action)

    # Audit

    def export_audit_trail(self, start_timestamp: str, end_timestamp: str | None = None) -> str:
        """The audit records of a time range, UTC with Z or ticks, as the text of a JSON document (2.25)."""
        query = {"start_timestamp": start_timestamp, "end_timestamp": end_timestamp}
        return self._text("ExportAuditTrail", "security", "audit_trail", **query)

    def _send(self, call: Call) -> Any:
        return self.session.send(call)

    def _told(self, normaliser: Callable[[Mapping[str, Any]], T], call: Call) -> T:
        """The answer of a call in its one shape; raise NoAnswer for JSON that is no answer of its method."""
        answer = self._send(call)
        try:
            return normaliser(answer)
        except WrongShape as error:
            raise self.session.unusable(call, f"JSON of another shape, {error}") from error

    def _read(self, normaliser: Callable[[Mapping[str, Any]], T], api_method: str, *path: str, **query: Any) -> T:
        return self._told(normaliser, Call(api_method, "GET", path, query, answer=JSON))

    def _text(self, api_method: str, *path: str, **query: Any) -> str:
        return str(self._send(Call(api_method, "GET", path, query, answer=TEXT)))

    def _write(
        self, api_method: str, http: str, *path: str, body: str | None = None, repeatable: bool = True, **query: Any
    ) -> None:
        self._send(Call(api_method, http, path, query, body, NOTHING, writes=True, repeatable=repeatable))

    def _act(
        self, api_method: str, path: tuple[str, ...], query: Mapping[str, Any], timeout: int, body: str | None = None
    ) -> Plain:
        """A POST that starts something and waits for it: never sent twice."""
        call = Call(api_method, "POST", path, query, body, JSON, writes=True, repeatable=False, blocks=timeout)
        return self._told(normalise.task_run, call)


def _json(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False)


def _table_filter(schema: str | None, table: str | None, states: Sequence[str]) -> dict[str, Any]:
    return {"schema": schema, "table": table, **{TABLE_FILTERS[state]: True for state in states}}
