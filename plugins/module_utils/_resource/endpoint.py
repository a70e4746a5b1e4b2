# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints: what may be asked for, what is there, and the change between them (guide 2.28 to 2.30, 2.32, 2.33).

The API has no call that reads or makes one endpoint. It is read from an export of the whole server and made by an
import with nothing else in it. A user who may not export can still find out what differs, by patches that only test.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import ENDPOINT_NOT_FOUND, ENDPOINT_ROLE
from .._core.concurrent import check_timeout
from .._core.errors import ApiError, Refused, TooLittle
from .._core.plan import CREATE, DELETE, Applied, Change, Plan, removed
from .._core.select import ByName, chosen
from .._definition.compare import Difference
from .._definition.document import Definition, of_sections
from .._definition.paths import pointer
from .._definition.references import ENDPOINT, TASK, of_thing
from .._definition.secret_names import NONE, Names
from .._definition.tree import TYPE, value_at
from . import endpoint_patch as patches
from . import endpoint_settings as settings
from .endpoint_patch import KIND
from .endpoint_settings import ALWAYS, ON_CREATE, Wish
from .foresight import seen
from .importing import Import, read_all, versioned
from .named import UNAUTHORIZED, missing
from .pausing import Pause
from .settings_types import CERTAIN, asked_for, other_spelling

NO_EXPORT = frozenset({UNAUTHORIZED, "AEM_EXPORT_NO_PERMISSION_ON_TASK", "AEM_EXPORT_NO_PERMISSION_ON_ENDPOINT"})
NEEDED_TO_CREATE = ("role", "type_id", "settings")

ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "role": {"type": "str", "choices": ["source", "target"]},
    "type_id": {"type": "str"},
    "settings": {"type": "dict", "no_log": True},
    "unset": {"type": "list", "elements": "str"},
    # It sounds like a secret and is none.
    "update_secrets": {"type": "str", "choices": [ON_CREATE, ALWAYS], "default": ON_CREATE, "no_log": False},
    "timeout": {"type": "int", "default": 60},
}


@dataclass(frozen=True)
class Known:
    """What is known of the endpoints of a server.

    ``definition`` is its export, None where the user may not export; then ``listed`` are the items of GetEndpointList.
    """

    definition: Definition | None = None
    listed: Sequence[Plain] = ()

    @property
    def sealed(self) -> Names:
        """The names of settings that the export shows to be secrets."""
        return NONE if self.definition is None else self.definition.sealed_names

    def endpoint(self, name: str) -> Plain | None:
        """The definition of an endpoint, or failing that its item in the list; None where there is no such endpoint."""
        items = self.listed if self.definition is None else self.definition.endpoints
        return ByName(items, lambda item: str(item["name"])).get(name)

    def tasks_using(self, name: str) -> list[str]:
        """The tasks that have the endpoint as their source or a target, as far as that is known."""
        return [] if self.definition is None else self.definition.tasks_using(name)

    def users(self, name: str) -> list[str]:
        """All that names the endpoint, tasks and other endpoints, as far as that is known, as messages name it."""
        if self.definition is None:
            return []
        above = [user for user in self.definition.endpoints_using(name) if user != name]
        return [*map(repr, self.tasks_using(name)), *(f"endpoint {user!r}" for user in above)]

    def missing(self, server: str, endpoint: Plain) -> list[str]:
        """A warning of all that the endpoint names and that the server does not have."""
        there: dict[str, Collection[str]] = {ENDPOINT: [item["name"] for item in self.listed]}
        if self.definition is not None:
            there = {ENDPOINT: self.definition.endpoint_names, TASK: self.definition.task_names}
        return missing(server, list(of_thing("databases", endpoint)), there)


NOTHING = Known(of_sections())


def read(api: Api, server: str) -> Known:
    """The endpoints of a server, with their settings if the user may export, else without."""
    try:
        return Known(read_all(api, server))
    except ApiError as error:
        if error.api_method != "ExportAll" or error.error_code not in NO_EXPORT:
            raise
    return Known(None, api.get_endpoint_list(server))


def plan(api: Api, options: Mapping[str, Any]) -> Plan:
    """The change that brings an endpoint about as ``options`` (see ARGUMENTS) say, and the endpoint after it.

    In check mode the server may be one that an earlier task of the play would have added.
    """
    check(options)
    found, warnings = seen(api, lambda: read(api, options["server"]), options["server"])
    known = found or NOTHING
    _require_usable_secrets(options, known)
    planned = compare(api, options, known)
    return planned._replace(warnings=[*warnings, *planned.warnings])


