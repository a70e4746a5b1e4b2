# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each task and endpoint in a failover, put together from the results of its steps.

All functions are pure. Steps that were not made, or failed, have no result, and what they would tell is not known.

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


def ends(endpoints: Tasks, records: Tasks = (), looked: Tasks = ()) -> list[Plain]:
    """Where each endpoint of ``endpoints`` (of aem_failover_check, before the switch) stands.

    ``records`` are the results of aem_task_record, each with ``facts.back``. ``looked`` are the endpoints of
    aem_failover_check after the switch, asked for what is in ``look`` here. An item has:

    - ``server`` and ``endpoint``, ``wanted`` and ``former``, two configurations; ``former`` is empty where the settings
      were of none, so that there is no way back,
    - ``active``: whether it had the wanted configuration before,
    - ``as_before``: whether it has its former settings, None where nobody can tell,
    - ``look``: the switch to look at for that; where there is a way back, it is the way back,
    - ``ran``: the tasks that ran, as a selection, and ``record``, the file that remembers them,
    - ``line``, which says it to a person.
    """
    remembered = {_of(record["facts"]["back"]): record for record in records if "back" in record.get("facts", {})}
    seen = {_of(one): one for one in looked}
    return [_end(one, remembered.get(_of(one)), seen.get(_of(one))) for one in endpoints]


def in_waves(selection: Tasks, tasks: Tasks) -> list[list[Plain]]:
    """A ``selection`` in the waves in which its tasks are started, each a selection; at least one, maybe an empty one.

    ``tasks`` are those of aem_failover_check. One that it does not know is in the first wave.
    """
    waves = {_key(task): task["wave"] for task in tasks}
    chosen = dict.fromkeys((item["server"], name) for item in selection for name in item["tasks"])
    found: dict[int, dict[str, list[str]]] = {}
    for server, name in chosen:
        found.setdefault(waves.get((server, name), 0), {}).setdefault(server, []).append(name)
    return [
        [{"server": server, "tasks": names} for server, names in found[wave].items()] for wave in sorted(found)
    ] or [[]]


def _end(one: Mapping[str, Any], record: Mapping[str, Any] | None, seen: Mapping[str, Any] | None) -> Plain:
    # Without a record of its own nothing has been done to it, unless an earlier run has left one that cannot be read.
    former = (record["facts"]["back"]["configuration"] if record else one["active_configuration"]) or ""
    unknown = record is None and bool(one.get("interrupted"))
    as_before = None if unknown or seen is None else _as_before(former, seen)
    told = {
        "server": one["server"],
        "endpoint": one["endpoint"],
        "wanted": one["configuration"],
        "former": former,
        "active": one["active"],
        "as_before": as_before,
        "look": {**{key: one[key] for key in ("server", "endpoint")}, "configuration": former or one["configuration"]},
        "ran": list(record["selection"]) if record else [],
        "record": one.get("record"),
    }
    return {**told, "line": f"{one['server']}: {one['endpoint']} {_stands(told, seen or {})}."}


def _as_before(former: str, seen: Mapping[str, Any]) -> bool | None:
    """Whether an endpoint was ``seen`` with its former settings; None where it could not be looked at."""
    if seen["active"]:
        return bool(former)
    if seen["active_configuration"] is None and seen["problems"]:
        return None
    return not former and seen["active_configuration"] is None


def _stands(end: Mapping[str, Any], seen: Mapping[str, Any]) -> str:
    former = f"those of {end['former']}" if end["former"] else "of no configuration"
    if end["as_before"] is None:
        why = "; ".join(seen.get("problems", ()))
        return f"could not be looked at, its former settings are {former}" + (f" ({why.rstrip('.')})" if why else "")
    if end["as_before"]:
        return f"has its former settings, {former}"
    now = seen["active_configuration"]
    has = f"has the settings of {now}" if now else "has settings of no configuration"
    return f"{has}, its former ones were {former}" + ("" if end["former"] else ", so that there is no way back to them")


def _of(one: Mapping[str, Any]) -> tuple[str, str]:
    return one["server"], one["endpoint"]


def _by_task(tasks: Tasks) -> dict[tuple[str, str], Plain]:
    return {_key(task): dict(task) for task in tasks}


def _key(task: Mapping[str, Any]) -> tuple[str, str]:
    return task["server"], task["name"]
