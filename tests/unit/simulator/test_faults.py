# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand, and the log of requests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulator.dumping import as_yaml, dump
from simulator.errors import FaultError
from simulator.log import MOST_ENTRIES
from simulator.masking import masked_body
from simulator.service import CUT, DROPPED, WHOLE
from support.api_calls import CALLS, DEV, NIGHTLY, PRD, QAS, SERVER
from support.desk import ADMIN, PASSWORD, Desk

RUN = CALLS["RunTask"]


def inject(desk: Desk, kind: str, **more: Any) -> None:
    desk.token()
    desk.world.faults.add({"kind": kind, **more})


@pytest.mark.parametrize(
    ("fault", "sending", "status", "done"),
    [
        ({"kind": "drop_before"}, DROPPED, 0, False),
        ({"kind": "drop_after"}, DROPPED, 200, True),
        ({"kind": "status"}, WHOLE, 503, False),
        ({"kind": "status", "status": 429, "retry_after": 2}, WHOLE, 429, False),
        ({"kind": "html"}, WHOLE, 502, False),
        ({"kind": "html", "status": 200}, WHOLE, 200, False),
        ({"kind": "json"}, WHOLE, 200, False),
        ({"kind": "json", "status": 502, "body": {"fault": 1}}, WHOLE, 502, False),
        ({"kind": "error", "error_code": "AEM_SERVER_NOT_CONNECTED"}, WHOLE, 500, False),
        ({"kind": "truncate"}, CUT, 200, True),
        ({"kind": "truncate", "cut": "json"}, WHOLE, 200, True),
        ({"kind": "slow", "seconds": 7}, WHOLE, 200, True),
        ({"kind": "expire_session"}, WHOLE, 440, False),
        ({"kind": "error", "error_code": "AEM_RUN_TASK_INNER_ERR"}, WHOLE, 500, False),
    ],
)
def test_each_kind(desk: Desk, fault: dict[str, Any], sending: str, status: int, done: bool) -> None:
    inject(desk, **fault)
    began = desk.clock.seconds
    reply = desk.do(RUN)
    assert (reply.answer.sending, reply.status) == (sending, status)
    assert desk.task(QAS, NIGHTLY).state == ("RUNNING" if done else "STOPPED")
    assert desk.world.log.entries()[-1]["fault"] == fault["kind"]
    assert desk.clock.seconds - began == (7.5 if fault["kind"] == "slow" else 0.5 if done else 0)
    assert desk.world.faults.as_data() == []


def test_what_they_send(desk: Desk) -> None:
    inject(desk, "html", status=504)
    reply = desk.do(RUN)
    assert reply.text.startswith("<html>")
    assert reply.answer.content_type == "text/html; charset=utf-8"
    inject(desk, "status", retry_after=3)
    assert desk.do(RUN).answer.headers["Retry-After"] == "3"
    inject(desk, "truncate", cut="json")
    assert desk.do(CALLS["GetServerList"]).text.startswith('{"serverList"')
    inject(desk, "json")
    assert desk.do(CALLS["GetTaskList"]).data == {"status": "ok"}
    inject(desk, "json", body={"taskList": None})
    assert desk.do(CALLS["GetTaskList"]).data == {"taskList": None}
    inject(desk, "json", body='{"taskList": [')
    broken = desk.do(CALLS["GetTaskList"])
    assert (broken.text, broken.answer.content_type) == ('{"taskList": [', "application/json; charset=utf-8")
    inject(desk, "error", error_code="AEM_STOP_TASK_INNER_ERR", message="Why not.")
    assert desk.do(CALLS["StopTask"]).message == f"Failed to stop Replicate task ERP to DW on server {PRD}: <Why not.>"


def test_whom_they_meet(desk: Desk) -> None:
    inject(desk, "status", api_method="GetTaskList", server=QAS, times=2, skip=1)
    inject(desk, "status", api_method="GetTaskDetails", task="Nightly 21 returns", times=None)
    assert desk.do(CALLS["GetServerList"]).status == 200
    assert desk.call("GET", "servers", PRD, "tasks").status == 200
    found = [desk.call("GET", "servers", QAS, "tasks").status for _number in range(4)]
    assert found == [200, 503, 503, 200]
    assert desk.call("GET", "servers", QAS, "tasks", NIGHTLY).status == 200
    found = [desk.call("GET", "servers", QAS, "tasks", "Nightly 21 returns").status for _number in range(4)]
    assert found == [503] * 4
    desk.world.faults.clear()
    assert desk.call("GET", "servers", QAS, "tasks", "Nightly 21 returns").status == 200


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"kind": "unknown"},
        {"kind": "slow", "second": 1},
        {"kind": "slow", "seconds": -1},
        {"kind": "slow", "api_method": "getServer"},
        {"kind": "error"},
        {"kind": "error", "error_code": "AEM_NO_SUCH_CODE"},
        {"kind": "status", "status": 99},
        {"kind": "status", "times": 0},
        {"kind": "status", "times": "2"},
        {"kind": "truncate", "cut": "off"},
        [],
    ],
)
def test_faults_that_are_none(desk: Desk, fault: Any) -> None:
    with pytest.raises(FaultError):
        desk.world.faults.add(fault)


def last(desk: Desk) -> dict[str, Any]:
    return dict(desk.world.log.entries()[-1])


