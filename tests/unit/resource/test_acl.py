# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACLs: what is compared, what is kept, what is refused. No network."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import acl as planner
from support.strategies import acl_options, acls

USER = "CORP\\Admin"


def api(user: str = USER) -> Api:
    """An API that only tells who its user is."""
    return cast(Api, SimpleNamespace(session=SimpleNamespace(connection=SimpleNamespace(user=user))))


def role(users: list[str] | None = None, groups: list[str] | None = None) -> dict[str, list[str]]:
    """The members of a role."""
    return {"users": users or [], "groups": groups or []}


def acl(**roles: Any) -> dict[str, Any]:
    """An ACL with these roles, and nobody in the others."""
    return {**planner.empty(), **roles}


def plan(options: dict[str, Any], current: dict[str, Any] | None) -> Any:
    """The plan for server s."""
    return planner.compare(api(), {"server": "s", **options}, current)


def test_neither_case_nor_order_make_a_difference() -> None:
    current = acl(admin_role=role(["CORP\\Ann", "CORP\\Bob"]))
    assert plan({"admin_role": role(["corp\\BOB", "Corp\\ann"])}, current).changes == []


def test_a_role_that_is_left_out_is_sent_back_as_it_is() -> None:
    current = acl(admin_role=role(["CORP\\Ann"]), viewer_role=role(groups=["CORP\\All"]))
    after = plan({"admin_role": role(["CORP\\Bob"])}, current).after
    assert after == acl(admin_role=role(["CORP\\Bob"]), viewer_role=role(groups=["CORP\\All"]))


def test_a_role_that_is_given_empty_is_emptied() -> None:
    current = acl(admin_role=role(["CORP\\Ann"]), viewer_role=role(groups=["CORP\\All"]))
    change = plan({"viewer_role": role()}, current).changes[0]
    assert (change.action, change.after) == ("update", acl(admin_role=role(["CORP\\Ann"])))


def test_without_purge_a_role_has_at_least_what_is_given() -> None:
    current = acl(viewer_role=role(["CORP\\Ann"], ["CORP\\All"]))
    after = plan({"viewer_role": role(["CORP\\Bob"]), "purge": False}, current).after
    assert after["viewer_role"] == role(["CORP\\Ann", "CORP\\Bob"], ["CORP\\All"])
    assert plan({"viewer_role": role(["corp\\ann"]), "purge": False}, current).changes == []


def test_a_name_that_is_there_keeps_its_spelling() -> None:
    current = acl(viewer_role=role(["CORP\\Ann"]))
    assert plan({"viewer_role": role(["corp\\ann", "CORP\\Bob"])}, current).after["viewer_role"] == role(
        ["CORP\\Ann", "CORP\\Bob"]
    )


def test_inheritance_is_kept_unless_given() -> None:
    current = {**acl(), "disable_inheritance": True}
    assert plan({}, current).changes == []
    assert plan({"disable_inheritance": False}, current).after["disable_inheritance"] is False


def test_an_acl_is_made_where_there_is_none() -> None:
    change = plan({"admin_role": role(["CORP\\Ann"])}, None).changes[0]
    assert (change.action, change.before, change.after) == ("create", None, acl(admin_role=role(["CORP\\Ann"])))
    assert plan({}, None).changes[0].action == "create"


def test_absent() -> None:
    assert plan({"state": "absent"}, None).changes == []
    assert plan({"state": "absent"}, acl()).changes[0].action == "delete"


@pytest.mark.parametrize("name", ["ann", "\\ann", "CORP\\", "CORP\\\\ann", "ann@corp", ""])
def test_a_name_without_a_domain_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=r"viewer_role: user .* must be of the form DOMAIN\\name"):
        planner.check_names({"viewer_role": role([name])})


@pytest.mark.parametrize(
    "options",
    [
        {"admin_role": role(["CORP\\Ann"]), "viewer_role": role(["corp\\ann"])},
        {"admin_role": role(["CORP\\Ann"], ["CORP\\Ann"])},
        {"admin_role": role(["CORP\\Ann"]), "viewer_role": role(groups=["corp\\ann"])},
        {"viewer_role": role(["CORP\\Old"])},
    ],
)
def test_one_name_in_two_places_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="twice"):
        plan(options, acl(operator_role=role(["CORP\\old"])))


@pytest.mark.parametrize(
    ("options", "where"),
    [
        (
            {"viewer_role": role(["CORP\\Ann"]), "admin_role": role(["corp\\ann"])},
            "in the users of admin_role and in the users of viewer_role",
        ),
        (
            {"viewer_role": role(groups=["CORP\\All"]), "designer_role": role(groups=["CORP\\All"]), "purge": False},
            "in the groups of designer_role and in the groups of viewer_role",
        ),
        (
            {"admin_role": role(["CORP\\Ann"], ["corp\\ANN"])},
            "in the users of admin_role and in the groups of admin_role",
        ),
    ],
)
def test_one_name_that_is_given_twice_is_refused_whatever_is_there(options: dict[str, Any], where: str) -> None:
    with pytest.raises(Refused, match=f"is given twice: {where}. Name it once."):
        planner.check_names(options)


