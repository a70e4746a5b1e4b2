# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables that a task replicates: what may be asked for, what is selected, and the change between them.

A selection has three lists of tables and patterns (guide 2.19, 2.20). Within a list, an entry is known by its owner
and name; the order of entries means nothing. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import LOAD_ORDER, TABLE_TYPE
from .._client.vocabulary import SELECTION_LISTS as LISTS
from .._core.errors import Refused
from .._core.plan import UPDATE, Change, Plan
from .foresight import seen
from .whole_state import Look, WholeState

KIND = "tables of task"
DEFAULTS = {"load_order": LOAD_ORDER.numbers["NORMAL"], "table_type": "TABLE"}

_ENTRIES: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "options": {
        "owner": {"type": "str", "required": True},
        "name": {"type": "str", "required": True},
        "load_order": {"type": "str"},
        "table_type": {"type": "str", "choices": TABLE_TYPE.choices()},
    },
}
LIST_ARGUMENTS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(LISTS, _ENTRIES),
    "purge": {"type": "bool", "default": True},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "task": {"type": "str", "required": True},
    **LIST_ARGUMENTS,
}

Key = tuple[str, str]
Entries = dict[Key, Plain]


def plan(api: Api, options: Mapping[str, Any]) -> Plan:
    """The change that brings a selection about as ``options`` (see ARGUMENTS) say, and the selection after it.

    In check mode the task may be one that an earlier task of the play would have imported.
    """
    given = {name: given_entries(name, options.get(name)) for name in LISTS}
    server, task = options["server"], options["task"]
    current, warnings = seen(api, lambda: api.get_task_table_selection(server, task), server, task)
    planned = _compare(api, options, given, current or empty())
    return planned._replace(warnings=warnings)


def look_at(api: Api, server: str, task: str) -> Look[Plain]:
    """How the selection of a task is read."""
    return Look(lambda: _normal(api.get_task_table_selection(server, task)))


def compare(api: Api, options: Mapping[str, Any], current: Mapping[str, Any], look: Look[Plain] | None = None) -> Plan:
    """As ``plan``, for a selection that GetTaskTableSelection has answered. ``look`` is used before another is put."""
    return _compare(api, options, {name: given_entries(name, options.get(name)) for name in LISTS}, current, look)


def empty() -> Plain:
    """The selection of no table."""
    return {name: [] for name in LISTS}


def given_entries(list_name: str, items: Sequence[Mapping[str, Any]] | None) -> Entries | None:
    """The entries that were given for a list, by owner and name, without what was left out; None where none were.

    Raise Refused for a load order that is none, and for an entry that is given twice and not the same.
    """
    if items is None:
        return None
    entries: Entries = {}
    for item in items:
        entry = _given_entry(list_name, item)
        key = _key(entry)
        if entries.setdefault(key, entry) != entry:
            raise Refused(f"{list_name} names {_label(key)} twice, with another load_order or table_type.")
    return entries


def wanted(given: Entries | None, current: Sequence[Mapping[str, Any]], purge: bool) -> list[Plain]:
    """The entries that a list should have, sorted.

    With ``purge`` these are the given ones exactly, what was left out being the default; without it there are at least
    the given ones, and those that are there already keep what was left out. A list that was not given stays.
    """
    if given is None:
        return _sorted(current)
    present = {_key(entry): dict(entry) for entry in current}
    if purge:
        return _sorted({**present.get(key, {}), **DEFAULTS, **entry} for key, entry in given.items())
    merged = {key: {**DEFAULTS, **present.get(key, {}), **entry} for key, entry in given.items()}
    return _sorted({**present, **merged}.values())


def load_order(value: Any, list_name: str = "load_order") -> int:
    """The number of a load order, which is given by number or, in any case, by name. Raise Refused for neither."""
    spelled = LOAD_ORDER.spelled(value)
    number = LOAD_ORDER.numbers.get(spelled)
    if number is None:
        try:
            number = int(spelled)
        except ValueError:
            names = ", ".join(LOAD_ORDER.numbers)
            raise Refused(f"{list_name}: load_order {value!r} must be a number or one of {names}.") from None
    lowest, highest = LOAD_ORDER.numbers["LOWEST"], LOAD_ORDER.numbers["HIGHEST"]
    if not lowest <= number <= highest:
        raise Refused(f"{list_name}: load_order {number} must be between {lowest} and {highest}.")
    return number


def _compare(
    api: Api,
    options: Mapping[str, Any],
    given: Mapping[str, Entries | None],
    current: Mapping[str, Any],
    look: Look[Plain] | None = None,
) -> Plan:
    server, task = options["server"], options["task"]
    before, after = _normal(current), _after(options, given, current)
    if after == before:
        return Plan([], before)
    if not any(after.values()):
        raise Refused(
            f"Task {task} on server {server} would have neither a pattern nor a table; Enterprise Manager takes no"
            " such selection. Name at least one."
        )
    state = _state(api, options, given, look)
    return Plan([Change(KIND, task, UPDATE, before, after, state.bring_about, server=server)], after)


def _normal(selection: Mapping[str, Any]) -> Plain:
    return {name: _sorted(selection[name]) for name in LISTS}


def _after(options: Mapping[str, Any], given: Mapping[str, Entries | None], current: Mapping[str, Any]) -> Plain:
    """The selection that should be there, for one that is."""
    return {name: wanted(given[name], current[name], options.get("purge", True)) for name in LISTS}


def _state(
    api: Api, options: Mapping[str, Any], given: Mapping[str, Entries | None], look: Look[Plain] | None
) -> WholeState[Plain]:
    server, task = options["server"], options["task"]
    keeps = not options.get("purge", True) or any(entries is None for entries in given.values())

    def missing(there: Plain) -> Plain | None:
        after = _after(options, given, there)
        return None if after == there else after

    return WholeState(
        label=f"The table selection of task {task} on server {server}",
        address=lambda: api.session.connection.base_url,
        look=look_at(api, server, task) if look is None or keeps else look,
        wanted=missing,
        put=lambda selection: api.put_task_table_selection(server, task, selection),
        keeps=keeps,
    )


def _given_entry(list_name: str, item: Mapping[str, Any]) -> Plain:
    entry: Plain = {"owner": item["owner"], "name": item["name"]}
    if not entry["name"]:
        raise Refused(f"{list_name}: an entry of owner {entry['owner']!r} has an empty name.")
    if item.get("load_order") is not None:
        entry["load_order"] = load_order(item["load_order"], list_name)
    if item.get("table_type") is not None:
        entry["table_type"] = TABLE_TYPE.spelled(item["table_type"])
    return entry


def _key(entry: Mapping[str, Any]) -> Key:
    return str(entry["owner"]), str(entry["name"])


def _label(key: Key) -> str:
    return ".".join(key)


def _sorted(entries: Iterable[Mapping[str, Any]]) -> list[Plain]:
    return sorted((dict(entry) for entry in entries), key=_key)
