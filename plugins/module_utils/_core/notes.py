# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a machine remembers from one run to the next: small files in a folder of Ansible's own.

They are hints, and decide nothing alone: where one is lost or cannot be read, it is as if nothing had been noted.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import AemError
from .files import checksum, make_folder, read_text, remove, write_atomically

_OWN = "qlik.enterprise_manager"


def own_folder(name: str) -> Path:
    """The folder of that name for what this collection keeps on this machine. Nothing says that it is there."""
    home = os.environ.get("ANSIBLE_HOME") or "~/.ansible"
    return Path(os.path.expandvars(home)).expanduser() / _OWN / name


def file_about(about: Sequence[str]) -> str:
    """The beginning of the name of a file about something, which takes several words to name."""
    return checksum(json.dumps(list(about)))


def _name(about: Sequence[str]) -> str:
    return f"{file_about(about)}.json"


@dataclass(frozen=True)
class Notes:
    """Notes of one kind, in the folder of that name, each about something. They count for ``lasts`` seconds."""

    folder: str
    lasts: float

    def are_there(self) -> bool:
        """Whether there may be any, which is quickly seen."""
        with suppress(OSError):
            return own_folder(self.folder).is_dir()
        return False

    def write(self, about: Sequence[str], said: Mapping[str, Any]) -> None:
        """Note what is ``said``, in place of what was. Raise Refused where that cannot be."""
        self._tidy()
        make_folder(str(own_folder(self.folder)))
        write_atomically(str(self._file(about)), json.dumps(said, ensure_ascii=False, indent=2) + "\n")

    def read(self, about: Sequence[str]) -> dict[str, Any] | None:
        """What was noted; None where nothing counts any more."""
        path = self._file(about)
        with suppress(AemError, OSError, ValueError, RecursionError):
            if path.exists() and not self._is_old(path):
                said = json.loads(read_text(str(path)))
                return said if isinstance(said, dict) else None
        return None

    def read_all(self, about: Mapping[str, Sequence[str]]) -> dict[str, dict[str, Any]]:
        """What was noted of several things, by their names; one look at the folder spares those without a note."""
        with suppress(OSError):
            there = {path.name for path in own_folder(self.folder).iterdir()}
            noted = {name: self.read(words) for name, words in about.items() if _name(words) in there}
            return {name: said for name, said in noted.items() if said is not None}
        return {}

    def drop(self, about: Sequence[str]) -> None:
        """Note nothing any more. A note that cannot be removed grows old."""
        with suppress(AemError):
            remove(str(self._file(about)))

    def _file(self, about: Sequence[str]) -> Path:
        return own_folder(self.folder) / _name(about)

    def _is_old(self, path: Path) -> bool:
        return time.time() - path.stat().st_mtime > self.lasts

    def _tidy(self) -> None:
        """Remove what is too old to count."""
        with suppress(OSError):
            for path in own_folder(self.folder).glob("*.json"):
                if self._is_old(path):
                    path.unlink()
