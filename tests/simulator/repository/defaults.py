# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The defaults of task settings, and what a server does with them.

A server leaves a setting at its default out of an export, and always writes some objects, empty or not. So a task has
one form in which it is kept: defaults left out, those objects there. The defaults are those of today's servers.
A document that does not say which version wrote it is read with the defaults of the servers that wrote such documents.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .errors import InvalidDocument
from .trees import equal, has, value_at, with_value, without

_SETTINGS = ("task_settings",)
COMMON_SETTINGS = ("task_settings", "common_settings")
_SORTER = ("task_settings", "sorter_settings")
_STORAGE = ("task_settings", "sorter_settings", "local_transactions_storage")
_TARGET = ("task_settings", "target_settings")

TASK_UUID = (*COMMON_SETTINGS, "task_uuid")


class Default(NamedTuple):
    """The value of a setting that a definition does not name."""

    path: tuple[str, ...]
    value: Any


DEFAULTS = (
    Default((*_SETTINGS, "full_load_sub_tasks"), 5),
    Default((*COMMON_SETTINGS, "lob_max_size"), 8),
    Default((*COMMON_SETTINGS, "history_timeslot"), 5),
    Default((*COMMON_SETTINGS, "batch_apply_timeout_min"), 1),
    Default((*COMMON_SETTINGS, "batch_apply_timeout"), 30),
    Default((*COMMON_SETTINGS, "batch_apply_memory_limit"), 500),
    Default((*COMMON_SETTINGS, "full_load_enabled"), True),
    Default((*COMMON_SETTINGS, "apply_changes_enabled"), True),
    Default((*COMMON_SETTINGS, "batch_apply_enabled"), True),
    Default((*COMMON_SETTINGS, "exception_table_enabled"), True),
    Default((*COMMON_SETTINGS, "status_table_enabled"), False),
    Default((*COMMON_SETTINGS, "suspended_tables_table_enabled"), False),
    Default((*COMMON_SETTINGS, "history_table_enabled"), False),
    Default((*COMMON_SETTINGS, "recovery_table_enabled"), False),
    Default((*_SORTER, "transaction_consistency_timeout"), 600),
    Default((*_STORAGE, "memory_limit_total"), 1024),
    Default((*_STORAGE, "memory_keep_time"), 60),
    Default((*_TARGET, "max_transaction_size"), 10000),
    Default((*_TARGET, "statements_cache_size"), 50),
    Default((*_TARGET, "min_transaction_size"), 1000),
    Default((*_TARGET, "handle_drop_ddl"), True),
    Default((*_TARGET, "handle_truncate_ddl"), True),
    Default((*_TARGET, "handle_column_ddl"), True),
    Default((*_TARGET, "artifacts_cleanup_enabled"), True),
)

# Only that old defaults exist is known, not which. These stand for all of them, so that an import without `_version`
# can be seen: such a task comes back with the old values spelled out.
OLD_DEFAULTS = (
    Default((*COMMON_SETTINGS, "batch_apply_memory_limit"), 200),
    Default((*_TARGET, "statements_cache_size"), 20),
)

# What every export shows, whatever the task; `task_uuid` aside.
ALWAYS_WRITTEN: dict[str, Any] = {
    "source_settings": {},
    "target_settings": {"queue_settings": {"message_shape": {}, "key_shape": {}}, "ftm_settings": {}},
    "sorter_settings": {"local_transactions_storage": {}},
    "common_settings": {
        "change_table_settings": {"header_columns_settings": {}},
        "audit_table_settings": {},
        "dr_settings": {},
        "statistics_table_settings": {},
        "status_table_settings": {},
        "suspended_tables_table_settings": {},
        "history_table_settings": {},
        "exception_table_settings": {},
        "recovery_table_settings": {},
        "data_batching_settings": {},
        "customized_charset_settings": {"validation": {"sub_char": 0}},
    },
}

_CURRENT = {default.path: default.value for default in DEFAULTS}


def kept_form(task: dict[str, Any], *, versioned: bool) -> dict[str, Any]:
    """A task as a server keeps it, from a task of a document; raises InvalidDocument where an object is none."""
    settings = task.get("task_settings", {})
    task = {**task, "task_settings": _with_objects(settings, ALWAYS_WRITTEN, "task_settings")}
    if not versioned:
        task = _spelled_out(task, OLD_DEFAULTS)
    return _left_out(task, DEFAULTS)


def old_form(task: dict[str, Any]) -> dict[str, Any]:
    """A task as the servers write it that write no version: their defaults left out, today's spelled out."""
    changed = [Default(old.path, _CURRENT[old.path]) for old in OLD_DEFAULTS]
    return _left_out(_spelled_out(task, changed), OLD_DEFAULTS)


def default_of(name: str) -> Any:
    """The default of a common setting."""
    return _CURRENT[(*COMMON_SETTINGS, name)]


def _with_objects(given: Any, wanted: dict[str, Any], where: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise InvalidDocument(f'"{where}" is not an object.')
    result = dict(given)
    for name, below in wanted.items():
        if isinstance(below, dict):
            result[name] = _with_objects(given.get(name, {}), below, f"{where}.{name}")
        else:
            result.setdefault(name, below)
    return result


def _spelled_out(task: dict[str, Any], defaults: Any) -> dict[str, Any]:
    for path, value in defaults:
        if not has(task, path):
            task = with_value(task, path, value)
    return task


def _left_out(task: dict[str, Any], defaults: Any) -> dict[str, Any]:
    for path, value in defaults:
        if has(task, path) and equal(value_at(task, path), value):
            task = without(task, path)
    return task
