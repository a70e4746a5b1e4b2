# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports and imports: how they look, and when what was imported is there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.api_calls import CALLS, DEV, FIXTURES, PRD, QAS, endpoint, one_task
from support.desk import BASE, Desk

SECTION = "cmd.replication_definition"
IMPORTED = ("servers", QAS, "tasks", "Imported")


def imported(desk: Desk, *path: str, body: Any) -> str | None:
    return desk.call("POST", *path, body=body, action="import").code


def test_an_imported_task_is_there_after_a_while(desk: Desk) -> None:
    assert desk.do(CALLS["ImportTask"]).status == 200
    assert desk.call("GET", *IMPORTED).code == "AEM_TASK_NOT_FOUND"
    desk.clock.seconds += 0.4
    assert desk.call("GET", *IMPORTED).code == "AEM_TASK_NOT_FOUND"
    desk.clock.seconds += 0.1
    found = desk.get(*IMPORTED)
    assert (found["state"], found["task_stop_reason"], found["assigned_tags"]) == ("STOPPED", "NONE", [])
    assert desk.get(*IMPORTED, "tables") == {"tablelist": []}
    assert desk.call("POST", *IMPORTED, action="run").data["state"] == "RUNNING"
    assert len(desk.get(*IMPORTED, "tables", includeloading=True)["tablelist"]) == 2


def test_an_imported_endpoint_too(desk: Desk) -> None:
    assert desk.do(CALLS["ImportAll"]).status == 200
    path = ("servers", QAS, "endpoints", "Imported files")
    assert desk.call("GET", *path, action="test").code == "AEM_ENDPOINT_NOT_FOUND"
    desk.clock.seconds += 0.5
    assert desk.call("GET", *path, action="test").status == 200


def test_an_import_takes_the_place_of_a_task_and_keeps_how_it_runs(desk: Desk) -> None:
    name = "Nightly 01 accounts"
    body = one_task(name, "QAS Oracle", "QAS Snowflake")
    assert imported(desk, "servers", QAS, "tasks", name, body=body) is None
    desk.clock.seconds += 1
    found = desk.get("servers", QAS, "tasks", name)
    assert (found["state"], found["assigned_tags"]) == ("STOPPED", ["nightly"])
    selection = desk.get("servers", QAS, "tasks", name, "tables", action="selection")
    assert [item["name"] for item in selection["explicit_included_tables"]] == ["ONE", "TWO"]


def databases(*endpoints: Any) -> dict[str, Any]:
    return {"databases": list(endpoints)}


TASK = one_task("Imported", "QAS Oracle", "QAS Snowflake")
RUNNING = one_task("Nightly 21 returns", "QAS Oracle", "QAS Snowflake")


def with_two_tasks() -> dict[str, Any]:
    return {SECTION: {"tasks": TASK[SECTION]["tasks"] * 2}}


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("Imported", b"", "AEM_IMPORT_TASK_CONTENT_EMPTY"),
        ("Imported", b"{}", "AEM_IMPORT_TASK_CONTENT_EMPTY"),
        ("Imported", b"{", "DESERIALIZE_TO_TYPE"),
        ("Other", TASK, "AEM_IMPORT_TASK_NAME_DIFFER"),
        ("Imported", with_two_tasks(), "AEM_IMPORT_TASK_CONTAINS_MULTIPLE_TASKS"),
        ("Nightly 21 returns", RUNNING, "AEM_TASK_NOT_IMPORTABLE"),
        ("Imported", {SECTION: {**TASK[SECTION], "machines": []}}, "AEM_IMPORT_TASK_CONTAIN_ALIEN_ITEMS"),
        (
            "Imported",
            one_task("Imported", "QAS Oracle", "QAS Snowflake", **databases(endpoint("Stranger"))),
            "AEM_IMPORT_TASK_ENDPOINT_DIFFER",
        ),
        ("Imported", one_task("Imported", "Nowhere", "QAS Snowflake"), "AEM_IMPORT_TASK_NO_ENDPOINT_IN_SERVER"),
    ],
)
def test_tasks_that_cannot_be_imported(desk: Desk, name: str, body: Any, code: str) -> None:
    reply = desk.call("POST", "servers", QAS, "tasks", name, body=body, action="import")
    assert (reply.status, reply.code) == (500, code)
    assert "{" not in reply.message


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "AEM_IMPORT_CONTENT_EMPTY"),
        (b"// a line\n{}", "AEM_IMPORT_CONTENT_EMPTY"),
        (b"{", "AEM_IMPORT_INVALID_CONTENT"),
        ({"tasks": []}, "AEM_IMPORT_INVALID_CONTENT"),
        (RUNNING, "AEM_TASK_NOT_IMPORTABLE"),
    ],
)
def test_what_cannot_be_imported_at_all(desk: Desk, body: Any, code: str) -> None:
    assert imported(desk, "servers", QAS, body=body) == code


