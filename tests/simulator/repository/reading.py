# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the text of a definition to data, as forgiving and as strict as a server."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from .errors import EmptyDocument, InvalidDocument

DEFINITION = "cmd.replication_definition"
VERSION = "_version"

_BYTE_ORDER_MARK = "\ufeff"
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def read_document(text: bytes | str) -> dict[str, Any]:
    """The JSON object that ``text`` holds.

    A byte order mark and the lines before the JSON that begin with ``//`` are passed over: older servers write one.
    Raises EmptyDocument if nothing is left or the object is empty, InvalidDocument for all else that is no JSON object:
    a name that stands twice in one object would leave open which one counts, so it is refused.
    """
    content = _without_comments(_decoded(text))
    if not content:
        raise EmptyDocument
    document = _parsed(content)
    if not isinstance(document, dict):
        raise InvalidDocument("The document is not a JSON object.")
    if not document:
        raise EmptyDocument
    return document


def definition_of(document: dict[str, Any]) -> dict[str, Any]:
    """The sections of a document. Raises EmptyDocument or InvalidDocument."""
    definition = document.get(DEFINITION)
    if not isinstance(definition, dict):
        raise InvalidDocument(f'"{DEFINITION}" is missing or is not an object.')
    if not definition:
        raise EmptyDocument
    return definition


def is_versioned(document: dict[str, Any]) -> bool:
    """Whether the document says which version wrote it; without, it is read with the old defaults."""
    version = document.get(VERSION)
    if version is not None and not isinstance(version, dict):
        raise InvalidDocument(f'"{VERSION}" is not an object.')
    return bool(version)


def _decoded(text: bytes | str) -> str:
    if isinstance(text, str):
        return text.removeprefix(_BYTE_ORDER_MARK)
    try:
        return bytes(text).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidDocument("The document is not UTF-8.") from error


def _without_comments(text: str) -> str:
    content = text.strip()
    while content.startswith("//"):
        content = content.partition("\n")[2].lstrip()
    return content


def _parsed(content: str) -> Any:
    try:
        value = json.loads(content, object_pairs_hook=_object, parse_constant=refuse_constant, parse_float=number)
        if _SURROGATE.search(content):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except InvalidDocument:
        raise
    except RecursionError as error:
        raise InvalidDocument("The document is nested too deeply.") from error
    except ValueError as error:
        raise InvalidDocument(str(error)) from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise InvalidDocument("A name stands twice in one object.")
    return result


def number(digits: str) -> float:
    """A number of JSON that is not whole. Raises InvalidDocument for one that is out of range."""
    value = float(digits)
    if math.isinf(value):
        raise InvalidDocument(f"{digits} is out of range.")
    return value


def refuse_constant(name: str) -> None:
    """That NaN and Infinity are no JSON, though much software writes them. Raises InvalidDocument."""
    raise InvalidDocument(f"{name} is no JSON.")
