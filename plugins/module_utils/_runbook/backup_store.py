# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups in a folder: what is there, what is kept, and how more is written. Nothing here knows a network.

    <path>/<server, quoted>/manifest.json               the entries, oldest first
    <path>/<server, quoted>/definitions/<sha256>.json   exports, byte for byte, each once
    <path>/<server, quoted>/last_run.json               when the server was last found to be as the newest entry says

A definition is written before the manifest that names it, and removed after the manifest that does not, each in one
step. So a run that is killed leaves a manifest whose files are whole, and at most files that no entry names.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from .._core import locks
from .._core.errors import Refused
from .._core.files import (
    checksum,
    file_checksum,
    file_name,
    make_folder,
    name_of,
    refuse_special,
    refusing,
    remove,
    write_atomically,
)
from .._core.time import utc, with_z
from .._definition.document import Definition
from .._definition.tree import SECTIONS, VOLATILE_KEYS

MANIFEST = "manifest.json"
DEFINITIONS = "definitions"
LAST_RUN = "last_run.json"
LOCK = ".lock"

_SECONDS_A_DAY = 24 * 60 * 60
_DEFINITION = re.compile(r"[0-9a-f]{64}\.json")
# What is left of a file that was being written, see _core/files.py.
_HALF_WRITTEN = re.compile(r"\.(?:[0-9a-f]{64}|manifest|last_run)\.json\..+")


class Entry(NamedTuple):
    """One backup: from ``time`` on, in UTC, until that of the next entry, the server was as its definition says.

    ``sha256`` is that of the file's bytes, ``content`` the fingerprint of what it says. ``tasks`` and ``endpoints`` are
    counts, ``size`` is in bytes.
    """

    time: str
    server_version: str | None
    sha256: str
    content: str
    size: int
    tasks: int
    endpoints: int

    @property
    def file(self) -> str:
        """The path of the definition within the folder of the server."""
        return f"{DEFINITIONS}/{self.sha256}.json"

    def after(self, other: Entry | None) -> Entry:
        """The entry with a later time than that of ``other``, also where the clock does not say so."""
        if other is None or utc(self.time) > utc(other.time):
            return self
        return self._replace(time=with_z(utc(other.time) + timedelta(seconds=1)))

    def shown(self) -> dict[str, Any]:
        """The entry as the manifest has it."""
        return {**self._asdict(), "file": self.file}


@dataclass(frozen=True)
class Keep:
    """Which backups are kept: the newest ``last``, and those of the last ``days``; all of them where both are None."""

    last: int | None = None
    days: int | None = None

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Keep:
        """Read ``keep_last`` and ``keep_days``; raise Refused where they would keep nothing."""
        last, days = options.get("keep_last"), options.get("keep_days")
        if last is not None and last < 1:
            raise Refused(f"keep_last must be 1 or more, not {last}.")
        if days is not None and days < 0:
            raise Refused(f"keep_days must be 0 or more, not {days}.")
        return cls(last, days)

    def of(self, entries: Sequence[Entry], now: datetime) -> list[Entry]:
        """Those of the entries that are kept; the last one always is.

        The days of an entry count from when the next one took its place.
        """
        if self.last is None and self.days is None:
            return list(entries)
        first_of_last = len(entries) - (self.last or 1)
        # In numbers: more days than there have been make no date.
        longest = -math.inf if self.days is None else self.days * _SECONDS_A_DAY
        ages = [(now - utc(entry.time)).total_seconds() for entry in entries[1:]]
        return [entry for number, entry in enumerate(entries) if number >= first_of_last or ages[number] <= longest]


def in_force(entries: Sequence[Entry], moment: datetime) -> Entry | None:
    """The newest entry that is not younger than ``moment``; None where all of them are."""
    return next((entry for entry in reversed(entries) if utc(entry.time) <= moment), None)


def fingerprint(definition: Definition) -> str:
    """A digest of what an export says; two that are the same but for volatile keys have the same.

    The order of the keys does not matter, that of the items of lists does.
    """
    digest = hashlib.sha256()
    for part in _parts(definition.data):
        digest.update(json.dumps(part, sort_keys=True).encode())
    return digest.hexdigest()


def servers(path: str) -> list[str]:
    """The servers that have a manifest below ``path``, by name. Raise Refused where nobody can look."""
    with refusing(f"{path} cannot be looked at"):
        return sorted(filter(None, map(_server_of, Path(path).glob(f"*/{MANIFEST}"))))


