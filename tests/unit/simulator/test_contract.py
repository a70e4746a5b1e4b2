# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator against the API contract: handlers, routes, messages."""

from __future__ import annotations

import pytest

from simulator.contract import load_contract
from simulator.methods import HANDLERS

CONTRACT = load_contract()


@pytest.mark.parametrize("name", sorted(CONTRACT.methods))
def test_every_method_of_the_contract_is_answered(name: str) -> None:
    assert name in HANDLERS


def test_nothing_else_is_answered() -> None:
    assert sorted(HANDLERS) == sorted(CONTRACT.methods)
    assert len(HANDLERS) == 35


@pytest.mark.parametrize("name", sorted(CONTRACT.methods))
def test_every_method_is_found_by_each_of_its_verbs(name: str) -> None:
    method = CONTRACT.methods[name]
    segments = tuple(f"x{number}" if part[0] == "{" else part for number, part in enumerate(method.path))
    query = {"action": method.action.upper()} if method.action else {}
    for verb in method.verbs:
        match = CONTRACT.match(verb, segments, query)
        assert match.method is method
        assert set(match.params) == {part[1:-1] for part in method.path if part[0] == "{"}


@pytest.mark.parametrize(
    ("http", "path", "action", "status"),
    [
        ("GET", "nothing", "", 404),
        ("GET", "servers/s/tasks/t/tables/more", "", 404),
        ("GET", "servers/s/tasks/t", "no_such_action", 404),
        ("POST", "servers", "", 405),
        ("HEAD", "servers", "", 405),
        ("GET", "servers/s/tasks/t", "run", 405),
        ("DELETE", "servers/s/tasks/t", "delete", 405),
    ],
)
def test_what_is_not_in_the_contract(http: str, path: str, action: str, status: int) -> None:
    match = CONTRACT.match(http, tuple(path.split("/")), {"action": action} if action else {})
    assert (match.method, match.status) == (None, status)
    assert bool(match.allowed) == (status == 405)


def test_an_action_where_there_are_none_is_an_unknown_parameter() -> None:
    match = CONTRACT.match("GET", ("servers",), {"action": "whatever"})
    assert match.method is CONTRACT.methods["GetServerList"]


@pytest.mark.parametrize(
    ("method", "code", "fields", "status", "message"),
    [
        (
            "StopTask",
            "AEM_STOP_TASK_INNER_ERR",
            {"task": "T", "server": "S", "message": "M"},
            500,
            "Failed to stop Replicate task T on server S: <M>",
        ),
        (
            "TestEndpoint",
            "AEM_ENDPOINT_NOT_FOUND",
            {"endpoint": "E", "server": "S"},
            500,
            "Replicate endpoint E on server S could not be found.",
        ),
        (
            "DeleteTask",
            "AEM_DELETE_TASK_ERR",
            {"task": "T", "server": "S", "message": "M"},
            500,
            "Replication task T on server S could not be deleted due to an error. M",
        ),
        (
            "ImportTask",
            "AEM_IMPORT_TASK_CANNOT_OVERRIDE_TASK",
            {"server": "S", "message": "M"},
            500,
            "Replicate (server 'S') import unable to delete task. Error message 'M'",
        ),
        ("GetServer", "UNAUTHORIZED_REQUEST", {}, 403, "Unauthorized Request."),
        ("ExportAuditTrail", "UNAUTHORIZED_REQUEST", {}, 401, "Unauthorized Request. request: AemExportAuditTrail"),
        ("Login", "UNAUTHORIZED_REQUEST", {}, 401, "Unauthorized Request."),
        ("GetServer", "INVALID_SESSION_ID", {}, 440, "The session has expired or the session ID is not valid."),
    ],
)
def test_messages_are_filled(method: str, code: str, fields: dict[str, str], status: int, message: str) -> None:
    assert CONTRACT.error(code, CONTRACT.methods[method], fields) == (status, message)


def test_no_message_keeps_a_placeholder() -> None:
    for _code, spec in CONTRACT.errors():
        assert "{" not in spec.render({})
