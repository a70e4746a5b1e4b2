# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an import is carried out: tasks that run make way for it, and it counts when the server shows it.

A server shows what was imported some time after the call has returned (guide 2.24, 2.33).
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import TASK_ON_THE_WAY
from .._core.concurrent import side_by_side, wait_until
from .._core.errors import AemError, ApiError, ManyFailed, NoAnswer, Refused, TaskFailed, none_where
from .._core.plan import Applied
from .._definition import document as definitions
from .._definition.compare import Difference
from .._definition.document import Definition
from .._definition.tree import DefinitionError
from .foresight import TASK_NOT_FOUND
from .switch import RESUME, STARTED, STOPPED, Switch, Wish
from .task_state import AT_ONCE

UNAUTHORIZED = "UNAUTHORIZED_REQUEST"
LOOK_AFTER_LOST_ANSWER = 3.0

_AT_REST = Wish(state=STOPPED)
_MOST_NAMED = 10


def document(options: Mapping[str, Any]) -> Definition:
    """The definition that the option ``definition`` or the file ``src`` holds.

    Raise Refused where not exactly one of them is given, where the file cannot be read, and for what is no definition.
    """
    given, src = options.get("definition"), options.get("src")
    if (given is None) == (src is None):
        raise Refused("Give exactly one of definition and src.")
    if src is not None:
        return _from_file(src)
    if not isinstance(given, (str, bytes, Mapping)):
        raise Refused("The definition is not a JSON object.")
    return definitions.read(given)


def exported(api_method: str, text: str | bytes) -> Definition:
    """What an export says; raise NoAnswer where it is no definition, since then something is wrong on the way."""
    try:
        return definitions.read(text)
    except DefinitionError as error:
        raise NoAnswer(api_method, error.message.rstrip("."), sent=True) from error


def read_task(api: Api, server: str, name: str, with_endpoints: bool = False) -> Definition | None:
    """The definition of a task as ExportTask gives it, None where there is no such task."""
    return none_where(TASK_NOT_FOUND, lambda: exported("ExportTask", api.export_task(server, name, with_endpoints)))


def needed_endpoints(wanted: Definition) -> list[tuple[str, str, str]]:
    """Role, name and task of the endpoints that the tasks of a definition name and that it does not define.

    Raise DefinitionError where a task does not name the same endpoints in all places.
    """
    defined = set(wanted.endpoint_names)
    found = []
    for task in wanted.tasks:
        named, label = task.endpoints(), task.name
        found += [("source", named.source, label), *(("target", name, label) for name in named.targets)]
    return [item for item in found if item[1] not in defined]


def check_endpoints(api: Api, server: str, wanted: Definition, known: Collection[str], hint: str = "") -> list[str]:
    """Refuse a definition whose tasks need endpoints that are neither in it, nor in ``known``, nor on the server.

    Whether they are there the server itself checks, where this user may not list endpoints. In check mode an earlier
    task of the play may be the one that adds them, so there is a warning instead, which is returned.
    """
    needed = [item for item in needed_endpoints(wanted) if item[1] not in known]
    if needed:
        try:
            there = {endpoint["name"] for endpoint in api.get_endpoint_list(server)}
        except ApiError as error:
            if error.error_code != UNAUTHORIZED:
                raise
            return []
        needed = [item for item in needed if item[1] not in there]
    if not needed:
        return []
    listed = _few([f"the {role} endpoint {name!r} of task {task!r}" for role, name, task in needed])
    if not api.check_mode:
        raise Refused(f"Server {server} does not have {listed}, and the definition does not bring it.{hint}")
    return [f"Server {server} does not have {listed} yet. A run would fail, unless an earlier task adds it."]


