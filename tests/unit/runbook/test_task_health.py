# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as healthy, and how latencies are read."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import concurrent
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook import task_health
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.task_health import (
    Limits,
    Unhealthy,
    latency,
    left_to_apply,
)

HEALTHY = {
    "server": "s",
    "name": "t",
    "state": "RUNNING",
    "message": "",
    "latency_seconds": 5,
    "left_to_apply": 0,
    "tables_in_error": ["A.OLD"],
}
BASELINE = [{"server": "s", "name": "t", "tables_in_error": ["A.OLD"]}]


def limits(**options: Any) -> Limits:
    """Limits of these options."""
    return Limits.from_options(
        {"latency": None, "settle": 0, "timeout": 0, "baseline": None, "drained": False, **options}
    )


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("00:00:03", 3),
        ("00:01:15", 75),
        ("49:00:01", 176401),
        ("00:00:02.5", 2),
        (7, 7),
        (-1, None),
        ("", None),
        ("soon", None),
        (None, None),
        (True, None),
        ("00:00:0\u0663", None),
        ("9" * 5000 + ":00:00", None),
    ],
)
def test_latencies(told: Any, seconds: int | None) -> None:
    assert latency({"cdc_latency": {"total_latency": told}}) == seconds


@pytest.mark.parametrize("details", [{}, {"cdc_latency": None}, {"cdc_latency": [1]}, {"cdc_latency": "00:00:03"}])
def test_a_task_without_latency_has_none(details: dict[str, Any]) -> None:
    assert latency(details) is None


@pytest.mark.parametrize(
    ("details", "left"),
    [
        ({}, None),
        ({"cdc_transactions_counters": [], "full_load_counters": 7}, None),
        ({"cdc_transactions_counters": {"incoming_applying_changes_on_disk_count": 0}}, 0),
        (
            {
                "cdc_transactions_counters": {
                    "incoming_accumulated_changes_in_memory_count": 1,
                    "incoming_accumulated_changes_on_disk_count": 2,
                    "incoming_applying_changes_in_memory_count": 4,
                    "incoming_applying_changes_on_disk_count": 8,
                    "applied_records_in_progress_count": 16,
                    "commit_change_records_count": 1000,
                    "rollback_transaction_count": "many",
                },
                "full_load_counters": {"tables_loading_count": 32, "tables_queued_count": 64, "tables_error_count": 9},
            },
            127,
        ),
        ({"cdc_transactions_counters": {"incoming_applying_changes_on_disk_count": -1}}, None),
    ],
)
def test_what_is_left_to_apply(details: dict[str, Any], left: int | None) -> None:
    assert left_to_apply(details) == left


