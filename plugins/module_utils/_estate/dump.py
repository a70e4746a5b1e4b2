# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there of one server, in the form in which aem_estate takes it, so that nothing would be changed by it.

What aem_estate would refuse, or would want to change, is left out and told.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from .._client.normalise import Plain
from .._client.vocabulary import ACL_ROLES
from .._core.errors import AemError
from .._core.plain import plain_value
from .._definition.compare import differences
from .._definition.document import Definition
from .._definition.task import Task
from .._definition.tidy import tidied
from .._definition.tree import SECTIONS
from .._resource import acl, server
from .._resource import license as licenses
from .._resource.switch import STARTED, STOPPED
from . import dump_endpoints
from .parsing import parse
from .place import path_told
from .plan_run_states import only_loads
from .read import Reader
from .variables import Place, Reference, Variables

ACL, LICENSE, ENDPOINTS, TASKS, RUN_STATE = "acl", "license", "endpoints", "tasks", "run_state"
PARTS = (ACL, LICENSE, ENDPOINTS, TASKS, RUN_STATE)

UNREADABLE = "its license cannot be read; with secret_variables there is a variable for it"
NOT_VALID = "its license is not valid, and would be registered again"
SAME_NAME = "another one has this name in another case"
NOT_THE_SAME = "aem_estate could not take it as it is"

# The ways to lists of things, of which one is taken out and not all of them.
_THINGS = ((ENDPOINTS,), (TASKS,))
_STATES = {"RUNNING": STARTED, "RECOVERY": STARTED, "STARTING": STARTED}
_STATES.update({"STOPPED": STOPPED, "ERROR": STOPPED, "STOPPING": STOPPED})
_REPLICATE = "replicate"


@dataclass(frozen=True)
class How:
    """What is told of a server: which of PARTS, defaults too or not, and by which variables its secrets, if by any.

    ``is_watched`` says that the defaults of the server itself and of its ACL are told in any case: what is not told is
    not managed, and what a hand changes there would not be seen.
    """

    parts: frozenset[str]
    defaults: bool = False
    variables: Variables | None = None
    is_watched: bool = False

    @property
    def tells_own_defaults(self) -> bool:
        """Whether the defaults of the server itself and of its ACL are told."""
        return self.defaults or self.is_watched


@dataclass
class Dumped:
    """A server as an option of aem_estate, None where even that could not be read.

    ``left_out`` is what is there and is not told, each with kind, name, setting and reason. ``not_covered`` counts what
    an export has besides. ``unread`` is why a part could not be read, by part. ``secrets`` are names of variables.
    """

    name: str
    options: Plain | None = None
    left_out: list[Plain] = field(default_factory=list)
    not_covered: dict[str, int] = field(default_factory=dict)
    unread: dict[str, AemError] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)

    def leave_out(self, kind: str, name: str, reason: str, setting: str = "") -> None:
        """Tell that something is left out."""
        self.left_out.append({"kind": kind, "name": name, "setting": setting, "reason": reason})


def dumped(reader: Reader, how: How) -> Dumped:
    """What the reader finds of its server."""
    found = Dumped(reader.name)
    try:
        current = reader.server()[0]
    except AemError as error:
        found.unread["server"] = error
        return found
    if current is None:
        return found
    found.options = _Dump(reader, how, found, current).options()
    return found


