# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failing Oracle sources over to another configuration, and back (guide 2.31 and appendix A).

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._core.concurrent import check_timeout, side_by_side, tried_until, wait_until
from .._core.errors import AemError, ManyFailed, NoAnswer, TaskFailed
from .._core.plan import PLANNED, UPDATE, Applied, Change, Plan, Result, Step, carry_out
from .._definition.compare import diff
from .._definition.tree import value_at
from .._resource import endpoint_settings as settings
from .._resource.endpoint_patch import KIND
from .._resource.importing import LOOK_AFTER_LOST_ANSWER
from .._resource.pausing import settled
from .failover_setup import (
    SWITCHES_ARGUMENT,
    WHICH,
    Setup,
    alike,
    check_switches,
    donor_of,
    expected,
    look,
    settings_that_differ,
    test_donor,
)

METHOD = "ReconfigureEndpointNoWait"
LONGEST_TEST = 60
# So long is waited out what may pass before anything is changed, in seconds: tasks may have been stopped for it.
PATIENCE = 20.0
# How long a task must be seen running that was never seen to leave that state: its recycle may not have begun.
SETTLE = 3.0

_ACTIVE = frozenset({"RUNNING", "RECOVERY"})
_LOOKS = 2
_RESULT = ("tasks", "active_configuration", "previous_configuration")

ARGUMENTS: dict[str, dict[str, Any]] = {
    **{name: {"type": "str"} for name in WHICH},
    "switches": SWITCHES_ARGUMENT,
    "recycle": {"type": "bool", "default": True},
    "test": {"type": "bool", "default": True},
    "wait": {"type": "bool", "default": True},
    "timeout": {"type": "int", "default": 300},
}
RULES: dict[str, Any] = {
    "required_one_of": [("server", "switches")],
    "required_together": [WHICH],
    "mutually_exclusive": [(name, "switches") for name in WHICH],
}


def perform(api: Api, options: Mapping[str, Any]) -> Result:
    """Bring the endpoints of ``options`` (see ARGUMENTS) to their configurations, side by side; the result tells each.

    Raise an AemError, before anything is written, where one of them cannot be switched.
    """
    switches = check_switches(options)
    check_timeout(options["timeout"])
    # Once for all: a user who is refused must not be tried again for every endpoint.
    api.login()
    workers = api.session.connection.concurrency
    planned = side_by_side(lambda switch: plan(api, {**options, **switch}), switches, workers)
    errors = [one.error for one in planned if one.error]
    if errors:
        raise errors[0] if len(errors) == 1 else ManyFailed(errors, len(switches))
    plans = [_Planned(switch, one.value) for switch, one in zip(switches, planned)]
    report = carry_out([change for one in plans for change in one.plan.changes], api.check_mode, workers)
    steps = iter(report.steps)
    told = [one.told(next(steps) if one.plan.changes else None) for one in plans]
    result = report.result(endpoints=told)
    if options["switches"] is None:
        result.values.update({key: told[0][key] for key in _RESULT})
    result.warnings.extend(warning for one in plans for warning in one.plan.warnings)
    return result


class _Planned(NamedTuple):
    """A switch and its plan."""

    switch: Plain
    plan: Plan

    def told(self, step: Step | None) -> Plain:
        """What became of it: ``server``, ``endpoint`` and what :func:`outcome` answers."""
        return {**{name: self.switch[name] for name in ("server", "endpoint")}, **outcome(self.plan, step)}


def plan(api: Api, options: Mapping[str, Any]) -> Plan:
    """The change of one endpoint to the wanted configuration, and the result after it.

    Raise Refused, before anything is written, where the endpoints are not as they must be, and where the endpoint of
    the configuration fails its test.
    """
    server, wanted, timeout = options["server"], options["configuration"], options["timeout"]

    def find() -> tuple[Setup, Plain]:
        found = tried_until(lambda: look(api, server, options["endpoint"]), min(timeout, PATIENCE))
        return found, donor_of(found, server, wanted)

    there, warnings = expected(api, server, find)
    if there is None:
        return Plan([], _result([], None, None), warnings)
    found, donor = there
    active = found.active()
    if wanted in active:
        tasks = settled(api, server, found.tasks, 0)
        told = [_outcome(task, task["state"]) for task in tasks]
        return Plan([], _result(told, wanted, wanted), alike(found, wanted, active))
    if options["test"]:
        test_donor(api, server, donor["name"], min(timeout, LONGEST_TEST))
    tasks = settled(api, server, found.tasks, timeout)
    previous = active[0] if active else None
    switch = Switch(api, options, tasks, previous)
    shown = diff(settings_that_differ(donor, found.live))
    before, after = (
        {"configuration": name, "settings": value_at(side, ("databases", "endpoint", settings.ROOT))}
        for name, side in ((previous, shown["before"]), (wanted, shown["after"]))
    )
    change = Change(KIND, found.live["name"], UPDATE, before, after, switch.apply, server=switch.server)
    predicted = [_outcome(task, "RUNNING" if switch.recycles(task) else task["state"]) for task in tasks]
    return Plan([change], _result(predicted, wanted, previous), switch.warnings())


