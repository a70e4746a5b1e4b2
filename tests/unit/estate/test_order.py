# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of what is done on one server: phases, and within them whatever needs something comes after it."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import CREATE
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.item import (
    BLOCKED,
    DONE,
    SERVER,
    Item,
    Key,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.order import (
    hold_back,
    in_order,
    together,
    turns,
    users_first,
)


def key(name: str) -> Key:
    """The key of a thing of one server."""
    return Key("task", "s", name)


def item(name: str, phase: int, *needs: str, after: Sequence[str] = ()) -> Item:
    """An item in a phase."""
    return Item(key(name), CREATE, phase, needs=tuple(map(key, needs)), after=tuple(map(key, after)))


def names(items: Sequence[Item]) -> list[str]:
    """The names of items."""
    return [one.key.name for one in items]


def test_what_needs_something_comes_after_it_whatever_its_phase() -> None:
    items = [
        item("later", 2),
        item("early", 1, "later"),
        item("first", 1),
        item("needs early", 2, "early", "not there"),
        item("side", 2),
        item("after it", 2, after=["side"]),
    ]
    expected = [["first"], ["later", "side"], ["early", "after it"], ["needs early"]]
    assert [names(group) for group in turns(items)] == expected
    assert names(in_order(items)) == [name for group in expected for name in group]


def test_servers_that_need_each_other_are_worked_on_together() -> None:
    def server(name: str, *needs: str) -> Item:
        return Item(Key(SERVER, name, name), CREATE, 0, needs=tuple(Key(SERVER, other, other) for other in needs))

    lists = [[server("a", "b"), item("of a", 1)], [server("b", "c")], [server("c")], [server("d", "d", "nowhere")], []]
    assert [names(group) for group in together(lists)] == [[], ["a", "of a", "b", "c"], ["d"]]


def test_a_circle_ends() -> None:
    items = [item("one", 1, "other"), item("other", 1, "one"), item("itself", 0, "itself")]
    assert sorted(names(in_order(items))) == ["itself", "one", "other"]


def test_what_needs_something_held_is_held_too() -> None:
    items = [item("last", 3, "middle"), item("middle", 2, "first"), item("first", 1), item("free", 1)]
    done = item("done", 2, "first")
    done.status = DONE
    held = hold_back([*items, done], {key("first"): "since"}, lambda needed: f"needs {needed.name}")
    assert held == {key("first"): "since", key("middle"): "needs first", key("last"): "needs middle"}
    assert [one.key.name for one in [*items, done] if one.status == BLOCKED] == ["last", "middle"]


def test_users_come_first() -> None:
    users = {"below": ["above", "elsewhere"], "above": ["above"], "a": ["b"], "b": ["a"]}
    assert users_first(["below", "a", "above", "b"], lambda name: users[name]) == ["above", "below", "a", "b"]
