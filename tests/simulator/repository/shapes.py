# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where objects, lists and texts have to be in a definition. A server refuses what has another shape there.

What tools make of JSON comes in too: a list of one that became the thing itself, an object that became text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import InvalidDocument
from .trees import Path, has, value_at

_WORDS: dict[type, str] = {dict: "an object", list: "a list", str: "a text"}

_TASK: dict[Path, type] = {
    ("task",): dict,
    ("task", "loggers"): dict,
    ("source",): dict,
    ("source", "rep_source"): dict,
    ("source", "source_tables"): dict,
    ("targets",): list,
    ("error_behavior",): dict,
    ("error_behavior", "apply_error_behavior"): dict,
    ("loggers",): dict,
    ("manipulations",): list,
}
_ENDPOINT: dict[Path, type] = {("db_settings",): dict, ("override_properties",): dict}
_JOB: dict[Path, type] = {
    ("task",): str,
    ("schedule",): str,
    ("command_requests",): dict,
    ("command_requests", "execute_req"): dict,
}
_MANIPULATION: dict[Path, type] = {
    ("table_manipulation",): dict,
    ("table_manipulation", "transform_columns"): list,
}


def check_task(task: dict[str, Any]) -> None:
    """That what is there of a task has its shape. Raises InvalidDocument."""
    _check(task, _TASK, "of a task")
    if not all(isinstance(value_at(target, ("rep_target",)), dict) for target in task.get("targets", [])):
        raise InvalidDocument('"targets" of a task holds what is not an object with "rep_target".')
    for item in _objects(task.get("manipulations", []), "manipulations"):
        _check(item, _MANIPULATION, "of manipulations")
        _objects(value_at(item, ("table_manipulation", "transform_columns"), []), "transform_columns")


def check_endpoint(endpoint: dict[str, Any]) -> None:
    """The same of an endpoint."""
    _check(endpoint, _ENDPOINT, "of databases")


def check_job(job: dict[str, Any]) -> None:
    """The same of a job of the scheduler."""
    _check(job, _JOB, "of scheduler.jobs")


def check_notice(notice: dict[str, Any]) -> None:
    """The same of a notification."""
    _check(notice, {("tasks",): list}, "of notifications")
    if not all(isinstance(name, str) for name in notice.get("tasks", [])):
        raise InvalidDocument('"tasks" of notifications holds what is not the name of a task.')


def _check(tree: dict[str, Any], shapes: Mapping[Path, type], whose: str) -> None:
    for path, kind in shapes.items():
        if has(tree, path) and not isinstance(value_at(tree, path), kind):
            raise InvalidDocument(f'"{".".join(path)}" {whose} is not {_WORDS[kind]}.')


def _objects(items: list[Any], where: str) -> list[dict[str, Any]]:
    if not all(isinstance(item, dict) for item in items):
        raise InvalidDocument(f'"{where}" holds what is not an object.')
    return items
