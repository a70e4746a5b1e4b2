# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PutServer: what it takes, what it refuses, what it does (guide 2.9)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from . import wire
from .call import Call
from .errors import ApiError
from .model import License, Server
from .repository import Repository
from .sessions import is_password_identifier

_BODY = "Server"
# A key that only the SDK of 2021 sends; it says again what $type says.
_SDK_KEY = "type"
# Guids of servers that are put come from their names: nothing in a simulator is left to chance.
_GUIDS = uuid.UUID("0d3c1f0e-6f0b-5b51-9a53-0a9b3c3b7e55")
_EMPTY = {
    "name": "AEM_MISSING_FIELD",
    "host": "AEM_EMPTY_HOST",
    "port": "AEM_EMPTY_PORT",
    "username": "AEM_EMPTY_USERNAME",
    "password": "AEM_EMPTY_PASSWORD",
}


@dataclass(frozen=True)
class Wanted:
    """A server as a request describes it; ``password`` is None if the one that is known is to stay."""

    kind: str
    name: str
    host: str
    port: int
    username: str
    password: str | None
    description: str
    verify_server_certificate: bool
    monitored: bool


def server_guid(name: str) -> str:
    """The guid of a server that has none given."""
    return str(uuid.uuid5(_GUIDS, name))


def encryption_key(name: str, guid: str) -> str:
    """The key with which a server encrypts secrets."""
    return f"{name}/{guid}"


def read(call: Call, kinds: Mapping[str, str]) -> Wanted:
    """The server of a PutServer request, checked in the order of the guide's fields. Raises ApiError.

    ``kinds`` are the kinds of servers by their ``$type``.
    """
    body = wire.json_body(call.body, _BODY)
    existing = call.find_server()
    kind = _kind(body, kinds)
    if kind is None or (existing is not None and existing.kind != kind):
        type_name = body.get("$type", "") if isinstance(body, dict) else ""
        raise ApiError("AEM_INVALID_SERVER_TYPE", ServerType=type_name, ServerName=call.names["server"])
    wire.checked(body, _BODY, [*call.method.body_keys, _SDK_KEY])
    if isinstance(body.get("port"), int) and not isinstance(body["port"], bool):
        body["port"] = str(body["port"])
    texts = {name: wire.text(body, name, _BODY) for name in (*_EMPTY, "description")}
    for name, code in _EMPTY.items():
        if not texts[name].strip():
            raise ApiError(code, fieldName=name)
    if texts["name"] not in [*call.readings("server"), existing and existing.name]:
        raise ApiError("AEM_NAME_URL_MISMATCH")
    check_texts(texts, call.world.contract.methods["PutServer"].validation)
    # A server that is there keeps the spelling of its name.
    name = texts["name"] if existing is None else existing.name
    return Wanted(
        kind=kind,
        name=name,
        host=texts["host"],
        port=_port(texts["port"]),
        username=texts["username"],
        password=_password(call, texts["password"], name),
        description=texts["description"],
        verify_server_certificate=wire.flag(body, "verify_server_certificate", True, _BODY),
        monitored=wire.flag(body, "monitored", True, _BODY),
    )


def put(call: Call, wanted: Wanted) -> None:
    """Add the server, or give an existing one these properties. Raises ApiError (AEM_HOST_PORT_ALREADY_EXIST)."""
    servers = call.world.estate.servers
    for other in servers.values():
        if other.name != wanted.name and (other.host.casefold(), other.port) == (wanted.host.casefold(), wanted.port):
            raise ApiError("AEM_HOST_PORT_ALREADY_EXIST", **{"name/IP": wanted.host, "number": wanted.port})
    server = servers.get(wanted.name)
    if server is None:
        guid = server_guid(wanted.name)
        repository = Repository(encryption_key(wanted.name, guid))
        server = Server(wanted.name, wanted.host, wanted.port, wanted.username, guid=guid, repository=repository)
        today = call.world.clock.now().date()
        server.license = License(issue_date=today, expiration=today + timedelta(days=365))
        _bring_own(server, call.world.estate.removed.pop((wanted.host.casefold(), wanted.port), None))
        servers[wanted.name] = server
    if wanted.password is not None:
        server.password = wanted.password
        server.password_changes += 1
    server.kind, server.host, server.port, server.username = wanted.kind, wanted.host, wanted.port, wanted.username
    server.description, server.monitored = wanted.description, wanted.monitored
    server.verify_server_certificate = wanted.verify_server_certificate
    if call.world.estate.state_of(server) == "MONITORED":
        server.last_connection = call.world.clock.now()


def _bring_own(server: Server, before: Server | None) -> None:
    """Give a server that is added again what is its own; what Enterprise Manager knew of it is lost."""
    if before is None:
        return
    server.version, server.platform, server.license = before.version, before.platform, before.license
    server.repository, server.tasks, server.endpoints = before.repository, before.tasks, before.endpoints
    for thing in (*server.tasks.values(), *server.endpoints.values()):
        thing.acl = None


def _kind(body: Any, kinds: Mapping[str, str]) -> str | None:
    """What kind of server a body speaks of; None unless ``$type`` comes first and says so."""
    if not isinstance(body, dict):
        raise wire.malformed(_BODY, "a JSON object is expected")
    if next(iter(body), None) != "$type" or not isinstance(body["$type"], str):
        return None
    return kinds.get(body["$type"])


def check_texts(texts: Mapping[str, str], rules: Mapping[str, Mapping[str, Any]]) -> None:
    """That the texts of a server have the form that the ``rules`` of PutServer want (guide 2.9). Raises ApiError."""
    for name in ("name", "host", "port", "username", "description"):
        if name == "port":
            _port(texts[name])
            continue
        rule, given = rules[name], texts[name]
        fits = len(given) <= rule["max_length"] and not set(rule.get("forbidden", "")) & set(given)
        if not fits or ("pattern" in rule and not re.fullmatch(rule["pattern"], given)):
            raise ApiError(rule["code"])


def _port(given: str) -> int:
    """A port number. Raises ApiError (AEM_INVALID_PORT)."""
    if not (given.isascii() and given.isdigit()) or not 1 <= int(given[:9]) <= 65535:
        raise ApiError("AEM_INVALID_PORT")
    return int(given)


def _password(call: Call, given: str, server: str) -> str | None:
    """The password in clear, or None for the identifier of the password that this very server has.

    An identifier of another session, or of another server, is refused with AEM_PUT_SERVER_INNER_ERR.
    """
    if not is_password_identifier(given):
        return given
    if call.session is None or call.session.identifiers.get(given) != server or call.find_server() is None:
        raise ApiError("AEM_PUT_SERVER_INNER_ERR", message="The password identifier is not valid in this session.")
    return None
