# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether tasks do well: they run, they keep up, and no table of theirs has been suspended (guide 2.17, 2.18).

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._core.concurrent import all_of, tried_until, wait_until
from .._core.errors import AemError, Refused
from .._core.plan import Result
from .._resource.table import FAILED
from .._resource.task_choice import CHOICE_ARGUMENTS, SKIP_ARGUMENT, choose

ARGUMENTS: dict[str, dict[str, Any]] = {
    **CHOICE_ARGUMENTS,
    **SKIP_ARGUMENT,
    "latency": {"type": "int"},
    # Without a specification of its items: it is given as this module returns it, with all that is in it.
    "baseline": {"type": "list", "elements": "dict"},
    "settle": {"type": "int", "default": 0},
    "timeout": {"type": "int", "default": 60},
    "fail_on_error": {"type": "bool", "default": True},
}

_LATENCY = re.compile(r"(\d+):([0-5]?\d):([0-5]?\d)(?:\.\d+)?")


class Unhealthy(AemError):
    """Tasks that do not do well, and what is wrong with each."""

    def __init__(self, tasks: Sequence[Plain], tried: int) -> None:
        words = " ".join(f"Task {task['name']} on server {task['server']}: {_words(task)}." for task in tasks)
        super().__init__(f"{len(tasks)} of {tried} tasks are not healthy. {words}")


@dataclass(frozen=True)
class Limits:
    """What a healthy task keeps to: its total latency in seconds, and the tables that may be in error, by task."""

    latency: int | None = None
    baseline: Mapping[tuple[str, str], frozenset[str]] | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Limits:
        """Read the options of ARGUMENTS; raise Refused for numbers that make no sense."""
        for name in ("latency", "settle", "timeout"):
            if options[name] is not None and options[name] < 0:
                raise Refused(f"{name} must be 0 seconds or more, not {options[name]}.")
        return cls(options["latency"], None if options["baseline"] is None else _known(options["baseline"]))

    def judged(self, task: Plain) -> Plain:
        """The task with its ``problems``, whether it is ``healthy``, and whether waiting is ``hopeless``."""
        new = self._new_errors(task)
        late = self.latency is not None and (task["latency_seconds"] or 0) > self.latency
        problems = [
            *([f"it is in state {task['state']}"] if task["state"] != "RUNNING" else []),
            *([task["message"].rstrip(".")] if task["state"] == "ERROR" and task["message"] else []),
            *([f"its latency of {task['latency_seconds']} s is above {self.latency} s"] if late else []),
            *([f"tables in error: {', '.join(new)}"] if new else []),
        ]
        hopeless = task["state"] in ("ERROR", "NOT_EXIST") or bool(new)
        return {**task, "healthy": not problems, "problems": problems, "hopeless": hopeless}

    def _new_errors(self, task: Plain) -> list[str]:
        if self.baseline is None:
            return []
        before = self.baseline.get((task["server"], task["name"]), frozenset())
        return [table for table in task["tables_in_error"] if table not in before]


def report(api: Api, options: Mapping[str, Any]) -> Result:
    """How the tasks that ``options`` (see ARGUMENTS) choose do, once all do well, and an error if that is asked for.

    It is waited for no longer than the timeout, and not at all for a task that cannot come to do well by itself.
    """
    limits = Limits.from_options(options)
    begun = time.monotonic()
    chosen = tried_until(lambda: choose(api, options), options["timeout"])
    healthy_since: list[float] = []

    def look() -> list[Plain]:
        return [limits.judged(task) for task in look_at(api, chosen.tasks)]

    def settled(tasks: list[Plain]) -> bool:
        if any(task["hopeless"] for task in tasks):
            return True
        if not all(task["healthy"] for task in tasks):
            healthy_since.clear()
            return False
        healthy_since.append(time.monotonic())
        return bool(healthy_since[-1] - healthy_since[0] >= options["settle"])

    tasks, in_time = wait_until(look, settled, options["timeout"] + options["settle"])
    told = [{key: value for key, value in task.items() if key != "hopeless"} for task in tasks]
    sick = [task for task in told if not task["healthy"]]
    seconds = round(time.monotonic() - begun, 1)
    result = Result({"tasks": told, "healthy": not sick and in_time, "seconds": seconds}, warnings=chosen.warnings)
    if options["fail_on_error"] and sick:
        result.error = Unhealthy(sick, len(told))
    return result


def look_at(api: Api, tasks: Sequence[Mapping[str, Any]]) -> list[Plain]:
    """How each of the ``tasks`` (with ``server`` and ``name``) does now.

    ``server``, ``name``, ``state``, ``message``, ``latency_seconds`` (None where the server does not tell) and
    ``tables_in_error`` (``schema.table``).
    """

    def one(task: Mapping[str, Any]) -> Plain:
        details = api.get_task_details(task["server"], task["name"])
        return {
            "server": task["server"],
            "name": task["name"],
            "state": details["state"],
            "message": details["message"],
            "latency_seconds": latency(details),
            "tables_in_error": _tables_in_error(api, task, details),
        }

    return all_of(one, tasks, api.session.connection.concurrency)


def latency(details: Mapping[str, Any]) -> int | None:
    """The total latency that GetTaskDetails tells, in seconds; None where it tells none."""
    return seconds_of((details.get("cdc_latency") or {}).get("total_latency"))


def seconds_of(told: Any) -> int | None:
    """The seconds of a latency such as ``00:01:30``, whose hours may be above 24; None where it tells none."""
    if isinstance(told, int) and not isinstance(told, bool):
        return told if told >= 0 else None
    found = _LATENCY.fullmatch(str(told or "").strip())
    if not found:
        return None
    hours, minutes, seconds = map(int, found.groups())
    return hours * 3600 + minutes * 60 + seconds


def _tables_in_error(api: Api, task: Mapping[str, Any], details: Mapping[str, Any]) -> list[str]:
    # Compose tasks have other counters, and no tables that could be listed. The counter of errors is of the full load
    # only, so it does not tell of a table that was suspended later.
    if "full_load_counters" not in details:
        return []
    tables = api.get_table_list(task["server"], task["name"], states=[FAILED])
    return sorted(".".join(filter(None, (table.get("schema"), table["table"]))) for table in tables)


def _known(baseline: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], frozenset[str]]:
    try:
        return {(task["server"], task["name"]): frozenset(task["tables_in_error"]) for task in baseline}
    except (KeyError, TypeError) as error:
        raise Refused("Each item of baseline must have server, name and tables_in_error.") from error


def _words(task: Mapping[str, Any]) -> str:
    return "; ".join(task["problems"])
