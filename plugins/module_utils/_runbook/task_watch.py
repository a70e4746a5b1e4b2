# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened between two looks at the tasks of an Enterprise Manager, as events.

A *look* is plain data: ``servers``, each with its state, the days that its license has left and its ``tasks``; a server
or task that could not be looked at is None. A *memory* is the last look, with what it did not see as it was seen
before, so it can be kept as JSON. Events come from comparing the two, so none comes twice.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import known_number
from .._core.concurrent import all_of, side_by_side
from .._core.errors import ApiError, Refused
from .._resource.overview import overview
from .._resource.task_choice import matching
from .task_health import latency

SERVER_STATE = "server_state"
TASK_STATE = "task_state"
LATENCY = "latency"
DATA_ERRORS = "data_errors"
TABLE_ERROR = "table_error"
FULL_LOAD = "full_load"
LICENSE = "license"
KINDS = (SERVER_STATE, TASK_STATE, LATENCY, DATA_ERRORS, TABLE_ERROR, FULL_LOAD, LICENSE)

_OF_DETAILS = frozenset({LATENCY, DATA_ERRORS, TABLE_ERROR, FULL_LOAD})
_TABLE_ERROR = "TABLE_ERROR"
_AT_WORK = frozenset({"RUNNING", "RECOVERY"})


