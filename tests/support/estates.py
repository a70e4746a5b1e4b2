# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wishes for an estate out of few words, and an estate that is brought about on a simulator in this process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.connection import Connection
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.http import Session
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import AemError
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import run
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.model import (
    EndpointWish,
    ServerWish,
    TaskWish,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import (
    acl,
    endpoint,
    endpoint_settings,
    server,
    table_selection,
    task_definition,
)
from simulator import Simulator
from support.definitions import SECTIONS, copied

Plain = dict[str, Any]

_OF_TASK = ("tables", "run_state", "first_run", "renamed_from")
_OF_SERVER = ("acl", "license", "endpoints", "tasks", "renamed_from")
RULES: Plain = {name: spec.get("default") for name, spec in run.ARGUMENTS.items() if name != "servers"}


def wish(given: Mapping[str, Any]) -> ServerWish:
    """The wish for a server, given as a user writes it, without anything being checked."""
    name = given["name"]
    own = {key: value for key, value in given.items() if key not in _OF_SERVER}
    tasks, endpoints = given.get("tasks"), given.get("endpoints")
    return ServerWish(
        name=name,
        options=_filled(server.ARGUMENTS, own),
        given=frozenset(given),
        acl=_filled(acl.ARGUMENTS, {"server": name, **given["acl"]}) if "acl" in given else None,
        license={"server": name, **given["license"]} if "license" in given else None,
        endpoints=None if endpoints is None else tuple(_endpoint(name, item) for item in endpoints),
        tasks=None if tasks is None else tuple(_task(name, item) for item in tasks),
        renamed_from=given.get("renamed_from"),
        place=name,
    )


def _endpoint(server_name: str, given: Mapping[str, Any]) -> EndpointWish:
    own = {key: value for key, value in given.items() if key != "renamed_from"}
    options = _filled(endpoint.ARGUMENTS, {"server": server_name, **own})
    return EndpointWish(options, given.get("renamed_from"), given["name"])


def _task(server_name: str, given: Mapping[str, Any]) -> TaskWish:
    own = {key: value for key, value in given.items() if key not in _OF_TASK}
    tables = given.get("tables")
    if tables is not None:
        tables = _filled(table_selection.ARGUMENTS, {"server": server_name, "task": given["name"], **tables})
    options = _filled(task_definition.ARGUMENTS, {"server": server_name, **own})
    return TaskWish(
        options, tables, given.get("run_state"), given.get("first_run"), given.get("renamed_from"), given["name"]
    )


def _filled(arguments: Mapping[str, Any], given: Mapping[str, Any]) -> Plain:
    return {**{name: spec.get("default") for name, spec in arguments.items()}, **given}


@contextmanager
def session(em: Simulator, check_mode: bool = False, **more: Any) -> Iterator[Api]:
    """The api of a simulator, in a session that is closed in the end."""
    options = {
        "aem_url": em.url,
        "aem_username": em.username,
        "aem_password": em.password,
        "aem_ca_path": str(em.ca_path),
        **more,
    }
    opened = Session(Connection.from_options(options, {}), read_only=check_mode)
    try:
        yield Api(opened)
    finally:
        opened.close()


def brought_about(em: Simulator, *servers: Mapping[str, Any], check_mode: bool = False, **rules: Any) -> Result:
    """What comes of a wish for these servers; an error of the whole run is that of the result."""
    with session(em, check_mode) as api:
        try:
            return run.brought_about(api, [wish(given) for given in servers], {**RULES, **rules})
        except AemError as error:
            return Result(error=error)


def adopted(em: Simulator, server_name: str) -> Plain:
    """The wish that says what a server has: each endpoint without its secrets, each task by its definition."""
    with session(em) as api:
        found = endpoint.read(api, server_name).definition
        assert found is not None
        return {
            "name": server_name,
            "endpoints": [
                {
                    "name": item["name"],
                    "role": item["role"].lower(),
                    "type_id": item["type_id"],
                    "settings": endpoint_settings.without_secrets(item.get("db_settings") or {}),
                }
                for item in found.endpoints
            ],
            "tasks": [
                {"name": task.name, "definition": {SECTIONS: {"tasks": [copied(task.data)]}}} for task in found.tasks
            ],
        }


def wished(em: Simulator, server_name: str) -> Plain:
    """What a server has, as a wish; the log begins after it."""
    found = adopted(em, server_name)
    em.clear_log()
    return found


def part(wished: Plain, kind: str, name: str) -> Plain:
    """One of the endpoints or tasks of a wish, to be changed."""
    return next(item for item in wished[kind] if item["name"] == name)


def told(result: Result, *keys: str) -> list[tuple[Any, ...]]:
    """Of each change: kind, name, action and status, or what else is asked for."""
    return [tuple(change[key] for key in keys or ("kind", "name", "action", "status")) for change in changes(result)]


def changes(result: Result) -> list[Plain]:
    """The changes that a result tells."""
    return list(result.values.get("changes", []))


def writes(em: Simulator) -> list[str]:
    """The calls that write, in order."""
    return [str(entry["api_method"]) for entry in em.log() if entry["writes"]]


def proven(em: Simulator, *servers: Mapping[str, Any], **rules: Any) -> Result:
    """The wish in check mode, for real and again: the plan is what is done, and then nothing is left; what was done."""
    em.clear_log()
    planned = brought_about(em, *servers, check_mode=True, **rules)
    assert planned.error is None
    assert writes(em) == []
    done = brought_about(em, *servers, expect=planned.values["plan_id"], **rules)
    assert (done.error, done.changed) == (None, planned.changed)
    assert done.diff == planned.diff
    keys = ("kind", "server", "name", "action", "before", "after", "stops", "reason")
    assert told(done, *keys) == told(planned, *keys)
    em.clear_log()
    again = brought_about(em, *servers, **rules)
    assert (again.error, again.changed, again.diff) == (None, False, []), again.values.get("plan")
    assert writes(em) == []
    return done
