# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an Enterprise Manager knows: users, ACLs, servers, their tasks, tables and endpoints, the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from .repository import Repository

ROLES = ("admin", "designer", "operator", "viewer")
REPLICATE = "replicate"
COMPOSE = "compose"

STOPPED = "STOPPED"
STARTING = "STARTING"
RUNNING = "RUNNING"
STOPPING = "STOPPING"
RECOVERY = "RECOVERY"
ERROR = "ERROR"
ACTIVE_STATES = frozenset({STARTING, RUNNING, STOPPING, RECOVERY})

QUEUED = "TABLE_QUEUED"
LOADING = "TABLE_LOADING"
COMPLETED = "TABLE_COMPLETED"
CHANGING = "TABLE_CHANGE_PROCESSING"
FAILED = "TABLE_ERROR"
TABLE_STATES = (QUEUED, LOADING, COMPLETED, CHANGING, FAILED)


@dataclass
class User:
    r"""Somebody who may log in; ``name`` is ``DOMAIN\name``. The three credentials are secrets."""

    name: str
    groups: list[str] = field(default_factory=list)
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    jwt: str = field(default="", repr=False)


@dataclass
class Members:
    """Who holds a role at a level: names as they were given."""

    users: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.users or self.groups)


@dataclass
class Acl:
    """The explicit entries of one level. With ``disable_inheritance`` nothing comes down to it from above."""

    roles: dict[str, Members] = field(default_factory=lambda: {role: Members() for role in ROLES})
    disable_inheritance: bool = False


@dataclass
class License:
    """The license of a server; without ``expiration`` it does not expire."""

    state: str = "VALID_LICENSE"
    issue_date: date | None = None
    expiration: date | None = None

    def state_at(self, today: date) -> str:
        """Its state: a valid license expires by itself."""
        if self.state == "VALID_LICENSE" and self.expiration is not None and self.expiration < today:
            return "EXPIRED_LICENSE"
        return self.state


@dataclass
class Table:
    """A table of a task. ``suspended_in`` says in which stage errors suspended it: full_load or changes."""

    schema: str
    table: str
    state: str = QUEUED
    rows: int = 10_000
    inserts: int = 0
    updates: int = 0
    deletes: int = 0
    ddls: int = 0
    data_errors: int = 0
    target_schema: str = ""
    target_table: str = ""
    suspended_in: str | None = None
    load_start: datetime | None = None
    load_end: datetime | None = None
    last_change: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What identifies it within its task."""
        return self.schema, self.table


@dataclass
class Transition:
    """A task on its way to another state, until ``due`` on the monotonic clock."""

    due: float


@dataclass(frozen=True)
class Standing:
    """What is told of where a task stands: its state, why it stopped, and what it says."""

    state: str
    stop_reason: str
    message: str


@dataclass
class Task:
    """A task as it runs; what defines it lies in the repository, for Compose in the fields at the end."""

    name: str
    state: str = STOPPED
    stop_reason: str = "NONE"
    message: str = ""
    tags: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    acl: Acl | None = None
    memory_mb: int = 256
    disk_usage_mb: int = 64
    cpu_percentage: int = 3
    source_latency: str = "00:00:01"
    total_latency: str = "00:00:03"
    log_stream_staging: str = ""
    full_load_start: datetime | None = None
    full_load_end: datetime | None = None
    # How it behaves: times of its own in seconds, and what goes wrong.
    start_seconds: float | None = None
    stop_seconds: float | None = None
    fails_with: str = ""
    answers_error: str = ""
    lacks: list[str] = field(default_factory=list)
    # Change data: the barrier of each consuming application, and the deletions that were asked for.
    barriers: dict[str, datetime] = field(default_factory=dict)
    deletions: list[dict[str, Any]] = field(default_factory=list)
    # Compose tasks have no definition in a repository.
    description: str = ""
    project: str = ""
    profile: str = ""
    source: str = ""
    target: str = ""
    # How it got here; not part of an estate.
    runs: int = 0
    transition: Transition | None = None
    changed_at: float = float("-inf")
    # Where it stood before, each until when on the monotonic clock, the oldest first.
    earlier: list[tuple[float, Standing]] = field(default_factory=list)

    @property
    def active(self) -> bool:
        """Whether it runs, or is on its way to or from running."""
        return self.state in ACTIVE_STATES

    @property
    def standing(self) -> Standing:
        """Where it stands now."""
        return Standing(self.state, self.stop_reason, self.message)

    def find_table(self, schema: str, table: str) -> Table | None:
        """The table of that name, if the task has it."""
        return next((item for item in self.tables if item.key == (schema, table)), None)


@dataclass
class ConnectionTest:
    """What testing an endpoint answers: ``status`` is CONNECTED, ERROR, UNKNOWN or TIMEOUT."""

    status: str = "CONNECTED"
    message: str = ""
    detailed_message: str = ""


@dataclass
class Endpoint:
    """What is not in an endpoint's definition: how its test ends, the tables that its database has, its ACL."""

    test_result: ConnectionTest | None = None
    test_seconds: float | None = None
    tables: list[tuple[str, str]] = field(default_factory=list)
    acl: Acl | None = None


