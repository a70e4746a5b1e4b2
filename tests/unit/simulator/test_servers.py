# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PutServer with all that it refuses, the other methods for servers, licenses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.api_calls import CALLS, COMPOSE, PRD, QAS, SERVER
from support.desk import Desk


def put(desk: Desk, body: Any, name: str = "replicate-new") -> Any:
    return desk.call("PUT", "servers", name, "def", body=body)


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in SERVER.items() if key != name}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"$type": "AemServer"}, "AEM_INVALID_SERVER_TYPE"),
        ({"$type": None}, "AEM_INVALID_SERVER_TYPE"),
        ({"name": None}, "AEM_MISSING_FIELD"),
        ({"host": ""}, "AEM_EMPTY_HOST"),
        ({"host": None}, "AEM_EMPTY_HOST"),
        ({"host": "  "}, "AEM_EMPTY_HOST"),
        ({"port": ""}, "AEM_EMPTY_PORT"),
        ({"username": ""}, "AEM_EMPTY_USERNAME"),
        ({"password": ""}, "AEM_EMPTY_PASSWORD"),
        ({"name": "replicate-other"}, "AEM_NAME_URL_MISMATCH"),
        ({"name": "Replicate-new"}, "AEM_NAME_URL_MISMATCH"),
        ({"host": "h" * 65}, "AEM_INVALID_HOST"),
        ({"host": "host/x"}, "AEM_INVALID_HOST"),
        ({"host": "höst"}, "AEM_INVALID_HOST"),
        ({"port": "0"}, "AEM_INVALID_PORT"),
        ({"port": "65536"}, "AEM_INVALID_PORT"),
        ({"port": "http"}, "AEM_INVALID_PORT"),
        ({"port": " 443"}, "AEM_INVALID_PORT"),
        ({"port": -1}, "AEM_INVALID_PORT"),
        ({"username": "u" * 105}, "AEM_INVALID_USERNAME"),
        ({"description": "d" * 251}, "AEM_INVALID_DESC"),
        ({"host": "REPL-QAS-01.corp.example", "port": "443"}, "AEM_HOST_PORT_ALREADY_EXIST"),
        ({"host": ["h"]}, "DESERIALIZE_TO_TYPE"),
        ({"description": 1}, "DESERIALIZE_TO_TYPE"),
        ({"port": True}, "DESERIALIZE_TO_TYPE"),
        ({"monitored": "perhaps"}, "DESERIALIZE_TO_TYPE"),
        ({"unknown": 1}, "DESERIALIZE_TO_TYPE"),
        ({"password": "{S:98bdfd05-d16e-4afb-ad24-256c4dc6aae9}"}, "AEM_PUT_SERVER_INNER_ERR"),
    ],
)
def test_what_is_refused(desk: Desk, changes: dict[str, Any], code: str) -> None:
    reply = put(desk, {**SERVER, **changes})
    assert (reply.status, reply.code) == (500, code)
    assert "{" not in reply.message
    assert "replicate-new" not in desk.estate.servers


@pytest.mark.parametrize("character", '/[]:;|=+*?<>"')
def test_characters_that_a_user_name_cannot_have(desk: Desk, character: str) -> None:
    assert put(desk, {**SERVER, "username": f"a{character}b"}).code == "AEM_INVALID_USERNAME"


@pytest.mark.parametrize("name", ["n" * 65, "a/b", "a%b", "naïve"])
def test_names_that_a_server_cannot_have(desk: Desk, name: str) -> None:
    assert put(desk, {**SERVER, "name": name}, name).code == "AEM_INVALID_NAME"


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ("$type", "AEM_INVALID_SERVER_TYPE"),
        ("name", "AEM_MISSING_FIELD"),
        ("host", "AEM_EMPTY_HOST"),
        ("port", "AEM_EMPTY_PORT"),
        ("username", "AEM_EMPTY_USERNAME"),
        ("password", "AEM_EMPTY_PASSWORD"),
    ],
)
def test_members_that_must_be_there(desk: Desk, member: str, code: str) -> None:
    assert put(desk, without(member)).code == code


