# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One server while it is being planned: its wish, what is there, the rules, and the plan that grows.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._core.errors import AemError, ApiError, Refused
from .._core.plan import UPDATE, Plan
from .._resource import stopped
from .._resource.switch import STOPPED_STATES
from . import not_taken
from .item import BLOCKED, FAILED, PLANNED, Item, Key
from .item import LICENSE as LICENSE_KIND
from .item import SERVER as SERVER_KIND
from .model import ServerWish
from .read import Now, Reader, Repository
from .rules import SERVERS, Rules

# The order of the items of one server.
SERVER, LICENSE, ACL, ENDPOINTS, STOP, TASKS, RENAMED_TASKS, START, DELETE_TASKS, DELETE_ENDPOINTS, DELETE_SERVER = (
    range(11)
)

# Why something cannot be read yet, and the change that sees to it.
_SOON = {
    "AEM_SERVER_NOT_MONITORED": (SERVER_KIND, "server {} is monitored, as this plan wants it"),
    "AEM_SERVER_LICENSE_EXPIRED": (LICENSE_KIND, "server {} has the license of this plan"),
    "AEM_SERVER_INVALID_LICENSE": (LICENSE_KIND, "server {} has the license of this plan"),
}
FORBIDDEN = frozenset(
    {"UNAUTHORIZED_REQUEST", "AEM_EXPORT_NO_PERMISSION_ON_TASK", "AEM_EXPORT_NO_PERMISSION_ON_ENDPOINT"}
)


@dataclass
class ServerPlan:
    """What is to be done on one server, and what is not said of it.

    ``unmanaged`` is what is there and the wish does not have, as far as it gives lists, nothing ignores it and nothing
    deletes it; ``left_alone`` counts this and what is ignored. ``untaken`` are settings that were sent and that the
    server does not keep. ``unread`` is why a part could not be read. ``there`` counts what is there of each kind,
    ``seen`` has the names of kinds of which all were read, ``pruned`` holds the items that delete what the wish does
    not have, ``forbidden`` those that would delete what is protected.
    On a server that ``is_observed``, nothing is written.
    """

    server: str
    items: list[Item] = field(default_factory=list)
    unchanged: int = 0
    not_compared: Counter[str] = field(default_factory=Counter)
    not_covered: Counter[str] = field(default_factory=Counter)
    left_alone: Counter[str] = field(default_factory=Counter)
    unmanaged: list[Key] = field(default_factory=list)
    untaken: dict[Key, list[not_taken.Path]] = field(default_factory=dict)
    unread: list[AemError] = field(default_factory=list)
    there: Counter[str] = field(default_factory=Counter)
    seen: dict[str, list[str]] = field(default_factory=dict)
    pruned: list[Item] = field(default_factory=list)
    forbidden: list[Item] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    is_observed: bool = False


