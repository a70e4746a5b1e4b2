# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks as GetTaskList and GetTaskDetails show them (guide 2.16, 2.17)."""

from __future__ import annotations

from typing import Any

from . import dialect
from .model import CHANGING, COMPLETED, FAILED, LOADING, QUEUED, RUNNING, Server, Table, Task
from .repository import TaskFacts, endpoint_label, task_facts
from .server_views import instant
from .transitions import memory_shown, standing_shown
from .world import World

_BYTES_A_ROW = 256
_MEGABYTE = 1024 * 1024
_RATE = {"source_throughput_records_count": 850, "source_throughput_volume": 210}


def info(world: World, task: Task) -> dict[str, Any]:
    """An item of GetTaskList."""
    spelling, standing = world.settings.dialect, standing_shown(world, task)
    return {
        "name": task.name,
        "state": dialect.task_state(spelling, standing.state),
        "stop_reason": dialect.spelled(spelling, "stop_reason", standing.stop_reason),
        "message": dialect.message(spelling, standing.message),
        "assigned_tags": list(task.tags),
    }


def replicate_details(world: World, server: Server, task: Task) -> dict[str, Any]:
    """GetTaskDetails of a Replicate task."""
    facts = task_facts(server.repository, task.name)
    spelling, standing = world.settings.dialect, standing_shown(world, task)
    target = facts.targets[0] if facts.targets else ""
    return {
        **dialect.replicate_task_type(spelling),
        "name": task.name,
        "description": facts.description,
        "state": dialect.task_state(spelling, standing.state),
        "message": dialect.message(spelling, standing.message),
        "source_endpoint": {"name": facts.source, "type": endpoint_label(server.repository, facts.source)},
        "target_endpoint": {"name": target, "type": endpoint_label(server.repository, target)},
        **_full_load(task, facts),
        **_changes(task, facts),
        "profile": facts.profile,
        "task_stop_reason": dialect.spelled(spelling, "stop_reason", standing.stop_reason),
        "memory_mb": memory_shown(world, task),
        "cpu_percentage": _cpu(server, task),
        "disk_usage_mb": task.disk_usage_mb,
        "data_error_count": sum(table.data_errors for table in task.tables),
        "options": _options(facts),
        "log_stream_staging": task.log_stream_staging or facts.log_stream_staging,
        "assigned_tags": list(task.tags),
    }


def compose_details(world: World, task: Task) -> dict[str, Any]:
    """GetTaskDetails of a Compose task or workflow."""
    spelling, standing = world.settings.dialect, standing_shown(world, task)
    count = {
        state: sum(table.state == state for table in task.tables) for state in (COMPLETED, LOADING, QUEUED, FAILED)
    }
    return {
        **dialect.compose_task_type(spelling, task.profile),
        "project": task.project,
        "profile": task.profile,
        "loading_completed": task.full_load_end is not None,
        "loading_start": instant(task.full_load_start),
        "loading_end": instant(task.full_load_end),
        "options": {"full_load_enabled": True, "apply_changes_enabled": True},
        "loading_counters": {
            "tables_total_count": len(task.tables),
            "tables_completed_count": count[COMPLETED],
            "tables_loading_count": count[LOADING],
            "tables_queued_count": count[QUEUED],
            "tables_with_error_count": count[FAILED],
            "commands_total_count": 3 * len(task.tables),
            "commands_completed_count": 3 * count[COMPLETED],
        },
        "name": task.name,
        "message": dialect.message(spelling, standing.message),
        "state": dialect.task_state(spelling, standing.state),
        "description": task.description,
        "source_endpoint": {"name": task.source, "type": ""},
        "target_endpoint": {"name": task.target, "type": ""},
        "assigned_tags": list(task.tags),
    }


