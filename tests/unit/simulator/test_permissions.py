# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what: how a role is found, and the minimum role of each method."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.contract import MinimumRole, load_contract
from simulator.model import Acl, Endpoint, Estate, Members, Server, Task, User
from simulator.permissions import has_admin, levels, role_strength, strength
from support.api_calls import ACL, CALLS, DEV, PRD, QAS, SERVER
from support.desk import Desk

CONTRACT = load_contract()
SOMEBODY = r"CORP\nobody"
WEAKER = {"admin": "designer", "designer": "operator", "operator": "viewer"}
REFUSED = {
    "UNAUTHORIZED_REQUEST",
    *(code for _code, spec in CONTRACT.errors() if "NO_PERMISSION" in (code := spec.code)),
}


def acl(disable_inheritance: bool = False, **roles: list[str]) -> Acl:
    """An ACL; names that begin with G are groups."""
    result = Acl(disable_inheritance=disable_inheritance)
    for role, names in roles.items():
        groups = [name for name in names if name.startswith("G")]
        result.roles[role] = Members([name for name in names if name not in groups], groups)
    return result


@pytest.mark.parametrize(
    ("acls", "role"),
    [
        ([], None),
        ([None, acl(viewer=["u"])], "viewer"),
        ([acl(viewer=["u"]), acl(admin=["u"])], "viewer"),
        ([acl(viewer=["other"]), acl(admin=["u"])], "admin"),
        ([acl(viewer=["u"]), acl(disable_inheritance=True), acl(admin=["u"])], "viewer"),
        ([acl(disable_inheritance=True, viewer=["other"]), acl(admin=["u"])], None),
        ([acl(disable_inheritance=True, operator=["u"]), acl(admin=["u"])], "operator"),
        ([acl(viewer=["u"], designer=["G1"]), acl(admin=["u"])], "designer"),
        ([acl(viewer=["G1"], operator=["G2"])], "operator"),
        ([acl(viewer=["g1"]), acl(admin=["G1"])], "admin"),
        ([acl(viewer=["U"])], "viewer"),
    ],
)
def test_the_nearest_level_decides_and_there_the_strongest_role(acls: list[Acl | None], role: str | None) -> None:
    user = User("u", ["G1", "G2"])
    assert role_strength(user, acls) == (strength(role) if role else 0)


def test_which_levels_count() -> None:
    server = Server("s", "h", 443, "u", acl=acl(), all_tasks_acl=acl(), all_endpoints_acl=acl())
    server.tasks["t"] = Task("t", acl=acl())
    server.endpoints["e"] = Endpoint(acl=acl())
    estate = Estate(acl=acl(), all_servers_acl=acl(), servers={"s": server})
    task, endpoint = server.tasks["t"].acl, server.endpoints["e"].acl
    own, top, above = server.acl, estate.acl, estate.all_servers_acl
    expected = {
        "enterprise_manager": [top],
        "all_servers": [above, top],
        "server": [own, above, top],
        "all_tasks": [server.all_tasks_acl, own, above, top],
        "task": [task, server.all_tasks_acl, own, above, top],
        "all_endpoints": [server.all_endpoints_acl, own, above, top],
        "endpoint": [endpoint, server.all_endpoints_acl, own, above, top],
    }
    assert set(expected) == set(CONTRACT.data["conventions"]["role_levels"])
    for scope, acls in expected.items():
        name = {"task": "t", "endpoint": "e"}.get(scope)
        assert [id(item) for item in levels(estate, scope, server, name)] == [id(item) for item in acls]
    assert levels(estate, "task", server, "unknown") == levels(estate, "all_tasks", server)
    assert levels(estate, "server", None) == levels(estate, "all_servers", None)


@pytest.mark.parametrize(
    ("acls", "expected"),
    [
        ([acl(admin=["u"])], True),
        ([acl(admin=["G"])], True),
        ([acl(viewer=["u"]), None, acl(admin=["u"])], True),
        ([acl(disable_inheritance=True, viewer=["u"]), acl(admin=["u"])], False),
        ([], False),
    ],
)
def test_whether_there_is_an_admin(acls: list[Acl | None], expected: bool) -> None:
    assert has_admin(acls) is expected


def rules(name: str) -> list[MinimumRole]:
    """The minimum roles of the call in CALLS; its PutServer is for a new server."""
    if name == "Logout":
        return []
    return [rule for rule in CONTRACT.methods[name].minimum_role if rule.when != "server exists"]


def give(desk: Desk, name: str, scope: str, role: str) -> None:
    """Give SOMEBODY a role on the level that a call of method ``name`` is about."""
    path = CALLS[name].path
    server: Any = desk.estate.servers.get(path[1]) if len(path) > 1 else None
    holder: Any
    if scope in ("enterprise_manager", "all_servers"):
        holder, level = desk.estate, "acl" if scope == "enterprise_manager" else "all_servers_acl"
    elif scope == "task":
        holder, level = server.tasks[path[3]], "acl"
    elif scope == "endpoint":
        holder, level = server.endpoints.setdefault(path[3], Endpoint()), "acl"
    else:
        holder, level = server, "acl" if scope == "server" else f"{scope}_acl"
    if getattr(holder, level) is None:
        setattr(holder, level, Acl())
    getattr(holder, level).roles[role].users.append(SOMEBODY)


def let_in(desk: Desk) -> str:
    """A token of SOMEBODY, who gets a role where it is of no use."""
    desk.estate.servers["replicate-retired"].acl = acl(viewer=[SOMEBODY])
    return desk.token(SOMEBODY)


