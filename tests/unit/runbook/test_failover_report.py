# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of each task after a failover."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.qlik.enterprise_manager.plugins.filter.failover_rows import FilterModule
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.failover_report import (
    ends,
    in_waves,
    rows,
)

TASK = {"server": "s", "endpoint": "ORA", "name": "t", "state": "RUNNING"}
OTHER = {**TASK, "server": "other"}
STOPPED = {"server": "s", "name": "t", "before": "RUNNING", "after": "STOPPED", "seconds": 2.1}
STARTED = {"server": "s", "name": "t", "before": "STOPPED", "after": "RUNNING", "seconds": 2.4}
RECYCLED = {"server": "s", "endpoint": "ORA", "tasks": [{"name": "t", "after": "RUNNING", "seconds": 5.0}]}
SICK = {"server": "s", "name": "t", "state": "ERROR", "latency_seconds": 0, "problems": ["it is in state ERROR"]}


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        ({}, "s: t was RUNNING, is RUNNING"),
        ({"stopped": [STOPPED]}, "s: t was RUNNING, is STOPPED; stopped in 2.1 s"),
        (
            {"stopped": [STOPPED], "started": [STARTED]},
            "s: t was RUNNING, is RUNNING; stopped in 2.1 s; started in 2.4 s",
        ),
        ({"switched": [RECYCLED]}, "s: t was RUNNING, is RUNNING; recycled in 5.0 s"),
        (
            {"stopped": [STOPPED], "health": [SICK]},
            "s: t was RUNNING, is ERROR; stopped in 2.1 s; latency 0 s; it is in state ERROR",
        ),
        (
            {"started": [{**STARTED, "after": "ERROR", "error": "No listener."}]},
            "s: t was RUNNING, is ERROR; started in 2.4 s; No listener.",
        ),
    ],
)
def test_a_line_for_each_task(steps: dict[str, Any], line: str) -> None:
    told = rows([TASK, OTHER], **steps)
    assert [row["line"] for row in told] == [line, "other: t was RUNNING, is RUNNING"]


def test_the_filter_takes_steps_that_were_not_made_and_refuses_what_is_none() -> None:
    failover_rows = FilterModule().filters()["failover_rows"]
    assert failover_rows([TASK], stopped=None, started=[]) == rows([TASK])
    with pytest.raises(AnsibleFilterError, match="got something else than the results of a failover: 'state'"):
        failover_rows([{"server": "s", "name": "t"}])
    with pytest.raises(AnsibleFilterError, match="got something else"):
        failover_rows([TASK], started=5)


CHECKED = {
    "server": "s",
    "endpoint": "ORA",
    "configuration": "Standby",
    "active_configuration": "Primary",
    "active": False,
    "interrupted": False,
    "record": "/r/ORA.json",
}
RAN = [{"server": "s", "tasks": ["t"]}]


def seen(active: bool, configuration: str | None, *problems: str) -> dict[str, Any]:
    """What a look at the endpoint says."""
    told = {"server": "s", "endpoint": "ORA", "active": active, "active_configuration": configuration}
    return {**told, "problems": list(problems)}


def remembered(former: str) -> dict[str, Any]:
    """The record of the endpoint."""
    back = {"server": "s", "endpoint": "ORA", "configuration": former}
    return {"facts": {"back": back, "baseline": []}, "selection": RAN}


@pytest.mark.parametrize(
    ("former", "look", "as_before", "words"),
    [
        ("Primary", seen(True, "Primary"), True, "has its former settings, those of Primary."),
        (
            "Primary",
            seen(False, "Standby"),
            False,
            "has the settings of Standby, its former ones were those of Primary.",
        ),
        ("Primary", seen(False, None), False, "has settings of no configuration, its former"),
        ("Primary", seen(False, None, "No way."), None, "could not be looked at, its former settings are those of"),
        ("Primary", None, None, "could not be looked at"),
        ("", seen(False, None), True, "has its former settings, of no configuration."),
        ("", seen(True, "Standby"), False, "of no configuration, so that there is no way back to them."),
        ("", seen(False, "Third"), False, "has the settings of Third"),
        ("", seen(False, None, "No way."), None, "settings are of no configuration (No way)."),
    ],
)
def test_where_an_endpoint_stands(former: str, look: dict[str, Any] | None, as_before: bool | None, words: str) -> None:
    (end,) = ends([CHECKED], [remembered(former)], [look] if look else [])
    assert (end["as_before"], end["former"], end["ran"]) == (as_before, former, RAN)
    assert words in end["line"]
    assert end["look"] == {"server": "s", "endpoint": "ORA", "configuration": former or "Standby"}


def test_an_endpoint_without_a_record_of_its_own() -> None:
    # Nothing has been done to it by this run,
    (end,) = ends([CHECKED], [{"failed": True}], [seen(True, "Primary")])
    assert (end["as_before"], end["ran"]) == (True, [])
    # but maybe by an earlier one, whose record cannot be read.
    (end,) = ends([{**CHECKED, "interrupted": True}], [{"failed": True}], [seen(True, "Primary")])
    assert end["as_before"] is None


def test_tasks_are_started_in_waves() -> None:
    tasks = [
        {"server": "s", "name": "reads", "wave": 1},
        {"server": "s", "name": "writes", "wave": 0},
        {"server": "t", "name": "other", "wave": 0},
    ]
    selection = [{"server": "s", "tasks": ["reads", "writes", "new"]}, {"server": "t", "tasks": ["other"]}, *RAN]
    assert in_waves(selection, tasks) == [
        [{"server": "s", "tasks": ["writes", "new", "t"]}, {"server": "t", "tasks": ["other"]}],
        [{"server": "s", "tasks": ["reads"]}],
    ]
    assert in_waves([], tasks) == [[]]
