# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of the API in one shape, whatever the dialect of the server.

Servers of different years wrap, name and spell the same things differently, and send numbers and booleans as words.
Every function here takes an answer and returns plain data with the guide's field names, the SDK's enum spellings,
numbers as ``int`` and booleans as ``bool``. Fields that are not known pass through unchanged. All are pure.
They raise WrongShape, which names the field, for an answer that lacks what the guide says is in it, or has something
of another kind there: what is not listed must never pass for what is not there.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import shape, vocabulary
from .shape import WrongShape
from .vocabulary import boolean, integer, text

Plain = dict[str, Any]

_REPLICATE = "replicate"

_TASK_ALIASES = {
    "applied_comitted_transacion_count": "applied_comitted_transaction_count",
    "applied_committed_transaction_count": "applied_comitted_transaction_count",
    "applied_records_comitted_ count": "applied_records_comitted_count",
    "applied_records_committed_count": "applied_records_comitted_count",
    "applied_volume_committed_mb": "applied_volume_comitted_mb",
    "cdc_transaction_counters": "cdc_transactions_counters",
    "$type": "type",
}
_PARTS_OF_DETAILS = (
    "full_load_counters",
    "loading_counters",
    "cdc_latency",
    "cdc_event_counters",
    "cdc_throughput",
    "full_load_throughput",
    "cdc_transactions_counters",
    "source_endpoint",
    "target_endpoint",
    "options",
)
_NUMBER_ENDINGS = ("_count", "_mb", "_volume", "_percentage", "current")


def server(answer: Mapping[str, Any]) -> Plain:
    """GetServer: the connection properties, with ``type`` replicate or compose; ``password`` is an identifier."""
    shape.needs(answer, "host", "port", "username")
    return {
        **_without_types(answer),
        "type": server_type(answer),
        "description": _words(answer.get("description")),
        "port": integer(answer.get("port")),
        "verify_server_certificate": boolean(answer.get("verify_server_certificate")),
        "monitored": boolean(answer.get("monitored")),
    }


def server_type(answer: Mapping[str, Any]) -> str:
    """``replicate`` or ``compose``, from ``$type`` or, failing that, the SDK's ``type``."""
    told = str(answer.get("$type") or answer.get("type") or "").lower()
    return vocabulary.COMPOSE if vocabulary.COMPOSE in told else _REPLICATE


def server_list(answer: Mapping[str, Any]) -> list[Plain]:
    """GetServerList: a list of servers with name, type, host, port, state, message, platform, version."""
    return [_server_info(item) for item in shape.listed(answer, "serverList", "name")]


def _server_info(item: Mapping[str, Any]) -> Plain:
    info = {
        **_without_types(item),
        "type": server_type(item),
        "description": _words(item.get("description")),
        "message": text(item.get("message")),
    }
    return _with(info, port=integer, state=vocabulary.SERVER_STATE.spelled, platform=vocabulary.SERVER_PLATFORM.spelled)


def server_details(answer: Mapping[str, Any]) -> Plain:
    """GetServerDetails without its wrapper, which has two names; so have the user name and the task summary."""
    wrapped = answer.get("server_details", answer.get("serverDetails"))
    if wrapped is None:
        raise WrongShape("server_details is missing")
    details = _server_info(shape.needs(wrapped, "name", within="server_details"))
    if "aem_tasks_summary" in details:
        details["task_summary"] = details.pop("aem_tasks_summary")
    configuration = dict(shape.part(details, "configuration"))
    for other in ("user_name", "user name"):
        if other in configuration:
            configuration["username"] = configuration.pop(other)
    details["configuration"] = _with(configuration, port=integer, platform=vocabulary.SERVER_PLATFORM.spelled)
    for part in ("task_summary", "resource_utilization"):
        if details.get(part) is not None:
            details[part] = {key: integer(value) for key, value in _without_types(shape.part(details, part)).items()}
    if details.get("license") is not None:
        license_facts = _without_types(shape.part(details, "license"))
        details["license"] = _with(license_facts, state=vocabulary.LICENSE_STATE.spelled, days_to_expiration=integer)
    return details


def acl(answer: Mapping[str, Any]) -> Plain:
    """GetServerAcl: per role the sorted names of ``users`` and ``groups``, and ``disable_inheritance``.

    All four roles must be there, since what is not read would be emptied by the next change. One may be null.
    """
    inherits = boolean(answer.get("disable_inheritance"))
    roles = {role: _members(role, shape.there(answer, role)) for role in vocabulary.ACL_ROLES}
    if not isinstance(inherits, bool):
        raise WrongShape("disable_inheritance is neither true nor false")
    return {**roles, "disable_inheritance": inherits}


def _members(name: str, role: Any) -> dict[str, list[str]]:
    kinds = ("users", "groups")
    if role is None:
        return {kind: [] for kind in kinds}
    shape.needs(role, within=name)
    return {kind: sorted(_names(f"{name}.{kind}", shape.there(role, kind, name)), key=str.casefold) for kind in kinds}


def _names(where: str, members: Any) -> list[str]:
    found = [] if members is None else shape.as_list(members, where)
    return [str(shape.needs(member, "name", within=where)["name"]) for member in found]


def task_list(answer: Mapping[str, Any]) -> list[Plain]:
    """GetTaskList: a list of tasks with name, state, stop_reason, message, assigned_tags."""
    return [
        {
            **_with(
                _without_types(item),
                state=vocabulary.TASK_STATE.spelled,
                stop_reason=vocabulary.STOP_REASON.spelled,
            ),
            "message": text(item.get("message")),
            "assigned_tags": shape.words(item, "assigned_tags"),
        }
        for item in shape.listed(answer, "taskList", "name", "state")
    ]


