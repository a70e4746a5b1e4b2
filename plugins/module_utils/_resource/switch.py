# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing one task into a state: how it is told to start or stop, and how trouble on the way is settled.

Starting and stopping go by guide 2.26 and 2.27. A call whose answer was lost is settled by looking at the task. What
looking cannot settle is told, and counts as a change.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import RUN_OPTION, RUN_OPTIONS_WITH_POSITION, TASK_ON_THE_WAY
from .._core.concurrent import check_timeout, tried_until, wait_until
from .._core.errors import AemError, ApiError, NoAnswer, Refused, TaskFailed, ended
from .._core.plan import Applied
from . import stopped

STARTED = "started"
STOPPED = "stopped"
RESTARTED = "restarted"
RESUME = "RESUME_PROCESSING"
UNKNOWN = "UNKNOWN"
# What is waited for.
STATE = "state"
FULL_LOAD = "full_load"
END = "end"

# A recovering task is active: it ends in RUNNING, or in ERROR after limited attempts, and cannot be run meanwhile.
STARTED_STATES = frozenset({"RUNNING", "RECOVERY"})
STOPPED_STATES = frozenset({"STOPPED", "ERROR"})
LOOK_AFTER_LOST_ANSWER = 3.0

_LOOK = "Look at the task, then run again."

# What tells that a task needs no start, and the state that it then is in.
_ALREADY_STARTED = {"AEM_TASK_ALREADY_RUNNING": "RUNNING", "AEM_TASK_IN_RECOVERY": "RECOVERY"}
_ALREADY_STOPPED = "AEM_TASK_ALREADY_STOPPED"
_RUN_TIMED_OUT = "AEM_RUN_TASK_TIMEOUT"
_STOP_TIMED_OUT = "AEM_STOP_TASK_TIMEOUT"
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?")


