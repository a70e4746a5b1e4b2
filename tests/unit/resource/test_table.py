# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reloading and resuming tables: what is chosen, how trouble is settled; and when a load will end. No network."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import concurrent
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError, NoAnswer, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Applied, carry_out
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.time import utc
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import table as planner

DONE = "TABLE_COMPLETED"
FINE = "TABLE_CHANGE_PROCESSING"
LOADING = "TABLE_LOADING"
FAILED = "TABLE_ERROR"
QUEUED = "TABLE_QUEUED"
SUSPENDED = ApiError("ResumeTable", 500, "AEM_UNSPEND_TABLE_ERR", "Failed to unsuspend table.")


def lost(sent: bool = True, done: bool = False) -> NoAnswer:
    """A lost answer; ``done`` for a call whose work was done all the same."""
    error = NoAnswer("ReloadTable", "cut", sent=sent)
    error.left = done
    return error


@dataclass
class Manager:
    """One task with tables by schema and name. ``trouble`` holds what happens to the next writes."""

    tables: dict[tuple[str, str], str]
    trouble: list[Any] = field(default_factory=list)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    lists: int = 0
    check_mode: bool = False
    no_task: bool = False
    session: Any = field(default_factory=lambda: SimpleNamespace(connection=SimpleNamespace(concurrency=2)))

    def get_table_list(self, _server: str, _task: str, schema: str | None, table: str | None) -> list[dict[str, Any]]:
        """GetTableList, with patterns that end in %."""
        self.lists += 1
        if self.no_task:
            raise ApiError("GetTableList", 500, "AEM_TASK_NOT_FOUND", "Could not be found.")

        def fits(pattern: str | None, name: str) -> bool:
            return pattern is None or name == pattern or (pattern.endswith("%") and name.startswith(pattern[:-1]))

        return [
            {"schema": key[0], "table": key[1], "state": state}
            for key, state in self.tables.items()
            if fits(schema, key[0]) and fits(table, key[1])
        ]

    def reload_table(self, _server: str, _task: str, schema: str, table: str) -> None:
        """ReloadTable."""
        self._write("reload", schema, table, LOADING)

    def resume_table(self, _server: str, _task: str, schema: str, table: str) -> None:
        """ResumeTable."""
        self._write("resume", schema, table, FINE)

    def _write(self, what: str, schema: str, table: str, state: str) -> None:
        self.calls.append((what, schema, table))
        met, self.trouble = self.trouble[:1], self.trouble[1:]
        if not met or met[0].left:
            self.tables[schema, table] = state
        for trouble in met:
            raise trouble


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(concurrent.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(concurrent.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))


def select(manager: Manager, wanted: Any, states: Any = None, allow_none: bool = False) -> tuple[list[str], list[str]]:
    """The names that are chosen, and the warnings."""
    selected = planner.select(cast(Api, manager), "s", "t", wanted, states, allow_none)
    return [table["table"] for table in selected.tables], selected.warnings


def bring(manager: Manager, state: str, before: str) -> Applied:
    """Touch table S.A, which was in state ``before`` when that was planned."""
    table = {"schema": "S", "table": "A", "state": before}
    return planner.plan(cast(Api, manager), "s", "t", [table], state)[0].apply()


ESTATE = {("S", "A"): FINE, ("S", "AB"): FAILED, ("S", "B"): QUEUED, ("T", "A"): FAILED}


@pytest.mark.parametrize(
    ("wanted", "states", "found"),
    [
        (None, None, ["A", "AB", "B", "A"]),
        ([{"schema": "S", "table": "A"}], None, ["A"]),
        ([{"schema": "S", "table": "A%"}, {"schema": "S", "table": None}], None, ["A", "AB", "B"]),
        ([{"schema": None, "table": "A"}], None, ["A", "A"]),
        (None, ["table_error"], ["AB", "A"]),
        ([{"schema": "S", "table": "A"}], ["table_error", "table_queued"], []),
    ],
)
def test_choosing(wanted: Any, states: Any, found: list[str]) -> None:
    manager = Manager(dict(ESTATE))
    assert select(manager, wanted, states) == (found, [])
    assert manager.lists == (1 if wanted is None else len(wanted))


