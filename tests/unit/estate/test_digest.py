# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The id of a plan: what it depends on, and what it tells of a plan that has become another."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import UPDATE, Applied, Change
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import digest
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.item import OBSERVED, Item, Key

SCOPE = ["https://em", ["s"]]


def item(name: str, after: int = 2, touched: Any = None) -> Item:
    """An item that changes a number."""
    change = Change("task", name, UPDATE, {"n": 1}, {"n": after}, Applied)
    return Item(Key("task", "s", name), UPDATE, 0, change, touched=touched)


def test_the_order_of_the_items_is_no_part_of_it() -> None:
    assert digest.plan_id([item("a"), item("b")], SCOPE) == digest.plan_id([item("b"), item("a")], SCOPE)


@pytest.mark.parametrize(
    "other",
    [
        ([item("a")], SCOPE),
        ([item("a"), item("b", after=3)], SCOPE),
        ([item("a"), item("b", touched="moved")], SCOPE),
        ([item("a"), item("b"), item("c")], SCOPE),
        ([item("a"), item("b")], ["https://other", ["s"]]),
        ([], SCOPE),
    ],
)
def test_changes_what_they_touch_and_the_scope_are_part_of_it(other: Any) -> None:
    approved = digest.plan_id([item("a"), item("b")], SCOPE)
    assert not digest.is_same(approved, digest.plan_id(*other))


def test_what_is_not_done_is_no_part_of_it() -> None:
    observed = item("b")
    observed.status = OBSERVED
    without = digest.plan_id([item("a")], SCOPE)
    assert digest.plan_id([item("a"), observed, item("c").block("waits")], SCOPE) == without


def test_the_id_that_the_text_shows_is_enough() -> None:
    identity = digest.plan_id([item("a")], SCOPE)
    assert digest.is_same(digest.short(identity), identity)
    assert digest.is_same(identity.upper(), identity)
    assert not digest.is_same(identity[:7], identity)
    assert not digest.is_same("", identity)
    assert not digest.is_same(identity[:30] + "x", identity)


def test_the_id_tells_what_came_and_went() -> None:
    before, now = [item("a"), item("b"), item("gone")], [item("a"), item("b", after=3), item("new")]
    expected, identity = digest.plan_id(before, SCOPE), digest.plan_id(now, SCOPE)
    planned = [one.key for one in now]
    moved = digest.moved(expected, identity, planned, [one.key for one in before])
    assert moved == digest.Moved(
        came=[Key("task", "s", "new")], went=[Key("task", "s", "gone")], other=[Key("task", "s", "b")], unknown=0
    )
    moved = digest.moved(expected, identity, planned, [])
    assert moved is not None
    assert (moved.went, moved.unknown) == ([], 1)


def test_an_id_that_was_cut_or_is_of_very_many_changes_tells_nothing_more() -> None:
    many = [item(str(number)) for number in range(digest.MOST_MARKS + 1)]
    identity = digest.plan_id(many, SCOPE)
    assert len(identity) == 64
    planned = [one.key for one in many]
    assert digest.moved(identity, identity, planned, []) is None
    few = digest.plan_id([item("a")], SCOPE)
    assert digest.moved(digest.short(few), few, [item("a").key], []) is None
    assert digest.moved(few + "0", few, [item("a").key], []) is None
