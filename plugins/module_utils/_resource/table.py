# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of a task at run time: which there are, and how one is loaded again or taken back into processing.

Reloading and resuming go by guide 2.34 and 2.35, listing by 2.18 and 2.21. A reload whose answer was lost is settled by
looking, never by sending it again. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import TABLE_STATE
from .._core.concurrent import all_of, wait_until
from .._core.errors import ApiError, NoAnswer
from .._core.plan import RUN, Applied, Change, Report
from .._core.time import utc, without_zone
from .foresight import seen, unless_made

KIND = "table"
RELOADED = "reloaded"
RESUMED = "resumed"
ANY = "%"
LOADING = "TABLE_LOADING"
FAILED = "TABLE_ERROR"

_BEING_LOADED = frozenset({"TABLE_QUEUED", LOADING})
# Three spellings are in print (guide 2.35, 3.33, 4.33), the third is what they mean.
_CANNOT_RESUME = frozenset({"AEM_UNSPEND_TABLE_ERR", "AEM_UNSUSPEND_TABLE_ERR"})
_LOOK_AFTER_LOST_ANSWER = 3.0
_MUST_BE_RELOADED = (
    "A table that was suspended during a full load cannot be resumed: reload it with state reloaded (guide 2.35)."
)

STATES_ARGUMENT: dict[str, Any] = {"type": "list", "elements": "str", "choices": TABLE_STATE.choices()}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "task": {"type": "str", "required": True},
    "state": {"type": "str", "choices": [RELOADED, RESUMED], "required": True},
    "tables": {
        "type": "list",
        "elements": "dict",
        "options": {"schema": {"type": "str"}, "table": {"type": "str"}},
        "required_one_of": [("schema", "table")],
    },
    "table_states": STATES_ARGUMENT,
    "allow_none": {"type": "bool", "default": False},
}
INFO_ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "task": {"type": "str", "required": True},
    "schema": {"type": "str"},
    "table": {"type": "str"},
    "table_states": STATES_ARGUMENT,
    "statuses": {"type": "bool", "default": True},
}


class Selected(NamedTuple):
    """The tables that a module works on, as GetTableList answers them, and what it should warn of."""

    tables: list[Plain]
    warnings: list[str]


def select(
    api: Api,
    server: str,
    task: str,
    wanted: Sequence[Mapping[str, Any]] | None,
    states: Sequence[str] | None,
    allow_none: bool = False,
) -> Selected:
    """The tables of a task that one of the pairs of schema and table chooses and that are in one of the states.

    None chooses all tables, and leaves all states. Raise Refused for a pair without ``%`` that no table has, whatever
    its state, and for a pattern or a list that chooses none unless with ``allow_none``. In check mode the task may be
    one that an earlier task of the play would have imported: nothing is known of its tables then.
    """
    pairs = [{}] if wanted is None else list(wanted)

    def look(pair: Mapping[str, Any]) -> tuple[list[Plain] | None, list[str]]:
        return seen(api, lambda: api.get_table_list(server, task, pair.get("schema"), pair.get("table")), server, task)

    looks = all_of(look, pairs, api.session.connection.concurrency)
    not_there_yet = [warning for _tables, warnings in looks for warning in warnings]
    if not_there_yet:
        return Selected([], not_there_yet[:1])
    answers = [tables or [] for tables, _warnings in looks]
    nowhere = [pair for pair, tables in zip(pairs, answers) if not tables]
    where = f"task {task} on server {server}"
    missing = [_label(pair) for pair in nowhere if _is_exact(pair)]
    warnings = []
    if missing:
        problem = f"There is no table {', '.join(missing)} in {where}. Upper and lower case count."
        warnings += unless_made(api, problem)
    problems = [f"No table of {where} matches {_label(pair)}." for pair in nowhere if not _is_exact(pair)]
    if not pairs and not allow_none:
        problems = [f"tables is an empty list, so no table of {where} is chosen."]
    if problems and not allow_none:
        warnings += unless_made(api, f"{' '.join(problems)} Set allow_none to true if there may be none.")
    elif problems:
        warnings += problems
    found = {(table["schema"], table["table"]): table for tables in answers for table in tables}
    kept = spelled_states(states)
    return Selected([table for table in found.values() if not kept or table["state"] in kept], warnings)


def spelled_states(states: Sequence[str] | None) -> list[str]:
    """States as the API spells them; empty where none were given."""
    return [TABLE_STATE.spelled(state) for state in states or ()]


def needs(state: str, table: Mapping[str, Any]) -> bool:
    """Whether a table has to be touched to be ``state``: a reload always, a resume only after an error."""
    return state == RELOADED or table["state"] == FAILED


def plan(api: Api, server: str, task: str, tables: Sequence[Plain], state: str) -> list[Change]:
    """One change for each table, all of which need to be ``state``."""
    after = {"state": LOADING if state == RELOADED else "TABLE_CHANGE_PROCESSING"}
    changes = []
    for table in tables:
        touch = Touch(api, server, task, table)
        apply = touch.reload if state == RELOADED else touch.resume
        name = f"{touch.label} of task {task}"
        changes.append(Change(KIND, name, RUN, {"state": table["state"]}, after, apply, server=server))
    return changes


