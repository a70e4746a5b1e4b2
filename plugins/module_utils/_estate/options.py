# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options inside options, understood as Ansible understands those of a module: by the same functions.

Ansible's own walk over a specification looks for each known option in each item, and stops with one message. This one
walks the keys that are given, which is fast for ten thousand items, and tells each problem with its place.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from ansible.module_utils.common.parameters import DEFAULT_TYPE_VALIDATORS
from ansible.module_utils.common.validation import check_mutually_exclusive, check_required_one_of

from .model import Problem
from .place import Place

# What a specification may say here. Whoever uses more has to teach it to this module first.
KNOWN_WORDS = frozenset({"type", "elements", "choices", "default", "required", "no_log", "options"})
KNOWN_RULES: dict[str, Callable[[Any, Any], Any]] = {
    "mutually_exclusive": check_mutually_exclusive,
    "required_one_of": check_required_one_of,
}

_TYPES = {
    "bool": "true or false",
    "dict": "a mapping",
    "float": "a number",
    "int": "a whole number",
    "list": "a list",
    "path": "a path",
    "str": "text",
}
_LONGEST_TOLD = 80


class Open:
    """A value that is not known, such as an expression whose variables are known only when it is planned."""


@dataclass(frozen=True)
class Option:
    """One option: how it is read, and what is said of it."""

    kind: str
    elements: str | None
    choices: Sequence[Any] | None
    sub: Options | None
    is_secret: bool
    may_be_null: bool


@dataclass(frozen=True)
class Options:
    """A compiled specification. ``rules`` are those of KNOWN_RULES, as AnsibleModule takes them."""

    known: Mapping[str, Option]
    defaults: Mapping[str, Any]
    required: frozenset[str]
    rules: Mapping[str, Any]

    @classmethod
    def of(cls, arguments: Mapping[str, Mapping[str, Any]], rules: Mapping[str, Any] | None = None) -> Options:
        """Compile an argument spec as AnsibleModule takes it."""
        return cls(
            known={name: _option(spec) for name, spec in arguments.items()},
            defaults={name: spec.get("default") for name, spec in arguments.items()},
            required=frozenset(name for name, spec in arguments.items() if spec.get("required")),
            rules=rules or {},
        )


def _option(spec: Mapping[str, Any]) -> Option:
    nested = spec.get("options")
    return Option(
        kind=spec.get("type", "str"),
        elements=spec.get("elements"),
        choices=spec.get("choices"),
        sub=None if nested is None else Options.of(nested, {name: spec[name] for name in KNOWN_RULES if name in spec}),
        is_secret=spec.get("no_log") is True,
        may_be_null=not spec.get("required") and spec.get("default") is None,
    )


class Misread(Exception):
    """A value cannot be read; the problem is noted."""


@dataclass
class Reader:
    """Reads options, and notes all that is wrong with them in ``problems``.

    ``with_open`` says that some of what is given may be :class:`Open`, which has to be looked for.
    """

    with_open: bool = False
    problems: list[Problem] = field(default_factory=list)

    def has_open(self, value: Any) -> bool:
        """Whether anything in a value is not known."""
        return self.with_open and _has_open(value)

    def known(self, value: Any) -> Any:
        """The value without what is not known in it; of a list, without the items that have such."""
        return _known(value) if self.with_open else value

    def note(self, place: Place, message: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(str(place), message, place.full_path))

    def read(self, options: Options, given: Mapping[Any, Any], place: Place) -> dict[str, Any]:
        """The options as they were given, defaults filled in. One that cannot be read is left at its default."""
        values = dict(options.defaults)
        for name, value in given.items():
            option = options.known.get(name) if isinstance(name, str) else None
            if option is None:
                self.note(place.at(str(name)), unknown(name, options.known))
                continue
            try:
                values[name] = self._read(option, value, place.at(name))
            except Misread:
                continue
        for name in sorted(options.required.difference(given)):
            self.note(place, f"{name} is missing.")
        for rule, terms in options.rules.items():
            self._check_rule(rule, terms, given, place)
        return values

    def _check_rule(self, rule: str, terms: Any, given: Mapping[Any, Any], place: Place) -> None:
        try:
            KNOWN_RULES[rule](terms, given)
        except TypeError as error:
            self.note(place, f"{error}.")

    def _read(self, option: Option, value: Any, place: Place) -> Any:
        if isinstance(value, Open):
            return value
        if value is not None or not option.may_be_null:
            value = self._typed(option.kind, value, place, option.is_secret)
            if option.elements is not None:
                value = [self._item(option, item, place.at(number)) for number, item in enumerate(value)]
        if option.choices is not None:
            value = self._chosen(option, value, place)
        if option.sub is None or value is None:
            return value
        if option.kind == "dict":
            return self.read(option.sub, value, place)
        return [self._element(option.sub, item, place.at(number)) for number, item in enumerate(value)]

    def _item(self, option: Option, value: Any, place: Place) -> Any:
        """One item of a list. One that cannot be read leaves an unknown one in its place."""
        try:
            return self._typed(option.elements or "raw", value, place, option.is_secret)
        except Misread:
            return Open()

    def _element(self, options: Options, item: Any, place: Place) -> Any:
        return item if isinstance(item, Open) else self.read(options, item, place)

    def _typed(self, kind: str, value: Any, place: Place, is_secret: bool) -> Any:
        if isinstance(value, Open):
            return value
        try:
            return DEFAULT_TYPE_VALIDATORS[kind](value)
        except (TypeError, ValueError):
            self.note(place, f"{_told(value, is_secret)} is not {_TYPES.get(kind, kind)}.")
            raise Misread from None

    def _chosen(self, option: Option, value: Any, place: Place) -> Any:
        choices = option.choices or ()
        wrong = [item for item in (value if isinstance(value, list) else [value]) if _is_not_in(item, choices)]
        if wrong:
            self.note(place, f"{_told(wrong[0], option.is_secret)} must be one of {', '.join(map(str, choices))}.")
            raise Misread
        return value


def unknown(name: Any, known: Iterable[str]) -> str:
    """What is said of a key that is not known: the nearest one, or failing that all that are."""
    word, names = str(name), sorted(known)
    near = get_close_matches(word, names, 1) or [known_name for known_name in names if known_name.startswith(word)]
    return f"is not known. Did you mean {near[0]}?" if near else f"is not known. These are: {', '.join(names)}."


def _has_open(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_open(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_open(item) for item in value)
    return isinstance(value, Open)


def _known(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _known(item) for name, item in value.items() if not isinstance(item, Open)}
    if isinstance(value, list):
        return [_known(item) for item in value if not _has_open(item)]
    return value


def _is_not_in(value: Any, choices: Sequence[Any]) -> bool:
    return not isinstance(value, Open) and value not in choices


def _told(value: Any, is_secret: bool) -> str:
    """A value in a message, which is short and gives nothing away."""
    if value is None:
        return "nothing"
    if is_secret or isinstance(value, (dict, list)):
        return {"dict": "a mapping", "list": "a list"}.get(_plain_name(value), "what was given")
    told = repr(str(value) if isinstance(value, str) else value)
    return told if len(told) <= _LONGEST_TOLD else f"{told[:_LONGEST_TOLD]}..."


def _plain_name(value: Any) -> str:
    return "dict" if isinstance(value, dict) else "list" if isinstance(value, list) else ""
