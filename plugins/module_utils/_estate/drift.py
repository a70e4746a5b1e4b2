# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift: for each difference between git and a live estate its cause, the culprit, and what to do about it.

Three sides are compared: git now, git when it was last applied, and what is live. The same planner compares the live
side with both wishes; where git had the same difference already when it was applied, a hand has moved the live side.
Both are planned with the variables of today, as those of that time cannot be had: so of what git says with a variable,
only the audit trail tells whether a hand has moved it.
All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from .._core.plan import CREATE, DELETE
from . import taking_over
from .culprits import Trail
from .item import BLOCKED, FAILED, RUN_STATE, TABLES, TASK

NOT_APPLIED = "merged, not applied"
BY_HAND = "by hand"
CONFLICT = "git and a hand"
VARIABLES = "git's variables or a hand"
REMOVED = "removed by hand"
UNKNOWN = "not known, since nothing says what was applied last"
UNREAD = "not known, since what was applied last could not be read"
NOT_COMPARED = "not known, since it could not be compared"

_ADVICE = {
    NOT_APPLIED: "apply",
    BY_HAND: "apply takes it back",
    CONFLICT: "decide: apply, or take it over",
    VARIABLES: "apply, if a variable was changed in git; if a hand has done it, apply takes it back",
    REMOVED: "apply makes it again; its position and its messages are gone",
    UNKNOWN: "apply, or take it over",
    UNREAD: "apply, or take it over",
}
_OF_TASKS = {TABLES: TASK, RUN_STATE: TASK}

Plain = dict[str, Any]
Change = Mapping[str, Any]


def causes(
    now: Sequence[Change],
    applied: Sequence[Change] | None,
    places: Iterable[Mapping[str, Any]],
    records: Sequence[Any],
    applied_servers: Collection[str] | None = None,
    texts: taking_over.Texts = taking_over.unread,
) -> list[Plain]:
    """The cause of each change that a plan has.

    ``now`` are the changes that git as it is would make, ``applied`` those that git as it was last applied would make,
    None where that is not known; it speaks of ``applied_servers`` only, None for all. ``places`` say where things stand
    in files, ``records`` are those of the audit trail. ``texts`` reads the file of a definition.
    Each item has ``server``, ``kind``, ``name``, ``cause``, ``advice``, and where they are known ``user``, ``time``,
    ``file``, ``line`` and ``take_over``: what would have to be changed in git, see :mod:`.taking_over`.
    """
    before = None if applied is None else {_key(change): change for change in applied}
    known = {(place["server"], place["kind"], place["name"]): place for place in places}
    trail = Trail(records)
    told = []
    for change in now:
        server, kind, name = _key(change)
        is_read = applied_servers is None or server in applied_servers
        place = known.get((server, _OF_TASKS.get(kind, kind), name)) or {}
        told.append(_told(change, _cause(change, before, is_read), place, trail, texts))
    return told


def _told(change: Change, cause: str, place: Mapping[str, Any], trail: Trail, texts: taking_over.Texts) -> Plain:
    server, kind, name = _key(change)
    item: Plain = {"server": server, "kind": kind, "name": name, "cause": cause, "advice": _ADVICE.get(cause)}
    item.update({"file": place.get("file"), "line": place.get("line")})
    if cause in (NOT_APPLIED, NOT_COMPARED):
        return item
    user, time = trail.culprit(server, kind, name) or (None, None)
    found = taking_over.settings(change, place, texts)
    if cause in (BY_HAND, CONFLICT, REMOVED) and not user and _is_of_variables(change, place, found):
        cause = VARIABLES
    item.update({"cause": cause, "advice": _ADVICE[cause], "user": user, "time": time})
    if cause != REMOVED and place:
        item["take_over"] = found
        item["advice"] += taking_over.told(found)
    return item


def _cause(change: Change, before: Mapping[Any, Change] | None, is_read: bool) -> str:
    """What the two plans tell. Where variables have a part in it, the trail may know better."""
    if _is_not_compared(change):
        return NOT_COMPARED
    if before is None:
        return UNKNOWN
    then = before.get(_key(change))
    if not is_read or (then is not None and _is_not_compared(then)):
        return UNREAD
    if then is None:
        return NOT_APPLIED
    if change["action"] == CREATE and then["action"] == CREATE:
        return REMOVED
    same = all(change.get(side) == then.get(side) for side in ("action", "before", "after"))
    return BY_HAND if same else CONFLICT


def _is_not_compared(change: Change) -> bool:
    """Whether a change stands for what could not be planned: neither side of it is known."""
    waits = change.get("status") in (BLOCKED, FAILED)
    return waits and change.get("before") is None and change.get("after") is None


def _is_of_variables(change: Change, place: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> bool:
    """Whether git says all that differs with variables."""
    if change["action"] in (CREATE, DELETE):
        return not {"", "/name", "/state"}.isdisjoint(place.get("templates") or ())
    return bool(found) and all(one["template"] for one in found)


def _key(change: Change) -> tuple[str, str, str]:
    return str(change["server"]), str(change["kind"]), str(change["name"])