@dataclass(frozen=True)
class Wish:
    """What tasks are to do. ``timeout`` is in seconds, for each task.

    With ``only_running``, a restart leaves tasks alone that do not run. With ``to_run_again``, tasks are started that
    ran until something else was done: what may pass is waited out. ``wait_for`` is what a task has to come to.
    """

    state: str = STARTED
    run_option: str = RESUME
    cdc_position: str | None = None
    wait: bool = True
    timeout: int = 60
    only_running: bool = False
    to_run_again: bool = False
    wait_for: str = STATE

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of the module; raise Refused for what RunTask would refuse."""
        wish = cls(
            state=options.get("state") or STARTED,
            run_option=RUN_OPTION.spelled(options.get("run_option") or RESUME),
            cdc_position=options.get("cdc_position"),
            wait=options.get("wait") is not False,
            timeout=60 if options.get("timeout") is None else options["timeout"],
            only_running=bool(options.get("only_running")),
            to_run_again=bool(options.get("to_run_again")),
            wait_for=options.get("wait_for") or STATE,
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
        if self.to_run_again and self.state != STARTED:
            raise Refused(f"to_run_again goes with state started, not with {self.state}.")
        if self.only_running and self.state != RESTARTED:
            raise Refused(f"only_running goes with state restarted, not with {self.state}.")
        if self.wait_for != STATE and (self.state == STOPPED or not self.wait):
            other = f"state {STOPPED}" if self.state == STOPPED else "wait false"
            told = f"wait_for {self.wait_for} goes with tasks that are started and waited for"
            raise Refused(f"{told}, not with {other}.")
        check_timeout(self.timeout)

    def is_met_by(self, state: str) -> bool:
        """Whether a settled task in ``state`` has nothing to do."""
        if self.state == RESTARTED:
            return self.only_running and state in STOPPED_STATES
        return state in {STARTED: STARTED_STATES, STOPPED: STOPPED_STATES}[self.state]

    def after(self) -> Plain:
        """What a task is expected to be when it is done, as a diff shows it; how it is run where that says more."""
        if self.state == STOPPED:
            return {"state": "STOPPED"}
        ends = self.wait_for == END or self.run_option.startswith("METADATA_ONLY")
        after = {"state": "STOPPED" if ends else "RUNNING"}
        return after if self.state == STARTED and self.run_option == RESUME else {**after, "run": self.run_option}


@dataclass
class Switch:
    """Bringing one task into the wished state. ``task`` is the entry of GetTaskList that the plan was made from.

    A task that was ``stopped_here``, by this run and for a change, has to run again: what may pass is waited out.
    """

    api: Api
    server: str
    task: Mapping[str, Any]
    wish: Wish
    stopped_here: bool = False
    _told: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        """The task's name."""
        return str(self.task["name"])

    def apply(self) -> Applied:
        """Stop the task, run it, or both; the value is the state that it is in then.

        An error tells what the task is left in. What the task was told counts as a change, unless a look shows that it
        came to nothing.
        """
        self._told = False
        try:
            applied = self._switch()
        except AemError as error:
            error.left = self._left()
            raise
        if self.wish.state != STOPPED:
            stopped.forget(self.api, self.server, [self.name])
        return applied

    def _switch(self) -> Applied:
        if self.wish.state == STOPPED:
            return self._stop(self.wish.wait)
        if self.wish.state == STARTED or self.task["state"] in STOPPED_STATES:
            return self._run(self.task["state"], self.stopped_here)
        return self._restart()

    def _restart(self) -> Applied:
        """Stop the task and run it again, also where something went wrong with it after it was told to stop."""
        warnings = stopped.remember(self.api, self.server, [self.name])
        try:
            before = self._stop(wait=True).value
        except AemError as error:
            if self._told:
                self._start_after(error)
            else:
                # Who stops it later does so on purpose.
                stopped.forget(self.api, self.server, [self.name])
            raise
        return self._run(before, stopped_here=True)._replace(changed=True, warnings=warnings)

    def _start_after(self, error: AemError) -> None:
        """Start the task again that was told to stop; the error, of that, tells what became of it."""
        try:
            self._run("STOPPED", stopped_here=True)
        except AemError as another:
            error.add(f"It could not be started again: {another.message}")
        else:
            error.add("It was told to run again.")
            stopped.forget(self.api, self.server, [self.name])

    def _left(self) -> Applied:
        """What the task was changed to, when something went wrong."""
        try:
            state = self._look()["state"]
        except AemError:
            return Applied(changed=self._told, value=UNKNOWN)
        return Applied(changed=self._told or state != self.task["state"], value=state)

    def _run(self, before: str, stopped_here: bool) -> Applied:
        """Run the task, which is in state ``before``, once. One that somebody else has started is no change."""
        if not stopped_here:
            return self._run_once(before, more_tries=False)
        return tried_until(lambda: self._run_once(before, more_tries=True), self.wish.timeout)

    def _run_once(self, before: str, more_tries: bool) -> Applied:
        """Run the task. With ``more_tries``, what may pass is raised, since the caller tries again then."""
        try:
            answer = self._send_run()
        except NoAnswer as lost:
            answer = self._look_or_run(lost, before, more_tries)
        except ApiError as error:
            if error.error_code in _ALREADY_STARTED:
                return self._already_started(error)
            if error.error_code == _RUN_TIMED_OUT and not self.wish.wait:
                return Applied(value="STARTING")
            raise
        self._told = self._told or not answer.get("error_message")
        if answer["state"] in TASK_ON_THE_WAY and self.wish.wait:
            answer = self._settled()
        if answer.get("error_message") or answer["state"] == "ERROR":
            raise self._failed("RunTask", "started", answer)
        return Applied(value=answer["state"])

    def _already_started(self, error: ApiError) -> Applied:
        """No change, unless the task that cannot be run is one that is stopping, and has to run again."""
        state = self._settled()["state"]
        at_rest = state in STOPPED_STATES
        if self._must_run and at_rest:
            error.passing = True
            raise error
        return Applied(changed=self._told, value=_ALREADY_STARTED[error.error_code] if at_rest else state)

    @property
    def _must_run(self) -> bool:
        return self.stopped_here or self.wish.state == RESTARTED

    def _stop(self, wait: bool) -> Applied:
        """Stop the task and, with ``wait``, see that it is: state STOPPED, and no memory in use where the server tells.

        A task that somebody else has stopped meanwhile is no change.
        """
        changed = True
        try:
            answer = self._send_stop(wait)
            self._told = not answer["error_message"]
            if answer["error_message"]:
                raise self._failed("StopTask", "stopped", answer)
        except NoAnswer as lost:
            self._told = lost.sent
            self._look_or_stop(wait)
        except ApiError as error:
            if error.error_code == _STOP_TIMED_OUT:
                self._told = True
                if not wait:
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
            words = f"That is so after {self.wish.timeout} seconds; a longer timeout may help"
            if details["state"] in STOPPED_STATES:
                words = f"It still uses {details.get('memory_mb')} MB of memory. {words}"
            raise self._failed("StopTask", "stopped", {**details, "error_message": words})
        return str(details["state"])

    def _look_or_run(self, lost: NoAnswer, before: str, more_tries: bool) -> Plain:
        """What the task has come to when the answer of RunTask was lost; run again only where that does no harm.

        After a second lost answer there is another look, and that is the end.
        """
        if not lost.sent:
            raise lost
        details = self._seen_after(lost)
        if details["state"] not in STOPPED_STATES:
            return details
        if self.wish.run_option != RESUME or details["state"] != before:
            raise self._not_again(lost, details, f"{self.wish.run_option.lower()} may have been done")
        if lost.timed_out:
            raise self._not_again(lost, details, "the server may still be about to run it")
        if more_tries:
            raise lost
        try:
            return self._send_run()
        except ApiError as error:
            if error.error_code not in _ALREADY_STARTED:
                raise
            # The state that a look shows can lag behind.
            return {"state": _ALREADY_STARTED[error.error_code]}
        except NoAnswer as again:
            details = self._seen_after(again)
            if details["state"] not in STOPPED_STATES:
                return details
            raise self._not_again(again, details, "two calls had no answer") from again

    def _seen_after(self, lost: NoAnswer) -> Plain:
        """The task after a lost answer of RunTask, once it has left rest and settled, or as it is after some time."""
        self._told = True
        try:
            tried_until(self._look, self.wish.timeout)
            return self._settled_unless_in(STOPPED_STATES, self.wish.timeout if lost.timed_out else 0)
        except AemError as blind:
            raise self._not_again(lost, {"state": UNKNOWN}, f"it could not be looked at: {blind.message}") from blind

    def _not_again(self, lost: NoAnswer, seen: Mapping[str, Any], reason: str) -> NoAnswer:
        """The error of a task of which nobody knows whether it was run."""
        error = NoAnswer(
            lost.api_method,
            f"{lost.problem}. Task {self.name} on server {self.server} is {seen['state']} now. It was not run again,"
            f" since {reason.rstrip('.')}. Look at the task, then run it",
            sent=True,
            status=lost.status,
            timed_out=lost.timed_out,
            advice="",
        )
        error.passing = False
        return error

    def _look_or_stop(self, wait: bool) -> None:
        """After a lost answer of StopTask: stop a task that still runs again, which does no harm."""
        if self._settled_unless_in(STARTED_STATES)["state"] not in STARTED_STATES:
            return
        try:
            self._send_stop(wait)
        except NoAnswer as again:
            self._told = self._told or again.sent
            state = self._settled_unless_in(STARTED_STATES)["state"]
            if state in STARTED_STATES:
                problem = f"{again.problem}. Task {self.name} on server {self.server} is {state} now, and may yet stop"
                raise NoAnswer("StopTask", problem, sent=True, status=again.status, advice=_LOOK) from again
        except ApiError as error:
            if error.error_code != _ALREADY_STOPPED:
                raise
        else:
            self._told = True

    def _send_run(self) -> Plain:
        timeout = self.wish.timeout if self.wish.wait else 1
        return self.api.run_task(self.server, self.name, self.wish.run_option, timeout, self.wish.cdc_position)

    def _send_stop(self, wait: bool) -> Plain:
        return self.api.stop_task(self.server, self.name, self.wish.timeout if wait else 1)

    def _settled_unless_in(self, states: frozenset[str], patience: float = 0) -> Plain:
        """The task once it has left ``states`` and settled, or as it is where it has not left them in time."""
        patience = patience or min(self.wish.timeout, LOOK_AFTER_LOST_ANSWER)
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
        label = f"Task {self.name} on server {self.server}"
        told = f"{label} could not be {what}: it is in state {seen['state']}. {ended(words)}"
        return TaskFailed(api_method, told, words)


def _is_at_rest(details: Mapping[str, Any]) -> bool:
    """Whether a task has stopped, also by its memory; Compose tasks have no such figure, and -1 means not known."""
    return details["state"] in STOPPED_STATES and details.get("memory_mb", 0) in (0, -1, None)
