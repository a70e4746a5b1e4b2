# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups of many servers: each is exported and, where it says something new, stored (guide 2.32).

A server that fails leaves its backups, and those of the others, as they are. This is private to the collection: it may
change in any release.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import COMPOSE
from .._core.concurrent import Outcome, side_by_side
from .._core.errors import AemError, ManyFailed, Refused
from .._core.files import refusing
from .._core.plan import CREATE, DELETE, UPDATE, Applied, Change, Result, carry_out_in_order
from .._core.select import chosen, is_pattern, spelled
from .._definition import document as definitions
from .._definition.compare import changed_names
from .._definition.document import Definition
from .._resource.export import shown
from .._resource.foresight import to_come
from .._resource.importing import exported
from .backup_store import DEFINITIONS, Backups, Entry, Keep, fingerprint, new_entry

KIND = "backup of server"
KIND_OLD = "old backups of server"
STORED, UNCHANGED, FAILED = "stored", "unchanged", "failed"
NOT_MONITORED = "NOT_MONITORED"
# An export may have tens of megabytes, and each of these holds one.
MOST_AT_ONCE = 4

ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "path", "required": True},
    "servers": {"type": "list", "elements": "str"},
    "keep_last": {"type": "int"},
    "keep_days": {"type": "int"},
}
_NO_CHANGES: Plain = {"tasks": [], "endpoints": [], "sections": []}


class Chosen(NamedTuple):
    """The servers to back up, by name; those that were passed over, each with the reason; and all, as they are listed.

    A name that no server has is among ``names`` too: it fails by itself, not the others.
    """

    names: list[str]
    passed_over: list[Plain]
    listed: dict[str, Plain]


def report(api: Api, options: Mapping[str, Any]) -> Result:
    """Back the servers up that ``options`` (see ARGUMENTS) choose; what became of each, and the errors as one."""
    path, keep = options["path"], Keep.from_options(options)
    check_folder(path)
    servers = choose(api, options.get("servers"))
    run = _Run(api, path, keep, servers.listed)
    workers = min(api.session.connection.concurrency, MOST_AT_ONCE)
    outcomes = side_by_side(run.of_server, servers.names, workers)
    return _merged(servers, outcomes)


