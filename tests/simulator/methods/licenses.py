# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PutServerLicense (guide 2.7)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from ..call import Call
from ..errors import ApiError
from ..model import License
from ..registry import answers

_MUST_HAVE = ("license_type", "checksum")


@answers("PutServerLicense")
def put_server_license(call: Call) -> None:
    """Register a license, given as the text of its file, or as JSON with the same names."""
    server = call.server()
    content = _content(call.body)
    if not all(content.get(name) for name in _MUST_HAVE):
        raise ApiError("AEM_SRV_LIC_INVALID_FORMAT")
    server.license = License(issue_date=_date(content, "issue_date"), expiration=_date(content, "expiration_date"))


def _content(body: bytes) -> dict[str, Any]:
    try:
        text = body.decode("utf-8-sig")
        if text.lstrip().startswith("{"):
            return _flat(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise ApiError("AEM_SRV_LIC_INVALID_FORMAT") from error
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not all("=" in line for line in lines):
        raise ApiError("AEM_SRV_LIC_INVALID_FORMAT")
    pairs = [line.partition("=") for line in lines]
    return {name.strip(): value.strip() for name, _unused, value in pairs}


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    """A JSON license, be it wrapped in an object of its own or not."""
    content = {name: value for name, value in document.items() if not isinstance(value, dict)}
    for value in document.values():
        if isinstance(value, dict):
            content.update(value)
    return content


def _date(content: dict[str, Any], name: str) -> date | None:
    """A date of a license; none, or an empty one, means that there is no such limit."""
    if not content.get(name):
        return None
    try:
        return date.fromisoformat(str(content[name])[:10])
    except ValueError as error:
        raise ApiError("AEM_SRV_LIC_INVALID_FORMAT") from error