def outcome(plan_made: Plan, step: Step | None) -> Plain:
    """The values of the result: ``tasks``, ``active_configuration``, ``previous_configuration``."""
    if step is None or step.status == PLANNED:
        return dict(plan_made.after)
    if isinstance(step.value, dict):
        return step.value
    # It failed before anything was changed.
    previous = plan_made.after["previous_configuration"]
    told = [{**task, "after": task["before"]} for task in plan_made.after["tasks"]]
    return _result(told, previous, previous)


@dataclass(frozen=True)
class Switch:
    """Bringing a live endpoint to another configuration. ``tasks`` are those that use it, as they were before."""

    api: Api
    options: Mapping[str, Any]
    tasks: Sequence[Plain]
    previous: str | None

    @property
    def server(self) -> str:
        """The server's name."""
        return str(self.options["server"])

    @property
    def wanted(self) -> str:
        """The configuration that is wanted."""
        return str(self.options["configuration"])

    def recycles(self, task: Mapping[str, Any]) -> bool:
        """Whether the server stops and resumes a task for the switch."""
        return bool(self.options["recycle"]) and task["state"] in _ACTIVE

    def warnings(self) -> list[str]:
        """What a user should know of the switch."""
        active = [task["name"] for task in self.tasks if task["state"] in _ACTIVE]
        if self.options["recycle"] or not active:
            return []
        names = ", ".join(map(repr, active))
        return [f"With recycle false, these run with the old settings until they are stopped and resumed: {names}."]

    def apply(self) -> Applied:
        """Reconfigure the endpoint and wait for the tasks; the value is the result. An error tells how far it came."""
        begun = time.monotonic()
        self._reconfigure()
        watched = [Watched(task, begun) for task in self.tasks if self.recycles(task)]
        try:
            if self.options["wait"]:
                self._wait(watched, begun + self.options["timeout"])
            else:
                self._look_at_tasks(watched)
            failed = [one.error for one in watched if one.error]
            if failed:
                raise failed[0] if len(failed) == 1 else ManyFailed(failed, len(watched))
        except AemError as error:
            error.left = error.left or Applied(value=self._result(watched, self.wanted))
            raise
        return Applied(value=self._result(watched, self.wanted))

    def _reconfigure(self) -> None:
        """Send the call. After a lost answer a look settles what was done, and the end of all is a look.

        The settings are taken over before the tasks are recycled. So where the endpoint still has the old ones, nothing
        has happened, and the call does no harm when it is made again, unless the server may still be at work on it.
        """
        try:
            self._send()
        except NoAnswer as lost:
            if self._was_done(lost):
                return
            if lost.timed_out:
                raise self._unknown(lost, "It was not sent again, since the server may still be at work.") from lost
            try:
                self._send()
            except NoAnswer as again:
                if not self._was_done(again):
                    raise self._unknown(again, "It was sent twice.") from again

    def _send(self) -> None:
        name = self.options["endpoint"]
        self.api.reconfigure_endpoint_no_wait(self.server, name, self.wanted, self.options["recycle"])

    def _was_done(self, lost: NoAnswer) -> bool:
        """Whether the call of the lost answer has done its work, or does it in time; raise where nobody can tell."""
        if not lost.sent:
            raise lost
        try:
            return self._switched(self.options["timeout"] if lost.timed_out else LOOK_AFTER_LOST_ANSWER)
        except AemError as blind:
            raise self._unknown(lost, f"The endpoint could not be looked at: {blind.message}") from blind

    def _unknown(self, lost: NoAnswer, why: str) -> NoAnswer:
        """The error of a call of which nobody knows what it has done; it counts as a change."""
        name = self.options["endpoint"]
        problem = f"{lost.problem}. Endpoint {name} on server {self.server} may get the settings of {self.wanted}"
        advice = f"{why} Look at the endpoint, then run again."
        error = NoAnswer(METHOD, problem, sent=True, status=lost.status, timed_out=lost.timed_out, advice=advice)
        error.left = Applied(value=self._result([], None))
        return error

    def _switched(self, timeout: float) -> bool:
        """Whether the endpoint has the settings of the configuration, or gets them in ``timeout`` seconds."""

        def switched() -> bool:
            return self.wanted in look(self.api, self.server, self.options["endpoint"]).active()

        return wait_until(switched, bool, timeout)[1]

    def _wait(self, watched: Sequence[Watched], deadline: float) -> None:
        """Wait until the endpoint has the settings, then until each task runs again, all of them at once."""
        # A task that is on its way at once need not be watched for a while once it runs again.
        tried_until(lambda: self._look_at_tasks(watched), max(0.0, deadline - time.monotonic()))
        if not self._switched(max(0.0, deadline - time.monotonic())):
            words = f"its settings are not those of {self.wanted} after {self.options['timeout']} seconds"
            name = self.options["endpoint"]
            told = f"Endpoint {name} on server {self.server} was reconfigured, but {words}."
            error = TaskFailed(METHOD, told, words)
            error.left = Applied(value=self._result(watched, self.previous))
            raise error

        def look() -> bool:
            self._look_at_tasks(watched)
            return all(one.settled for one in watched)

        if watched:
            wait_until(look, bool, max(0.0, deadline - time.monotonic()))
            self._judge([one for one in watched if one.state != "RUNNING"])

    def _look_at_tasks(self, watched: Sequence[Watched]) -> None:
        if watched:
            seen = {task["name"]: task for task in self.api.get_task_list(self.server)}
            now = time.monotonic()
            for one in watched:
                one.see(seen.get(one.name, {"state": "NOT_EXIST"})["state"], now)

    def _judge(self, failed: Sequence[Watched]) -> None:
        """Give each task that does not run again its error, with the words of the task."""
        for one in failed:
            words = self._words(one)
            told = f"Task {one.name} on server {self.server} does not run again: it is in state {one.state}. {words}"
            one.error = TaskFailed(METHOD, told, words)

    def _words(self, one: Watched) -> str:
        if one.state != "ERROR":
            return f"It had {self.options['timeout']} seconds; a longer timeout may help."
        try:
            return str(self.api.get_task_details(self.server, one.name)["message"] or "It gives no reason.")
        except AemError as error:
            return error.message

    def _result(self, watched: Sequence[Watched], active: str | None) -> Plain:
        by_name = {one.name: one for one in watched}
        told = [
            by_name[task["name"]].outcome() if task["name"] in by_name else _outcome(task, task["state"])
            for task in self.tasks
        ]
        return _result(told, active, self.previous)