def test_one_name_may_be_given_twice_for_one_role() -> None:
    planner.check_names({"admin_role": role(["CORP\\Ann", "corp\\ann"]), "viewer_role": None})


def test_names_that_the_server_holds_in_two_spellings_are_kept() -> None:
    current = acl(admin_role=role(["CORP\\Mike"]), viewer_role=role(["CORP\\mike"]))
    planned = plan({"operator_role": role(["CORP\\Ann"])}, current)
    assert planned.after == {**current, "operator_role": role(["CORP\\Ann"])}
    assert plan({"viewer_role": role(["CORP\\mike"])}, current).changes == []
    with pytest.raises(Refused, match="twice"):
        plan(
            {"operator_role": role(["CORP\\MIKE"]), "viewer_role": role(["CORP\\Ann"]), "purge": False},
            acl(admin_role=role(["CORP\\Mike"])),
        )


class TestWithoutInheritance:
    """An empty role is filled from the levels above while disable_inheritance is true (guide 2.10)."""

    ADMINS = acl(admin_role=role([USER]))
    FILLED = acl(admin_role=role([USER]), viewer_role=role(groups=["CORP\\All"]), disable_inheritance=True)

    def test_a_role_that_the_server_has_filled_is_as_it_should_be(self) -> None:
        planned = plan({"viewer_role": role(), "disable_inheritance": True}, self.FILLED)
        assert (planned.changes, planned.after) == ([], self.FILLED)
        assert "viewer_role has CORP\\All" in planned.warnings[0]

    def test_words_stand_for_what_only_the_server_knows(self) -> None:
        change = plan({"viewer_role": role(), "disable_inheritance": True}, self.ADMINS).changes[0]
        assert change.after["admin_role"] == role([USER])
        assert {change.after[name] for name in ("designer_role", "operator_role", "viewer_role")} == {
            planner.FROM_ABOVE
        }

    def test_a_role_that_is_known_to_be_empty_above_is_shown_empty(self) -> None:
        change = plan({"viewer_role": role(["CORP\\Bob"])}, self.FILLED).changes[0]
        assert change.after == {**self.FILLED, "viewer_role": role(["CORP\\Bob"])}

    def test_it_is_filled_anew_with_any_other_change(self) -> None:
        change = plan({"viewer_role": role(), "operator_role": role(["CORP\\Ann"])}, self.FILLED).changes[0]
        assert change.after["viewer_role"] == planner.FROM_ABOVE


class TestLockout:
    """Who takes his own rights away is told before."""

    @pytest.mark.parametrize("user", [USER, "corp\\admin", "admin@corp", "Admin@CORP.example.com"])
    def test_an_admin_by_name_is_not_warned(self, user: str) -> None:
        mine = acl(admin_role=role([USER]), disable_inheritance=True)
        assert planner.lockout(api(user), mine, "s") == []
        assert planner.lockout(api(user), acl(viewer_role=role(["CORP\\Ann"])), "s") == []

    @pytest.mark.parametrize(
        ("named", "told"),
        [
            (acl(admin_role=role(["CORP\\Ann"]), disable_inheritance=True), "is in no role of it"),
            (acl(admin_role=role(groups=[USER]), disable_inheritance=True), "is in no role of it"),
            (acl(viewer_role=role(["corp\\ADMIN"])), "is in viewer_role only"),
        ],
    )
    def test_others_are(self, named: dict[str, Any], told: str) -> None:
        (warning,) = planner.lockout(api(), named, "s")
        assert told in warning
        assert "by a group" in warning

    @pytest.mark.parametrize("user", ["", "api-token", "jwt"])
    def test_a_user_without_a_name_may_be_anybody(self, user: str) -> None:
        (warning,) = planner.lockout(api(user), acl(admin_role=role([USER]), disable_inheritance=True), "s")
        assert "whose name is not known" in warning

    def test_only_a_change_is_warned_of(self) -> None:
        others = acl(admin_role=role(["CORP\\Ann"]), disable_inheritance=True)
        assert plan({"disable_inheritance": True}, others).warnings == []
        assert len(plan({"disable_inheritance": True}, acl(admin_role=role(["CORP\\Ann"]))).warnings) == 1


@given(acls(), acl_options())
def test_planning_from_the_result_is_empty(current: dict[str, Any], options: dict[str, Any]) -> None:
    try:
        planned = plan(options, current)
    except Refused:
        return
    assert plan(options, planned.after).changes == []


@given(acls(), acl_options(), st.randoms())
def test_spelling_and_order_never_make_a_plan(current: dict[str, Any], options: dict[str, Any], random: Any) -> None:
    try:
        after = plan(options, current).after
    except Refused:
        return
    shuffled = {
        name: {kind: random.sample([word.swapcase() for word in names], len(names)) for kind, names in members.items()}
        if isinstance(members, dict)
        else members
        for name, members in after.items()
    }
    assert plan(shuffled, after).changes == []
