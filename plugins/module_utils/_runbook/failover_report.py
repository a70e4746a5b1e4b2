# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each task in a failover, put together from the results of its steps. All functions are pure.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._client.normalise import Plain

Tasks = Sequence[Mapping[str, Any]]


def rows(
    before: Tasks, stopped: Tasks = (), switched: Tasks = (), started: Tasks = (), health: Tasks = ()
) -> list[Plain]:
    """A row for each task of ``before``: ``server``, ``endpoint``, ``name``, ``before``, ``after``, seconds, health.

    ``before`` is what aem_failover_check tells of the tasks, ``stopped`` and ``started`` are of aem_task_state,
    ``switched`` are the endpoints of aem_endpoint_failover, ``health`` is of aem_task_health. What was not done is
    left out. A row has ``line``, which says it to a person.
    """
    recycled = [{"server": one["server"], **task} for one in switched for task in one["tasks"]]
    found = [_by_task(tasks) for tasks in (stopped, recycled, started, health)]
    return [_row(task, *(tasks.get(_key(task), {}) for tasks in found)) for task in before]


def _row(task: Mapping[str, Any], stop: Plain, recycle: Plain, start: Plain, health: Plain) -> Plain:
    after = health.get("state") or start.get("after") or recycle.get("after") or stop.get("after") or task["state"]
    row = {
        "server": task["server"],
        "endpoint": task["endpoint"],
        "name": task["name"],
        "before": task["state"],
        "after": after,
        "stop_seconds": stop.get("seconds"),
        "recycle_seconds": recycle.get("seconds"),
        "start_seconds": start.get("seconds"),
        "latency_seconds": health.get("latency_seconds"),
        "problems": [*health.get("problems", [])] or [one["error"] for one in (stop, recycle, start) if "error" in one],
    }
    return {**row, "line": line(row)}


def line(row: Mapping[str, Any]) -> str:
    """A row, as a person reads it."""
    took = [
        f"{word} in {row[key]} s"
        for word, key in (("stopped", "stop_seconds"), ("recycled", "recycle_seconds"), ("started", "start_seconds"))
        if row[key] is not None
    ]
    latency = [] if row["latency_seconds"] is None else [f"latency {row['latency_seconds']} s"]
    facts = [f"was {row['before']}, is {row['after']}", *took, *latency, *row["problems"]]
    return f"{row['server']}: {row['name']} {'; '.join(facts)}"


def _by_task(tasks: Tasks) -> dict[tuple[str, str], Plain]:
    return {_key(task): dict(task) for task in tasks}


def _key(task: Mapping[str, Any]) -> tuple[str, str]:
    return task["server"], task["name"]
