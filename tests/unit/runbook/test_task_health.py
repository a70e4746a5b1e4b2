# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as healthy, and how latencies are read."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.task_health import Limits, latency

HEALTHY = {
    "server": "s",
    "name": "t",
    "state": "RUNNING",
    "message": "",
    "latency_seconds": 5,
    "tables_in_error": ["A.OLD"],
}
BASELINE = [{"server": "s", "name": "t", "tables_in_error": ["A.OLD"]}]


def limits(**options: Any) -> Limits:
    """Limits of these options."""
    return Limits.from_options({"latency": None, "settle": 0, "timeout": 0, "baseline": None, **options})


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
    ],
)
def test_latencies(told: Any, seconds: int | None) -> None:
    assert latency({"cdc_latency": {"total_latency": told}}) == seconds


def test_a_task_without_latency_has_none() -> None:
    assert latency({}) is None


@pytest.mark.parametrize(
    ("task", "given", "problems", "hopeless"),
    [
        ({}, {}, [], False),
        ({"tables_in_error": ["A.NEW"]}, {}, [], False),
        ({}, {"latency": 5, "baseline": BASELINE}, [], False),
        ({"latency_seconds": None}, {"latency": 0}, [], False),
        ({"latency_seconds": 6}, {"latency": 5}, ["its latency of 6 s is above 5 s"], False),
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
