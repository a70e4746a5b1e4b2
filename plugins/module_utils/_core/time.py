# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as users and servers write them: UTC times, .NET ticks and ISO 8601 durations (guide 2.2, 2.25, 2.37).

A time without a zone is UTC. All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

# The units of ticks are 100 nanoseconds, counted from the beginning of the year 1.
TICKS_A_SECOND = 10_000_000
TICKS_A_MICROSECOND = 10

_BEGINNING = datetime(1, 1, 1, tzinfo=timezone.utc)
_TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[Tt ](?P<clock>\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d+))?)?"
    r"\s*(?P<zone>[Zz]|[+-]\d\d:?\d\d)?"
)
# Fewer digits are a year or a date without its dashes, and would be a time in the first centuries.
_TICKS = re.compile(r"\d{18,19}")
_NUMBER = r"\d+(?:[.,]\d+)?"
# Something must follow P and T, and only the last number may have a fraction.
_DURATION = re.compile(
    rf"P(?=[\dT])(?!.*[.,]\d+[A-Z]+\d)(?:{_NUMBER}W|(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}D)?"
    rf"(?:T(?=\d)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?)"
)


def utc(text: str) -> datetime:
    """The time that ``text`` says, as UTC; a date alone is its midnight. Digits below a microsecond are dropped.

    Raise ValueError for what is no time.
    """
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no time such as 2026-03-07T11:19:03Z")
    clock, fraction, zone = found["clock"] or "00:00:00", found["fraction"] or "", found["zone"] or "Z"
    words = f"{found['date']}T{clock}.{fraction[:6]:0<6}{_offset(zone)}"
    try:
        return datetime.strptime(words, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no time such as 2026-03-07T11:19:03Z: there is no such moment") from error


def with_z(moment: datetime) -> str:
    """The form that the API takes, such as ``2026-03-07T11:19:03Z``. Fractions of a second are dropped."""
    return without_zone(moment) + "Z"


def without_zone(moment: datetime) -> str:
    """The form that most methods answer, such as ``2026-03-07T11:19:03``, which means UTC."""
    # strftime would not pad the year on every platform.
    return moment.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat()


def ticks(text: str) -> int:
    """The .NET ticks of a time, which ``text`` gives as ticks or as for ``utc``. Raise ValueError for neither."""
    words = text.strip()
    if _TICKS.fullmatch(words):
        from_ticks(int(words))
        return int(words)
    passed = utc(words) - _BEGINNING
    return (passed.days * 86400 + passed.seconds) * TICKS_A_SECOND + passed.microseconds * TICKS_A_MICROSECOND


def from_ticks(number: int) -> datetime:
    """The time of so many ticks, as UTC; what is below a microsecond is dropped. Raise ValueError past year 9999."""
    try:
        return _BEGINNING + timedelta(microseconds=number // TICKS_A_MICROSECOND)
    except OverflowError as error:
        raise ValueError(f"{number} ticks are past the year 9999") from error


def is_duration(text: str) -> bool:
    """Whether ``text`` is an ISO 8601 duration such as ``P1M3DT1H2M`` (years to seconds, or weeks; not negative)."""
    return bool(_DURATION.fullmatch(text))


def _offset(zone: str) -> str:
    return "+0000" if zone in "Zz" else zone.replace(":", "")
