# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers: what may be asked for, what is there, and the change between them (guide 2.8, 2.9, 2.11, 2.13, 2.14).

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import SERVER_NOT_FOUND, SERVER_TYPES
from .._core.errors import Refused, SessionChanged, TooLittle, none_where
from .._core.plan import CREATE, DELETE, SENT, UPDATE, Applied, Change, Plan, removed
from .._core.select import missing, there_is_no
from .._definition.secrets import UNUSABLE, is_unusable
from .server_choice import each_of, of_listed

KIND = "server"
PROPERTIES = ("type", "description", "host", "port", "username", "verify_server_certificate", "monitored")
ON_CREATE = {
    "type": "replicate",
    "description": "",
    "port": 443,
    "verify_server_certificate": True,
    "monitored": True,
}
# Names of users and of hosts are the same whatever their case.
_FOLDED = ("username", "host")
NEEDED_TO_CREATE = ("host", "username", "password")
PASSWORD_AS_IT_IS = "(unchanged)"

ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "type": {"type": "str", "choices": sorted(SERVER_TYPES, reverse=True)},
    "host": {"type": "str"},
    "port": {"type": "int"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "update_password": {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False},
    "description": {"type": "str"},
    "verify_server_certificate": {"type": "bool"},
    "monitored": {"type": "bool"},
}

_NAME = re.compile(r"[A-Za-z0-9 ._-]{1,64}")
_NAME_RULE = "1 to 64 letters (a-z, A-Z), digits, spaces, dots, dashes and underscores"
_NOT_IN_USERNAMES = '/[]:;|=+*?<>"'


def read(api: Api, name: str) -> Plain | None:
    """The connection properties of a server as GetServer answers them, or None where there is no such server."""
    return none_where(SERVER_NOT_FOUND, lambda: api.get_server(name))


def delete(api: Api, name: str) -> Applied:
    """Remove a server; after a lost answer a look tells whether it is there, see :func:`.plan.removed`."""
    return removed(lambda: api.delete_server(name), SERVER_NOT_FOUND, lambda: read(api, name) is not None)


def plan(api: Api, options: Mapping[str, Any]) -> Plan:
    """The change that brings a server about as ``options`` (see ARGUMENTS) say, and the server after it."""
    check(options)
    api.login()
    session = api.session.number
    return compare(api, options, read(api, options["name"]), session)


def compare(api: Api, options: Mapping[str, Any], current: Plain | None, session: int) -> Plan:
    """As ``plan``, for a server that was read in the session of that number, or in a later one.

    Enterprise Manager finds a server in another case too; from there on it is called as it says.
    """
    name = str((current or options).get("name") or options["name"])
    current = current and {**current, "name": name}
    if options.get("state") == "absent":
        if current is None:
            return Plan([])
        return Plan([Change(KIND, name, DELETE, shown(current), None, lambda: delete(api, name))])
    if current is None:
        made = _to_create(options)
        change = Change(KIND, name, CREATE, None, _shown_with_password(made, True), lambda: _put(api, name, made))
        return Plan([change], shown(made))
    wanted = {**current, **given(options)}
    if wanted["type"] != current["type"]:
        raise Refused(f"Server {name} is of type {current['type']}; to make it {wanted['type']}, delete it first.")
    before, after = shown(current), shown(wanted)
    if options.get("password") and options.get("update_password") == "always":
        sent = {**wanted, "password": _password(options)}
        before, with_password = _shown_with_password(current, False), _shown_with_password(wanted, True)
        return Plan([Change(KIND, name, UPDATE, before, with_password, lambda: _put(api, name, sent))], after)
    if _comparable(current) == _comparable(wanted):
        return Plan([], before)
    keep = Change(KIND, name, UPDATE, before, after, lambda: _put_keeping_password(api, name, wanted, session))
    return Plan([keep], after)


