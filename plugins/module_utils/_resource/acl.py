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
from .._core.errors import Refused, none_where
from .._core.plan import CREATE, DELETE, UPDATE, Applied, Change, Plan, removed
from .foresight import seen
from .server_choice import choose, each_of
from .whole_state import Look, WholeState

KIND = "acl of server"
HAS_NO_ACL = "AEM_SERVER_HAS_NO_ACL"
MEMBERS = ("users", "groups")
FROM_ABOVE = "(those of the levels above)"
# Whom Login calls so has a name that only Enterprise Manager knows (guide 2.5).
_NO_NAMES = ("api-token", "jwt")

# Role, ``users`` or ``groups``, and name.
Assignment = tuple[str, str, str]

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


def put(api: Api, server: str, acl: Mapping[str, Any]) -> Applied:
    """Have exactly this ACL on a server. What it comes to is as with every other ACL: a look settles a lost answer."""
    return _put(api, {"server": server, **acl}, None)


def plan(api: Api, options: Mapping[str, Any]) -> Plan:
    """The change that brings an ACL about as ``options`` (see ARGUMENTS) say, and the ACL after it.

    A role that is to be empty, and may be so only as far as the levels above have nobody in it, is put once more in a
    run, since nothing else tells. In check mode the server may be one that an earlier task would have added.
    """
    check_names(options)
    current, warnings = seen(api, lambda: read(api, options["server"]), options["server"])
    planned = compare(api, options, current)
    if current is not None and not planned.changes and not api.check_mode and _to_be_emptied(options, current):
        planned = Plan([_emptying(api, options, current)], current)
    return planned._replace(warnings=[*warnings, *planned.warnings])


def look_at(api: Api, server: str) -> Look[Plain | None]:
    """How the explicit ACL of a server is read."""
    return Look(lambda: read(api, server))


def compare(
    api: Api, options: Mapping[str, Any], current: Plain | None, look: Look[Plain | None] | None = None
) -> Plan:
    """As ``plan``, for an ACL that has been read; None where there is none. ``look`` is used before it is put.

    A role that is to be empty is taken as such where the server may have filled it from the levels above, which it
    does while it inherits nothing (guide 2.10). A warning tells that this cannot be known.
    """
    server = options["server"]
    if options.get("state") == "absent":
        changes = [Change(KIND, server, DELETE, current, None, lambda: _delete(api, server))] if current else []
        return Plan(changes)
    acl = wanted(options, current)
    if current is not None and is_met(options, current):
        left = _to_be_emptied(options, current)
        return Plan([], current, [_may_be_from_above(server, left, current)] if left else [])
    check_assigned_once(acl, current, server)
    action = CREATE if current is None else UPDATE
    change = Change(KIND, server, action, current, shown(acl, current), lambda: _put(api, options, look))
    return Plan([change], acl, lockout(api, acl, server))


def is_met(options: Mapping[str, Any], current: Mapping[str, Any] | None) -> bool:
    """Whether an ACL is as ``options`` say, as far as the server lets it be so."""
    if current is None:
        return False
    as_made = {**wanted(options, current), **{role: current[role] for role in _to_be_emptied(options, current)}}
    return comparable(as_made) == comparable(current)


def shown(acl: Mapping[str, Any], current: Mapping[str, Any] | None) -> Plain:
    """An ACL that is to be put, as a diff shows it: with words where only the server knows whom a role will have."""
    if not acl["disable_inheritance"]:
        return dict(acl)
    # While nothing was inherited, a role that is empty is so because the levels above have nobody in it.
    known = [] if current is None or not current["disable_inheritance"] else _empty_roles(current)
    return {**acl, **{role: FROM_ABOVE for role in _empty_roles(acl) if role not in known}}


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
    """Raise Refused for what Enterprise Manager would refuse whatever is there (guide 2.10).

    That is a name without a domain, and one that is given for two roles, or both as a user and as a group.
    """
    for role, kind, name in _assignments(options):
        domain, backslash, rest = name.partition("\\")
        if not (domain and backslash and rest) or "\\" in rest:
            raise Refused(f"{role}: {kind[:-1]} {name!r} must be of the form DOMAIN\\name.")
    for first, second in _doubles(options).values():
        raise Refused(f"{second[2]!r} is given twice: {_both(first, second)}. Name it once.")


def check_assigned_once(acl: Mapping[str, Any], current: Mapping[str, Any] | None, server: str) -> None:
    """Raise Refused where one name comes to be in two roles, or both a user and a group (guide 2.10).

    What is so on the server already, since it takes a name in another case for another one, is not refused.
    """
    there = _doubles(current or {})
    for name, (first, second) in _doubles(acl).items():
        if name not in there:
            raise Refused(
                f"The ACL of server {server} would name {second[2]!r} twice: {_both(first, second)}. Name it once; a"
                " role that is left out keeps its members."
            )


def lockout(api: Api, acl: Mapping[str, Any], server: str) -> list[str]:
    """A warning where the user of this run may have less than the role Admin by an ACL that is to be put."""
    user = api.session.connection.user
    user = "" if user in _NO_NAMES else user
    named = [role for role, kind, name in _assignments(acl) if kind == "users" and is_same_user(name, user)]
    if "admin_role" in named or not (named or acl["disable_inheritance"]):
        return []
    whose = f"{named[0]} only" if named else "no role of it"
    who = f"The user of this run, {user}, is" if user else "The user of this run, whose name is not known, may be"
    warning = (
        f"{who} in {whose} in the ACL of server {server}, unless by a group or by what comes from the levels above,"
        " which cannot be known here. Without the role Admin that user can change the ACL of this server no more."
    )
    return [warning]


