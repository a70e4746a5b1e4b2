# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state that is put as a whole, with somebody else at it. No network, no waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import AemError, ApiError, NoAnswer
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import whole_state
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.whole_state import (
    MOST_PUTS,
    Look,
    Overwritten,
    WholeState,
)

LOST = NoAnswer("PutServerAcl", "connection reset", sent=True)
FORBIDDEN = ApiError("GetServerAcl", 403, "UNAUTHORIZED_REQUEST", "No.")


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_state, "PAUSE_BEFORE_LOOK", 0)


class Members:
    """A set of members on a server; ``after_put`` is what happens there after each PUT, given how many there were."""

    def __init__(self, *members: str, after_put: Callable[[Members, int], None] | None = None) -> None:
        self.members = set(members)
        self.puts: list[set[str]] = []
        self.looks = 0
        self.after_put = after_put

    def look(self) -> set[str]:
        """Read."""
        self.looks += 1
        return set(self.members)

    def put(self, members: set[str]) -> None:
        """Replace."""
        self.puts.append(set(members))
        self.members = set(members)
        if self.after_put:
            self.after_put(self, len(self.puts))

    def with_member(self, name: str) -> WholeState[set[str]]:
        """The wish that ``name`` is a member too."""
        return WholeState("The list", self.look, lambda there: None if name in there else {*there, name}, self.put)


def test_what_another_run_has_added_since_the_plan_stays() -> None:
    server = Members("old", "theirs")
    done = server.with_member("ours").bring_about()
    assert (done.changed, done.value, server.members) == (True, {"old", "theirs", "ours"}, {"old", "theirs", "ours"})


def test_what_another_run_has_overwritten_is_merged_again() -> None:
    def overwritten_once(server: Members, puts: int) -> None:
        if puts == 1:
            server.members = {"old", "theirs"}

    server = Members("old", after_put=overwritten_once)
    done = server.with_member("ours").bring_about()
    assert server.puts == [{"old", "ours"}, {"old", "theirs", "ours"}]
    assert (done.changed, done.value) == (True, {"old", "theirs", "ours"})


def test_what_is_always_overwritten_is_told() -> None:
    def overwritten(server: Members, _puts: int) -> None:
        server.members = {"theirs"}

    server = Members(after_put=overwritten)
    with pytest.raises(Overwritten, match=f"though it was put {MOST_PUTS} times") as caught:
        server.with_member("ours").bring_about()
    assert len(server.puts) == MOST_PUTS
    assert (caught.value.left.changed, caught.value.left.value) == (True, {"theirs"})


def test_what_somebody_else_has_made_already_is_no_change() -> None:
    server = Members("ours")
    done = server.with_member("ours").bring_about()
    assert (done.changed, server.puts) == (False, [])


def test_what_was_put_counts_though_it_cannot_be_looked_at() -> None:
    server = Members("old")
    state = server.with_member("ours")

    def forbidden_after_the_put() -> set[str]:
        if server.puts:
            raise FORBIDDEN
        return server.look()

    done = WholeState(state.label, forbidden_after_the_put, state.wanted, state.put).bring_about()
    assert (done.changed, done.value) == (True, {"old", "ours"})
    assert "The list was changed, but could not be looked at afterwards" in done.warnings[0]
    assert "UNAUTHORIZED_REQUEST" in done.warnings[0]


@pytest.mark.parametrize("arrives", [True, False])
def test_a_look_settles_a_lost_answer(arrives: bool) -> None:
    server = Members("old")

    def put(members: set[str]) -> None:
        if arrives:
            server.put(members)
        raise LOST

    state = WholeState("The list", server.look, server.with_member("ours").wanted, put)
    if arrives:
        assert state.bring_about().changed
        return
    with pytest.raises(NoAnswer, match=r"is not as it was asked for now\. The change may still be made") as caught:
        state.bring_about()
    assert caught.value.left.changed


def test_what_a_lost_answer_did_may_stay_unknown() -> None:
    looks = iter([{"old"}])

    def look() -> set[str]:
        try:
            return next(looks)
        except StopIteration:
            raise FORBIDDEN from None

    def put(_members: set[str]) -> None:
        raise LOST

    state = WholeState("The list", look, lambda there: {*there, "ours"}, put)
    with pytest.raises(NoAnswer, match="could not be looked at either") as caught:
        state.bring_about()
    assert caught.value.left.changed


@pytest.mark.parametrize("error", [FORBIDDEN, NoAnswer("PutServerAcl", "refused", sent=False)])
def test_a_put_that_was_not_made_changes_nothing(error: AemError) -> None:
    def put(_members: Any) -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        WholeState("The list", set, lambda there: {*there, "ours"}, put).bring_about()
    assert caught.value.left is None


def test_who_has_just_looked_spares_the_next_look() -> None:
    seen = iter([1, 2, 3])
    look = Look(lambda: next(seen))
    assert [look.anew(), look(), look()] == [1, 1, 2]


def test_of_two_looks_the_later_one_counts() -> None:
    seen = iter([1, 2, 3])
    look = Look(lambda: next(seen))
    assert [look.anew(), look.anew(), look()] == [1, 2, 2]
