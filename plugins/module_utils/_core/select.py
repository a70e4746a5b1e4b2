# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing things by name or pattern.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TypeVar

from .errors import Refused

T = TypeVar("T")


def chosen(names: Iterable[str], wanted: Sequence[str] | None) -> list[str]:
    """The names that ``wanted`` chooses, in the order of ``names``; all of them where ``wanted`` is None.

    A wanted string that is a name means that name, else the names that differ from it in case only, since Enterprise
    Manager finds things so; else it is a pattern with ``*``, ``?`` and ``[]``, in which case counts.
    """
    present = list(names)
    if wanted is None:
        return present
    found = spelled(present, wanted)
    meant = {name for same in found.values() for name in same}
    patterns = [word for word, same in found.items() if is_pattern(word) and not same]
    return [name for name in present if name in meant or any(fnmatchcase(name, word) for word in patterns)]


def spelled(names: Iterable[str], words: Iterable[str]) -> dict[str, list[str]]:
    """The names that each word is: itself where it is one of them, else those that differ from it in case only."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(name.casefold(), []).append(name)
    found = {word: alike.get(word.casefold(), []) for word in words}
    return {word: [word] if word in same else same for word, same in found.items()}


class ByName(Mapping[str, T]):
    """Things by their names, in their order. A name finds the thing of that name, else one of it in another case.

    ``name_of`` answers the name of a thing.
    """

    def __init__(self, things: Iterable[T], name_of: Callable[[T], str]) -> None:
        self._things = {name_of(thing): thing for thing in things}
        self._alike: dict[str, str] = {}
        for name in self._things:
            self._alike.setdefault(name.casefold(), name)

    def __getitem__(self, name: str) -> T:
        return self._things[name if name in self._things else self._alike[name.casefold()]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def namesakes(self) -> list[str]:
        """The names that are an earlier one in another case."""
        return [name for name in self._things if self._alike[name.casefold()] != name]


def refuse_missing(kind: str, names: Iterable[str], wanted: Sequence[str] | None, where: str = "") -> None:
    """Raise Refused where a wanted name, not a pattern, is none of ``names``; the message names the nearest ones."""
    present = list(names)
    gone = missing(present, wanted)
    if gone:
        raise Refused(there_is_no(kind, gone, present, where))


def there_is_no(kind: str, gone: Sequence[str], names: Iterable[str], where: str = "") -> str:
    """What to say of wanted names that are none of ``names``, with those that are nearest to the first."""
    hint = did_you_mean(gone[0], names)
    return f"There is no {kind} {', '.join(repr(name) for name in gone)}{where}.{f' {hint}' if hint else ''}"


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """The question which of ``names`` was meant by ``word``; empty where none is near."""
    near = {name.casefold(): name for name in names}
    found = get_close_matches(word.casefold(), near, n=3)
    return f"Did you mean {' or '.join(repr(near[name]) for name in found)}?" if found else ""


def missing(names: Iterable[str], wanted: Sequence[str] | None) -> list[str]:
    """The wanted names, not patterns, that are none of ``names``."""
    present = {name.casefold() for name in names}
    return [word for word in wanted or () if word.casefold() not in present and not is_pattern(word)]


def fruitless(names: Iterable[str], wanted: Sequence[str] | None) -> list[str]:
    """The wanted patterns that choose none of ``names``."""
    present = list(names)
    return [word for word in wanted or () if is_pattern(word) and not chosen(present, [word])]


def is_pattern(word: str) -> bool:
    """Whether ``word`` holds a character that patterns give a meaning to."""
    return any(sign in word for sign in "*?[")