@dataclass(frozen=True)
class Backups:
    """The backups of one server below ``path``."""

    path: str
    server: str

    @property
    def folder(self) -> Path:
        """The folder of the server."""
        return Path(self.path) / file_name(self.server, safe="")

    @property
    def linked(self) -> bool:
        """Whether the files lie behind a symbolic link, where others may have theirs too: none is removed there."""
        return self.folder.is_symlink() or (self.folder / DEFINITIONS).is_symlink()

    def entries(self) -> list[Entry]:
        """The entries of the manifest, oldest first; none where there is none. Raise Refused for a broken one."""
        manifest = self.folder / MANIFEST
        refuse_special(str(manifest))
        try:
            items = json.loads(manifest.read_bytes())["backups"]
            return [_entry(item) for item in items]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Refused(f"{manifest} cannot be read: {error.strerror or error}.") from error
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise Refused(
                f"{manifest} is no manifest of backups ({error}). Put it back as it was, or move the folder away."
            ) from error

    def file(self, entry: Entry) -> Path:
        """The file of an entry."""
        return self.folder / entry.file

    def is_whole(self, entry: Entry) -> bool:
        """Whether the file of an entry is there and has its checksum."""
        return file_checksum(str(self.file(entry))) == entry.sha256

    def newest_good(self, entries: Iterable[Entry]) -> Entry | None:
        """The last of the entries that is whole."""
        return next((entry for entry in reversed(list(entries)) if self.is_whole(entry)), None)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Have the folder, for this run alone. Raise Refused where another run has it; a killed one has it no more."""
        make_folder(self.path)
        make_folder(str(self.folder))
        handle = _taken(self.folder)
        try:
            yield
        finally:
            locks.release(handle)

    def store(self, content: bytes, entries: Sequence[Entry]) -> None:
        """Have ``entries``, of which the last is new and says ``content``. A file that is whole is not written."""
        make_folder(str(self.folder / DEFINITIONS))
        newest = entries[-1]
        if not self.is_whole(newest):
            write_atomically(str(self.file(newest)), content)
        self._write_manifest(entries)

    def keep_only(self, entries: Sequence[Entry]) -> None:
        """Have ``entries`` and no other, and no file that they do not name."""
        self._write_manifest(entries)
        self.tidy(entries)

    def tidy(self, entries: Sequence[Entry]) -> None:
        """Remove the files that no entry names, and what a killed run had half written. Other files are left alone.

        Nothing is removed behind a symbolic link.
        """
        if self.linked:
            return
        named = {self.file(entry).name for entry in entries}
        definitions = self._names(self.folder / DEFINITIONS)
        left = [name for name in definitions if _DEFINITION.fullmatch(name) and name not in named]
        half = [name for name in definitions if _HALF_WRITTEN.fullmatch(name)]
        old = [self.folder / DEFINITIONS / name for name in [*left, *half]]
        old += [self.folder / name for name in self._names(self.folder) if _HALF_WRITTEN.fullmatch(name)]
        for file in old:
            remove(str(file))

    def note_run(self, moment: datetime, entry: Entry) -> None:
        """Write down that the server was as ``entry`` says at ``moment``."""
        self._write(LAST_RUN, {"time": with_z(moment), "sha256": entry.sha256})

    def _write_manifest(self, entries: Sequence[Entry]) -> None:
        self._write(MANIFEST, {"server": self.server, "backups": [entry.shown() for entry in entries]})

    def _write(self, name: str, data: Mapping[str, Any]) -> None:
        text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
        write_atomically(str(self.folder / name), text)

    @staticmethod
    def _names(folder: Path) -> list[str]:
        with refusing(f"{folder} cannot be looked at"):
            return [item.name for item in folder.iterdir()] if folder.is_dir() else []


def new_entry(content: bytes, moment: datetime, *, says: str, version: str | None, tasks: int, endpoints: int) -> Entry:
    """The entry of an export; ``says`` is its fingerprint."""
    return Entry(with_z(moment), version, checksum(content), says, len(content), tasks, endpoints)


def _entry(item: Mapping[str, Any]) -> Entry:
    """An item of a manifest; raise ValueError, TypeError or KeyError where it is none."""
    entry = Entry(**{name: item[name] for name in Entry._fields})
    utc(entry.time)
    if not _DEFINITION.fullmatch(Path(entry.file).name):
        raise ValueError(f"{entry.sha256!r} is no SHA-256")
    return entry


def _parts(definition: Mapping[str, Any]) -> Iterator[Any]:
    """What a definition says, in parts that are small, in an order of their own."""
    for key in sorted(set(definition).difference(VOLATILE_KEYS)):
        value = definition[key]
        if key != SECTIONS:
            yield [key, value]
            continue
        for name in sorted(value):
            section = value[name]
            if isinstance(section, list):
                yield [key, name, len(section)]
                yield from section
            else:
                yield [key, name, None, section]


def _server_of(manifest: Path) -> str | None:
    """The server that a manifest is of, None where that cannot be told."""
    known = name_of(manifest.parent.name)
    if known is None:
        with suppress(OSError, ValueError, TypeError, KeyError, RecursionError, Refused):
            refuse_special(str(manifest))
            known = str(json.loads(manifest.read_bytes())["server"])
    return known


def _taken(folder: Path) -> int:
    """The lock of a folder. Raise Refused where another run has it."""
    try:
        return locks.take(str(folder / LOCK))
    except locks.Busy as error:
        raise Refused(f"Another run is writing to {folder}. Run this again when it has ended.") from error
    except locks.Unusable as error:
        raise Refused(f"{error.message} See that this user may write it, or remove it while no backup runs.") from error
