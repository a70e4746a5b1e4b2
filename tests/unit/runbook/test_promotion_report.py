# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of promotions, before and after."""

from __future__ import annotations

from typing import Any

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.promotion_report import planned, report

LIST = "explicit_included_tables"
STATES = [{"name": "Old", "state": "RUNNING"}, {"name": "Same", "state": "STOPPED"}]


def task(name: str, source: str | None = None, exists: bool = True) -> dict[str, Any]:
    """The row of a promotion."""
    what = {"source_endpoint": "S", "target_endpoints": ["T", "U"], "tables": 2, "patterns": 1}
    return {"source": source or name, "name": name, "exists": exists, **what}


def result(name: str, before: dict[str, Any], after: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The result of aem_task for a change."""
    return {"diff": {"before": {"tasks": {name: before}}, "after": {"tasks": {name: after}}}, **more}


def test_rows_and_lines() -> None:
    before = {
        "task_settings": {"a": {f"s{number}": number for number in range(1, 12)}},
        "source": {"source_tables": {LIST: {"O.T": {"load_order": 0}}, "included_pattern": [{"name": "x"}]}},
    }
    after = {
        "task_settings": {"a": {f"s{number}": -number for number in range(1, 11)}, "long": "x" * 70},
        "source": {"source_tables": {LIST: {"O.T": {"load_order": 1}, "O.U": {"owner": "O", "name": "U"}}}},
    }
    tasks = [task("New", "Was", exists=False), task("Old"), task("Same")]
    results = [
        {"diff": {"before": "", "after": {"tasks": {"New": {}}}}},
        result("Old", before, after, task={"restarted": True}),
        {},
    ]
    rows = report(planned(tasks, results), STATES)
    assert [(row["status"], row["state"], row["restarted"], row["tables_changed"]) for row in rows] == [
        ("created", None, False, 3),
        ("changed", "RUNNING", True, 3),
        ("unchanged", "STOPPED", False, 0),
    ]
    assert rows[0]["line"] == "Was -> New: created, not there yet, from S to T, U, tables: 2, patterns: 1"
    assert rows[1]["line"].startswith("Old: changed, RUNNING, stopped for it, task_settings.a.s1: 1 -> -1, ")
    assert rows[1]["line"].endswith(" and 3 more")
    assert rows[1]["settings"][-2:] == [f"task_settings.long: none -> {'x' * 60}...", "tables and patterns changed: 3"]
    assert rows[2]["line"] == "Same: unchanged, STOPPED"


def test_what_failed_is_told_beside_what_did_not() -> None:
    tasks = [task("Same"), task("Old"), task("New", exists=False)]
    rows = planned(tasks, [{}, result("Old", {"a": 1}, {"a": 2}), {"diff": {"before": ""}}])
    told = report(rows, STATES, [{"failed": True, "msg": "no"}, {"changed": True}])
    assert [(row["status"], row.get("error")) for row in told] == [
        ("unchanged", None),
        ("failed", "no"),
        ("created", None),
    ]
    assert told[1]["line"] == "Old: failed, RUNNING, a: 1 -> 2, no"
