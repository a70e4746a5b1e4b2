# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times, ticks and durations as users and servers write them. No network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import time

MOMENTS = st.datetimes(timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-03-07T11:19:03Z", "2026-03-07T11:19:03Z"),
        ("2026-03-07t11:19:03z", "2026-03-07T11:19:03Z"),
        ("2026-03-07T11:19:03", "2026-03-07T11:19:03Z"),
        ("2026-03-07 11:19:03", "2026-03-07T11:19:03Z"),
        (" 2026-03-07T11:19:03Z\n", "2026-03-07T11:19:03Z"),
        ("2026-03-07T12:19:03+01:00", "2026-03-07T11:19:03Z"),
        ("2026-03-07 06:49:03-0430", "2026-03-07T11:19:03Z"),
        ("2026-03-07 11:19:03 +00:00", "2026-03-07T11:19:03Z"),
        ("2026-03-07T11:19:03.9876543Z", "2026-03-07T11:19:03Z"),
        ("2026-03-07", "2026-03-07T00:00:00Z"),
        ("2026-03-07T00:30:00+01:00", "2026-03-06T23:30:00Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ],
)
def test_a_time_in_many_forms(text: str, same: str) -> None:
    assert time.with_z(time.utc(text)) == same


@pytest.mark.parametrize(
    "text",
    [
        *("", "now", "2026", "20260307", "2026-03-07T11:19", "2026-3-7T11:19:03Z", "2026-02-30T00:00:00Z"),
        *("2026-03-07T25:00:00Z", "2026-03-07T11:19:03 CET", "07/03/2026", "2026-03-07T11:19:03+1"),
        *("637410358250082194", "P1D", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"),
    ],
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is no time such as"):
        time.utc(text)


def test_fractions_count_up_to_microseconds() -> None:
    assert time.utc("2026-03-07T11:19:03.5Z").microsecond == 500_000
    assert time.utc("2026-03-07T11:19:03.12345678").microsecond == 123_456


@given(MOMENTS, st.integers(-14 * 60, 14 * 60))
def test_a_time_is_the_same_in_every_zone(moment: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    try:
        elsewhere = moment.astimezone(zone).isoformat()
    except OverflowError:
        return
    assert time.utc(elsewhere) == moment


@given(MOMENTS)
def test_ticks_are_the_way_back(moment: datetime) -> None:
    number = time.ticks(moment.isoformat())
    assert time.from_ticks(number) == moment


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("637410358250082194", 637410358250082194),
        ("2020-11-15T11:17:05Z", 637410358250000000),
        ("3155378975999999999", 3155378975999999999),
        ("9999-12-31T23:59:59.999999Z", 3155378975999999990),
    ],
)
def test_ticks(text: str, number: int) -> None:
    assert time.ticks(text) == number


@pytest.mark.parametrize("text", ["9999999999999999999", "20201115", "63741035825008219", "-637410358250082194", ""])
def test_what_are_no_ticks(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no time|past the year"):
        time.ticks(text)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        *[(text, True) for text in ("P1M3DT1H2M", "P30D", "P1Y", "PT0S", "PT1.5S", "PT36H", "P2W", "P0.5D", "PT1,5M")],
        *[(text, False) for text in ("", "P", "PT", "P1DT", "1D", "p1d", "P-1D", "-P1D", "P1H", "P1.5DT2H", "P1W2D")],
        *[(text, False) for text in ("PT1S2M", "P1D ", "P1", "2026-03-07T11:19:03Z", "P1D\n")],
    ],
)
def test_durations(text: str, right: bool) -> None:
    assert time.is_duration(text) is right
