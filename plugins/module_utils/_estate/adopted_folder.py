# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of files that a program has written, among files that people have.

A list of what was written, with checksums, tells them apart. New files wait in a folder of their own until it is known
that none of them would take the place of a file that somebody else has written or changed; then each is moved, in one
step. A run that is killed leaves whole files, and the next one goes on.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._core import locks
from .._core.alone import take
from .._core.errors import Refused
from .._core.files import checksum, file_checksum, make_folder, refusing, remove, write_atomically
from .._core.notes import file_about

MANIFEST = ".adopted.json"
MODE = 0o644
_FORMAT = 1
_WAITING = ".adopting-"
_MOST_TOLD = 10


@dataclass(frozen=True)
class Manifest:
    """What was written: ``files`` with their checksums, and ``environments`` with what is known of their servers.

    ``coming`` are the checksums of what a run has not written yet.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    environments: Mapping[str, Any] = field(default_factory=dict)
    coming: Mapping[str, str] = field(default_factory=dict)

    def has_written(self, path: str, digest: str | None) -> bool:
        """Whether a file of that checksum is one that was written, and is as it was."""
        return digest is not None and digest == self.files.get(path)

    def text(self) -> str:
        """The manifest as its file has it."""
        data: dict[str, Any] = {"format": _FORMAT, "files": dict(sorted(self.files.items()))}
        data["environments"] = dict(sorted(self.environments.items()))
        if self.coming:
            data["coming"] = dict(sorted(self.coming.items()))
        return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def manifest_of(root: Path) -> Manifest:
    """The manifest of a folder, an empty one where there is none. Raise Refused for one that is none.

    What a killed run was to write, and did, is among the files, so that the next one may be killed as well.
    """
    path = root / MANIFEST
    try:
        data = json.loads(path.read_bytes())
        if data["format"] != _FORMAT:
            raise Refused(f"{path} is of format {data['format']}, which this release does not know. Update it.")
        coming = dict(data.get("coming") or {}).items()
        arrived = {file: digest for file, digest in coming if file_checksum(str(root / file)) == digest}
        return Manifest({**data["files"], **arrived}, dict(data["environments"]))
    except FileNotFoundError:
        return Manifest()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused(f"{path} is not what was written there ({error}). Put it back as it was.") from error


@dataclass
class Waiting:
    """New contents, by path. They lie in a folder of their own, unless ``folder`` is None, where nothing is written."""

    folder: Path | None
    digests: dict[str, str] = field(default_factory=dict)
    _held: dict[str, Path] = field(default_factory=dict)

    def put(self, path: str, content: str) -> None:
        """Keep the content of a file."""
        self.digests[path] = checksum(content)
        if self.folder is not None:
            # The path says nothing yet, and may be long.
            held = self.folder / checksum(path)
            write_atomically(str(held), content, MODE)
            self._held[path] = held

    def move(self, path: str, target: Path) -> None:
        """Move a file to where it belongs."""
        with refusing(f"{target} cannot be written"):
            target.parent.mkdir(parents=True, exist_ok=True)
            self._held[path].replace(target)


@contextmanager
def waiting(root: Path, check_mode: bool) -> Iterator[Waiting]:
    """Contents that wait below ``root``, and are gone in the end. In check mode only their checksums are known.

    Raise Refused where another run on this machine has contents there.
    """
    if check_mode:
        yield Waiting(None)
        return
    make_folder(str(root), 0o755)
    with _alone(root):
        with refusing(f"{root} cannot be written to"):
            for left in root.glob(f"{_WAITING}*"):
                shutil.rmtree(left)
            folder = Path(tempfile.mkdtemp(prefix=_WAITING, dir=root))
        try:
            yield Waiting(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    # The lock is not in the folder, which is a repository of people.
    try:
        handle = take(file_about(["adopt", str(root.resolve())]), 0)
    except locks.Busy as busy:
        raise Refused(f"Another run adopts into {root}. Run this again when it has ended.") from busy
    except Refused:
        # Nothing can be written where locks are: nobody is kept away.
        yield
        return
    try:
        yield
    finally:
        locks.release(handle)


@dataclass(frozen=True)
class Steps:
    """What has to be done in a folder: paths of files, from the folder."""

    written: list[str]
    removed: list[str]

    def __bool__(self) -> bool:
        return bool(self.written or self.removed)


def steps(root: Path, manifest: Manifest, new: Mapping[str, str], gone: list[str]) -> Steps:
    """What brings the folder to the checksums of ``new``, without the files that are ``gone``.

    Raise Refused, naming them, for files that somebody else has written or changed.
    """
    there = {path: file_checksum(str(root / path)) for path in (*new, *gone)}
    written = [path for path, digest in new.items() if there[path] != digest]
    removed = [path for path in gone if there[path] is not None]
    foreign = [path for path in (*written, *removed) if _is_foreign(root, manifest, path, there[path])]
    if foreign:
        listed = ", ".join(str(root / path) for path in foreign[:_MOST_TOLD])
        more = f" and {len(foreign) - _MOST_TOLD} more" if len(foreign) > _MOST_TOLD else ""
        raise Refused(
            f"Nothing was written. Adopting would replace what it has not written, or what was changed since: {listed}"
            f"{more}. Move that away, or adopt into another folder and compare."
        )
    return Steps(sorted(written), sorted(removed))


def _is_foreign(root: Path, manifest: Manifest, path: str, digest: str | None) -> bool:
    target = root / path
    with refusing(f"{target} cannot be written"):
        is_there = target.exists() or target.is_symlink()
    return is_there and not manifest.has_written(path, digest)


def carry_out(root: Path, found: Steps, held: Waiting, before: Manifest, after: Manifest) -> None:
    """Do the steps; the list of what was written knows of each file before it is there."""
    target = root / MANIFEST
    coming = {path: held.digests[path] for path in found.written}
    write_atomically(str(target), Manifest(before.files, before.environments, coming).text(), MODE)
    for path in found.written:
        held.move(path, root / path)
    for path in found.removed:
        remove(str(root / path))
    write_atomically(str(target), after.text(), MODE)