def versioned(api: Api, server: str, wanted: Definition) -> tuple[Definition, list[str]]:
    """The definition with the version of the server, if it says none; and warnings."""
    if wanted.version:
        return wanted, []
    try:
        version = api.get_server_details(server).get("version")
    except ApiError as error:
        if error.error_code != UNAUTHORIZED:
            raise
        version = None
    if not version:
        untold = f"The definition has no _version, and server {server} does not tell its own."
        return wanted, [f"{untold} It is imported as it is, and read with the defaults of old servers."]
    return wanted.with_version(str(version)), []


def running(api: Api, server: str, names: Collection[str], timeout: float) -> list[Plain]:
    """Those of the tasks that are not at rest. Tasks that start or stop are waited for, up to ``timeout`` seconds."""

    def look() -> list[Plain]:
        return [task for task in api.get_task_list(server) if task["name"] in names]

    def settled(tasks: list[Plain]) -> bool:
        return not any(task["state"] in TASK_ON_THE_WAY for task in tasks)

    return [task for task in wait_until(look, settled, timeout)[0] if not _AT_REST.is_met_by(task["state"])]


def refuse_running(server: str, tasks: Sequence[Mapping[str, Any]], force: bool, what: str) -> None:
    """Raise Refused where tasks run and may not be stopped; ``what`` says what is to be done to them."""
    if not tasks or force:
        return
    listed = _few([f"{task['name']!r} ({task['state']})" for task in tasks])
    one = len(tasks) == 1
    raise Refused(
        f"{'Task' if one else 'Tasks'} {listed} of server {server} {'runs' if one else 'run'}, and a task that runs"
        f" cannot be {what}."
        + (" Stop it" if one else " Stop them")
        + f" first, or set force to have {'it' if one else 'them'} stopped"
        + (" and resumed." if what == "imported" else ".")
    )


@dataclass
class Pause:
    """Tasks that are stopped for a change, side by side, and resumed after it: exactly those that this stopped."""

    api: Api
    server: str
    tasks: Sequence[Mapping[str, Any]]
    timeout: int
    stopped: list[str] = field(default_factory=list)

    def stop(self) -> None:
        """Stop the tasks. Where one cannot be stopped, those that were stopped are resumed, and its error is raised."""
        wish = Wish(state=STOPPED, timeout=self.timeout)
        outcomes = side_by_side(
            lambda task: Switch(self.api, self.server, task, wish).apply(), self.tasks, workers=AT_ONCE
        )
        errors = []
        for task, outcome in zip(self.tasks, outcomes):
            left = outcome.error.left if outcome.error else outcome.value
            if isinstance(left, Applied) and left.changed:
                self.stopped.append(str(task["name"]))
            if outcome.error:
                errors.append(outcome.error)
        if errors:
            raise self.ended(_one_error(errors, len(self.tasks)))

    def ended(self, error: AemError) -> AemError:
        """``error``, of the change, after the tasks were resumed. It tells what became of them."""
        changed = isinstance(error.left, Applied) and error.left.changed
        if not self.stopped:
            return error
        failed = self.resume()
        runs = [name for name in self.stopped if name not in failed]
        words = [f"{_tasks(runs)} stopped for it and resumed again."] if runs else []
        if failed:
            reasons = " ".join(problem.message for problem in failed.values())
            words.append(f"{_tasks(list(failed))} stopped for it and could not be resumed: {reasons}")
        error.message = " ".join([error.message, *words])
        error.left = Applied(changed=changed or bool(failed))
        return error

    def resume(self) -> dict[str, AemError]:
        """Run the tasks that were stopped from where they were; the errors of those that do not run, by name."""
        wish = Wish(state=STARTED, run_option=RESUME, timeout=self.timeout)
        tasks = [{"name": name, "state": "STOPPED"} for name in self.stopped]
        outcomes = side_by_side(lambda task: Switch(self.api, self.server, task, wish).apply(), tasks, workers=AT_ONCE)
        return {name: outcome.error for name, outcome in zip(self.stopped, outcomes) if outcome.error}


