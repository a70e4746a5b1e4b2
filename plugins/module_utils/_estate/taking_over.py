# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What would have to be changed in git if the hand was right: which setting, in which file and line, to what.

Of a task a setting may be said in several places, each of which beats the ones before it: definition, owners and
endpoints, overrides, tables. The place that wins is the one to be changed. All functions are pure, but for the reading
of definitions, which the caller does. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .._client.vocabulary import SELECTION_LISTS
from .._core.plan import CREATE, DELETE
from .._definition.lines import line_of
from .._definition.paths import pointer
from .._definition.references import SOURCE_PLACES, TARGET_NAMES
from .._resource.switch import STARTED, STOPPED
from . import yaml_text
from .item import RUN_STATE, TABLES, TASK

# The text of a file, None where it cannot be read.
Texts = Callable[[str], "str | None"]

_RUN_STATES = {"RUNNING": STARTED, "STOPPED": STOPPED}
_SELECTION = ("source", "source_tables")
_SENT = "(sent)"
_MOST_SETTINGS = 20
_MOST_TOLD = 8
_LONGEST_TOLD = 100

Place = Mapping[str, Any]
Plain = dict[str, Any]


class _Spot(NamedTuple):
    """Where a setting is said: from which ``pointer`` within its thing in a file of a server, None in a definition."""

    setting: str
    pointer: str | None
    file: str
    line: int | None


def unread(_path: str) -> None:
    """The text of no file, for whoever has none."""


def settings(change: Mapping[str, Any], place: Place, texts: Texts) -> list[Plain]:
    """The settings that differ, each with ``setting``, ``value``, the live one, ``file`` and ``line``.

    ``written`` is the value as it would stand there, YAML or JSON on one line, and ``template`` the text of git where
    that is made of variables: then there is no literal to change.
    """
    return list(_settings(change, place, texts)) if place else []


def told(found: Sequence[Mapping[str, Any]]) -> str:
    """Settings as advice, which follows on ``apply takes it back``."""
    shown = found[:_MOST_TOLD]
    changed = " and ".join(map(_told, (one for one in shown if not one["template"])))
    made = [_made(one) for one in shown if one["template"]]
    more = [f"and {len(found) - len(shown)} more, in the JSON report"] if len(found) > len(shown) else []
    return (f", or {changed}" if changed else "") + "".join(f"; {words}" for words in (*made, *more))


def _settings(change: Mapping[str, Any], place: Place, texts: Texts) -> Iterator[Plain]:
    if change["action"] in (CREATE, DELETE):
        return
    if change["kind"] == RUN_STATE:
        # Nobody wants to keep a task in an error.
        live = _RUN_STATES.get(str((change.get("before") or {}).get("state")))
        if live:
            yield _entry(_in_yaml(place, "/run_state", "run_state"), live, place)
        return
    for path, live in list(_differing(change.get("before"), change.get("after"), ()))[:_MOST_SETTINGS]:
        yield _entry(_spot(str(change["kind"]), path, place, texts), live, place)


def _differing(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys((*before, *after)):
            yield from _differing(before.get(name), after.get(name), (*path, str(name)))
    elif after not in (before, _SENT):
        # A plan shows tables by their names, files have a list of them.
        is_selection = path[-1:] and path[-1] in SELECTION_LISTS and isinstance(before, Mapping)
        yield path, list(before.values()) if is_selection else before


def _entry(spot: _Spot, live: Any, place: Place) -> Plain:
    written = json.dumps(live, ensure_ascii=False) if spot.pointer is None else yaml_text.on_one_line(live)
    found = {"setting": spot.setting, "value": live, "written": written, "file": spot.file, "line": spot.line}
    return {**found, "template": _template(spot, place.get("templates") or {})}


def _spot(kind: str, path: tuple[str, ...], place: Place, texts: Texts) -> _Spot:
    if kind != TASK:
        root = ("tables",) if kind == TABLES else ()
        return _in_yaml(place, pointer((*root, *path)), "/".join(path))
    inner = path[2:] if path[:1] == ("tasks",) else path
    key = _winning_key(inner, place.get("lines") or {})
    setting = "/".join(inner)
    if key is not None or not place.get("src"):
        return _in_yaml(place, key or "/definition", setting)
    text = texts(str(place.get("src_path") or ""))
    return _Spot(setting, None, str(place["src"]), 1 if text is None else line_of(text, path))


def _winning_key(inner: tuple[str, ...], lines: Mapping[str, int]) -> str | None:
    """The key of a task in the file of its server that says a setting of the definition; None where none does."""
    if inner[:2] == _SELECTION:
        chosen = pointer(("tables", *inner[2:3]))
        if chosen in lines and (len(inner) == len(_SELECTION) or inner[2] in SELECTION_LISTS):
            return chosen
    for length in range(len(inner), 0, -1):
        override = pointer(("overrides", *inner[:length]))
        if override in lines:
            is_whole = length == len(inner) or not _is_mapping(override, lines)
            return override if is_whole else _endpoint_key(inner, lines)
    return _endpoint_key(inner, lines)


def _is_mapping(above: str, lines: Mapping[str, int]) -> bool:
    """Whether there are keys, and not items of a list, below a key."""
    return f"{above}/0" not in lines and any(below.startswith(f"{above}/") for below in lines)


def _endpoint_key(inner: tuple[str, ...], lines: Mapping[str, int]) -> str | None:
    if inner in SOURCE_PLACES and "/source_endpoint" in lines:
        return "/source_endpoint"
    is_target = inner[:2] == TARGET_NAMES or inner[:1] == ("targets",)
    return "/target_endpoint" if is_target and "/target_endpoint" in lines else None


def _in_yaml(place: Place, way: str, setting: str) -> _Spot:
    """The spot of a key in the file of a server, or of what it is in."""
    lines, above = place.get("lines") or {}, way
    while above and above not in lines:
        above = above.rpartition("/")[0]
    return _Spot(setting, way, str(place["file"]), lines.get(above, place["line"]))


def _template(spot: _Spot, templates: Mapping[str, str]) -> str | None:
    """What git says with variables of a setting: in it, or in what it is in."""
    if spot.pointer is None:
        # Owners are replaced in what a definition says, and variables may choose which one it is.
        chosen = [text for way, text in templates.items() if way == "/src"]
        is_table = "source_tables" in spot.setting
        owners = [text for way, text in templates.items() if is_table and f"{way}/".startswith("/owners/")]
        return next(iter((*owners, *chosen)), None)
    within = f"{spot.pointer}/"
    found = (text for way, text in templates.items() if within.startswith(f"{way}/") or way.startswith(within))
    return next(found, None)


def _told(one: Mapping[str, Any]) -> str:
    if one["value"] is None:
        return f"take {one['setting']} out of {_where(one)}"
    return f"set {one['setting']} to {_cut(one['written'])} in {_where(one)}"


def _made(one: Mapping[str, Any]) -> str:
    live = "not there" if one["value"] is None else _cut(one["written"])
    return f"{one['setting']} is made of {_cut(one['template'])} in {_where(one)}, live it is {live}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TOLD else f"{text[:_LONGEST_TOLD]}..."


def _where(one: Mapping[str, Any]) -> str:
    return f"{one['file']}:{one['line']}" if one["line"] else str(one["file"])
