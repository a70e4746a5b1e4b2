# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Being the only run on a machine that changes a thing.

Enterprise Manager has no lock, and answers no version that a change could be bound to. So runs on one machine, as one
user, wait for each other where one would overwrite what the other has done. A lock is the system's: it ends with the
process that has it. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import locks
from .errors import Refused
from .files import make_folder
from .notes import file_about, own_folder

PATIENCE = 60.0

_LOCKS = "locks"


@contextmanager
def alone(address: str, what: str) -> Iterator[None]:
    """Be the only run on this machine that changes ``what`` of the Enterprise Manager at ``address``.

    Raise Refused where another one takes longer than PATIENCE. Where no lock can be had, go on without.
    """
    name = file_about([address, what])
    handle = _taken(name, what)
    try:
        yield
    finally:
        if handle is not None:
            # Each thing has a file of its own, and they would pile up over the years.
            locks.release(handle, str(_path(name)))


def take(name: str, wait: float, said: str = "") -> int:
    """Take the lock of that name among those of this machine, as :func:`.locks.take` does.

    Raise Refused, too, where nothing can be written there.
    """
    path = _path(name)
    make_folder(str(path.parent))
    return locks.take(str(path), wait, said)


def _path(name: str) -> Path:
    return own_folder(_LOCKS) / f"{name}.lock"


def _taken(name: str, what: str) -> int | None:
    try:
        return take(name, PATIENCE)
    except locks.Busy as busy:
        told = f"{what} was not changed: another run on this machine has been at it for {PATIENCE:g} seconds."
        raise Refused(f"{told} Run this again when it has ended.") from busy
    except Refused:
        return None
