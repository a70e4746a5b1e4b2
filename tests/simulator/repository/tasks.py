# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the definition of a task says, and deleting one (guide 2.17, 2.22)."""

from __future__ import annotations

from . import references
from .defaults import COMMON_SETTINGS, default_of
from .endpoints import endpoint_type
from .errors import RepositoryError, task_not_found
from .model import Repository, TaskFacts
from .naming import source_of, targets_of
from .tables import tables_of
from .trees import value_at

_LOG_STREAM = "LOG_STREAM"


def delete_task(repository: Repository, task: str, *, server: str) -> None:
    """Take a task out, and its jobs and its place in notifications with it.

    Raises RepositoryError: AEM_TASK_NOT_FOUND, AEM_DELETE_TASK_ERR while an endpoint reads the log stream it writes.
    """
    if task not in repository.tasks:
        raise RepositoryError("AEM_TASK_NOT_FOUND", {"task": task, "server": server})
    reader = references.reading_endpoint(repository.endpoints, task)
    if reader is not None:
        message = f"Endpoint {reader} reads the log stream that it writes."
        raise RepositoryError("AEM_DELETE_TASK_ERR", {"task": task, "server": server, "message": message})
    del repository.tasks[task]
    repository.sections = references.without_task(repository.sections, task)


def task_facts(repository: Repository, task: str) -> TaskFacts:
    """What other calls show of a task's definition. Raises RepositoryError (AEM_TASK_NOT_FOUND)."""
    if task not in repository.tasks:
        raise task_not_found(task)
    definition = repository.tasks[task]
    settings = value_at(definition, COMMON_SETTINGS, {})
    source = source_of(definition)
    tables = tables_of(definition, "explicit_included_tables")
    profile = str(definition["task"].get("task_type") or "UNIDIRECTIONAL").strip("_")
    reads = references.staging_task(repository.endpoints[source]) if source in repository.endpoints else ""
    return TaskFacts(
        source=source,
        targets=targets_of(definition),
        source_type=endpoint_type(repository, source),
        full_load_enabled=settings.get("full_load_enabled", default_of("full_load_enabled")) is True,
        apply_changes_enabled=settings.get("apply_changes_enabled", default_of("apply_changes_enabled")) is True,
        # Exports show this flag both as true and as false, so it is in no table of defaults. It is off without a word.
        store_changes_enabled=settings.get("save_changes_enabled", False) is True,
        profile=profile,
        description=str(definition["task"].get("description") or ""),
        tables=[(table["owner"], table["name"]) for table in tables],
        log_stream_staging=task if profile == _LOG_STREAM else reads,
    )
