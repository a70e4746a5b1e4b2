# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options as plain data, or refused by name: the one door that they come in by, whoever hosts a module.

A module process gets its options as JSON. Within Ansible's worker they are what YAML and Jinja make: dates, keys that
are numbers, anchors that refer to what they are in. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from .display import printable
from .errors import Refused

DEEPEST = 100
# A repository of a thousand tasks has about half as many.
MOST_VALUES = 2_000_000
GREATEST = 2**63 - 1

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")
_LONGEST_PLACE = 120


def plain(options: Mapping[Any, Any]) -> dict[str, Any]:
    """The options as JSON would hold them: text, numbers, true, false, null, lists, and objects whose keys are text.

    A date becomes its text in ISO 8601, UTC with a Z. Raise Refused, naming the option and the place in it, for what
    cannot be: a number that is none or past 64 bits, bytes, half a surrogate pair, what is nested too deep or in
    itself.
    """
    return dict(plain_value(options))


def plain_value(value: Any) -> Any:
    """As ``plain``, for one value of any type."""
    return _Door().enter(value, "")


class _Door:
    def __init__(self) -> None:
        self._count = 0
        self._above: list[int] = []

    def enter(self, value: Any, place: str) -> Any:
        self._count += 1
        if self._count > MOST_VALUES:
            raise Refused(f"The options hold more than {MOST_VALUES} values.")
        if isinstance(value, str):
            return _text(value, place)
        if isinstance(value, (Mapping, list, tuple, set, frozenset)):
            return self._all_of(value, place)
        return _single(value, place)

    def _all_of(self, value: Any, place: str) -> Any:
        if id(value) in self._above:
            raise Refused(f"{_named(place)} holds itself.")
        if len(self._above) >= DEEPEST:
            raise Refused(f"{_named(place)} is nested deeper than {DEEPEST}.")
        self._above.append(id(value))
        try:
            if isinstance(value, Mapping):
                return self._object(value, place)
            return [self.enter(item, f"{place}[{index}]") for index, item in enumerate(value)]
        finally:
            self._above.pop()

    def _object(self, value: Mapping[Any, Any], place: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, item in value.items():
            key = _key(name, place)
            if key in made:
                raise Refused(f"{_named(place)} has the key {key!r} twice, as text and as a number.")
            made[key] = self.enter(item, f"{place}.{key}" if place else key)
        return made


def _key(name: Any, place: str) -> str:
    """A key as JSON writes it."""
    if isinstance(name, str):
        return _text(name, place)
    if isinstance(name, bool):
        return "true" if name else "false"
    if name is None:
        return "null"
    if isinstance(name, (Mapping, list, tuple)):
        raise Refused(f"{_named(place)} has a key that is no text.")
    return str(_single(name, place))


def _single(value: Any, place: str) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > GREATEST:
            raise Refused(f"{_named(place)} is too great a number.")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Refused(f"{_named(place)} is {float(value)}, which is no number.")
        return float(value)
    if isinstance(value, (bytes, bytearray)):
        raise Refused(f"{_named(place)} is binary (!!binary); give text.")
    if isinstance(value, date):
        return _moment(value)
    return _text(str(value), place)


def _text(value: str, place: str) -> str:
    # Ansible's text is of a kind of its own, which by itself takes long to become plain text.
    text = str.__str__(value)
    if not text.isascii() and _HALF_A_PAIR.search(text):
        raise Refused(f"{_named(place)} holds half a surrogate pair, which is no text.")
    return text


def _moment(value: date) -> str:
    text = value.isoformat()
    if isinstance(value, datetime) and text.endswith("+00:00"):
        return f"{text[:-6]}Z"
    return text


def _named(place: str) -> str:
    """The option, and the place in it, as a message names it."""
    told = printable(place)
    return (told if len(told) <= _LONGEST_PLACE else f"{told[:_LONGEST_PLACE]}...") or "What is given"