def is_same_user(name: str, user: str) -> bool:
    r"""Whether ``user``, of the form DOMAIN\name or name@DOMAIN, is the one that an ACL calls DOMAIN\name.

    A domain may be given with the domains above it, as in name@corp.example.com.
    """
    return bool(user) and _user_key(name) == _user_key(user)


def listed(api: Api, wanted: Sequence[str] | None) -> tuple[list[Plain], list[str]]:
    """The explicit ACLs of the servers that ``wanted`` (names or patterns, None for all) chooses, and warnings.

    Each has ``server`` and ``explicit``: False where the server has none, only inherits.
    """

    def entry(server: str) -> Plain:
        acl = read(api, server)
        return {"server": server, "explicit": acl is not None, **(acl or empty())}

    return each_of(api, choose(api, wanted), entry, "Operator on the server")


def _merged(present: Sequence[str], given: Sequence[str], purge: bool) -> list[str]:
    """The given names in the spelling that is present, before them what is present and stays; no name twice."""
    spelled = {name.casefold(): name for name in present}
    names = {} if purge else dict(spelled)
    for name in given:
        names.setdefault(name.casefold(), spelled.get(name.casefold(), name))
    return sorted(names.values(), key=str.casefold)


def _assignments(acl: Mapping[str, Any]) -> Iterator[Assignment]:
    for role in ACL_ROLES:
        for kind in MEMBERS:
            for name in (acl.get(role) or {}).get(kind) or []:
                yield role, kind, name


def _doubles(acl: Mapping[str, Any]) -> dict[str, tuple[Assignment, Assignment]]:
    """The names, in one case, that an ACL assigns in two places, with the first two of these."""
    first: dict[str, Assignment] = {}
    twice: dict[str, tuple[Assignment, Assignment]] = {}
    for place in _assignments(acl):
        key = place[2].casefold()
        if first.setdefault(key, place)[:2] != place[:2]:
            twice.setdefault(key, (first[key], place))
    return twice


def _both(first: Assignment, second: Assignment) -> str:
    return f"in the {first[1]} of {first[0]} and in the {second[1]} of {second[0]}"


def _user_key(user: str) -> tuple[str, str]:
    domain, backslash, name = user.casefold().partition("\\")
    if not backslash:
        name, _at, domain = user.casefold().partition("@")
    return domain.partition(".")[0], name


def _state(api: Api, options: Mapping[str, Any], look: Look[Plain | None] | None = None) -> WholeState[Plain | None]:
    server = options["server"]
    keeps = not options.get("purge", True) or any(options.get(role) is None for role in ACL_ROLES)
    is_merged = keeps or options.get("disable_inheritance") is None
    return WholeState(
        label=f"The ACL of server {server}",
        address=lambda: api.session.connection.base_url,
        look=look_at(api, server) if look is None or is_merged else look,
        wanted=lambda there: None if is_met(options, there) else wanted(options, there),
        put=lambda acl: api.put_server_acl(server, acl),
        keeps=keeps,
    )


def _put(api: Api, options: Mapping[str, Any], look: Look[Plain | None] | None) -> Applied:
    """Bring the ACL about, and warn of roles that the server has filled."""
    done = _state(api, options, look).bring_about()
    return done._replace(warnings=[*done.warnings, *_refilled(options, done.value)])


def _emptying(api: Api, options: Mapping[str, Any], current: Plain) -> Change:
    """The change that empties roles, where only trying it tells whether it is one."""

    def put_once() -> Applied:
        done = _state(api, options).put_and_look(wanted(options, current))
        changed = comparable(done.value) != comparable(current)
        return Applied(changed, done.value, [*done.warnings, *_refilled(options, done.value)])

    after = {**current, **dict.fromkeys(_to_be_emptied(options, current), FROM_ABOVE)}
    return Change(KIND, options["server"], UPDATE, current, after, put_once)


def _to_be_emptied(options: Mapping[str, Any], there: Mapping[str, Any] | None) -> list[str]:
    """The roles that ``options`` have empty and the server has not, since it may have filled them (guide 2.10)."""
    if options.get("state") == "absent" or there is None:
        return []
    acl = wanted(options, there)
    if not (acl["disable_inheritance"] and there["disable_inheritance"]):
        return []
    return [role for role in _empty_roles(acl) if any(there[role].values())]


def _empty_roles(acl: Mapping[str, Any]) -> list[str]:
    return [role for role in ACL_ROLES if not any(acl[role].values())]


def _refilled(options: Mapping[str, Any], there: Mapping[str, Any] | None) -> list[str]:
    roles = _to_be_emptied(options, there)
    warning = (
        f"Server {options['server']}: Enterprise Manager fills {', '.join(roles)} from the levels above, since an empty"
        " role inherits while disable_inheritance is true (guide 2.10). Such a role cannot be emptied, only replaced."
    )
    return [warning] if roles else []


def _may_be_from_above(server: str, roles: Sequence[str], current: Mapping[str, Any]) -> str:
    members = {role: ", ".join(name for kind in MEMBERS for name in current[role][kind]) for role in roles}
    told = "; ".join(f"{role} has {names}" for role, names in members.items())
    return (
        f"Server {server}: {told}. While disable_inheritance is true, Enterprise Manager fills an empty role from the"
        " levels above (guide 2.10). Whether these members come from there can only be known by putting the ACL again."
    )


def _delete(api: Api, server: str) -> Applied:
    return removed(lambda: api.delete_server_acl(server), HAS_NO_ACL, lambda: read(api, server) is not None)
