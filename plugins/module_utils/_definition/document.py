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

from . import secrets, shapes, text
from .references import ENDPOINT, TASK, Reference, references
from .secret_names import Names
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

    @cached_property
    def references(self) -> list[Reference]:
        """All that says who names whom."""
        return list(references(self.sections))

    def tasks_using(self, endpoint: str) -> list[str]:
        """The names of the tasks that name an endpoint."""
        return self._naming(ENDPOINT, endpoint, "tasks")

    def endpoints_using(self, endpoint: str) -> list[str]:
        """The names of the endpoints that name an endpoint, as the one below them or the one that lends credentials."""
        return self._naming(ENDPOINT, endpoint, "databases")

    @property
    def unused_endpoints(self) -> list[str]:
        """The endpoints that are defined and that no task needs; ImportTask refuses them (guide 2.24).

        What an endpoint names is needed where that endpoint is.
        """
        if not self.endpoints:
            return []
        used = {found.name for found in self.references if found.kind == ENDPOINT and found.section == "tasks"}
        below = [found for found in self.references if found.kind == ENDPOINT and found.section == "databases"]
        while True:
            more = {found.name for found in below if found.by in used} - used
            if not more:
                return [name for name in self.endpoint_names if name not in used]
            used |= more

    @property
    def needed_by_endpoints(self) -> list[Reference]:
        """What the endpoints name, endpoints and tasks, and the definition does not define; each once."""
        defined = {ENDPOINT: set(self.endpoint_names), TASK: set(self.task_names)}
        found = [item for item in self.references if item.section == "databases"]
        return list(dict.fromkeys(item for item in found if item.name not in defined[item.kind]))

    def _naming(self, kind: str, name: str, section: str) -> list[str]:
        found = (item.by for item in self.references if (item.kind, item.name, item.section) == (kind, name, section))
        return list(dict.fromkeys(found))

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

    @cached_property
    def sealed_names(self) -> Names:
        """The names of the settings that it shows encrypted, see :func:`.secrets.sealed_names`."""
        return secrets.sealed_names(self.sections)

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
        if not overrides:
            return self
        task = self.single_task()
        merged = merge(task.data, overrides)
        shapes.check_values(overrides)
        shapes.check_by_hand(overrides)
        if value_at(merged, ("task", "name")) != task.name:
            raise DefinitionError(f"The overrides must not change the name of task {task.name!r}.")
        shapes.check_sections({"tasks": [merged]})
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
        return Definition(secrets.masked(self.data, sealed=self.sealed_names))

    def write(self) -> str:
        """The definition as JSON, indented with tabs as an export is, with a newline at its end.

        Keys keep their order, but ``$type`` comes first in its object: a server needs it there.
        """
        return text.written(self.data)


def read(given: str | bytes | Mapping[str, Any]) -> Definition:
    """The definition that text, or data that has been read already, holds.

    Exports of every generation are read: a byte order mark, CRLF and leading ``//`` lines are passed over, bytes may
    be UTF-8 or, as PowerShell writes them, UTF-16. Data is checked and not copied.
    Raises DefinitionError for what is no JSON (with line and column), is no object, is nested too deeply or has no
    sections; also where tasks or endpoints have no name or that of another, and where a part is not the object or the
    list that it must be (with the place).
    """
    if isinstance(given, Mapping):
        data: Any = given if isinstance(given, dict) else dict(given)
        shapes.check_values(data)
    else:
        data = text.parsed(given)
        if not isinstance(data, dict):
            raise DefinitionError("The definition is not a JSON object.")
    shapes.check(data)
    return Definition(data)


def given_by_hand(given: str | bytes | Mapping[str, Any]) -> Definition:
    """As :func:`read`, for what a user gives, not a server.

    Raises DefinitionError also for text that stands where PowerShell has left out an object or a list.
    """
    definition = read(given)
    shapes.check_by_hand(definition.data)
    return definition


def of_sections(**sections: Any) -> Definition:
    """The definition that is made of these sections, checked as :func:`read` checks."""
    return read({SECTIONS: sections})


def of_settings(settings: Mapping[str, Any]) -> Definition:
    """A definition of nothing but an endpoint, called ``endpoint``, with these ``db_settings``, for comparing."""
    return Definition({SECTIONS: {"databases": [{"name": "endpoint", "db_settings": settings}]}})


def secrets_in(option: Any, export: str = "") -> set[str]:
    """The secrets in clear of an option that holds settings as data, or a definition as data or text.

    What an ``export`` shows encrypted is a secret under that name too. A text that is no definition is one as a whole:
    nobody can tell what it was to be. With an export, those that it tells are enough: the others are known without.
    """
    sealed = secrets.names_told_by(export)
    if export and not sealed:
        return set()
    if not isinstance(option, str):
        return secrets.in_clear(option, sealed=sealed)
    try:
        return secrets.in_clear(read(option).data, sealed=sealed)
    except DefinitionError:
        return {option, *secrets.in_clear(option, sealed=sealed)} - {""}
