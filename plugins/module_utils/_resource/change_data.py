# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change Data Partitions on a target: deleting old ones, and the barriers up to which they may be deleted.

Guide 2.37 to 2.39. Each consuming application may have a barrier on a task, but the API answers only the earliest
of them all. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._core.errors import NoAnswer, Refused, none_where
from .._core.plan import CREATE, DELETE, RUN, UPDATE, Applied, Change, Plan
from .._core.time import is_duration, utc, with_z
from .foresight import seen

DELETION = "old change data of task"
BARRIER = "retention barrier"
NOT_KNOWN = "(not known)"

_CANNOT_READ = "AEM_GET_CHANGE_DATA_RETENTION_BARRIER_INNER_ERR"

DELETION_ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "task": {"type": "str", "required": True},
    "older_than": {"type": "str", "required": True},
}
BARRIER_ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "task": {"type": "str", "required": True},
    "application": {"type": "str", "required": True},
    "retention_point": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


class BarrierPlan(NamedTuple):
    """The plan of one barrier, ``certain`` if it is known what there is, and the earliest barrier of all if any."""

    plan: Plan
    certain: bool
    earliest: Plain | None


def plan_deletion(api: Api, options: Mapping[str, Any]) -> Plan:
    """The deletion of what is older than DELETION_ARGUMENTS say; always a change, since nobody tells what is there.

    The barrier is read, which shows that there is such a task, and that the barrier is what counts.
    """
    server, task = options["server"], options["task"]
    older_than = age(options["older_than"])
    earliest, warnings = seen(api, lambda: _barrier_if_it_can_be_read(api, server, task), server, task)
    if earliest:
        warnings = [*warnings, _barrier_counts(task, server, earliest)]
    after = {"older_than": older_than}
    change = Change(DELETION, task, RUN, None, after, lambda: _delete(api, options, older_than), server=server)
    return Plan([change], older_than, warnings)


def age(text: str) -> str:
    """A UTC time as the API takes it, or an ISO 8601 duration as it is. Raise Refused for what is neither."""
    words = text.strip()
    if is_duration(words):
        return words
    return _point("older_than", words, " or an ISO 8601 duration such as P1M3DT1H2M")


def read(api: Api, server: str, task: str) -> Plain | None:
    """The earliest barrier of all applications, or None where there is none."""
    barrier = api.get_change_data_retention_barrier(server, task)
    point = _moment(barrier["retention_point"])
    # The first day of all time is how .NET says that there is no time.
    unset = not barrier["retention_point"] or (point is not None and point.year == 1)
    return None if unset else barrier


def plan_barrier(api: Api, options: Mapping[str, Any]) -> BarrierPlan:
    """The change that sets or removes a barrier as ``options`` (see BARRIER_ARGUMENTS) say.

    In check mode the task may be one that an earlier task of the play would have imported.
    """
    server, task = options["server"], options["task"]
    wanted = wanted_point(options)
    earliest, warnings = seen(api, lambda: read(api, server, task), server, task)
    planned = compare_barrier(api, options, wanted, earliest)
    return planned._replace(plan=planned.plan._replace(warnings=[*warnings, *planned.plan.warnings]))


def wanted_point(options: Mapping[str, Any]) -> str | None:
    """The point that a barrier is to have, as the API takes it; None for one that is to be removed.

    Raise Refused for what cannot be.
    """
    if not options["application"].strip():
        raise Refused("application must not be empty.")
    if options.get("state") == "absent":
        return None
    return _point("retention_point", (options.get("retention_point") or "").strip(), "")


