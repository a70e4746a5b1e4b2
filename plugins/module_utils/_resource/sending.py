# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a definition is sent, what is told of the secrets that go with it, and what is warned of. Pure.

An import replaces things whole (guide 2.24, 2.33), so what was not compared is taken from the server before.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .._core.plan import SENT
from .._definition.compare import Difference
from .._definition.document import Definition
from .._definition.keep import keep_theirs
from .._definition.paths import identity, pointer, tokens_of
from .._definition.secrets import MASK, is_sealed, masked
from .._definition.task import UUID
from .._definition.tree import merge, without
from .endpoint_settings import ROOT, UNCHANGED

_ENDPOINTS = "databases"
_THINGS = {"tasks": "Task", _ENDPOINTS: "Endpoint"}


class Sending(NamedTuple):
    """A definition as it is sent. ``shown`` are secrets that go with it, ``warnings`` tell of what may not work."""

    definition: Definition
    shown: list[Difference]
    warnings: list[str]


def to_send(
    wanted: Definition, present: Definition | None, ignore: Iterable[str], server: str, *, of_server: bool = False
) -> Sending:
    """What of ``wanted``, which is to be imported, is sent to a server that has ``present``.

    Secrets that it does not have in clear, and what is ignored, stay as the server has them. ``of_server`` says that
    ``wanted`` is known to be of the server itself, with its encrypted secrets and what identifies its tasks. Call it
    with what an import is needed for, and give the result to what imports.
    """
    kept = keep_theirs(wanted if of_server else _without_identity(wanted, present), present, ignore)
    warnings = [
        f"{what} is sent without {names}: a mask stands in place of it. Give it in clear."
        for what, names in _by_thing(kept.left_out)
    ]
    if not of_server:
        warnings += [
            f"{what} is sent with {names} as it was encrypted. That is good only if server {server} did it; else give"
            " it in clear."
            for what, names in _by_thing(kept.foreign)
        ]
    return Sending(kept.definition, list(_in_clear(kept.definition, present)), warnings)


def _without_identity(wanted: Definition, present: Definition | None) -> Definition:
    """The definition, in which a task that the server does not have gets no identity of another server."""
    there = {name.casefold() for name in present.task_names} if present else set()
    tasks = [task.data if task.name.casefold() in there else without(task.data, UUID) for task in wanted.tasks]
    return wanted.with_sections(tasks=tasks) if tasks else wanted


def along(found: Sequence[Difference], sending: Sending) -> list[Difference]:
    """The differences that a diff shows: those that were ``found``, and the secrets that go along.

    Of a thing that is new, a secret that is sent is told so in its place.
    """
    paths = {item.path for item in found}
    sent = {
        section: {".".join(identity(thing) or ()): thing for thing in things}
        for section, things in _things(sending.definition)
    }
    told = [
        item._replace(after=_as_sent(item.after, sent[item.section].get(item.name or "")))
        if item.section in sent and item.before is None and not item.setting
        else item
        for item in found
    ]
    return [*told, *(item for item in sending.shown if item.path not in paths)]


def _things(definition: Definition) -> tuple[tuple[str, Sequence[Any]], ...]:
    """The sections whose things have settings, with these things."""
    return (("tasks", [task.data for task in definition.tasks]), (_ENDPOINTS, definition.endpoints))


def _as_sent(shown: Any, value: Any) -> Any:
    """``shown`` with the word for what is sent in place of the mask of a secret that ``value`` has in clear."""
    if isinstance(shown, dict) and isinstance(value, Mapping):
        return {key: _as_sent(item, value.get(key)) for key, item in shown.items()}
    if isinstance(shown, list) and isinstance(value, list) and len(shown) == len(value):
        return [_as_sent(item, other) for item, other in zip(shown, value)]
    return SENT if shown == MASK and value not in (None, MASK) and not is_sealed(value) else shown


def with_sealed(definition: Definition, other: Definition) -> Definition:
    """The definition whose endpoints have the encrypted secrets of those of another, an older export of the server."""
    old = {item["name"]: _sealed(item.get(ROOT)) for item in other.endpoints}
    endpoints = [
        {**item, ROOT: merge(item.get(ROOT), old[item["name"]])} if old.get(item["name"]) else item
        for item in definition.endpoints
    ]
    return definition.with_sections(databases=endpoints) if endpoints else definition


def _sealed(settings: Any) -> Any:
    """The encrypted secrets of settings, in their places."""
    if not isinstance(settings, dict):
        return settings if is_sealed(settings) else None
    found = {name: _sealed(value) for name, value in settings.items()}
    return {name: value for name, value in found.items() if value} or None


def _by_thing(paths: Sequence[str]) -> list[tuple[str, str]]:
    """The things that have settings at these places, and the names of the settings."""
    places: dict[str, list[str]] = {}
    for path in paths:
        section, *rest = tokens_of(path)
        what = f"{_THINGS[section]} {rest[0]}" if section in _THINGS and rest else f"Section {section}"
        below = rest[1:] if section in _THINGS else rest
        places.setdefault(what, []).append(".".join(below[1:] if below[:1] == [ROOT] else below))
    return [(what, ", ".join(names)) for what, names in places.items()]


def _in_clear(sent: Definition, present: Definition | None) -> Iterator[Difference]:
    """The secrets in clear that replace those of things that are there: nobody can know whether they differ."""
    if present is None:
        return
    sealed = sent.sealed_names | present.sealed_names
    there = {"tasks": set(present.task_names), _ENDPOINTS: set(present.endpoint_names)}
    for section, things in _things(sent):
        for thing in things:
            name = ".".join(identity(thing) or ())
            for place in _places(thing, masked(thing, sealed=sealed)) if name in there[section] else ():
                path = pointer((section, name, *place))
                yield Difference(path, section, name, ".".join(place), UNCHANGED, SENT)


def _places(value: Any, hidden: Any) -> Iterator[tuple[str, ...]]:
    """Where ``value`` holds a secret in clear; ``hidden`` is the same with a mask in its place."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from ((key, *place) for place in _places(item, hidden[key]))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            step = ".".join(identity(item) or (str(number),))
            yield from ((step, *place) for place in _places(item, hidden[number]))
    elif hidden == MASK and value != MASK and not is_sealed(value):
        yield ()
