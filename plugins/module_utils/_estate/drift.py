# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift: for each difference between git and a live estate its cause, the culprit, and what to do about it.

Three sides are compared: git now, git when it was last applied, and what is live. The same planner compares the live
side with both wishes; where git had the same difference already when it was applied, a hand has moved the live side.
All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._core.plan import CREATE, DELETE
from .._resource.switch import STARTED, STOPPED
from .item import RUN_STATE, SERVER, TABLES, TASK

NOT_APPLIED = "merged, not applied"
BY_HAND = "by hand"
CONFLICT = "git and a hand"
REMOVED = "removed by hand"
UNKNOWN = "not known, since nothing says what was applied last"

_ADVICE = {
    NOT_APPLIED: "apply",
    BY_HAND: "apply takes it back",
    CONFLICT: "decide: apply, or take it over",
    REMOVED: "apply makes it again; its position and its messages are gone",
    UNKNOWN: "apply, or take it over",
}
_OF_TASKS = {TABLES: TASK, RUN_STATE: TASK}
_RUN_STATES = {"RUNNING": STARTED, "STOPPED": STOPPED}
_USER = re.compile(r"user|account|who", re.IGNORECASE)
_TIME = re.compile(r"time|date", re.IGNORECASE)
_RESULT = re.compile(r"result|status", re.IGNORECASE)
_SUCCESS = re.compile(r"succe|^ok$", re.IGNORECASE)
_MOST_SETTINGS = 20

Plain = dict[str, Any]
Change = Mapping[str, Any]


def causes(
    now: Sequence[Change],
    applied: Sequence[Change] | None,
    places: Iterable[Mapping[str, Any]],
    records: Sequence[Any],
) -> list[Plain]:
    """The cause of each change that a plan has.

    ``now`` are the changes that git as it is would make, ``applied`` those that git as it was last applied would make,
    None where that is not known. ``places`` say where things stand in files, ``records`` are those of the audit trail.
    Each item has ``server``, ``kind``, ``name``, ``cause``, ``advice``, and where they are known ``user``, ``time``,
    ``file``, ``line`` and ``take_over``: setting, value, file and line of what would have to be changed in git.
    """
    before = None if applied is None else {_key(change): change for change in applied}
    known = {(place["server"], place["kind"], place["name"]): place for place in places}
    return [_told(change, before, known, records) for change in now]


def culprit(records: Iterable[Any], server: str, name: str) -> tuple[str, str] | None:
    """Who has last changed a thing of a server, and when, as far as records of the audit trail tell.

    Nobody has written down what a record looks like, so it is read by the words in it.
    """
    found = None
    for record in records:
        if isinstance(record, Mapping) and _is_about(record, server, name) and _has_succeeded(record):
            user, moment = _value(record, _USER), _value(record, _TIME)
            if user and (found is None or str(moment) >= found[1]):
                found = (str(user), str(moment))
    return found


def _told(
    change: Change,
    before: Mapping[Any, Change] | None,
    places: Mapping[Any, Mapping[str, Any]],
    records: Sequence[Any],
) -> Plain:
    server, kind, name = str(change["server"]), str(change["kind"]), str(change["name"])
    cause = _cause(change, before)
    place = places.get((server, _OF_TASKS.get(kind, kind), name)) or {}
    item: Plain = {"server": server, "kind": kind, "name": name, "cause": cause, "advice": _ADVICE[cause]}
    item.update({"file": place.get("file"), "line": place.get("line")})
    if cause == NOT_APPLIED:
        return item
    who = culprit(records, server, "" if kind == SERVER else name)
    item.update({"user": who[0] if who else None, "time": who[1] if who else None})
    if cause != REMOVED and place:
        item["take_over"] = list(_take_over(change, place))
        first = next((found for found in item["take_over"] if found["file"]), None)
        if first:
            item["advice"] += f", or set {first['setting']} to {first['value']!r} in {_where(first)}"
    return item


def _cause(change: Change, before: Mapping[Any, Change] | None) -> str:
    if before is None:
        return UNKNOWN
    then = before.get(_key(change))
    if then is None:
        return NOT_APPLIED
    if change["action"] == CREATE and then["action"] == CREATE:
        return REMOVED
    same = all(change.get(side) == then.get(side) for side in ("action", "before", "after"))
    return BY_HAND if same else CONFLICT


def _take_over(change: Change, place: Mapping[str, Any]) -> Iterator[Plain]:
    """The settings that a hand has changed, with the live value and where git says another."""
    if change["action"] in (CREATE, DELETE):
        return
    lines = place.get("lines") or {}
    if change["kind"] == RUN_STATE:
        yield from _run_state_taken_over(change, place, lines)
        return
    for path, live in list(_differing(change.get("before"), change.get("after"), ()))[:_MOST_SETTINGS]:
        way = path[2:] if path[:1] == ("tasks",) else path
        pointer = "".join(f"/{step}" for step in way)
        line = next((lines[root + pointer] for root in ("", "/overrides", "/tables") if root + pointer in lines), None)
        # What no key of the file says comes from the definition beside it.
        file = place["file"] if line or change["kind"] != TASK else place.get("src") or place["file"]
        at = line or (place["line"] if file == place["file"] else None)
        yield {"setting": pointer.lstrip("/"), "value": live, "file": file, "line": at}


def _run_state_taken_over(change: Change, place: Mapping[str, Any], lines: Mapping[str, Any]) -> Iterator[Plain]:
    """The run state that would have to stand in git; none where the task is in an error, which nobody wants to keep."""
    live = _RUN_STATES.get(str((change.get("before") or {}).get("state")))
    if live:
        yield {
            "setting": "run_state",
            "value": live,
            "file": place["file"],
            "line": lines.get("/run_state", place["line"]),
        }


def _differing(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            yield from _differing(before.get(name), after.get(name), (*path, str(name)))
    elif before != after:
        yield path, before


def _where(found: Mapping[str, Any]) -> str:
    return f"{found['file']}:{found['line']}" if found["line"] else str(found["file"])


def _key(change: Change) -> tuple[str, str, str]:
    return str(change["server"]), str(change["kind"]), str(change["name"])


def _is_about(record: Mapping[str, Any], server: str, name: str) -> bool:
    """Whether a record names the server, and the thing on it where that is asked for."""
    words = {word.casefold() for word in _texts(record)}
    return server.casefold() in words and (not name or name == server or name.casefold() in words)


def _has_succeeded(record: Mapping[str, Any]) -> bool:
    result = _value(record, _RESULT)
    return result is None or _SUCCESS.search(str(result)) is not None


def _value(record: Mapping[str, Any], name: re.Pattern[str]) -> Any:
    return next((value for key, value in record.items() if name.search(str(key)) and value), None)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
