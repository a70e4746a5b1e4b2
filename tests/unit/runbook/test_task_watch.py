# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes an event, and that each comes once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.http import Session
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import NoAnswer, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook import task_watch, watcher
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.task_watch import (
    KINDS,
    Watch,
    events,
    look,
    remembered,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.watcher import Watcher

WATCH = Watch(latency=60)


def task(**facts: Any) -> dict[str, Any]:
    """A task as a look has it."""
    usual = {"state": "RUNNING", "stop_reason": "NONE", "message": "", "tags": ["a"], "latency": 3, "data_errors": 0}
    return {**usual, "tables_in_error": [], "full_load_end": None, **facts}


def server(tasks: dict[str, Any] | None, **facts: Any) -> dict[str, Any]:
    """A look at one server."""
    return {"s": {"state": "MONITORED", "message": "", "license_days": 90, "tasks": tasks, **facts}}


def happened(before: Any, now: Any, watch: Watch = WATCH) -> list[tuple[Any, ...]]:
    """The events, in short."""
    return [
        (event["event"], event.get("task"), event["before"], event["after"]) for event in events(before, now, watch)
    ]


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ({}, {"state": "ERROR"}, [("task_state", "t", "RUNNING", "ERROR")]),
        ({}, {"latency": 61}, [("latency", "t", 3, 61)]),
        ({"latency": 61}, {"latency": 62}, []),
        ({"latency": 61}, {"latency": 60}, [("latency", "t", 61, 60)]),
        ({"latency": 3}, {"latency": 99, "state": "STOPPED"}, [("task_state", "t", "RUNNING", "STOPPED")]),
        ({"data_errors": 2}, {"data_errors": 5}, [("data_errors", "t", 2, 5)]),
        ({"data_errors": 5}, {"data_errors": 0}, []),
        (
            {"tables_in_error": ["A.B"]},
            {"tables_in_error": ["A.B", "A.C"]},
            [("table_error", "t", None, "TABLE_ERROR")],
        ),
        ({"tables_in_error": ["A.B"]}, {"tables_in_error": []}, []),
        ({}, {"full_load_end": "2026-11-23T12:00:00"}, [("full_load", "t", None, "2026-11-23T12:00:00")]),
        ({"full_load_end": "x"}, {"full_load_end": "x"}, []),
        ({}, {}, []),
    ],
)
def test_what_happens_to_a_task(before: dict[str, Any], now: dict[str, Any], expected: list[Any]) -> None:
    assert happened(server({"t": task(**before)}), server({"t": task(**now)})) == expected


def test_errors_that_are_not_told_for_a_while_are_compared_with_the_next_that_are() -> None:
    known, unknown = server({"t": task(data_errors=3)}), server({"t": task(data_errors=None)})
    assert happened(known, unknown) == []
    memory = remembered(known, unknown)
    assert happened(memory, server({"t": task(data_errors=3)})) == []
    assert happened(memory, server({"t": task(data_errors=5)})) == [("data_errors", "t", 3, 5)]
    assert happened(unknown, server({"t": task(data_errors=0)})) == []


def test_what_a_server_cannot_tell_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = {"name": "s", "state": "MONITORED", "message": "", "problem": ""}
    told = {"name": "t", "state": "RUNNING", "message": "", "assigned_tags": []}
    monkeypatch.setattr(task_watch, "overview", lambda *_all, **_more: [{**listed, "tasks": [told]}])
    api = SimpleNamespace(
        session=SimpleNamespace(connection=SimpleNamespace(concurrency=1)),
        get_task_details=lambda *_which: {"state": "RUNNING", "message": "", "data_error_count": -1},
        get_server_details=lambda _server: {"license": {"days_to_expiration": -1}},
    )
    found = look(cast(Api, api), WATCH)["s"]
    assert (found["license_days"], found["tasks"]["t"]["data_errors"]) == (None, None)


def test_tasks_that_come_and_go() -> None:
    assert happened(server({}), server({"t": task()})) == [("task_state", "t", None, "RUNNING")]
    assert happened(server({"t": task()}), server({})) == [("task_state", "t", "RUNNING", "NOT_EXIST")]


def test_a_server_that_cannot_be_read_loses_no_task_and_finds_what_happened_meanwhile() -> None:
    first = server({"t": task()})
    lost = server(None, state="ERROR", license_days=None)
    assert happened(first, lost) == [("server_state", None, "MONITORED", "ERROR")]
    memory = remembered(first, lost)
    back = server({"t": task(state="STOPPED")})
    assert happened(memory, back) == [
        ("server_state", None, "ERROR", "MONITORED"),
        ("task_state", "t", "RUNNING", "STOPPED"),
    ]


def test_a_task_that_cannot_be_read_is_as_it_was() -> None:
    first = server({"t": task()})
    memory = remembered(first, server({"t": None}))
    assert happened(first, server({"t": None})) == []
    assert happened(memory, server({"t": task(state="ERROR")})) == [("task_state", "t", "RUNNING", "ERROR")]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [(90, 31, False), (31, 30, True), (30, 29, False), (8, 7, True), (90, 1, True), (5, 400, False)],
)
def test_a_license_is_told_once_a_limit(before: int, after: int, told: bool) -> None:
    found = happened(server({}, license_days=before), server({}, license_days=after))
    assert found == ([("license", None, before, after)] if told else [])