@dataclass
class Server:
    """A Replicate or Compose server, as Enterprise Manager reaches it. The password is a secret."""

    name: str
    host: str
    port: int
    username: str
    kind: str = REPLICATE
    password: str = field(default="", repr=False)
    description: str = ""
    verify_server_certificate: bool = True
    monitored: bool = True
    version: str = "2024.11.0.285"
    platform: str = "LINUX"
    guid: str = ""
    license: License = field(default_factory=License)
    last_connection: datetime | None = None
    password_changes: int = 0
    acl: Acl | None = None
    all_tasks_acl: Acl | None = None
    all_endpoints_acl: Acl | None = None
    tasks: dict[str, Task] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    repository: Repository = field(default_factory=lambda: Repository(""))

    @property
    def is_replicate(self) -> bool:
        """Whether it is a Replicate server."""
        return self.kind == REPLICATE

    def version_number(self) -> tuple[int, ...]:
        """Its version as numbers, to be compared."""
        return tuple(int(part) for part in self.version.split(".") if part.isdigit())

    def active_tasks(self) -> set[str]:
        """The names of the tasks that run or are on their way."""
        return {name for name, task in self.tasks.items() if task.active}

    def endpoint(self, name: str) -> Endpoint:
        """What is known of an endpoint beside its definition."""
        return self.endpoints.get(name) or Endpoint()


@dataclass(frozen=True)
class AuditRecord:
    """A call that wrote: who, when, what, on what, and how it ended."""

    timestamp: datetime
    user: str
    method: str
    server: str
    object: str
    result: str


@dataclass
class Estate:
    """All of it. ``module_license`` is the state of Enterprise Manager's own license, in the guide's words.

    ``removed`` are the servers that were removed, by host and port: they go on by themselves.
    """

    users: list[User] = field(default_factory=list)
    acl: Acl = field(default_factory=Acl)
    all_servers_acl: Acl | None = None
    module_license: str = "VALID"
    unreachable_hosts: list[str] = field(default_factory=list)
    servers: dict[str, Server] = field(default_factory=dict)
    audit_trail: list[AuditRecord] = field(default_factory=list)
    removed: dict[tuple[str, int], Server] = field(default_factory=dict)

    def user(self, name: str) -> User | None:
        """The user of that name, whatever its case."""
        wanted = name.casefold()
        return next((user for user in self.users if user.name.casefold() == wanted), None)

    def first_user(self) -> User | None:
        """The first user with a password: the one whom a simulator announces."""
        return next((user for user in self.users if user.password), None)

    def is_reachable(self, server: Server) -> bool:
        """Whether Enterprise Manager gets a connection to the server's host."""
        return server.host.casefold() not in {host.casefold() for host in self.unreachable_hosts}

    def state_of(self, server: Server) -> str:
        """NOT_MONITORED, MONITORED or ERROR."""
        if not server.monitored:
            return "NOT_MONITORED"
        return "MONITORED" if self.is_reachable(server) else "ERROR"

    def acls(self) -> Iterator[Acl]:
        """Every explicit ACL at any level."""
        found = [self.acl, self.all_servers_acl]
        for server in self.servers.values():
            found += [server.acl, server.all_tasks_acl, server.all_endpoints_acl]
            found += [task.acl for task in server.tasks.values()]
            found += [endpoint.acl for endpoint in server.endpoints.values()]
        return (acl for acl in found if acl is not None)