def test_an_entry(desk: Desk) -> None:
    desk.set(latency_seconds=2)
    desk.call("GET", "servers", DEV, "tasks", "in/out", "tables", schema="a b%", user=r"CORP\dev.only")
    assert last(desk) == {
        "number": 2,
        "api_method": "GetTableList",
        "http": "GET",
        "path": "/attunityenterprisemanager/api/v1/servers/replicate-dev/tasks/in%2Fout/tables?schema=a%20b%25",
        "query": {"schema": "a b%"},
        "headers": {"EnterpriseManager.APISessionID": "***"},
        "body": "",
        "status": 200,
        "error_code": None,
        "session": "s1",
        "user": r"CORP\dev.only",
        "writes": False,
        "done": True,
        "fault": None,
        "seconds": 2.0,
    }


def test_a_login_and_an_expired_session(desk: Desk) -> None:
    desk.login(ADMIN, PASSWORD)
    assert (last(desk)["api_method"], last(desk)["session"]) == ("Login", "s1")
    assert last(desk)["headers"] == {"Authorization": "Basic ***"}
    desk.login(ADMIN, "wrong")
    assert (last(desk)["session"], last(desk)["error_code"]) == (None, "UNAUTHORIZED_REQUEST")
    desk.clock.seconds += 500
    desk.call("GET", "servers", token="unknown")
    assert (last(desk)["session"], last(desk)["error_code"]) == (None, "INVALID_SESSION_ID")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"password": "p\\"q", "name": "n"}', '{"password": "***", "name": "n"}'),
        ('{"Password" : 12}', '{"Password" : "***"}'),
        ('{"password": ""}', '{"password": ""}'),
        (
            '{"password": "{S:98bdfd05-d16e-4afb-ad24-256c4dc6aae9}"}',
            '{"password": "{S:***}"}',
        ),
        ('{"asm_password":"a","adlsclientappkey":"b"', '{"asm_password":"***","adlsclientappkey":"***"'),
        (
            '[{"op": "add", "path": "/db_settings/password", "value": "x"}]',
            '[{"op": "add", "path": "/db_settings/password", "value": "***"}]',
        ),
        (
            '[{"op": "add", "path": "/db_settings/server",  "value": "x"}]',
            '[{"op": "add", "path": "/db_settings/server",  "value": "x"}]',
        ),
        ("no json", "no json"),
        # as a list
        ('{"secrets": ["a", 1, "b,]"], "names": ["n"]}', '{"secrets": ["***", "***", "***"], "names": ["n"]}'),
        # JSON that is the text of a setting, and another in that
        (
            r'{"info": "{\"host\":\"h\",\"password\":\"x\"}", "n": "{\"a\":\"b\"}"}',
            r'{"info": "{\"host\":\"h\",\"password\":\"***\"}", "n": "{\"a\":\"b\"}"}',
        ),
        (
            json.dumps({"one": json.dumps({"two": json.dumps({"password": "x"})})}),
            json.dumps({"one": json.dumps({"two": json.dumps({"password": "***"})})}),
        ),
        (r'["{\"password\": \"x\"}"]', r'["{\"password\": \"***\"}"]'),
        # cut off
        ('{"name": "n", "password": "hal', '{"name": "n", "password": "***"'),
        ('{"password": "hal\\', '{"password": "***"'),
        (r'{"info": "{\"password\": \"hal', r'{"info": "{\"password\": \"***\""'),
        (r'{"info": "{\"password\": \"hal\u00', r'{"info": "{\"password\": \"***\""'),
        (
            r'[{"op": "add", "path": "\/db_settings\/password", "value": "hal',
            r'[{"op": "add", "path": "\/db_settings\/password", "value": "***"',
        ),
    ],
)
def test_bodies_are_shown_without_secrets(body: str, shown: str) -> None:
    assert masked_body(body) == shown


def test_no_secret_is_in_the_log_or_in_the_estate(desk: Desk) -> None:
    token = desk.token()
    desk.call("PUT", "servers", "replicate-new", "def", body={**SERVER, "password": "hush-hush"})
    desk.call(
        "PATCH", *CALLS["PatchEndpoint"].path, body=[{"op": "add", "path": "/db_settings/password", "value": "sh!"}]
    )
    embedded = {"op": "add", "path": "/db_settings/connectioninfo", "value": '{"host": "h", "password": "psst"}'}
    desk.call("PATCH", *CALLS["PatchEndpoint"].path, body=[embedded])
    identifier = desk.get("servers", QAS, "def")["password"]
    desk.call("PUT", "servers", QAS, "def", body={**desk.get("servers", QAS, "def"), "password": identifier})
    text = str(desk.world.log.entries())
    for secret in (token, "hush-hush", "sh!", "psst", identifier, PASSWORD):
        assert secret not in text
    shown = as_yaml(dump(desk.estate))
    for secret in ("hush-hush", "sh!", "psst", "not-a-secret", "pat-simulator", "jwt.simulator", "password: example"):
        assert secret not in shown


def test_the_log_is_bounded_and_can_be_cleared(desk: Desk) -> None:
    assert desk.world.log._entries.maxlen == MOST_ENTRIES
    desk.get("servers")
    desk.world.log.clear()
    desk.get("servers")
    assert [entry["number"] for entry in desk.world.log.entries()] == [1]