def check_folder(path: str) -> None:
    """Raise Refused where no backups can be written below ``path``, as far as a look tells; for use before any call."""
    folder = Path(path)
    with refusing(f"{path} cannot be looked at"):
        is_there, is_folder, has_parent = folder.exists(), folder.is_dir(), folder.parent.is_dir()
    if is_there and not is_folder:
        raise Refused(f"{path} is no directory.")
    there = folder if is_there else folder.parent
    if not is_there and not has_parent:
        raise Refused(f"{path} cannot be made: there is no directory {there}.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise Refused(f"{path} cannot be written: {there} is not writable for this user.")


def choose(api: Api, wanted: Sequence[str] | None) -> Chosen:
    """The servers that ``wanted`` (names or patterns, None for all) chooses, but for those that have no export to give.

    A server that is named, not chosen by a pattern, is never passed over. Raise Refused where none is left.
    """
    listed = {server["name"]: server for server in api.get_server_list()}
    named = [
        name
        for word, same in spelled(listed, wanted or ()).items()
        for name in same or ([] if is_pattern(word) else [word])
    ]
    found = [name for name in chosen(listed, wanted) if name not in named]
    reasons = {name: _no_export(listed[name]) for name in found}
    names = [*named, *(name for name in found if not reasons[name])]
    if not names:
        which = "is a monitored Replicate server" if wanted is None else f"matches {', '.join(wanted)}"
        raise Refused(f"There is nothing to back up: no server {which}.")
    passed_over = [{"server": name, "reason": reason} for name, reason in reasons.items() if reason]
    return Chosen(names, passed_over, listed)


def _no_export(server: Mapping[str, Any]) -> str | None:
    """Why a server has no export to give, None where it may have one."""
    if server["type"] == COMPOSE:
        return "a Compose server has no export"
    return "it is not monitored" if server["state"] == NOT_MONITORED else None


@dataclass
class _Run:
    """One run over many servers."""

    api: Api
    path: str
    keep: Keep
    listed: Mapping[str, Plain]
    # Reading an export takes ten times its size, so one is read at a time.
    reading: Lock = field(default_factory=Lock)

    def of_server(self, name: str) -> Result:
        """Back one server up; its error names it."""
        try:
            return self._of_server(name)
        except AemError as error:
            raise _named(error, name) from error.__cause__

    def _of_server(self, name: str) -> Result:
        gone, warnings = to_come(self.api, "server", self.listed, [name], "")
        if gone:
            return Result({"server": name, "status": STORED, "changes": _NO_CHANGES}, changed=True, warnings=warnings)
        if self.listed[name]["type"] == COMPOSE:
            raise Refused("A Compose server has no export.")
        moment = now()
        content = self.api.export_all(name).encode()
        backups = Backups(self.path, name)
        with self.reading, self._having(backups):
            export = _Export(moment, content, exported("ExportAll", content), self.listed[name].get("version"))
            return _Backup(backups, backups.entries(), export).result(self.keep, self.api.check_mode)

    @contextmanager
    def _having(self, backups: Backups) -> Iterator[None]:
        if self.api.check_mode:
            yield
        else:
            with backups.locked():
                yield


class _Export(NamedTuple):
    """An export, as it came and as it was read, when that was, and the version of the server as it is listed."""

    moment: datetime
    content: bytes
    definition: Definition
    version: str | None

    def entry(self) -> Entry:
        """The entry that it would have."""
        return new_entry(
            self.content,
            self.moment,
            says=fingerprint(self.definition),
            version=self.definition.version or self.version,
            tasks=len(self.definition.tasks),
            endpoints=len(self.definition.endpoints),
        )


@dataclass(frozen=True)
class _Backup:
    """The backups of one server, and what it says now."""

    backups: Backups
    entries: Sequence[Entry]
    export: _Export

    def result(self, keep: Keep, check_mode: bool) -> Result:
        """Store what is new and remove what is not kept; in check mode tell so."""
        newest = self.entries[-1] if self.entries else None
        made = self.export.entry().after(newest)
        whole = newest is not None and self.backups.is_whole(newest)
        unchanged = whole and newest is not None and newest.content == made.content
        entries = list(self.entries) if unchanged else [*self.entries, self._already_there(made) or made]
        kept = keep.of(entries, self.export.moment)
        gone = self._files_of_no_other(entries, kept)
        changes, names = ([], _NO_CHANGES) if unchanged else self._storing(entries)
        if len(kept) < len(entries):
            changes.append(self._removing(entries, kept, gone))
        # What is not kept is removed only once there is something newer.
        done = carry_out_in_order(changes, check_mode)
        warnings = [] if check_mode or done.error else self._afterwards(kept, entries[-1])
        told = {**self._told(entries[-1]), "status": UNCHANGED if unchanged else STORED, "changes": names}
        if not unchanged and done.steps[0].error:
            # What would have been stored is not there.
            told = {"server": self.backups.server}
        result = done.result(**told, removed=[] if done.error else gone)
        result.warnings += warnings
        if newest and not whole:
            result.warnings.append(self._lost(newest))
        if self.backups.linked and len(kept) < len(entries):
            result.warnings.append(self._left_behind_link())
        return result

    def _afterwards(self, kept: Sequence[Entry], newest: Entry) -> list[str]:
        """Tidy up, and note the run. The backup is good by then, so what cannot be done is a warning."""
        return [
            *self._told_if_refused(lambda: self.backups.tidy(kept)),
            *self._told_if_refused(lambda: self.backups.note_run(self.export.moment, newest)),
        ]

    def _told_if_refused(self, work: Callable[[], None]) -> list[str]:
        try:
            work()
        except Refused as error:
            return [f"The backup of server {self.backups.server} is good all the same: {error.message}"]
        return []

    def _already_there(self, made: Entry) -> Entry | None:
        """The new entry of content that an older one has, so that it is not stored twice."""
        alike = (entry for entry in reversed(self.entries) if entry.content == made.content)
        same = next((entry for entry in alike if self.backups.is_whole(entry)), None)
        return same and same._replace(time=made.time, server_version=made.server_version)

    def _storing(self, entries: Sequence[Entry]) -> tuple[list[Change], Plain]:
        """The change that stores the last of the entries, and the names of what differs from the backup before."""

        def store() -> Applied:
            self.backups.store(self.export.content, entries)
            return Applied()

        good, new = self.backups.newest_good(self.entries), self.export.definition
        old = definitions.read(self.backups.file(good).read_bytes()) if good else None
        before, after = shown(old, new)
        change = Change(KIND, self.backups.server, UPDATE if old else CREATE, before, after, store)
        return [change], changed_names(old, new)

    def _removing(self, entries: Sequence[Entry], kept: Sequence[Entry], gone: Sequence[str]) -> Change:
        def remove() -> Applied:
            self.backups.keep_only(kept)
            return Applied()

        before: Plain = {"times": [entry.time for entry in entries if entry not in kept], "files": list(gone)}
        return Change(KIND_OLD, self.backups.server, DELETE, before, None, remove)

    def _files_of_no_other(self, entries: Sequence[Entry], kept: Sequence[Entry]) -> list[str]:
        """The files of those of the entries that are not kept, but for files that a kept one has too.

        None behind a symbolic link, where no file is removed.
        """
        if self.backups.linked:
            return []
        named = {entry.file for entry in kept}
        return list(dict.fromkeys(str(self.backups.file(entry)) for entry in entries if entry.file not in named))

    def _lost(self, newest: Entry) -> str:
        told = f"The newest backup of server {self.backups.server}, of {newest.time}, is lost"
        return f"{told}: {self.backups.file(newest)} is not there, or not as it was written."

    def _left_behind_link(self) -> str:
        where = self.backups.folder
        return f"{where} or its {DEFINITIONS} is a symbolic link, so no file behind it is removed, old backups neither."

    def _told(self, entry: Entry) -> Plain:
        return {
            "server": self.backups.server,
            "file": str(self.backups.file(entry)),
            "time": entry.time,
            "sha256": entry.sha256,
            "version": entry.server_version or "",
            "tasks": entry.tasks,
            "endpoints": entry.endpoints,
        }


def _merged(servers: Chosen, outcomes: Sequence[Outcome]) -> Result:
    """One result of the results and errors of all servers."""
    merged = Result({"servers": [], "passed_over": servers.passed_over})
    errors: list[AemError] = []
    for name, outcome in zip(servers.names, outcomes):
        done = outcome.value or Result({"server": name}, error=outcome.error)
        if done.error:
            errors.append(done.error if outcome.error else _named(done.error, name))
            done.values.update(status=FAILED, error=done.error.message)
        merged.values["servers"].append(done.values)
        merged.changed = merged.changed or done.changed
        merged.diff += done.diff
        merged.warnings += done.warnings
    if errors:
        merged.error = errors[0] if len(errors) == 1 else ManyFailed(errors, len(outcomes))
    return merged


def now() -> datetime:
    """The present time, in UTC."""
    return datetime.now(timezone.utc)


def _named(error: AemError, server: str) -> AemError:
    # The message of a call says already what it was about.
    if f"of server {server} " not in error.message:
        error.message = f"Server {server}: {error.message}"
    return error
