# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules and notifications that come along with their tasks, in both shapes that servers write."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import of_sections
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.promotion_schedules import along

NAMES = {"DEV A": "A"}
NEW, OLD = {"notifications_list": [{"name": "n", "tasks": ["DEV A", "DEV B"]}]}, [{"name": "n", "tasks": "DEV A"}]


@pytest.mark.parametrize("source", [NEW, OLD])
@pytest.mark.parametrize(
    ("target", "made"),
    [
        (None, ["A"]),
        ([{"name": "n", "tasks": ["B"]}], ["B", "A"]),
        ({"notifications_list": [{"name": "n", "tasks": ["A", "B"]}]}, ["A", "B"]),
        ({"notifications_list": [{"name": "other", "tasks": ["B"]}]}, ["A"]),
    ],
)
def test_a_notification_has_the_shape_and_the_other_tasks_of_the_target(source: Any, target: Any, made: Any) -> None:
    there = of_sections(**({"notifications": target} if target else {}))
    found = along(of_sections(notifications=source), there, NAMES)
    content = found.sections["notifications"]
    is_list = isinstance(target or source, list)
    assert content == (
        [{"name": "n", "tasks": made}] if is_list else {"notifications_list": [{"name": "n", "tasks": made}]}
    )
    assert (found.notifications, found.problems) == (["n"], [])


def test_what_belongs_to_no_task_that_is_promoted_stays() -> None:
    source = of_sections(
        notifications={"notifications_list": [{"name": "all"}, {"name": "b", "tasks": ["DEV B"]}]},
        scheduler={"jobs": [{"name": "j", "task": "DEV B"}, {"name": "none"}]},
    )
    assert along(source, of_sections(), NAMES) == ({}, [], [], [])


def test_only_what_is_asked_for_comes() -> None:
    source = of_sections(notifications=NEW, scheduler={"jobs": [{"name": "j", "task": "DEV A"}]})
    assert list(along(source, of_sections(), NAMES, notifications=False).sections) == ["scheduler"]
    assert list(along(source, of_sections(), NAMES, schedules=False).sections) == ["notifications"]
    assert along(source, of_sections(), NAMES).sections["scheduler"] == {"jobs": [{"name": "j", "task": "A"}]}
