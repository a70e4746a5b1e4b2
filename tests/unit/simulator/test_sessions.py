# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins, the life of a session, password identifiers."""

from __future__ import annotations

import base64

import pytest

from support.api_calls import QAS
from support.desk import ADMIN, BASE, PASSWORD, Desk

HEADER = "EnterpriseManager.APISessionID"


@pytest.mark.parametrize(
    ("user", "password"),
    [
        (ADMIN, PASSWORD),
        (r"corp\ADMIN", PASSWORD),
        ("admin@CORP", PASSWORD),
        ("Admin@corp", PASSWORD),
        ("api-token", "pat-simulator-4f1c2a"),
        ("jwt", "jwt.simulator.9b7d3e"),
        (r"CORP\dev.only", PASSWORD),
    ],
)
def test_who_may_log_in(desk: Desk, user: str, password: str) -> None:
    reply = desk.login(user, password)
    assert (reply.status, reply.text) == (200, "")
    assert reply.answer.headers["Content-Type"] == "text/html"
    token = reply.answer.headers[HEADER]
    assert desk.call("GET", "logout", token=token).status == 200


@pytest.mark.parametrize("scheme", ["Basic", "basic", "Basic:", "BASIC:"])
def test_spellings_of_basic(desk: Desk, scheme: str) -> None:
    credential = base64.b64encode(f"{ADMIN}:{PASSWORD}".encode()).decode()
    assert desk.raw("GET", f"{BASE}/login", Authorization=f"{scheme} {credential}").status == 200
    assert desk.raw("GET", f"{BASE}/login", Authorization=f"Bearer: {credential}").status == 401
    assert desk.world.log.entries()[-2]["headers"] == {"Authorization": f"{scheme} ***"}


@pytest.mark.parametrize(
    ("user", "password"),
    [
        (ADMIN, "wrong"),
        (ADMIN, ""),
        ("admin", PASSWORD),
        (r"OTHER\admin", PASSWORD),
        (r"CORP\unknown", PASSWORD),
        (r"CORP\nobody", PASSWORD),
        (r"CORP\svc_ansible", ""),
        ("api-token", PASSWORD),
        ("api-token", ""),
        ("jwt", "pat-simulator-4f1c2a"),
    ],
)
def test_who_may_not(desk: Desk, user: str, password: str) -> None:
    reply = desk.login(user, password)
    assert (reply.status, reply.code) == (401, "UNAUTHORIZED_REQUEST")
    assert HEADER not in reply.answer.headers
    assert "Basic" in reply.answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("authorization", ["", "Basic", "Basic %%%", "Bearer abc", "Basic " + "YWI="])
def test_login_needs_a_credential(desk: Desk, authorization: str) -> None:
    assert desk.raw("GET", f"{BASE}/login", Authorization=authorization).status == 401
    assert desk.raw("GET", f"{BASE}/login").status == 401


def test_login_by_post_needs_a_length(desk: Desk) -> None:
    credential = "Basic " + base64.b64encode(f"{ADMIN}:{PASSWORD}".encode()).decode()
    assert desk.raw("POST", f"{BASE}/login", Authorization=credential).status == 200
    assert desk.raw("POST", f"{BASE}/login", Authorization=credential, Content_Length="").status == 411


def test_a_session_lives_from_its_last_request(desk: Desk) -> None:
    token = desk.token()
    for _number in range(3):
        desk.clock.seconds += 299
        assert desk.call("GET", "servers", token=token).status == 200
    desk.clock.seconds += 300
    reply = desk.call("GET", "servers", token=token)
    assert (reply.status, reply.code) == (440, "INVALID_SESSION_ID")


def test_a_session_ends_with_logout(desk: Desk) -> None:
    token = desk.token()
    assert desk.call("GET", "logout", token=token).status == 200
    assert desk.call("GET", "servers", token=token).code == "INVALID_SESSION_ID"
    assert desk.call("GET", "logout", token=token).code == "INVALID_SESSION_ID"


@pytest.mark.parametrize("http_path", [("GET", "servers"), ("GET", "logout"), ("DELETE", "servers/replicate-qas/def")])
def test_every_call_needs_a_session(desk: Desk, http_path: tuple[str, str]) -> None:
    http, path = http_path
    assert desk.raw(http, f"{BASE}/{path}").code == "INVALID_SESSION_ID"
    assert desk.call(http, *path.split("/"), token="unknown").code == "INVALID_SESSION_ID"


def put(desk: Desk, token: str, server: str, **changes: object) -> str | None:
    known = desk.get("servers", server, "def", token=token)
    return desk.call("PUT", "servers", server, "def", body={**known, **changes}, token=token).code


def test_a_password_identifier_keeps_the_password(desk: Desk) -> None:
    assert put(desk, desk.token(), QAS, description="new") is None
    server = desk.estate.servers[QAS]
    assert (server.description, server.password, server.password_changes) == ("new", "example", 0)
    assert put(desk, desk.token(), QAS, password="changed") is None
    assert (server.password, server.password_changes) == ("changed", 1)


def test_a_password_identifier_is_worth_nothing_elsewhere(desk: Desk) -> None:
    first, second = (desk.login().answer.headers[HEADER] for _number in range(2))
    identifier = desk.get("servers", QAS, "def", token=first)["password"]
    assert identifier.startswith("{S:")
    assert identifier != desk.get("servers", QAS, "def", token=first)["password"]
    assert put(desk, second, QAS, password=identifier) == "AEM_PUT_SERVER_INNER_ERR"
    assert put(desk, first, "replicate-dev", password=identifier) == "AEM_PUT_SERVER_INNER_ERR"
    assert put(desk, first, QAS, password=identifier) is None
    desk.call("GET", "logout", token=first)
    third = desk.login().answer.headers[HEADER]
    assert put(desk, third, QAS, password=identifier) == "AEM_PUT_SERVER_INNER_ERR"
