# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of promotions: before they are done and after, as data and as a line for each that a person reads.

All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._definition.task import TABLE_LISTS
from .._definition.tree import Plain

CREATED = "created"
CHANGED = "changed"
UNCHANGED = "unchanged"
FAILED = "failed"

_SOURCE_TABLES = ("source", "source_tables")
_MOST_SETTINGS = 10
_MOST_CHARACTERS = 60

Path = tuple[str, ...]


def planned(tasks: Sequence[Mapping[str, Any]], results: Sequence[Mapping[str, Any]]) -> list[Plain]:
    """The rows of promotions with what is planned for each, by the ``results`` of aem_task in check mode.

    They are in the same order.
    """
    return [{**task, **_planned(task, result)} for task, result in zip(tasks, results)]


def report(
    rows: Sequence[Mapping[str, Any]], states: Sequence[Mapping[str, Any]], done: Sequence[Mapping[str, Any]] = ()
) -> list[Plain]:
    """The rows of ``planned`` with the state of each task and a line for a person.

    ``states`` are tasks of the target. ``done`` are the results of importing the tasks that differ, in their order.
    """
    state_of = {str(task["name"]): task["state"] for task in states}
    left = iter(done)
    told = []
    for row in rows:
        result = next(left, {}) if row["status"] != UNCHANGED else {}
        failed = {"status": FAILED, "error": str(result.get("msg"))} if result.get("failed") else {}
        known = {**row, **failed, "state": state_of.get(str(row["name"]))}
        told.append({**known, "line": line(known)})
    return told


def line(row: Mapping[str, Any]) -> str:
    """A row as a person reads it."""
    name = row["name"] if row["name"] == row["source"] else f"{row['source']} -> {row['name']}"
    words = [str(row["status"]), str(row["state"] or "not there yet")]
    if row["restarted"]:
        words.append("stopped for it")
    if row["status"] == CREATED:
        words.append(f"from {row['source_endpoint']} to {', '.join(row['target_endpoints'])}")
        words.append(f"tables: {row['tables']}, patterns: {row['patterns']}")
    words += row["settings"][:_MOST_SETTINGS]
    more = len(row["settings"]) - _MOST_SETTINGS
    words += [f"and {more} more"] if more > 0 else []
    words += [row["error"]] if row.get("error") else []
    return f"{name}: {', '.join(words)}"


def _planned(task: Mapping[str, Any], plan: Mapping[str, Any]) -> Plain:
    """What aem_task would do to a task, by its result in check mode: it has a diff where it is not to do nothing."""
    if not plan.get("diff"):
        return {"status": UNCHANGED, "restarted": False, "settings": [], "tables_changed": 0}
    restarted = bool((plan.get("task") or {}).get("restarted"))
    if not task["exists"]:
        count = task["tables"] + task["patterns"]
        return {"status": CREATED, "restarted": restarted, "settings": [], "tables_changed": count}
    settings = _settings(plan["diff"], str(task["name"]))
    shown = [_shown(path, *values) for path, values in settings.items() if not _in_tables(path)]
    count = _tables_changed(settings)
    shown += [f"tables and patterns changed: {count}"] if count else []
    return {"status": CHANGED, "restarted": restarted, "settings": shown, "tables_changed": count}


def _settings(diff: Mapping[str, Any], name: str) -> dict[Path, tuple[Any, Any]]:
    """The settings of a task that differ, with their values before and after, by path below the task."""
    sides = []
    for side in ("before", "after"):
        tree = diff.get(side) or {}
        task = (tree.get("tasks") or {}).get(name) if isinstance(tree, Mapping) else None
        sides.append(dict(_leaves(task or {}, ())))
    before, after = sides
    return {path: (before.get(path), after.get(path)) for path in dict.fromkeys((*before, *after))}


def _leaves(tree: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, Any]]:
    """The values in a tree; a table is one value, whatever is known of it."""
    for key, value in tree.items():
        below = (*path, key)
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, below)
        else:
            yield below, value


def _in_tables(path: Path) -> bool:
    return path[:2] == _SOURCE_TABLES and len(path) > 2 and path[2] in TABLE_LISTS


def _tables_changed(settings: Mapping[Path, tuple[Any, Any]]) -> int:
    """How many tables and patterns of the selection come, go, or change."""
    named = {path[:4] for path in settings if _in_tables(path) and len(path) > 3}
    whole = [values for path, values in settings.items() if _in_tables(path) and len(path) == 3]
    return len(named) + sum(max(len(before or ()), len(after or ())) for before, after in whole)


def _shown(path: Path, before: Any, after: Any) -> str:
    return f"{'.'.join(path)}: {_word(before)} -> {_word(after)}"


def _word(value: Any) -> str:
    if value is None:
        return "none"
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}..."
