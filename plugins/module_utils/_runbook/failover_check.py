# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether endpoints are ready to fail over, and what a failover would find. Nothing is changed.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._core.concurrent import all_of, check_timeout
from .._core.errors import AemError, Refused
from .._core.files import file_name
from .._core.plan import Result
from .._resource.license import VALID
from .failover_setup import SWITCHES_ARGUMENT, Setup, alike, check_switches, donor_of, expected, look, test_donor
from .task_health import look_at
from .task_record import Record, read

ARGUMENTS: dict[str, dict[str, Any]] = {
    "switches": {**SWITCHES_ARGUMENT, "required": True},
    "records": {"type": "path"},
    "test": {"type": "bool", "default": True},
    "timeout": {"type": "int", "default": 60},
    "fail_on_error": {"type": "bool", "default": True},
}


class NotReady(AemError):
    """Endpoints that cannot fail over, with all that stands against it; before it, what earlier runs have ``left``.

    The facts are those of the first call that told so.
    """

    def __init__(self, errors: Sequence[AemError], left: Sequence[str]) -> None:
        nothing = "this run has changed nothing" if left else "nothing was changed"
        told = f"Not ready to fail over, and {nothing}."
        super().__init__(" ".join([*left, told, *dict.fromkeys(error.message for error in errors)]))
        self.causes = errors

    def facts(self) -> dict[str, Any]:
        """``api_method`` and what else the first error has, where one comes from a call."""
        return next((error.facts() for error in self.causes if error.facts()), {})


@dataclass(frozen=True)
class Left:
    """What an earlier run has left of a switch: the file at ``path``, None where no records are kept, and what it says.

    A record of a switch to another configuration is one that the next run sets aside: it does not decide where that
    returns to. The tasks that it has to bring back are brought back all the same.
    """

    switch: Mapping[str, Any]
    path: str | None = None
    record: Record | None = None

    @classmethod
    def of(cls, folder: str | None, switch: Mapping[str, Any]) -> Left:
        """Look into the folder of the records. Raise Refused for a file that is no record."""
        if folder is None:
            return cls(switch)
        path = record_path(folder, switch)
        return cls(switch, path, read(path))

    @property
    def same(self) -> bool:
        """Whether the earlier run was to the same configuration."""
        return self.record is None or self.record.is_of(of_switch(self.switch))

    def told(self) -> Plain:
        """As the result has it: nothing where no records are kept."""
        if self.path is None:
            return {}
        facts = self.record.facts if self.record and self.same else {}
        return {"record": self.path, "interrupted": self.record is not None, "facts": facts}

    def in_words(self, tasks: Sequence[Plain] = ()) -> list[str]:
        """What is left, and the ways out, as a person reads it; ``tasks`` tell the states where they are known."""
        if self.record is None:
            return []
        states = {(task["server"], task["name"]): f" ({task['state']})" for task in tasks}
        names = [f"{task['name']}{states.get((task['server'], task['name']), '')}" for task in self.record.tasks]
        server, endpoint, wanted = (self.switch[name] for name in ("server", "endpoint", "configuration"))
        to = self.record.of.get("configuration", wanted)
        back = (self.record.facts.get("back") or {}).get("configuration")
        came = f" from {back}" if back else ""
        return [
            f"{server}: an earlier failover of {endpoint}{came} to {to}, begun {self.record.begun}, has not come to"
            f" its end. It has to bring these tasks back: {', '.join(names) or 'none'}."
            f" To end it, run the failover to {to} again."
            + (f" To give it up, run the failover to {back}." if back and back != to else "")
            + f" Otherwise start these tasks, and remove {self.path}."
        ]


def of_switch(switch: Mapping[str, Any]) -> Plain:
    """What the record of a switch is of."""
    return {"configuration": switch["configuration"]}


