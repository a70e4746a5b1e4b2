# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and values of all generations of clients; requests that are none."""

from __future__ import annotations

import pytest

from simulator import wire
from simulator.errors import ApiError
from support.api_calls import DEV, PRD, QAS, one_task
from support.desk import BASE, Desk


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/servers", 200),
        ("/servers/", 200),
        ("/servers//", 404),
        ("/servers/Replicate%20PRD%201", 200),
        ("/servers/Replicate%2520PRD%25201", 200),
        ("/servers/Replicate%2520PRD%25201/tasks/ERP%2520to%2520DW/", 200),
        ("/servers/Replicate%20PRD%201/?action=acl", 200),
        ("/servers/Replicate%20PRD%201?action=ACL", 200),
        ("/servers/Replicate+PRD+1", 500),
        ("/servers/replicate-dev/tasks/100%25%20load", 200),
        ("/servers/replicate-dev/tasks/100%2525%2520load", 200),
        ("/servers/replicate-dev/tasks/in%2Fout", 200),
        ("/servers/replicate-dev/tasks/in%252Fout", 200),
        ("/servers/replicate-dev/tasks/in/out", 404),
        ("/servers/replicate-dev/tasks/C%23%20feed", 200),
        ("/servers/replicate-dev/tasks/a+b%20%26%20c%3F", 200),
        ("/servers/replicate-dev/tasks/a%2Bb%20%26%20c%3F", 200),
        ("/servers/replicate-dev/tasks/Gr%C3%B6%C3%9Fe%20t%C3%A4glich", 200),
        ("/servers/replicate-dev/tasks/Gr%25C3%25B6%25C3%259Fe%2520t%25C3%25A4glich", 200),
        ("/SERVERS", 404),
        ("", 404),
        ("/servers?action=unknown&more=1", 200),
    ],
)
def test_paths(desk: Desk, target: str, status: int) -> None:
    headers = {"EnterpriseManager.APISessionID": desk.token()}
    assert desk.raw("GET", f"{BASE}{target}", **headers).status == status


@pytest.mark.parametrize("target", ["/", "/attunityenterprisemanager", "/other/api/v1/servers", BASE, "*", "//"])
def test_paths_elsewhere(desk: Desk, target: str) -> None:
    reply = desk.raw("GET", target)
    assert (reply.status, reply.text) == (404, "Not Found")
    assert desk.world.log.entries()[-1]["api_method"] is None


def test_a_verb_that_a_path_does_not_have(desk: Desk) -> None:
    reply = desk.raw("PUT", f"{BASE}/servers")
    assert (reply.status, reply.text, reply.answer.headers["Allow"]) == (405, "Method Not Allowed", "GET")


@pytest.mark.parametrize(
    ("raw", "segments", "query"),
    [
        ("/a/b?x=1&y=2", ("a", "b"), {"x": "1", "y": "2"}),
        ("/a/?x=None&y=", ("a",), {"y": ""}),
        ("/a?x=%41+b%2Bc&x=2&&=3", ("a",), {"x": "A b+c"}),
        ("https://host:1/a%2Fb?x", ("a%2Fb",), {"x": ""}),
        ("/a?x=1?y", ("a",), {"x": "1?y"}),
    ],
)
def test_targets(raw: str, segments: tuple[str, ...], query: dict[str, str]) -> None:
    target = wire.split_target(raw)
    assert (target.segments, target.query) == (segments, query)


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("plain", ["plain"]),
        ("a%20b", ["a b"]),
        ("a%2520b", ["a%20b", "a b"]),
        ("100%25", ["100%"]),
        ("100%2525", ["100%25", "100%"]),
        ("a+b", ["a+b"]),
    ],
)
def test_readings(raw: str, names: list[str]) -> None:
    assert wire.readings(raw) == names


def test_a_name_is_read_twice_only_if_there_is_nothing_else(desk: Desk) -> None:
    desk.set(import_seconds=0)
    body = one_task("100%25 load", "DEV Oracle", "DEV null")
    assert desk.call("POST", "servers", DEV, "tasks", "100%25 load", body=body, action="import").status == 200
    assert desk.get("servers", DEV, "tasks", "100%25 load")["name"] == "100%25 load"
    assert desk.get("servers", DEV, "tasks", "100% load")["name"] == "100% load"


def test_who_is_meant_may_change_while_a_request_waits(desk: Desk) -> None:
    desk.world.faults.add({"kind": "slow", "seconds": 5, "api_method": "GetTaskList"})
    before = desk.clock.sleep

    async def meanwhile(seconds: float) -> None:
        await before(seconds)
        desk.estate.servers["renamed"] = desk.estate.servers.pop(QAS)

    desk.clock.sleep = meanwhile
    assert desk.call("GET", "servers", QAS, "tasks").code == "AEM_SERVER_NOT_FOUND"


@pytest.mark.parametrize(
    ("value", "expected"), [("true", True), ("True", True), ("FALSE", False), ("", None), ("1", ApiError)]
)
def test_booleans(value: str, expected: object) -> None:
    if expected is ApiError:
        with pytest.raises(ApiError):
            wire.boolean({"x": value}, "x", default=False)
    else:
        default = object()
        found = wire.boolean({"x": value}, "x", default)
        assert found is (default if expected is None else expected)


def test_bodies_may_begin_with_a_byte_order_mark(desk: Desk) -> None:
    body = b'\xef\xbb\xbf{"admin_role": {"users": [{"name": "CORP\\\\admin"}]}}'
    assert desk.call("PUT", "servers", PRD, body=body, action="acl").status == 200
