# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the log shows in place of secrets."""

from __future__ import annotations

import json
import re
from typing import Any

from simulator.repository.secret_values import is_secret_name

from .sessions import is_password_identifier

MASK = "***"
IDENTIFIER_MASK = "{S:***}"

_MEMBER = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:\s*)("(?:[^"\\]|\\.)*"|-?[0-9.]+)')


def masked_body(text: str) -> str:
    """A body whose secrets are masked; all else stays as it came, malformed or not.

    A password identifier is masked as one, so that a log tells it from a password.
    """
    if '"/' in text:
        text = _masked_patch(text)
    return _MEMBER.sub(_masked_member, text)


def masked_header(name: str, value: str, session_header: str) -> str:
    """The value of a header, masked if it is a credential or a session's token."""
    lowered = name.lower()
    if lowered == "authorization":
        return f"{value.partition(' ')[0]} {MASK}"
    return MASK if lowered in (session_header.lower(), "cookie") else value


def _masked_member(found: re.Match[str]) -> str:
    name, colon, value = found.groups()
    if not is_secret_name(name) or value == '""':
        return found[0]
    mask = IDENTIFIER_MASK if is_password_identifier(value[1:-1]) else MASK
    return f'"{name}"{colon}"{mask}"'


def _masked_patch(text: str) -> str:
    """A JSON Patch whose values for secrets are masked: there, the name of a secret stands in the path."""
    try:
        operations = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if not isinstance(operations, list) or not any(map(_sets_a_secret, operations)):
        return text
    return json.dumps([{**item, "value": MASK} if _sets_a_secret(item) else item for item in operations])


def _sets_a_secret(operation: Any) -> bool:
    if not isinstance(operation, dict) or not isinstance(operation.get("path"), str) or "value" not in operation:
        return False
    return any(is_secret_name(name) for name in operation["path"].split("/"))
