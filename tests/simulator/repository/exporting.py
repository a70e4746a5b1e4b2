# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing definitions (guide 2.23 ExportTask, 2.32 ExportAll), in the forms of three generations of servers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from .defaults import old_form
from .errors import task_not_found
from .model import Repository
from .naming import source_of, targets_of
from .notices import as_list
from .reading import DEFINITION, VERSION
from .trees import copied
from .writing import packed, spread

# 2018: a comment before the JSON, no version, other defaults. 2021: version and description last. 2023: both first.
STYLES = ("2018", "2021", "2023")

_ALL = "Replication_Definition"
_OBJECTS_SINCE = 2022


def export_all(repository: Repository, *, style: str, host: str, now: datetime, version: str) -> str:
    """Everything that a repository holds, as ExportAll answers it.

    ``style`` is one of STYLES, ``host`` the name of the server's machine, ``now`` the time to put on the document and
    ``version`` the server's, such as 2023.5.0.322.
    """
    definition = {
        "tasks": _tasks(repository.tasks.values(), style),
        "databases": list(repository.endpoints.values()),
        **(repository.sections if _has_objects(style, version) else as_list(repository.sections)),
    }
    return _written(definition, _ALL, style=style, host=host, now=now, version=version)


def export_task(
    repository: Repository, task: str, *, with_endpoints: bool, style: str, host: str, now: datetime, version: str
) -> str:
    """One task, with its endpoints or without, as ExportTask answers it; for the rest see :func:`export_all`.

    Raises RepositoryError (AEM_TASK_NOT_FOUND).
    """
    if task not in repository.tasks:
        raise task_not_found(task)
    definition = repository.tasks[task]
    used = [source_of(definition), *targets_of(definition)] if with_endpoints else []
    content = {
        "tasks": _tasks([definition], style),
        "databases": [repository.endpoints[name] for name in used if name in repository.endpoints],
    }
    return _written(content, task, style=style, host=host, now=now, version=version)


def document_of(repository: Repository, version: str) -> dict[str, Any]:
    """A repository as data that :meth:`.Repository.from_document` takes back, as a copy."""
    definition = {
        "tasks": list(repository.tasks.values()),
        "databases": list(repository.endpoints.values()),
        **repository.sections,
    }
    return {VERSION: _version(version), DEFINITION: copied(definition)}


def _has_objects(style: str, version: str) -> bool:
    """Whether a server of this version writes notifications as an object, as servers since 2022 do."""
    return style == STYLES[-1] and _version(version)["version_major"] >= _OBJECTS_SINCE


def _tasks(tasks: Iterable[dict[str, Any]], style: str) -> list[dict[str, Any]]:
    return [old_form(task) if style == "2018" else task for task in tasks]


def _written(definition: dict[str, Any], title: str, *, style: str, host: str, now: datetime, version: str) -> str:
    origin = f"Host name: {host}, Time: {now:%Y-%m-%d %H:%M:%S.%f}"
    name = f"{title}__{now:%Y-%m-%d--%H-%M-%S-%f}"
    if style == "2018":
        return f"// {origin}\n{spread({'name': name, DEFINITION: definition})}\n"
    described = {VERSION: _version(version), "description": origin}
    if style == "2021":
        return packed({"name": name, DEFINITION: definition, **described})
    if style == "2023":
        document = {"name": name, "description": origin, VERSION: described[VERSION], DEFINITION: definition}
        return f"{spread(document)}\n"
    raise ValueError(f"{style!r} is none of {', '.join(STYLES)}")


def _version(version: str) -> dict[str, Any]:
    """The version of a document: the whole, and its first, second and last number."""
    numbers = [int(part) for part in version.split(".") if part.isdigit()] or [0]
    minor = numbers[1] if len(numbers) > 1 else 0
    revision = numbers[-1] if len(numbers) > 2 else 0
    return {
        "version": version,
        "version_major": numbers[0],
        "version_minor": minor,
        "version_revision": revision,
    }