def test_the_type_comes_first(desk: Desk) -> None:
    assert put(desk, {**without("$type"), "$type": "AemReplicateServer"}).code == "AEM_INVALID_SERVER_TYPE"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"a": 1, "a": 2}', b"\xff", b'{"host": "\\ud800"}'])
def test_bodies_that_are_none(desk: Desk, body: bytes) -> None:
    assert put(desk, body).code == "DESERIALIZE_TO_TYPE"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "x/", "host": "", "username": "*"}, "AEM_EMPTY_HOST"),
        ({"name": "x/", "host": "/", "username": "*"}, "AEM_NAME_URL_MISMATCH"),
        ({"host": "/", "port": "0", "username": "*"}, "AEM_INVALID_HOST"),
        ({"port": "0", "username": "*", "description": "d" * 999}, "AEM_INVALID_PORT"),
        ({"username": "*", "description": "d" * 999, "host": "repl-qas-01.corp.example"}, "AEM_INVALID_USERNAME"),
    ],
)
def test_the_first_of_many_mistakes_is_told(desk: Desk, changes: dict[str, Any], code: str) -> None:
    assert put(desk, {**SERVER, **changes}).code == code


def test_a_new_server_is_monitored_licensed_and_empty(desk: Desk) -> None:
    assert put(desk, {**without("monitored"), "type": "REPLICATE", "port": 3552}).status == 200
    details = desk.get("servers", "replicate-new")["server_details"]
    assert (details["state"], details["message"]) == ("MONITORED", "")
    assert details["license"]["state"] == "VALID_LICENSE"
    assert details["task_summary"] == {"total": 0, "running": 0, "stopped": 0, "recovering": 0, "error": 0}
    assert desk.get("servers", "replicate-new", "tasks") == {"taskList": []}
    assert desk.get("servers", "replicate-new", "def")["port"] == "3552"
    assert desk.call("GET", "servers", "replicate-new", action="acl").code == "AEM_SERVER_HAS_NO_ACL"


def test_a_new_compose_server(desk: Desk) -> None:
    body = {**SERVER, "$type": "AemComposeServer", "name": "compose-new"}
    assert put(desk, body, "compose-new").status == 200
    assert desk.get("servers", "compose-new")["server_details"]["$type"] == "ComposeServerDetails"
    assert desk.get("servers", "compose-new", "def")["$type"] == "AemComposeServer"
    assert put(desk, {**body, "$type": "AemReplicateServer"}, "compose-new").code == "AEM_INVALID_SERVER_TYPE"


def test_a_host_that_cannot_be_reached(desk: Desk) -> None:
    put(desk, {**SERVER, "host": "unreachable.corp.example"})
    details = desk.get("servers", "replicate-new")["server_details"]
    assert details["state"] == "ERROR"
    assert "unreachable.corp.example" in details["message"]
    assert details["resource_utilization"]["memory_mb"] == -1
    put(desk, SERVER)
    assert desk.get("servers", "replicate-new")["server_details"]["state"] == "MONITORED"


def test_a_server_that_is_not_monitored(desk: Desk) -> None:
    put(desk, {**SERVER, "monitored": "False"})
    listed = {item["name"]: item for item in desk.get("servers")["serverList"]}
    assert listed["replicate-new"]["state"] == "NOT_MONITORED"
    assert listed["replicate-new"]["message"]
    assert listed[PRD]["message"] == ""


def test_an_update_replaces_what_it_says_and_leaves_the_rest(desk: Desk) -> None:
    tasks = desk.get("servers", QAS, "tasks")
    body = {**without("description"), "name": QAS, "host": "other.corp.example"}
    assert put(desk, body, QAS).status == 200
    assert desk.get("servers", QAS, "tasks") == tasks
    assert desk.get("servers", QAS, "def")["description"] == ""


def test_the_longest_names(desk: Desk) -> None:
    name = "n" * 64
    body = {**SERVER, "name": name, "host": "h" * 64, "username": "ü" * 104, "description": "d" * 250, "port": "65535"}
    assert put(desk, body, name).status == 200


