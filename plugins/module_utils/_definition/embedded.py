# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that holds more than a word: JSON in a setting, and secrets among the words of an address or of XML.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from . import shapes
from .secret_names import NONE, Names, is_secret_name
from .tree import DefinitionError

Span = tuple[int, int]

# The letter after Z can tell how the secret is protected.
SEALED = re.compile(r"\{Z[0-9A-Za-z][0-9A-Fa-f]+\}")
# Without these bounds, a long text could take minutes.
_ADDRESS = re.compile(r"://[^/\s:@]{0,255}:(?!\d+(?:[/?#]|$))([^\s/]{1,511}|[^\s@]{1,511})@")
_JDBC = re.compile(r"(?i)jdbc:(?:\w{1,63}:){0,7}[^/\s@:]{1,255}/([^\s@]{1,511})@")
_ELEMENT = re.compile(r"<(?:[\w.\-]+:)?([\w.\-]+)(?:\s[^<>]*)?>([^<>]+)</")
# A name is looked for where a word begins, once for each word, however long it is.
_NAME = re.compile(r"(?<![\w.\-])((?:[\w.\-]+ )?[Kk]ey|[\w.\-]+)\\?[\"']?\s*[=:]\s*")
_UNQUOTED = 4
# A value ends where the next name begins, also after a comma or a blank: these may be part of a password.
_VALUE = re.compile(
    r"\"((?:[^\"\\]|\\.){1,16384})\"|'([^']{1,16384})'|\{([^}]{1,1024})\}"
    r"|((?:[^;&,\s<>]|,(?!\s*[\"']?[A-Za-z][\w.\- ]{0,60}[\"']?\s*[=:])"
    r"|[ \t]+(?=\S)(?![A-Za-z][\w.\-]{0,60}[\"']?\s*[=:]))+)"
)


def opened(value: Any) -> Any:
    """The object or the list that a text holds as JSON, None where it holds none."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return None
    try:
        data = json.loads(value)
        shapes.check_depth(data)
    except (ValueError, RecursionError, DefinitionError):
        return None
    return data if isinstance(data, (dict, list)) else None


def open_all(value: Any) -> Any:
    """``value`` with data in place of every text in it that holds JSON; it stays as it is."""
    if isinstance(value, dict):
        return {name: open_all(item) for name, item in value.items()}
    if isinstance(value, list):
        return [open_all(item) for item in value]
    data = opened(value)
    return value if data is None else open_all(data)


def closed(data: Any) -> str:
    """Data as the text of a setting."""
    return json.dumps(data, ensure_ascii=False)


def alike(one: Any, other: Any) -> tuple[Any, Any]:
    """Two values for a comparison: as data, where at least one is JSON as text and the other is not another text."""
    first, second = opened(one), opened(other)
    if first is None and second is None:
        return one, other
    if first is None and (isinstance(one, (dict, list)) or one is None):
        return one, second
    if second is None and (isinstance(other, (dict, list)) or other is None):
        return first, other
    return (one, other) if first is None or second is None else (first, second)


def spans(text: str, sealed: Names = NONE) -> list[Span]:
    """Where in a text that is no JSON there are secrets, from left to right, without one inside another.

    ``sealed`` is as for :func:`.secret_names.is_secret_name`.
    """
    found = sorted(_found(text, sealed), key=lambda span: (span[0], -span[1]))
    kept: list[Span] = []
    for begin, end in found:
        if not kept or begin >= kept[-1][1]:
            kept.append((begin, end))
        elif end > kept[-1][1]:
            kept[-1] = (kept[-1][0], end)
    return kept


def _found(text: str, sealed: Names) -> Iterator[Span]:
    # Most values are short words, where none of this can be.
    if "{Z" in text:
        yield from (match.span() for match in SEALED.finditer(text))
    if "@" in text:
        yield from (match.span(1) for pattern in (_ADDRESS, _JDBC) for match in pattern.finditer(text))
    if "</" in text:
        yield from (match.span(2) for match in _ELEMENT.finditer(text) if is_secret_name(match.group(1), sealed))
    if "=" in text or ":" in text:
        yield from _named(text, sealed)


def _named(text: str, sealed: Names) -> Iterator[Span]:
    """Where values of secrets stand after their names."""
    end = 0
    for match in _NAME.finditer(text):
        # What looks like a name within a value is a part of it.
        if match.start() < end or not is_secret_name(match.group(1), sealed):
            continue
        value = _VALUE.match(text, match.end())
        if value and value.lastindex:
            end = value.end() if value.lastindex == _UNQUOTED else end
            yield value.span(value.lastindex)
