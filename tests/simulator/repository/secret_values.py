# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets in definitions, as a server keeps and shows them.

A server encrypts secrets with a key of its own and shows them as ``{ZA<upper case hex>}``; the letter after the Z tells
the method of protection. The cipher here is made for a simulator, from the standard library: it has the properties that
a client can see, and is not meant to protect anything.
The same secret under the same key always looks the same, so an export does not change by itself, and importing twice
is importing once. A value of another server cannot be read: the tag in it does not fit.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import re
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from .errors import InvalidDocument

# Names, in lower case, under which a user writes a secret in clear. Paths to key files and user names are none.
SECRET_NAMES = (
    "*accesstoken",
    "*appkey",
    "*passphrase",
    "*password",
    "*privatekeypass",
    "*secret*",
    "*sharedkey",
    "accountkey",
    "auth_token",
    "authtoken",
    "jsoncredentials",
    "passwd",
    "privatekey",
    "pwd",
    "sastoken",
    "securitydbencryption",
    "sharedaccesssignature",
    "storageaccountkey",
    "storagekey",
)
# Definitions are some ten levels deep. Data much deeper than that is an attack or an accident.
DEEPEST = 100

_SEALED = re.compile(r"\{Z[0-9A-Z][0-9A-F]*\}")
_OPENING, _CLOSING = "{ZA", "}"
_TAG_BYTES = 16


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a setting of this name holds a secret."""
    lowered = name.lower()
    return any(fnmatchcase(lowered, pattern) for pattern in SECRET_NAMES)


def is_sealed(value: Any) -> bool:
    """Whether ``value`` looks encrypted, by whatever server."""
    return isinstance(value, str) and _SEALED.fullmatch(value) is not None


def seal(secret: str, key: str) -> str:
    """``secret`` encrypted with the server's ``key``, in the form of an export."""
    clear = secret.encode("utf-8", "surrogatepass")
    tag = _tag(clear, key)
    return _OPENING + (tag + _mixed(clear, tag, key)).hex().upper() + _CLOSING


def unseal(value: str, key: str) -> str | None:
    """The secret in clear, or None if ``value`` was not encrypted with this ``key``."""
    digits = value.removeprefix(_OPENING).removesuffix(_CLOSING)
    if not is_sealed(value) or not value.startswith(_OPENING) or len(digits) % 2 or len(digits) < 2 * _TAG_BYTES:
        return None
    raw = bytes.fromhex(digits)
    tag, hidden = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
    clear = _mixed(hidden, tag, key)
    return clear.decode("utf-8", "surrogatepass") if hmac.compare_digest(tag, _tag(clear, key)) else None


def sealed_copy(value: Any, key: str, name: str = "", depth: int = 0) -> Any:
    """A copy of JSON data with every secret in it encrypted; ``name`` is the name that ``value`` stands under.

    What is encrypted already stays as it is, whoever did it. An empty secret is none. A text that is JSON is looked
    into, and stays as it came if there is no secret in it. Raises InvalidDocument for data that is nested too deeply,
    and for a number that JSON does not have.
    """
    if isinstance(value, dict):
        _limit(depth)
        return {below: sealed_copy(item, key, below, depth + 1) for below, item in value.items()}
    if isinstance(value, list):
        _limit(depth)
        return [sealed_copy(item, key, name, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidDocument(f'"{name}" is {value}, which is no JSON.')
    if not isinstance(value, bool) and isinstance(value, (str, int, float)) and is_secret_name(name):
        return value if value == "" or is_sealed(value) else seal(str(value), key)
    return _sealed_text(value, key) if isinstance(value, str) else value


def sealed_values(value: Any) -> list[str]:
    """All encrypted values in JSON data, those in a text that is JSON too."""
    if isinstance(value, dict):
        return [found for item in value.values() for found in sealed_values(item)]
    if isinstance(value, list):
        return [found for item in value for found in sealed_values(item)]
    if is_sealed(value):
        return [value]
    within = data_in(value)
    return [] if within is None else sealed_values(within)


def data_in(value: Any) -> Any:
    """The object or the list that a text is as JSON; None for any other value."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "[") or '"' not in value:
        return None
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, (dict, list)) else None


def _sealed_text(text: str, key: str) -> str:
    data = data_in(text)
    if data is None:
        return text
    try:
        sealed = sealed_copy(data, key)
    except InvalidDocument:
        # To a server it is a text like any other.
        return text
    return text if sealed == data else json.dumps(sealed, ensure_ascii=False)


def _limit(depth: int) -> None:
    if depth > DEEPEST:
        raise InvalidDocument(f"The document is nested more than {DEEPEST} levels deep.")


def _tag(clear: bytes, key: str) -> bytes:
    return hmac.new(key.encode("utf-8"), clear, hashlib.sha256).digest()[:_TAG_BYTES]


def _mixed(data: bytes, tag: bytes, key: str) -> bytes:
    stream = hashlib.shake_256(key.encode("utf-8") + b"\0" + tag).digest(len(data))
    return bytes(one ^ other for one, other in zip(data, stream, strict=True))
