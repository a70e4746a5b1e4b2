# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing by name or pattern, plans and what becomes of them, and waiting. No network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import concurrent, plan
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import (
    AemError,
    ApiError,
    NoAnswer,
    Refused,
    none_where,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Applied, Change
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.select import chosen, refuse_missing

NAMES = ["ERP to DW", "ERP staging", "POS", "load[1]", "load1"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, NAMES),
        ([], []),
        (["POS"], ["POS"]),
        (["pos"], ["POS"]),
        (["pos", "POS"], ["POS"]),
        (["erp*"], []),
        (["ERP*"], ["ERP to DW", "ERP staging"]),
        (["POS", "ERP s*"], ["ERP staging", "POS"]),
        (["load[1]"], ["load[1]"]),
        (["load[0-9]"], ["load1"]),
        (["P?S"], ["POS"]),
    ],
)
def test_choosing(wanted: list[str] | None, found: list[str]) -> None:
    assert chosen(NAMES, wanted) == found


def test_a_missing_name_is_refused_with_the_nearest_ones() -> None:
    with pytest.raises(Refused, match=r"There is no task 'ERP to DV' on server s. Did you mean 'ERP to DW'"):
        refuse_missing("task", NAMES, ["pos", "ERP to DV"], " on server s")
    refuse_missing("task", NAMES, ["nothing*"])
    refuse_missing("task", NAMES, None)


class Things:
    """Changes that write down that they were applied."""

    def __init__(self) -> None:
        self.applied: list[str] = []

    def change(self, name: str, outcome: Applied | AemError | None = None, kind: str = "thing") -> Change:
        """A change of that name; ``outcome`` is returned or raised."""

        def apply() -> Applied:
            self.applied.append(name)
            if isinstance(outcome, AemError):
                raise outcome
            return outcome or Applied()

        return Change(kind, name, "update", {"n": 1}, {"n": 2}, apply)


def test_check_mode_applies_nothing_and_predicts_the_run() -> None:
    things = Things()
    changes = [things.change("a"), things.change("b")]
    predicted = plan.carry_out(changes, check_mode=True).result()
    assert things.applied == []
    done = plan.carry_out(changes, check_mode=False).result()
    assert things.applied == ["a", "b"]
    assert (predicted.changed, predicted.diff) == (done.changed, done.diff) == (True, done.diff)


def test_in_order_the_first_failure_leaves_the_rest_not_reached() -> None:
    things = Things()
    failing = ApiError("PutServer", 500, "AEM_X", "no")
    changes = [things.change("a"), things.change("b", failing), things.change("c")]
    report = plan.carry_out_in_order(changes, check_mode=False)
    assert [step.status for step in report.steps] == ["done", "failed", "not_reached"]
    assert (report.changed, report.error) == (True, failing)


@pytest.mark.parametrize("workers", [1, 4])
def test_every_change_is_tried_whatever_becomes_of_the_others(workers: int) -> None:
    things = Things()
    failures = [ApiError("RunTask", 500, "AEM_X", "no"), Refused("never")]
    changes = [things.change("a", failures[0]), things.change("b"), things.change("c", failures[1])]
    report = plan.carry_out(changes, check_mode=False, workers=workers)
    assert sorted(things.applied) == ["a", "b", "c"]
    assert [step.status for step in report.steps] == ["failed", "done", "failed"]
    error = report.result().error
    assert error is not None
    assert error.message.startswith("2 of 3 failed.")
    assert error.facts()["error_code"] == "AEM_X"


def test_what_may_have_been_done_counts_as_a_change() -> None:
    lost, refused = NoAnswer("PutX", "cut", sent=True), ApiError("PutX", 500, "C", "No.")
    lost.not_settled()
    outcomes = [Things().change("a", outcome) for outcome in (lost, refused)]
    assert [plan.carry_out([change], check_mode=False).changed for change in outcomes] == [True, False]


def test_what_an_error_says_to_have_left_is_believed() -> None:
    lost = NoAnswer("PutX", "cut", sent=True)
    lost.not_settled()
    assert plan.left_changed(lost)
    lost.left = Applied(changed=False)
    assert not plan.left_changed(lost)
    assert not plan.carry_out([Things().change("a", lost)], check_mode=False).changed


def test_what_somebody_else_did_is_no_change() -> None:
    report = plan.carry_out([Things().change("a", Applied(changed=False))], check_mode=False)
    assert not report.changed


def test_no_changes_are_no_diff() -> None:
    result = plan.carry_out([], check_mode=False).result(thing={"n": 1}, nothing=None)
    assert (result.changed, result.diff, result.values) == (False, [], {"thing": {"n": 1}})


def test_a_diff_for_one_and_for_many() -> None:
    things = Things()
    one = plan.diff([things.change("a")])
    assert one == [{"before_header": "thing a", "after_header": "thing a", "before": {"n": 1}, "after": {"n": 2}}]
    many = plan.diff([things.change("a"), things.change("x", kind="other"), things.change("b")])
    assert [entry["before_header"] for entry in many] == ["thing a", "other x", "thing b"]
    assert [entry["after"] for entry in many] == [{"n": 2}] * 3


