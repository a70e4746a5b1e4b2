# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Windows: when a task may be stopped, in the time of its place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import CREATE, DELETE, RUN, UPDATE
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.item import (
    BLOCKED,
    PLANNED,
    RUN_STATE,
    TASK,
    Item,
    Key,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.windows import (
    ARGUMENT,
    Windows,
    hold_back,
)

WEEKEND = {"servers": ["*prd*"], "days": ["sat", "sun"], "from": "01:00", "to": "05:00", "zone": "Europe/Berlin"}
DEFAULTS = {name: option["default"] for name, option in ARGUMENT["options"].items()}


def windows(*given: dict[str, Any]) -> Windows:
    return Windows.from_options([{**DEFAULTS, **item} for item in given])


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "is_open"),
    [
        ("2026-11-28 00:30", True),  # a Saturday, 01:30 in Berlin
        ("2026-11-27 23:59", False),
        ("2026-11-28 00:00", True),
        ("2026-11-28 04:00", False),
        ("2026-11-30 01:00", False),
        # In summer Berlin is two hours ahead.
        ("2026-07-03 23:00", True),
        ("2026-07-04 03:30", False),
    ],
)
def test_a_window_is_open_at_its_hours_in_its_zone(now: str, is_open: bool) -> None:
    assert (windows(WEEKEND).closed("repl-prd-1", utc(now)) is None) == is_open


def test_a_server_that_no_window_names_is_free() -> None:
    assert windows(WEEKEND).closed("repl-dev", utc("2026-11-25 12:00")) is None
    assert windows().closed("repl-prd-1", utc("2026-11-25 12:00")) is None


def test_a_server_is_named_whatever_its_case() -> None:
    assert windows(WEEKEND).closed("REPL-PRD-1", utc("2026-11-25 12:00")) is not None


def test_the_next_window_is_told_in_its_zone() -> None:
    told = windows(WEEKEND, {"servers": ["other"]}).closed("repl-prd-1", utc("2026-11-25 12:00"))
    assert told == (
        "it stops a task, and no window of this server is open; the next one opens sat 2026-11-28 01:00 CET"
    )


def test_a_window_may_last_past_midnight() -> None:
    night = windows({"days": ["fri"], "from": "22:00", "to": "05:00"})
    assert night.closed("s", utc("2026-11-28 04:59")) is None
    assert night.closed("s", utc("2026-11-27 04:00")) is not None
    assert night.closed("s", utc("2026-11-28 23:00")) is not None


def test_left_out_hours_are_the_whole_day() -> None:
    day = windows({"days": ["wed"]})
    assert day.closed("s", utc("2026-11-25 00:00")) is None
    assert day.closed("s", utc("2026-11-25 23:59")) is None
    assert day.closed("s", utc("2026-11-26 00:00")) is not None


def test_what_yaml_makes_of_a_time_without_quotes_is_that_time() -> None:
    night = windows({"from": str(yaml.safe_load("22:00")), "to": str(yaml.safe_load("5:30"))})
    assert night.closed("s", utc("2026-11-25 05:29")) is None
    assert night.closed("s", utc("2026-11-25 05:30")) is not None
    assert night.closed("s", utc("2026-11-25 22:00")) is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"from": "1 am"}, "windows[0].from must be a time of the day"),
        ({"to": "24:30"}, "windows[0].to must be a time of the day"),
        ({"from": "24:00"}, "windows[0].from must be before 24:00."),
        ({"from": "59"}, "windows[0].from must be a time of the day such as 01:00, not '59'."),
        ({"to": "1441"}, "windows[0].to must be a time of the day"),
        ({"zone": "Berlin"}, "windows[0].zone 'Berlin' is no time zone"),
        ({"zone": "../etc"}, "windows[0].zone '../etc' is no time zone"),
        ({"zone": ""}, "windows[0].zone '' is no time zone"),
    ],
)
def test_what_is_no_window_is_refused(given: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused) as error:
        windows(given)
    assert error.value.message.startswith(told)


def test_what_would_stop_a_task_waits_and_so_does_what_needs_it() -> None:
    task, state = Key(TASK, "repl-prd-1", "T"), Key(RUN_STATE, "repl-prd-1", "T")
    stopping = Item(task, UPDATE, 5, stops=True)
    starting = Item(state, RUN, 7, needs=(task,))
    after = Item(Key(RUN_STATE, "repl-prd-1", "U"), RUN, 8, needs=(state,))
    free = Item(Key(TASK, "repl-prd-1", "V"), UPDATE, 5)
    elsewhere = Item(Key(TASK, "repl-dev", "T"), UPDATE, 5, stops=True)
    # The order of the items makes no difference.
    hold_back([after, starting, stopping, free, elsewhere], windows(WEEKEND), utc("2026-11-25 12:00"))
    assert [item.status for item in (stopping, starting, after)] == [BLOCKED] * 3
    assert starting.reason == "it needs task T, which waits for a window"
    assert [item.status for item in (free, elsewhere)] == [PLANNED] * 2


def test_what_takes_the_place_of_a_task_waits_with_it() -> None:
    old, new, run = (Key(kind, "repl-prd-1", name) for kind, name in ((TASK, "Old"), (TASK, "New"), (RUN_STATE, "New")))
    making, starting = Item(new, CREATE, 5), Item(run, RUN, 7, needs=(new, old))
    deleting = Item(old, DELETE, 6, stops=True, needs=(new,))
    hold_back([making, deleting, starting], windows(WEEKEND), utc("2026-11-25 12:00"))
    assert [item.status for item in (making, deleting, starting)] == [BLOCKED] * 3
    assert making.reason == "it takes the place of task Old, which waits for a window"


def test_inside_of_a_window_nothing_waits() -> None:
    stopping = Item(Key(TASK, "repl-prd-1", "T"), UPDATE, 5, stops=True)
    hold_back([stopping], windows(WEEKEND), utc("2026-11-28 01:00"))
    assert stopping.status == PLANNED