def outcomes(tables: Sequence[Plain], touched: Sequence[Plain], report: Report) -> list[Plain]:
    """What became of each of the ``tables``, of which ``touched`` are those that the steps of the report are for."""
    steps = {(table["schema"], table["table"]): step for table, step in zip(touched, report.steps)}
    told = []
    for table in tables:
        step = steps.get((table["schema"], table["table"]))
        outcome = {"schema": table["schema"], "table": table["table"], "before": table["state"]}
        outcome["changed"] = bool(step and step.made_a_change)
        if step and step.error:
            outcome["error"] = step.error.message
            outcome.update({key: value for key, value in step.error.facts().items() if key == "error_code"})
        told.append(outcome)
    return told


@dataclass(frozen=True)
class Touch:
    """Reloading or resuming one table. ``table`` is the entry of GetTableList that the plan was made from."""

    api: Api
    server: str
    task: str
    table: Mapping[str, Any]

    @property
    def label(self) -> str:
        """How the table is called in messages."""
        return _label(self.table)

    def reload(self) -> Applied:
        """Load the table again, once. Where the answer is lost, a table that is being loaded tells that it arrived."""
        try:
            self.api.reload_table(self.server, self.task, self.table["schema"], self.table["table"])
        except NoAnswer as lost:
            if not lost.sent:
                raise
            state = self._state_once(self._shows_a_reload)
            if not self._shows_a_reload(state):
                raise self._unsettled(lost, state) from lost
        return Applied()

    def resume(self) -> Applied:
        """Take the table back into processing. One that somebody else has taken back meanwhile is no change."""
        try:
            self._send_resume_until_answered()
        except ApiError as error:
            if error.error_code.upper() not in _CANNOT_RESUME:
                raise
            if _is_processed(self._state()):
                return Applied(changed=False)
            raise _with_hint(error) from error
        return Applied()

    def _send_resume_until_answered(self) -> None:
        """Send the call, and again where the answer was lost and the table is not being processed."""
        try:
            self._send_resume()
        except NoAnswer:
            if not _is_processed(self._state_once(_is_processed)):
                self._send_resume()

    def _send_resume(self) -> None:
        self.api.resume_table(self.server, self.task, self.table["schema"], self.table["table"])

    def _shows_a_reload(self, state: str) -> bool:
        """Whether ``state`` can only mean that the reload has begun, or has ended already."""
        return state in _BEING_LOADED or (self.table["state"] == FAILED and _is_processed(state))

    def _state_once(self, done: Callable[[str], bool]) -> str:
        """The state of the table once it is ``done``, or as it is when there was time enough to see that."""
        return wait_until(self._state, done, _LOOK_AFTER_LOST_ANSWER)[0]

    def _state(self) -> str:
        schema, name = self.table["schema"], self.table["table"]
        tables = self.api.get_table_list(self.server, self.task, schema, name)
        # A % within the name itself would choose other tables too.
        states = [table["state"] for table in tables if (table["schema"], table["table"]) == (schema, name)]
        return str(states[0]) if states else ""

    def _unsettled(self, lost: NoAnswer, state: str) -> NoAnswer:
        problem = (
            f"{lost.problem}. Table {self.label} is {state or 'not there'} now. It was not reloaded again, since the"
            " reload may have been done. Look at the table, then reload it"
        )
        return NoAnswer("ReloadTable", problem, sent=True, status=lost.status, advice="")


def listed(api: Api, options: Mapping[str, Any], now: datetime | None = None) -> tuple[list[Plain], list[str]]:
    """The tables of INFO_ARGUMENTS; with ``statuses`` each has its counters, and an estimate while it is loaded.

    And warnings: in check mode the task may be one that an earlier task of the play would have imported.
    """
    where = options["server"], options["task"], options["schema"], options["table"]
    states = spelled_states(options["table_states"])
    read = api.get_table_statuses if options["statuses"] else api.get_table_list
    found, warnings = seen(api, lambda: read(*where, states), options["server"], options["task"])
    tables = found or []
    if options["statuses"]:
        tables = [with_estimate(table, now or datetime.now(timezone.utc)) for table in tables]
    return tables, warnings


def with_estimate(status: Mapping[str, Any], now: datetime) -> Plain:
    """A table of GetTableStatuses with ``estimated_end_time``, which servers leave null (guide 2.21).

    It is computed while the table is loading, from what has been transferred since the load began.
    """
    load = status.get("table_full_load_info")
    if status.get("state") != LOADING or not isinstance(load, Mapping) or load.get("estimated_end_time"):
        return dict(status)
    return {**status, "table_full_load_info": {**load, "estimated_end_time": estimated_end(load, now)}}


def estimated_end(load: Mapping[str, Any], now: datetime) -> str | None:
    """When a load ends that goes on as until ``now``, UTC, in the form of the server's own times; None if unknown."""
    try:
        start = utc(load["start_time"])
        share = load["estimated_row_count"] / load["transferred_row_count"]
        if share <= 0 or now <= start:
            return None
        return without_zone(start + share * (now - start))
    except (AttributeError, KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None


def _label(pair: Mapping[str, Any]) -> str:
    return f"{pair.get('schema') or ANY}.{pair.get('table') or ANY}"


def _is_exact(pair: Mapping[str, Any]) -> bool:
    return ANY not in _label(pair)


def _is_processed(state: str) -> bool:
    return state not in {FAILED, ""}


def _with_hint(error: ApiError) -> ApiError:
    return error.with_hint(_MUST_BE_RELOADED)
