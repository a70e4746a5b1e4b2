# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks and endpoints in few words: an estate need not spell out definitions.

An endpoint with a ``type_id`` and a task with a ``source`` are definitions; all else about them is how they run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import EstateError
from .repository import kinds

_VERSION = {"version": "2024.11.0.285", "version_major": 2024, "version_minor": 11, "version_revision": 285}
_ENDPOINT_KEYS = ("type_id", "role", "description", "db_settings")
_TASK_KEYS = (
    "source",
    "targets",
    "description",
    "task_type",
    "explicit_included_tables",
    "included_pattern",
    "excluded_pattern",
    "settings",
)
_LISTS = ("explicit_included_tables", "included_pattern", "excluded_pattern")


def document(endpoints: list[dict[str, Any]], tasks: list[dict[str, Any]], place: str) -> dict[str, Any]:
    """The definitions that the items of an estate hold, in the form of an export; they are taken out of the items.

    Raises EstateError.
    """
    definition = {
        "tasks": [_task(item, place) for item in tasks if "source" in item],
        "databases": [_endpoint(item, place) for item in endpoints if "type_id" in item],
    }
    return {"_version": _VERSION, "cmd.replication_definition": definition}


def table_key(value: Any, place: str) -> tuple[str, str]:
    """Owner and name of a table: of ``OWNER.NAME``, or of a mapping of the two. Raises EstateError."""
    if isinstance(value, str) and "." in value.strip("."):
        owner, _unused, name = value.partition(".")
        return owner, name
    if isinstance(value, Mapping) and isinstance(value.get("owner"), str) and isinstance(value.get("name"), str):
        return value["owner"], value["name"]
    raise EstateError(f"{place}: a table is OWNER.NAME, or a mapping of owner and name, not {value!r}.")


def _endpoint(item: dict[str, Any], place: str) -> dict[str, Any]:
    given = {name: item.pop(name) for name in _ENDPOINT_KEYS if name in item}
    settings = given.pop("db_settings", None) or {}
    if not isinstance(settings, Mapping):
        raise EstateError(f"{place}, {item['name']}: db_settings is not a mapping.")
    if kinds.TYPE not in settings:
        settings = {kinds.TYPE: _settings_type(str(given["type_id"]), f"{place}, {item['name']}"), **settings}
    return {
        "name": item["name"],
        "role": "SOURCE",
        "is_licensed": True,
        **given,
        "db_settings": settings,
        "override_properties": {"name": "default"},
    }


def _settings_type(type_id: str, place: str) -> str:
    """ORACLE_COMPONENT_TYPE has OracleSettings, NULL_TARGET_COMPONENT_TYPE NulltargetSettings."""
    found = kinds.settings_type(type_id)
    if found is None:
        known = ", ".join(f"{name}{kinds.ENDING}" for name in kinds.SETTINGS_TYPES)
        raise EstateError(
            f"{place}: which $type the db_settings of a {type_id} have is known of {known} only. Write it there."
        )
    return found


def _task(item: dict[str, Any], place: str) -> dict[str, Any]:
    given = {name: item.pop(name) for name in _TASK_KEYS if item.get(name) is not None}
    name, source, targets = item["name"], given["source"], given.get("targets", [])
    task = {key: given[key] for key in ("description", "task_type") if key in given}
    tables = {key: [_table(table, f"{place}, {name}") for table in given[key]] for key in _LISTS if given.get(key)}
    return {
        "task": {"name": name, **task, "source_name": source, "target_names": targets},
        "source": {
            "rep_source": {"source_name": source, "database_name": source},
            "source_tables": {"name": source, **tables},
        },
        "targets": [
            {"rep_target": {"target_name": target, "target_state": "DISABLED", "database_name": target}}
            for target in targets
        ],
        "task_settings": {"common_settings": given.get("settings", {})},
    }


def _table(value: Any, place: str) -> dict[str, Any]:
    owner, name = table_key(value, place)
    more = dict(value) if isinstance(value, Mapping) else {}
    return {"owner": owner, "name": name, "estimated_size": 0, "orig_db_id": 0, **more}
