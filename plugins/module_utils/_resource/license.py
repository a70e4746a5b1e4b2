# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Licenses of servers: what a license says, what is registered, and the change between them (guide 2.7, 2.8).

The API tells of a registered license only its dates and its state, so by these two licenses are compared.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._core.errors import AemError, Refused
from .._core.files import read_text
from .._core.plan import CREATE, SENT, UPDATE, Applied, Change, Plan
from .foresight import seen

KIND = "license of server"
VALID = "VALID_LICENSE"
ISSUED = "issue_date"
EXPIRES = "expiration"
UNKNOWN_DATE = "(unknown)"

ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "content": {"type": "str", "no_log": True},
    "src": {"type": "path"},
    "force": {"type": "bool", "default": False},
}
# What else AnsibleModule is to check.
RULES: dict[str, Any] = {"mutually_exclusive": [("content", "src")], "required_one_of": [("content", "src")]}

# The words of the license text, by what GetServerDetails calls them.
_WORDS = {ISSUED: "issue_date", EXPIRES: "expiration_date"}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def plan(api: Api, options: Mapping[str, Any]) -> Plan:
    """The change that registers the license of ``options`` (see ARGUMENTS), and the license after it.

    Raise Refused for a license that cannot be read or is empty. In check mode the server may be one that an earlier
    task would have added.
    """
    license_text = text_of(options)
    server = options["server"]
    current, warnings = seen(api, lambda: read(api, server), server)
    compared = compare(api, server, license_text, current, force=bool(options.get("force")))
    return compared._replace(warnings=[*warnings, *compared.warnings])


def read(api: Api, server: str) -> Plain:
    """What GetServerDetails answers of the license of a server; empty where it tells nothing."""
    return api.get_server_details(server).get("license") or {}


def compare(api: Api, server: str, license_text: str, current: Mapping[str, Any] | None, force: bool = False) -> Plan:
    """As ``plan``, for what ``read`` has answered, or None where there is no server yet."""
    dates = dates_of(license_text)
    if not force and dates is not None and current is not None and _is_registered(dates, current):
        return Plan([], dict(current))
    wanted = {**(dates or dict.fromkeys(_WORDS, UNKNOWN_DATE)), "state": VALID}
    before = shown(current) if current else None
    action = UPDATE if before else CREATE
    # One that is registered again shows at least that it is sent.
    told = {**wanted, "content": SENT} if before == wanted else wanted
    change = Change(KIND, server, action, before, told, lambda: _put(api, server, license_text))
    return Plan([change], wanted, [] if dates is not None else [_cannot_be_compared(server)])


def text_of(options: Mapping[str, Any]) -> str:
    """The license of ``content`` or of the file ``src``, as it is sent. Raise Refused where it cannot be a license."""
    path = options.get("src")
    license_text = read_text(path) if path else _undone(options.get("content") or "")
    if not license_text.strip("\ufeff \t\r\n"):
        raise Refused(f"The license {path or 'given as content'} is empty.")
    return license_text


def dates_of(license_text: str) -> Plain | None:
    """The dates of a license as ``issue_date`` and ``expiration``, empty strings where it says that there is none.

    A license has lines of the form key=value, with comments after ``#``, or is JSON. None where it does not name both
    dates, or names them in another form than YYYY-MM-DD.
    """
    entries = _entries(license_text.lstrip("\ufeff"))
    if any(word not in entries for word in _WORDS.values()):
        return None
    dates = {name: _day(entries[word]) for name, word in _WORDS.items()}
    return dates if all(not date or _DATE.fullmatch(date) for date in dates.values()) else None


def shown(license_facts: Mapping[str, Any]) -> Plain:
    """What is compared of a license, and shown of it."""
    return {**{name: _day(license_facts.get(name)) for name in _WORDS}, "state": license_facts.get("state")}


def _is_registered(dates: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    return shown(current) == {**dates, "state": VALID}


def _entries(license_text: str) -> Mapping[str, Any]:
    """What the license says, by key; of JSON, the object that holds the dates, however deep it lies."""
    try:
        document = json.loads(license_text)
    except (ValueError, RecursionError):
        lines = [line.partition("=") for line in license_text.splitlines() if not line.lstrip().startswith("#")]
        return {key.strip().lower(): value.strip() for key, equals, value in lines if equals}
    return _holder(document) or {}


def _holder(value: Any) -> Mapping[str, Any] | None:
    """The first object within ``value`` that names one of the dates."""
    if not isinstance(value, Mapping):
        return None
    if set(_WORDS.values()).intersection(value):
        return value
    return next((found for found in map(_holder, value.values()) if found), None)


def _day(value: Any) -> str:
    """The date of a time, without its clock."""
    return str(value or "").strip()[:10]


def _undone(content: str) -> str:
    """``content``, as JSON again where Ansible has made Python's notation of it.

    Before version 2.19, Ansible turns the result of a template that looks like JSON into data, and the data for an
    option that is a string into the text that Python shows.
    """
    if not content.startswith("{") or _is_json(content):
        return content
    try:
        return json.dumps(ast.literal_eval(content), ensure_ascii=False)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return content


def _is_json(content: str) -> bool:
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def _cannot_be_compared(server: str) -> str:
    return (
        f"Whether server {server} has this license already cannot be known, since the license does not name its"
        " issue_date and expiration_date as YYYY-MM-DD. It is registered in any case."
    )


def _put(api: Api, server: str, license_text: str) -> Applied:
    """Register the license; the value is what the server tells of it then."""
    api.put_server_license(server, license_text)
    try:
        there = read(api, server)
    except AemError as error:
        error.left = Applied()
        raise
    if there.get("state") == VALID:
        return Applied(value=there)
    state = there.get("state") or "in a state that it does not tell"
    return Applied(value=there, warnings=[f"The license of server {server} is registered, but it is {state}."])
