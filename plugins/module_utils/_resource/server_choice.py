# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing servers by name or pattern, and reading from each of them what it lets this user read.

One server that cannot be read must not hide the others: it is left out with a warning, unless it was asked for by name.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from .._client.api import Api
from .._client.normalise import Plain
from .._core.concurrent import side_by_side
from .._core.errors import AemError, ApiError
from .._core.select import chosen, fruitless, is_pattern, spelled
from .foresight import seen, to_come

T = TypeVar("T")

MONITORED = "MONITORED"
UNAUTHORIZED = "UNAUTHORIZED_REQUEST"
_FORBIDDEN = (401, 403)


class Servers(NamedTuple):
    """The names of servers, those of them that were named and not chosen by a pattern, and what to warn of."""

    names: list[str]
    named: frozenset[str]
    warnings: list[str]


def choose(api: Api, wanted: Sequence[str] | None, monitored: bool = False) -> Servers:
    """The servers that ``wanted`` (names or patterns, None for all) chooses.

    Names alone need not be looked up. With ``monitored``, servers that have no tasks to tell since they are not
    monitored, or cannot be reached, are left out unless they are named. Raise Refused for a name that no server has; in
    check mode it is one that an earlier task of the play would have added.
    """
    if wanted is not None and not any(map(is_pattern, wanted)):
        return Servers(list(dict.fromkeys(wanted)), frozenset(wanted), [])
    listed = {server["name"]: server for server in api.get_server_list()}
    _gone, warnings = to_come(api, "server", listed, wanted, "")
    return of_listed(listed, wanted, monitored, warnings)


def of_listed(
    listed: Mapping[str, Plain],
    wanted: Sequence[str] | None,
    monitored: bool = False,
    warnings: Sequence[str] = (),
) -> Servers:
    """As ``choose``, of servers by name as GetServerList has them; ``warnings`` come first."""
    named = frozenset(name for same in spelled(listed, wanted or ()).values() for name in same)
    found = chosen(listed, wanted)
    out = [name for name in found if monitored and name not in named and listed[name]["state"] != MONITORED]
    told = [f"Server {name} is left out: it is {listed[name]['state']}." for name in out]
    nothing = [f"No server matches {word}." for word in fruitless(listed, wanted)]
    return Servers([name for name in found if name not in out], named, [*warnings, *nothing, *told])


def each_of(api: Api, servers: Servers, read: Callable[[str], T], role: str) -> tuple[list[T], list[str]]:
    """What ``read`` answers of each server, side by side, and warnings.

    A server that was not named and cannot be read is left out; ``role`` is the one that reading needs. Raise the error
    of one that was named. In check mode a server may be one that an earlier task of the play would have added.
    """

    def one(name: str) -> tuple[T | None, list[str]]:
        return seen(api, lambda: read(name), name)

    found: list[T] = []
    warnings = list(servers.warnings)
    for name, outcome in zip(servers.names, side_by_side(one, servers.names, api.session.connection.concurrency)):
        if outcome.error is None:
            value, told = outcome.value
            warnings += told
            found += [] if value is None else [value]
        elif name in servers.named or not is_of_one_server(outcome.error):
            raise outcome.error
        else:
            warnings.append(left_out(f"Server {name}", outcome.error, role))
    return found, warnings


def is_of_one_server(error: AemError) -> bool:
    """Whether an error says that this user cannot read one server now, and nothing about the others."""
    return is_forbidden(error) or (isinstance(error, ApiError) and error.error_code.startswith("AEM_SERVER_"))


def is_forbidden(error: AemError) -> bool:
    """Whether an error says that this user lacks a role, and not that the session has ended."""
    if not isinstance(error, ApiError):
        return False
    return error.error_code == UNAUTHORIZED or (error.status in _FORBIDDEN and not error.error_code)


def left_out(what: str, error: AemError, role: str) -> str:
    """The warning of something that is left out since it cannot be read."""
    if is_forbidden(error):
        return f"{what} is left out: reading it needs the role {role}, which this user has not."
    return f"{what} is left out: {error.message}"