def given(options: Mapping[str, Any]) -> Plain:
    """The properties that ``options`` name."""
    return {key: options[key] for key in PROPERTIES if options.get(key) is not None}


def shown(properties: Mapping[str, Any]) -> Plain:
    """The properties of a server that are compared and may be printed: all but the password."""
    return {key: properties.get(key) for key in ("name", *PROPERTIES)}


def check(options: Mapping[str, Any]) -> None:
    """Raise Refused for what PutServer would refuse (guide 2.9), before anything is sent."""
    name, host, port = options["name"], options.get("host"), options.get("port")
    if not _NAME.fullmatch(name):
        raise Refused(f"name {name!r} must be {_NAME_RULE}.")
    if host is not None and not _NAME.fullmatch(host):
        raise Refused(f"host {host!r} must be {_NAME_RULE}.")
    if port is not None and not (isinstance(port, int) and 1 <= port <= 65535):
        raise Refused(f"port {port!r} must be a number between 1 and 65535.")
    username = options.get("username")
    if username is not None and not 1 <= len(username) <= 104:
        raise Refused("username must be 1 to 104 characters long.")
    if any(sign in _NOT_IN_USERNAMES for sign in username or ""):
        raise Refused(f"username {username!r} must not hold any of {' '.join(_NOT_IN_USERNAMES)}")
    if len(options.get("description") or "") > 250:
        raise Refused("description must not exceed 250 characters.")
    if options.get("password") == "":
        raise Refused("password must not be empty.")


def listed(api: Api, wanted: Sequence[str] | None, details: bool, connection: bool) -> tuple[list[Plain], list[str]]:
    """The servers that ``wanted`` (names or patterns, None for all) chooses, and warnings.

    With ``details`` each has the answer of GetServerDetails, with ``connection`` that of GetServer without password.
    """
    servers = {server["name"]: server for server in api.get_server_list()}

    def completed(name: str) -> Plain:
        more: Plain = {}
        if details:
            more["details"] = api.get_server_details(name)
        if connection:
            more["connection"] = shown(api.get_server(name))
        return {**servers[name], **more}

    gone = missing(servers, wanted)
    warnings = [there_is_no("server", gone, servers)] if gone else []
    role = "Operator on the server" if connection else "Viewer on the server"
    return each_of(api, of_listed(servers, wanted, warnings=warnings), completed, role)


def _to_create(options: Mapping[str, Any]) -> Plain:
    missing = [key for key in NEEDED_TO_CREATE if not options.get(key)]
    if missing:
        words = f"Server {options['name']} does not exist; to create it, give {', '.join(missing)} too."
        raise TooLittle(words, SERVER_NOT_FOUND, ("servers", options["name"]))
    return {**ON_CREATE, **given(options), "name": options["name"], "password": _password(options)}


def _password(options: Mapping[str, Any]) -> str:
    """The password that is sent. Raise Refused for one that no server could use."""
    password = str(options["password"])
    if is_unusable(password):
        raise Refused(f"password {UNUSABLE}")
    return password


def _comparable(properties: Mapping[str, Any]) -> Plain:
    """The properties of a server in the form in which two are compared."""
    return {**shown(properties), **{key: str(properties.get(key)).casefold() for key in _FOLDED}}


def _shown_with_password(properties: Mapping[str, Any], sent: bool) -> Plain:
    return {**shown(properties), "password": SENT if sent else PASSWORD_AS_IT_IS}


def _put(api: Api, name: str, wanted: Mapping[str, Any]) -> Applied:
    api.put_server(name, wanted)
    return Applied()


def _put_keeping_password(api: Api, name: str, wanted: Plain, session: int) -> Applied:
    """Send the password's identifier back, which is good only in the session that it was read in (guide 2.11)."""
    try:
        api.put_server(name, wanted, session=session)
    except SessionChanged:
        renewed = api.session.number
        password = api.get_server(name)["password"]
        api.put_server(name, {**wanted, "password": password}, session=renewed)
    return Applied()