def task_details(answer: Mapping[str, Any]) -> Plain:
    """GetTaskDetails, without the wrapper that one generation of servers has; two shapes, Replicate and Compose."""
    wrapped = answer.get("task")
    details: Plain = _renamed(shape.needs(wrapped if isinstance(wrapped, Mapping) else answer, "state"))
    for part in _PARTS_OF_DETAILS:
        shape.part(details, part)
    counters = details.get("full_load_counters") or {}
    for key in ("full_load_completed", "full_load_start", "full_load_end"):
        if key in counters:
            details.setdefault(key, counters.pop(key))
    details["message"] = text(details.get("message"))
    details["assigned_tags"] = shape.words(details, "assigned_tags")
    details = _with(
        details,
        state=vocabulary.TASK_STATE.spelled,
        task_stop_reason=vocabulary.STOP_REASON.spelled,
        full_load_completed=boolean,
        loading_completed=boolean,
    )
    if details.get("options"):
        details["options"] = {key: boolean(value) for key, value in details["options"].items()}
    return details


def _renamed(value: Any, key: str = "") -> Any:
    """Task details with one name for each field, and numbers where numbers belong, all the way down."""
    if isinstance(value, Mapping):
        return {_TASK_ALIASES.get(name, name): _renamed(inner, name) for name, inner in value.items()}
    return integer(value) if key.endswith(_NUMBER_ENDINGS) else value


def table_list(answer: Mapping[str, Any]) -> list[Plain]:
    """GetTableList: schema, table and state of each table."""
    tables = shape.listed(answer, "tablelist", "table", "state")
    return [
        {**_with(_without_types(item), state=vocabulary.TABLE_STATE.spelled), "schema": _words(item.get("schema"))}
        for item in tables
    ]


def table_statuses(answer: Mapping[str, Any]) -> list[Plain]:
    """GetTableStatuses: the tables with their counters."""
    other = next((key for key in answer if key.lower() == "tabledetails"), None)
    tables = shape.listed(answer, other or "table_details", "state")
    return [
        _with(
            _renamed(_without_types(item)),
            state=vocabulary.TABLE_STATE.spelled,
        )
        for item in tables
    ]


def table_selection(answer: Mapping[str, Any]) -> Plain:
    """GetTaskTableSelection: three lists of owner, name, ``load_order`` as int and ``table_type`` by name."""
    lists = vocabulary.SELECTION_LISTS
    return {name: [_selected(item) for item in shape.listed(answer, name, "owner", "name")] for name in lists}


def _selected(item: Mapping[str, Any]) -> Plain:
    order = vocabulary.LOAD_ORDER.spelled(item.get("load_order") or 0)
    return {
        **_without_types(item),
        "load_order": vocabulary.LOAD_ORDER.numbers[order] if order in vocabulary.LOAD_ORDER.values else integer(order),
        "table_type": vocabulary.TABLE_TYPE.spelled(item.get("table_type") or "TABLE"),
    }


def endpoint_list(answer: Mapping[str, Any]) -> list[Plain]:
    """GetEndpointList: name, description, role, type and is_licensed of each endpoint."""
    return [_endpoint(item) for item in shape.listed(answer, "endpointList", "name")]


def _endpoint(item: Mapping[str, Any]) -> Plain:
    endpoint = _without_types(item)
    endpoint["type"] = item.get("type")
    if "isLicensed" in endpoint:
        endpoint["is_licensed"] = endpoint.pop("isLicensed")
    return _with(endpoint, role=vocabulary.ENDPOINT_ROLE.spelled, is_licensed=boolean)


def endpoint_test(answer: Mapping[str, Any]) -> Plain:
    """TestEndpoint: ``status`` (CONNECTED, ERROR, UNKNOWN), ``message`` and ``detailed_message``."""
    known = [answer[name] for name in ("status", "state", "requeststate") if name in answer]
    if not known:
        raise WrongShape("status is missing")
    return {
        "status": vocabulary.ENDPOINT_STATE.spelled(shape.word("status", known[0])),
        "message": text(answer.get("message", answer.get("error_message"))),
        "detailed_message": text(answer.get("detailed_message", answer.get("detailed message"))),
    }


def task_run(answer: Mapping[str, Any]) -> Plain:
    """RunTask and StopTask: ``state`` and ``error_message``, which is empty on success."""
    error_message = text(answer.get("error_message"))
    if not error_message or answer.get("state") is not None:
        shape.needs(answer, "state")
    return {"state": vocabulary.TASK_STATE.spelled(answer.get("state")), "error_message": error_message}


def barrier(answer: Mapping[str, Any]) -> Plain:
    """GetChangeDataRetentionBarrier: ``application`` and ``retention_point``, empty where none is set.

    Where there is none, either may be null or left out, but not both: that is the answer of something else.
    """
    if "application" not in answer and "retention_point" not in answer:
        raise WrongShape("application and retention_point are missing")
    application, point = (shape.word_or_none(answer, name) for name in ("application", "retention_point"))
    return {"application": _words(application), "retention_point": text(point)}


def _words(value: Any) -> str:
    """What somebody has typed, where the word NONE is a word like any other; null as the empty string."""
    return "" if value is None else str(value)


def _without_types(item: Mapping[str, Any]) -> Plain:
    return {key: value for key, value in item.items() if key not in ("$type", "type")}


def _with(item: Plain, **normalisers: Callable[[Any], Any]) -> Plain:
    """``item`` with the named fields normalised, where it has them."""
    return {
        key: normalisers[key](shape.plain(key, value)) if key in normalisers else value for key, value in item.items()
    }
