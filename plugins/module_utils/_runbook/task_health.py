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
from .._client.vocabulary import known_number
from .._core.concurrent import all_of, tried_until, wait_until
from .._core.errors import AemError, Refused
from .._core.plan import Result
from .._resource.foresight import unless_made
from .._resource.table import FAILED
from .._resource.task_choice import CHOICE_ARGUMENTS, SKIP_ARGUMENT, Selected, choose

ARGUMENTS: dict[str, dict[str, Any]] = {
    **CHOICE_ARGUMENTS,
    **SKIP_ARGUMENT,
    "latency": {"type": "int"},
    "drained": {"type": "bool", "default": False},
    # Without a specification of its items: it is given as this module returns it, with all that is in it.
    "baseline": {"type": "list", "elements": "dict"},
    "settle": {"type": "int", "default": 0},
    "timeout": {"type": "int", "default": 60},
    "fail_on_error": {"type": "bool", "default": True},
}

# Hours may be above 24; a number of more digits is no time.
_LATENCY = re.compile(r"([0-9]{1,6}):([0-5]?[0-9]):([0-5]?[0-9])(?:\.[0-9]+)?")


# Changes that the server has read and not yet applied, or that are not committed on the source (guide 2.17).
_TO_APPLY = (
    "incoming_accumulated_changes_in_memory_count",
    "incoming_accumulated_changes_on_disk_count",
    "incoming_applying_changes_in_memory_count",
    "incoming_applying_changes_on_disk_count",
    "applied_records_in_progress_count",
)
# What is judged of a task and not told.
_OWN = frozenset({"hopeless", "by_state"})
_TO_LOAD = ("tables_loading_count", "tables_queued_count")


class Unhealthy(AemError):
    """Tasks that do not do well, and what is wrong with each."""

    def __init__(self, tasks: Sequence[Plain], tried: int) -> None:
        words = " ".join(f"Task {task['name']} on server {task['server']}: {_words(task)}." for task in tasks)
        super().__init__(f"{len(tasks)} of {tried} tasks are not healthy. {words}")


class Unsettled(AemError):
    """Tasks that do well, but have not done so for long enough."""

    def __init__(self, seconds: float, settle: int, timeout: int) -> None:
        super().__init__(
            f"All tasks are healthy, but have been so for {seconds:.0f} of the {settle} seconds of settle only when the"
            f" timeout of {timeout} seconds was over. A longer timeout may help."
        )


@dataclass(frozen=True)
class Limits:
    """What a healthy task keeps to: its total latency in seconds, and the tables that may be in error, by task.

    With ``drained`` it has nothing more to apply or to load.
    """

    latency: int | None = None
    baseline: Mapping[tuple[str, str], frozenset[str]] | None = None
    drained: bool = False

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Limits:
        """Read the options of ARGUMENTS; raise Refused for numbers that make no sense."""
        for name in ("latency", "settle", "timeout"):
            if options[name] is not None and options[name] < 0:
                raise Refused(f"{name} must be 0 seconds or more, not {options[name]}.")
        baseline = None if options["baseline"] is None else _known(options["baseline"])
        return cls(options["latency"], baseline, bool(options["drained"]))

    def judged(self, task: Plain) -> Plain:
        """The task with its ``problems``, whether it is ``healthy``, and whether waiting is ``hopeless``.

        With ``by_state`` all that is wrong is that it does not run.
        """
        new = self._new_errors(task)
        late = self.latency is not None and (task["latency_seconds"] or 0) > self.latency
        left = (task["left_to_apply"] or 0) if self.drained else 0
        by_state = [f"it is in state {task['state']}"] if task["state"] != "RUNNING" else []
        problems = [
            *by_state,
            *([task["message"].rstrip(".")] if task["state"] == "ERROR" and task["message"] else []),
            *([f"its latency of {task['latency_seconds']} s is above {self.latency} s"] if late else []),
            *([f"it has {left} changes or tables still to apply"] if left else []),
            *([f"tables in error: {', '.join(new)}"] if new else []),
        ]
        hopeless = task["state"] in ("ERROR", "NOT_EXIST") or bool(new)
        judged = {**task, "healthy": not problems, "problems": problems, "hopeless": hopeless}
        # What an earlier task of a play could mend by starting the task.
        return {**judged, "by_state": bool(by_state) and not (late or left or new)}

    def _new_errors(self, task: Plain) -> list[str]:
        if self.baseline is None:
            return []
        before = self.baseline.get(_key(task), frozenset())
        return [table for table in task["tables_in_error"] if table not in before]


