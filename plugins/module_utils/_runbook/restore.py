# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing a server, or some tasks and endpoints of it, back from a backup: what is taken of it, and its import.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._core.errors import Refused
from .._core.plan import SENT, Result
from .._core.select import chosen, refuse_missing
from .._core.time import utc
from .._definition import document as definitions
from .._definition.compare import Difference
from .._definition.document import Definition
from .._definition.paths import pointer, tokens_of
from .._definition.tree import merge
from .._resource.endpoint_settings import ALWAYS, ON_CREATE, ROOT, UNCHANGED, Place, leaves
from .._resource.foresight import seen
from .._resource.importing import file_content, read_all
from .._resource.pausing import fulfil
from .._resource.task_definition import How
from . import repository
from .backup_store import Backups, Entry, in_force, servers

ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "path", "required": True},
    "server": {"type": "str", "required": True},
    "from_server": {"type": "str"},
    "time": {"type": "str"},
    "tasks": {"type": "list", "elements": "str"},
    "endpoints": {"type": "list", "elements": "str"},
    "secrets": {"type": "dict", "no_log": True},
    # It sounds like a secret and is none.
    "update_secrets": {"type": "str", "choices": [ON_CREATE, ALWAYS], "default": ON_CREATE, "no_log": False},
    "ignore": {"type": "list", "elements": "str", "default": []},
    "force": {"type": "bool", "default": False},
    "timeout": {"type": "int", "default": 60},
}


_ENDPOINTS = "databases"


class Found(NamedTuple):
    """A backup: its entry and file, what it says, and what to warn of."""

    entry: Entry
    file: str
    definition: Definition
    warnings: list[str]


