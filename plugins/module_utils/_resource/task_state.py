# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks and their states: what is wanted, what is there, and how a task is brought from one to the other.

Starting and stopping go by guide 2.26 and 2.27. A call whose answer was lost is settled by looking at the task.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import RUN_OPTION, RUN_OPTIONS_WITH_POSITION, TASK_ON_THE_WAY, TASK_STATE
from .._core.concurrent import all_of, check_timeout, wait_until
from .._core.errors import AemError, ApiError, NoAnswer, Refused, TaskFailed
from .._core.plan import PLANNED, RUN, Applied, Change, Report, Step
from .task_choice import CHOICE_ARGUMENTS, SKIP_ARGUMENT, matching

KIND = "task"
STARTED = "started"
STOPPED = "stopped"
RESTARTED = "restarted"
RESUME = "RESUME_PROCESSING"
AT_ONCE = 64

# A recovering task is active: it ends in RUNNING, or in ERROR after limited attempts, and cannot be run meanwhile.
_STARTED_STATES = frozenset({"RUNNING", "RECOVERY"})
_STOPPED_STATES = frozenset({"STOPPED", "ERROR"})
_ALREADY_STARTED = frozenset({"AEM_TASK_ALREADY_RUNNING", "AEM_TASK_IN_RECOVERY"})
_ALREADY_STOPPED = "AEM_TASK_ALREADY_STOPPED"
_RUN_TIMED_OUT = "AEM_RUN_TASK_TIMEOUT"
_STOP_TIMED_OUT = "AEM_STOP_TASK_TIMEOUT"
_LOOK_AFTER_LOST_ANSWER = 3.0
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?")

ARGUMENTS: dict[str, dict[str, Any]] = {
    **CHOICE_ARGUMENTS,
    **SKIP_ARGUMENT,
    "state": {"type": "str", "choices": [STARTED, STOPPED, RESTARTED], "default": STARTED},
    "run_option": {"type": "str", "choices": RUN_OPTION.choices(), "default": RESUME.lower()},
    "cdc_position": {"type": "str"},
    "wait": {"type": "bool", "default": True},
    "timeout": {"type": "int", "default": 60},
    "parallel": {"type": "int", "default": AT_ONCE},
}


