# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task of an export as it is kept in a file: only what says something, and always in the same order.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .embedded import closed, opened
from .paths import identified, identity
from .secret_names import NONE, Names
from .secrets import MASK, is_sealed, resealed, sealed_places
from .tree import TYPE, Plain, value_at
from .walk import EXACT, TOP, Place


def tidied(task: Plain, keep_defaults: bool = False, sealed: Names = NONE) -> Plain:
    """A task without what is volatile, filled in by the server, at a known default, or a secret.

    Keys, tables and named things are sorted. To :func:`.compare.differences` it is the same as what was given. A secret
    within a list leaves a mask, which means that the server keeps what it has. ``sealed`` are names that its export
    shows to be those of secrets.
    """
    name = str(value_at(task, ("task", "name")))
    return dict(_object(task, TOP._replace(sealed=sealed).inside("tasks").thing(name, EXACT), keep_defaults))


def _object(value: Plain, place: Place, keep_defaults: bool) -> Plain:
    # A server needs the type of an object before all else in it.
    names = sorted(value, key=lambda name: (name != TYPE, name))
    inside = ((name, value[name], place.inside(name)) for name in names)
    return {
        name: _value(item, within, keep_defaults)
        for name, item, within in inside
        if _is_kept(item, within, keep_defaults)
    }


def _is_kept(value: Any, place: Place, keep_defaults: bool) -> bool:
    rule = place.rule
    if value is None or rule.volatile or rule.filled_in or is_sealed(value):
        return False
    if place.left_out and not isinstance(value, (bool, dict)):
        return False
    is_default = rule.default is not None and type(value) is type(rule.default) and value == rule.default
    return keep_defaults or not is_default


def _value(value: Any, place: Place, keep_defaults: bool) -> Any:
    if isinstance(value, dict):
        return _object(value, place, keep_defaults)
    if isinstance(value, list):
        return list(_list(value, place, keep_defaults))
    return _text(value) if isinstance(value, str) else value


def _list(items: list[Any], place: Place, keep_defaults: bool) -> Iterator[Any]:
    named = identified(items)
    if named is None:
        plain = sorted(items, key=str) if place.rule.unordered else items
        for number, item in enumerate(plain):
            yield MASK if is_sealed(item) else _value(item, place.thing(str(number), EXACT), keep_defaults)
        return
    for key in sorted(named):
        item = named[key][1]
        yield _value(item, place.thing(".".join(identity(item) or ()), EXACT), keep_defaults)


def _text(text: str) -> str:
    """JSON as text without the encrypted secrets in it; any other text as it is."""
    data = opened(text)
    if data is None or not sealed_places({"": data}):
        return text
    return closed(resealed({"": data}, None)[""])
