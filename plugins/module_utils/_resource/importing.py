# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an import is carried out: tasks that run make way for it, and it counts when the server shows it.

A server shows what was imported some time after the call has returned (guide 2.24, 2.33).
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._client.api import Api
from .._client.vocabulary import TASK_NOT_FOUND
from .._core.concurrent import wait_until
from .._core.errors import AemError, ApiError, NoAnswer, Refused, TaskFailed, none_where
from .._core.files import refusing
from .._core.plan import Applied
from .._definition import document as definitions
from .._definition.compare import Difference
from .._definition.document import Definition
from .._definition.paths import tokens_of
from .._definition.tree import DefinitionError
from .named import UNAUTHORIZED, look_for_missing
from .pausing import Pause, few, running, subject

LOOK_AFTER_LOST_ANSWER = 3.0
# What says in a task which tables and endpoints are its own.
_NEVER_REFUSED = frozenset({"source_tables", "source_name", "database_name", "target_names", "target_name"})


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
    return definitions.given_by_hand(given)


def exported(api_method: str, text: str | bytes) -> Definition:
    """What an export says; raise NoAnswer where it is no definition, since then something is wrong on the way."""
    try:
        return definitions.read(text)
    except DefinitionError as error:
        raise NoAnswer(api_method, error.message.rstrip("."), sent=True) from error


def read_all(api: Api, server: str) -> Definition:
    """All definitions of a server as ExportAll gives them."""
    return exported("ExportAll", api.export_all(server))


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
    warnings = look_for_missing(api, server, wanted)
    needed = [item for item in needed_endpoints(wanted) if item[1] not in known]
    if needed:
        try:
            there = {endpoint["name"] for endpoint in api.get_endpoint_list(server)}
        except ApiError as error:
            if error.error_code != UNAUTHORIZED:
                raise
            return warnings
        needed = [item for item in needed if item[1] not in there]
    if not needed:
        return warnings
    listed = few([f"the {role} endpoint {name!r} of task {task!r}" for role, name, task in needed])
    if not api.check_mode:
        raise Refused(f"Server {server} does not have {listed}, and the definition does not bring it.{hint}")
    return [*warnings, f"Server {server} does not have {listed} yet. A run would fail, unless an earlier task adds it."]


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


ASKED_AGAIN = "They would be imported again next time"


@dataclass(frozen=True)
class Import:
    """An import, with all that it takes.

    ``send`` makes the call, ``remaining`` answers what importing would still change, ``tasks`` names the tasks that
    are imported, ``pause`` holds those that run. ``timeout`` is in seconds, for the import to become visible.
    ``changes`` is how many differences there were before, as far as that is known.
    """

    api_method: str
    send: Callable[[], None]
    remaining: Callable[[], list[Difference]]
    tasks: Collection[str]
    pause: Pause
    timeout: int
    changes: int | None = None

    def apply(self) -> Applied:
        """Stop, import, wait until the import is visible, and resume, also where the import fails."""
        self.pause.stop()
        try:
            left = self._bring()
        except AemError as error:
            raise self.pause.ended(error) from error.__cause__
        return self.pause.done("The import is done", self._told(left))._replace(not_taken=tuple(left))

    def _bring(self) -> list[Difference]:
        """Import, once, and wait; what is not taken. An error tells whether the import was, or may have been, done."""
        try:
            self.send()
        except NoAnswer as lost:
            self._settle(lost)
        try:
            return self._arrival()
        except AemError as error:
            error.left = Applied()
            raise

    def _settle(self, lost: NoAnswer) -> None:
        """Settle a lost answer: nothing to do where the import shows, else one more, and then the end is a look."""
        if not lost.sent:
            raise lost
        if self._shows(lost):
            return
        if lost.timed_out:
            raise self._not_known(lost, "the server may still be at work on it")
        pause = self.pause
        active = [task["name"] for task in running(pause.api, pause.server, self.tasks, self.timeout)]
        if active:
            raise self._not_known(lost, subject(active, "runs", "run"))
        try:
            # The same document twice is the same as once: what it names is replaced by what it says.
            self.send()
        except NoAnswer as again:
            if not self._shows(again):
                raise self._not_known(again, "two calls had no answer") from again
        except AemError as error:
            error.left = Applied()
            raise

    def _shows(self, lost: NoAnswer) -> bool:
        """Whether the import shows after a lost answer, for which there is time to come."""
        patience = self.timeout if lost.timed_out else min(self.timeout, LOOK_AFTER_LOST_ANSWER)
        try:
            return self._wait(patience)[1]
        except AemError as blind:
            raise self._not_known(lost, f"nobody could look: {blind.message.rstrip('.')}") from blind

    def _not_known(self, lost: NoAnswer, reason: str) -> NoAnswer:
        """The error of an import of which nobody knows whether it is, or will be, done; so it counts as a change."""
        problem = (
            f"{lost.problem}. The import does not show on server {self.pause.server}, and was not tried again, since"
            f" {reason}. It may still be done. Run again to see to it"
        )
        error = NoAnswer(self.api_method, problem, sent=True, status=lost.status, timed_out=lost.timed_out, advice="")
        error.left = Applied()
        return error

    def _wait(self, timeout: float) -> tuple[list[Difference], bool]:
        return wait_until(self.remaining, lambda found: not found, timeout)

    def _arrival(self) -> list[Difference]:
        """Wait for the import to show; the settings that the server does not take as they are."""
        found, done = self._wait(self.timeout)
        if done:
            return []
        missing = [item for item in found if item.before is None and not item.setting and (item.task or item.endpoint)]
        if missing:
            listed = few([f"{'task' if item.task else 'endpoint'} {item.name!r}" for item in missing])
            raise self._not_there(f"{listed} not there")
        if self._has_not_come(found):
            raise self._not_there(f"nothing of it is there ({few([item.path for item in found])})")
        return found

    def _has_not_come(self, found: Sequence[Difference]) -> bool:
        """Whether all still differs, tables or endpoints of a task too: a server may refuse settings, not these."""
        nothing = self.changes is not None and len(found) >= self.changes
        return nothing and any(_NEVER_REFUSED.intersection(tokens_of(item.path)) for item in found)

    def _not_there(self, what: str) -> TaskFailed:
        """The error of an import of which nothing has come in time."""
        words = f"{what} after {self.timeout} seconds; a longer timeout may help"
        told = f"{self.api_method} has been answered without an error, but on server {self.pause.server} {words}."
        return TaskFailed(self.api_method, told, words)

    def _told(self, left: Sequence[Difference]) -> list[str]:
        """A warning of what the server does not take."""
        if not left:
            return []
        listed = few([item.path for item in left])
        seen = (
            f"{self.timeout} seconds after the import, server {self.pause.server} still has other values for {listed}."
        )
        return [f"{seen} {ASKED_AGAIN}; name them in ignore if they are to stay so."]


def would_change(found: Sequence[Difference]) -> str:
    """A sentence, for a message that refuses an import, of what it would change."""
    return f" It would change {few([item.path for item in found])}." if found else ""


def file_content(path: str) -> bytes:
    """What a file holds; raise Refused where it cannot be read."""
    # An estate has thousands of files, and to make a Path takes as long as to read one of them.
    with refusing(f"{path} cannot be read"), io.FileIO(path) as file:
        return file.readall()


def _from_file(src: str) -> Definition:
    try:
        return definitions.given_by_hand(file_content(src))
    except DefinitionError as error:
        raise DefinitionError(f"{src}: {error.message}") from error
