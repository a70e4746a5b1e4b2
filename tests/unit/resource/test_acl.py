# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACLs: what is compared, what is kept, what is refused. No network."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import acl as planner
from support.strategies import acl_options, acls

NO_API = cast(Api, None)


def role(users: list[str] | None = None, groups: list[str] | None = None) -> dict[str, list[str]]:
    """The members of a role."""
    return {"users": users or [], "groups": groups or []}


def acl(**roles: Any) -> dict[str, Any]:
    """An ACL with these roles, and nobody in the others."""
    return {**planner.empty(), **roles}


def plan(options: dict[str, Any], current: dict[str, Any] | None) -> Any:
    """The plan for server s."""
    return planner.compare(NO_API, {"server": "s", **options}, current)


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
