# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACLs of servers: what may be asked for, what is there, and the change between them (guide 2.10, 2.12, 2.15).

An ACL is plain data: for each role its ``users`` and ``groups``, lists of names, and ``disable_inheritance``.
Names are the same whatever their case; their order means nothing.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import ACL_ROLES
from .._core.concurrent import all_of
from .._core.errors import Refused, none_where
from .._core.plan import CREATE, DELETE, UPDATE, Applied, Change, Plan, removed
from .foresight import seen

KIND = "acl of server"
HAS_NO_ACL = "AEM_SERVER_HAS_NO_ACL"
MEMBERS = ("users", "groups")

_ROLE: dict[str, Any] = {
    "type": "dict",
    "options": {kind: {"type": "list", "elements": "str", "default": []} for kind in MEMBERS},
}
ROLE_ARGUMENTS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(ACL_ROLES, _ROLE),
    "disable_inheritance": {"type": "bool"},
    "purge": {"type": "bool", "default": True},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    **ROLE_ARGUMENTS,
}


def read(api: Api, server: str) -> Plain | None:
    """The explicit ACL of a server, or None where it has none."""
    return none_where(HAS_NO_ACL, lambda: api.get_server_acl(server))


def plan(api: Api, options: Mapping[str, Any]) -> Plan:
    """The change that brings an ACL about as ``options`` (see ARGUMENTS) say, and the ACL after it.

    In check mode the server may be one that an earlier task would have added: it has no ACL then.
    """
    check_names(options)
    current, warnings = seen(api, lambda: read(api, options["server"]), options["server"])
    return compare(api, options, current)._replace(warnings=warnings)


def compare(api: Api, options: Mapping[str, Any], current: Plain | None) -> Plan:
    """As ``plan``, for an ACL that has been read; None where there is none."""
    server = options["server"]
    if options.get("state") == "absent":
        changes = [Change(KIND, server, DELETE, current, None, lambda: _delete(api, server))] if current else []
        return Plan(changes)
    acl = wanted(options, current)
    if current is not None and comparable(acl) == comparable(current):
        return Plan([], current)
    check_assigned_once(acl, server)
    emptied = [role for role in ACL_ROLES if options.get(role) is not None and not any(acl[role].values())]
    action = CREATE if current is None else UPDATE
    return Plan([Change(KIND, server, action, current, acl, lambda: _put(api, server, acl, emptied))], acl)


def wanted(options: Mapping[str, Any], current: Mapping[str, Any] | None) -> Plain:
    """The ACL that should be there: the roles that ``options`` give, and what they leave out as it is now.

    With ``purge`` a given role is exactly what was given, without it at least that. A name that is there already
    keeps the spelling of the server.
    """
    present = current or empty()
    acl: Plain = {}
    for role in ACL_ROLES:
        given = options.get(role)
        if given is None:
            acl[role] = present[role]
        else:
            acl[role] = {
                kind: _merged(present[role][kind], given.get(kind) or [], options.get("purge", True))
                for kind in MEMBERS
            }
    inheritance = options.get("disable_inheritance")
    acl["disable_inheritance"] = present["disable_inheritance"] if inheritance is None else inheritance
    return acl


def empty() -> Plain:
    """The ACL of nobody, which inherits."""
    return {**{role: {kind: [] for kind in MEMBERS} for role in ACL_ROLES}, "disable_inheritance": False}


def comparable(acl: Mapping[str, Any]) -> dict[str, Any]:
    """An ACL in the form in which two are compared."""
    roles = {role: {kind: {name.casefold() for name in acl[role][kind]} for kind in MEMBERS} for role in ACL_ROLES}
    return {**roles, "disable_inheritance": acl["disable_inheritance"]}


def check_names(options: Mapping[str, Any]) -> None:
    """Raise Refused for a name without a domain, which Enterprise Manager would refuse (guide 2.10)."""
    for role, kind, name in _assignments(options):
        domain, backslash, rest = name.partition("\\")
        if not (domain and backslash and rest) or "\\" in rest:
            raise Refused(f"{role}: {kind[:-1]} {name!r} must be of the form DOMAIN\\name.")


def check_assigned_once(acl: Mapping[str, Any], server: str) -> None:
    """Raise Refused where one name is in two roles, or both a user and a group (guide 2.10)."""
    places: dict[str, tuple[str, str]] = {}
    for role, kind, name in _assignments(acl):
        first = places.setdefault(name.casefold(), (role, kind))
        if first != (role, kind):
            raise Refused(
                f"The ACL of server {server} would name {name!r} twice: in the {first[1]} of {first[0]} and in the"
                f" {kind} of {role}. Name it once; a role that is left out keeps its members."
            )


def listed(api: Api, servers: Sequence[str]) -> list[Plain]:
    """The explicit ACLs of servers, each with ``server`` and ``explicit``: False where it has none, only inherits."""

    def entry(server: str) -> Plain:
        acl = read(api, server)
        return {"server": server, "explicit": acl is not None, **(acl or empty())}

    return all_of(entry, servers, api.session.connection.concurrency)


def _merged(present: Sequence[str], given: Sequence[str], purge: bool) -> list[str]:
    """The given names in the spelling that is present, before them what is present and stays; no name twice."""
    spelled = {name.casefold(): name for name in present}
    names = {} if purge else dict(spelled)
    for name in given:
        names.setdefault(name.casefold(), spelled.get(name.casefold(), name))
    return sorted(names.values(), key=str.casefold)


def _assignments(acl: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Role, ``users`` or ``groups``, and name of each assignment."""
    for role in ACL_ROLES:
        for kind in MEMBERS:
            for name in (acl.get(role) or {}).get(kind) or []:
                yield role, kind, name


def _put(api: Api, server: str, acl: Plain, emptied: Sequence[str]) -> Applied:
    """Replace the ACL; where roles were to be emptied, look whether they are, and warn if not."""
    api.put_server_acl(server, acl)
    if not emptied or not acl["disable_inheritance"]:
        return Applied()
    there = api.get_server_acl(server)
    filled = [role for role in emptied if any(there[role].values())]
    return Applied(warnings=[_refilled(server, filled)] if filled else [])


def _refilled(server: str, roles: Sequence[str]) -> str:
    return (
        f"Server {server}: Enterprise Manager fills {', '.join(roles)} from the levels above, since an empty role"
        " inherits while disable_inheritance is true (guide 2.10). Such a role cannot be emptied, only replaced."
    )


def _delete(api: Api, server: str) -> Applied:
    return removed(lambda: api.delete_server_acl(server), HAS_NO_ACL, lambda: read(api, server) is not None)
