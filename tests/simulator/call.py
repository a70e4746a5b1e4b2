# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request on its way to the function that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import permissions, wire
from .contract import Method
from .errors import ApiError
from .model import Endpoint, Server, Task, User
from .repository import RepositoryError
from .sessions import Session
from .settings import Settings
from .world import World


@dataclass
class Call:
    """What a request asks for. ``params`` are path segments, undecoded; ``session`` and ``user`` are None for Login.

    ``names`` are the names in the path with what they turned out to mean, for messages and the audit trail.
    """

    world: World
    method: Method
    params: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""
    token: str | None = None
    session: Session | None = None
    user: User | None = None
    names: dict[str, str] = field(default_factory=dict)
    answer_headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Find out anew what the names in the path mean."""
        self.names.update(self._decoded())

    @property
    def settings(self) -> Settings:
        """The settings of the simulator."""
        return self.world.settings

    @property
    def dialect(self) -> str:
        """How answers are spelled."""
        return self.world.settings.dialect

    def find_server(self) -> Server | None:
        """The server that the path names, if there is one."""
        return self.world.estate.servers.get(self.names.get("server", ""))

    def server(self) -> Server:
        """The server that the path names. Raises ApiError (AEM_SERVER_NOT_FOUND)."""
        server = self.find_server()
        if server is None:
            raise ApiError("AEM_SERVER_NOT_FOUND")
        return server

    def task(self) -> Task:
        """The task that the path names. Raises ApiError (AEM_TASK_NOT_FOUND)."""
        task = self.server().tasks.get(self.names["task"])
        if task is None:
            raise ApiError("AEM_TASK_NOT_FOUND")
        return task

    def endpoint(self) -> Endpoint:
        """What is known of the endpoint that the path names. Raises ApiError (AEM_ENDPOINT_NOT_FOUND)."""
        server = self.server()
        if self.names["endpoint"] not in server.repository.endpoints:
            raise ApiError("AEM_ENDPOINT_NOT_FOUND")
        return server.endpoint(self.names["endpoint"])

    def may(self, role: str, scope: str, name: str | None = None) -> bool:
        """Whether the caller has at least ``role`` on a level; ``name`` is the task or the endpoint of that level."""
        if self.user is None:
            return False
        acls = permissions.levels(self.world.estate, scope, self.find_server(), name)
        return permissions.role_strength(self.user, acls) >= permissions.strength(role)

    def given(self, name: str, exists: Callable[[str], bool] = bool) -> str:
        """A query parameter that must be there, in the first of its readings that ``exists``.

        Raises ApiError (AEM_MISSING_FIELD).
        """
        if not self.query.get(name):
            raise ApiError("AEM_MISSING_FIELD", fieldName=name)
        return wire.choose(wire.decoded_again(self.query[name]), exists)

    def readings(self, name: str) -> list[str]:
        """What a name in the path can mean."""
        return wire.readings(self.params[name])

    def _decoded(self) -> dict[str, str]:
        """The names in the path, each in the reading under which there is something, and as it is spelled there."""
        names: dict[str, str] = {}
        server: Server | None = None
        for name, raw in self.params.items():
            readings = wire.readings(raw)
            if name == "server":
                names[name] = wire.found_in(readings, self.world.estate.servers) or readings[-1]
                server = self.world.estate.servers.get(names[name])
            elif name == "task":
                names[name] = wire.found_in(readings, server.tasks if server else ()) or readings[-1]
            else:
                endpoints: Mapping[str, Any] = server.repository.endpoints if server else {}
                names[name] = wire.choose(readings, endpoints.__contains__)
        return names


def api_error(error: RepositoryError) -> ApiError:
    """What the repository refuses, as an error of the API."""
    return ApiError(error.code, **error.fields)
