# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carrying out a plan: its order, what a failure stops, and that nothing waits for another server."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import AemError
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import CREATE, Applied, Change
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import apply
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.item import (
    BLOCKED,
    DONE,
    FAILED,
    SKIPPED,
    Item,
    Key,
)


def item(server: str, name: str, phase: int, work: Callable[[], Applied], *needs: str) -> Item:
    """An item that is made by ``work``."""
    change = Change("task", name, CREATE, None, {}, work)
    return Item(Key("task", server, name), CREATE, phase, change, needs=tuple(Key("task", server, to) for to in needs))


def fails() -> Applied:
    """A change that fails half way."""
    error = AemError("No.")
    error.left = Applied()
    raise error


def test_a_failure_stops_only_what_needs_it() -> None:
    items = [
        item("s", "first", 0, fails),
        item("s", "needs it", 1, Applied, "first"),
        item("s", "needs what needs it", 2, Applied, "needs it"),
        item("s", "other", 2, Applied, "was in order already"),
        item("s", "waits for a person", 0, Applied).block("since"),
    ]
    apply.carry_out([items], workers=4)
    assert [one.status for one in items] == [FAILED, SKIPPED, SKIPPED, DONE, BLOCKED]
    assert [one.reason for one in items][:3] == ["No.", "needs task first", "needs task needs it"]
    assert [one.changed for one in items] == [True, False, False, True, False]
    assert items[0].made_a_change


def test_what_has_moved_is_not_replaced() -> None:
    moved, same = item("s", "moved", 0, fails), item("s", "same", 0, Applied)
    moved.guard, same.guard = (lambda: False), (lambda: True)
    apply.carry_out([[moved, same]], workers=1)
    assert (moved.status, moved.reason) == (SKIPPED, apply.MOVED)
    assert same.status == DONE


def test_no_server_waits_for_another() -> None:
    far_ahead = threading.Event()

    def last() -> Applied:
        far_ahead.set()
        return Applied()

    slow = item("slow", "a", 0, lambda: Applied(far_ahead.wait(10)))
    quick = [item("quick", str(number), number, Applied) for number in range(5)]
    quick.append(item("quick", "last", 9, last))
    apply.carry_out([[slow], quick], workers=2)
    assert slow.changed


def test_a_fault_of_the_collection_ends_the_run() -> None:
    def fault() -> Applied:
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        apply.carry_out([[item("s", "a", 0, fault)], [item("t", "b", 0, Applied)]], workers=1)


@settings(database=None, deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from("st"), st.integers(0, 3), st.booleans()), max_size=12),
    st.integers(1, 4),
)
def test_phases_follow_each_other_on_each_server(shape: list[tuple[str, int, bool]], workers: int) -> None:
    lock, ended = threading.Lock(), []
    items = []
    for number, (server, phase, good) in enumerate(shape):

        def work(place: tuple[str, int] = (server, phase), good: bool = good) -> Applied:
            with lock:
                ended.append(place)
            return Applied() if good else fails()

        items.append(item(server, str(number), phase, work))
    apply.carry_out([[one for one in items if one.key.server == name] for name in "st"], workers)
    assert len(ended) == len(items)
    for name in "st":
        phases = [phase for server, phase in ended if server == name]
        assert phases == sorted(phases)
    assert [one.status for one in items] == [DONE if good else FAILED for _server, _phase, good in shape]