def test_a_name_that_no_table_has_is_refused() -> None:
    with pytest.raises(Refused, match=r"There is no table S\.a, S\.X in task t on server s\. Upper and lower"):
        select(Manager(dict(ESTATE)), [{"schema": "S", "table": name} for name in ("A", "a", "X")], allow_none=True)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ([{"schema": "S", "table": "X%"}], "No table of task t on server s matches S.X%."),
        ([], "tables is an empty list, so no table of task t on server s is chosen."),
    ],
)
def test_what_chooses_no_table_is_refused_unless_there_may_be_none(wanted: list[Any], told: str) -> None:
    with pytest.raises(Refused, match=re.escape(told) + " Set allow_none to true"):
        select(Manager(dict(ESTATE)), [*wanted, {"schema": "S", "table": "B"}] if wanted else [])
    assert select(Manager(dict(ESTATE)), wanted, allow_none=True) == ([], [told] if wanted else [])
    assert select(Manager(dict(ESTATE), check_mode=True), wanted)[1] == [
        f"{told} Set allow_none to true if there may be none. A run would fail, unless an earlier task adds it."
    ]


def test_in_check_mode_the_task_may_be_still_to_come() -> None:
    manager = Manager({}, check_mode=True, no_task=True)
    told = "There is no task t on server s yet. A run would fail, unless an earlier task adds it."
    assert select(manager, [{"schema": "S", "table": "A"}, {"schema": "T"}]) == ([], [told])
    with pytest.raises(ApiError):
        select(Manager({}, no_task=True), None)


@pytest.mark.parametrize(("state", "needed"), [("reloaded", ["A", "AB", "B", "A"]), ("resumed", ["AB", "A"])])
def test_which_tables_need_it(state: str, needed: list[str]) -> None:
    tables = Manager(dict(ESTATE)).get_table_list("s", "t", None, None)
    assert [table["table"] for table in tables if planner.needs(state, table)] == needed


def test_each_table_is_touched_once() -> None:
    manager = Manager(dict(ESTATE))
    tables = manager.get_table_list("s", "t", None, None)
    changes = planner.plan(cast(Api, manager), "s", "t", tables, "reloaded")
    names = ("S.A", "S.AB", "S.B", "T.A")
    assert [change.name for change in changes] == [f"{name} of task t" for name in names]
    assert carry_out(changes, check_mode=False, workers=4).changed
    assert sorted(manager.calls) == [("reload", *key) for key in sorted(ESTATE)]


@pytest.mark.parametrize("before", [FINE, FAILED, DONE, QUEUED])
def test_a_lost_reload_that_has_begun_is_done(before: str) -> None:
    manager = Manager({("S", "A"): before}, trouble=[lost(done=True)])
    assert bring(manager, "reloaded", before) == Applied()
    assert len(manager.calls) == 1


def test_a_lost_reload_that_has_ended_already_is_seen_where_there_was_an_error() -> None:
    manager = Manager({("S", "A"): FINE}, trouble=[lost()])
    assert bring(manager, "reloaded", FAILED) == Applied()


@pytest.mark.parametrize("before", [FINE, FAILED, DONE])
def test_a_lost_reload_that_does_not_show_is_never_sent_again(before: str) -> None:
    manager = Manager({("S", "A"): before}, trouble=[lost()])
    with pytest.raises(NoAnswer, match=rf"cut\. Table S\.A is {before} now\. It was not reloaded again"):
        bring(manager, "reloaded", before)
    assert len(manager.calls) == 1


def test_a_reload_that_was_never_sent_is_not_looked_for() -> None:
    manager = Manager({("S", "A"): LOADING}, trouble=[lost(sent=False)])
    with pytest.raises(NoAnswer, match=r"got no usable answer: cut\. See that Enterprise Manager runs"):
        bring(manager, "reloaded", FINE)
    assert manager.lists == 0


@pytest.mark.parametrize(("trouble", "calls"), [(lost(), 2), (lost(done=True), 1)])
def test_a_lost_resume_is_settled(trouble: NoAnswer, calls: int) -> None:
    manager = Manager({("S", "A"): FAILED}, trouble=[trouble])
    assert bring(manager, "resumed", FAILED) == Applied()
    assert len(manager.calls) == calls


@pytest.mark.parametrize("code", ["AEM_UNSPEND_TABLE_ERR", "AEM_UNsuspend_TABLE_ERR", "AEM_UNSUSPEND_TABLE_ERR"])
def test_a_table_that_cannot_be_resumed_says_that_it_must_be_reloaded(code: str) -> None:
    manager = Manager({("S", "A"): FAILED}, trouble=[ApiError("ResumeTable", 500, code, "Failed.")])
    with pytest.raises(ApiError, match=r"Failed\. .* reload it with state reloaded") as raised:
        bring(manager, "resumed", FAILED)
    assert raised.value.error_code == code