@dataclass
class Watched:
    """A task that is being recycled, and what has been seen of it since ``begun`` on the monotonic clock."""

    task: Plain
    begun: float
    state: str = ""
    error: AemError | None = None
    _left: bool = False
    _looks: int = 0
    _since: float = 0.0
    _now: float = field(default=0.0, repr=False)

    @property
    def name(self) -> str:
        """The task's name."""
        return str(self.task["name"])

    @property
    def runs(self) -> bool:
        """Whether the task runs again and stays: seen so twice, and for a while if it was never seen to stop."""
        return self.state == "RUNNING" and self._looks >= _LOOKS and (self._left or self._now - self._since >= SETTLE)

    @property
    def settled(self) -> bool:
        """Whether there is nothing to wait for: the task runs again, or has failed for good."""
        return self.runs or (self.state == "ERROR" and self._looks >= _LOOKS)

    def see(self, state: str, now: float) -> None:
        """Take note of the state that the task is in ``now``."""
        if state != self.state:
            self._looks, self._since = 0, now
        self.state, self._now = state, now
        self._looks += 1
        self._left = self._left or state not in _ACTIVE

    def outcome(self) -> Plain:
        """What became of the task: ``name``, ``before``, ``after``, ``seconds`` until then and, if any, ``error``."""
        told = _outcome(self.task, self.state or "UNKNOWN")
        if self.state:
            told["seconds"] = round(self._since - self.begun, 1)
        return {**told, "error": self.error.message} if self.error else told


def _outcome(task: Mapping[str, Any], after: str) -> Plain:
    return {"name": task["name"], "before": task["state"], "after": after}


def _result(tasks: list[Plain], active: str | None, previous: str | None) -> Plain:
    return {"tasks": tasks, "active_configuration": active, "previous_configuration": previous}
