# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definition of a server or of a task, as Enterprise Manager exports it: read, asked, and written again.

It is parsed and checked once, where it comes in, and is a :class:`Definition` from then on. That is never changed:
what asks for another one gets a new one, which shares the parts that did not change.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from . import secrets, text
from .task import Task
from .tree import SECTIONS, VERSION, DefinitionError, Plain, merge, value_at


@dataclass(frozen=True)
class Definition:
    """What an export says. :func:`read` and :func:`of_sections` make one, and vouch for its shape.

    ``data`` is the document as it was read. It is shared, not copied, since it may have tens of megabytes: whoever
    takes it may look at it and hand it on, and never changes it.
    """

    data: Plain = field(repr=False)

    @property
    def sections(self) -> Plain:
        """The sections by name."""
        found: Plain = self.data[SECTIONS]
        return found

    @cached_property
    def tasks(self) -> list[Task]:
        """The tasks, in their order."""
        return [Task(task) for task in self.sections.get("tasks") or []]

    @property
    def task_names(self) -> list[str]:
        """The names of the tasks, in their order."""
        return [task.name for task in self.tasks]

    @property
    def endpoints(self) -> list[Plain]:
        """The endpoints that are defined, those of the section ``databases``."""
        return list(self.sections.get("databases") or [])

    @property
    def endpoint_names(self) -> list[str]:
        """The names of the endpoints that are defined, in their order."""
        return [str(endpoint["name"]) for endpoint in self.endpoints]

    def endpoint(self, name: str) -> Plain | None:
        """The endpoint of that name, None where it is not defined."""
        return next((item for item in self.endpoints if item["name"] == name), None)

    def tasks_using(self, endpoint: str) -> list[str]:
        """The names of the tasks that name an endpoint."""
        return [task.name for task in self.tasks if endpoint in task.named_endpoints]

    @property
    def unused_endpoints(self) -> list[str]:
        """The endpoints that are defined and that no task names; ImportTask refuses them (guide 2.24)."""
        used = {name for task in self.tasks for name in task.named_endpoints}
        return [name for name in self.endpoint_names if name not in used]

    def single_task(self, name: str | None = None) -> Task:
        """The one task; with ``name``, the one of that name.

        Raises DefinitionError if there is none, more than one (ImportTask takes no more), or one of another name.
        """
        found = self.tasks
        if len(found) != 1:
            has = f"{len(found)} tasks ({', '.join(map(repr, self.task_names[:5]))})" if found else "no task"
            raise DefinitionError(f"The definition has {has}; it must have exactly one.")
        if name is not None and found[0].name != name:
            raise DefinitionError(f"The definition is of task {found[0].name!r}, not of {name!r}.")
        return found[0]

    @property
    def version(self) -> str | None:
        """The version of the server that wrote it, such as 2023.5.0.322; None where it does not say."""
        version = value_at(self.data, (VERSION, "version"))
        return version if isinstance(version, str) and version else None

    @property
    def sealed_secrets(self) -> list[str]:
        """Where it holds encrypted secrets: pointers as differences have them."""
        return secrets.sealed_places(self.sections)

    def with_version(self, version: str) -> Definition:
        """The same with ``version`` as the version that wrote it, if it does not say one.

        A server reads a definition without a version with defaults of old, so it gets the version of the server that
        it is going to. Raises DefinitionError if ``version`` does not begin with a number.
        """
        if self.data.get(VERSION):
            return self
        match = re.match(r"\d+(?:\.\d+)*", version)
        if not match:
            raise DefinitionError(f"{version!r} is not the version of a server.")
        numbers = [int(part) for part in match.group().split(".")]
        described = {
            "version": match.group(),
            "version_major": numbers[0],
            "version_minor": numbers[1] if len(numbers) > 1 else 0,
            "version_revision": numbers[-1] if len(numbers) > 2 else 0,
        }
        return Definition({VERSION: described, **{key: value for key, value in self.data.items() if key != VERSION}})

    def with_only(self, sections: Plain) -> Definition:
        """The same with these sections and no others."""
        return Definition({**self.data, SECTIONS: sections})

    def with_sections(self, **changed: Any) -> Definition:
        """The same with other contents in the sections that are named."""
        return self.with_only({**self.sections, **changed})

    def with_task(self, task: Plain) -> Definition:
        """The same with another task in place of its own."""
        return self.with_sections(tasks=[task])

    def without_endpoints(self) -> Definition:
        """The same without its endpoints, so that importing it leaves those of the server as they are."""
        return self.with_only({name: value for name, value in self.sections.items() if name != "databases"})

    def with_overrides(self, overrides: Mapping[str, Any]) -> Definition:
        """The same with ``overrides`` merged into its one task, see :func:`.tree.merge`.

        Raises DefinitionError if there is not exactly one task, or if the overrides would rename it.
        """
        task = self.single_task()
        merged = merge(task.data, overrides)
        if value_at(merged, ("task", "name")) != task.name:
            raise DefinitionError(f"The overrides must not change the name of task {task.name!r}.")
        return self.with_task(merged)

    def without_label(self) -> Definition:
        """The same without the name and the description that say where and when it was exported."""
        return Definition({key: value for key, value in self.data.items() if key not in ("name", "description")})

    def without_sealed(self) -> Definition:
        """The same without its encrypted secrets: only the server that wrote them can read them."""
        return self.resealed(None)

    def resealed(self, other: Definition | None) -> Definition:
        """The same with the encrypted secrets of ``other``, an export of the server it is for, in place of its own.

        A secret that ``other`` has not is left out. Things in lists are found by their names.
        """
        return Definition(secrets.resealed(self.data, other.data if other else None))

    def masked(self) -> Definition:
        """The same with a mask in place of every secret."""
        return Definition(secrets.masked(self.data))

    def write(self) -> str:
        """The definition as JSON, indented with tabs as an export is, with a newline at its end.

        Keys keep their order, but ``$type`` comes first in its object: a server needs it there.
        """
        return text.written(self.data)


