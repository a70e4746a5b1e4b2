# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each method does its work, is written down, needs its role and its server."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from simulator.contract import load_contract
from support.api_calls import CALLS, COMPOSE
from support.desk import BASE, Desk

SESSION = "EnterpriseManager.APISessionID"
CONTRACT = load_contract()
RESPONSES = {method["name"]: method["response"] for method in CONTRACT.data["methods"]}
OF_TASKS = ("tasks", "tables", "endpoints", "repository", "change_data")
NEEDS_CONNECTION = [name for name in CALLS if CONTRACT.methods[name].group in (*OF_TASKS, "license")]
NEEDS_LICENSE = [name for name in CALLS if CONTRACT.methods[name].group in OF_TASKS]


def test_there_is_a_call_of_each_method() -> None:
    assert sorted([*CALLS, "Login"]) == sorted(CONTRACT.methods)


@pytest.mark.parametrize("name", CALLS)
def test_it_works(desk: Desk, name: str) -> None:
    reply = desk.do(CALLS[name])
    assert (reply.status, reply.code) == (200, None), reply.text
    assert bool(reply.text) == (RESPONSES[name]["encoding"] != "empty")
    entry = desk.world.log.entries()[-1]
    assert (entry["api_method"], entry["status"]) == (name, 200)
    assert (entry["session"], entry["user"]) == ("s1", "CORP\\admin")
    assert entry["writes"] == CONTRACT.methods[name].writes


def schema_of(name: str) -> Any:
    """What the contract says that a method answers."""
    response = RESPONSES[name]
    return response.get("schema") or response.get("variants", {}).get("replicate")


@pytest.mark.parametrize("name", [name for name in CALLS if schema_of(name) and name != "TestEndpoint"])
def test_what_is_answered_has_the_fields_of_the_contract(desk: Desk, name: str) -> None:
    desk.set(dialect="guide")
    check_fields(desk.do(CALLS[name]).data, schema_of(name), name)


def test_the_details_of_a_compose_task_too(desk: Desk) -> None:
    schema = RESPONSES["GetTaskDetails"]["variants"]["compose"]
    check_fields(desk.get("servers", COMPOSE, "tasks", "Load DWH__SALES"), schema, "GetTaskDetails")


def check_fields(data: Any, schema: Any, place: str) -> None:
    """That JSON data has the members of a schema and no others, all the way down."""
    if isinstance(schema, dict):
        assert sorted(data) == sorted(schema), place
        for name, inner in schema.items():
            check_fields(data[name], inner, f"{place}.{name}")
    elif isinstance(schema, list) and isinstance(schema[0], dict):
        for item in data:
            check_fields(item, schema[0], f"{place}[]")


@pytest.mark.parametrize("name", [name for name in CALLS if CONTRACT.methods[name].writes])
def test_what_writes_is_in_the_audit_trail(desk: Desk, name: str) -> None:
    before = len(desk.estate.audit_trail)
    desk.do(CALLS[name])
    assert len(desk.estate.audit_trail) == before + 1
    record = desk.estate.audit_trail[-1]
    assert (record.user, record.method, record.result) == ("CORP\\admin", name, "SUCCESS")


@pytest.mark.parametrize("name", NEEDS_CONNECTION)
def test_it_needs_a_server_that_is_monitored_and_connected(desk: Desk, name: str) -> None:
    server = desk.estate.servers[CALLS[name].path[1]]
    server.monitored = False
    assert desk.do(CALLS[name]).code == "AEM_SERVER_NOT_MONITORED"
    server.monitored = True
    desk.estate.unreachable_hosts.append(server.host.upper())
    reply = desk.do(CALLS[name])
    assert reply.code == "AEM_SERVER_NOT_CONNECTED"
    assert server.host in reply.message


@pytest.mark.parametrize("name", NEEDS_LICENSE)
def test_it_needs_a_licensed_server(desk: Desk, name: str) -> None:
    known = desk.estate.servers[CALLS[name].path[1]].license
    known.expiration = desk.clock.now().date() - timedelta(days=1)
    assert desk.do(CALLS[name]).code == "AEM_SERVER_LICENSE_EXPIRED"
    known.expiration, known.state = None, "MACHINE_NOT_LICENSED"
    assert desk.do(CALLS[name]).code == "AEM_SERVER_INVALID_LICENSE"


@pytest.mark.parametrize("name", sorted(set(CALLS) - set(NEEDS_LICENSE)))
def test_the_other_methods_do_not(desk: Desk, name: str) -> None:
    for server in desk.estate.servers.values():
        server.license.state = "NO_LICENSE"
    assert desk.do(CALLS[name]).status == 200