@dataclass(frozen=True)
class Watch:
    """What is watched. ``latency`` is in seconds, ``license_days`` are days of which each is told once.

    ``servers``, ``tasks`` and ``tags`` choose as in the modules; None for all.
    """

    servers: Sequence[str] | None = None
    tasks: Sequence[str] | None = None
    tags: Sequence[str] | None = None
    kinds: Sequence[str] = KINDS
    latency: int = 600
    license_days: Sequence[int] = (30, 7, 1)

    def __post_init__(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown or not self.kinds:
            raise Refused(f"watch must name some of {', '.join(KINDS)}, not {', '.join(unknown) or 'nothing'}.")
        if self.latency < 1 or any(days < 0 for days in self.license_days):
            raise Refused("latency must be 1 second or more, and license_days 0 or more.")

    @property
    def wants_details(self) -> bool:
        """Whether anything is watched that the list of tasks does not tell."""
        return bool(_OF_DETAILS.intersection(self.kinds))


def look(api: Api, watch: Watch, known: Iterable[str] = ()) -> Plain:
    """A look at what is watched: one request, one a server, and one or two a task where more than states is watched.

    Raises ApiError and NoAnswer where Enterprise Manager itself does not answer, and Refused for a watched name that no
    server has. One that is ``known`` may be gone.
    """
    servers = overview(api, watch.servers, known=known)
    chosen = [
        (server["name"], task) for server in servers for task in matching(server["tasks"], watch.tasks, watch.tags)
    ]
    workers = api.session.connection.concurrency
    seen = side_by_side(lambda item: _task(api, watch, *item), chosen, workers)
    tasks: dict[str, dict[str, Plain | None]] = {server["name"]: {} for server in servers}
    for (server, task), outcome in zip(chosen, seen):
        tasks[server][task["name"]] = outcome.value
    days = _license_days(api, watch, [server["name"] for server in servers if not server["problem"]])
    return {
        server["name"]: {
            "state": server["state"],
            "message": server["message"],
            "license_days": days.get(server["name"]),
            "tasks": None if server["problem"] else tasks[server["name"]],
        }
        for server in servers
    }


def events(before: Mapping[str, Any] | None, now: Mapping[str, Any], watch: Watch) -> list[Plain]:
    """What happened between the memory ``before`` and the look ``now``, in the order of servers and tasks.

    With no memory (None) only what is wrong now is told: a latency above its limit, a license near its end.
    Each event has ``event`` (one of KINDS), ``server``, what was ``before`` and is ``after``, and of a task ``task``,
    ``tags`` and ``message``.
    """
    found: list[Plain] = []
    for name, server in now.items():
        known = (before or {}).get(name)
        found += [{"server": name, **event} for event in _server_events(known, server, watch, first=before is None)]
        if server["tasks"] is None:
            continue
        old_tasks = (known or {}).get("tasks")
        for task, facts in server["tasks"].items():
            if facts is not None:
                around = {"server": name, "task": task, "tags": facts["tags"], "message": facts["message"]}
                happened = _task_events((old_tasks or {}).get(task), facts, watch, is_new=old_tasks is not None)
                found += [{**around, **event} for event in happened]
        gone = [task for task in old_tasks or {} if task not in server["tasks"]]
        found += [_gone(name, task, (old_tasks or {})[task]) for task in gone]
    for name in before or {}:
        if name not in now:
            was = (before or {})[name]["state"]
            found.append({"server": name, "event": SERVER_STATE, "before": was, "after": "NOT_EXIST", "message": ""})
    return [event for event in found if event["event"] in watch.kinds]


def remembered(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> Plain:
    """The memory after the look ``now``: what it could not see is as it was seen before."""
    known = before or {}
    memory = {}
    for name, server in now.items():
        old = known.get(name) or {}
        days = old.get("license_days") if server["license_days"] is None else server["license_days"]
        tasks = server["tasks"]
        if tasks is None:
            tasks = old.get("tasks")
        else:
            old_tasks = old.get("tasks") or {}
            tasks = {task: _last_known(old_tasks.get(task), facts) for task, facts in tasks.items()}
            tasks = {task: facts for task, facts in tasks.items() if facts is not None}
        memory[name] = {**server, "license_days": days, "tasks": tasks}
    return memory


def _last_known(old: Plain | None, facts: Plain | None) -> Plain | None:
    """What is remembered of a task. Errors that are not told now are compared with the next that are."""
    if facts is None or old is None or facts.get("data_errors") is not None:
        return old if facts is None else facts
    return {**facts, "data_errors": old.get("data_errors")}


def _task(api: Api, watch: Watch, server: str, task: Mapping[str, Any]) -> Plain:
    """What is watched of one task."""
    facts: Plain = {
        "state": task["state"],
        "stop_reason": task.get("stop_reason"),
        "message": task["message"],
        "tags": list(task["assigned_tags"]),
    }
    if not watch.wants_details:
        return facts
    details = api.get_task_details(server, str(task["name"]))
    facts.update(
        state=details["state"],
        message=details["message"],
        latency=latency(details),
        data_errors=known_number(details.get("data_error_count")),
        full_load_end=details.get("full_load_end") if details.get("full_load_completed") else None,
    )
    if TABLE_ERROR in watch.kinds and "full_load_counters" in details:
        tables = api.get_table_list(server, str(task["name"]), states=[_TABLE_ERROR])
        facts["tables_in_error"] = sorted(f"{table.get('schema') or ''}.{table['table']}" for table in tables)
    return facts


def _license_days(api: Api, watch: Watch, servers: Sequence[str]) -> dict[str, int]:
    """The days that licenses have left, where servers tell."""
    if LICENSE not in watch.kinds:
        return {}

    def of_server(server: str) -> int | None:
        try:
            return known_number((api.get_server_details(server).get("license") or {}).get("days_to_expiration"))
        except ApiError:
            return None

    told = dict(zip(servers, all_of(of_server, servers, api.session.connection.concurrency)))
    return {server: days for server, days in told.items() if days is not None}


def _server_events(
    known: Mapping[str, Any] | None, now: Mapping[str, Any], watch: Watch, first: bool
) -> Iterator[Plain]:
    state, days = now["state"], now["license_days"]
    if not first and state != (known or {}).get("state"):
        yield {"event": SERVER_STATE, "before": (known or {}).get("state"), "after": state, "message": now["message"]}
    before = (known or {}).get("license_days")
    if days is not None and _limit(days, watch) < _limit(before, watch):
        yield {"event": LICENSE, "before": before, "after": days}


def _limit(days: int | None, watch: Watch) -> float:
    """The smallest of the watched numbers of days that ``days`` is within."""
    return min((limit for limit in watch.license_days if days is not None and days <= limit), default=float("inf"))


def _task_events(
    before: Mapping[str, Any] | None, now: Mapping[str, Any], watch: Watch, is_new: bool
) -> Iterator[Plain]:
    """What happened to a task; ``is_new`` says that one without a ``before`` was made meanwhile."""
    old = before or {}
    if now["state"] != old.get("state") and (before is not None or is_new):
        told = {"before": old.get("state"), "after": now["state"], "stop_reason": now["stop_reason"]}
        yield {"event": TASK_STATE, **told}
    late, was_late = ((facts.get("latency") or 0) > watch.latency for facts in (now, old))
    # The latency of a task that does not run says nothing.
    if late != was_late and now["state"] in _AT_WORK:
        told = {"before": old.get("latency"), "after": now.get("latency"), "limit": watch.latency}
        yield {"event": LATENCY, **told, "above": late}
    if before is None:
        return
    errors, old_errors = now.get("data_errors"), old.get("data_errors")
    if errors is not None and old_errors is not None and errors > old_errors:
        yield {"event": DATA_ERRORS, "before": old_errors, "after": errors}
    for table in now.get("tables_in_error") or ():
        if old.get("tables_in_error") is not None and table not in old["tables_in_error"]:
            yield {"event": TABLE_ERROR, "table": table, "before": None, "after": _TABLE_ERROR}
    ended = now.get("full_load_end")
    if ended and ended != old.get("full_load_end"):
        yield {"event": FULL_LOAD, "before": old.get("full_load_end"), "after": ended}


def _gone(server: str, task: str, facts: Mapping[str, Any]) -> Plain:
    told = {"event": TASK_STATE, "before": facts["state"], "after": "NOT_EXIST", "stop_reason": None}
    return {"server": server, "task": task, "tags": facts["tags"], "message": "", **told}
