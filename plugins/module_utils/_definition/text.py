# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON text of a definition, as servers of every generation write it, to plain data and back.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Mapping
from typing import Any

from .shapes import MOST_LEVELS, check_depth, check_values
from .tree import TYPE, DefinitionError, Plain

_BYTE_ORDER_MARK = "\ufeff"
_COMMENT_LINES = re.compile(r"(?:\s*//[^\n]*(?:\n|\Z))+")
_SURROGATE = re.compile("[\ud800-\udfff]|\\\\u[dD][89a-fA-F]")


def parsed(text: str | bytes) -> Any:
    """What the text of an export holds, as :func:`.document.read` reads it; its shape is not checked, but its depth."""
    return _parsed(_without_comments(_decoded(text)))


def written(data: Mapping[str, Any]) -> str:
    """Data as JSON, indented with tabs as an export is, with a newline at its end.

    Keys keep their order, but ``$type`` comes first in its object: a server needs it there. Raises DefinitionError for
    what is no JSON.
    """
    buffer = io.StringIO()
    try:
        # json.dumps would hold millions of small strings at once.
        json.dump(_type_first(data), buffer, indent="\t", ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise DefinitionError(f"The definition cannot be written as JSON: {error}.") from error
    buffer.write("\n")
    return buffer.getvalue()


def _decoded(text: str | bytes) -> str:
    if isinstance(text, bytes):
        try:
            text = text.decode(json.detect_encoding(text))
        except UnicodeDecodeError as error:
            raise DefinitionError(
                f"The definition is not {error.encoding.upper()} text: byte {error.start} is not valid in it."
            ) from error
    return text[1:] if text.startswith(_BYTE_ORDER_MARK) else text


def _without_comments(text: str) -> str:
    match = _COMMENT_LINES.match(text)
    if not match:
        return text
    # Their line ends stay, so that an error names the line of the file.
    return "\n" * match.group().count("\n") + text[match.end() :]


def _parsed(text: str) -> Any:
    if not text.strip():
        raise DefinitionError("The definition is empty.")
    try:
        value = _value_of(text)
        # The last looks letter by letter, and the others spare most definitions that.
        if (("\\" in text and "\\u" in text) or not text.isascii()) and _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except DefinitionError:
        raise
    except json.JSONDecodeError as error:
        raise DefinitionError(
            f"The definition is no valid JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except UnicodeEncodeError as error:
        raise DefinitionError("The definition holds half a character (an unpaired surrogate).") from error
    except (RecursionError, ValueError) as error:
        raise DefinitionError("The definition is nested too deeply or holds a number that is too long.") from error
    # Each level takes a bracket, and most definitions of a task have fewer.
    if text.count("{") + text.count("[") > MOST_LEVELS and isinstance(value, (dict, list)):
        check_depth(value)
    return value


def _value_of(text: str) -> Any:
    try:
        return _DECODER.decode(text)
    except _NoNumber:
        # Read once more, as Python reads it, to tell the place.
        value = _FORGIVING_DECODER.decode(text)
        check_values(value if isinstance(value, (dict, list)) else {"": value})
        return value


def _object(pairs: list[tuple[str, Any]]) -> Plain:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DefinitionError(f"Key {twice!r} stands twice in one object of the definition (keys: {sorted(result)}).")
    return result


def _number(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise DefinitionError(f"The definition holds {digits}, which is out of range.")
    return value


class _NoNumber(Exception):
    """What Python reads as a number, and is no JSON: NaN, Infinity."""


def _no_number(word: str) -> float:
    raise _NoNumber(word)


# Made once: to make one takes as long as to read a small definition.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number, parse_float=_number)
_FORGIVING_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=float, parse_float=_number)


def _type_first(value: Any) -> Any:
    """``value`` with each ``$type`` at the front of its object; parts where it is there already are shared."""
    if isinstance(value, dict):
        changed = {key: _type_first(item) for key, item in value.items()}
        if TYPE in changed and next(iter(changed)) != TYPE:
            return {TYPE: changed[TYPE], **changed}
        return changed if any(changed[key] is not item for key, item in value.items()) else value
    if isinstance(value, list):
        items = [_type_first(item) for item in value]
        return items if any(one is not other for one, other in zip(items, value)) else value
    return value
