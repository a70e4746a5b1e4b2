# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wish for an estate: servers with their ACLs, licenses, endpoints, tasks, tables and run states, as data.

A wish carries the options of the single modules as those read them, ``server`` included and defaults filled in.
None is a key that was left out, so that what it is about is not managed; an empty tuple is a list that was given and
is empty. A ``place`` says where in the input something stands, for messages. Knows no network.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .._resource import task_definition
from .._resource.task_definition import Prepared
from .shelf import Shelf


@dataclass(frozen=True)
class EndpointWish:
    """One endpoint of a server. ``options`` are those of aem_endpoint; ``renamed_from`` is what it was called."""

    options: Mapping[str, Any]
    renamed_from: str | None
    place: str

    @property
    def name(self) -> str:
        """The endpoint's name."""
        return str(self.options["name"])

    @property
    def absent(self) -> bool:
        """Whether there is to be no such endpoint."""
        return self.options.get("state") == "absent"


@dataclass(frozen=True)
class TaskWish:
    """One task of a server: what it is (``options`` of aem_task), what it replicates, and whether it runs.

    ``tables`` are the options of aem_task_tables, ``run_state`` is started or stopped, ``first_run`` the run option for
    a task that never ran. A ``shelf`` keeps what was read of files.
    """

    options: Mapping[str, Any]
    tables: Mapping[str, Any] | None
    run_state: str | None
    first_run: str | None
    renamed_from: str | None
    place: str
    shelf: Shelf | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The task's name."""
        return str(self.options["name"])

    @property
    def absent(self) -> bool:
        """Whether there is to be no such task."""
        return self.options.get("state") == "absent"

    @property
    def has_definition(self) -> bool:
        """Whether it says what the task is; without, only tables and run state of an existing task are managed."""
        return self.options.get("definition") is not None or self.is_of_file

    @property
    def is_of_file(self) -> bool:
        """Whether its definition is in a file."""
        return self.options.get("src") is not None

    def prepared(self) -> Prepared:
        """The definition as aem_task would import it. Raise Refused where it cannot be imported.

        It is worked out once; where it comes from a file, and the shelf has it not, each time, since all of them might
        not fit into memory.
        """
        if not self.is_of_file:
            return self._prepared
        kept = self.shelf.look_up(self.place) if self.shelf else None
        return task_definition.prepared(self.options) if kept is None else kept

    def check_definition(self) -> None:
        """Raise Refused as ``prepared`` does. What is on the shelf has been worked out."""
        if self.shelf is None or self.place not in self.shelf:
            self.prepared()

    @cached_property
    def _prepared(self) -> Prepared:
        return task_definition.prepared(self.options)


@dataclass(frozen=True)
class ServerWish:
    """One server and what is on it.

    ``options`` are those of aem_server, ``given`` the keys that the user wrote: a server of which only the name was
    given is not managed itself, only what is on it. ``acl`` are the options of aem_server_acl, ``license`` has
    ``server``, ``content`` or ``src``, and ``force``.
    """

    name: str
    options: Mapping[str, Any]
    given: frozenset[str]
    acl: Mapping[str, Any] | None
    license: Mapping[str, Any] | None
    endpoints: tuple[EndpointWish, ...] | None
    tasks: tuple[TaskWish, ...] | None
    renamed_from: str | None
    place: str

    @property
    def absent(self) -> bool:
        """Whether there is to be no such server."""
        return self.options.get("state") == "absent"


@dataclass(frozen=True)
class Problem:
    """Something in a wish that cannot be right, and where: ``servers[3] repl-prd-1, tasks[2] ERP to DW: overides``.

    ``path`` has the keys and numbers that lead there, so that a file's line can be found.
    """

    place: str
    message: str
    path: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"
