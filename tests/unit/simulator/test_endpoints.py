# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints: list, patch, delete, failover, test."""

from __future__ import annotations

from typing import Any

import pytest

from support.api_calls import DEV, PRD, QAS, endpoint
from support.desk import Desk

ORA = ("servers", PRD, "endpoints", "ORA")
USING_ORA = ("Orders to DW", "Orders to Kafka")


def test_the_list(desk: Desk) -> None:
    listed = {item["name"]: item for item in desk.get("servers", PRD, "endpoints")["endpointList"]}
    assert len(listed) == 8
    assert listed["ORA"] == {
        "name": "ORA",
        "description": "Orders, live",
        "role": "SOURCE",
        "type": "ORACLE",
        "is_licensed": True,
    }


def test_a_database_that_cannot_be_reached(desk: Desk) -> None:
    desk.estate.unreachable_hosts.append("ORA-B.corp.example")
    tested = desk.call("GET", "servers", PRD, "endpoints", "ORA__Standby", action="test", timeout=5)
    assert (tested.data["status"], tested.data["detailed_message"]) == (
        "ERROR",
        "Host ora-b.corp.example cannot be reached.",
    )
    assert desk.call("GET", *ORA, action="test", timeout=5).data["status"] == "CONNECTED"
    query = {"action": "reconfigure", "configuration": "Standby", "recycle": "true"}
    assert desk.call("PUT", *ORA, **query).status == 200
    desk.clock.seconds += 60
    for name in USING_ORA:
        task = desk.task(PRD, name)
        assert task.state == "ERROR"
        assert task.message == "Cannot connect to endpoint ORA: host ora-b.corp.example cannot be reached"
    assert desk.call("PUT", *ORA, **{**query, "configuration": "Primary"}).status == 200
    run = desk.call(
        "POST", "servers", PRD, "tasks", "Orders to DW", action="run", option="RESUME_PROCESSING", timeout=9
    )
    assert run.data["state"] == "RUNNING"


def settings(desk: Desk, name: str = "ORA", server: str = PRD) -> dict[str, Any]:
    return dict(desk.estate.servers[server].repository.endpoints[name]["db_settings"])


def test_a_patch_changes_all_or_nothing(desk: Desk) -> None:
    add = {"op": "add", "path": "/db_settings/archivedLogDestId", "value": 7}
    assert desk.call("PATCH", *ORA, body=[add]).status == 200
    assert settings(desk)["archivedLogDestId"] == 7
    test = {"op": "test", "path": "/db_settings/username", "value": "NOT IT"}
    reply = desk.call("PATCH", *ORA, body=[{**add, "value": 8}, test])
    assert (reply.status, reply.code) == (500, "AEM_PATCH_ENDPOINT_INNER_ERR")
    assert settings(desk)["archivedLogDestId"] == 7


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([{"op": "move", "from": "/db_settings/a", "path": "/db_settings/b"}], "AEM_PATCH_ENDPOINT_INNER_ERR"),
        ([{"op": "replace", "path": "/db_settings/$type", "value": "X"}], "AEM_PATCH_ENDPOINT_INNER_ERR"),
        ([{"op": "add", "path": "/db_settings/a", "value": 1, "more": 1}], "DESERIALIZE_TO_TYPE"),
        ([{"op": "add", "path": "/db_settings/a", "value": float("nan")}], "DESERIALIZE_TO_TYPE"),
        (["add"], "DESERIALIZE_TO_TYPE"),
        ({"op": "add"}, "DESERIALIZE_TO_TYPE"),
        (b"{", "DESERIALIZE_TO_TYPE"),
    ],
)
def test_patches_that_are_none(desk: Desk, body: Any, code: str) -> None:
    assert desk.call("PATCH", *ORA, body=body).code == code


@pytest.mark.parametrize("http", ["POST", "DELETE"])
def test_an_endpoint_is_deleted_by_either_verb_unless_it_is_in_use(desk: Desk, http: str) -> None:
    path = ("servers", QAS, "endpoints")
    assert desk.call(http, *path, "QAS Oracle", action="delete").code == "AEM_ENDPOINT_IS_IN_USE"
    assert desk.call(http, *path, "QAS files", action="delete").status == 200
    assert desk.call(http, *path, "QAS files", action="delete").code == "AEM_ENDPOINT_NOT_FOUND"


def fail_over(desk: Desk, configuration: str | None, name: str = "ORA", server: str = PRD, **query: Any) -> Any:
    if configuration is not None:
        query["configuration"] = configuration
    return desk.call("PUT", "servers", server, "endpoints", name, action="reconfigure", **query)