def check(options: Mapping[str, Any]) -> None:
    """Raise Refused for what cannot be right, before anything is sent."""
    if not options["name"]:
        raise Refused("name must not be empty.")
    if options.get("timeout") is not None:
        check_timeout(options["timeout"])
    Wish.from_options(options)


def _require_usable_secrets(options: Mapping[str, Any], known: Known) -> None:
    """Raise Refused for secrets that no server could use, where they would be sent.

    Where they would not, the settings may be those of an export. ``compare`` takes any: an endpoint that gets another
    name is made with the secrets of the old one as the server has encrypted them.
    """
    is_sent = options.get("update_secrets") == ALWAYS or known.endpoint(options["name"]) is None
    if options.get("state") == "absent" or not is_sent:
        return
    for path, problem in settings.unusable_secrets(options.get("settings") or {}, known.sealed):
        raise Refused(f"settings: {pointer(map(str, path))} {problem}")


def compare(api: Api, options: Mapping[str, Any], known: Known) -> Plan:
    """As ``plan``, for what ``read`` has answered."""
    name = options["name"]
    current = known.endpoint(name)
    if options.get("state") == "absent":
        return Plan([]) if current is None else _deletion(api, options["server"], current, known)
    wish = Wish.from_options(options, known.sealed)
    if current is None:
        return _creation(api, options, wish, known)
    _require_same_kind(options, current)
    if known.definition is None:
        return patches.blind_update(api, options, wish, current)
    return _update(api, options["server"], wish, current, known)


def shown(endpoint: Mapping[str, Any], tasks: Sequence[str], sealed: Names = NONE) -> Plain:
    """An endpoint as results have it: name, role, type_id, its settings without secrets, the tasks that use it.

    ``sealed`` are names of settings that an export of the server shows to be secrets.
    """
    return {
        "name": endpoint["name"],
        "role": ENDPOINT_ROLE.spelled(endpoint.get("role")),
        "type_id": endpoint.get("type_id"),
        "settings": settings.without_secrets(endpoint.get(settings.ROOT) or {}, sealed),
        "tasks": list(tasks),
    }


def listed(api: Api, server: str, names: Sequence[str] | None, with_settings: bool) -> list[Plain]:
    """The endpoints that ``names`` (names or patterns, None for all) chooses, as GetEndpointList has them.

    With settings, each has also its type_id, its settings without secrets and the tasks that use it.
    """
    items = {item["name"]: item for item in api.get_endpoint_list(server)}
    found = chosen(items, names)
    if not with_settings or not found:
        return [items[name] for name in found]
    definition = read_all(api, server)
    defined = {item["name"]: item for item in definition.endpoints}

    def told(name: str) -> Plain:
        # One that was deleted between the two calls has no definition any more.
        if name not in defined:
            return items[name]
        return {**shown(defined[name], definition.tasks_using(name), definition.sealed_names), **items[name]}

    return [told(name) for name in found]


def _require_same_kind(options: Mapping[str, Any], current: Mapping[str, Any]) -> None:
    """Raise Refused for another role or type than the endpoint has."""
    name, role = options["name"], ENDPOINT_ROLE.spelled(current.get("role"))
    wanted = options.get("role")
    if wanted and role and wanted.upper() != role and role not in ("BOTH", "ALL"):
        raise Refused(f"Endpoint {name} has role {role}; to make it a {wanted.upper()}, delete it first.")
    type_id = options.get("type_id")
    if type_id and current.get("type_id") and type_id != current["type_id"]:
        raise Refused(f"Endpoint {name} is of type {current['type_id']}; to make it {type_id}, delete it first.")


