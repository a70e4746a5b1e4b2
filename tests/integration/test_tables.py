# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Table selections, and tables at run time, as a user declares and reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_table, aem_task_tables
from simulator import Settings, Simulator
from support.inprocess import perform
from support.playbooks import Played, Proof, prove, run

SERVER = "Replicate PRD 1"
TASKS = """
- name: Set patterns
  qlik.enterprise_manager.aem_task_tables:
    server: Replicate PRD 1
    task: POS to Kafka
    included_pattern:
      - {owner: dbo, name: sale%, load_order: high}
      - {owner: dbo, name: till%, table_type: view}
    excluded_pattern: []
- name: Say the same in another order
  qlik.enterprise_manager.aem_task_tables:
    server: Replicate PRD 1
    task: POS to Kafka
    included_pattern:
      - {owner: dbo, name: till%, table_type: view, load_order: NORMAL}
      - {owner: dbo, name: sale%, load_order: 1000}
- name: Add a table
  qlik.enterprise_manager.aem_task_tables:
    server: Replicate PRD 1
    task: POS to Kafka
    explicit_included_tables:
      - {owner: dbo, name: shop, load_order: -17}
    included_pattern:
      - {owner: dbo, name: sale%}
    purge: false
- name: Keep the table alone
  qlik.enterprise_manager.aem_task_tables:
    server: Replicate PRD 1
    task: POS to Kafka
    explicit_included_tables:
      - {owner: dbo, name: shop}
    included_pattern: []
- name: Resume what changes suspended
  qlik.enterprise_manager.aem_table:
    server: Replicate PRD 1
    task: ERP to DW
    state: resumed
    tables:
      - {schema: ERP, table: STOCK%}
- name: Resume what runs
  qlik.enterprise_manager.aem_table:
    server: Replicate PRD 1
    task: ERP to DW
    state: resumed
    tables:
      - {schema: ERP, table: WAREHOUSES}
      - {schema: ERP, table: CUSTOMERS}
"""
NAMES = [line.removeprefix("- name: ") for line in TASKS.splitlines() if line.startswith("- name: ")]
NO_CHANGE = ("Say the same in another order", "Resume what runs")


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager on which tables load for as long as a test lasts."""
    with Simulator(Settings(load_seconds=3600)) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def proofs(em: Simulator) -> dict[str, Proof]:
    """The tasks above, each in check mode, for real and again."""
    return prove(em, TASKS)


@pytest.mark.parametrize("name", NAMES)
def test_check_run_and_run_again(proofs: dict[str, Proof], name: str) -> None:
    proofs[name].holds()


@pytest.mark.parametrize("name", NAMES)
def test_what_changes(proofs: dict[str, Proof], name: str) -> None:
    assert proofs[name].run.changed == (name not in NO_CHANGE)
    assert len(proofs[name].run.writes) == int(name not in NO_CHANGE)


def entry(name: str, load_order: int = 0, table_type: str = "TABLE") -> dict[str, Any]:
    """An entry of owner dbo."""
    return {"owner": "dbo", "name": name, "load_order": load_order, "table_type": table_type}


def test_the_selection_is_what_was_asked_for(proofs: dict[str, Proof]) -> None:
    assert proofs["Set patterns"].run.result["tables"] == {
        "included_pattern": [entry("sale%", 1000), entry("till%", 0, "VIEW")],
        "excluded_pattern": [],
        "explicit_included_tables": [],
    }
    assert proofs["Add a table"].run.result["tables"] == {
        "included_pattern": [entry("sale%", 1000), entry("till%", 0, "VIEW")],
        "excluded_pattern": [],
        "explicit_included_tables": [entry("shop", -17)],
    }
    last = proofs["Keep the table alone"]
    assert last.run.result["tables"]["explicit_included_tables"] == [entry("shop")]
    assert last.check.result["tables"] == last.run.result["tables"] == last.again.result["tables"]
    assert last.run.result["diff"]["before"] == proofs["Add a table"].run.result["tables"]


def test_a_table_that_is_resumed_is_told(proofs: dict[str, Proof]) -> None:
    proof = proofs["Resume what changes suspended"]
    table = {"schema": "ERP", "table": "STOCK_MOVEMENTS", "before": "TABLE_ERROR", "changed": True}
    assert proof.check.result["tables"] == proof.run.result["tables"] == [table]
    assert proof.again.result["tables"] == [{**table, "before": "TABLE_CHANGE_PROCESSING", "changed": False}]


def module(which: str, options: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    """A task that names the module it runs, with options for task ERP to DW."""
    own = {"server": SERVER, "task": "ERP to DW", **options}
    return {f"qlik.enterprise_manager.{which}": own, "diff": True, **keywords}


@pytest.fixture(scope="module")
def reloads() -> Iterator[tuple[Simulator, Played]]:
    """Reloads, on an Enterprise Manager of their own."""
    some = {"state": "reloaded", "tables": [{"schema": "ERP", "table": "ORDER%"}]}
    with Simulator(Settings(load_seconds=3600)) as em:
        tasks = [
            module("aem_table", some, name="Check", check_mode=True),
            module("aem_table", some, name="Reload"),
            module("aem_table", some, name="Reload again"),
            module("aem_table", {"state": "resumed"}, name="Resume what cannot be", ignore_errors=True),
            module("aem_table", {"state": "reloaded", "table_states": ["table_error"]}, name="Reload what failed"),
            module("aem_table_info", {"table_states": ["table_error"]}, name="Nothing failed"),
            module("aem_table_info", {"table": "CUSTOMERS", "statuses": False}, name="One"),
            module("aem_table_info", {"table_states": ["table_completed", "table_loading"]}, name="Some"),
            module("aem_table", {"state": "reloaded", "tables": [{"schema": "NO%"}], "allow_none": True}, name="None"),
        ]
        yield em, run(em, tasks)


def test_reloading_is_a_change_each_time(reloads: tuple[Simulator, Played]) -> None:
    check, done, again = (reloads[1][name] for name in ("Check", "Reload", "Reload again"))
    assert (check.writes, check.changed, check.result["diff"]) == ([], True, done.result["diff"])
    assert done.writes == again.writes == ["ReloadTable", "ReloadTable"]
    assert done.calls.count("GetTableList") == 1
    expected = [("ORDERS", "TABLE_CHANGE_PROCESSING", True), ("ORDER_LINES", "TABLE_CHANGE_PROCESSING", True)]
    assert [(table["table"], table["before"], table["changed"]) for table in done.result["tables"]] == expected
    assert {table["before"] for table in again.result["tables"]} <= {"TABLE_LOADING", "TABLE_QUEUED"}


def test_a_table_that_a_full_load_suspended_must_be_reloaded(reloads: tuple[Simulator, Played]) -> None:
    failed = reloads[1]["Resume what cannot be"]
    assert (failed.failed, failed.changed) == (True, True)
    assert failed.result["error_code"] == "AEM_UNSPEND_TABLE_ERR"
    assert "reload it with state reloaded" in failed.result["msg"]
    by_name = {table["table"]: table for table in failed.result["tables"]}
    assert by_name["STOCK_MOVEMENTS"]["changed"] is True
    assert by_name["INVOICES"]["changed"] is False
    assert by_name["INVOICES"]["error_code"] == "AEM_UNSPEND_TABLE_ERR"
    assert "reload it" in by_name["INVOICES"]["error"]
    assert [name for name, table in by_name.items() if "error" in table] == ["INVOICES"]
    reloaded = reloads[1]["Reload what failed"]
    assert [table["table"] for table in reloaded.result["tables"]] == ["INVOICES"]
    assert reloads[1]["Nothing failed"].result["tables"] == []


def test_tables_are_listed(reloads: tuple[Simulator, Played]) -> None:
    one = reloads[1]["One"]
    assert one.result["tables"] == [{"schema": "ERP", "table": "CUSTOMERS", "state": "TABLE_COMPLETED"}]
    assert one.calls == ["Login", "GetTableList", "Logout"]
    some = reloads[1]["Some"]
    assert some.calls == ["Login", "GetTableStatuses", "Logout"]
    states = {table["table_on_source"]: table["state"] for table in some.result["tables"]}
    assert states["CUSTOMERS"] == "TABLE_COMPLETED"
    assert "TABLE_LOADING" in states.values()
    assert set(states.values()) == {"TABLE_COMPLETED", "TABLE_LOADING"}
    for table in some.result["tables"]:
        end = table["table_full_load_info"]["estimated_end_time"]
        assert end is None or table["state"] == "TABLE_LOADING"


def test_a_pattern_may_choose_no_table_if_that_is_said(reloads: tuple[Simulator, Played]) -> None:
    step = reloads[1]["None"]
    assert (step.failed, step.changed, step.result["tables"]) == (False, False, [])
    assert "No table of task ERP to DW on server Replicate PRD 1 matches NO%.%." in str(step.result["warnings"])


ONE = {"owner": "ERP", "name": "A"}


def test_bad_input_is_refused_before_anything_is_written(em: Simulator) -> None:
    bad: dict[str, tuple[str, dict[str, Any]]] = {
        "There is no table ERP.orders in task ERP to DW": (
            "aem_table",
            {"state": "reloaded", "tables": [{"schema": "ERP", "table": name} for name in ("ORDERS", "orders")]},
        ),
        "No table of task ERP to DW on server Replicate PRD 1 matches NO%.%. Set allow_none to true": (
            "aem_table",
            {"state": "reloaded", "tables": [{"schema": "NO%"}]},
        ),
        "one of the following is required: schema, table": ("aem_table", {"state": "reloaded", "tables": [{}]}),
        "would have neither a pattern nor a table": ("aem_task_tables", {"explicit_included_tables": []}),
        "names ERP.A twice": ("aem_task_tables", {"included_pattern": [ONE, {**ONE, "load_order": 1}]}),
        "load_order 'first' must be a number": (
            "aem_task_tables",
            {"excluded_pattern": [{**ONE, "load_order": "first"}]},
        ),
        "value of table_type must be one of": (
            "aem_task_tables",
            {"excluded_pattern": [{**ONE, "table_type": "TABLE"}]},
        ),
    }
    played = run(em, [module(which, options, name=told, ignore_errors=True) for told, (which, options) in bad.items()])
    for told in bad:
        step = played[told]
        assert step.failed
        assert told in step.result["msg"]
        assert step.writes == []


def test_in_check_mode_the_task_may_be_still_to_come(em: Simulator) -> None:
    options = {"server": SERVER, "task": "to come", "included_pattern": [ONE]}
    check = perform(em, aem_task_tables, check_mode=True, **options)
    assert check.changed
    assert "no task to come on server Replicate PRD 1 yet" in str(check.warnings)
    real = perform(em, aem_task_tables, **options)
    assert real.error is not None
    assert real.error.facts()["error_code"] == "AEM_TASK_NOT_FOUND"


@pytest.mark.parametrize(
    ("kind", "state", "table", "writes"),
    [
        ("drop_after", "reloaded", "CUSTOMERS", ["ReloadTable"]),
        ("drop_after", "resumed", "STOCK_MOVEMENTS", ["ResumeTable"]),
        ("drop_before", "resumed", "STOCK_MOVEMENTS", ["ResumeTable", "ResumeTable"]),
        ("drop_before", "reloaded", "WAREHOUSES", ["ReloadTable"]),
    ],
)
def test_lost_answers_are_settled(kind: str, state: str, table: str, writes: list[str]) -> None:
    with Simulator(Settings(load_seconds=3600)) as em:
        em.inject({"kind": kind, "api_method": writes[0]})
        tables = [{"schema": "ERP", "table": table}]
        result = perform(em, aem_table, server=SERVER, task="ERP to DW", state=state, tables=tables)
        assert [entry["api_method"] for entry in em.log() if entry["writes"]] == writes
    if (kind, state) == ("drop_before", "reloaded"):
        assert result.error is not None
        assert "It was not reloaded again" in result.error.message
        assert result.values["tables"][0]["error"] == result.error.message
    else:
        assert (result.error, result.changed) == (None, True)
