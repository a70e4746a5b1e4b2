# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an answer says: its content, an error of Enterprise Manager, or that it is of somebody else.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from .._core.errors import ApiError, NoAnswer
from .call import JSON, TEXT, Call
from .cures import CURES
from .permissions import hint
from .transport import Raw, Trouble
from .vocabulary import PASSING_ERRORS

SESSION_ENDED = "INVALID_SESSION_ID"
UNAUTHORIZED = "UNAUTHORIZED_REQUEST"
HTTP_SESSION_ENDED = 440
HTTP_TOO_MANY_REQUESTS = 429
# A proxy that has waited long enough says so by one of these; the server behind it may still be at work.
HTTP_TIMED_OUT = (408, 504)

_ELSEWHERE = (
    "Is aem_url the address of Enterprise Manager? Give its path too where that is not /attunityenterprisemanager."
)
_DEEPEST = 100
_REMARKS = re.compile(r"\s*(?://[^\n]*\n\s*)+")
_HALF_A_PAIR = re.compile("[\ud800-\udfff]")


def content_of(call: Call, raw: Raw) -> Any:
    """The content of an answer: parsed JSON, a text, or None.

    Raise ApiError where it is an error by its code or its status, Trouble where it is none of Enterprise Manager's.
    """
    status = raw.status
    body = raw.body.decode("utf-8-sig", errors="replace")
    document = _error_document(body)
    if document:
        code, message = _word(document["error_code"]), _word(document.get("error_message") or "")
        raise ApiError(call.api_method, status, code, message, _hint(call, code), passing=code in PASSING_ERRORS)
    if status == HTTP_SESSION_ENDED:
        raise ApiError(call.api_method, status, SESSION_ENDED, "The session is over.", _hint(call, SESSION_ENDED))
    if not 200 <= status < 300 or body.lstrip()[:1] == "<":
        raise _foreign(call, raw, body)
    try:
        return _content(call, body)
    except ValueError as error:
        problem = f"HTTP {status} with broken JSON: {error}"
        raise Trouble(NoAnswer(call.api_method, problem, sent=True, status=status)) from error


def parsed(text: str) -> Any:
    """What a JSON text says. Raise ValueError for what is none, or none that anybody means to send.

    That is what is nested deeper than 100, a number that is none, or one of thousands of digits. Half a surrogate pair,
    which no file and no screen takes, becomes the sign for what cannot be shown.
    """
    try:
        document = _DECODER.decode(text)
    except RecursionError as error:
        raise ValueError(f"it is nested deeper than {_DEEPEST}") from error
    _check_depth(document)
    return _mended(document) if "\\ud" in text or "\\uD" in text else document


def _check_depth(document: Any) -> None:
    level, depth = [document], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise ValueError(f"it is nested deeper than {_DEEPEST}")
        level = [
            inner
            for outer in level
            if isinstance(outer, (dict, list))
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:20]} is too great a number")
    return number


def _whole(digits: str) -> int:
    if len(digits) > 40:
        raise ValueError(f"a number of {len(digits)} digits is too great")
    return int(digits)


# Made once: to make one takes as long as to read a small answer.
_DECODER = json.JSONDecoder(parse_constant=_no_number, parse_float=_finite, parse_int=_whole)


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF_A_PAIR.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value


def _content(call: Call, body: str) -> Any:
    """What a call returns. Of a method without an answer nothing, since some servers send a body all the same."""
    if call.answer == TEXT:
        _check_whole(body)
        return body
    if call.answer != JSON:
        return None
    document = parsed(body)
    if isinstance(document, dict):
        return document
    raise ValueError("an object was expected")


def _check_whole(text: str) -> None:
    """Raise ValueError for a document that is cut; what else is wrong with it, who reads it finds.

    Older servers put a line that is no JSON before a definition.
    """
    # Of what is cut, the outermost bracket stays open. Who asked for it reads it anyway.
    if text.rstrip().endswith("}") and text.count("{") == text.count("}"):
        return
    lines = _REMARKS.match(text)
    try:
        json.loads(text[lines.end() :] if lines else text)
    except json.JSONDecodeError:
        if text.strip():
            raise
    except (RecursionError, ValueError):
        pass


def _error_document(body: str) -> dict[str, Any] | None:
    """The error that ``body`` is, whatever its status; a document that merely holds the word somewhere is none."""
    if '"error_code"' not in body[:4096]:
        return None
    try:
        document = parsed(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) and document.get("error_code") else None


def _word(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _foreign(call: Call, raw: Raw, body: str) -> Exception:
    """The exception for an answer without an error code: of a proxy, or of a server in trouble."""
    status, headers = raw.status, raw.headers
    if status in (401, 403) and not body.strip():
        return ApiError(call.api_method, status, UNAUTHORIZED, "Unauthorized Request.", _hint(call, UNAUTHORIZED))
    if 300 <= status < 400:
        where = headers.get("Location", "another address")
        problem = f"HTTP {status} points to {where}; aem_url must be the address of Enterprise Manager itself"
        return NoAnswer(call.api_method, problem, sent=True, status=status, passing=False)
    kind = headers.get("Content-Type", "").split(";")[0] or "no content type"
    what = "without an error code" if _is_json(body) else "not JSON, perhaps from a proxy"
    sent, timed_out = status != HTTP_TOO_MANY_REQUESTS, status in HTTP_TIMED_OUT
    again = status == HTTP_TOO_MANY_REQUESTS or status >= 500 or status < 300
    error = NoAnswer(
        call.api_method,
        f"HTTP {status} with {kind}, {what}",
        sent=sent,
        status=status,
        timed_out=timed_out,
        passing=again or timed_out,
        quote=" ".join(body.split()) or "an empty body",
        advice=_ELSEWHERE if call.api_method == "Login" and not (again or timed_out) else None,
    )
    if again:
        return Trouble(error, after=_seconds(headers.get("Retry-After", "")))
    return error


def _seconds(words: str) -> float | None:
    """What Retry-After says, where it is a number of seconds; more than a minute is as good as a minute."""
    return float(words) if re.fullmatch("[0-9]{1,6}", words.strip()) else None


def _is_json(body: str) -> bool:
    try:
        parsed(body)
    except ValueError:
        return False
    return True


def _hint(call: Call, code: str) -> str:
    if call.api_method == "Login":
        return "Check the user, and its password or token."
    return (hint(call.api_method) if code == UNAUTHORIZED else "") or CURES.get(code, "")
