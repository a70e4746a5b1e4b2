# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking over definitions (guide 2.24 ImportTask, 2.33 ImportAll).

Both merge: a task or endpoint of the same name is replaced whole, what the document does not name stays as it is.
An import is planned first and applied later, because a server shows an imported task only after a while.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

from . import references
from .contents import SECTION_TYPES, contents_of, identified
from .errors import EmptyDocument, InvalidDocument, RepositoryError
from .model import Import, Repository
from .naming import names_agree, source_of, targets_of
from .reading import definition_of, is_versioned, read_document
from .trees import merged, with_value

_DEFINITION_TYPE = "ReplicationDefinition"


def plan_import(
    repository: Repository, text: bytes | str, *, server: str, task: str | None, running: AbstractSet[str]
) -> Import:
    """What importing ``text`` would bring; nothing is changed.

    ``task`` is the task that ImportTask is called for, None stands for ImportAll. ``running`` names the tasks that
    run. Raises RepositoryError with the codes of the two methods; for a text that is no definition ImportTask has only
    the general DESERIALIZE_TO_TYPE.
    """
    try:
        document = read_document(text)
        definition = definition_of(document)
        if task is not None:
            _require_one_task(definition, server=server, task=task)
        imported = contents_of(definition, repository.key, versioned=is_versioned(document))
    except EmptyDocument as error:
        raise _empty(server, task) from error
    except InvalidDocument as error:
        raise _invalid(server, task, str(error)) from error
    if task is not None and task not in imported.tasks:
        raise RepositoryError("AEM_IMPORT_TASK_NAME_DIFFER", {"server": server, "task": task})
    imported = _as_spelled_there(repository, imported)
    if task is None:
        _check_all(repository, imported, server=server, running=running)
    else:
        _check_task(repository, imported, server=server, task=task, running=running)
    return imported


def apply_import(repository: Repository, imported: Import) -> None:
    """Take over what :func:`plan_import` planned. Doing so twice is doing it once."""
    for name, task in imported.tasks.items():
        repository.tasks[name] = identified(task, repository.tasks.get(name), repository.key)
    repository.endpoints.update(imported.endpoints)
    repository.sections = merged(repository.sections, imported.sections)


def _as_spelled_there(repository: Repository, imported: Import) -> Import:
    """The same with the server's own spelling of tasks that it has: it finds names in another case too."""
    known = {name.casefold(): name for name in repository.tasks}
    tasks = {}
    for name, task in imported.tasks.items():
        spelled = name if name in repository.tasks else known.get(name.casefold(), name)
        tasks[spelled] = task if spelled == name else with_value(task, ("task", "name"), spelled)
    return replace(imported, tasks=tasks)


def _empty(server: str, task: str | None) -> RepositoryError:
    if task is None:
        return RepositoryError("AEM_IMPORT_CONTENT_EMPTY", {"server": server})
    return RepositoryError("AEM_IMPORT_TASK_CONTENT_EMPTY", {"server": server, "task": task})


def _invalid(server: str, task: str | None, message: str) -> RepositoryError:
    if task is None:
        return RepositoryError("AEM_IMPORT_INVALID_CONTENT", {"server": server, "message": message})
    return RepositoryError(
        "DESERIALIZE_TO_TYPE", {"server": server, "task": task, "type": _DEFINITION_TYPE, "message": message}
    )


def _require_one_task(definition: dict[str, Any], *, server: str, task: str) -> None:
    """That a document for ImportTask holds one task and nothing but what can be imported with one."""
    if not definition.keys() <= SECTION_TYPES.keys():
        raise RepositoryError("AEM_IMPORT_TASK_CONTAIN_ALIEN_ITEMS", {"server": server, "task": task})
    tasks = definition.get("tasks", [])
    if isinstance(tasks, list) and not tasks:
        raise EmptyDocument
    if isinstance(tasks, list) and len(tasks) > 1:
        raise RepositoryError("AEM_IMPORT_TASK_CONTAINS_MULTIPLE_TASKS", {"server": server, "task": task})


def _check_all(repository: Repository, imported: Import, *, server: str, running: AbstractSet[str]) -> None:
    for name, task in imported.tasks.items():
        if name in running:
            raise RepositoryError("AEM_TASK_NOT_IMPORTABLE", {"server": server, "task": name})
        if not names_agree(task):
            raise _invalid(server, None, f"Task {name} does not name the same endpoints everywhere.")
        absent = _absent_endpoint(repository, imported, task)
        if absent is not None:
            raise _invalid(server, None, f"The {absent[0]} endpoint {absent[1]} of task {name} does not exist.")
    named = references.absent_endpoint(imported.endpoints, repository.endpoints)
    if named is not None:
        raise _invalid(server, None, f"Endpoint {named[0]} names endpoint {named[1]}, which does not exist.")
    _check_log_streams(repository, imported, server=server, task=None)


def _check_task(repository: Repository, imported: Import, *, server: str, task: str, running: AbstractSet[str]) -> None:
    name, definition = next(iter(imported.tasks.items()))
    if name in running:
        raise RepositoryError("AEM_TASK_NOT_IMPORTABLE", {"server": server, "task": name})
    if not names_agree(definition) or not _are_the_tasks(definition, imported):
        raise RepositoryError("AEM_IMPORT_TASK_ENDPOINT_DIFFER", {"server": server, "task": task})
    absent = _absent_endpoint(repository, imported, definition) or _absent_below(repository, imported)
    if absent is not None:
        role, endpoint = absent
        raise RepositoryError(
            "AEM_IMPORT_TASK_NO_ENDPOINT_IN_SERVER",
            {"server": server, "task": task, "role": role, "endpoint": endpoint},
        )
    _check_log_streams(repository, imported, server=server, task=task)


def _check_log_streams(repository: Repository, imported: Import, *, server: str, task: str | None) -> None:
    """That the tasks are there which write the log streams that imported endpoints read."""
    absent = references.absent_task(imported.endpoints, [*repository.tasks, *imported.tasks])
    if absent is not None:
        raise _invalid(server, task, f"Endpoint {absent[0]} names task {absent[1]}, which does not exist.")


def _absent_below(repository: Repository, imported: Import) -> tuple[str, str] | None:
    """Role and name of an endpoint that an imported one names and that is nowhere."""
    absent = references.absent_endpoint(imported.endpoints, repository.endpoints)
    return None if absent is None else (str(imported.endpoints[absent[0]]["role"]).lower(), absent[1])


def _are_the_tasks(task: dict[str, Any], imported: Import) -> bool:
    """Whether every endpoint that comes with a task is one of the task, in the role that the task has for it.

    Those that the endpoints of the task name in their settings may come with them.
    """
    used = {source_of(task): "SOURCE", **dict.fromkeys(targets_of(task), "TARGET")}
    if not imported.endpoints.keys() <= references.below(used, imported.endpoints):
        return False
    return all(
        imported.endpoints[name]["role"] in (role, "BOTH") for name, role in used.items() if name in imported.endpoints
    )


def _absent_endpoint(repository: Repository, imported: Import, task: dict[str, Any]) -> tuple[str, str] | None:
    """Role and name of the first endpoint of a task that is neither in the document nor on the server."""
    wanted = [("source", source_of(task)), *(("target", name) for name in targets_of(task))]
    for role, name in wanted:
        endpoint = imported.endpoints.get(name) or repository.endpoints.get(name)
        if endpoint is None or endpoint["role"] not in (role.upper(), "BOTH"):
            return role, name
    return None
