# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PutServerAcl, GetServerAcl, DeleteServerAcl."""

from __future__ import annotations

from typing import Any

import pytest

from support.api_calls import PRD, QAS
from support.desk import Desk


def role(*names: str) -> dict[str, Any]:
    """A role; names that begin with G are groups."""
    groups = [name for name in names if name.startswith("G")]
    return {
        "users": [{"name": f"CORP\\{name}"} for name in names if name not in groups],
        "groups": [{"name": f"CORP\\{name}"} for name in groups],
    }


def put(desk: Desk, body: Any, server: str = QAS) -> Any:
    return desk.call("PUT", "servers", server, body=body, action="acl")


def held(desk: Desk, server: str = QAS) -> dict[str, list[str]]:
    """The names of each role that has any, without their domain."""
    roles = desk.estate.servers[server].acl.roles
    names = {
        role: [name.removeprefix("CORP\\") for name in (*members.users, *members.groups)]
        for role, members in roles.items()
    }
    return {role: found for role, found in names.items() if found}


def test_it_replaces_the_whole(desk: Desk) -> None:
    assert put(desk, {"admin_role": role("a", "G"), "viewer_role": role("v")}, PRD).status == 200
    assert held(desk, PRD) == {"admin": ["a", "G"], "viewer": ["v"]}
    assert desk.get("servers", PRD, action="acl")["disable_inheritance"] is False


def test_an_sdk_sends_types_everywhere_and_null_for_nothing(desk: Desk) -> None:
    body = {
        "$type": "AemAuthorizationAcl",
        "admin_role": {
            "$type": "AemRoleDef",
            "groups": [{"$type": "AemGroupRef", "name": r"CORP\G"}],
            "users": [{"$type": "AemUserRef", "name": r"CORP\a"}],
        },
        "designer_role": None,
        "disable_inheritance": "False",
        "operator_role": None,
        "viewer_role": {"$type": "AemRoleDef", "groups": None, "users": None},
    }
    assert put(desk, body).status == 200
    assert held(desk) == {"admin": ["a", "G"]}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"admin_role": {"users": [{"name": "a"}]}}, "AEM_NO_DOMAIN_IN_USER"),
        ({"admin_role": {"users": [{"name": "a@CORP"}]}}, "AEM_NO_DOMAIN_IN_USER"),
        ({"admin_role": {"users": [{"name": "CORP\\"}]}}, "AEM_NO_DOMAIN_IN_USER"),
        ({"admin_role": {"groups": [{"name": "\\G"}]}}, "AEM_NO_DOMAIN_IN_GROUP"),
        ({"admin_role": role("a", "b"), "viewer_role": role("a")}, "AEM_USER_ASSIGNED_TO_MULTIPLE_ROLES"),
        ({"admin_role": role("G"), "viewer_role": role("G")}, "AEM_GROUP_ASSIGNED_TO_MULTIPLE_ROLES"),
        ({"admin_role": role("a", "a")}, "AEM_USER_GROUP_MULTIPLE_ASSIGNED"),
        ({"admin_role": role("G", "G")}, "AEM_USER_GROUP_MULTIPLE_ASSIGNED"),
        (
            {"admin_role": {"users": [{"name": r"C\x"}], "groups": [{"name": r"C\x"}]}},
            "AEM_USER_GROUP_MULTIPLE_ASSIGNED",
        ),
        (
            {"admin_role": {"users": [{"name": r"C\x"}]}, "viewer_role": {"groups": [{"name": r"C\x"}]}},
            "AEM_USER_GROUP_MULTIPLE_ASSIGNED",
        ),
        ({"admin_role": {"users": [{"name": ""}]}}, "AEM_MISSING_FIELD"),
        ({"admin_role": {"users": [{}]}}, "AEM_MISSING_FIELD"),
        ({"owner_role": role("a")}, "DESERIALIZE_TO_TYPE"),
        ({"admin_role": {"members": []}}, "DESERIALIZE_TO_TYPE"),
        ({"admin_role": {"users": ["CORP\\a"]}}, "DESERIALIZE_TO_TYPE"),
        ({"admin_role": {"users": {"name": "CORP\\a"}}}, "DESERIALIZE_TO_TYPE"),
        ({"admin_role": {"users": [{"name": r"C\a", "$type": "AemUserRef"}]}}, "DESERIALIZE_TO_TYPE"),
        ({"admin_role": {"users": [{"$type": "AemGroupRef", "name": r"C\a"}]}}, "DESERIALIZE_TO_TYPE"),
        ({"admin_role": [], "disable_inheritance": True}, "DESERIALIZE_TO_TYPE"),
        ({"$type": "AemRoleDef"}, "DESERIALIZE_TO_TYPE"),
        ({"disable_inheritance": 1}, "DESERIALIZE_TO_TYPE"),
        ([], "DESERIALIZE_TO_TYPE"),
        (b"{", "DESERIALIZE_TO_TYPE"),
    ],
)
def test_what_is_refused(desk: Desk, body: Any, code: str) -> None:
    reply = put(desk, body)
    assert (reply.status, reply.code) == (500, code)
    assert "{" not in reply.message
    assert desk.estate.servers[QAS].acl is None