def compare_barrier(
    api: Api, options: Mapping[str, Any], wanted: str | None, earliest: Mapping[str, Any] | None
) -> BarrierPlan:
    """As ``plan_barrier``, for the earliest barrier that was read."""
    application = options["application"]
    known, present = _own(application, earliest)
    shown = None if earliest is None else {**earliest, "retention_point": _shown_point(earliest)}
    after = None if wanted is None else {"application": application, "retention_point": wanted}
    if known and _same(present, wanted):
        return BarrierPlan(Plan([], after), True, shown)
    certain = known or (wanted is not None and _is_earlier(wanted, earliest))
    before = {"application": application, "retention_point": present if known else NOT_KNOWN}
    action = DELETE if wanted is None else CREATE if known and present is None else UPDATE
    change = Change(
        BARRIER,
        f"of {application} on task {options['task']}",
        action,
        None if action == CREATE else before,
        after,
        lambda: _set(api, options, wanted or ""),
        server=options["server"],
    )
    warnings = [] if certain else [_cannot_be_known(options, shown)]
    return BarrierPlan(Plan([change], after, warnings), certain, shown)


def _own(application: str, earliest: Mapping[str, Any] | None) -> tuple[bool, str | None]:
    """Whether the barrier of an application is known, and its point: that of the earliest, or none at all."""
    if earliest is None:
        return True, None
    if earliest["application"] == application:
        return True, _shown_point(earliest)
    return False, None


def _same(present: str | None, wanted: str | None) -> bool:
    if present is None or wanted is None:
        return present is wanted
    moment = _moment(present)
    return moment is not None and moment == _moment(wanted)


def _is_earlier(wanted: str, earliest: Mapping[str, Any] | None) -> bool:
    """Whether ``wanted`` lies before the earliest barrier, so that it is certainly not set."""
    ours, theirs = _moment(wanted), _moment((earliest or {}).get("retention_point", ""))
    return ours is not None and theirs is not None and ours < theirs


def _shown_point(barrier: Mapping[str, Any]) -> str:
    """The point of a barrier in the form that the API takes; as it came where it is no time."""
    moment = _moment(barrier["retention_point"])
    return str(barrier["retention_point"]) if moment is None else with_z(moment)


def _moment(text: str) -> datetime | None:
    try:
        return utc(text)
    except ValueError:
        return None


def _point(option: str, text: str, otherwise: str) -> str:
    try:
        return with_z(utc(text))
    except ValueError:
        raise Refused(f"{option} {text!r} must be a UTC time such as 2026-03-07T11:19:03Z{otherwise}.") from None


def _barrier_if_it_can_be_read(api: Api, server: str, task: str) -> Plain | None:
    """The earliest barrier; None also where the server cannot tell, since a deletion does not depend on it."""
    return none_where(_CANNOT_READ, lambda: read(api, server, task))


def _barrier_counts(task: str, server: str, earliest: Mapping[str, Any]) -> str:
    return (
        f"Task {task} on server {server} has a retention barrier at {_shown_point(earliest)}, of application"
        f" {earliest['application']}. Partitions are deleted up to it, whatever older_than says (guide 2.37)."
    )


def _cannot_be_known(options: Mapping[str, Any], earliest: Mapping[str, Any] | None) -> str:
    barrier = earliest or {}
    return (
        f"Whether application {options['application']} has this barrier on task {options['task']} cannot be known:"
        f" Enterprise Manager tells only the earliest barrier, {barrier.get('retention_point')} of application"
        f" {barrier.get('application')}. The call is made in any case, and counts as a change."
    )


def _delete(api: Api, options: Mapping[str, Any], older_than: str) -> Applied:
    """Delete, once. Nobody tells what is there, so after a lost answer nobody knows; it counts as a change."""
    try:
        api.delete_old_change_data(options["server"], options["task"], older_than)
    except NoAnswer as lost:
        if lost.sent:
            lost.add("The change data may have been deleted, and was not asked for again. Run again to be sure.")
            lost.left = Applied()
        raise
    return Applied()


def _set(api: Api, options: Mapping[str, Any], retention_point: str) -> Applied:
    api.set_change_data_retention_barrier(options["server"], options["task"], options["application"], retention_point)
    return Applied()
