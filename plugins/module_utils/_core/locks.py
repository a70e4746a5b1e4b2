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
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE)
    except OSError as error:
        raise Unusable(path, error) from error
    try:
        _wait_for(handle, path, time.monotonic() + wait)
        if said:
            _write(handle, said)
    except BaseException:
        os.close(handle)
        raise
    return handle


def release(handle: int) -> None:
    """Let go of a lock, also where a process that this one has started still has the file."""
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)


def _wait_for(handle: int, path: str, deadline: float) -> None:
    while not _has_taken(handle):
        if time.monotonic() >= deadline:
            raise Busy(path, _read(handle))
        time.sleep(_PAUSE)


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