@dataclass
class Readiness:
    """What has been found of one switch."""

    switch: Mapping[str, Any]
    left: Left
    found: Setup | None = None
    tasks: list[Plain] = field(default_factory=list)
    errors: list[AemError] = field(default_factory=list)
    to_come: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """What stands against the switch, each once."""
        return list(dict.fromkeys(error.message for error in self.errors))

    @property
    def active(self) -> str | None:
        """The active configuration: the wanted one where it cannot be told from others, None where it is none."""
        if self.found is None:
            return None
        active = self.found.active()
        wanted = str(self.switch["configuration"])
        return wanted if wanted in active else next(iter(active), None)

    def warnings(self) -> list[str]:
        """What a user should know of the configurations."""
        told = alike(self.found, str(self.switch["configuration"]), self.found.active()) if self.found else []
        return list(dict.fromkeys([*self.to_come, *told]))

    def in_words(self) -> str:
        """What a failover would do here, as a person reads it."""
        wanted, active = self.switch["configuration"], self.active
        goes = f"stays with {wanted}" if active == wanted else f"goes from {active or 'other settings'} to {wanted}"
        left = self._left_in_words()
        states = {state: [task["name"] for task in self.tasks if task["state"] == state] for state in self._states()}
        tasks = "; ".join(f"{state}: {', '.join(names)}" for state, names in states.items()) or "none"
        return f"{self.switch['server']}: {self.switch['endpoint']} {goes}.{left} Tasks: {tasks}."

    def _left_in_words(self) -> str:
        if self.left.record is None:
            return ""
        if self.left.same:
            return " An earlier run was interrupted and will be ended."
        return " An earlier run was of another switch: its record is set aside, its tasks are brought back."

    def _states(self) -> list[str]:
        return sorted({task["state"] for task in self.tasks})

    def tasks_told(self) -> list[Plain]:
        """The tasks as the result has them, each with its endpoint, and the wave in which it is started."""
        waves = self.found.waves if self.found else {}
        endpoint = self.switch["endpoint"]
        return [{**task, "endpoint": endpoint, "wave": waves.get(task["name"], 0)} for task in self.tasks]

    def told(self) -> Plain:
        """As the result has it."""
        is_active = self.active == self.switch["configuration"]
        return {
            **self.switch,
            "active_configuration": self.active,
            "active": is_active,
            "needed": not is_active or self.left.record is not None,
            "tasks": [task["name"] for task in self.tasks],
            "problems": self.problems,
            **self.left.told(),
        }


def report(api: Api, options: Mapping[str, Any]) -> Result:
    """What the failover that ``options`` (see ARGUMENTS) describe would find; an error where it is not ready.

    Raise Refused, before any call, for switches or records that cannot be right.
    """
    switches = check_switches(options)
    check_timeout(options["timeout"])
    left = [Left.of(options["records"], switch) for switch in switches]
    try:
        api.login()
    except AemError as error:
        error.message = " ".join([*(words for one in left for words in one.in_words()), error.message])
        raise
    found = all_of(lambda one: _look(api, one, options), left, api.session.connection.concurrency)
    return _told(found, options["fail_on_error"])


def _told(found: Sequence[Readiness], fail_on_error: bool) -> Result:
    """The result, beginning with what earlier runs have left."""
    errors = [error for one in found for error in one.errors]
    left = [words for one in found for words in one.left.in_words(one.tasks)]
    result = Result(
        {
            "endpoints": [one.told() for one in found],
            "tasks": [task for one in found for task in one.tasks_told()],
            "left": left,
            "summary": [one.in_words() for one in found],
            "ready": not errors,
            "problems": [problem for one in found for problem in one.problems],
        },
        warnings=[warning for one in found for warning in one.warnings()],
    )
    if errors and fail_on_error:
        result.error = NotReady(errors, left)
    return result


def record_path(folder: str, switch: Mapping[str, Any]) -> str:
    """The file in ``folder`` that remembers the tasks of an endpoint while it fails over."""
    return str(Path(folder) / file_name(switch["server"]) / f"{file_name(switch['endpoint'])}.json")


def _look(api: Api, left: Left, options: Mapping[str, Any]) -> Readiness:
    """Everything that can be said of one switch, problems included."""
    switch = left.switch
    one, server = Readiness(switch, left), switch["server"]
    _try(one, lambda: _check_license(api, one))
    _try(one, lambda: _look_at_endpoint(api, one))
    if one.found is None:
        return one
    if options["test"] and one.active != switch["configuration"]:
        donor = one.found.donors[switch["configuration"]]["name"]
        _try(one, lambda: test_donor(api, server, donor, options["timeout"]))
    tasks = [{"server": server, "name": name} for name in one.found.tasks]
    _try(one, lambda: one.tasks.extend(look_at(api, tasks)))
    return one


def _try(one: Readiness, check: Callable[[], None]) -> None:
    """Make a check; what it finds wrong is a problem of the endpoint."""
    try:
        check()
    except AemError as error:
        one.errors.append(error)


def _check_license(api: Api, one: Readiness) -> None:
    server = one.switch["server"]
    details, to_come = expected(api, server, lambda: api.get_server_details(server))
    one.to_come += to_come
    facts = (details or {}).get("license") or {}
    state = facts.get("state")
    if state not in (None, VALID):
        raise Refused(f"The license of server {server} is {state}, so its tasks would not start.")


def _look_at_endpoint(api: Api, one: Readiness) -> None:
    server = one.switch["server"]

    def find() -> Setup:
        found = look(api, server, one.switch["endpoint"])
        donor_of(found, server, one.switch["configuration"])
        return found

    one.found, to_come = expected(api, server, find)
    one.to_come += to_come