def test_details_add_up(desk: Desk) -> None:
    details = desk.get("servers", QAS)["server_details"]
    assert details["task_summary"] == {"total": 26, "running": 4, "stopped": 20, "recovering": 1, "error": 1}
    assert details["resource_utilization"]["memory_mb"] == 5 * 256
    days = (desk.estate.servers[QAS].license.expiration - desk.clock.now().date()).days
    assert details["license"]["days_to_expiration"] == days
    assert set(desk.get("servers", COMPOSE)["server_details"]["resource_utilization"].values()) == {-1}


def test_cpu_figures_came_with_replicate_6_2(desk: Desk) -> None:
    for version, known in (("6.1.0.1", False), ("6.2.0.1", True), ("2021.5.0.1", True)):
        desk.estate.servers[PRD].version = version
        resources = desk.get("servers", PRD)["server_details"]["resource_utilization"]
        assert (resources["attunity_cpu_percentage"] != -1) is known
        assert (desk.get("servers", PRD, "tasks", "ERP to DW")["cpu_percentage"] != -1) is known


@pytest.mark.parametrize("name", [PRD, "replicate-branch", "replicate-retired"])
def test_a_server_is_deleted_in_any_state(desk: Desk, name: str) -> None:
    assert desk.call("DELETE", "servers", name, "def").status == 200
    assert desk.call("GET", "servers", name).code == "AEM_SERVER_NOT_FOUND"
    assert desk.call("DELETE", "servers", name, "def").code == "AEM_SERVER_NOT_FOUND"


LICENSE = CALLS["PutServerLicense"].body
AS_JSON = {"license_type": "X", "checksum": "Y", "issue_date": "2026-07-01", "expiration_date": "2027-06-30"}


@pytest.mark.parametrize(
    "text",
    [
        LICENSE,
        LICENSE.replace("\n", "\r\n"),
        json.dumps(AS_JSON),
        json.dumps({"license": AS_JSON}),
    ],
)
def test_licenses(desk: Desk, text: str) -> None:
    assert desk.call("PUT", "servers", QAS, "license", "def", body=text.encode()).status == 200
    found = desk.get("servers", QAS)["server_details"]["license"]
    assert (found["issue_date"], found["expiration"]) == ("2026-07-01", "2027-06-30")
    assert (found["state"], found["days_to_expiration"]) == ("VALID_LICENSE", 219)


@pytest.mark.parametrize(
    "text", ["", "hello", "license_type=X", "{}", "{", "[1]", f"{LICENSE}\nrubbish", LICENSE.replace("2027-06", "soon")]
)
def test_what_is_no_license(desk: Desk, text: str) -> None:
    reply = desk.call("PUT", "servers", QAS, "license", "def", body=text.encode())
    assert (reply.status, reply.code) == (500, "AEM_SRV_LIC_INVALID_FORMAT")


def test_a_license_can_be_over(desk: Desk) -> None:
    text = LICENSE.replace("2027-06-30", "2026-11-22")
    desk.call("PUT", "servers", QAS, "license", "def", body=text.encode())
    assert desk.get("servers", QAS)["server_details"]["license"]["state"] == "EXPIRED_LICENSE"
    assert desk.call("GET", "servers", QAS, "tasks").code == "AEM_SERVER_LICENSE_EXPIRED"


def test_a_server_is_put_under_the_spelling_that_it_has(desk: Desk) -> None:
    known = desk.get("servers", "REPLICATE-QAS", "def")
    assert known["name"] == QAS
    for path, name in (("REPLICATE-QAS", QAS), ("Replicate-QAS", "Replicate-QAS"), (QAS, QAS)):
        body = {**known, "name": name, "description": f"by {name}"}
        assert desk.call("PUT", "servers", path, "def", body=body).status == 200
        assert desk.estate.servers[QAS].description == f"by {name}"
    assert desk.call("PUT", "servers", QAS, "def", body={**known, "name": "other"}).code == "AEM_NAME_URL_MISMATCH"
    assert [name for name in desk.estate.servers if name.casefold() == QAS] == [QAS]
