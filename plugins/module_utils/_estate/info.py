# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of aem_estate_info: what is there of many servers, read side by side over one session.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._core.concurrent import all_of
from .._core.errors import AemError, Refused
from .._core.plan import Result
from .._resource.foresight import to_come
from .._resource.server_choice import is_of_one_server, of_listed
from .dump import ACL, ENDPOINTS, PARTS, TASKS, Dumped, How, dumped
from .read import Reader
from .site import is_forbidden
from .variables import Variables

ARGUMENTS: dict[str, dict[str, Any]] = {
    "servers": {"type": "list", "elements": "str"},
    "include": {"type": "list", "elements": "str", "choices": list(PARTS), "default": [ACL, ENDPOINTS, TASKS]},
    # It sounds like a secret and is none.
    "secret_variables": {"type": "str", "no_log": False},
    "defaults": {"type": "bool", "default": False},
}


class Found(NamedTuple):
    """What ``each`` has made of each server, by name, the names of all servers that there are, and warnings."""

    servers: list[Any]
    listed: list[str]
    warnings: list[str]


def report(options: Mapping[str, Any], api: Api) -> Result:
    """The estate that ``options`` (see ARGUMENTS) ask for."""
    found = read(options, api, lambda server: server)
    servers: list[Dumped] = found.servers
    values = {
        "estate": {"servers": [server.options for server in servers if server.options is not None]},
        "secret_variables": sorted({name for server in servers for name in server.secrets}),
        **besides(servers),
    }
    return Result(values, warnings=found.warnings)


def besides(servers: Sequence[Dumped]) -> Plain:
    """What is not told of servers: ``not_covered``, ``left_out`` and ``unread``."""
    return {
        "not_covered": {server.name: server.not_covered for server in servers if server.not_covered},
        "left_out": [{"server": server.name, **item} for server in servers for item in server.left_out],
        "unread": [item for server in servers for item in _unread(server)],
    }


def read(options: Mapping[str, Any], api: Api, each: Callable[[Dumped], Any], is_watched: bool = False) -> Found:
    """Read the servers that ``options`` ask for, sorted by name. What ``each`` makes of one is all that is kept of it.

    ``is_watched`` says that what is told is to be kept in sight, see :class:`.dump.How`.
    Raise Refused for a name that no server has, and for what no variable could be called. Raise the error of a server
    that was asked for by name. In check mode it may be one that an earlier task of the play would have added.
    """
    listed = {str(item["name"]): item for item in api.get_server_list()}
    wanted = options.get("servers")
    _gone, warnings = to_come(api, "server", listed, wanted, "")
    chosen = of_listed(listed, wanted, warnings=warnings)
    prefix = options.get("secret_variables")
    variables = None if prefix is None else Variables(prefix, listed)
    how = How(frozenset(options["include"]), bool(options.get("defaults")), variables, is_watched)

    def one(name: str) -> tuple[Any, list[str]]:
        found = dumped(Reader(api, name, exists=True), how)
        for error in found.unread.values():
            if name in chosen.named or not _is_of_one(error):
                raise error
        return each(found), _told(found)

    names = sorted(chosen.names, key=lambda name: (name.casefold(), name))
    done = all_of(one, names, api.session.connection.concurrency)
    told = [word for _value, words in done for word in words]
    return Found([value for value, _words in done], list(listed), [*chosen.warnings, *told])


def _unread(server: Dumped) -> list[Plain]:
    """What could not be read of a server: server, part and message."""
    return [{"server": server.name, "part": part, "message": error.message} for part, error in server.unread.items()]


def _is_of_one(error: AemError) -> bool:
    """Whether an error says nothing about other servers; what is refused is a name that no address can hold."""
    return isinstance(error, Refused) or is_of_one_server(error) or is_forbidden(error)


def _told(server: Dumped) -> list[str]:
    """The warning of a server that is not told as a whole."""
    if server.unread:
        parts, errors = ", ".join(server.unread), list(server.unread.values())
        return [f"Server {server.name} is not told as a whole. What cannot be read: {parts}. {errors[0].message}"]
    if server.options is None:
        reasons = " ".join(item["reason"] for item in server.left_out)
        return [f"Server {server.name} is left out: {reasons or 'it is there no more.'}"]
    return []
