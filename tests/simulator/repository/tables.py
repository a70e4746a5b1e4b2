# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tables that a task names, as its definition has them."""

from __future__ import annotations

from typing import Any

from .errors import InvalidDocument
from .trees import has, value_at, with_value

SOURCE_TABLES = ("source", "source_tables")
LISTS = ("included_pattern", "excluded_pattern", "explicit_included_tables")
TABLE_TYPES = {"TABLE": 1, "VIEW": 2}
# What a table has that does not say so; a definition leaves it out.
TABLE_DEFAULTS: dict[str, Any] = {"load_order": 0, "table_type": "TABLE"}


def tables_of(task: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The tables or patterns of one of the three lists."""
    return list(value_at(task, (*SOURCE_TABLES, name), []))


def kept_tables(task: dict[str, Any]) -> dict[str, Any]:
    """``task`` with its lists of tables as a server keeps them: no empty list, no default of a table.

    Raises InvalidDocument for a list that is none and for a table that is no object with owner and name.
    """
    if not has(task, SOURCE_TABLES):
        return task
    tables = dict(value_at(task, SOURCE_TABLES))
    for name in LISTS:
        listed = tables.get(name, [])
        if not isinstance(listed, list):
            raise InvalidDocument(f'"{name}" is not a list.')
        kept = [_kept_table(table, name) for table in listed]
        if kept:
            tables[name] = kept
        else:
            tables.pop(name, None)
    return with_value(task, SOURCE_TABLES, tables)


def _kept_table(table: Any, where: str) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise InvalidDocument(f'"{where}" holds what is not an object.')
    if not isinstance(table.get("owner"), str) or not isinstance(table.get("name"), str) or not table["name"]:
        raise InvalidDocument(f'"{where}" holds a table without owner or name.')
    order = table.get("load_order", 0)
    if isinstance(order, bool) or not isinstance(order, int):
        raise InvalidDocument(f'"load_order" of {table["name"]} is not a number.')
    if table.get("table_type", "TABLE") not in TABLE_TYPES:
        raise InvalidDocument(f'"table_type" of {table["name"]} is none of {", ".join(TABLE_TYPES)}.')
    return table if TABLE_DEFAULTS.keys().isdisjoint(table) else without_defaults(table)


def without_defaults(table: dict[str, Any]) -> dict[str, Any]:
    """A table as a definition has it."""
    return {key: value for key, value in table.items() if key not in TABLE_DEFAULTS or value != TABLE_DEFAULTS[key]}