@dataclass(frozen=True)
class Wish:
    """What is taken of a backup, names or patterns, and the secrets that go with it, settings by endpoint."""

    tasks: Sequence[str] | None = None
    endpoints: Sequence[str] | None = None
    secrets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    send_always: bool = False

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of ARGUMENTS; raise Refused for secrets that are no settings."""
        given = options.get("secrets") or {}
        wrong = next((name for name, settings in given.items() if not isinstance(settings, Mapping)), None)
        if wrong is not None:
            raise Refused(f"secrets: {wrong!r} must be a dict of settings, such as {{password: ...}}.")
        always = options.get("update_secrets") == ALWAYS
        return cls(options.get("tasks"), options.get("endpoints"), given, always)

    def of(self, definition: Definition) -> Definition:
        """What is taken of a backup: all of it, or the tasks and endpoints that are chosen.

        Raise Refused for a name that the backup does not have.
        """
        if self.tasks is None and self.endpoints is None:
            return definition
        task_names, endpoint_names = definition.task_names, definition.endpoint_names
        refuse_missing("task", task_names, self.tasks, " in the backup")
        refuse_missing("endpoint", endpoint_names, self.endpoints, " in the backup")
        tasks = set(chosen(task_names, self.tasks or ()))
        endpoints = set(chosen(endpoint_names, self.endpoints or ()))
        taken = {
            "tasks": [task.data for task in definition.tasks if task.name in tasks],
            "databases": [item for item in definition.endpoints if item["name"] in endpoints],
        }
        return definition.with_only({name: items for name, items in taken.items() if items})

    def with_secrets(self, definition: Definition) -> Definition:
        """The definition with the given secrets in its endpoints."""
        if not definition.endpoints:
            return definition
        merged = [
            {**item, ROOT: merge(item.get(ROOT), self.secrets[item["name"]])} if item["name"] in self.secrets else item
            for item in definition.endpoints
        ]
        return definition.with_sections(databases=merged)


def report(api: Api, options: Mapping[str, Any]) -> Result:
    """Bring the server back as ``options`` (see ARGUMENTS) say.

    The result holds ``imported``, ``backup`` and ``not_in_backup``. Raise Refused, before anything is written, for a
    backup that is not there or is damaged, and for one that cannot be imported.
    """
    how, wish = How.from_options(options), Wish.from_options(options)
    server, origin = options["server"], options.get("from_server") or options["server"]
    found = find(Backups(options["path"], origin), options.get("time"))
    taken = wish.of(found.definition)
    current, warnings = seen(api, lambda: read_all(api, server), server)
    own = taken if origin == server else taken.resealed(current)
    wanted = wish.with_secrets(own)
    always = _sent_anyway(wish, own if origin == server else taken.without_sealed(), current)
    planned = repository.compare(
        api,
        server,
        wanted,
        current,
        how,
        always,
        of_server=origin == server,
        sealed=own if wish.send_always and origin == server else None,
    )
    told = [*found.warnings, *warnings, *_unknown(wish, found.definition), *planned.warnings]
    if origin != server:
        told += _lost(wish, taken, wanted, planned.after, origin)
    result = fulfil(planned._replace(warnings=told), api.check_mode, returned_as="imported")
    result.values.update(backup=_told(found), not_in_backup=_more(current, found.definition))
    return result


def find(backups: Backups, time: str | None) -> Found:
    """The backup in force at ``time`` or, if that is None, the newest good one.

    Raise Refused where there is none, and for one that was asked for by time and is damaged.
    """
    entries = backups.entries()
    if not entries:
        there = ", ".join(map(repr, servers(backups.path))) or "no server"
        raise Refused(f"There is no backup of server {backups.server} in {backups.path}, which has {there}.")
    moment = None if time is None else _moment(time)
    entry = entries[-1] if moment is None else in_force(entries, moment)
    if entry is None:
        raise Refused(
            f"There is no backup of server {backups.server} from before {time}: the first is of {entries[0].time}."
        )
    if backups.is_whole(entry):
        return _read(backups, entry, [])
    older = backups.newest_good(entries[: entries.index(entry)])
    damage = f"The backup of {entry.time} is damaged: {backups.file(entry)} is not there, or not as it was written."
    if older is None:
        raise Refused(f"{damage} No older one is good.")
    if moment is not None:
        raise Refused(f"{damage} The next older good one is that of {older.time}; give that as time.")
    return _read(backups, older, [f"{damage} The newest good one is taken, that of {older.time}."])


def _moment(time: str) -> Any:
    try:
        return utc(time)
    except ValueError as error:
        raise Refused(f"time: {error}.") from None


def _read(backups: Backups, entry: Entry, warnings: list[str]) -> Found:
    file = str(backups.file(entry))
    return Found(entry, file, definitions.read(file_content(file)), warnings)


def _sent_anyway(wish: Wish, own: Definition, current: Definition | None) -> list[Difference]:
    """Secrets that are sent although nothing tells whether they differ, as differences of endpoints that are there.

    ``own`` is what is taken of the backup, with those secrets of it that are good on the server.
    """
    if not wish.send_always or current is None:
        return []
    there = set(current.endpoint_names).intersection(own.endpoint_names)
    places = [*_given(wish), *(tokens_of(path) for path in own.sealed_secrets)]
    return [
        Difference(pointer(place), _ENDPOINTS, place[1], ".".join(place[2:]), UNCHANGED, SENT)
        for place in dict.fromkeys(places)
        if place[0] == _ENDPOINTS and place[1] in there
    ]


def _given(wish: Wish) -> Iterator[Place]:
    """Where the given secrets are."""
    for name, settings in wish.secrets.items():
        for place, _value in leaves(settings):
            yield (_ENDPOINTS, name, ROOT, *place)


def _unknown(wish: Wish, definition: Definition) -> list[str]:
    """A warning of secrets for endpoints that the backup does not have."""
    there = definition.endpoint_names
    unknown = ", ".join(repr(name) for name in wish.secrets if name not in there)
    return [f"secrets has endpoints that the backup does not have: {unknown}."] if unknown else []


def _lost(wish: Wish, taken: Definition, wanted: Definition, imported: Plain, origin: str) -> list[str]:
    """A warning of each endpoint, task and section that is imported without a secret that it has in the backup."""
    sent = {*wanted.sealed_secrets, *map(pointer, _given(wish))}
    lost: dict[str, list[str]] = {}
    for path in taken.sealed_secrets:
        section, name, *below = tokens_of(path)
        if path in sent:
            continue
        if section == _ENDPOINTS and name in imported["endpoints"]:
            lost.setdefault(f"Endpoint {name}", []).append(".".join(below[1:]))
        elif section == "tasks" and name in imported["tasks"]:
            lost.setdefault(f"Task {name}", []).append(".".join(below))
        elif section in imported["sections"]:
            lost.setdefault(f"Section {section}", []).append(".".join([name, *below]))
    return [
        f"{what} comes without {', '.join(places)}: the secret in the backup is good on server {origin} only."
        + (" Give it in secrets." if what.startswith("Endpoint") else "")
        for what, places in lost.items()
    ]


def _told(found: Found) -> Plain:
    entry = found.entry
    return {
        "time": entry.time,
        "server_version": entry.server_version or "",
        "sha256": entry.sha256,
        "file": found.file,
    }


def _more(current: Definition | None, definition: Definition) -> Plain:
    """The tasks and endpoints that the server has and the backup has not."""
    if current is None:
        return {"tasks": [], "endpoints": []}
    pairs = {
        "tasks": (current.task_names, set(definition.task_names)),
        "endpoints": (current.endpoint_names, set(definition.endpoint_names)),
    }
    return {what: [name for name in there if name not in saved] for what, (there, saved) in pairs.items()}
