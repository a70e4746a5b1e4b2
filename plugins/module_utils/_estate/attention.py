# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody should look at although no plan changes it: what git does not have, licenses, servers out of reach.

All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .._client.vocabulary import known_number
from .rules import ENDPOINTS, SERVERS, TASKS

UNMANAGED, LICENSES, UNREACHABLE = "unmanaged", "licenses", "unreachable"

_SERVER = "server"
_PLURALS = {_SERVER: SERVERS, "endpoint": ENDPOINTS, "task": TASKS}
_VALID = "VALID_LICENSE"
_ERROR = "ERROR"
# Names of one kind in a line of text.
_MOST = 5

Plain = dict[str, Any]


class Group(NamedTuple):
    """Things to look at for one reason: a title, and a line for each of them or for several."""

    title: str
    lines: list[str]


def unmanaged(
    results: Iterable[Mapping[str, Any]], is_part: bool, servers: Sequence[str], blocks: Sequence[str]
) -> list[Plain]:
    """What is there and git has not, by results of aem_estate.

    A part of the estate says nothing of the servers that it leaves out. ``servers`` are those that git has. ``blocks``
    are kinds that a person has to decide on, by the rules.
    """
    found = {(item["kind"], item["server"], item["name"]) for result in results for item in result.get(UNMANAGED) or ()}
    known = {name.casefold() for name in servers}
    told = [item for item in found if item[0] != _SERVER or not (is_part or item[2].casefold() in known)]
    ordered = sorted(told, key=lambda item: (item[0] != _SERVER, item[1], item[0], item[2]))
    return [
        {"kind": kind, "server": server, "name": name, "blocks": _PLURALS.get(kind) in blocks}
        for kind, server, name in ordered
    ]


def licenses(servers: Iterable[Mapping[str, Any]], days: int) -> list[Plain]:
    """Of servers with their details: those whose license is not valid, or ends within so many days."""
    return [
        {"server": server["name"], "state": state, "days": left, "expires": expires}
        for server in servers
        for state, left, expires in [_license(server)]
        if (state and state != _VALID) or (left is not None and left <= days)
    ]


def unreachable(servers: Iterable[Mapping[str, Any]]) -> list[Plain]:
    """The servers that Enterprise Manager cannot reach, and why."""
    return [
        {"server": server["name"], "message": server.get("message") or ""}
        for server in servers
        if server.get("state") == _ERROR
    ]


def groups(found: Mapping[str, Any], most: int | None = _MOST) -> list[Group]:
    """What a report has of these, in words; of each kind of a server at most so many names, None for all."""
    told = [
        Group("Servers that cannot be reached", [_why_unreachable(item) for item in found[UNREACHABLE]]),
        Group("Licenses near their end", [_why_license(item) for item in found[LICENSES]]),
        Group("Not in git: adopt it, ignore it with a reason, or prune it", list(_by_server(found[UNMANAGED], most))),
    ]
    return [group for group in told if group.lines]


def cases(found: Mapping[str, Any]) -> Iterator[tuple[str, str, str, bool]]:
    """For a report of tests: server, name, what to tell, and whether it is a failure."""
    for item in found[UNREACHABLE]:
        yield item["server"], "reachable", _why_unreachable(item), False
    for item in found[LICENSES]:
        yield item["server"], "license", _why_license(item), False
    for item in found[UNMANAGED]:
        yield item["server"], f"{item['kind']} {item['name']}", "not in git", item["blocks"]


def _license(server: Mapping[str, Any]) -> tuple[str | None, int | None, str]:
    """State, days and date of the end of the license of a server, as far as they are known."""
    known = (server.get("details") or {}).get("license") or {}
    return known.get("state"), known_number(known.get("days_to_expiration")), (known.get("expiration") or "")[:10]


def _why_unreachable(item: Mapping[str, Any]) -> str:
    why = item["message"].rstrip(". ") or "nobody says why"
    return f"{item['server']}: {why}. Nobody knows whether it is in sync"


def _why_license(item: Mapping[str, Any]) -> str:
    until = f", until {item['expires']}" if item["expires"] else ""
    state = "" if item["state"] in (None, _VALID) else f"{item['state']}, "
    days = "" if item["days"] is None else f"{item['days']} days"
    return f"{item['server']}: {f'{state}{days}'.rstrip(', ')}{until}"


def _by_server(items: Sequence[Mapping[str, Any]], most: int | None) -> Iterator[str]:
    names: dict[tuple[str, str], list[str]] = {}
    for item in items:
        server = "" if item["kind"] == _SERVER else f"{item['server']}: "
        names.setdefault((server, str(item["kind"])), []).append(str(item["name"]))
    for (server, kind), found in names.items():
        listed = found if most is None or len(found) <= most else [*found[:most], f"and {len(found) - most} more"]
        yield f"{server}{kind if len(found) == 1 else f'{kind}s'} {', '.join(listed)}"