def test_a_diff_names_the_server() -> None:
    change = Change("task", "Claims", "run", {"state": "STOPPED"}, {"state": "RUNNING"}, Applied, server="X")
    assert [plan.diff([change])[0][header] for header in ("before_header", "after_header")] == [
        "task Claims of server X"
    ] * 2


def test_what_is_not_there_is_shown_as_nothing() -> None:
    created = Change("thing", "a", "create", None, {"n": 1}, Applied)
    deleted = Change("thing", "b", "delete", {"n": 1}, None, Applied)
    assert plan.diff([created])[0]["before"] == ""
    assert plan.diff([deleted])[0]["after"] == ""


def test_side_by_side_keeps_the_order_and_the_errors() -> None:
    def half(number: int) -> int:
        if number % 2:
            raise Refused(str(number))
        return number // 2

    outcomes = concurrent.side_by_side(half, range(6), workers=3)
    assert [outcome.value for outcome in outcomes] == [0, None, 1, None, 2, None]
    assert [outcome.error.message for outcome in outcomes if outcome.error] == ["1", "3", "5"]
    with pytest.raises(Refused, match="1"):
        concurrent.all_of(half, range(6), workers=3)


@pytest.mark.parametrize("workers", [1, 4])
def test_a_fault_is_not_hidden(workers: int) -> None:
    def broken(_item: int) -> Any:
        raise KeyError("x")

    with pytest.raises(KeyError):
        concurrent.side_by_side(broken, range(3), workers)


def test_waiting_ends_when_it_is_so_or_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(concurrent.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(concurrent.time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    seen = iter(range(100))
    assert concurrent.wait_until(lambda: next(seen), lambda number: number == 3, timeout=60) == (3, True)
    assert concurrent.wait_until(lambda: "no", lambda word: word == "yes", timeout=5)[1] is False
    assert now[0] == pytest.approx(0.2 + 0.3 + 0.45 + 5)
    looks: list[int] = []
    concurrent.wait_until(lambda: looks.append(1), lambda _: False, timeout=0)
    assert len(looks) == 1


GONE = ApiError("DeleteThing", 500, "AEM_THING_NOT_FOUND", "gone")
LOST = NoAnswer("DeleteThing", "cut", sent=True)
UNSENT = NoAnswer("DeleteThing", "refused", sent=False)


@pytest.mark.parametrize(
    ("ends", "still_there", "changed", "deletions"),
    [
        ([None], False, True, 1),
        ([GONE], False, False, 1),
        ([LOST], False, True, 1),
        ([LOST, None], True, True, 2),
        ([LOST, GONE], True, True, 2),
    ],
)
def test_a_deletion_is_settled(ends: list[AemError | None], still_there: bool, changed: bool, deletions: int) -> None:
    made = 0

    def delete() -> None:
        nonlocal made
        error = ends[made]
        made += 1
        if isinstance(error, AemError):
            raise error

    assert plan.removed(delete, "AEM_THING_NOT_FOUND", lambda: still_there) == Applied(changed=changed)
    assert made == deletions


@pytest.mark.parametrize("error", [UNSENT, ApiError("DeleteThing", 500, "AEM_OTHER", "no")])
def test_a_deletion_that_fails_is_an_error(error: AemError) -> None:
    def delete() -> None:
        raise error

    with pytest.raises(type(error)):
        plan.removed(delete, "AEM_THING_NOT_FOUND", lambda: pytest.fail("nothing was sent, so nothing is looked for"))


def test_what_is_not_there_is_none() -> None:
    def look() -> int:
        raise GONE

    assert none_where("AEM_THING_NOT_FOUND", lambda: 1) == 1
    assert none_where("AEM_THING_NOT_FOUND", look) is None
    with pytest.raises(ApiError):
        none_where("AEM_OTHER", look)


def raising(*outcomes: Any) -> Callable[[], Any]:
    """What ends each time as the next of these says."""
    left = list(outcomes)

    def work() -> Any:
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return work


def test_after_a_second_lost_answer_of_a_removal_there_is_a_look() -> None:
    assert plan.removed(raising(LOST, LOST), "GONE", raising(True, False)) == Applied()
    with pytest.raises(NoAnswer) as caught:
        plan.removed(raising(LOST, LOST), "GONE", raising(True, True))
    assert caught.value.left == Applied()


@pytest.mark.parametrize(
    ("deletes", "looks"),
    [
        ([LOST], [ApiError("GetThing", 500, "X", "no")]),
        ([LOST, ApiError("DeleteThing", 500, "X", "no")], [True]),
        ([LOST, LOST], [True, LOST]),
    ],
)
def test_a_removal_of_which_nobody_knows_counts_as_a_change(deletes: list[Any], looks: list[Any]) -> None:
    with pytest.raises(AemError) as caught:
        plan.removed(raising(*deletes), "GONE", raising(*looks))
    assert caught.value.left == Applied()
