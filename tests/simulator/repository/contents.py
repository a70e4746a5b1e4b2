# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sections of a definition, checked and in the form in which a server keeps them."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import kinds, notices, shapes
from .defaults import TASK_UUID, kept_form
from .errors import InvalidDocument
from .secret_values import sealed_copy
from .tables import kept_tables
from .trees import value_at, with_value

SECTION_TYPES: dict[str, type] = {
    "tasks": list,
    "databases": list,
    "replication_environment": dict,
    # A list in older exports, an object in newer ones: see notices.
    "notifications": object,
    "error_behavior": dict,
    "scheduler": dict,
    "disk_utilization_configuration": dict,
    "memory_utilization_configuration": dict,
}
ROLES = ("SOURCE", "TARGET", "BOTH")

# What every endpoint of an export shows, whether it was imported with it or not.
_ENDPOINT_HAS: dict[str, Any] = {"is_licensed": True, "override_properties": {}}
_UUIDS = uuid.UUID("6f0f7a52-4bb8-5c1d-9f0e-2f6f3d1b9a70")


@dataclass
class Contents:
    """What a definition brings: tasks and endpoints by name, and its other sections as they are."""

    tasks: dict[str, dict[str, Any]]
    endpoints: dict[str, dict[str, Any]]
    sections: dict[str, Any]


def contents_of(definition: dict[str, Any], key: str, *, versioned: bool, typed: bool = True) -> Contents:
    """The contents of a definition, secrets encrypted with ``key``, as a copy.

    With ``typed`` the settings of every endpoint must say their type, as in an import.

    Raises InvalidDocument where a list or an object must be and is not, and for a task or an endpoint without what
    makes it one. Whether they fit together is not looked at.
    """
    for name, kind in SECTION_TYPES.items():
        if name in definition and not isinstance(definition[name], kind):
            raise InvalidDocument(f'"{name}" is not {"a list" if kind is list else "an object"}.')
    definition = sealed_copy(definition, key)
    tasks = definition.pop("tasks", [])
    databases = definition.pop("databases", [])
    if notices.SECTION in definition:
        definition[notices.SECTION] = notices.kept(definition[notices.SECTION])
        _check_named(definition[notices.SECTION].get(notices.LIST, []), notices.SECTION, shapes.check_notice)
    _check_named(definition.get("scheduler", {}).get("jobs", []), "scheduler.jobs", shapes.check_job)
    return Contents(
        # Servers find tasks in another case too, so two that differ in case only are one.
        tasks=_by_name([_task(task, versioned=versioned) for task in tasks], ("task", "name"), "tasks", str.casefold),
        endpoints=_by_name([_endpoint(endpoint, typed) for endpoint in databases], ("name",), "databases"),
        sections=definition,
    )


def identified(task: dict[str, Any], existing: dict[str, Any] | None, key: str) -> dict[str, Any]:
    """``task`` with the identifier of the ``existing`` one of its name, or else its own, or else a new one.

    Which new one depends on the server's key and the name alone: there is no chance in a repository.
    """
    found = value_at(existing, TASK_UUID) or value_at(task, TASK_UUID)
    if not found:
        found = str(uuid.uuid5(_UUIDS, f"{key}/{task['task']['name']}"))
    return task if value_at(task, TASK_UUID) == found else with_value(task, TASK_UUID, found)


def _task(task: Any, *, versioned: bool) -> dict[str, Any]:
    if not isinstance(task, dict):
        raise InvalidDocument("A task is not an object.")
    shapes.check_task(task)
    _text(value_at(task, ("task", "name")), "task.name")
    _text(value_at(task, ("task", "source_name")), "task.source_name")
    names = value_at(task, ("task", "target_names"))
    if not isinstance(names, list) or not names:
        raise InvalidDocument('"task.target_names" is not a list of names.')
    for name in names:
        _text(name, "task.target_names")
    return kept_form(kept_tables(task), versioned=versioned)


def _endpoint(endpoint: Any, typed: bool) -> dict[str, Any]:
    if not isinstance(endpoint, dict):
        raise InvalidDocument("An endpoint is not an object.")
    _text(endpoint.get("name"), "databases.name")
    _text(endpoint.get("type_id"), "databases.type_id")
    if endpoint.get("role") not in ROLES:
        raise InvalidDocument(f'"databases.role" is none of {", ".join(ROLES)}.')
    if not isinstance(endpoint.get("db_settings"), dict):
        raise InvalidDocument('"databases.db_settings" is not an object.')
    shapes.check_endpoint(endpoint)
    if typed or kinds.TYPE in endpoint["db_settings"]:
        kinds.check_settings(endpoint["name"], endpoint["type_id"], endpoint["db_settings"])
    return {**endpoint, **{name: value for name, value in _ENDPOINT_HAS.items() if name not in endpoint}}


def _check_named(items: Any, where: str, check: Callable[[dict[str, Any]], None]) -> None:
    if not isinstance(items, list):
        raise InvalidDocument(f'"{where}" is not a list.')
    for item in _by_name(items, ("name",), where).values():
        check(item)


def _by_name(
    items: list[Any], path: tuple[str, ...], where: str, spelled: Callable[[str], str] = str
) -> dict[str, dict[str, Any]]:
    """Items by their names; two whose names are ``spelled`` the same are refused."""
    found: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for item in items:
        name = _text(value_at(item, path), f"{where}.name")
        if spelled(name) in seen:
            raise InvalidDocument(f'"{where}" names {name} twice.')
        seen.add(spelled(name))
        found[name] = item
    return found


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip() or any(unicodedata.category(sign) == "Cc" for sign in value):
        raise InvalidDocument(f'"{where}" is not a name.')
    return value