@dataclass(frozen=True)
class Wish:
    """What tasks are to do. ``timeout`` is in seconds, for each task."""

    state: str = STARTED
    run_option: str = RESUME
    cdc_position: str | None = None
    wait: bool = True
    timeout: int = 60

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of ARGUMENTS; raise Refused for what RunTask would refuse."""
        wish = cls(
            state=options.get("state") or STARTED,
            run_option=RUN_OPTION.spelled(options.get("run_option") or RESUME),
            cdc_position=options.get("cdc_position"),
            wait=options.get("wait") is not False,
            timeout=60 if options.get("timeout") is None else options["timeout"],
        )
        wish.check()
        return wish

    def check(self) -> None:
        """Raise Refused where option and position do not go together (guide 2.26)."""
        needs_position = self.run_option in RUN_OPTIONS_WITH_POSITION
        name = self.run_option.lower()
        if needs_position and not self.cdc_position:
            raise Refused(f"run_option {name} needs cdc_position.")
        if self.cdc_position and not needs_position:
            takers = ", ".join(sorted(option.lower() for option in RUN_OPTIONS_WITH_POSITION))
            raise Refused(f"run_option {name} takes no cdc_position; these do: {takers}.")
        if name.endswith("_from_timestamp") and not _TIMESTAMP.fullmatch(self.cdc_position or ""):
            raise Refused(f"cdc_position {self.cdc_position!r} must be a UTC time such as 2026-03-07T11:19:03Z.")
        check_timeout(self.timeout)

    def is_met_by(self, state: str) -> bool:
        """Whether a settled task in ``state`` has nothing to do."""
        return state in {STARTED: _STARTED_STATES, STOPPED: _STOPPED_STATES}.get(self.state, frozenset())

    def after(self) -> Plain:
        """What a task is expected to be when it is done, as a diff shows it; how it is run where that says more."""
        if self.state == STOPPED:
            return {"state": "STOPPED"}
        after = {"state": "STOPPED" if self.run_option.startswith("METADATA_ONLY") else "RUNNING"}
        return after if self.state == STARTED and self.run_option == RESUME else {**after, "run": self.run_option}


def plan(api: Api, tasks: Sequence[Plain], wish: Wish) -> list[Change]:
    """One change for each task that is not as wished; ``tasks`` as :func:`.._resource.task_choice.choose` answers them.

    A task that is still on the way counts as not there.
    """
    return [
        Change(KIND, name, RUN, {"state": task["state"]}, wish.after(), Switch(api, task["server"], task, wish).apply)
        for task, name in zip(tasks, _names(tasks))
        if not wish.is_met_by(task["state"])
    ]


def outcomes(tasks: Sequence[Plain], report: Report) -> list[Plain]:
    """What became of each task: ``server``, ``name``, ``before``, ``after`` and ``changed``.

    One that was started or stopped has the ``seconds`` that it took too, and one that failed its ``error``.
    """
    steps = {step.change.name: step for step in report.steps}
    return [_outcome(task, steps.get(name)) for task, name in zip(tasks, _names(tasks))]


def _names(tasks: Sequence[Plain]) -> list[str]:
    """What the tasks are called in messages and diffs: their servers are named where there are several."""
    several = len({task["server"] for task in tasks}) > 1
    return [f"{task['name']} on {task['server']}" if several else task["name"] for task in tasks]


def _outcome(task: Plain, step: Step | None) -> Plain:
    before = after = task["state"]
    if step and step.status == PLANNED and step.change.after is not None:
        after = step.change.after["state"]
    elif step and step.value:
        after = step.value
    told = {"server": task["server"], "name": task["name"], "before": before, "after": after}
    told["changed"] = bool(step and step.made_a_change)
    if step and step.seconds is not None:
        told["seconds"] = round(step.seconds, 1)
    return {**told, "error": step.error.message} if step and step.error else told


@dataclass(frozen=True)
class Switch:
    """Bringing one task into the wished state. ``task`` is the entry of GetTaskList that the plan was made from."""

    api: Api
    server: str
    task: Mapping[str, Any]
    wish: Wish

    @property
    def name(self) -> str:
        """The task's name."""
        return str(self.task["name"])

    def apply(self) -> Applied:
        """Stop the task, run it, or both; the value is the state that it is in then.

        An error tells what the task is left in.
        """
        try:
            return self._switch()
        except AemError as error:
            error.left = self._left()
            raise

    def _switch(self) -> Applied:
        if self.wish.state == STOPPED:
            return self._stop(self.wish.wait)
        if self.wish.state == STARTED or self.task["state"] in _STOPPED_STATES:
            return self._run(self.task["state"])
        stopped = self._stop(wait=True)
        return self._run(stopped.value)._replace(changed=True)

    def _left(self) -> Applied:
        """What the task was changed to, when something went wrong."""
        try:
            state = self._look()["state"]
        except AemError:
            return Applied(changed=False, value="UNKNOWN")
        return Applied(changed=state != self.task["state"], value=state)

    def _run(self, before: str) -> Applied:
        """Run the task, which is in state ``before``, once. One that somebody else has started is no change."""
        try:
            answer = self._send_run()
        except NoAnswer as lost:
            answer = self._look_or_run(lost, before)
        except ApiError as error:
            if error.error_code in _ALREADY_STARTED:
                return Applied(changed=False, value=self._look()["state"])
            if error.error_code == _RUN_TIMED_OUT and not self.wish.wait:
                return Applied(value="STARTING")
            raise
        if answer["state"] in TASK_ON_THE_WAY and self.wish.wait:
            answer = self._settled()
        if answer.get("error_message") or answer["state"] == "ERROR":
            raise self._failed("RunTask", "started", answer)
        return Applied(value=answer["state"])

    def _stop(self, wait: bool) -> Applied:
        """Stop the task and, with ``wait``, see that it is: state STOPPED, and no memory in use where the server tells.

        A task that somebody else has stopped meanwhile is no change.
        """
        changed = True
        try:
            answer = self._send_stop(wait)
            if answer["error_message"]:
                raise self._failed("StopTask", "stopped", answer)
        except NoAnswer:
            self._look_or_stop(wait)
        except ApiError as error:
            if error.error_code == _STOP_TIMED_OUT and not wait:
                return Applied(value="STOPPING")
            if error.error_code != _ALREADY_STOPPED:
                raise
            changed = False
        return Applied(changed, self._at_rest() if wait else self._look()["state"])

    def _at_rest(self) -> str:
        """The state of the task once it is at rest; raise TaskFailed where it does not come to rest as it should."""
        details, done = wait_until(self._look, _is_at_rest, self.wish.timeout)
        if details["state"] == "ERROR":
            raise self._failed("StopTask", "stopped", details)
        if not done:
            memory = details.get("memory_mb", "an unknown amount of")
            words = f"after {self.wish.timeout} seconds it still uses {memory} MB of memory; a longer timeout may help"
            raise self._failed("StopTask", "stopped", {**details, "error_message": words})
        return str(details["state"])

    def _look_or_run(self, lost: NoAnswer, before: str) -> Plain:
        """What the task has come to when the answer of RunTask was lost; run again only where that does no harm."""
        details = self._settled_unless_in(_STOPPED_STATES)
        if details["state"] not in _STOPPED_STATES:
            return details
        if self.wish.run_option != RESUME or details["state"] != before:
            raise NoAnswer(
                "RunTask",
                f"{lost.problem}. Task {self.name} on server {self.server} is {details['state']} now. It was not run"
                f" again, since {self.wish.run_option.lower()} may have been done. Look at the task, then run it",
                sent=True,
                status=lost.status,
            ) from lost
        try:
            return self._send_run()
        except ApiError as error:
            if error.error_code not in _ALREADY_STARTED:
                raise
            return self._look()

    def _look_or_stop(self, wait: bool) -> None:
        """After a lost answer of StopTask: stop a task that still runs again, which does no harm."""
        if self._settled_unless_in(_STARTED_STATES)["state"] not in _STARTED_STATES:
            return
        try:
            self._send_stop(wait)
        except ApiError as error:
            if error.error_code != _ALREADY_STOPPED:
                raise

    def _send_run(self) -> Plain:
        timeout = self.wish.timeout if self.wish.wait else 1
        return self.api.run_task(self.server, self.name, self.wish.run_option, timeout, self.wish.cdc_position)

    def _send_stop(self, wait: bool) -> Plain:
        return self.api.stop_task(self.server, self.name, self.wish.timeout if wait else 1)

    def _settled_unless_in(self, states: frozenset[str]) -> Plain:
        """The task once it has left ``states`` and settled, or as it is where it has not left them in time."""
        patience = min(self.wish.timeout, _LOOK_AFTER_LOST_ANSWER)
        details, left = wait_until(self._look, lambda seen: seen["state"] not in states, patience)
        return self._settled() if left else details

    def _settled(self) -> Plain:
        """The task once it is neither starting nor stopping, or as it is when the time is over."""
        return wait_until(self._look, lambda seen: seen["state"] not in TASK_ON_THE_WAY, self.wish.timeout)[0]

    def _look(self) -> Plain:
        return self.api.get_task_details(self.server, self.name)

    def _failed(self, api_method: str, what: str, seen: Mapping[str, Any]) -> TaskFailed:
        """The error of a task that could not be ``what``, with the words of the answer or of the task itself."""
        words = seen.get("error_message") or seen.get("message") or self._look()["message"] or "it gives no reason"
        told = f"Task {self.name} on server {self.server} could not be {what}: it is in state {seen['state']}. {words}"
        return TaskFailed(api_method, told, words)


def _is_at_rest(details: Mapping[str, Any]) -> bool:
    """Whether a task has stopped, also by its memory; Compose tasks have no such figure, and -1 means not known."""
    return details["state"] in _STOPPED_STATES and details.get("memory_mb", 0) in (0, -1, None)


def listed(api: Api, servers: Sequence[str], options: Mapping[str, Any]) -> list[Plain]:
    """The tasks of ``servers`` that match ``tasks``, ``tags`` and ``states``; with ``details``, each has its record."""
    states = None if options["states"] is None else {TASK_STATE.spelled(state) for state in options["states"]}
    workers = api.session.connection.concurrency

    def of_server(server: str) -> list[Plain]:
        tasks = matching(api.get_task_list(server), options["tasks"], options["tags"])
        return [{"server": server, **task} for task in tasks if states is None or task["state"] in states]

    def with_details(task: Plain) -> Plain:
        return {**task, "details": api.get_task_details(task["server"], task["name"])}

    found = [task for tasks in all_of(of_server, servers, workers) for task in tasks]
    return all_of(with_details, found, workers) if options["details"] else found