def read(given: str | bytes | Mapping[str, Any]) -> Definition:
    """The definition that text, or data that has been read already, holds.

    Exports of every generation are read: a byte order mark, CRLF and leading ``//`` lines are passed over, bytes may
    be UTF-8 or, as PowerShell writes them, UTF-16. Data is checked and not copied.
    Raises DefinitionError for what is no JSON (with line and column), no object, has no sections, or holds tasks or
    endpoints without a name or with the name of another.
    """
    if isinstance(given, Mapping):
        data: Any = given if isinstance(given, dict) else dict(given)
    else:
        data = text.parsed(given)
    if not isinstance(data, dict):
        raise DefinitionError("The definition is not a JSON object.")
    _check(data)
    return Definition(data)


def of_sections(**sections: Any) -> Definition:
    """The definition that is made of these sections, checked as :func:`read` checks."""
    return read({SECTIONS: sections})


def of_settings(settings: Mapping[str, Any]) -> Definition:
    """A definition of nothing but an endpoint, called ``endpoint``, with these ``db_settings``, for comparing."""
    return of_sections(databases=[{"name": "endpoint", "db_settings": settings}])


def secrets_in(option: Any) -> set[str]:
    """The secrets in clear of an option that holds settings as data, or a definition as data or text."""
    if not isinstance(option, str):
        return secrets.in_clear(option)
    try:
        return secrets.in_clear(read(option).data)
    except DefinitionError:
        return set()


def _check(data: Plain) -> None:
    found = data.get(SECTIONS)
    if not isinstance(found, dict):
        what = "is not an object" if SECTIONS in data else "is missing"
        raise DefinitionError(f'"{SECTIONS}" {what}. A definition is the JSON that an export gives.')
    _check_named(found.get("tasks"), "tasks", ("task", "name"))
    _check_named(found.get("databases"), "databases", ("name",))


def _check_named(items: Any, section: str, path: tuple[str, ...]) -> None:
    if items is not None and not isinstance(items, list):
        raise DefinitionError(f'"{section}" of the definition is not a list.')
    kind = "task" if section == "tasks" else "endpoint"
    seen: dict[str, int] = {}
    for index, item in enumerate(items or []):
        name = value_at(item, path)
        if not isinstance(name, str) or not name:
            raise DefinitionError(f"/{SECTIONS}/{section}/{index}/{'/'.join(path)} is not the name of a {kind}.")
        if name in seen:
            raise DefinitionError(f"The definition has two {kind}s {name!r}: items {seen[name]} and {index}.")
        seen[name] = index