@pytest.mark.parametrize("name", CALLS)
def test_the_minimum_roles_are_enough(desk: Desk, name: str) -> None:
    token = let_in(desk)
    for rule in rules(name):
        give(desk, name, rule.scope, rule.role)
    assert desk.do(CALLS[name], token=token).status == 200


@pytest.mark.parametrize(
    ("name", "scope"), [(name, rule.scope) for name in CALLS for rule in rules(name)], ids=lambda value: value
)
def test_each_of_them_is_needed(desk: Desk, name: str, scope: str) -> None:
    token = let_in(desk)
    for rule in rules(name):
        role = WEAKER.get(rule.role) if rule.scope == scope else rule.role
        if role is not None:
            give(desk, name, rule.scope, role)
    reply = desk.do(CALLS[name], token=token)
    assert reply.code in REFUSED
    if reply.code == "UNAUTHORIZED_REQUEST":
        assert reply.status == (401 if name == "ExportAuditTrail" else 403)
    else:
        assert reply.code in CONTRACT.methods[name].errors


def test_changing_a_server_takes_less_than_adding_one(desk: Desk) -> None:
    token = let_in(desk)
    desk.estate.servers[QAS].acl = acl(admin=[SOMEBODY])
    body = {**SERVER, "name": QAS}
    assert desk.call("PUT", "servers", QAS, "def", body=body, token=token).status == 200
    assert desk.do(CALLS["PutServer"], token=token).status == 403


def test_an_import_without_endpoints_needs_no_role_for_them(desk: Desk) -> None:
    token = let_in(desk)
    give(desk, "ImportTask", "all_tasks", "designer")
    assert desk.do(CALLS["ImportTask"], token=token).code == "AEM_IMPORT_TASK_NO_PERMISSION_ON_ENDPOINT"
    body = dict(CALLS["ImportTask"].body)
    body["cmd.replication_definition"] = {"tasks": body["cmd.replication_definition"]["tasks"]}
    reply = desk.call("POST", *CALLS["ImportTask"].path, body=body, action="import", token=token)
    assert reply.status == 200


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("all_tasks", "AEM_IMPORT_NO_PERMISSION_ON_TASK"),
        ("all_endpoints", "AEM_IMPORT_NO_PERMISSION_ON_ENDPOINT"),
        ("server", "UNAUTHORIZED_REQUEST"),
    ],
)
def test_what_an_import_of_all_says_is_missing(desk: Desk, missing: str, code: str) -> None:
    token = let_in(desk)
    for rule in rules("ImportAll"):
        give(desk, "ImportAll", rule.scope, "viewer" if rule.scope == missing else rule.role)
    assert desk.do(CALLS["ImportAll"], token=token).code == code


def test_an_export_of_all_is_refused_for_one_task_or_endpoint(desk: Desk) -> None:
    server = desk.estate.servers[PRD]
    server.tasks["POS to Kafka"].acl = acl(viewer=[r"CORP\admin"])
    assert desk.do(CALLS["ExportAll"]).code == "AEM_EXPORT_NO_PERMISSION_ON_TASK"
    server.tasks["POS to Kafka"].acl = None
    server.endpoints["ORA__Standby"] = Endpoint(acl=acl(viewer=[r"CORP\admin"]))
    assert desk.do(CALLS["ExportAll"]).code == "AEM_EXPORT_NO_PERMISSION_ON_ENDPOINT"


def test_an_export_of_a_task_is_refused_for_its_endpoints_only(desk: Desk) -> None:
    server = desk.estate.servers[PRD]
    server.endpoints["ORA"].acl = acl(viewer=[r"CORP\admin"])
    assert desk.do(CALLS["ExportTask"]).status == 200
    server.endpoints["DW Snowflake"] = Endpoint(acl=acl(viewer=[r"CORP\admin"]))
    assert desk.do(CALLS["ExportTask"]).code == "AEM_EXPORT_TASK_NO_PERMISSION_ON_ENDPOINT"


def test_a_task_list_shows_what_the_caller_may_see(desk: Desk) -> None:
    desk.estate.servers[DEV].tasks["fails"].acl = Acl(disable_inheritance=True)
    names = [task["name"] for task in desk.get("servers", DEV, "tasks", user=r"CORP\dev.only")["taskList"]]
    assert "fails" not in names
    assert len(names) == len(desk.estate.servers[DEV].tasks) - 1


def test_disable_inheritance_cuts_a_server_and_all_below(desk: Desk) -> None:
    operator = r"CORP\operator"
    assert desk.call("GET", "servers", QAS, "tasks", user=operator).status == 200
    body = {**ACL, "operator_role": None, "designer_role": {"users": [{"name": r"CORP\designer"}]}}
    desk.call("PUT", "servers", QAS, body={**body, "disable_inheritance": False}, action="acl")
    assert desk.call("GET", "servers", QAS, "tasks", user=operator).status == 200
    desk.estate.servers[QAS].acl.disable_inheritance = True
    for path in (("tasks",), ("endpoints",), ("tasks", "Nightly 01 accounts")):
        assert desk.call("GET", "servers", QAS, *path, user=operator).status == 403
        assert desk.call("GET", "servers", QAS, *path, user=r"CORP\designer").status == 200


def test_what_is_not_there_is_not_told_to_who_may_not_know(desk: Desk) -> None:
    assert desk.call("GET", "servers", "nowhere", user=r"CORP\dev.only").status == 403
    assert desk.call("GET", "servers", "nowhere", user=r"CORP\viewer").code == "AEM_SERVER_NOT_FOUND"
