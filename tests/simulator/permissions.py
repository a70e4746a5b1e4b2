# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what (guide 4.3 and appendix B).

A user's role on a level is the one at the nearest level, upwards, that names the user or one of its groups. Where
several entries of that level do, the strongest counts. A level that disables inheritance gets nothing from above.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .model import ROLES, Acl, Estate, Server, User

# From weak to strong; 0 is no role at all.
_STRENGTH = {role: len(ROLES) - number for number, role in enumerate(ROLES)}


def strength(role: str) -> int:
    """How strong a role is: viewer 1, operator 2, designer 3, admin 4."""
    return _STRENGTH[role]


def levels(estate: Estate, scope: str, server: Server | None, name: str | None = None) -> list[Acl | None]:
    """The ACLs that count for a scope, nearest first.

    ``scope`` is a level of the contract; ``name`` is the task or the endpoint on the levels of that name. What does
    not exist has no ACL, so that its level counts as empty.
    """
    above = [estate.all_servers_acl, estate.acl]
    if scope == "enterprise_manager":
        return [estate.acl]
    if scope == "all_servers" or server is None:
        return list(above)
    found = [server.acl, *above]
    if scope in ("all_tasks", "task"):
        found.insert(0, server.all_tasks_acl)
    if scope in ("all_endpoints", "endpoint"):
        found.insert(0, server.all_endpoints_acl)
    if scope == "task" and name in server.tasks:
        found.insert(0, server.tasks[name].acl)
    if scope == "endpoint" and name in server.endpoints:
        found.insert(0, server.endpoints[name].acl)
    return found


def role_strength(user: User, acls: Iterable[Acl | None]) -> int:
    """The strength of a user's role, given the ACLs from the nearest to the farthest; 0 without a role."""
    name = user.name.casefold()
    groups = {group.casefold() for group in user.groups}
    for acl in acls:
        if acl is None:
            continue
        found = _strongest(acl, name, groups)
        if found or acl.disable_inheritance:
            return found
    return 0


def has_any_role(estate: Estate, user: User) -> bool:
    """Whether a user is named at any level: without that it cannot log in (guide 4.3)."""
    name = user.name.casefold()
    groups = {group.casefold() for group in user.groups}
    return any(_strongest(acl, name, groups) for acl in estate.acls())


def has_admin(acls: Sequence[Acl | None]) -> bool:
    """Whether anybody is admin by these ACLs, from the nearest to the farthest."""
    for acl in acls:
        if acl is None:
            continue
        if acl.roles["admin"]:
            return True
        if acl.disable_inheritance:
            return False
    return False


def _strongest(acl: Acl, name: str, groups: set[str]) -> int:
    for role in ROLES:
        members = acl.roles[role]
        if any(user.casefold() == name for user in members.users):
            return _STRENGTH[role]
        if groups and any(group.casefold() in groups for group in members.groups):
            return _STRENGTH[role]
    return 0
