# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an import of a definition would change.

An import merges (guide 2.24, 2.33): sections, tasks, endpoints, notifications and jobs that the document does not name
stay as they are. A task, an endpoint, a notification or a job that it does name is replaced whole: a setting that the
document leaves out goes back to its default. So there are three ways to compare, from the top down:

* *merged*: only what the document names counts. So the sections, and the objects in them, are compared.
* *exact*: what only the server has counts too. So things that an import replaces are compared, and lists in them.
* *partial*: only the settings that the document names count, but a list counts as a whole. So such things are compared
  where the document holds just some settings of them, to be merged over what is there.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from . import embedded, secrets
from .document import Definition
from .paths import Identity, Step, covers, identified, patterns, pointer, tokens_of
from .references import NOTIFICATIONS, NOTIFICATIONS_LIST
from .rules import RULES, Rule, lasting
from .secret_names import NONE
from .tree import SECTIONS, TYPE, VOLATILE_KEYS, Plain
from .walk import (
    EXACT,
    MERGED,
    PARTIAL,
    TOP,
    Place,
    alike,
    both_are,
    not_plainly_the_same,
    or_nothing,
    plainly_the_same,
)

_NAMED_SECTIONS = ("tasks", "databases", NOTIFICATIONS)
_DOCUMENT = Rule(below={SECTIONS: RULES})
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,99})(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")


class Difference(NamedTuple):
    """One setting that an import would change, or a thing that it would make or take out of a list.

    ``path`` is a pointer as in :mod:`.paths`. ``section`` is the section, ``name`` the task, endpoint or
    notification that it is in, None in other sections, and ``setting`` the names below that, joined by dots; it is
    empty where the whole thing is new. ``before`` and ``after`` are the values, known defaults filled in and secrets
    masked; None where there is none.
    """

    path: str
    section: str
    name: str | None
    setting: str
    before: Any
    after: Any

    @property
    def task(self) -> str | None:
        """The task that the setting belongs to."""
        return self.name if self.section == "tasks" else None

    @property
    def endpoint(self) -> str | None:
        """The endpoint that the setting belongs to."""
        return self.name if self.section == "databases" else None


def differences(
    wanted: Definition,
    current: Definition | None,
    ignore: Iterable[str] = (),
    exact: bool = True,
) -> list[Difference]:
    """What importing ``wanted`` would change on a server whose export is ``current``, None where it has nothing.

    With ``exact``, ``wanted`` holds whole tasks and endpoints, and a setting that only the server has is a difference,
    because the import resets it. Without, it holds some of their settings, and only these are compared.
    ``ignore`` are pointers to what is not to be compared, see :func:`.paths.patterns`.

    No difference are: a default spelled out or left out, a number or a boolean as text, an empty object, an empty list
    or null for nothing, the order of keys, of tables and of named things, and what :data:`.rules.VOLATILE`
    names. Secrets are never compared; the names of what one of the two shows encrypted are those of secrets in both.
    Raises DefinitionError for a bad pointer.
    """
    walk = _Walk(EXACT if exact else PARTIAL, patterns(ignore))
    if current and _plainly_none(wanted.sections, current.sections):
        return []
    sealed = wanted.sealed_names | (current.sealed_names if current else NONE)
    walk.objects(*alike(wanted.sections, current.sections if current else {}), TOP._replace(sealed=sealed))
    return walk.found


def diff(found: Iterable[Difference]) -> dict[str, Plain]:
    """Differences as Ansible shows them: ``before`` and ``after``, nested by section, thing and setting.

    Both hold only what differs. A difference that lies within another one is shown by that.
    """
    shown: dict[str, Plain] = {"before": {}, "after": {}}
    placed = [(tokens_of(difference.path), difference) for difference in found]
    places = {tokens for tokens, _difference in placed}
    for tokens, difference in placed:
        if any(tokens[:length] in places for length in range(len(tokens))):
            continue
        for side, value in (("before", difference.before), ("after", difference.after)):
            if value is not None:
                _put(shown[side], tokens, value)
    return shown


def same_but_volatile(one: Definition, other: Definition) -> bool:
    """Whether two exports say the same but for the host, the time and the version that they were made with.

    The order of keys, of tables and of named things says nothing; all else does, encrypted secrets and defaults too.
    """
    first, second = (
        {key: value for key, value in item.data.items() if key not in VOLATILE_KEYS} for item in (one, other)
    )
    # Most servers keep to one order.
    return first == second or bool(_in_one_order(first, _DOCUMENT) == _in_one_order(second, _DOCUMENT))


def changed_names(one: Definition | None, other: Definition) -> dict[str, list[str]]:
    """What is not word for word the same in two exports, encrypted secrets included; of None, all is new.

    ``tasks`` and ``endpoints`` have the names of those, ``sections`` those of the other sections.
    """
    before, after = one.sections if one else {}, other.sections
    others = [name for name in dict.fromkeys((*before, *after)) if name not in ("tasks", "databases")]
    return {
        "tasks": _changed_things(before.get("tasks"), after.get("tasks")),
        "endpoints": _changed_things(before.get("databases"), after.get("databases")),
        "sections": [name for name in others if before.get(name) != after.get(name)],
    }


def _plainly_none(wanted: Plain, current: Plain) -> bool:
    """A look that spares most definitions the walk: whether all is the same, but for what each server has of its own.

    Sections that the wanted one does not name are merged, so they do not count.
    """
    one, other = ({name: lasting(name, side.get(name)) for name in wanted} for side in (wanted, current))
    return plainly_the_same(one, other)


class _Walk:
    """Goes through two definitions side by side and collects the differences."""

    def __init__(self, thing_mode: str, ignored: list[tuple[str, ...]]) -> None:
        self.found: list[Difference] = []
        self._thing_mode = thing_mode
        self._ignored = ignored
        self._steps: list[Step] = []

    def objects(self, wanted: Plain, current: Plain, place: Place) -> None:
        """Compare two objects; of what only the server has, only what an import would reset."""
        names = dict.fromkeys((*wanted, *current)) if place.mode == EXACT else wanted
        for name in not_plainly_the_same(names, wanted, current):
            value, other = wanted.get(name), current.get(name)
            inside = place.inside(name)
            resets = place.mode == EXACT and name != TYPE and not inside.rule.filled_in
            if value is not None or resets:
                self._below((name,), value, other, inside)

    def _below(self, step: Step, wanted: Any, current: Any, place: Place) -> None:
        if wanted is current or place.rule.volatile:
            return
        wanted, current = map(or_nothing, embedded.alike(wanted, current))
        self._steps.append(step)
        if both_are(dict, wanted, current):
            self.objects(wanted or {}, current or {}, place)
        elif both_are(list, wanted, current):
            self._lists(wanted or [], current or [], place)
        elif not _same(wanted, current, place):
            self._add(wanted, current, place)
        self._steps.pop()

    def _lists(self, wanted: list[Any], current: list[Any], place: Place) -> None:
        if place.left_out:
            return
        named, there = identified(wanted), identified(current)
        if named is not None and there is not None:
            self._things(named, there, place)
        elif len(wanted) == len(current) and any(isinstance(item, (dict, list)) for item in (*wanted, *current)):
            for number, (one, other) in enumerate(zip(wanted, current)):
                self._below((str(number),), one, other, place.thing(str(number), EXACT))
        elif not _same_items(wanted, current, place):
            self._add(wanted, current, place)

    def _things(
        self, wanted: dict[Identity, tuple[int, Any]], current: dict[Identity, tuple[int, Any]], place: Place
    ) -> None:
        mode = self._thing_mode if place.mode == MERGED else EXACT
        for key, (number, item) in wanted.items():
            name = ".".join(key)
            inside = place.thing(name, mode)
            if key in current:
                self._below((name, str(number)), item, current[key][1], inside)
            else:
                self._whole((name, str(number)), item, None, inside)
        if place.mode != MERGED:
            for key, (number, item) in current.items():
                if key not in wanted:
                    name = ".".join(key)
                    self._whole((name, str(number)), None, item, place.thing(name, mode))

    def _whole(self, step: Step, wanted: Any, current: Any, place: Place) -> None:
        """Add a thing of a list that is on one side only."""
        self._steps.append(step)
        self._add(wanted, current, place)
        self._steps.pop()

    def _add(self, wanted: Any, current: Any, place: Place) -> None:
        if any(covers(pattern, self._steps) for pattern in self._ignored):
            return
        tokens = [step[0] for step in self._steps]
        at = 1 + (tokens[:2] == [NOTIFICATIONS, NOTIFICATIONS_LIST])
        in_thing = tokens[0] in _NAMED_SECTIONS and len(tokens) > at
        before, after = (
            secrets.masked(
                _tidy(place.rule.default if value is None else value, place.rule),
                hidden=place.hidden,
                sealed=place.sealed,
            )
            for value in (current, wanted)
        )
        name, setting = (tokens[at], tokens[at + 1 :]) if in_thing else (None, tokens[1:])
        self.found.append(Difference(pointer(tokens), tokens[0], name, ".".join(setting), before, after))


def _in_one_order(value: Any, rule: Rule) -> Any:
    """``value`` with the items of lists whose order says nothing in an order of their own."""
    if isinstance(value, dict):
        return {name: _in_one_order(item, rule.at(name)) for name, item in value.items()}
    if not isinstance(value, list):
        return value
    named = identified(value)
    if named is not None:
        return [_in_one_order(named[key][1], rule.at(".".join(key))) for key in sorted(named)]
    plain = sorted(value, key=str) if rule.unordered else value
    return [_in_one_order(item, rule.at(str(number))) for number, item in enumerate(plain)]


def _changed_things(before: list[Any] | None, after: list[Any] | None) -> list[str]:
    old, new = identified(before or []) or {}, identified(after or []) or {}
    changed = [key for key in {**old, **new} if key not in old or key not in new or old[key][1] != new[key][1]]
    return [".".join(key) for key in changed]


def _same(wanted: Any, current: Any, place: Place) -> bool:
    if secrets.is_sealed(wanted) or secrets.is_sealed(current) or wanted == secrets.MASK:
        return True
    if place.left_out and not isinstance(wanted, bool) and not isinstance(current, bool):
        return True
    if isinstance(wanted, str) and isinstance(current, str):
        # Text in a task is prose and expressions, not connection properties.
        return wanted == current or (not place.in_task and _masked(wanted, place) == _masked(current, place))
    default = place.rule.default
    return _equal(default if wanted is None else wanted, default if current is None else current)


def _masked(text: str, place: Place) -> Any:
    return secrets.masked(text, sealed=place.sealed)


def _same_items(wanted: list[Any], current: list[Any], place: Place) -> bool:
    if place.rule.unordered:
        wanted, current = sorted(wanted, key=str), sorted(current, key=str)
    return len(wanted) == len(current) and all(_same(one, other, place) for one, other in zip(wanted, current))


def _equal(one: Any, other: Any) -> bool:
    """Equality of two plain values, where numbers and booleans may be text; true is not 1, as it would be in Python."""
    if isinstance(one, str) and isinstance(other, str):
        return one == other
    if isinstance(one, str) or isinstance(other, str):
        text, value = (one, other) if isinstance(one, str) else (other, one)
        if isinstance(value, bool):
            return text.strip().lower() == str(value).lower()
        return isinstance(value, (int, float)) and _number(text) == value
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def _number(text: str) -> float | int | None:
    word = text.strip()
    if not _NUMBER.fullmatch(word):
        return None
    return int(word) if word.lstrip("-").isdigit() else float(word)


def _tidy(value: Any, rule: Rule) -> Any:
    """``value`` without what is empty or never compared, so that a new thing shows what it sets."""
    if isinstance(value, dict):
        tidied = {name: _tidy(item, rule.at(name)) for name, item in value.items() if not rule.at(name).volatile}
        return {name: item for name, item in tidied.items() if item not in (None, {}, [])}
    if isinstance(value, list):
        return [_tidy(item, rule.at(str(number))) for number, item in enumerate(value)]
    return value


def _put(tree: Plain, tokens: tuple[str, ...], value: Any) -> None:
    for token in tokens[:-1]:
        tree = tree.setdefault(token, {})
    tree[tokens[-1]] = value