@dataclass
class _Dump:
    """Makes the options of one server, and notes in ``found`` what is not in them."""

    reader: Reader
    how: How
    found: Dumped
    current: Plain
    _names: Mapping[Place, str] = field(default_factory=dict)

    def options(self) -> Plain | None:
        """All of it, as far as aem_estate takes it."""
        self._names = self._variables()
        options = {"name": self.reader.name, **self._properties()}
        if self.how.variables is not None:
            options["password"] = self._refer(("password",))
        if ACL in self.how.parts:
            options.update(self._read(ACL, self._acl))
        if LICENSE in self.how.parts and self._has_tasks:
            options.update(self._read(LICENSE, self._license))
        if ENDPOINTS in self.how.parts and self._has_tasks:
            options.update(self._read(ENDPOINTS, self._endpoints))
        if self.how.parts & {TASKS, RUN_STATE} and self._has_tasks:
            options.update(self._read(TASKS, self._tasks))
        if self.reader.has_read("definitions"):
            self.found.not_covered = dict(sorted(self.reader.repository().not_covered.items()))
        return _accepted(options, self.found)

    @property
    def _has_tasks(self) -> bool:
        """Whether the server is of the type that has endpoints, tasks and a license."""
        return bool(self.current.get("type") == _REPLICATE)

    def _read(self, part: str, look: Callable[[], Plain]) -> Plain:
        try:
            return look()
        except AemError as error:
            self.found.unread[part] = error
            return {}

    def _properties(self) -> Plain:
        values = {name: self.current.get(name) for name in server.PROPERTIES}
        return {
            name: value
            for name, value in values.items()
            if value is not None and (self.how.tells_own_defaults or server.ON_CREATE.get(name) != value)
        }

    def _acl(self) -> Plain:
        there = self.reader.acl()
        if there is None:
            return {ACL: {"state": "absent"}} if self.how.tells_own_defaults else {}
        roles = {
            role: {kind: sorted(there[role][kind], key=_order) for kind in acl.MEMBERS if there[role][kind]}
            for role in ACL_ROLES
        }
        if there["disable_inheritance"] or self.how.tells_own_defaults:
            return {ACL: {**roles, "disable_inheritance": there["disable_inheritance"]}}
        return {ACL: roles}

    def _license(self) -> Plain:
        there = self.reader.license()
        if not there:
            return {}
        if there.get("state") != licenses.VALID:
            self.found.leave_out(LICENSE, self.reader.name, NOT_VALID)
        elif self.how.variables is None:
            self.found.leave_out(LICENSE, self.reader.name, UNREADABLE)
        else:
            return {LICENSE: {"content": self._refer(("license",))}}
        return {}

    def _variables(self) -> Mapping[Place, str]:
        """The names of the variables for all secrets that the server may have."""
        if self.how.variables is None:
            return {}
        places: list[Place] = [("password",), ("license",)]
        if ENDPOINTS in self.how.parts and self._has_tasks:
            # What cannot be read is told where the endpoints are asked for.
            with suppress(AemError):
                sealed = self.reader.repository().sealed
                for there in self._each_endpoint():
                    places += [(str(there["name"]), *place) for place in dump_endpoints.secret_places(there, sealed)]
        return self.how.variables.of(self.reader.name, places)

    def _refer(self, place: Place) -> Reference:
        name = self._names[place]
        self.found.secrets.append(name)
        return Reference.to(name)

    def _each_endpoint(self) -> Iterator[Plain]:
        endpoints = self.reader.repository().endpoints
        namesakes = endpoints.namesakes()
        return (there for name, there in endpoints.items() if name not in namesakes)

    def _endpoints(self) -> Plain:
        repository = self.reader.repository()
        for name in repository.endpoints.namesakes():
            self.found.leave_out("endpoint", name, SAME_NAME)
        return {ENDPOINTS: [self._endpoint(there) for there in sorted(self._each_endpoint(), key=_by_name)]}

    def _endpoint(self, there: Plain) -> Plain:
        name = str(there["name"])

        def refer(place: Place) -> Reference | None:
            return Reference.to(self._names[(name, *place)]) if self.how.variables else None

        found = dump_endpoints.dumped(there, refer, self.reader.repository().sealed)
        if self.how.variables:
            self.found.secrets += [self._names[(name, *place)] for place in found.secrets]
        for setting, reason in found.left_out:
            self.found.leave_out("endpoint", name, reason, setting)
        return found.options

    def _tasks(self) -> Plain:
        with_states = RUN_STATE in self.how.parts
        states = self.reader.states() if with_states else {}
        active = any(task["state"] in _STATES and _STATES[task["state"]] == STARTED for task in states.values())
        if TASKS not in self.how.parts and not active:
            tasks = [
                {"name": task["name"], **self._run_state(task, None)} for task in sorted(states.values(), key=_by_name)
            ]
            return {TASKS: tasks}
        repository = self.reader.repository()
        namesakes = repository.tasks.namesakes()
        for name in namesakes:
            self.found.leave_out("task", name, SAME_NAME)
        found = []
        for name in sorted(set(repository.tasks).difference(namesakes), key=_order):
            task = repository.tasks[name]
            own: Plain = {"name": task.name}
            if TASKS in self.how.parts:
                own.update(self._definition(task))
            found.append({**own, **self._run_state(states.get(task.name), task)})
        return {TASKS: found}

    def _definition(self, task: Task) -> Plain:
        data = tidied(task.data, self.how.defaults, self.reader.repository().sealed)
        made, current = (Definition({SECTIONS: {"tasks": [item]}}) for item in (data, task.data))
        try:
            plain_value(data)
            if not differences(made, current):
                return {"definition": made.data}
        except AemError:
            pass
        self.found.leave_out("task", task.name, NOT_THE_SAME)
        return {}

    @staticmethod
    def _run_state(listed: Plain | None, task: Task | None) -> Plain:
        state = _STATES.get(listed["state"]) if listed else None
        # One that only loads ends by itself.
        if state is None or (state == STARTED and task is not None and only_loads(task.data)):
            return {}
        return {RUN_STATE: state}


def _accepted(options: Plain, found: Dumped) -> Plain | None:
    """The options without what aem_estate would refuse; None where the server itself is refused."""
    while True:
        _wishes, problems = parse([options])
        if not problems:
            return options
        # Of one thing the first problem is enough.
        refused: dict[tuple[Any, ...], str] = {}
        for problem in problems:
            way = problem.path[2:]
            depth = 2 if way[:1] in _THINGS else 1
            told = filter(None, (path_told(way[depth:]), problem.message))
            refused.setdefault(way[:depth], " ".join(told))
        if () in refused or ("name",) in refused:
            found.leave_out("server", found.name, next(iter(refused.values())))
            return None
        options = _without(options, refused, found)


def _without(options: Plain, refused: Mapping[tuple[Any, ...], str], found: Dumped) -> Plain:
    """The options without what is refused. Of an endpoint and a task what is not, at least the name, stays."""
    left = {name: list(value) if isinstance(value, list) else value for name, value in options.items()}
    for (part, *number), reason in refused.items():
        if not number:
            found.leave_out("server", found.name, reason, str(part))
            del left[part]
            continue
        thing = left[part][number[0]]
        found.leave_out(str(part)[:-1], thing["name"], reason)
        left[part][number[0]] = _less(thing)
    return {
        name: [item for item in value if item is not None] if name in (ENDPOINTS, TASKS) else value
        for name, value in left.items()
    }


def _less(thing: Plain) -> Plain | None:
    """A thing without what is most likely to be refused; None where that is the name."""
    if "definition" in thing:
        return {name: value for name, value in thing.items() if name != "definition"}
    return {"name": thing["name"]} if len(thing) > 1 else None


def _by_name(item: Mapping[str, Any]) -> tuple[str, str]:
    return _order(item["name"])


def _order(name: str) -> tuple[str, str]:
    """The order of names: that of letters, whatever their case."""
    return name.casefold(), name
