# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables that promoted tasks are to have: read from data or CSV, checked, and put into a definition.

All functions are pure; what is wrong is answered, not raised, so that a user sees all of it at once.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .._client.vocabulary import SELECTION_LISTS, TABLE_TYPE
from .._core.errors import Refused
from .._definition.document import Definition
from .._definition.tree import DefinitionError, Plain, value_at
from .._resource.table_selection import DEFAULTS, Entries, given_entries, wanted

NEEDED_COLUMNS = ("task", "list", "owner", "name")
MORE_COLUMNS = ("load_order", "table_type")

# By task, the lists that are given for it. A list that is not given stays as it is.
Selections = dict[str, dict[str, Entries]]


class Given(NamedTuple):
    """Entries that were given for a list of a task; ``where`` is how a message names the place."""

    where: str
    task: str
    list_name: str
    entries: list[Any]


def from_csv(text: str, file: str) -> tuple[list[Given], list[str]]:
    """What a CSV file gives, a line for each table or pattern, and what is wrong with the file, by line.

    The first line names the columns: NEEDED_COLUMNS and, where wanted, MORE_COLUMNS. Fields are parted by commas or,
    as some spreadsheets write them, by semicolons.
    """
    lines = text.lstrip("\ufeff")
    delimiter = ";" if ";" in lines.split("\n", 1)[0] else ","
    reader = csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter, strict=True)
    given: list[Given] = []
    problems: list[str] = []
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        wrong = _wrong_columns(columns)
        if wrong:
            return [], [f"{file}, line 1: {wrong}"]
        for line in reader:
            where, fields = f"{file}, line {reader.line_num}", [field.strip() for field in line]
            if any(fields) and len(fields) == len(columns):
                given.append(_from_line(where, dict(zip(columns, fields))))
            elif any(fields):
                problems.append(f"{where}: there are {len(fields)} fields, but {len(columns)} columns.")
    except csv.Error as error:
        problems.append(f"{file}, line {reader.line_num}: {error}.")
    return given, problems


def from_data(data: Any, where: str) -> tuple[list[Given], list[str]]:
    """What data gives, a list of objects with ``task`` and some of the lists, and what is wrong with it."""
    if not isinstance(data, list):
        return [], [f"{where} is not a list of tasks with their tables."]
    given: list[Given] = []
    problems: list[str] = []
    for number, item in enumerate(data, start=1):
        place = f"{where}, item {number}"
        if not isinstance(item, Mapping) or not isinstance(item.get("task"), str):
            problems.append(f"{place} does not name a task.")
            continue
        lists = {name: entries for name, entries in item.items() if name != "task" and entries is not None}
        for name, entries in lists.items():
            if isinstance(entries, list):
                given.append(Given(place, item["task"], str(name), entries))
            else:
                problems.append(f"{place}: {name} is not a list.")
        if not lists:
            problems.append(f"{place} gives no list of tables for task {item['task']!r}.")
    return given, problems


def collected(given: Iterable[Given]) -> tuple[Selections, list[str]]:
    """The selections that ``given`` comes to, and what is wrong with single entries.

    An entry that is given twice alike counts once.
    """
    selections: Selections = {}
    problems = [_problem(selections, item) for item in given]
    return selections, [problem for problem in problems if problem]


def with_tables(definition: Definition, lists: Mapping[str, Entries]) -> Definition:
    """The definition with other lists of tables in its one task; an entry that stays keeps what else is known of it.

    Raises DefinitionError where the task would have neither a pattern nor a table, which no server takes.
    """
    task = definition.single_task()
    source_tables = value_at(task.data, ("source", "source_tables"))
    if not isinstance(source_tables, dict):
        raise DefinitionError("The definition has no source.source_tables.")
    present = task.tables
    changed = {name: _without_defaults(wanted(lists[name], present[name], purge=True)) for name in lists}
    if not any({**present, **changed}.values()):
        raise DefinitionError("The task would have neither a pattern nor a table.")
    source = {**task.data["source"], "source_tables": {**source_tables, **changed}}
    return definition.with_task({**task.data, "source": source})


def _wrong_columns(columns: list[str]) -> str:
    missing = [name for name in NEEDED_COLUMNS if name not in columns]
    unknown = [name for name in columns if name not in (*NEEDED_COLUMNS, *MORE_COLUMNS)]
    if missing:
        return f"column {', '.join(missing)} is missing. The first line names the columns."
    if unknown:
        return f"there is no column {unknown[0]!r}; there are {', '.join((*NEEDED_COLUMNS, *MORE_COLUMNS))}."
    return f"a column stands twice: {', '.join(columns)}." if len(set(columns)) < len(columns) else ""


def _from_line(where: str, values: Mapping[str, str]) -> Given:
    entry = {"owner": values["owner"], "name": values["name"]}
    entry.update({name: values[name] for name in MORE_COLUMNS if values.get(name)})
    return Given(where, values["task"], values["list"], [entry])


def _problem(selections: Selections, item: Given) -> str:
    """Add ``item`` to the selections; what is wrong with it, if anything is."""
    try:
        _add(selections, item)
    except Refused as error:
        return f"{item.where}: {error.message}"
    return ""


def _add(selections: Selections, item: Given) -> None:
    if not item.task:
        raise Refused("the task is not named.")
    if item.list_name not in SELECTION_LISTS:
        raise Refused(f"there is no list {item.list_name!r}; there are {', '.join(SELECTION_LISTS)}.")
    new = given_entries(item.list_name, [_checked(item.list_name, entry) for entry in item.entries]) or {}
    entries = selections.setdefault(item.task, {}).setdefault(item.list_name, {})
    for key, entry in new.items():
        if entries.setdefault(key, entry) != entry:
            raise Refused(f"{'.'.join(key)} stands before in {item.list_name}, with another load_order or table_type.")


def _checked(list_name: str, entry: Any) -> Plain:
    if not isinstance(entry, Mapping) or not all(isinstance(entry.get(key), str) for key in ("owner", "name")):
        raise Refused(f"an entry of {list_name} has no owner or no name.")
    unknown = [key for key in entry if key not in ("owner", "name", *MORE_COLUMNS)]
    if unknown:
        raise Refused(f"an entry of {list_name} has {unknown[0]!r}, which is not known.")
    kind = entry.get("table_type")
    if kind is not None and TABLE_TYPE.spelled(kind) not in TABLE_TYPE.values:
        raise Refused(f"table_type {kind!r} must be one of {', '.join(TABLE_TYPE.choices())}.")
    return dict(entry)


def _without_defaults(entries: Iterable[Mapping[str, Any]]) -> list[Plain]:
    """Entries as a server exports them."""
    return [
        {key: value for key, value in entry.items() if key not in DEFAULTS or value != DEFAULTS[key]}
        for entry in entries
    ]