def report(api: Api, options: Mapping[str, Any]) -> Result:
    """How the tasks that ``options`` (see ARGUMENTS) choose do, once all do well, and an error if that is asked for.

    It is waited for no longer than the timeout, and not at all for a task that cannot come to do well by itself. In
    check mode the tasks are looked at once, and those that an earlier task of the play may have made or started are
    warned of.
    """
    limits, timeout, settle = Limits.from_options(options), options["timeout"], options["settle"]
    begun = time.monotonic()
    chosen = tried_until(lambda: choose(api, options), timeout)
    there = [task for task in chosen.tasks if task not in chosen.to_come]
    healthy_since: list[float] = []

    def look() -> list[Plain]:
        return [limits.judged(task) for task in look_at(api, there)]

    def settled(tasks: list[Plain]) -> bool:
        if any(task["hopeless"] for task in tasks):
            return True
        if not all(task["healthy"] for task in tasks):
            healthy_since.clear()
            return False
        healthy_since.append(time.monotonic())
        return bool(healthy_since[-1] - healthy_since[0] >= settle)

    if api.check_mode or not there:
        tasks, in_time = look(), True
    else:
        tasks, in_time = wait_until(look, settled, timeout + settle)
    seconds = round(time.monotonic() - begun, 1)
    result = _told(api, tasks, in_time, options, chosen)
    result.values["seconds"] = seconds
    if options["fail_on_error"] and not (result.error or in_time):
        result.error = Unsettled(healthy_since[-1] - healthy_since[0], settle, timeout)
    return result


def _told(api: Api, tasks: Sequence[Plain], in_time: bool, options: Mapping[str, Any], chosen: Selected) -> Result:
    """The result of a last look, with an error for those that are not healthy if that is asked for."""
    told = [{key: task[key] for key in task if key not in _OWN} for task in tasks]
    sick = [task for task in told if not task["healthy"]]
    warnings = list(chosen.warnings)
    may_be_started = [task for task in tasks if task["by_state"] and api.check_mode]
    for task in may_be_started:
        words = f"Task {task['name']} on server {task['server']} is in state {task['state']}."
        warnings += unless_made(api, words, "starts it")
    result = Result({"tasks": told + [_as_wished(task) for task in chosen.to_come]}, warnings=warnings)
    result.values["healthy"] = not sick and in_time
    failing = [task for task in sick if not any(_key(task) == _key(other) for other in may_be_started)]
    if options["fail_on_error"] and failing:
        result.error = Unhealthy(failing, len(told))
    return result


def _as_wished(task: Mapping[str, Any]) -> Plain:
    """How a task that is not there yet is expected to do."""
    expected: Plain = {
        "state": "RUNNING",
        "message": "",
        "latency_seconds": None,
        "tables_in_error": [],
        "left_to_apply": None,
    }
    return {"server": task["server"], "name": task["name"], **expected, "healthy": True, "problems": []}


def look_at(api: Api, tasks: Sequence[Mapping[str, Any]]) -> list[Plain]:
    """How each of the ``tasks`` (with ``server`` and ``name``) does now.

    ``server``, ``name``, ``state``, ``message``, ``latency_seconds`` and ``left_to_apply`` (None where the server does
    not tell) and ``tables_in_error`` (``schema.table``).
    """

    def one(task: Mapping[str, Any]) -> Plain:
        details = api.get_task_details(task["server"], task["name"])
        return {
            "server": task["server"],
            "name": task["name"],
            "state": details["state"],
            "message": details["message"],
            "latency_seconds": latency(details),
            "left_to_apply": left_to_apply(details),
            "tables_in_error": _tables_in_error(api, task, details),
        }

    return all_of(one, tasks, api.session.connection.concurrency)


def latency(details: Mapping[str, Any]) -> int | None:
    """The total latency that GetTaskDetails tells, in seconds; None where it tells none."""
    latencies = details.get("cdc_latency")
    return seconds_of(latencies.get("total_latency")) if isinstance(latencies, Mapping) else None


def seconds_of(told: Any) -> int | None:
    """The seconds of a latency such as ``00:01:30``, whose hours may be above 24; None where it tells none."""
    if isinstance(told, int) and not isinstance(told, bool):
        return told if told >= 0 else None
    found = _LATENCY.fullmatch(str(told or "").strip())
    if not found:
        return None
    hours, minutes, seconds = map(int, found.groups())
    return hours * 3600 + minutes * 60 + seconds


def left_to_apply(details: Mapping[str, Any]) -> int | None:
    """How many changes and tables a Replicate task has read and not yet brought to its target; None for others."""
    parts = ((details.get("cdc_transactions_counters"), _TO_APPLY), (details.get("full_load_counters"), _TO_LOAD))
    found = [counters.get(name) for counters, names in parts if isinstance(counters, Mapping) for name in names]
    numbers = [number for number in map(known_number, found) if number is not None]
    return sum(max(number, 0) for number in numbers) if numbers else None


def _tables_in_error(api: Api, task: Mapping[str, Any], details: Mapping[str, Any]) -> list[str]:
    # Compose tasks have other counters, and no tables that could be listed. The counter of errors is of the full load
    # only, so it does not tell of a table that was suspended later.
    if "full_load_counters" not in details:
        return []
    tables = api.get_table_list(task["server"], task["name"], states=[FAILED])
    return sorted(".".join(filter(None, (table.get("schema"), table["table"]))) for table in tables)


def _known(baseline: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], frozenset[str]]:
    try:
        return {_key(task): frozenset(task["tables_in_error"]) for task in baseline}
    except (AttributeError, KeyError, TypeError) as error:
        raise Refused("Each item of baseline must have server, name and tables_in_error.") from error


def _key(task: Mapping[str, Any]) -> tuple[str, str]:
    return task["server"].casefold(), task["name"].casefold()


def _words(task: Mapping[str, Any]) -> str:
    return "; ".join(task["problems"])