def test_a_missing_endpoint_is_named(desk: Desk) -> None:
    body = one_task("Imported", "QAS Oracle", "Nowhere")
    reply = desk.call("POST", *IMPORTED, body=body, action="import")
    assert "target endpoint Nowhere" in reply.message


@pytest.mark.parametrize("name", ["100%25 load", "50% a/b", "a%2Fb"])
def test_new_tasks_with_odd_names(desk: Desk, name: str) -> None:
    desk.set(import_seconds=0)
    body = one_task(name, "QAS Oracle", "QAS Snowflake")
    assert imported(desk, "servers", QAS, "tasks", name, body=body) is None
    assert name in desk.estate.servers[QAS].tasks
    assert desk.get("servers", QAS, "tasks", name)["name"] == name


def test_a_new_task_whose_name_came_encoded_twice(desk: Desk) -> None:
    desk.set(import_seconds=0)
    body = json.dumps(one_task("New task", "QAS Oracle", "QAS Snowflake")).encode()
    headers = {"EnterpriseManager.APISessionID": desk.token()}
    target = f"{BASE}/servers/{QAS}/tasks/New%2520task/?action=import"
    assert desk.raw("POST", target, body, **headers).status == 200
    assert "New task" in desk.estate.servers[QAS].tasks


def test_an_export_can_be_imported_again(desk: Desk) -> None:
    desk.set(import_seconds=0)
    path = ("servers", PRD, "tasks", "Orders archive")
    text = desk.call("GET", *path, action="export", withendpoints="True").text
    assert imported(desk, *path, body=text.encode()) is None
    again = desk.call("GET", *path, action="export", withendpoints="True").text
    assert json.loads(again)[SECTION] == json.loads(text)[SECTION]


@pytest.mark.parametrize(("given", "count"), [({}, 0), ({"withendpoints": "false"}, 0), ({"withendpoints": "TRUE"}, 2)])
def test_endpoints_come_with_a_task_if_wanted(desk: Desk, given: dict[str, str], count: int) -> None:
    text = desk.call("GET", "servers", PRD, "tasks", "ERP to DW", action="export", **given).text
    assert len(json.loads(text)[SECTION].get("databases", [])) == count


@pytest.mark.parametrize("style", ["2018", "2021", "2023"])
def test_three_generations(desk: Desk, style: str) -> None:
    desk.set(export_style=style)
    text = desk.call("GET", "servers", PRD, action="export").text
    assert "Host name: repl-prd-01.corp.example, Time: 2026-11-23 12:00:00.000000" in text
    assert text.startswith("//") == (style == "2018")
    document = json.loads(text[text.index("{") :])
    assert ("_version" in document) == (style != "2018")
    assert len(document[SECTION]["tasks"]) == 6
    assert len(document[SECTION]["databases"]) == 8
    assert "not-a-secret" not in text


def test_the_estate_holds_the_fixture(desk: Desk) -> None:
    fixture = json.loads((FIXTURES / "export_all.json").read_text(encoding="utf-8"))[SECTION]
    shown = json.loads(desk.call("GET", "servers", PRD, action="export").text)[SECTION]
    assert shown["tasks"][:3] == fixture["tasks"]
    assert [item["name"] for item in shown["databases"]][:5] == [item["name"] for item in fixture["databases"]]
    assert {name: shown[name] for name in fixture if name not in ("tasks", "databases")} == {
        name: fixture[name] for name in fixture if name not in ("tasks", "databases")
    }


@pytest.mark.parametrize("name", ["export_task_2018.json", "export_task_2021.json", "export_task_windows.json"])
def test_the_fixtures_can_be_imported(desk: Desk, name: str) -> None:
    desk.set(import_seconds=0)
    content = (FIXTURES / name).read_bytes()
    text = content.decode("utf-8-sig")
    document = json.loads(text[text.index("{") :])
    task = document[SECTION]["tasks"][0]["task"]
    known = {item["name"] for item in document[SECTION].get("databases", [])}
    missing = [endpoint(task["source_name"]), *(endpoint(target, "TARGET") for target in task["target_names"])]
    body = {SECTION: {"databases": [item for item in missing if item["name"] not in known]}}
    if body[SECTION]["databases"]:
        assert imported(desk, "servers", DEV, body=body) is None
    assert imported(desk, "servers", DEV, "tasks", task["name"], body=content) is None
    assert desk.get("servers", DEV, "tasks", task["name"])["state"] == "STOPPED"
