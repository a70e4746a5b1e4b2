# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be done to an estate, whatever the wish says: protected, observed, ignored, pruned, and secrets to send.

Names are chosen by globs, whatever their case, as Enterprise Manager finds names: servers by their name, endpoints and
tasks as ``server/name``. All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import translate
from functools import cached_property
from typing import Any

from .._core.errors import Refused
from .._definition.paths import tokens_of
from .place import Path, path_told

SERVERS, ENDPOINTS, TASKS = "servers", "endpoints", "tasks"
KINDS = (SERVERS, ENDPOINTS, TASKS)

_MOST_PERCENT = 100
_GLOBS: dict[str, Any] = {"type": "list", "elements": "str"}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "prune": {"type": "bool", "default": False},
    "prune_kinds": {"type": "list", "elements": "str", "choices": list(KINDS), "default": [TASKS, ENDPOINTS]},
    "prune_max": {"type": "int", "default": 5},
    "prune_max_percent": {"type": "int", "default": 20},
    "protected": {"type": "dict", "options": dict.fromkeys(KINDS, _GLOBS)},
    "observe": {**_GLOBS, "default": []},
    "ignore": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            **dict.fromkeys(KINDS, _GLOBS),
            "at": {"type": "str"},
            "why": {"type": "str", "required": True},
            "until": {"type": "str"},
        },
        "required_one_of": [(*KINDS, "at")],
    },
    # It sounds like a secret and is none.
    "send_secrets": {**_GLOBS, "default": [], "no_log": False},
}


class BadRule(Refused):
    """A rule that cannot be right: ``told`` is why, and ``way`` the keys and numbers that lead to it."""

    def __init__(self, told: str, *way: str | int) -> None:
        super().__init__(f"{path_told(way)} {told}")
        self.told = told
        self.way: Path = way


class Globs:
    """Names, and patterns with ``*``, ``?`` and ``[]``; a word with such signs may be a name, and then means it too."""

    def __init__(self, patterns: Iterable[str] | None) -> None:
        self._words = frozenset(word.casefold() for word in patterns or ())
        self._match = re.compile("|".join(map(translate, sorted(self._words)))).match if self._words else None

    def __contains__(self, name: str) -> bool:
        folded = name.casefold()
        return self._match is not None and (folded in self._words or self._match(folded) is not None)


@dataclass(frozen=True)
class Ignored:
    """What is neither changed nor called unmanaged, and until when: things, or with ``at`` one setting of them.

    ``at`` is a JSON pointer into a definition, into the settings of an endpoint, or to an option of a server.
    """

    names: Mapping[str, Globs | None]
    at: str | None
    why: str
    until: date | None

    def covers(self, kind: str, name: str) -> bool:
        """Whether it is about that thing. One that names no things at all is about all."""
        globs = self.names[kind]
        return all(found is None for found in self.names.values()) if globs is None else name in globs


@dataclass(frozen=True)
class Rules:
    """The rules of one run, see ARGUMENTS."""

    prune: bool
    prune_kinds: frozenset[str]
    prune_max: int
    prune_max_percent: int
    protected: Mapping[str, Globs]
    observe: Globs
    ignored: tuple[Ignored, ...]
    send_secrets: Globs
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_options(cls, options: Mapping[str, Any], today: date) -> Rules:
        """Read the options of ARGUMENTS. What is ignored until a day that is over is compared again, with a warning.

        Raise BadRule for a limit that is none, a reason that is empty, what is no date, what is no JSON pointer, and
        names that no endpoint or task could have.
        """
        _check_limits(options)
        given = [_ignored(item, number) for number, item in enumerate(options.get("ignore") or ())]
        over = [item for item in given if item.until and item.until < today]
        protected = options.get("protected") or {}
        _check_names(protected, "protected")
        return cls(
            prune=bool(options.get("prune")),
            prune_kinds=frozenset(options["prune_kinds"]),
            prune_max=options["prune_max"],
            prune_max_percent=options["prune_max_percent"],
            protected={kind: Globs(protected.get(kind)) for kind in KINDS},
            observe=Globs(options.get("observe")),
            ignored=tuple(item for item in given if item not in over),
            send_secrets=Globs(options.get("send_secrets")),
            warnings=tuple(f"What was ignored until {item.until} ({item.why}) is compared again." for item in over),
        )

    @cached_property
    def _whole(self) -> list[Ignored]:
        return [item for item in self.ignored if item.at is None]

    @cached_property
    def _settings(self) -> list[Ignored]:
        return [item for item in self.ignored if item.at is not None]

    def prunes(self, kind: str) -> bool:
        """Whether things of that kind are deleted where the wish does not have them."""
        return self.prune and kind in self.prune_kinds

    def ignores(self, kind: str, name: str) -> bool:
        """Whether a thing is left alone as a whole."""
        return any(item.covers(kind, name) for item in self._whole)

    def ignored_settings(self, kind: str, name: str) -> list[str]:
        """The pointers to the settings of a thing that are left alone."""
        return [str(item.at) for item in self._settings if item.covers(kind, name)]


def _check_limits(options: Mapping[str, Any]) -> None:
    most, percent = options["prune_max"], options["prune_max_percent"]
    if most < 0:
        raise BadRule(f"must be 0 or more, not {most}.", "prune_max")
    if not 0 <= percent <= _MOST_PERCENT:
        raise BadRule(f"must be 0 to {_MOST_PERCENT}, not {percent}.", "prune_max_percent")


def _check_names(rule: Mapping[str, Any], *way: str | int) -> None:
    """Raise BadRule for what is to name endpoints or tasks and says no server: it would mean nothing, in silence."""
    for kind in (ENDPOINTS, TASKS):
        for number, word in enumerate(rule.get(kind) or ()):
            if "/" not in word and word != "*":
                raise BadRule(f"must be server/name, such as {f'*/{word}'!r}, not {word!r}.", *way, kind, number)


def _ignored(item: Mapping[str, Any], number: int) -> Ignored:
    way = ("ignore", number)
    if not item["why"].strip():
        raise BadRule("must say why.", *way, "why")
    if item.get("at") is not None:
        _check_pointer(item["at"], *way, "at")
    _check_names(item, *way)
    globs = {kind: None if item.get(kind) is None else Globs(item[kind]) for kind in KINDS}
    return Ignored(globs, item.get("at"), item["why"], _day(item.get("until"), *way, "until"))


def _check_pointer(text: str, *way: str | int) -> None:
    try:
        tokens_of(text)
    except Refused as error:
        raise BadRule(error.message, *way) from error


def _day(text: str | None, *way: str | int) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise BadRule(f"must be a date such as 2027-01-31, not {text!r}.", *way) from None
