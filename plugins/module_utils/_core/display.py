# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text that reaches a screen: no secret in it, no sign that moves a cursor or forges a line.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from html import escape
from urllib.parse import quote, quote_plus

MASK = "********"

# Shorter secrets would star out half of any text.
_SHORTEST = 4
# C0 and C1, what breaks a line, and what turns the direction of writing for the rest of it.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BREAKS = frozenset("\t\n\v\f\r\x85\u2028\u2029")
_MORE_ESCAPED = re.compile("[&'+<>`]")
# Whatever stands before the @ of an address; what is not there cannot be shown.
_LOGIN_IN_ADDRESS = re.compile(r"(?<=://)[^/?#\s@]*@")


def printable(text: str) -> str:
    r"""``text`` on one line: what breaks it is a blank, other control characters are escapes such as ``\x1b``."""
    return _CONTROL.sub(_told, text)


def _told(found: re.Match[str]) -> str:
    sign = found.group()
    return " " if sign in _BREAKS else sign.encode("unicode_escape", "surrogatepass").decode("ascii")


def forms(secrets: Iterable[str]) -> set[str]:
    """Secrets as an answer may echo them: as they are, percent-encoded, in base64, as in JSON, in HTML or in Python."""
    found: set[str] = set()
    for secret in secrets:
        if len(secret) >= _SHORTEST:
            found |= _forms(secret)
    return found


def _forms(secret: str) -> set[str]:
    data = secret.encode("utf-8", "surrogatepass")
    encoded = {quote(data, safe=""), quote(data), quote_plus(data)}
    lower = {re.sub("%[0-9A-F]{2}", lambda found: found.group().lower(), text) for text in encoded}
    packed = {base64.b64encode(data).decode("ascii"), base64.urlsafe_b64encode(data).decode("ascii")}
    in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    escaped = {*in_json, repr(secret)[1:-1]}
    for text in in_json:
        # The serializers of .NET, and others, escape more than they must.
        escaped |= {text.replace("/", "\\/"), _MORE_ESCAPED.sub(lambda sign: f"\\u{ord(sign.group()):04X}", text)}
    # The last digits of base64 without their padding depend on what follows.
    return {secret, *encoded, *lower, *packed, *(text.rstrip("=") for text in packed), *escaped, escape(secret)}


def without(text: str, hidden: Iterable[str]) -> str:
    """``text`` without what is ``hidden`` (see :func:`forms`), nor the login of an address in it."""
    for form in sorted(hidden, key=len, reverse=True):
        text = text.replace(form, MASK)
    return _LOGIN_IN_ADDRESS.sub("", text)


def shown(text: str, hidden: Iterable[str], longest: int | None = None) -> str:
    """``text`` as a message shows it: without what is hidden, printable, and only then cut to ``longest``."""
    told = printable(without(text, hidden))
    return told if longest is None or len(told) <= longest else f"{told[:longest]}..."
