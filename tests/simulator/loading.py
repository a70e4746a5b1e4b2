# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From plain data, as the YAML file has it, to an estate. ``estate.yml`` shows and explains the schema."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from . import shorthand
from .contract import load_contract
from .errors import ApiError, EstateError
from .loading_tasks import read_acl, read_endpoint, read_task
from .model import REPLICATE, Acl, AuditRecord, Estate, License, Server, Task, User
from .putting import check_texts, encryption_key, server_guid
from .reader import Reader
from .repository import Repository, RepositoryError, references, task_facts
from .repository.reading import read_document
from .settings import PACKAGED_ESTATE

MODULE_LICENSES = ("VALID", "NOT_FOUND", "EVALUATION_EXPIRED", "TERM_EXPIRED", "INVALID_SIGNATURE", "HOST_MISMATCH")
LICENSES = (
    "VALID_LICENSE",
    "INVALID_LICENSE_CHECKSUM",
    "EXPIRED_LICENSE",
    "NO_LICENSE",
    "MACHINE_NOT_LICENSED",
    "INVALID_LICENSE",
)
_KINDS = ("replicate", "compose")
_PLATFORMS = ("LINUX", "WINDOWS", "UNKNOWN")


def load_file(path: str | Path) -> Estate:
    """The estate of a YAML file. Raises EstateError."""
    path = Path(path)
    try:
        data = parse(path.read_bytes())
    except OSError as error:
        raise EstateError(f"{path} cannot be read: {error.strerror}.") from error
    return load(data, folder=path.parent)


def give_password(estate: Estate, password: str) -> None:
    """Give a password to the user whom the simulator announces, or to the first one. Raises EstateError."""
    user = estate.first_user() or next(iter(estate.users), None)
    if user is None:
        raise EstateError("estate: there is no user who could have a password.")
    user.password = password
    _check_users(estate)


def parse(text: bytes | str) -> Any:
    """The data of a YAML, or JSON, text. Raises EstateError."""
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise EstateError(f"This is not YAML: {error}") from error


def load(data: Any, *, folder: Path = PACKAGED_ESTATE.parent, previous: Estate | None = None) -> Estate:
    """The estate that ``data`` describes. Raises EstateError.

    Files of definitions are looked for in ``folder``. Users and servers without a secret keep the one that they had in
    the ``previous`` estate: what a simulator shows of its estate can be changed and given back.
    """
    reader = Reader(data, "estate")
    estate = Estate(users=reader.parts("users", partial(_user, previous)))
    _check_users(estate)
    reader.part("enterprise_manager", partial(_enterprise_manager, estate))
    estate.unreachable_hosts = reader.texts("unreachable_hosts")
    for server in reader.parts("servers", partial(_server, folder, previous)):
        _check_new(estate, server)
        estate.servers[server.name] = server
    estate.audit_trail = reader.parts("audit_trail", _audit_record)
    reader.done()
    return estate


def _user(previous: Estate | None, reader: Reader) -> User:
    user = User(reader.text("name"), reader.texts("groups"))
    if "\\" not in user.name:
        raise EstateError(f"{reader.place}: a user's name has the form DOMAIN\\name.")
    secrets = ("password", "token", "jwt")
    known = previous.user(user.name) if previous else None
    is_given = any(reader.has(name) for name in secrets)
    for name in secrets:
        setattr(user, name, reader.text(name, "") if is_given or known is None else getattr(known, name))
    return user


def _check_users(estate: Estate) -> None:
    """That nobody comes twice, in whatever case, and that everybody can log in."""
    for user in estate.users:
        if estate.user(user.name) is not user:
            raise EstateError(f"estate: there are two users {user.name!r}.")
        # The credential of a login is split at a colon (guide 2.5).
        if ":" in user.name or ":" in user.password:
            raise EstateError(f"estate: neither the name of user {user.name!r} nor the password can hold a colon.")


def _check_new(estate: Estate, server: Server) -> None:
    """That a server is one that Enterprise Manager would take beside those that are there (guide 2.9)."""
    method = load_contract().methods["PutServer"]
    texts = {name: str(getattr(server, name)) for name in ("name", "host", "port", "username", "description")}
    try:
        check_texts(texts, method.validation)
    except ApiError as error:
        raise EstateError(
            f"estate, servers, {server.name}: {load_contract().error(error.code, method, {})[1]}"
        ) from error
    for other in estate.servers.values():
        if other.name.casefold() == server.name.casefold():
            raise EstateError(f"estate: there are two servers {server.name!r}.")
        if (other.host.casefold(), other.port) == (server.host.casefold(), server.port):
            raise EstateError(f"estate: servers {other.name!r} and {server.name!r} have one host and port.")


def _enterprise_manager(estate: Estate, reader: Reader) -> None:
    estate.acl = reader.part("acl", read_acl) or Acl()
    estate.all_servers_acl = reader.part("all_servers_acl", read_acl)
    estate.module_license = reader.choice("module_license", MODULE_LICENSES, "VALID")


