# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log shows in place of secrets."""

from __future__ import annotations

import json
import re
from typing import Any

from .repository.secret_values import is_secret_name
from .sessions import is_password_identifier

MASK = "***"
IDENTIFIER_MASK = "{S:***}"

# A body may be cut off anywhere, so what is quoted ends with its quotation mark or with the body.
_QUOTED = r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'
_PLAIN = rf"{_QUOTED}|-?[0-9.]+"
# Secrets may come as a list, too.
_MEMBER = re.compile(
    rf'"(?P<name>(?:[^"\\]|\\.)*)"(?P<colon>\s*:\s*)'
    rf"(?P<value>{_PLAIN}|\[(?:[\s,]*+(?:{_PLAIN}|true|false|null))*+[\s,]*+\]?)",
    re.DOTALL,
)
_VALUE = re.compile(_PLAIN, re.DOTALL)
_TEXT = re.compile(r'"(?P<inner>(?:[^"\\]|\\.)*+)(?P<end>"?)', re.DOTALL)
_CUT_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{0,3}\Z")
_VALUE_OF_PATCH = re.compile(rf'("value"\s*:\s*)(?:{_PLAIN})', re.DOTALL)


def masked_body(text: str) -> str:
    """A body whose secrets are masked, those in JSON that is the text of a setting too.

    All else stays as it came, malformed or cut off. A password identifier is masked as one, so that a log tells it from
    a password.
    """
    if text.lstrip()[:1] == "[" and '"path"' in text:
        text = _masked_patch(text)
    text = _MEMBER.sub(_masked_member, text)
    return _TEXT.sub(_masked_within, text) if '\\"' in text else text


def masked_header(name: str, value: str, session_header: str) -> str:
    """The value of a header, masked if it is a credential or a session's token."""
    lowered = name.lower()
    if lowered == "authorization":
        return f"{value.partition(' ')[0]} {MASK}"
    return MASK if lowered in (session_header.lower(), "cookie") else value


def _masked_member(found: re.Match[str]) -> str:
    if not is_secret_name(found["name"]):
        return found[0]
    return f'"{found["name"]}"{found["colon"]}{_VALUE.sub(_masked_value, found["value"])}'


def _masked_value(found: re.Match[str]) -> str:
    if found[0] == '""':
        return found[0]
    return f'"{IDENTIFIER_MASK if is_password_identifier(found[0][1:-1]) else MASK}"'


def _masked_within(found: re.Match[str]) -> str:
    """A quoted text, which may be JSON itself."""
    inner = found["inner"] if found["end"] else _CUT_ESCAPE.sub("", found["inner"])
    if '\\"' not in inner:
        return found[0]
    try:
        text = json.loads(f'"{inner}"', strict=False)
    except ValueError:
        return found[0]
    masked = masked_body(text)
    return found[0] if masked == text else json.dumps(masked, ensure_ascii=False)


def _masked_patch(text: str) -> str:
    """A JSON Patch whose values for secrets are masked: there, the name of a secret stands in the path."""
    try:
        operations = json.loads(text)
    except (ValueError, RecursionError):
        # What is cut off tells no longer which path a value is for.
        return _VALUE_OF_PATCH.sub(rf'\1"{MASK}"', text) if '"op"' in text else text
    if not isinstance(operations, list) or not any(map(_sets_a_secret, operations)):
        return text
    return json.dumps([{**item, "value": MASK} if _sets_a_secret(item) else item for item in operations])


def _sets_a_secret(operation: Any) -> bool:
    if not isinstance(operation, dict) or not isinstance(operation.get("path"), str) or "value" not in operation:
        return False
    return any(is_secret_name(name) for name in operation["path"].split("/"))