def states(desk: Desk) -> list[str]:
    return [desk.task(PRD, name).state for name in (*USING_ORA, "Orders archive", "ERP to DW")]


def test_a_failover_takes_over_the_settings_and_restarts_what_ran(desk: Desk) -> None:
    reply = fail_over(desk, "Standby")
    assert (reply.status, reply.text) == (200, "")
    assert reply.answer.headers == {"Application-Status": "200", "Application-Message": "OK"}
    assert settings(desk) == settings(desk, "ORA__Standby") != settings(desk, "ORA__Primary")
    assert states(desk) == ["STOPPING", "STOPPING", "STOPPED", "RUNNING"]
    desk.clock.seconds += 0.5
    assert states(desk) == ["STARTING", "STARTING", "STOPPED", "RUNNING"]
    desk.clock.seconds += 0.5
    assert states(desk) == ["RUNNING", "RUNNING", "STOPPED", "RUNNING"]
    assert fail_over(desk, "Primary", recycle="true").status == 200
    assert settings(desk) == settings(desk, "ORA__Primary")


def test_a_failover_happens_on_time_though_nobody_looks(desk: Desk) -> None:
    fail_over(desk, "Standby")
    desk.clock.seconds += 1
    assert states(desk) == ["RUNNING", "RUNNING", "STOPPED", "RUNNING"]


def test_a_switchover_leaves_tasks_alone(desk: Desk) -> None:
    assert fail_over(desk, "Standby", recycle="False").status == 200
    assert states(desk) == ["RUNNING", "RUNNING", "STOPPED", "RUNNING"]


def test_a_donor_may_have_one_underscore(desk: Desk) -> None:
    known = desk.estate.servers[PRD].repository.endpoints
    known["ORA_Third"] = {**known["ORA__Standby"], "name": "ORA_Third"}
    assert fail_over(desk, "Third", recycle=False).status == 200
    assert settings(desk) == settings(desk, "ORA__Standby")


@pytest.mark.parametrize(
    ("configuration", "name", "code"),
    [
        (None, "ORA", "AEM_MISSING_FIELD"),
        ("None", "ORA", "AEM_MISSING_FIELD"),
        ("Nowhere", "ORA", "AEM_RECONFIGURE_ENDPOINT_INNER_ERR"),
        ("Standby", "POS SQL Server", "AEM_RECONFIGURE_ENDPOINT_INNER_ERR"),
        ("Standby", "nothing", "AEM_ENDPOINT_NOT_FOUND"),
    ],
)
def test_failovers_that_cannot_be(desk: Desk, configuration: str | None, name: str, code: str) -> None:
    assert fail_over(desk, configuration, name).code == code
    assert states(desk) == ["RUNNING", "RUNNING", "STOPPED", "RUNNING"]


def probe(desk: Desk, name: str, server: str = DEV, **query: Any) -> Any:
    return desk.call("GET", "servers", server, "endpoints", name, action="test", **query)


def test_how_tests_end(desk: Desk) -> None:
    assert probe(desk, "ORA", PRD).data == {"status": "CONNECTED", "message": "", "detailed_message": ""}
    assert probe(desk, "DEV broken").data == {
        "status": "ERROR",
        "message": "Cannot connect to SQL Server.",
        "detailed_message": "Login failed for user 'repl'.",
    }
    assert probe(desk, "DEV far away", timeout=3).code == "AEM_TEST_ENDPOINT_CONNECTION_TIMEOUT"


def test_a_test_takes_its_time(desk: Desk) -> None:
    desk.set(test_seconds=5)
    began = desk.clock.seconds
    assert probe(desk, "ORA", PRD).status == 200
    assert desk.clock.seconds == began + 5
    assert probe(desk, "ORA", PRD, timeout=2).code == "AEM_TEST_ENDPOINT_CONNECTION_TIMEOUT"
    assert desk.clock.seconds == began + 7


def test_a_secret_of_another_server_is_worth_nothing(desk: Desk) -> None:
    desk.set(import_seconds=0)
    foreign = endpoint("Foreign")
    foreign["db_settings"]["password"] = "{ZA80D33B5F5814E71706BB641F3171FAF90D4F51F5DEE372F75302AAF3FF0B79E9}"
    for definition, status in ((foreign, "ERROR"), ({**foreign, **endpoint("Foreign")}, "CONNECTED")):
        body = {"cmd.replication_definition": {"databases": [definition]}}
        assert desk.call("POST", "servers", QAS, body=body, action="import").status == 200
        assert probe(desk, "Foreign", QAS).data["status"] == status


def test_odd_names(desk: Desk) -> None:
    assert probe(desk, "Ünused 50% / spare").status == 200
