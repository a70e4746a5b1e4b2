# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading plain data of a schema: every member is asked for by name and type, and what nobody asked for is an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from .errors import EstateError

_Made = TypeVar("_Made")
_MISSING = object()


class Reader:
    """A mapping at a place of an estate. All methods raise EstateError, which names the place."""

    def __init__(self, data: Any, place: str) -> None:
        if not isinstance(data, Mapping):
            raise EstateError(f"{place} is not a mapping.")
        self._data = dict(data)
        self.place = place

    def has(self, name: str) -> bool:
        """Whether there is a member, not taken yet, that is not null."""
        return self._data.get(name) is not None

    def take(self, name: str, default: Any = _MISSING) -> Any:
        """A member as it is."""
        value = self._data.pop(name, None)
        if value is not None:
            return value
        if default is _MISSING:
            raise EstateError(f"{self.place} has no {name}.")
        return default

    def text(self, name: str, default: Any = _MISSING) -> str:
        """A string; a number or a date that YAML made of it counts as well."""
        value = self.take(name, default)
        if isinstance(value, (bool, Mapping, list)):
            raise EstateError(f"{self.place}: {name} is not a text.")
        return str(value)

    def choice(self, name: str, choices: tuple[str, ...], default: Any = _MISSING) -> str:
        """One of some words."""
        value = self.text(name, default)
        if value not in choices:
            raise EstateError(f"{self.place}: {name} is one of {', '.join(choices)}, not {value!r}.")
        return value

    def integer(self, name: str, default: int) -> int:
        """A whole number."""
        value = self.take(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise EstateError(f"{self.place}: {name} is not a whole number.")
        return value

    def seconds(self, name: str) -> float | None:
        """A length of time, if it is there."""
        value = self.take(name, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise EstateError(f"{self.place}: {name} is not a number of seconds.")
        return float(value)

    def flag(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self.take(name, default)
        if not isinstance(value, bool):
            raise EstateError(f"{self.place}: {name} is neither true nor false.")
        return value

    def texts(self, name: str) -> list[str]:
        """A list of strings; none is an empty one."""
        value = self.take(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise EstateError(f"{self.place}: {name} is not a list of texts.")
        return list(value)

    def instant(self, name: str) -> datetime | None:
        """A time, UTC, if it is there."""
        value = self.take(name, None)
        if value is None:
            return None
        if not isinstance(value, datetime):
            try:
                value = datetime.fromisoformat(str(value))
            except ValueError as error:
                raise EstateError(f"{self.place}: {name} is not a time.") from error
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)

    def day(self, name: str) -> date | None:
        """A date, if it is there."""
        value = self.take(name, None)
        try:
            return value if value is None or isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError as error:
            raise EstateError(f"{self.place}: {name} is not a date.") from error

    def part(self, name: str, make: Callable[[Reader], _Made]) -> _Made | None:
        """What ``make`` makes of a member, if it is there."""
        if not self.has(name):
            return None
        reader = Reader(self.take(name), f"{self.place}: {name}")
        made = make(reader)
        reader.done()
        return made

    def parts(self, name: str, make: Callable[[Reader], _Made]) -> list[_Made]:
        """What ``make`` makes of every item of a list."""
        return [made for _unused, made in self.named_parts(name, make)]

    def named_parts(self, name: str, make: Callable[[Reader], _Made]) -> Iterator[tuple[str, _Made]]:
        """The same with the names of the items, for messages and for whatever else needs them."""
        items = self.take(name, [])
        if not isinstance(items, list):
            raise EstateError(f"{self.place}: {name} is not a list.")
        for number, item in enumerate(items, 1):
            label = item.get("name", number) if isinstance(item, Mapping) else number
            reader = Reader(item, f"{self.place}, {name}, {label}")
            made = make(reader)
            reader.done()
            yield str(label), made

    def done(self) -> None:
        """That nothing is left that nobody asked for."""
        if self._data:
            raise EstateError(f"{self.place}: nobody knows {', '.join(map(repr, self._data))}.")