class Manager:
    """A server whose one task looks so, look after look; time passes while one waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *states: str, check_mode: bool = False) -> None:
        self.check_mode = check_mode
        self.session = SimpleNamespace(connection=SimpleNamespace(concurrency=1))
        self.states, self.now = list(states), 0.0
        for module in (task_health, concurrent):
            monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: self.now, sleep=self.sleep))

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self.now += seconds

    def get_task_list(self, _server: str) -> list[dict[str, Any]]:
        """GetTaskList."""
        return [{"name": "t", "state": self.states[0], "assigned_tags": ["x"]}]

    def get_task_details(self, _server: str, _task: str) -> dict[str, Any]:
        """GetTaskDetails."""
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return {"state": state, "message": ""}

    def health(self, **options: Any) -> Result:
        """What aem_task_health tells."""
        spec = {name: argument.get("default") for name, argument in task_health.ARGUMENTS.items()}
        return task_health.report(cast(Api, self), {**spec, "server": "s", "tasks": ["t"], **options})


def test_tasks_that_settle_too_late_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    flapping = ["RUNNING", "STARTING"] * 20
    result = Manager(monkeypatch, *flapping, "RUNNING").health(settle=10, timeout=5)
    assert result.values["healthy"] is False
    assert result.error is not None
    late = Manager(monkeypatch, *["STARTING"] * 8, "RUNNING").health(settle=10, timeout=5)
    assert late.values["healthy"] is False
    assert [task["healthy"] for task in late.values["tasks"]] == [True]
    assert late.error is not None
    assert "of the 10 seconds of settle only when the timeout of 5 seconds was over" in late.error.message
    assert (
        Manager(monkeypatch, *["STARTING"] * 8, "RUNNING").health(settle=10, timeout=5, fail_on_error=False).error
        is None
    )
    assert Manager(monkeypatch, "STARTING", "RUNNING").health(settle=10, timeout=5).error is None


class TestCheckMode:
    """Tasks that earlier tasks of the play would have made or started."""

    def test_a_task_to_come_is_taken_as_healthy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        result = Manager(monkeypatch, "RUNNING", check_mode=True).health(tasks=["t", "new"], timeout=600, settle=60)
        assert (result.error, result.values["healthy"]) == (None, True)
        assert [task["name"] for task in result.values["tasks"]] == ["t", "new"]
        assert "There is no task 'new' on server s." in result.warnings[0]
        assert result.values["seconds"] == 0

    def test_one_that_does_not_run_may_be_started(self, monkeypatch: pytest.MonkeyPatch) -> None:
        result = Manager(monkeypatch, "STOPPED", check_mode=True).health(timeout=600)
        assert (result.error, result.values["healthy"]) == (None, False)
        assert result.warnings == [
            "Task t on server s is in state STOPPED. A run would fail, unless an earlier task starts it."
        ]

    def test_what_nobody_starts_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        manager = Manager(monkeypatch, "RUNNING", check_mode=True)
        monkeypatch.setattr(task_health, "left_to_apply", lambda _details: 3)
        assert isinstance(manager.health(drained=True).error, Unhealthy)


def test_none_is_healthy_where_there_may_be_none(monkeypatch: pytest.MonkeyPatch) -> None:
    result = Manager(monkeypatch, "RUNNING").health(tasks=[], allow_none=True, settle=60)
    assert (result.error, result.values["healthy"], result.values["seconds"]) == (None, True, 0)


@pytest.mark.parametrize(
    ("task", "given", "problems", "hopeless"),
    [
        ({}, {}, [], False),
        ({"tables_in_error": ["A.NEW"]}, {}, [], False),
        ({}, {"latency": 5, "baseline": BASELINE}, [], False),
        ({"latency_seconds": None}, {"latency": 0}, [], False),
        ({"latency_seconds": 6}, {"latency": 5}, ["its latency of 6 s is above 5 s"], False),
        ({"left_to_apply": 7}, {}, [], False),
        ({"left_to_apply": None}, {"drained": True}, [], False),
        ({"left_to_apply": 7}, {"drained": True}, ["it has 7 changes or tables still to apply"], False),
        ({"state": "STARTING"}, {}, ["it is in state STARTING"], False),
        ({"state": "ERROR", "message": "No listener."}, {}, ["it is in state ERROR", "No listener"], True),
        ({"tables_in_error": ["A.NEW", "A.OLD"]}, {"baseline": BASELINE}, ["tables in error: A.NEW"], True),
        ({"name": "u"}, {"baseline": BASELINE}, ["tables in error: A.OLD"], True),
    ],
)
def test_what_is_wrong_with_a_task(
    task: dict[str, Any], given: dict[str, Any], problems: list[str], hopeless: bool
) -> None:
    judged = limits(**given).judged({**HEALTHY, **task})
    assert (judged["healthy"], judged["problems"], judged["hopeless"]) == (not problems, problems, hopeless)


@pytest.mark.parametrize("name", ["latency", "settle", "timeout"])
def test_negative_times_are_refused(name: str) -> None:
    with pytest.raises(Refused, match=f"{name} must be 0 seconds or more, not -1"):
        limits(**{name: -1})


@pytest.mark.parametrize("item", [{}, {"server": "s", "name": "t"}, {"server": "s", "name": "t", "tables_in_error": 1}])
def test_a_baseline_of_something_else_is_refused(item: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="Each item of baseline must have"):
        limits(baseline=[item])