@dataclass(frozen=True)
class Import:
    """An import, with all that it takes.

    ``send`` makes the call, ``remaining`` answers what importing would still change, ``tasks`` names the tasks that
    are imported, ``pause`` holds those that run. ``timeout`` is in seconds, for the import to become visible.
    """

    api_method: str
    send: Callable[[], None]
    remaining: Callable[[], list[Difference]]
    tasks: Collection[str]
    pause: Pause
    timeout: int

    def apply(self) -> Applied:
        """Stop, import, wait until the import is visible, and resume, also where the import fails."""
        self.pause.stop()
        try:
            warnings = self._bring()
        except AemError as error:
            raise self.pause.ended(error) from error.__cause__
        failed = self.pause.resume()
        if failed:
            left = _one_error(list(failed.values()), len(self.pause.stopped))
            left.message = f"The import is done, but {_tasks(list(failed))} not resumed. {left.message}"
            left.left = Applied()
            raise left
        return Applied(warnings=warnings)

    def _bring(self) -> list[str]:
        """Import, once, and wait; the warnings."""
        try:
            self.send()
        except NoAnswer as lost:
            self._look_or_send(lost)
        try:
            return self._arrival()
        except AemError as error:
            error.left = Applied()
            raise

    def _look_or_send(self, lost: NoAnswer) -> None:
        """Settle a lost answer: nothing to do where the import shows, else one more."""
        if not lost.sent:
            raise lost
        if self._wait(min(self.timeout, LOOK_AFTER_LOST_ANSWER))[1]:
            return
        pause = self.pause
        active = [task["name"] for task in running(pause.api, pause.server, self.tasks, self.timeout)]
        if active:
            problem = (
                f"{lost.problem}. The import does not show, and was not tried again, since {_tasks(active, 'run')}"
            )
            raise NoAnswer(self.api_method, problem, sent=True, status=lost.status) from lost
        # The same document twice is the same as once: what it names is replaced by what it says.
        self.send()

    def _wait(self, timeout: float) -> tuple[list[Difference], bool]:
        return wait_until(self.remaining, lambda found: not found, timeout)

    def _arrival(self) -> list[str]:
        """Wait for the import to show; a warning names settings that the server does not take as they are."""
        found, done = self._wait(self.timeout)
        if done:
            return []
        missing = [item for item in found if item.before is None and not item.setting and (item.task or item.endpoint)]
        if missing:
            listed = _few([f"{'task' if item.task else 'endpoint'} {item.name!r}" for item in missing])
            words = f"{listed} not there after {self.timeout} seconds; a longer timeout may help"
            raise TaskFailed(
                self.api_method,
                f"{self.api_method} has been answered without an error, but on server {self.pause.server} {words}.",
                words,
            )
        listed = _few([item.path for item in found])
        seen = (
            f"{self.timeout} seconds after the import, server {self.pause.server} still has other values for {listed}."
        )
        return [f"{seen} They would be imported again next time; name them in ignore if they are to stay so."]


def file_content(path: str) -> bytes:
    """What a file holds; raise Refused where it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}.") from error


def _from_file(src: str) -> Definition:
    try:
        return definitions.read(file_content(src))
    except DefinitionError as error:
        raise DefinitionError(f"{src}: {error.message}") from error


def _one_error(errors: Sequence[AemError], tried: int) -> AemError:
    return errors[0] if len(errors) == 1 else ManyFailed(errors, tried)


def _few(items: Sequence[str]) -> str:
    """The first of ``items``, and how many more there are."""
    more = len(items) - _MOST_NAMED
    return ", ".join(items[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _tasks(names: Sequence[str], verb: str = "was") -> str:
    """Tasks as the subject of a sentence."""
    one = len(names) == 1
    forms = {"was": ("was", "were"), "run": ("runs", "run")}[verb]
    return f"{'task' if one else 'tasks'} {_few([repr(name) for name in names])} {forms[0] if one else forms[1]}"
