# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a line of a plan says of the settings that differ."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.wording import changes_told, contents_told

TABLE = {"owner": "ERP", "name": "ORDERS", "load_order": 0}
TREES = st.dictionaries(
    st.sampled_from(["a", "b", "included_pattern"]),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(0, 2)
        | st.text("xy\n", max_size=3)
        | st.lists(st.text("xy"), max_size=2),
        lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        max_leaves=6,
    ).filter(lambda value: value is not None),
    max_size=3,
)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"port": 443}, {"port": 3552}, ["port 443 -> 3552"]),
        ({"a": "x"}, {"a": ""}, ["a x -> ''"]),
        ({"a": "x"}, {}, ["a x -> nothing"]),
        ({}, {"a": "x"}, ["a x"]),
        ({"password": "(unchanged)"}, {"password": "(sent)"}, ["password: sent"]),
        (
            {"operator_role": {"users": [], "groups": ["A"]}, "admin_role": {"users": [], "groups": []}},
            {"operator_role": {"users": [], "groups": ["B"]}, "admin_role": {"users": [], "groups": []}},
            ["operator_role.groups + B - A"],
        ),
        (
            {"tasks": {"T": {"source": {"source_tables": {"included_pattern": {"ERP.A": dict(TABLE)}}}}}},
            {"tasks": {"T": {"source": {"source_tables": {"included_pattern": {"ERP.B": dict(TABLE)}}}}}},
            ["tables +1 -1"],
        ),
        (
            {"included_pattern": [TABLE], "excluded_pattern": []},
            {"included_pattern": [{**TABLE, "load_order": 5}], "excluded_pattern": [{**TABLE, "name": "X"}]},
            ["tables +1 ~1"],
        ),
        ({"a": "x" * 100}, {"a": "y"}, [f"a {'x' * 57}... -> y"]),
        ({"a": "two\nlines"}, {"a": "y"}, ["a 'two\\nlines' -> y"]),
        (
            {str(n): 1 for n in range(10)},
            {str(n): 2 for n in range(10)},
            [*(f"{n} 1 -> 2" for n in range(8)), "and 2 more"],
        ),
    ],
)
def test_each_setting_is_told_shortly(before: Any, after: Any, told: list[str]) -> None:
    assert changes_told(before, after) == told


def test_what_is_made_is_told_without_what_is_empty() -> None:
    acl = {"admin_role": {"users": ["CORP\\a"], "groups": []}, "viewer_role": {"users": [], "groups": []}}
    assert contents_told({**acl, "disable_inheritance": False}) == [
        "admin_role.users + CORP\\a",
        "disable_inheritance False",
    ]


@settings(database=None, deadline=None, max_examples=400)
@example({}, {"included_pattern": []})
@given(TREES, TREES)
def test_an_update_shows_at_least_one_setting(before: dict[str, Any], after: dict[str, Any]) -> None:
    told = changes_told(before, after)
    assert all("\n" not in words for words in told)
    assert told or repr(_without_empty(before)) == repr(_without_empty(after))
    assert changes_told(before, before) == []


def _without_empty(tree: Any) -> Any:
    """A tree without empty objects, nulls and selections of nothing, which say nothing, and with its keys in order."""
    if not isinstance(tree, dict):
        return tree
    inner = {key: _without_empty(tree[key]) for key in sorted(tree)}
    nothing = {"included_pattern": [[], {}, None]}
    return {key: value for key, value in inner.items() if value not in nothing.get(key, [{}, None])}
