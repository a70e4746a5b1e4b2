# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time applies to an Enterprise Manager from one machine: the next one plans when it has ended.

Other machines are not kept away; against them there are looks before writes. This is private to the collection: it may
change in any release.
"""

from __future__ import annotations

import getpass
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone

from .._core import locks
from .._core.alone import take
from .._core.errors import Refused
from .._core.notes import file_about
from .._core.time import with_z


@contextmanager
def only_run(address: str, timeout: int) -> Iterator[Sequence[str]]:
    """Be the only run that applies to the Enterprise Manager at an address; the value are warnings.

    Raise Refused where another one does so for longer than ``timeout`` seconds. Where nothing can be written on this
    machine, nobody is kept away, which is warned of.
    """
    try:
        handle = take(file_about([address]), timeout, _who())
    except locks.Busy as busy:
        raise Refused(
            f"Nothing was changed: another run applies to {address}{busy.holder and ', ' + busy.holder}. It was waited"
            f" for it {timeout} seconds (lock_timeout). Run this again when it has ended."
        ) from busy
    except Refused as error:
        yield [f"Other runs on this machine are not kept away meanwhile. {error.message}"]
        return
    try:
        yield []
    finally:
        locks.release(handle)


def _who() -> str:
    """What this run says of itself."""
    since = with_z(datetime.now(timezone.utc))
    return f"since {since}, process {os.getpid()} of {_user()} on {socket.gethostname()}"


def _user() -> str:
    # In a container a user may have no name.
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"user {os.getuid()}"