def table_status(table: Table, facts: TaskFacts) -> dict[str, Any]:
    """An item of GetTableStatuses (guide 2.21)."""
    is_loaded = facts.full_load_enabled and table.state in (COMPLETED, CHANGING)
    transferred = table.rows if is_loaded else table.rows // 2 if table.state == LOADING else 0
    return {
        "schema_on_source": table.schema,
        "table_on_source": table.table,
        "schema_on_target": table.target_schema,
        "table_on_target": table.target_table,
        "state": table.state,
        "data_errors_count": table.data_errors,
        "table_full_load_info": {
            "start_time": instant(table.load_start),
            "end_time": instant(table.load_end),
            "estimated_row_count": table.rows if table.state in (QUEUED, LOADING) else 0,
            # The guide: always null; a client estimates by itself.
            "estimated_end_time": None,
            "transferred_row_count": transferred,
            "transferred_volume_mb": transferred * _BYTES_A_ROW,
        },
        "table_cdc_info": {
            "insert_count": table.inserts,
            "update_count": table.updates,
            "delete_count": table.deletes,
            "ddl_count": table.ddls,
            "last_update_time": instant(table.last_change),
            "cached_insert_count": 0,
            "cached_update_count": 0,
            "cached_delete_count": 0,
        },
    }


def _full_load(task: Task, facts: TaskFacts) -> dict[str, Any]:
    """How far the full load is. A task that only captures changes has none, so nothing of it was ever loaded."""
    tables = task.tables if facts.full_load_enabled else []
    loaded = [table for table in tables if table.state in (COMPLETED, CHANGING)]
    loading = sum(table.state == LOADING for table in tables)
    queued = sum(table.state == QUEUED for table in tables)
    return {
        "full_load_counters": {
            "tables_completed_count": len(loaded),
            "tables_loading_count": loading,
            "tables_queued_count": queued,
            "tables_with_error_count": sum(table.state == FAILED for table in task.tables),
            "records_completed_count": sum(table.rows for table in loaded),
            "estimated_records_for_all_tables_count": sum(table.rows for table in tables),
        },
        "full_load_completed": bool(tables) and not loading and not queued,
        "full_load_start": instant(task.full_load_start),
        "full_load_end": instant(task.full_load_end),
        "full_load_throughput": _rates(active=bool(loading)),
    }


def _changes(task: Task, facts: TaskFacts) -> dict[str, Any]:
    tables = task.tables
    inserts, updates, deletes, ddls = (
        sum(getattr(table, kind) for table in tables) for kind in ("inserts", "updates", "deletes", "ddls")
    )
    records = inserts + updates + deletes
    active = task.state == RUNNING and (facts.apply_changes_enabled or facts.store_changes_enabled)
    return {
        "cdc_event_counters": {
            "applied_insert_count": inserts,
            "applied_update_count": updates,
            "applied_delete_count": deletes,
            "applied_ddl_count": ddls,
        },
        "cdc_throughput": {name: {"current": rate} for name, rate in _rates(active=active).items()},
        "cdc_transactions_counters": {
            "commit_change_records_count": records,
            "rollback_transaction_count": 0,
            "rollback_change_records_count": 0,
            "rollback_change_volume_mb": 0,
            "applied_transactions_in_progress_count": 0,
            "applied_records_in_progress_count": 0,
            "applied_comitted_transaction_count": records // 12,
            "applied_records_comitted_count": records,
            "applied_volume_comitted_mb": records * _BYTES_A_ROW // _MEGABYTE,
            "incoming_accumulated_changes_in_memory_count": 0,
            "incoming_accumulated_changes_on_disk_count": 0,
            "incoming_applying_changes_in_memory_count": 0,
            "incoming_applying_changes_on_disk_count": 0,
        },
        "cdc_latency": {
            "source_latency": task.source_latency if active else "00:00:00",
            "total_latency": task.total_latency if active else "00:00:00",
        },
    }


def _rates(*, active: bool) -> dict[str, int]:
    rates = {**_RATE, **{name.replace("source", "target"): rate for name, rate in _RATE.items()}}
    return rates if active else dict.fromkeys(rates, 0)


def _cpu(server: Server, task: Task) -> int:
    """The CPU of a task in percent, known from Replicate 6.2 on."""
    if server.version_number() < (6, 2):
        return -1
    return task.cpu_percentage if task.active else 0


def _options(facts: TaskFacts) -> dict[str, bool]:
    return {
        "full_load_enabled": facts.full_load_enabled,
        "apply_changes_enabled": facts.apply_changes_enabled,
        "store_changes_enabled": facts.store_changes_enabled,
        "audit_changes_enabled": False,
    }
