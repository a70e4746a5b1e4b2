# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table selection of a task, in the definition and as the API shows it (guide 2.19, 2.20)."""

from __future__ import annotations

from typing import Any

from .errors import RepositoryError, task_not_found
from .model import Repository
from .tables import LISTS, SOURCE_TABLES, TABLE_DEFAULTS, TABLE_TYPES, tables_of, without_defaults
from .trees import value_at, with_value

# StandardLoadOrder (guide 2.40); 0 means in no order.
LOAD_ORDERS = {
    "LOWEST": -2147483647,
    "LOWER": -5000,
    "LOW": -1000,
    "NORMAL": 0,
    "HIGH": 1000,
    "HIGHER": 5000,
    "HIGHEST": 2147483647,
}
_HIGHEST = LOAD_ORDERS["HIGHEST"]
_DEFINITION_TYPE = "TableSelectionDefinition"
_ITEM_KEYS = {"$type", "owner", "name", *TABLE_DEFAULTS}


def get_selection(repository: Repository, task: str) -> dict[str, list[dict[str, Any]]]:
    """The three lists of a task's selection, with owner, name, load order as number and table type by name.

    Raises RepositoryError (AEM_TASK_NOT_FOUND).
    """
    definition = _task(repository, task)
    return {name: [_shown(table) for table in tables_of(definition, name)] for name in LISTS}


def put_selection(repository: Repository, task: str, selection: dict[str, Any]) -> None:
    """Replace the whole selection of a task; a list that is left out becomes empty.

    Tables that stay keep what else the definition knows of them. Raises RepositoryError: AEM_TASK_NOT_FOUND,
    DESERIALIZE_TO_TYPE for what is no selection, AEM_MISSING_FIELD if there is neither a pattern nor a table.
    """
    definition = _task(repository, task)
    wanted = _read(selection)
    if not any(wanted.values()):
        raise RepositoryError("AEM_MISSING_FIELD", {"task": task, "fieldName": "explicit_included_tables"})
    tables = dict(value_at(definition, SOURCE_TABLES, {}))
    for name in LISTS:
        tables.pop(name, None)
        if wanted[name]:
            known = {(table["owner"], table["name"]): table for table in tables_of(definition, name)}
            tables[name] = [_kept(item, known.get(identity, {})) for identity, item in wanted[name].items()]
    repository.tasks[task] = with_value(definition, SOURCE_TABLES, tables)


def _task(repository: Repository, task: str) -> dict[str, Any]:
    if task not in repository.tasks:
        raise task_not_found(task)
    return repository.tasks[task]


def _shown(table: dict[str, Any]) -> dict[str, Any]:
    shown = {"owner": table["owner"], "name": table["name"]}
    return {**shown, **{key: table.get(key, value) for key, value in TABLE_DEFAULTS.items()}}


def _kept(item: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    return without_defaults({**known, **item})


def _read(selection: Any) -> dict[str, dict[tuple[str, str], dict[str, Any]]]:
    """Each list by owner and name: a table that is named twice counts once, as it was named last."""
    if not isinstance(selection, dict) or not selection.keys() <= {"$type", *LISTS}:
        raise _refused("The selection is not an object of the three lists.")
    lists = {name: [] if selection.get(name) is None else selection[name] for name in LISTS}
    if not all(isinstance(items, list) for items in lists.values()):
        raise _refused("A list of the selection is not a list.")
    return {
        name: {(item["owner"], item["name"]): item for item in map(_read_item, items)} for name, items in lists.items()
    }


def _read_item(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict) or not item.keys() <= _ITEM_KEYS:
        raise _refused("An item of the selection is not an object of owner, name, load_order and table_type.")
    owner, name = item.get("owner"), item.get("name")
    if not isinstance(owner, str) or not isinstance(name, str) or not name:
        raise _refused("An item of the selection has no owner or no name.")
    order, kind = _load_order(item.get("load_order")), _table_type(item.get("table_type"))
    return {"owner": owner, "name": name, "load_order": order, "table_type": kind}


def _load_order(value: Any) -> int:
    """A load order by name or number; none is 0."""
    if value is None:
        return 0
    if isinstance(value, str) and value in LOAD_ORDERS:
        return LOAD_ORDERS[value]
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > _HIGHEST:
        raise _refused(f"{value!r} is no load order.")
    return value


def _table_type(value: Any) -> str:
    """A table type by name or number; none is a table."""
    if value is None:
        return "TABLE"
    for name, number in TABLE_TYPES.items():
        if not isinstance(value, bool) and value in (name, number):
            return name
    raise _refused(f"{value!r} is no table type.")


def _refused(message: str) -> RepositoryError:
    return RepositoryError("DESERIALIZE_TO_TYPE", {"type": _DEFINITION_TYPE, "message": message})
