# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for something while the looks at it fail, and trying again what may go better later."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.concurrent import (
    all_of,
    tried_until,
    wait_until,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError, ManyFailed, NoAnswer
from support.one_task import time_flies

PASSING = ApiError("GetTaskDetails", 500, "AEM_SERVER_NOT_CONNECTED", "not now", passing=True)
BROKEN = NoAnswer("GetTaskDetails", "broken JSON", sent=True)
FORBIDDEN = ApiError("GetTaskDetails", 403, "UNAUTHORIZED_REQUEST", "no")


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    time_flies(monkeypatch)


def in_turn(outcomes: Iterable[Any]) -> Callable[[], Any]:
    """Work that ends each time as the next outcome says; the last one stays."""
    coming = iter(outcomes)
    last: list[Any] = []

    def work() -> Any:
        last[:] = [next(coming, *last)]
        if isinstance(last[0], Exception):
            raise last[0]
        return last[0]

    return work


@pytest.mark.parametrize("trouble", [PASSING, BROKEN])
def test_looks_that_fail_for_a_while_are_borne(trouble: Exception) -> None:
    assert wait_until(in_turn([trouble, 1, trouble, trouble, 2]), lambda seen: seen == 2, 60) == (2, True)


@pytest.mark.parametrize("trouble", [PASSING, BROKEN])
def test_what_does_not_pass_in_time_is_raised(trouble: Exception) -> None:
    with pytest.raises(type(trouble)):
        wait_until(in_turn([1, trouble]), lambda seen: seen == 2, 60)


def test_what_was_seen_last_is_told() -> None:
    assert wait_until(in_turn([PASSING, 1]), lambda seen: seen == 2, 60) == (1, False)


def test_what_will_not_pass_is_raised_at_once() -> None:
    looks = in_turn([FORBIDDEN, 2])
    with pytest.raises(ApiError):
        wait_until(looks, lambda seen: seen == 2, 60)
    assert looks() == 2


def test_what_may_go_better_is_tried_again() -> None:
    assert tried_until(in_turn([PASSING, BROKEN, 3]), 60) == 3
    with pytest.raises(NoAnswer):
        tried_until(in_turn([PASSING, BROKEN]), 60)
    with pytest.raises(ApiError):
        tried_until(in_turn([FORBIDDEN, 3]), 60)


def test_what_was_waited_out_is_told() -> None:
    told: list[str] = []
    trouble = ApiError("GetTaskDetails", 500, "AEM_SERVER_NOT_CONNECTED", "not now", passing=True)
    trouble.warnings = told
    assert wait_until(in_turn([trouble, 2]), lambda seen: seen == 2, 60) == (2, True)
    assert told == [f"{trouble.message}. It was looked at again."]


def test_what_ends_a_wait_is_no_warning_beside_the_error() -> None:
    told: list[str] = []
    trouble = NoAnswer("GetTaskDetails", "broken JSON", sent=True)
    trouble.warnings = told
    with pytest.raises(NoAnswer):
        wait_until(in_turn([trouble]), lambda seen: seen == 2, 0)
    assert told == []


def test_of_many_looks_the_error_that_will_not_pass_decides() -> None:
    outcomes = {"a": PASSING, "b": FORBIDDEN, "c": BROKEN}

    def work(item: str) -> None:
        raise outcomes[item]

    with pytest.raises(ApiError) as raised:
        all_of(work, outcomes, workers=3)
    assert raised.value is FORBIDDEN


def test_many_errors_pass_only_together() -> None:
    assert ManyFailed([PASSING, BROKEN], 2).passing
    assert not ManyFailed([PASSING, FORBIDDEN], 2).passing
