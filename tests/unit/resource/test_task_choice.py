# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks are chosen, and what chooses none. No network."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import concurrent
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.task_choice import (
    CHOICE_ARGUMENTS,
    Selected,
    choose,
)

TASKS = {"Orders": ["nightly"], "Claims": ["nightly", "erp"], "load[1]": []}


class Manager:
    """Servers ``s`` and ``z`` with the same tasks; ``looks`` happen at looks after the first."""

    def __init__(self, check_mode: bool = False, state: str = "RUNNING") -> None:
        self.check_mode = check_mode
        self.session = SimpleNamespace(connection=SimpleNamespace(concurrency=2))
        self.state = state
        self.looks: list[Callable[[], None]] = []

    def get_task_list(self, server: str) -> list[dict[str, Any]]:
        """GetTaskList."""
        if server.lower() not in "sz":
            raise ApiError("GetTaskList", 500, "AEM_SERVER_NOT_FOUND", "Could not be found.")
        if self.looks:
            self.looks.pop(0)()
        return [{"name": name, "state": self.state, "assigned_tags": tags} for name, tags in TASKS.items()]


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(concurrent.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(concurrent.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))


def chosen(manager: Manager | None = None, timeout: float = 0, known: bool = True, **options: Any) -> Selected:
    """What the options choose, on server s unless they say another."""
    where = {} if "selection" in options else {"server": "s"}
    defaults = {name: spec.get("default") for name, spec in CHOICE_ARGUMENTS.items()}
    return choose(cast(Api, manager or Manager()), {**defaults, **where, **options}, timeout, known)


def names(selected: Selected) -> list[str]:
    """The names of tasks."""
    return [task["name"] for task in selected.tasks]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"tasks": ["Orders"]}, ["Orders"]),
        ({"tasks": ["orders", "ORDERS"]}, ["Orders"]),
        ({"tasks": ["*s"]}, ["Orders", "Claims"]),
        ({"tasks": ["load[1]"]}, ["load[1]"]),
        ({"tags": ["nightly"]}, ["Orders", "Claims"]),
        ({"tags": ["erp", "nightly"], "tasks": ["C*"]}, ["Claims"]),
        ({"exclude": ["orders"]}, ["Claims", "load[1]"]),
        ({"tags": ["nightly"], "exclude": ["Cl*", "x*"]}, ["Orders"]),
    ],
)
def test_by_name_pattern_and_tag(options: dict[str, Any], found: list[str]) -> None:
    selected = chosen(**options)
    assert (names(selected), selected.warnings, selected.to_come) == (found, [], [])


def test_each_task_once_of_several_servers() -> None:
    parts = [
        {"server": "s", "tasks": ["*"], "exclude": ["load*"]},
        {"server": "S", "tags": ["erp"]},
        {"server": "z", "tags": ["erp"]},
    ]
    selected = chosen(selection=parts)
    assert [(task["server"], task["name"]) for task in selected.tasks] == [
        ("s", "Orders"),
        ("s", "Claims"),
        ("z", "Claims"),
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"tags": ["nigthly"]}, "No task on server s matches tags nigthly."),
        ({"tags": ["nightly", "weekly"]}, "No task on server s matches tags weekly."),
        ({"tasks": ["Orders", "X*"]}, "No task on server s matches tasks X*."),
        ({"tasks": ["X*"], "tags": ["weekly"]}, "No task on server s matches tasks X* and tags weekly."),
        ({"tasks": ["Orders"], "tags": ["erp"]}, "No task on server s matches tasks Orders and tags erp."),
        ({"tags": ["erp"], "exclude": ["Claims"]}, "No task on server s matches tags erp, without Claims."),
        ({"exclude": ["*"]}, "No task on server s is left, without *."),
        ({"tags": []}, "tags is an empty list, so no task on server s is chosen."),
        ({"tasks": []}, "tasks is an empty list, so no task on server s is chosen."),
        ({"selection": []}, "selection is an empty list, so no task is chosen."),
        ({"selection": [{"server": "z", "tags": []}]}, "tags is an empty list, so no task on server z is chosen."),
    ],
)
def test_what_chooses_none_is_refused_unless_there_may_be_none(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=re.escape(f"{told} Set allow_none to true if there may be none.")):
        chosen(**options)
    assert chosen(**options, allow_none=True).warnings == ([] if "is an empty list" in told else [told])
    (warning,) = chosen(Manager(check_mode=True), **options).warnings
    assert warning.startswith(told)
    assert warning.endswith("A run would fail, unless an earlier task adds it.")


@pytest.mark.parametrize("option", ["tasks", "exclude"])
def test_a_name_that_no_task_has_is_refused(option: str) -> None:
    with pytest.raises(Refused, match=r"There is no task 'orderz' on server s\. Did you mean 'Orders'"):
        chosen(**{"tasks": ["Claims"], option: ["Claims", "orderz"]}, allow_none=True)


def test_a_name_that_no_task_has_any_more_can_be_left_out() -> None:
    selected = chosen(tasks=["Orders", "gone"], skip_missing=True)
    assert names(selected) == ["Orders"]
    assert selected.warnings == ["There is no task 'gone' on server s any more, so it is left out."]
    assert chosen(selection=[], skip_missing=True).warnings == []


def test_names_that_need_not_be_known() -> None:
    assert names(chosen(tasks=["Orders", "gone"], known=False)) == ["Orders"]
    for options in ({"tasks": ["gone"]}, {"tasks": []}, {"selection": []}):
        selected = chosen(**options, known=False)
        assert (selected.tasks, selected.warnings) == ([], [])
    with pytest.raises(Refused, match="matches tags nigthly"):
        chosen(tags=["nigthly"], known=False)


class TestCheckMode:
    """Tasks and servers that an earlier task of the play would have made."""

    def test_a_task_to_come_is_stopped(self) -> None:
        selected = chosen(Manager(check_mode=True), tasks=["Orders", "new"])
        assert [(task["server"], task["name"], task["state"]) for task in selected.tasks] == [
            ("s", "Orders", "RUNNING"),
            ("s", "new", "STOPPED"),
        ]
        assert selected.to_come == selected.tasks[1:]
        assert selected.warnings == [
            "There is no task 'new' on server s. A run would fail, unless an earlier task adds it."
        ]

    def test_a_server_to_come(self) -> None:
        selected = chosen(Manager(check_mode=True), server="new", tasks=["Orders", "X*"], tags=["nightly"])
        assert names(selected) == ["Orders"]
        assert selected.to_come == selected.tasks
        assert "There is no server new yet." in selected.warnings[0]
        with pytest.raises(ApiError):
            chosen(server="new", tasks=["Orders"])


def test_tasks_on_the_way_are_waited_for_before_anything_is_decided() -> None:
    manager = Manager(state="STARTING")
    manager.looks = [lambda: None, lambda: None, lambda: setattr(manager, "state", "RUNNING")]
    assert [task["state"] for task in chosen(manager, tasks=["Orders"], timeout=60).tasks] == ["RUNNING"]


def test_a_task_that_never_settles_is_given_as_it_is() -> None:
    selected = chosen(Manager(state="STOPPING"), tasks=["Orders"], timeout=5)
    assert [(task["server"], task["state"]) for task in selected.tasks] == [("s", "STOPPING")]
