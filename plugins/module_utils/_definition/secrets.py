# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in definitions: known, found, taken out, and never shown.

In an export a secret is known by its value, ``{Z<hex>}``, encrypted with the server's own key. In what a user writes
it stands in clear and is known by the name of its setting.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .embedded import SEALED, closed, opened, spans
from .paths import identified, identity, pointer
from .secret_names import NONE, Names, form_of, is_secret_however_spelled, is_secret_name
from .tree import has_none

MASK = "********"
# What Ansible puts in place of the value of an option that is not logged.
_MASKS = (MASK, "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER")
# What is wrong with a text that is_unusable, after words that name it.
UNUSABLE = "is a mask or an encrypted secret of an export, which no server could use. Give the secret itself."
_SIGNS_OF_SEALED = (b"{Z",)

# What stands before the value of a setting, and how far it reaches.
_NAMED = re.compile(r"([^\"\\]{1,200})\\*\"\s{0,40}:\s{0,40}\\*\"\Z")
_REACH = 300


def is_sealed(value: Any) -> bool:
    """Whether ``value`` is a secret as an export shows it."""
    return isinstance(value, str) and value.startswith("{Z") and SEALED.fullmatch(value) is not None


def is_unusable(text: str) -> bool:
    """Whether a text holds a masked or an encrypted secret, alone or among other words."""
    return any(mask in text for mask in _MASKS) or ("{Z" in text and SEALED.search(text) is not None)


def is_secret(name: str, value: Any) -> bool:
    """Whether ``value``, the value of setting ``name``, must be neither compared nor shown."""
    if value in (None, "", {}, []) or isinstance(value, bool):
        return False
    return is_sealed(value) or is_secret_name(name)


def masked(value: Any, name: str = "", hidden: bool = False, sealed: Names = NONE) -> Any:
    """``value`` with MASK in place of every secret; ``name`` is that of the setting, ``hidden`` says it is secret.

    What stands below a setting with the name of a secret is one too. ``sealed`` are names of which an export has told
    that they are secrets, see :func:`sealed_names`.
    """
    hidden = hidden or is_secret_name(name, sealed)
    if isinstance(value, dict):
        return {key: masked(item, key, hidden, sealed) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, "", hidden, sealed) for item in value]
    if hidden:
        return value if isinstance(value, bool) or value in (None, "") else MASK
    return _masked_text(value, sealed) if isinstance(value, str) else value


def sealed_names(value: Any) -> Names:
    """The names of settings that ``value``, data of an export, shows encrypted: they are secrets wherever they stand.

    A server knows which of its settings are secrets, whatever they are called. Where it is the value that is
    called ``value``, and another setting says of what, the name tells nothing.
    """
    return NONE if has_none(_SIGNS_OF_SEALED, value) else frozenset(filter(None, _sealed_names(value, "")))


def names_sealed_in(text: str) -> Names:
    """As :func:`sealed_names`, for an export that has not been read yet; settings in JSON as text count too."""
    before = (text[max(0, found.start() - _REACH) : found.start()] for found in SEALED.finditer(text))
    named = (_NAMED.search(words) for words in before)
    return frozenset(filter(None, (form_of(found.group(1)) for found in named if found)))


def names_told_by(export: str) -> Names:
    """Those of :func:`names_sealed_in` that are not taken for names of secrets anyway."""
    return frozenset(name for name in names_sealed_in(export) if not is_secret_however_spelled(name))


def sealed_places(sections: Mapping[str, Any]) -> list[str]:
    """Where the sections of a definition hold encrypted secrets: pointers as differences have them."""
    return [pointer(tokens) for tokens in _sealed_places(sections, ())]


def resealed(data: Mapping[str, Any], other: Mapping[str, Any] | None) -> dict[str, Any]:
    """``data`` with the encrypted secrets of ``other`` in place of its own, left out where ``other`` has none.

    Things in lists are found by their names.
    """
    return dict(_resealed(dict(data), other))


def _masked_text(text: str, sealed: Names) -> str:
    data = opened(text)
    if data is not None:
        hidden = masked(data, sealed=sealed)
        return text if hidden == data else closed(hidden)
    for begin, end in reversed(spans(text, sealed)):
        text = f"{text[:begin]}{MASK}{text[end:]}"
    return text


def _sealed_names(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _sealed_names(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _sealed_names(item, "")
    elif isinstance(value, str) and "{Z" in value:
        if is_sealed(value):
            yield form_of(name)
        else:
            yield from _sealed_names(opened(value), "")


def _sealed_places(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _sealed_places(item, (*path, key))
    elif isinstance(value, list):
        named = identified(value)
        if named is not None and len(named) == len(value):
            for key, (_number, item) in named.items():
                yield from _sealed_places(item, (*path, ".".join(key)))
        else:
            for number, item in enumerate(value):
                yield from _sealed_places(item, (*path, str(number)))
    elif is_sealed(value):
        yield path
    elif isinstance(value, str) and opened(value) is not None:
        yield from _sealed_places(opened(value), path)


def _resealed(value: Any, other: Any) -> Any:
    """``value`` with the encrypted secrets of ``other``; None in place of one that ``other`` has not."""
    if isinstance(value, dict):
        there = other if isinstance(other, dict) else {}
        pairs: Iterable[tuple[Any, Any]] = ((key, _resealed(item, there.get(key))) for key, item in value.items())
        return {key: item for key, item in pairs if item is not None or value[key] is None}
    if isinstance(value, list):
        items = [_resealed(item, partner) for item, partner in zip(value, _partners(value, other))]
        return [item for item, old in zip(items, value) if item is not None or old is None]
    if is_sealed(value):
        return other if is_sealed(other) else None
    data = opened(value)
    if data is None:
        return value
    made = _resealed(data, opened(other))
    return value if made == data else closed(made)


def _partners(items: list[Any], others: Any) -> list[Any]:
    """What stands in ``others`` for each of the items: the thing of the same name, or what has the same number."""
    if not isinstance(others, list):
        return [None] * len(items)
    named, there = identified(items), identified(others)
    if named is not None and there is not None:
        return [there.get(identity(item) or (), (0, None))[1] for item in items]
    return others if len(items) == len(others) else [None] * len(items)


def in_clear(value: Any, name: str = "", hidden: bool = False, sealed: Names = NONE) -> set[str]:
    """The secrets that ``value``, data that a user wrote, holds in clear.

    ``name``, ``hidden`` and ``sealed`` are as for ``masked``.
    """
    found: set[str] = set()
    _gather(found, value, name, hidden, sealed)
    return found


def _gather(found: set[str], value: Any, name: str, hidden: bool, sealed: Names) -> None:
    hidden = hidden or is_secret_name(name, sealed)
    if isinstance(value, str):
        if value and not is_sealed(value):
            found.update((value,) if hidden else _in_text(value, sealed))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _gather(found, item, key, hidden, sealed)
    elif isinstance(value, list):
        for item in value:
            _gather(found, item, "", hidden, sealed)
    elif hidden and value is not None and not isinstance(value, bool):
        found.add(str(value))


def _in_text(text: str, sealed: Names) -> set[str]:
    data = opened(text)
    if data is not None:
        return in_clear(data, sealed=sealed)
    found = {text[begin:end] for begin, end in spans(text, sealed)}
    return {secret for secret in found if secret and secret != MASK and not is_sealed(secret)}