def _update(api: Api, server: str, wish: Wish, current: Plain, known: Known) -> Plan:
    name, there = current["name"], current.get(settings.ROOT) or {}
    settings.require_same_type(wish.settings, there, name)
    unsent = settings.unsent_secrets(wish, there)
    warnings = [
        f"Endpoint {name} has no {place} yet. It is sent with update_secrets {ALWAYS} only." for place in unsent
    ]
    patch = settings.operations(wish, there)
    patched = {**current, settings.ROOT: settings.patched(there, patch)}
    after = shown(patched, known.tasks_using(name), known.sealed)
    if not patch:
        return Plan([], after, warnings)
    told = settings.difference(there, patch, known.sealed)

    def look() -> Mapping[str, Any]:
        return (read(api, server).endpoint(name) or {}).get(settings.ROOT) or {}

    change = patches.change(server, name, told, lambda: patches.send(api, server, name, wish, patch, look))
    return Plan([change], after, [*warnings, *known.missing(server, patched)])


def _creation(api: Api, options: Mapping[str, Any], wish: Wish, known: Known) -> Plan:
    server, name = options["server"], options["name"]
    missing = [key for key in NEEDED_TO_CREATE if options.get(key) is None]
    if missing:
        words = f"Endpoint {name} does not exist on server {server}; to create it, give {', '.join(missing)} too."
        raise TooLittle(words, ENDPOINT_NOT_FOUND, ("servers", server, "endpoints", name))
    made = _definition_of(options, wish, known)
    after = shown(made, [], known.sealed)
    timeout = options.get("timeout") or ARGUMENTS["timeout"]["default"]
    told = {key: after[key] for key in ("name", "role", "type_id")}
    told["settings"] = settings.as_sent(made[settings.ROOT], known.sealed)
    change = Change(KIND, name, CREATE, None, told, lambda: _create(api, server, made, timeout), server=server)
    return Plan([change], after, [*_misspelled(made), *known.missing(server, made)])


def _misspelled(made: Plain) -> list[str]:
    """A warning of a type of settings that is known in another spelling."""
    given = str(made[settings.ROOT][TYPE])
    known = other_spelling(given)
    told = f"The {TYPE} {given} of endpoint {made['name']} is known as {known}, and a server looks it up exactly."
    return [told] if known else []


def _definition_of(options: Mapping[str, Any], wish: Wish, known: Known) -> Plain:
    """The definition of a new endpoint. Its settings have the type that other endpoints of its kind have."""
    role, type_id = options["role"].upper(), options["type_id"]
    there = [] if known.definition is None else known.definition.endpoints
    alike = (item for item in there if (item.get("type_id"), item.get("role")) == (type_id, role))
    types = (value_at(item, (settings.ROOT, TYPE)) for item in alike)
    settings_type = wish.settings.get(TYPE) or next(filter(None, types), None) or CERTAIN.get(type_id)
    if not settings_type:
        raise Refused(asked_for(options["name"], type_id))
    typed = {**wish.settings, TYPE: settings_type}
    return {
        "name": options["name"],
        "role": role,
        "type_id": type_id,
        settings.ROOT: settings.type_first(typed),
        "override_properties": {},
    }


def _create(api: Api, server: str, made: Plain, timeout: int) -> Applied:
    """Import the endpoint and wait until the server lists it."""
    name = made["name"]
    document, warnings = versioned(api, server, of_sections(databases=[made]))
    text = document.write()

    def remaining() -> list[Difference]:
        if any(item["name"] == name for item in api.get_endpoint_list(server)):
            return []
        return [Difference(f"/databases/{name}", "databases", name, "", None, made["type_id"])]

    importing = Import(
        api_method="ImportAll",
        send=lambda: api.import_all(server, text),
        remaining=remaining,
        tasks=(),
        pause=Pause(api, server, (), timeout),
        timeout=timeout,
    )
    applied = importing.apply()
    return applied._replace(warnings=[*warnings, *applied.warnings])


def _deletion(api: Api, server: str, current: Plain, known: Known) -> Plan:
    name, tasks, users = current["name"], known.tasks_using(current["name"]), known.users(current["name"])
    if users:
        raise Refused(f"Endpoint {name} on server {server} cannot be deleted: it is used by {', '.join(users)}.")
    role = ENDPOINT_ROLE.spelled(current.get("role"))
    before = {"name": name, "role": role} if known.definition is None else shown(current, tasks, known.sealed)
    return Plan([Change(KIND, name, DELETE, before, None, lambda: _delete(api, server, name), server=server)])


def _delete(api: Api, server: str, name: str) -> Applied:
    return removed(
        lambda: api.delete_endpoint(server, name),
        ENDPOINT_NOT_FOUND,
        lambda: any(item["name"] == name for item in api.get_endpoint_list(server)),
    )