def _license(reader: Reader) -> License:
    issued, expiration = reader.day("issue_date"), reader.day("expiration")
    if reader.has("days_to_expiration"):
        expiration = datetime.now(UTC).date() + timedelta(days=reader.integer("days_to_expiration", 0))
    return License(reader.choice("state", LICENSES, LICENSES[0]), issued, expiration)


def _audit_record(reader: Reader) -> AuditRecord:
    timestamp = reader.instant("timestamp")
    if timestamp is None:
        raise EstateError(f"{reader.place} has no timestamp.")
    texts = {name: reader.text(name, "") for name in ("user", "method", "server", "object")}
    return AuditRecord(timestamp, **texts, result=reader.text("result", "SUCCESS"))


def _server(folder: Path, previous: Estate | None, reader: Reader) -> Server:
    name, guid = reader.text("name"), reader.text("guid", "")
    server = Server(name, reader.text("host"), reader.integer("port", 443), reader.text("username", ""))
    server.kind = reader.choice("type", _KINDS, REPLICATE)
    server.guid = guid or server_guid(name)
    known = previous.servers.get(name) if previous else None
    server.password = reader.text("password", known.password if known else "")
    server.description = reader.text("description", "")
    server.verify_server_certificate = reader.flag("verify_server_certificate", True)
    server.monitored = reader.flag("monitored", True)
    server.version = reader.text("version", server.version)
    server.platform = reader.choice("platform", _PLATFORMS, "LINUX")
    server.license = reader.part("license", _license) or License()
    server.last_connection = reader.instant("last_connection")
    server.password_changes = reader.integer("password_changes", 0)
    for level in ("acl", "all_tasks_acl", "all_endpoints_acl"):
        setattr(server, level, reader.part(level, read_acl))
    server.repository = Repository(encryption_key(name, server.guid))
    endpoints, tasks = (_items(reader, name) for name in ("endpoints", "tasks"))
    if server.is_replicate:
        documents = [_document(file, folder, reader.place) for file in reader.texts("definitions")]
        documents += [reader.take("definition", {}), shorthand.document(endpoints, tasks, reader.place)]
        _fill_repository(server, documents, reader.place)
    for item in endpoints:
        read_endpoint(server, item, reader.place)
    for item in tasks:
        read_task(server, item, reader.place)
    _check_references(server, reader.place)
    for task in server.repository.tasks:
        _check_endpoints(server, task)
        server.tasks.setdefault(task, Task(task))
    return server


def _items(reader: Reader, name: str) -> list[dict[str, Any]]:
    """A list of mappings, copied: they are taken apart. One that is `like` an earlier one gets what it lacks."""
    items = reader.take(name, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) and item.get("name") for item in items):
        raise EstateError(f"{reader.place}: {name} is not a list of mappings with a name.")
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        model = item.get("like")
        if model is not None and model not in found:
            raise EstateError(f"{reader.place}: no {model!r} comes before {item['name']!r}, which is like it.")
        own = {key: value for key, value in item.items() if key != "like"}
        if own["name"] in found:
            raise EstateError(f"{reader.place}: {own['name']!r} comes twice in {name}.")
        found[own["name"]] = _completed(own, found[model]) if model else own
    return [dict(item) for item in found.values()]


def _completed(own: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """``own`` with what only ``model`` has; mappings in both, such as settings, are completed as well."""
    both = {key: {**model[key], **value} for key, value in own.items() if _are_mappings(value, model.get(key))}
    return {**model, **own, **both}


def _are_mappings(*values: Any) -> bool:
    return all(isinstance(value, dict) for value in values)


def _document(file: str, folder: Path, place: str) -> dict[str, Any]:
    """The definitions of a file in ``folder``, or else of the one of that name that comes with the simulator.

    So a copy of the packaged estate can be changed and started wherever it lies.
    """
    own, packaged = folder / file, PACKAGED_ESTATE.parent / file
    path = packaged if packaged.exists() and not own.exists() else own
    try:
        return read_document(path.read_bytes())
    except OSError as error:
        raise EstateError(f"{place}: {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise EstateError(f"{place}: {path} is no definition: {error}") from error


def _fill_repository(server: Server, documents: list[dict[str, Any]], place: str) -> None:
    for document in documents:
        try:
            part = Repository.from_document(document, server.repository.key)
        except RepositoryError as error:
            raise EstateError(f"{place}: {error.fields.get('message') or error.code}") from error
        server.repository.tasks.update(part.tasks)
        server.repository.endpoints.update(part.endpoints)
        server.repository.sections.update(part.sections)


def _check_references(server: Server, place: str) -> None:
    """That the endpoints and tasks are there which the settings of endpoints name."""
    endpoints = server.repository.endpoints
    absent = references.absent_endpoint(endpoints, endpoints) or references.absent_task(
        endpoints, server.repository.tasks
    )
    if absent is not None:
        raise EstateError(f"{place}: endpoint {absent[0]!r} names {absent[1]!r}, which is not there.")


def _check_endpoints(server: Server, task: str) -> None:
    facts = task_facts(server.repository, task)
    for name in (facts.source, *facts.targets):
        if name not in server.repository.endpoints:
            raise EstateError(f"{server.name}: the endpoint {name!r} of task {task!r} is not there.")