def test_the_first_look_tells_only_what_is_wrong_now() -> None:
    now = server({"t": task(state="ERROR"), "u": task(latency=600)}, license_days=3)
    assert happened(None, now) == [("license", None, None, 3), ("latency", "u", None, 600)]


def test_a_server_that_is_removed() -> None:
    assert happened(server({}), {}) == [("server_state", None, "MONITORED", "NOT_EXIST")]


def test_only_what_is_watched() -> None:
    watch = Watch(kinds=["table_error"])
    assert happened(server({"t": task()}), server({"t": task(state="ERROR")}), watch) == []


@pytest.mark.parametrize("options", [{"kinds": ["tasks"]}, {"kinds": []}, {"latency": 0}, {"license_days": [-1]}])
def test_a_watch_that_makes_no_sense(options: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Watch(**options)


TASKS = st.dictionaries(
    st.sampled_from("tuv"),
    st.none()
    | st.builds(
        task,
        state=st.sampled_from(["RUNNING", "ERROR", "STOPPED"]),
        latency=st.none() | st.integers(0, 200),
        data_errors=st.none() | st.integers(0, 3),
        tables_in_error=st.lists(st.sampled_from(["A.B", "A.C"]), unique=True),
        full_load_end=st.none() | st.sampled_from("xy"),
    ),
)
LOOKS = st.dictionaries(
    st.sampled_from("rs"),
    st.fixed_dictionaries(
        {
            "state": st.sampled_from(["MONITORED", "ERROR"]),
            "message": st.just(""),
            "license_days": st.none() | st.integers(0, 40),
            "tasks": st.none() | TASKS,
        }
    ),
)


@given(st.lists(LOOKS, min_size=1, max_size=4))
def test_nothing_is_told_twice_and_the_memory_is_plain_data(looks: Sequence[dict[str, Any]]) -> None:
    memory = None
    for now in looks:
        events(memory, now, WATCH)
        memory = json.loads(json.dumps(remembered(memory, now)))
        assert events(memory, now, WATCH) == []
        assert {event["event"] for event in events(None, now, WATCH)} <= set(KINDS)


class Source:
    """Looks that a watcher is to have, an exception for one that fails; and the sessions that it had."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, looks: Sequence[Any]) -> None:
        self.known: list[set[str]] = []
        self.looks = list(looks)
        self.sessions = 0
        self.closed = 0
        monkeypatch.setattr(watcher, "look", lambda _api, _watch, known: self.next(known))

    def next(self, known: set[str]) -> Any:
        """The next look, and the servers that may be gone by then."""
        self.known.append(set(known))
        found = self.looks.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def connect(self) -> Session:
        """A new session."""
        self.sessions += 1
        return cast(Session, self)

    def close(self) -> None:
        """The end of a session."""
        self.closed += 1


def steps(watched: Watcher, number: int) -> list[list[tuple[Any, Any]]]:
    """The events of so many looks, in short."""
    found = []
    for _step in range(number):
        found.append([(event["event"], event["after"]) for event in watched.step()])
        watched.told()
    return found


def test_an_enterprise_manager_that_is_down_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    down = NoAnswer("GetServerList", "refused", sent=False)
    up = server({"t": task()})
    source = Source(monkeypatch, [up, down, down, server({"t": task(state="ERROR")})])
    watched = Watcher(source.connect, WATCH)
    assert steps(watched, 4) == [
        [],
        [("enterprise_manager", "UNREACHABLE")],
        [],
        [("enterprise_manager", "REACHABLE"), ("task_state", "ERROR")],
    ]
    assert (source.sessions, source.closed) == (3, 2)


def test_a_mistake_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(monkeypatch, [Refused("There is no server 'Sales'.")])
    with pytest.raises(Refused, match="Sales"):
        steps(Watcher(source.connect, WATCH), 1)


def test_a_server_that_was_there_may_be_gone_for_good(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = str(tmp_path / "memory.json")
    source = Source(monkeypatch, [server({}), {}, {}, {}, {}])
    assert steps(Watcher(source.connect, WATCH, path), 1) == [[]]
    assert steps(Watcher(source.connect, WATCH, path), 2) == [[("server_state", "NOT_EXIST")], []]
    assert steps(Watcher(source.connect, WATCH, path), 1) == [[]]
    # Where another run begins with nothing of that name, it is a mistake.
    assert source.known == [set(), {"s"}, {"s"}, set()]


def test_the_memory_outlives_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = str(tmp_path / "memory.json")
    looks = [server({"t": task()}), server({"t": task(state="ERROR")}), server({"t": task(state="ERROR")})]
    source = Source(monkeypatch, looks)
    assert steps(Watcher(source.connect, WATCH, path), 1) == [[]]
    assert steps(Watcher(source.connect, WATCH, path), 2) == [[("task_state", "ERROR")], []]


def test_what_was_not_handed_on_comes_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = str(tmp_path / "memory.json")
    source = Source(monkeypatch, [server({"t": task()}), *[server({"t": task(state="ERROR")})] * 2])
    steps(Watcher(source.connect, WATCH, path), 1)
    assert len(Watcher(source.connect, WATCH, path).step()) == 1
    assert len(Watcher(source.connect, WATCH, path).step()) == 1


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 2, "servers": {}}', "nonsense"])
def test_a_file_that_holds_something_else(tmp_path: Path, content: str) -> None:
    (tmp_path / "memory.json").write_text(content, encoding="utf-8")
    with pytest.raises(Refused, match=r"memory\.json"):
        Watcher(lambda: cast(Session, None), WATCH, str(tmp_path / "memory.json"))
