# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locks between runs on one machine. The kernel frees the lock of a process that has ended, however it has ended.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from .errors import Refused
from .files import PRIVATE

_PAUSE = 0.1
_LONGEST_NOTE = 1000


class Busy(Refused):
    """Another run has the lock; ``holder`` is what that run has said of itself."""

    def __init__(self, path: str, holder: str) -> None:
        super().__init__(f"Another run has the lock {path}.")
        self.holder = holder


class Unusable(Refused):
    """The file of a lock cannot be opened; ``reason`` is what the system says."""

    def __init__(self, path: str, error: OSError) -> None:
        self.reason = error.strerror or str(error)
        super().__init__(f"{path} cannot be opened, so other runs cannot be kept away: {self.reason}.")


def take(path: str, wait: float = 0.0, said: str = "") -> int:
    """Take the lock of a file, which is made; answers what :func:`release` needs.

    ``wait`` are the seconds that another run has to let go of it, ``said`` is for those who wait. Raise Busy where it
    does not, and Unusable for a file that cannot be opened. A file system that knows no locks is used without.
    """
    deadline = time.monotonic() + wait
    while True:
        handle = _open(path)
        try:
            # Who had the lock may have removed its file, and then others have that of a new one.
            taken = _has_taken(handle) and _is_at(path, handle)
            if taken and said:
                _write(handle, said)
            holder = "" if taken else _read(handle)
        except BaseException:
            os.close(handle)
            raise
        if taken:
            return handle
        os.close(handle)
        if time.monotonic() >= deadline:
            raise Busy(path, holder)
        time.sleep(_PAUSE)


def release(handle: int, path: str = "") -> None:
    """Let go of a lock, also where a process that this one has started still has the file.

    Its file is removed before where its ``path`` is given; who waits for the lock of that file takes that of a new one.
    """
    with suppress(OSError):
        if path and _is_at(path, handle):
            Path(path).unlink()
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
    except OSError as error:
        raise Unusable(path, error) from error


def _is_at(path: str, handle: int) -> bool:
    """Whether a file that is open is still the one of that name."""
    try:
        return os.path.samestat(Path(path).stat(), os.fstat(handle))
    except OSError:
        return False


def _has_taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # Nobody can have a lock there.
        return True
    return True


def _write(handle: int, said: str) -> None:
    # What is said is for people: a disk that is full is no reason to stop.
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, said.encode("utf-8")[:_LONGEST_NOTE], 0)


def _read(handle: int) -> str:
    with suppress(OSError):
        return os.pread(handle, _LONGEST_NOTE, 0).decode("utf-8", "replace").strip()
    return ""
