# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of a task: patterns and filters, selection, reload, resume."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.selecting import matches
from support.api_calls import DEV, NIGHTLY, PRD, QAS
from support.desk import BASE, Desk

TABLES = ("servers", PRD, "tasks", "ERP to DW", "tables")


def found(desk: Desk, **query: Any) -> list[str]:
    listed = [item["table"] for item in desk.get(*TABLES, **query)["tablelist"]]
    statuses = desk.get(*TABLES, action="getstatus", **query)["table_details"]
    assert [item["table_on_source"] for item in statuses] == listed
    return listed


ALL = ["ORDERS", "ORDER_LINES", "CUSTOMERS", "PRODUCTS", "PRICES", "WAREHOUSES", "STOCK_MOVEMENTS", "INVOICES"]


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        ({}, ALL),
        ({"schema": "None", "table": "None"}, ALL),
        ({"schema": "", "table": "%"}, ALL),
        ({"table": "ORDER%"}, ["ORDERS", "ORDER_LINES"]),
        ({"table": "%R%S"}, ["ORDERS", "ORDER_LINES", "CUSTOMERS", "PRODUCTS", "PRICES", "WAREHOUSES"]),
        ({"table": "orders"}, []),
        ({"table": "ORDER_"}, []),
        ({"table": "ORDER*"}, []),
        ({"schema": "E%P", "table": "PRICES"}, ["PRICES"]),
        ({"schema": "OTHER"}, []),
        ({"table": "ORDER%25"}, ["ORDERS", "ORDER_LINES"]),
        ({"includeerror": "True"}, ["STOCK_MOVEMENTS", "INVOICES"]),
        ({"includequeued": "true", "includeloading": "TRUE"}, ["PRODUCTS", "PRICES"]),
        ({"includecompleted": "true", "includeerror": "false"}, ["CUSTOMERS"]),
        ({"includechangeprocessing": "true", "table": "O%"}, ["ORDERS", "ORDER_LINES"]),
        ({"includecompleted": "false", "includechangeprocessing": "False"}, ALL),
        ({"includeerror": "None"}, ALL),
    ],
)
def test_patterns_and_filters(desk: Desk, query: dict[str, str], tables: list[str]) -> None:
    assert found(desk, **query) == tables


def test_a_filter_is_a_boolean(desk: Desk) -> None:
    assert desk.call("GET", *TABLES, includeerror="yes").code == "DESERIALIZE_TO_TYPE"


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("%", "", True),
        ("a%", "abc", True),
        ("%c", "abc", True),
        ("a%c", "ac", True),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("a_c", "abc", False),
        ("%%", "x\ny", True),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_only_percent_is_a_wildcard(pattern: str, name: str, expected: bool) -> None:
    assert matches(pattern, name) is expected


def test_statuses_have_counters(desk: Desk) -> None:
    status = desk.get(*TABLES, action="getstatus", table="PRODUCTS")["table_details"][0]
    info = status["table_full_load_info"]
    assert (status["state"], status["schema_on_target"]) == ("TABLE_LOADING", "")
    assert (info["estimated_row_count"], info["transferred_row_count"]) == (31200, 15600)
    assert info["estimated_end_time"] is None
    status = desk.get(*TABLES, action="getstatus", table="ORDERS")["table_details"][0]
    assert status["table_cdc_info"]["insert_count"] == 90412
    assert status["table_on_target"] == "ORDERS"


def act(desk: Desk, action: str, table: str, task: str = "ERP to DW", server: str = PRD, schema: str = "ERP") -> Any:
    path = ("servers", server, "tasks", task, "tables")
    return desk.call("POST", *path, action=action, schema=schema, table=table)


def state(desk: Desk, table: str, task: str = "ERP to DW", server: str = PRD, schema: str = "ERP") -> str:
    return str(desk.task(server, task).find_table(schema, table).state)