ON_COMPOSE = {
    "PutServerLicense": "AEM_PUT_SRV_LIC_INNER_ERR",
    "GetTableList": "AEM_TABLE_LIST_INNER_ERR",
    "GetTaskTableSelection": "AEM_TABLE_LIST_INNER_ERR",
    "PutTaskTableSelection": "AEM_TABLE_LIST_INNER_ERR",
    "GetTableStatuses": "AEM_TABLE_STATUSES_INNER_ERR",
    "DeleteTask": "AEM_DELETE_TASK_INNER_ERR",
    "ExportTask": "AEM_METHOD_NOT_SUPPORTED_VERSION",
    "ImportTask": "AEM_METHOD_NOT_SUPPORTED_VERSION",
    "GetEndpointList": "AEM_ENDPOINT_LIST_INNER_ERR",
    "PatchEndpoint": "AEM_PATCH_ENDPOINT_INNER_ERR",
    "DeleteEndpoint": "AEM_DELETE_ENDPOINT_INNER_ERR",
    "ReconfigureEndpointNoWait": "AEM_RECONFIGURE_ENDPOINT_INNER_ERR",
    "ExportAll": "AEM_METHOD_NOT_SUPPORTED_VERSION",
    "ImportAll": "AEM_METHOD_NOT_SUPPORTED_VERSION",
    "ReloadTable": "AEM_RELOAD_TABLE_ERR",
    "ResumeTable": "AEM_UNSPEND_TABLE_ERR",
    "TestEndpoint": "AEM_ENDPOINT_NOT_FOUND",
    "DeleteOldChangeData": "AEM_DELETE_OLD_CHANGE_DATA_INNER_ERR",
    "SetChangeDataRetentionBarrier": "AEM_SET_CHANGE_DATA_RETENTION_BARRIER_INNER_ERR",
    "GetChangeDataRetentionBarrier": "AEM_GET_CHANGE_DATA_RETENTION_BARRIER_INNER_ERR",
}


@pytest.mark.parametrize(("name", "code"), ON_COMPOSE.items())
def test_compose_servers_refuse_what_is_for_replicate(desk: Desk, name: str, code: str) -> None:
    reply = desk.do(CALLS[name].on(COMPOSE, instead_of=CALLS[name].path[1]))
    assert (reply.status, reply.code) == (500, code)


def test_these_are_the_methods_for_replicate() -> None:
    assert set(ON_COMPOSE) == {name for name in CALLS if CONTRACT.methods[name].replicate_only}
    assert len(ON_COMPOSE) == 20


@pytest.mark.parametrize("name", [name for name in CALLS if "{server}" in CONTRACT.methods[name].path])
def test_an_unknown_server(desk: Desk, name: str) -> None:
    reply = desk.do(CALLS[name].on("nowhere", instead_of=CALLS[name].path[1]))
    expected = "AEM_NAME_URL_MISMATCH" if name == "PutServer" else "AEM_SERVER_NOT_FOUND"
    assert (reply.status, reply.code) == (500, expected)


@pytest.mark.parametrize(
    "name", [name for name in CALLS if "{task}" in CONTRACT.methods[name].path and name != "ImportTask"]
)
def test_an_unknown_task(desk: Desk, name: str) -> None:
    reply = desk.do(CALLS[name].on("no such task", instead_of=CALLS[name].path[3]))
    assert (reply.status, reply.code) == (500, "AEM_TASK_NOT_FOUND")
    assert "no such task" in reply.message


@pytest.mark.parametrize("name", [name for name in CALLS if "{endpoint}" in CONTRACT.methods[name].path])
def test_an_unknown_endpoint(desk: Desk, name: str) -> None:
    reply = desk.do(CALLS[name].on("no such endpoint", instead_of=CALLS[name].path[3]))
    assert (reply.status, reply.code) == (500, "AEM_ENDPOINT_NOT_FOUND")
    assert "no such endpoint" in reply.message


@pytest.mark.parametrize("name", ["ExportAll", "ExportTask", "ImportAll", "ImportTask"])
def test_definitions_need_replicate_5_2(desk: Desk, name: str) -> None:
    server = desk.estate.servers[CALLS[name].path[1]]
    server.version = "5.1.0.99"
    assert desk.do(CALLS[name]).code == "AEM_METHOD_NOT_SUPPORTED_VERSION"
    server.version = "5.2"
    assert desk.do(CALLS[name]).status == 200


@pytest.mark.parametrize(
    ("state", "user", "code"),
    [
        ("NOT_FOUND", r"CORP\admin", "LICENSE_NOT_FOUND"),
        ("NOT_FOUND", r"CORP\viewer", "LICENSE_NOT_FOUND_CONTACT_ADMIN"),
        ("EVALUATION_EXPIRED", r"CORP\viewer", "LICENSE_EVALUATION_EXPIRED"),
        ("TERM_EXPIRED", r"CORP\viewer", "LICENSE_TERM_EXPIRED"),
        ("INVALID_SIGNATURE", r"CORP\viewer", "LICENSE_INVALID_SIGNATURE"),
        ("HOST_MISMATCH", r"CORP\viewer", "LICENSE_HOST_MISMATCH"),
    ],
)
def test_enterprise_manager_needs_a_license_itself(desk: Desk, state: str, user: str, code: str) -> None:
    desk.estate.module_license = state
    reply = desk.call("GET", "servers", user=user)
    assert reply.code == code
    assert "{" not in reply.message
    assert desk.call("GET", "logout", user=user).status == 200


@pytest.mark.parametrize("name", [name for name in CALLS if CONTRACT.methods[name].verbs[0] in ("POST", "PUT")])
def test_a_post_or_put_needs_a_length(desk: Desk, name: str) -> None:
    call = CALLS[name]
    target = f"{BASE}/{'/'.join(map(quote, call.path))}?{urlencode(call.query)}"
    reply = desk.raw(call.http, target, call.content(), Content_Length="", **{SESSION: desk.token()})
    assert (reply.status, reply.text) == (411, "Length Required")


@pytest.mark.parametrize("name", CALLS)
def test_unknown_query_parameters_do_no_harm(desk: Desk, name: str) -> None:
    call = CALLS[name]
    assert desk.do(replace(call, query={**call.query, "unknown": "1", "other": "None"})).status == 200
