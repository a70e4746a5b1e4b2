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
from urllib.parse import quote

from .._client.api import Api
from .._client.normalise import Plain
from .._core.concurrent import all_of, check_timeout
from .._core.errors import AemError, Refused
from .._core.plan import Result
from .._resource.license import VALID
from .failover_setup import SWITCHES_ARGUMENT, Setup, alike, check_switches, donor_of, look, test_donor
from .task_health import look_at
from .task_record import read

ARGUMENTS: dict[str, dict[str, Any]] = {
    "switches": {**SWITCHES_ARGUMENT, "required": True},
    "records": {"type": "path"},
    "test": {"type": "bool", "default": True},
    "timeout": {"type": "int", "default": 60},
    "fail_on_error": {"type": "bool", "default": True},
}


class NotReady(AemError):
    """Endpoints that cannot fail over, with all that stands against it."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"Not ready to fail over, and nothing was changed. {' '.join(problems)}")


@dataclass
class Readiness:
    """What has been found of one switch."""

    switch: Mapping[str, Any]
    found: Setup | None = None
    tasks: list[Plain] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    record: Plain = field(default_factory=dict)

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
        return alike(self.found, str(self.switch["configuration"]), self.found.active()) if self.found else []

    def in_words(self) -> str:
        """What a failover would do here, as a person reads it."""
        wanted, active = self.switch["configuration"], self.active
        goes = f"stays with {wanted}" if active == wanted else f"goes from {active or 'other settings'} to {wanted}"
        left = " An earlier run was interrupted and will be ended." if self.record.get("interrupted") else ""
        states = {state: [task["name"] for task in self.tasks if task["state"] == state] for state in self._states()}
        tasks = "; ".join(f"{state}: {', '.join(names)}" for state, names in states.items()) or "none"
        return f"{self.switch['server']}: {self.switch['endpoint']} {goes}.{left} Tasks: {tasks}."

    def _states(self) -> list[str]:
        return sorted({task["state"] for task in self.tasks})

    def told(self) -> Plain:
        """As the result has it."""
        is_active = self.active == self.switch["configuration"]
        return {
            **self.switch,
            "active_configuration": self.active,
            "active": is_active,
            "needed": not is_active or self.record.get("interrupted", False),
            "tasks": [task["name"] for task in self.tasks],
            "problems": self.problems,
            **self.record,
        }


def report(api: Api, options: Mapping[str, Any]) -> Result:
    """What the failover that ``options`` (see ARGUMENTS) describe would find; an error where it is not ready.

    Raise Refused, before any call, for switches or records that cannot be right.
    """
    switches = check_switches(options)
    check_timeout(options["timeout"])
    records = [_record(options["records"], switch) for switch in switches]
    api.login()
    found = all_of(lambda switch: _look(api, switch, options), switches, api.session.connection.concurrency)
    for one, record in zip(found, records):
        one.record = record
    problems = [problem for one in found for problem in one.problems]
    result = Result(
        {
            "endpoints": [one.told() for one in found],
            "tasks": [{**task, "endpoint": one.switch["endpoint"]} for one in found for task in one.tasks],
            "summary": [one.in_words() for one in found],
            "ready": not problems,
            "problems": problems,
        },
        warnings=[warning for one in found for warning in one.warnings()],
    )
    if problems and options["fail_on_error"]:
        result.error = NotReady(problems)
    return result


def record_path(folder: str, switch: Mapping[str, Any]) -> str:
    """The file in ``folder`` that remembers the tasks of an endpoint while it fails over."""
    server, endpoint = (quote(switch[name], safe=" ") for name in ("server", "endpoint"))
    return str(Path(folder) / server / f"{endpoint}.json")


def _record(folder: str | None, switch: Mapping[str, Any]) -> Plain:
    """Where the tasks of the endpoint are remembered, and what an interrupted run has left there."""
    if folder is None:
        return {}
    path = record_path(folder, switch)
    left = read(path)
    return {"record": path, "interrupted": left is not None, "facts": left.facts if left else {}}


def _look(api: Api, switch: Mapping[str, Any], options: Mapping[str, Any]) -> Readiness:
    """Everything that can be said of one switch, problems included."""
    one, server = Readiness(switch), switch["server"]
    _try(one, lambda: _check_license(api, server))
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
    """Make a check; what it finds wrong is a problem of the endpoint, once."""
    try:
        check()
    except AemError as error:
        if error.message not in one.problems:
            one.problems.append(error.message)


def _check_license(api: Api, server: str) -> None:
    facts = api.get_server_details(server).get("license") or {}
    state = facts.get("state")
    if state not in (None, VALID):
        raise Refused(f"The license of server {server} is {state}, so its tasks would not start.")


def _look_at_endpoint(api: Api, one: Readiness) -> None:
    server = one.switch["server"]
    found = look(api, server, one.switch["endpoint"])
    donor_of(found, server, one.switch["configuration"])
    one.found = found