@pytest.mark.parametrize("table", ["ORDERS", "INVOICES", "STOCK_MOVEMENTS", "PRICES"])
def test_reload(desk: Desk, table: str) -> None:
    assert act(desk, "reload", table).status == 200
    assert state(desk, table) == "TABLE_LOADING"
    desk.clock.seconds += 0.5
    assert state(desk, table) == "TABLE_CHANGE_PROCESSING"
    assert desk.task(PRD, "ERP to DW").find_table("ERP", table).data_errors == 0


def test_a_task_that_does_not_run_reloads_when_it_does(desk: Desk) -> None:
    assert act(desk, "reload", "ACCOUNTS", NIGHTLY, QAS, "QAS").status == 200
    assert state(desk, "ACCOUNTS", NIGHTLY, QAS, "QAS") == "TABLE_QUEUED"
    desk.call("POST", "servers", QAS, "tasks", NIGHTLY, action="run")
    assert state(desk, "ACCOUNTS", NIGHTLY, QAS, "QAS") == "TABLE_LOADING"
    assert state(desk, "ACCOUNT_TYPES", NIGHTLY, QAS, "QAS") == "TABLE_CHANGE_PROCESSING"
    desk.clock.seconds += 0.5
    assert state(desk, "ACCOUNTS", NIGHTLY, QAS, "QAS") == "TABLE_CHANGE_PROCESSING"


@pytest.mark.parametrize("spelling", ["Resume", "resume", "RESUME"])
def test_resume_whatever_its_spelling(desk: Desk, spelling: str) -> None:
    assert act(desk, spelling, "STOCK_MOVEMENTS").status == 200
    assert state(desk, "STOCK_MOVEMENTS") == "TABLE_CHANGE_PROCESSING"


def test_what_was_suspended_during_full_load_must_be_reloaded(desk: Desk) -> None:
    reply = act(desk, "Resume", "INVOICES")
    assert (reply.status, reply.code) == (500, "AEM_UNSPEND_TABLE_ERR")
    assert "ERP.INVOICES" in reply.message
    assert state(desk, "INVOICES") == "TABLE_ERROR"


def test_a_table_that_is_well_stays_so(desk: Desk) -> None:
    assert act(desk, "Resume", "PRODUCTS").status == 200
    assert state(desk, "PRODUCTS") == "TABLE_LOADING"


@pytest.mark.parametrize(("action", "code"), [("reload", "AEM_RELOAD_TABLE_ERR"), ("Resume", "AEM_UNSPEND_TABLE_ERR")])
def test_tables_that_are_not_there(desk: Desk, action: str, code: str) -> None:
    assert act(desk, action, "orders").code == code
    assert act(desk, action, "ORDERS", schema="erp").code == code


@pytest.mark.parametrize("action", ["reload", "Resume"])
def test_both_names_are_needed(desk: Desk, action: str) -> None:
    for query in ({"schema": "ERP"}, {"table": "ORDERS"}, {"schema": "None", "table": "ORDERS"}):
        assert desk.call("POST", *TABLES, action=action, **query).code == "AEM_MISSING_FIELD"


@pytest.mark.parametrize("action", ["reload", "Resume"])
def test_not_with_a_file_channel(desk: Desk, action: str) -> None:
    reply = act(desk, action, "A", "channel", DEV, "$DEV")
    assert reply.code == "AEM_INVALID_TASK_NT_NTSUPPEP"


def test_no_reload_without_full_load(desk: Desk) -> None:
    assert act(desk, "reload", "ORDERS", "Orders to Kafka", schema="ORD").code == "AEM_INVALID_TASK_NOT_FL"


SELECTION = ("servers", PRD, "tasks", "POS to Kafka", "tables")


def test_the_selection_is_that_of_the_definition(desk: Desk) -> None:
    assert desk.get(*SELECTION, action="selection") == {
        "included_pattern": [{"owner": "dbo", "name": "sale%", "load_order": 0, "table_type": "TABLE"}],
        "excluded_pattern": [{"owner": "dbo", "name": "sale_tmp%", "load_order": 0, "table_type": "TABLE"}],
        "explicit_included_tables": [],
    }
    listed = [item["table"] for item in desk.get(*SELECTION)["tablelist"]]
    assert listed == ["sale", "sale_line", "sale_payment"]