def test_other_errors_of_a_resume_have_no_such_hint() -> None:
    trouble = ApiError("ResumeTable", 500, "AEM_INVALID_TASK_NT_NTSUPPEP", "Failed.")
    with pytest.raises(ApiError, match=r"Failed\.$"):
        bring(Manager({("S", "A"): FAILED}, trouble=[trouble]), "resumed", FAILED)


def test_what_somebody_else_resumed_is_no_change() -> None:
    manager = Manager({("S", "A"): FINE}, trouble=[SUSPENDED])
    assert bring(manager, "resumed", FAILED) == Applied(changed=False)


def test_what_is_told_of_each_table() -> None:
    manager = Manager(dict(ESTATE), trouble=[SUSPENDED])
    tables = manager.get_table_list("s", "t", None, None)
    touched = [table for table in tables if planner.needs("resumed", table)]
    changes = planner.plan(cast(Api, manager), "s", "t", touched, "resumed")
    predicted = planner.outcomes(tables, touched, carry_out(changes, check_mode=True))
    assert [(table["before"], table["changed"]) for table in predicted] == [
        (FINE, False),
        (FAILED, True),
        (QUEUED, False),
        (FAILED, True),
    ]
    one_by_one = planner.outcomes(tables, touched, carry_out(changes, check_mode=False, workers=1))
    assert one_by_one[1]["error_code"] == "AEM_UNSPEND_TABLE_ERR"
    assert [table["changed"] for table in one_by_one] == [False, False, False, True]
    again = planner.outcomes(tables, touched, carry_out(changes, check_mode=False, workers=2))
    assert [table["changed"] for table in again] == [False, True, False, True]


NOW = utc("2026-11-20T10:00:00Z")


def load(start: Any = "2026-11-20T09:00:00", rows: Any = 1000, done: Any = 250, end: Any = None) -> dict[str, Any]:
    """The full load of a table, by default a quarter done within an hour."""
    times = {"start_time": start, "end_time": None, "estimated_end_time": end}
    return {**times, "estimated_row_count": rows, "transferred_row_count": done}


@pytest.mark.parametrize(
    ("info", "end"),
    [
        (load(), "2026-11-20T13:00:00"),
        (load(start="2026-11-20T09:00:00Z"), "2026-11-20T13:00:00"),
        (load(done=1000), "2026-11-20T10:00:00"),
        (load(done=0), None),
        (load(rows=0), None),
        (load(rows=-1), None),
        (load(start=""), None),
        (load(start=None), None),
        (load(rows=None), None),
        (load(start="2026-11-20T10:00:01"), None),
        (load(rows=10**15, done=1), None),
        ({}, None),
    ],
)
def test_when_a_load_will_end(info: dict[str, Any], end: str | None) -> None:
    assert planner.estimated_end(info, NOW) == end


@pytest.mark.parametrize(
    ("status", "end"),
    [
        ({"state": LOADING, "table_full_load_info": load()}, "2026-11-20T13:00:00"),
        ({"state": LOADING, "table_full_load_info": load(end="2030-01-01T00:00:00")}, "2030-01-01T00:00:00"),
        ({"state": DONE, "table_full_load_info": load()}, None),
        ({"state": QUEUED, "table_full_load_info": load()}, None),
    ],
)
def test_only_a_table_that_is_loading_gets_an_estimate(status: dict[str, Any], end: str | None) -> None:
    assert planner.with_estimate(status, NOW)["table_full_load_info"]["estimated_end_time"] == end
    assert planner.with_estimate({"state": LOADING, "table_full_load_info": None}, NOW)["table_full_load_info"] is None


@pytest.mark.parametrize("statuses", [True, False])
def test_which_list_is_asked_for(statuses: bool) -> None:
    asked: list[Any] = []

    class Lists:
        def get_table_list(self, *arguments: Any) -> list[dict[str, Any]]:
            """GetTableList."""
            asked.append(("list", *arguments))
            return []

        def get_table_statuses(self, *arguments: Any) -> list[dict[str, Any]]:
            """GetTableStatuses."""
            asked.append(("statuses", *arguments))
            return [{"state": LOADING, "table_full_load_info": load()}]

    options = {"server": "s", "task": "t", "schema": "S", "table": None, "table_states": ["table_error"]}
    listed, _warnings = planner.listed(cast(Api, Lists()), {**options, "statuses": statuses}, cast(datetime, NOW))
    assert asked == [("statuses" if statuses else "list", "s", "t", "S", None, [FAILED])]
    assert len(listed) == int(statuses)