def test_spellings_that_differ_in_case_are_one_and_the_strongest_role_counts(desk: Desk) -> None:
    assert (
        put(desk, {"admin_role": role("G"), "viewer_role": role("Anna"), "designer_role": role("ANNA")}).status == 200
    )
    assert held(desk) == {"admin": ["G"], "designer": ["ANNA"]}
    assert put(desk, {"admin_role": role("Anna", "anna", "G1", "g1")}).status == 200
    assert held(desk) == {"admin": ["Anna", "g1", "G1"]}


def test_roles_that_are_missing_are_inherited_when_asked_for(desk: Desk) -> None:
    assert put(desk, {"admin_role": role("a"), "disable_inheritance": False}).status == 200
    assert held(desk) == {"admin": ["a"]}
    assert put(desk, {"admin_role": role("a"), "viewer_role": role(), "disable_inheritance": True}).status == 200
    assert held(desk) == {
        "admin": ["a"],
        "designer": ["Data Engineers"],
        "operator": ["Night Shift"],
        "viewer": ["Audit", "Data Platform"],
    }


def test_what_is_inherited_gives_nobody_a_second_role(desk: Desk) -> None:
    engineers = {"groups": [{"name": r"corp\data engineers"}]}
    assert put(desk, {"viewer_role": engineers, "disable_inheritance": True}).status == 200
    assert held(desk)["viewer"] == [r"corp\data engineers"]
    assert "designer" not in held(desk)
    assert held(desk)["admin"] == ["admin", "EM Admins"]


def test_somebody_must_be_admin(desk: Desk) -> None:
    assert put(desk, {"viewer_role": role("v"), "disable_inheritance": False}).status == 200
    assert put(desk, {"viewer_role": role("v"), "disable_inheritance": True}).status == 200
    desk.estate.acl.roles["designer"].users, desk.estate.acl.roles["admin"].groups = [], []
    desk.estate.all_servers_acl.roles["operator"].users = [r"CORP\ADMIN"]
    desk.estate.servers[QAS].acl.roles["admin"].users = [r"CORP\admin"]
    for disable in (True, False):
        reply = put(desk, {"viewer_role": role("v"), "disable_inheritance": disable})
        assert reply.code == ("AEM_NO_ADMIN_ON_SERVER" if disable else None)
    desk.estate.acl.roles["admin"].users = []
    desk.estate.servers[QAS].acl.roles["admin"].users = [r"CORP\admin"]
    assert put(desk, {"viewer_role": role("v"), "disable_inheritance": False}).code == "AEM_NO_ADMIN_ON_SERVER"


def test_what_the_get_answers_can_be_put(desk: Desk) -> None:
    before = desk.get("servers", PRD, action="acl")
    assert put(desk, before, PRD).status == 200
    assert desk.get("servers", PRD, action="acl") == before


def test_without_an_acl_of_its_own(desk: Desk) -> None:
    for http in ("GET", "DELETE"):
        assert desk.call(http, "servers", QAS, action="acl").code == "AEM_SERVER_HAS_NO_ACL"
    assert desk.call("DELETE", "servers", PRD, action="acl").status == 200
    assert desk.call("GET", "servers", PRD, action="acl").code == "AEM_SERVER_HAS_NO_ACL"
    assert desk.call("GET", "servers", PRD, "tasks", user=r"CORP\designer").status == 200
