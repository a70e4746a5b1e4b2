# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is worth a look in an estate, as people who review estates by hand list it. Pure functions over a report's data.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set

from .._client.normalise import Plain

LICENSE_DAYS = 30
_CONFIGURATION = "__"
_NULL = "null"


def findings(data: Mapping[str, Sequence[Plain]]) -> list[Plain]:
    """What is worth a look: ``kind``, ``title``, ``why``, and ``items`` with ``server``, ``name`` and ``what``.

    Kinds with nothing to tell are left out.
    """
    servers, tasks, endpoints = data["servers"], data["tasks"], data["endpoints"]
    live = {(item["server"], item["name"]) for item in endpoints}
    found = [
        _finding("servers_not_reached", "Servers that are not reached", "Nothing is known of their tasks.", [
            _item(server["name"], "", server["message"]) for server in servers if server["state"] == "ERROR"
        ]),
        _finding("tasks_in_error", "Tasks in error", "They have stopped and do not start by themselves.", [
            _item(task["server"], task["name"], task["message"]) for task in tasks if task["state"] == "ERROR"
        ]),
        _finding("licenses", f"Licenses that end in {LICENSE_DAYS} days, or are not valid", "Tasks stop with them.", [
            _item(server["name"], "", _license(server)) for server in servers if _license(server)
        ]),
        _finding("unlicensed", "Kinds of endpoints that the license does not allow", "Tasks with them cannot start.", [
            _item(item["server"], item["name"], item["type"] or "") for item in endpoints if not item["is_licensed"]
        ]),
        _finding("unused", "Endpoints that no task uses", "They hold credentials that have to be renewed.", [
            _item(item["server"], item["name"], item["type"] or "") for item in endpoints if _is_unused(item, live)
        ]),
        _finding("same", "Endpoints that are the same twice", "A change of one is soon forgotten in the other.", [
            _item(server, " = ".join(names), type_name) for server, type_name, names in _same(endpoints)
        ]),
        _finding("null_target", "Tasks that write nowhere", "Their target is a null target.", [
            _item(task["server"], task["name"], task["target"]) for task in tasks if _is_null(task["target_type"])
        ]),
        _finding("never_ran", "Tasks that never ran", "Perhaps they are not needed.", [
            _item(task["server"], task["name"], "") for task in tasks if task["never_ran"]
        ]),
        _finding("versions", "Versions that differ", "A definition of a newer release may not fit an older one.",
                 _versions(servers)),
    ]  # fmt: skip
    return [finding for finding in found if finding["items"]]


def matrix(tasks: Sequence[Plain]) -> Plain:
    """How many tasks go from each type of source to each type of target: ``sources``, ``targets`` and ``counts``."""
    pairs = Counter((task["source_type"], task["target_type"]) for task in tasks if task["source_type"])
    sources = sorted({source for source, _target in pairs})
    targets = sorted({target for _source, target in pairs})
    return {
        "sources": sources,
        "targets": targets,
        "counts": [[pairs[source, target] for target in targets] for source in sources],
    }


def _finding(kind: str, title: str, why: str, items: list[Plain]) -> Plain:
    return {"kind": kind, "title": title, "why": why, "items": items}


def _item(server: str, name: str, what: str) -> Plain:
    return {"server": server, "name": name, "what": what}


def _license(server: Plain) -> str:
    """What is wrong with the license of a server; empty where nothing is, or nothing is known."""
    state, days = server["license_state"], server["license_days"]
    if state and state != "VALID_LICENSE":
        return str(state)
    return f"{days} days, until {server['license_expires']}" if days is not None and days <= LICENSE_DAYS else ""


def _is_unused(endpoint: Plain, there: Set[tuple[str, str]]) -> bool:
    """Whether no task uses an endpoint. The configurations of one that can fail over are used by that one."""
    if endpoint["used_by"] is None or endpoint["used_by"]:
        return False
    live, mark, _configuration = endpoint["name"].partition(_CONFIGURATION)
    return not (mark and (endpoint["server"], live) in there)


def _same(endpoints: Sequence[Plain]) -> list[tuple[str, str, list[str]]]:
    """Server, type and names of endpoints that differ in nothing but their names and secrets."""
    alike: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for item in endpoints:
        if item["settings"] is not None and _CONFIGURATION not in item["name"]:
            alike[item["server"], str(item["role"]), str(item["type"]), item["settings"]].append(item["name"])
    return [(key[0], key[2], sorted(names)) for key, names in alike.items() if len(names) > 1]


def _versions(servers: Sequence[Plain]) -> list[Plain]:
    """The servers of each type that have not the newest release of their type."""
    found = []
    for kind in sorted({server["type"] for server in servers}):
        told = [server for server in servers if server["type"] == kind and server["version"]]
        newest = max((_numbers(server["version"]) for server in told), default=())
        found += [
            _item(server["name"], "", f"{server['version']}, the newest is {'.'.join(map(str, newest))}")
            for server in told
            if _numbers(server["version"])[:2] != newest[:2]
        ]
    return found


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdecimal() else 0 for part in str(version).split("."))


def _is_null(type_name: str) -> bool:
    return _NULL in str(type_name).lower()
