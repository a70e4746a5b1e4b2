# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer of the API must look like before anything is read from it.

A gateway may answer 200 with JSON of its own. Taken for an empty list that would empty an ACL, or pass a sick task for
a healthy one. So whatever is needed is asked for by name, and WrongShape says which it was. All functions are pure.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What is text and never a number.
_TEXTS = frozenset({"name", "owner", "table", "host", "username"})


class WrongShape(ValueError):
    """An answer that is JSON, but not what the method answers."""


def needs(item: Any, *names: str, within: str = "") -> Mapping[str, Any]:
    """``item``, if it is an object with a plain value under each of ``names``, ``within`` the field of that name.

    Names are text; states and the like may be numbers.
    """
    if not isinstance(item, Mapping):
        raise WrongShape(f"{within} holds no object" if within else "an object was expected")
    for name in names:
        value = there(item, name, within)
        if not (isinstance(value, str) if name in _TEXTS else is_word(value)):
            raise WrongShape(f"{_path(within, name)} is no {'text' if name in _TEXTS else 'word'}")
    return item


def there(item: Mapping[str, Any], name: str, within: str = "") -> Any:
    """What stands under ``name``, null too."""
    if name not in item:
        raise WrongShape(f"{_path(within, name)} is missing")
    return item[name]


def _path(within: str, name: str) -> str:
    return f"{within}.{name}" if within else name


def is_word(value: Any) -> bool:
    """Whether a value is a text or a whole number, as names and enumerations are."""
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def word(name: str, value: Any) -> Any:
    """The value of the field ``name``, if it is a text or a whole number."""
    if not is_word(value):
        raise WrongShape(f"{name} is no word")
    return value


def word_or_none(item: Mapping[str, Any], name: str) -> Any:
    """What stands under ``name``: a text, a whole number, or None also where it is left out."""
    return None if item.get(name) is None else word(name, item[name])


def plain(name: str, value: Any) -> Any:
    """The value of the field ``name``, if it is neither a list nor an object."""
    if isinstance(value, (list, dict)):
        raise WrongShape(f"{name} is no plain value")
    return value


def listed(answer: Mapping[str, Any], name: str, *needed: str) -> list[Mapping[str, Any]]:
    """The objects, each with what is ``needed``, that an answer lists under ``name``, whatever the case of that."""
    key = next((key for key in answer if key.lower() == name.lower()), name)
    return [needs(item, *needed, within=key) for item in as_list(there(answer, key), key)]


def words(answer: Mapping[str, Any], name: str) -> list[Any]:
    """The list of words under ``name``, which older servers leave out; null and none are an empty one."""
    found = answer.get(name)
    return [] if found is None else [word(name, item) for item in as_list(found, name)]


def as_list(value: Any, name: str) -> list[Any]:
    """The value of the field ``name``, if it is a list."""
    if not isinstance(value, list):
        raise WrongShape(f"{name} is no list")
    return list(value)


def part(answer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The object under ``name``, where it is told; null and none are an empty one."""
    found = answer.get(name)
    return {} if found is None else needs(found, within=name)
