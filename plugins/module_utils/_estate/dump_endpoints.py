# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints of a server in the form in which aem_estate takes them.

All functions are pure, but that comparing asks the planner. This is private to the collection: it may change in any
release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._client.normalise import Plain
from .._client.vocabulary import ENDPOINT_ROLE
from .._core.errors import AemError
from .._core.plain import plain_value
from .._definition.embedded import closed, opened
from .._definition.paths import pointer
from .._definition.rules import DEFAULTS
from .._definition.secret_names import Names, is_secret_name
from .._definition.secrets import is_sealed, is_unusable, masked
from .._definition.tree import TYPE
from .._resource import endpoint_settings as settings
from .variables import EXPRESSIONS, Place, Reference

WITHIN_TEXT = "a secret within other text"
WITHIN_LIST = "a secret within a list"
NOT_TAKEN = "aem_estate could not take it as it is"
NO_OPTION = "aem_estate has no option for it"

_ROLES = {"SOURCE": "source", "TARGET": "target"}
_COVERED = frozenset({"name", "role", "type_id", "is_licensed", settings.ROOT})
_DEFAULT = "/databases/*/"
# In place of a value that is left out.
_NOTHING: Any = object()

Refer = Callable[[Place], "Reference | None"]


@dataclass
class Dumped:
    """An endpoint as an option of aem_estate, where it has secrets, and what is left out of it: pointer and reason."""

    options: Plain
    secrets: list[Place] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)


def dumped(there: Mapping[str, Any], refer: Refer, sealed: Names) -> Dumped:
    """The endpoint of an export. ``refer`` answers what stands for the secret at a place, None for nothing at all.

    ``sealed`` are names of settings that the export shows to be secrets.
    """
    walk = _Walk(refer, sealed)
    found = walk.settings(there.get(settings.ROOT) or {})
    options: Plain = {"name": there["name"]}
    role = _ROLES.get(str(ENDPOINT_ROLE.spelled(there.get("role"))))
    if role:
        options["role"] = role
    if isinstance(there.get("type_id"), str):
        options["type_id"] = there["type_id"]
    options["settings"] = found
    others = [(pointer((name,)), NO_OPTION) for name in sorted(there) if not _is_covered(name, there[name])]
    return Dumped(options, walk.secrets, [*others, *walk.left_out])


def secret_places(there: Mapping[str, Any], sealed: Names) -> list[Place]:
    """Where the settings of an endpoint of an export hold secrets, as far as they are told; ``sealed`` as above."""
    walk = _Walk(lambda _place: None, sealed)
    walk.all_of(there.get(settings.ROOT) or {})
    return walk.secrets


def _is_covered(name: str, value: Any) -> bool:
    if name in _COVERED or value in (None, {}, []):
        return True
    default = {key[len(_DEFAULT) :]: item for key, item in DEFAULTS.items() if key.startswith(_DEFAULT)}
    if isinstance(value, dict):
        return all(item == default.get(f"{name}/{key}") for key, item in value.items())
    return bool(value == default.get(name))


@dataclass
class _Walk:
    """Goes through the settings of one endpoint."""

    refer: Refer
    sealed: Names
    secrets: list[Place] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def settings(self, there: Plain) -> Plain:
        """The settings as they are given: each of them is what the server has, to the planner."""
        found = self.all_of(there)
        if self._is_as_there(found, there):
            return found
        kept = {name: value for name, value in found.items() if self._is_as_there({name: value}, there)}
        for name in found.keys() - kept.keys():
            self._leave((name,), NOT_TAKEN)
        self.secrets = [place for place in self.secrets if place[0] in kept]
        return kept

    def all_of(self, there: Plain) -> Plain:
        """The settings without secrets, or with what stands for them."""
        return self._object(there, (), hidden=False)

    def _is_as_there(self, found: Plain, there: Plain) -> bool:
        """Whether the planner takes settings for what the server has."""
        try:
            plain_value(found)
            return not settings.operations(settings.Wish(found, sealed=self.sealed), there)
        except AemError:
            return False

    def _object(self, value: Plain, place: Place, hidden: bool) -> Plain:
        pairs = [(name, self._value(value[name], (*place, name), hidden)) for name in _sorted(value)]
        return {name: item for name, item in pairs if item is not _NOTHING}

    def _value(self, value: Any, place: Place, hidden: bool) -> Any:
        hidden = hidden or is_secret_name(place[-1], self.sealed)
        if value is None:
            return _NOTHING
        if isinstance(value, dict):
            return self._object(value, place, hidden)
        if isinstance(value, bool):
            return value
        if is_sealed(value) or (hidden and not isinstance(value, list)):
            return _NOTHING if value == "" else self._secret(place)
        if isinstance(value, list):
            return (
                value
                if not value or masked(value, hidden=hidden, sealed=self.sealed) == value
                else self._leave(place, WITHIN_LIST)
            )
        return self._text(value, place) if isinstance(value, str) else value

    def _secret(self, place: Place) -> Any:
        self.secrets.append(place)
        reference = self.refer(place)
        return _NOTHING if reference is None else reference

    def _text(self, value: str, place: Place) -> Any:
        data = opened(value)
        if (
            isinstance(data, dict)
            and masked(data, sealed=self.sealed) != data
            and not any(sign in value for sign in EXPRESSIONS)
        ):
            return _closed(self._object(data, place, hidden=False))
        if is_unusable(value) or masked(value, sealed=self.sealed) != value:
            return self._leave(place, WITHIN_TEXT)
        return value

    def _leave(self, place: Place, why: str) -> Any:
        self.left_out.append((pointer((settings.ROOT, *place)), why))
        return _NOTHING


def _closed(data: Plain) -> str:
    text = closed(data)
    return Reference(text) if any(_references(data)) else text


def _references(value: Any) -> Iterator[bool]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _references(item)
    else:
        yield isinstance(value, Reference)


def _sorted(value: Plain) -> list[str]:
    """The names in an object, that of its type first."""
    return sorted(value, key=lambda name: (name != TYPE, name))
