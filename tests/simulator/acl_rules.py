# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an ACL may say, and what is made of it (guide 2.10)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from . import wire
from .errors import ApiError
from .model import ROLES, Acl, Members

_ACL, _ROLE = "AemAuthorizationAcl", "AemRoleDef"
_REFERENCES = {"users": "AemUserRef", "groups": "AemGroupRef"}
_KINDS = tuple(_REFERENCES)
_NO_DOMAIN = {"users": "AEM_NO_DOMAIN_IN_USER", "groups": "AEM_NO_DOMAIN_IN_GROUP"}
_MANY_ROLES = {"users": "AEM_USER_ASSIGNED_TO_MULTIPLE_ROLES", "groups": "AEM_GROUP_ASSIGNED_TO_MULTIPLE_ROLES"}
_FIELDS = {"users": "userName", "groups": "groupName"}


def read(body: bytes, allowed: Iterable[str]) -> Acl:
    """The ACL of a PutServerAcl body, names that differ in case only merged. Raises ApiError."""
    document = wire.typed(wire.json_object(body, _ACL, allowed), _ACL)
    roles = {role: _members(document.get(f"{role}_role")) for role in ROLES}
    _check_domains(roles)
    _check_duplicates(roles)
    acl = Acl(roles, wire.flag(document, "disable_inheritance", False, _ACL))
    for kind in _KINDS:
        _merge_case(acl, kind)
    return acl


def copy_missing_roles(acl: Acl, above: Sequence[Acl | None]) -> None:
    """Fill roles that are empty with those whom the levels above give that role, the nearest level first.

    Whoever has a role of his own in the ACL keeps it (contract: acl-partial-inheritance).
    """
    empty = {role for role in ROLES if not acl.roles[role]}
    for kind in _KINDS:
        seen = {name.casefold() for role in ROLES for name in getattr(acl.roles[role], kind)}
        for level in above:
            if level is None:
                continue
            for role in ROLES:
                for name in getattr(level.roles[role], kind):
                    if name.casefold() not in seen and role in empty:
                        getattr(acl.roles[role], kind).append(name)
                    seen.add(name.casefold())
            if level.disable_inheritance:
                break


def _members(role: Any) -> Members:
    """A role; null is as good as none."""
    if role is None:
        return Members()
    wire.typed(wire.checked(role, _ROLE, _KINDS), _ROLE)
    return Members(*(_names(role.get(kind), kind) for kind in _KINDS))


def _names(references: Any, kind: str) -> list[str]:
    type_name = _REFERENCES[kind]
    if references is None:
        return []
    if not isinstance(references, list):
        raise wire.malformed(type_name, "a list is expected")
    found = []
    for reference in references:
        wire.typed(wire.checked(reference, type_name, ["name"]), type_name)
        name = wire.text(reference, "name", type_name)
        if not name:
            raise ApiError("AEM_MISSING_FIELD", fieldName="name")
        found.append(name)
    return found


def _check_domains(roles: dict[str, Members]) -> None:
    for members in roles.values():
        for kind in _KINDS:
            for name in getattr(members, kind):
                domain, backslash, rest = name.partition("\\")
                if not (backslash and domain.strip() and rest.strip()):
                    raise ApiError(_NO_DOMAIN[kind], **{_FIELDS[kind]: name})


def _check_duplicates(roles: dict[str, Members]) -> None:
    """That nobody is named twice in the same spelling; in which way it is decides on the error code."""
    for kind in _KINDS:
        role_of: dict[str, str] = {}
        for role, members in roles.items():
            for name in getattr(members, kind):
                if role_of.get(name) == role:
                    raise _assigned_twice(name)
                if name in role_of:
                    raise ApiError(_MANY_ROLES[kind], **{_FIELDS[kind]: name})
                role_of[name] = role
    users = {name for members in roles.values() for name in members.users}
    for members in roles.values():
        for name in members.groups:
            if name in users:
                raise _assigned_twice(name)


def _assigned_twice(name: str) -> ApiError:
    return ApiError("AEM_USER_GROUP_MULTIPLE_ASSIGNED", **{"userName/groupName": name})


def _merge_case(acl: Acl, kind: str) -> None:
    """Of names that differ in case only keep the first with the strongest role."""
    seen: set[str] = set()
    for role in ROLES:
        members = acl.roles[role]
        kept = []
        for name in getattr(members, kind):
            if name.casefold() not in seen:
                kept.append(name)
            seen.add(name.casefold())
        setattr(members, kind, kept)