@dataclass
class Site:
    """What a planner works with. ``new`` says that the server itself is made by this plan.

    ``tasks_after`` are tasks, by their names in lower case, that an import brings or changes; None for those that go.
    ``endpoints_after`` are endpoints, likewise.
    ``wanted_endpoints`` are those that definitions of the wish name, in lower case, whatever becomes of these.
    ``suspects`` are things of which git says nothing and that look like a new one, with the name of that.
    ``now`` is for looks while the plan is carried out.
    """

    api: Api
    wish: ServerWish
    reader: Reader
    rules: Rules
    plan: ServerPlan
    new: bool = False
    tasks_after: dict[str, Plain | None] = field(default_factory=dict)
    endpoints_after: dict[str, Plain | None] = field(default_factory=dict)
    wanted_endpoints: set[str] = field(default_factory=set)
    suspects: dict[Key, str] = field(default_factory=dict)
    now: Now = field(init=False)
    _items: dict[Key, Item] = field(default_factory=dict)
    _left: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        self.now = Now(self.api, self.wish.name)

    @property
    def name(self) -> str:
        """The name that the server has when the plan is carried out."""
        return self.wish.name

    def key(self, kind: str, name: str | None = None) -> Key:
        """The key of a thing of this server."""
        return Key(kind, self.name, self.name if name is None else name)

    def item(self, key: Key) -> Item | None:
        """The item about a thing, where there is one."""
        return self._items.get(key)

    def made_of(self, key: Key, phase: int, planned: Plan, **more: Any) -> Item | None:
        """The item of a single planner's plan, with what else it is to have; None where nothing is to be done.

        What is on a server that this plan makes needs that server.
        """
        self.plan.warnings += planned.warnings
        if not planned.changes:
            return None
        (change,) = planned.changes
        needs = more.pop("needs", ())
        if self.new:
            needs = (self.key(SERVER_KIND), *needs)
        item = Item(key, change.action, phase, change, needs=needs, **more)
        return item.block(change.refusal.message) if change.refusal else item

    def add(self, key: Key, phase: int, planned: Callable[[], Item | None], action: str = UPDATE) -> Item | None:
        """Plan one thing, and take in the item; None is unchanged. ``action`` is what it is about where that fails.

        What a planner refuses waits for a person, and so does what may not be read. What could not be read has failed.
        """
        try:
            item = planned()
        except Refused as error:
            item = Item(key, action, phase).block(error.message)
        except AemError as error:
            item = self._unread(Item(key, action, phase), error)
        untaken = not_taken.known_of(self.api, item) if item else []
        if untaken:
            self.plan.untaken[key] = untaken
            item = None
        if item is None:
            self.plan.unchanged += 1
        else:
            self.plan.items.append(item)
            self._items[key] = item
        return item

    def _unread(self, item: Item, error: AemError) -> Item:
        """The item about what could not be read. It waits where that is a matter of rights, or of time, only.

        Rights that lack are an error all the same: nobody is told that all is well who may not see whether it is.
        """
        if is_forbidden(error):
            item.error = error
            return item.block(f"it cannot be compared: {error.message}")
        kind, what = _SOON.get(str(getattr(error, "error_code", "")), ("", ""))
        before = self.item(self.key(kind))
        if before is not None and before.status == PLANNED and (kind != SERVER_KIND or _is_monitored_by(before)):
            return item.block(f"it can be compared once {what.format(self.name)}; then run again")
        item.status, item.reason, item.error = FAILED, error.message, error
        return item

    def state(self, task: str) -> Plain | None:
        """A task as GetTaskList has it; None where it is not there."""
        return self.reader.states().get(task)

    def active(self, task: str) -> list[Plain]:
        """The task as GetTaskList has it, if it is not at rest."""
        found = self.state(task)
        return [found] if found is not None and found["state"] not in STOPPED_STATES else []

    def active_ones(self, tasks: Iterable[str]) -> list[str]:
        """Those of the tasks that are not at rest, as far as that can be read."""
        try:
            return [task for task in tasks if self.active(task)]
        except AemError:
            return []

    def left_stopped(self) -> Mapping[str, str]:
        """The tasks of the wish that an earlier run has stopped for a change, with the time of that."""
        if self._left is None:
            self._left = stopped.since(self.api, self.name, [task.name for task in self.wish.tasks or ()])
        return self._left

    def forbid_protected(self, kind: str, item: Item) -> None:
        """Note an item that would delete what is protected: then the whole run is refused."""
        full_name = item.key.server if kind == SERVERS else f"{item.key.server}/{item.key.name}"
        if full_name in self.rules.protected[kind]:
            self.plan.forbidden.append(item)

    def blocks(self, key: Key) -> bool:
        """Whether a thing that is to be made waits for a person."""
        item = self.item(key)
        return item is not None and item.status in (BLOCKED, FAILED)

    def repository_after(self) -> Repository:
        """The definitions as they are once endpoints and tasks were made, changed and deleted."""
        repository = self.reader.repository()
        tasks = {name: task.data for name, task in repository.tasks.items()}
        return repository.with_things(
            _replaced(tasks, self.tasks_after), _replaced(repository.endpoints, self.endpoints_after)
        )


def _replaced(there: Mapping[str, Plain], after: Mapping[str, Plain | None]) -> list[Plain]:
    """Things with what comes in place of them; None for what goes. ``after`` has their names in lower case."""
    same = {name.casefold() for name in there}
    kept = [after.get(name.casefold(), thing) for name, thing in there.items()]
    return [thing for thing in (*kept, *(after[name] for name in after if name not in same)) if thing]


def _is_monitored_by(item: Item) -> bool:
    """Whether the change of a server has it monitored, which it was not."""
    change = item.change
    before, after = (change.before or {}, change.after or {}) if change else ({}, {})
    return bool(after.get("monitored")) and not before.get("monitored")


def is_forbidden(error: AemError) -> bool:
    """Whether a user may not do what ended in the error."""
    return isinstance(error, ApiError) and error.error_code in FORBIDDEN
