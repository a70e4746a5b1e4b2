# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests as they travel: targets and names of all generations of clients, and bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, unquote_plus, urlsplit

from .errors import ApiError
from .repository.reading import number, refuse_constant

_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True)
class Target:
    """A request target taken apart: path segments as they came, query values decoded once."""

    segments: tuple[str, ...]
    query: Mapping[str, str]

    def below(self, base: tuple[str, ...]) -> tuple[str, ...] | None:
        """The segments after ``base``; None for a path that is not below it."""
        length = len(base)
        return self.segments[length:] if self.segments[:length] == base else None


def split_target(raw: str) -> Target:
    """A raw request target, taken apart. A slash at the end of the path changes nothing.

    The word None is what an SDK sends for a value that is left out. Of a name that comes twice the first one counts.
    """
    if not raw.startswith("/"):
        parts = urlsplit(raw)
        raw = f"{parts.path}?{parts.query}"
    path, _unused, text = raw.partition("?")
    query: dict[str, str] = {}
    for pair in text.split("&"):
        name, _unused, value = pair.partition("=")
        if name and value != "None":
            query.setdefault(unquote_plus(name), unquote_plus(value))
    return Target(tuple(path.removesuffix("/").split("/")[1:]), query)


def readings(raw: str) -> list[str]:
    """What a name can mean that came percent-encoded: decoded once, and once more if that leaves something to decode.

    The SDK of 2018 encodes every name twice.
    """
    return decoded_again(unquote(raw))


def decoded_again(once: str) -> list[str]:
    """A value that was decoded once, and its second reading if there is one."""
    return [once, unquote(once)] if _ENCODED.search(once) else [once]


def choose(names: list[str], exists: Callable[[str], bool]) -> str:
    """The first of the readings of a name that exists; if none does, the one with least to decode."""
    return next((name for name in names if exists(name)), names[-1])


def found_in(names: list[str], known: Iterable[str]) -> str | None:
    """The known name that one of the readings stands for, in its own spelling; one that is spelled so goes first.

    Servers and tasks are found in another case too.
    """
    spellings = dict.fromkeys(known)
    exact = next((name for name in names if name in spellings), None)
    if exact is not None:
        return exact
    wanted = {name.casefold() for name in names}
    return next((name for name in spellings if name.casefold() in wanted), None)


def boolean(query: Mapping[str, str], name: str, default: bool) -> bool:
    """A boolean parameter, in any case. Raises ApiError (DESERIALIZE_TO_TYPE)."""
    value = query.get(name, "")
    if not value:
        return default
    if value.lower() not in _WORDS:
        raise ApiError("DESERIALIZE_TO_TYPE", type="Boolean", message=f"{name} is {value!r}")
    return _WORDS[value.lower()]


def seconds(query: Mapping[str, str], name: str, default: int) -> int:
    """A number of seconds, none below zero. Raises ApiError (DESERIALIZE_TO_TYPE)."""
    value = query.get(name, "")
    if not value:
        return default
    if not (value.isascii() and value.isdigit()) or int(value) > 2147483647:
        raise ApiError("DESERIALIZE_TO_TYPE", type="Int32", message=f"{name} is {value!r}")
    return int(value)


def json_body(body: bytes, type_name: str) -> Any:
    """The JSON of a body. Raises ApiError (DESERIALIZE_TO_TYPE)."""
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text, object_pairs_hook=_object, parse_constant=refuse_constant, parse_float=number)
        if b"\\ud" in body.lower():
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError) as error:
        raise malformed(type_name, str(error)) from error
    return value


def json_object(body: bytes, type_name: str, allowed: Iterable[str]) -> dict[str, Any]:
    """A JSON object with no other keys than the ``allowed`` ones and ``$type``, which comes first if at all.

    ``$type`` is not looked at. Raises ApiError (DESERIALIZE_TO_TYPE).
    """
    return checked(json_body(body, type_name), type_name, allowed)


def checked(value: Any, type_name: str, allowed: Iterable[str]) -> dict[str, Any]:
    """``value``, if it is an object with no other keys than the ``allowed`` ones, and ``$type`` first.

    Raises ApiError (DESERIALIZE_TO_TYPE).
    """
    if not isinstance(value, dict):
        raise malformed(type_name, "a JSON object is expected")
    unknown = value.keys() - {*allowed, "$type"}
    if unknown:
        raise malformed(type_name, f"unknown member {min(unknown)!r}")
    if "$type" in value and next(iter(value)) != "$type":
        raise malformed(type_name, "$type is not the first member")
    return value


def typed(value: dict[str, Any], type_name: str, *other_names: str) -> dict[str, Any]:
    """``value``, if it says no other type of itself than ``type_name``. Raises ApiError (DESERIALIZE_TO_TYPE)."""
    if value.get("$type", type_name) not in (type_name, *other_names):
        raise malformed(type_name, f"$type is {value['$type']!r}")
    return value


def text(value: Mapping[str, Any], name: str, type_name: str) -> str:
    """A member that is a string; null, or none at all, is an empty one. Raises ApiError (DESERIALIZE_TO_TYPE)."""
    found = value.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise malformed(type_name, f"{name} is not a string")
    return found


def flag(value: Mapping[str, Any], name: str, default: bool, type_name: str) -> bool:
    """A member that is true or false, or one of these words. Raises ApiError (DESERIALIZE_TO_TYPE)."""
    found = value.get(name)
    if found is None:
        return default
    if isinstance(found, str) and found.lower() in _WORDS:
        return _WORDS[found.lower()]
    if not isinstance(found, bool):
        raise malformed(type_name, f"{name} is not a boolean")
    return found


def malformed(type_name: str, message: str) -> ApiError:
    """The error for a body that is not what it should be."""
    return ApiError("DESERIALIZE_TO_TYPE", type=type_name, message=message)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a member comes twice")
    return result
