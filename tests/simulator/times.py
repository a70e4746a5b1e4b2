# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as clients write them: timestamps with Z, .NET ticks, ISO 8601 durations (guide 2.2, 2.25, 2.37)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TICKS = re.compile(r"\d{17,19}")
_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=.)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_FIRST_DAY = datetime(1, 1, 1, tzinfo=UTC)
_DAYS = {"years": 365, "months": 30}


def timestamp(text: str) -> datetime | None:
    """The time that ``text`` says in the form yyyy-MM-ddTHH:mm:ssZ; None if it has another form."""
    if not _TIMESTAMP.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def ticks(text: str) -> datetime | None:
    """The time that ``text`` says as the number of 100 ns since the year 1; None if it does not."""
    if not _TICKS.fullmatch(text):
        return None
    try:
        return _FIRST_DAY + timedelta(microseconds=int(text) // 10)
    except OverflowError:
        return None


def duration(text: str) -> timedelta | None:
    """The length of time that ``text`` says as an ISO 8601 duration; None if it does not.

    A month counts 30 days and a year 365: where that matters, nobody can see it.
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    parts = {name: float(value) for name, value in found.groupdict().items() if value is not None}
    days = sum(parts.pop(name, 0) * length for name, length in _DAYS.items())
    try:
        return timedelta(days=days) + timedelta(**parts)
    except OverflowError:
        return timedelta.max


def written(value: datetime) -> str:
    """A time in the form yyyy-MM-ddTHH:mm:ssZ."""
    return f"{value:%Y-%m-%dT%H:%M:%SZ}"