def test_a_new_selection_counts_from_the_next_run(desk: Desk) -> None:
    body = {
        "$type": "TableSelectionDefinition",
        "excluded_pattern": None,
        "explicit_included_tables": [
            {"$type": "TableSelection", "load_order": "HIGH", "name": "extra", "owner": "dbo"}
        ],
        "included_pattern": [{"name": "till", "owner": "dbo", "table_type": None}],
    }
    assert desk.call("PUT", *SELECTION, body=body, action="selection").status == 200
    assert desk.get(*SELECTION, action="selection")["explicit_included_tables"][0]["load_order"] == 1000
    assert len(desk.get(*SELECTION)["tablelist"]) == 3
    for action in ("stop", "run"):
        desk.call("POST", *SELECTION[:-1], action=action)
    assert sorted(item["table"] for item in desk.get(*SELECTION)["tablelist"]) == ["extra", "till"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "AEM_MISSING_FIELD"),
        ({"included_pattern": []}, "AEM_MISSING_FIELD"),
        ({"tables": []}, "DESERIALIZE_TO_TYPE"),
        ({"$type": "TableSelection", "included_pattern": [{"owner": "a", "name": "%"}]}, "DESERIALIZE_TO_TYPE"),
        ({"included_pattern": [{"owner": "a", "name": "%", "$type": "TableSelection"}]}, "DESERIALIZE_TO_TYPE"),
        ({"included_pattern": [{"owner": "a", "name": "%", "size": 1}]}, "DESERIALIZE_TO_TYPE"),
        ({"included_pattern": [{"owner": "a"}]}, "DESERIALIZE_TO_TYPE"),
        ({"included_pattern": [{"owner": "a", "name": "%", "load_order": "SOON"}]}, "DESERIALIZE_TO_TYPE"),
        ({"included_pattern": "a.%"}, "DESERIALIZE_TO_TYPE"),
        ({"included_pattern": 1}, "DESERIALIZE_TO_TYPE"),
        ({"included_pattern": [1]}, "DESERIALIZE_TO_TYPE"),
        (b"[]", "DESERIALIZE_TO_TYPE"),
    ],
)
def test_selections_that_are_none(desk: Desk, body: Any, code: str) -> None:
    before = desk.get(*SELECTION, action="selection")
    assert desk.call("PUT", *SELECTION, body=body, action="selection").code == code
    assert desk.get(*SELECTION, action="selection") == before


def test_values_may_come_encoded_twice(desk: Desk) -> None:
    path = "/".join(part.replace(" ", "%2520") for part in TABLES)
    headers = {"EnterpriseManager.APISessionID": desk.token()}
    reply = desk.raw("GET", f"{BASE}/{path}/?schema=ERP&table=ORDER%2525&includequeued=False", **headers)
    assert [item["table"] for item in reply.data["tablelist"]] == ["ORDERS", "ORDER_LINES"]


def test_rows_are_estimated_until_they_are_loaded(desk: Desk) -> None:
    found = desk.get("servers", PRD, "tasks", "ERP to DW", "tables", action="getstatus")["table_details"]
    estimated = {item["state"]: item["table_full_load_info"]["estimated_row_count"] for item in found}
    assert {state for state, rows in estimated.items() if rows} == {"TABLE_QUEUED", "TABLE_LOADING"}


def test_tables_of_a_task_that_only_captures_changes(desk: Desk) -> None:
    found = desk.get("servers", PRD, "tasks", "Orders to Kafka", "tables", action="getstatus")["table_details"]
    for item in found:
        load = item["table_full_load_info"]
        assert (load["start_time"], load["end_time"], load["transferred_row_count"]) == (None, None, 0)
        assert item["table_cdc_info"]["insert_count"] > 0
    assert len(found) == 3
