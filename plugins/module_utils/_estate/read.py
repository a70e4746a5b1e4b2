# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there of one server: each part is read when it is asked for, and once.

However many endpoints and tasks a server has, these are at most five requests: GetServer, GetServerAcl,
GetServerDetails, GetTaskList and one ExportAll for all definitions.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import inf
from threading import Lock
from typing import Any, TypeVar

from .._client.api import Api
from .._client.normalise import Plain
from .._core.errors import AemError, Refused
from .._core.select import ByName
from .._definition.document import Definition, of_sections
from .._definition.references import NOTIFICATIONS
from .._definition.task import Task
from .._resource import acl, server
from .._resource import license as licenses
from .._resource.endpoint import Known
from .._resource.importing import read_all
from .rules import ENDPOINTS, TASKS

T = TypeVar("T")

_COVERED = ("tasks", "databases")
# The sections whose things name tasks, and what messages call these.
_NAMING = {"scheduler": "job", NOTIFICATIONS: "notification"}
# Seconds that a look before a write may be old.
_RECENT = 2.0


class Repository(Known):
    """The definitions of a server, found by name."""

    @cached_property
    def tasks(self) -> ByName[Task]:
        """The tasks by their names."""
        return ByName(self._read.tasks, lambda task: task.name)

    @cached_property
    def endpoints(self) -> ByName[Plain]:
        """The endpoints by their names."""
        return ByName(self._read.endpoints, _name)

    @property
    def version(self) -> str | None:
        """The version of the server."""
        return self._read.version

    def task(self, name: str) -> Task | None:
        """The task of that name."""
        return self.tasks.get(name)

    def endpoint(self, name: str) -> Plain | None:
        """The endpoint of that name."""
        return self.endpoints.get(name)

    def tasks_using(self, name: str) -> list[str]:
        """The tasks that have the endpoint as their source or a target."""
        return self._users.get(name.casefold(), [])

    def only(self, tasks: Sequence[Task], endpoints: Sequence[Plain] = ()) -> Definition:
        """The definitions of some tasks and endpoints, without the others. Nothing of them is checked again."""
        return self._read.with_only({"tasks": [task.data for task in tasks], "databases": list(endpoints)})

    def with_things(self, tasks: Sequence[Plain], endpoints: Sequence[Plain]) -> Repository:
        """The same with other tasks and endpoints."""
        return Repository(self._read.with_sections(tasks=list(tasks), databases=list(endpoints)))

    @property
    def sections(self) -> Plain:
        """All that is defined, by section."""
        return self._read.sections

    def endpoints_using(self, name: str) -> list[str]:
        """The endpoints that name the endpoint, as the one below them or the one that lends credentials."""
        return self._read.endpoints_using(name)

    def named_by(self, task: str) -> list[str]:
        """The scheduler's jobs and the notifications that name a task, as messages name them."""
        return [
            f"{_NAMING[found.section]} {found.by}"
            for found in dict.fromkeys(self._read.references)
            if found.section in _NAMING and found.name.casefold() == task.casefold()
        ]

    @property
    def not_covered(self) -> dict[str, int]:
        """What the server has defined beside tasks and endpoints, and how much of it."""
        return {name: _size(found) for name, found in self._read.sections.items() if name not in _COVERED and found}

    @cached_property
    def _users(self) -> dict[str, list[str]]:
        users: dict[str, list[str]] = {}
        for task in self._read.tasks:
            for name in task.named_endpoints:
                users.setdefault(name.casefold(), []).append(task.name)
        return users

    @property
    def _read(self) -> Definition:
        if self.definition is None:
            raise AssertionError("A repository is made of an export.")
        return self.definition


NOTHING = Repository(of_sections())


class Reader:
    """Reads one server. What could not be read is raised each time it is asked for, and kept in ``failures``.

    Of a server that is not there, nothing is there, and nothing is requested. A Compose server has tasks, but no
    definitions (guide, chapter 1).
    """

    def __init__(self, api: Api, name: str, exists: bool, has_definitions: bool = True) -> None:
        self.name = name
        self.exists = exists
        self.has_definitions = has_definitions
        self.failures: dict[str, AemError] = {}
        self._api = api
        self._found: dict[str, Any] = {}

    def server(self) -> tuple[Plain | None, int]:
        """The connection properties, and the number of the session in which they were read."""

        def look() -> tuple[Plain | None, int]:
            session = self._api.session.number
            return server.read(self._api, self.name), session

        nothing: tuple[Plain | None, int] = (None, self._api.session.number)
        return self._once("server", look, nothing)

    def acl(self) -> Plain | None:
        """The explicit ACL; None where there is none."""
        return self._once("acl", lambda: acl.read(self._api, self.name), None)

    def license(self) -> Plain:
        """What is known of the license."""
        return self._once("license", lambda: licenses.read(self._api, self.name), {})

    def repository(self) -> Repository:
        """All definitions. Raise Refused where the server has none."""
        if not self.has_definitions:
            raise Refused(f"server {self.name} is a Compose server, whose endpoints and definitions cannot be managed")

        def look() -> Repository:
            return Repository(read_all(self._api, self.name))

        return self._once("definitions", look, NOTHING)

    def states(self) -> Mapping[str, Plain]:
        """The tasks as GetTaskList has them, by their names."""

        def look() -> Mapping[str, Plain]:
            return ByName(self._api.get_task_list(self.name), _name)

        return self._once("tasks", look, {})

    def has_read(self, *parts: str) -> bool:
        """Whether one of the parts, such as ``definitions`` or ``tasks``, has been read."""
        return any(part in self._found for part in parts)

    def seen(self) -> dict[str, list[str]]:
        """The names of its endpoints and tasks, by kind, as far as they are known already: where all of them are."""
        if not self.exists:
            return {ENDPOINTS: [], TASKS: []}
        if self.has_read("definitions"):
            repository = self.repository()
            return {ENDPOINTS: list(repository.endpoints), TASKS: list(repository.tasks)}
        return {TASKS: list(self.states())} if self.has_read("tasks") else {}

    def _once(self, part: str, look: Callable[[], T], nothing: T) -> T:
        if not self.exists:
            return nothing
        if part in self.failures:
            raise self.failures[part]
        if part not in self._found:
            try:
                self._found[part] = look()
            except AemError as error:
                self.failures[part] = error
                raise
        found: T = self._found[part]
        return found


class Now:
    """What a server has defined when somebody asks, for a look before a write or after it.

    An export is of the whole server, so those that ask at the same time share one.
    """

    def __init__(self, api: Api, name: str) -> None:
        self._api = api
        self._name = name
        self._lock = Lock()
        self._begun = -inf
        self._seen = NOTHING

    def seen(self, since: float) -> Repository:
        """What was seen at ``since``, a time of :func:`time.monotonic`, or later."""
        with self._lock:
            if self._begun < since:
                begun = time.monotonic()
                self._seen = Repository(read_all(self._api, self._name))
                self._begun = begun
            return self._seen

    def recent(self) -> Repository:
        """What was seen a moment ago."""
        return self.seen(time.monotonic() - _RECENT)


def _name(thing: Plain) -> str:
    return str(thing["name"])


def _size(section: Any) -> int:
    """How many things a section holds: of a list its items, of an object that holds one list the items of that."""
    if isinstance(section, dict):
        lists = [value for value in section.values() if isinstance(value, list)]
        return len(lists[0]) if len(lists) == 1 else 1
    return len(section) if isinstance(section, list) else 1
