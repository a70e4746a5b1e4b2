# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins that the items of a loop share: each begins at its first call, and ends with the worker process of the loop.

They are kept in the memory of that process only, each for a connection that is the same in every option, secrets
included. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from contextlib import suppress
from dataclasses import replace
from multiprocessing.util import Finalize
from types import FrameType
from typing import Any

from ..module_utils._client.connection import Connection
from ..module_utils._client.http import Login, Session
from ..module_utils._core.errors import AemError

# Seconds for the logout of a process that is being ended. Without it the session ends after five minutes.
_PATIENCE = 5


class Logins:
    """The logins of one process, by connection."""

    def __init__(self) -> None:
        self._process = os.getpid()
        self._logins: dict[Connection, Login] = {}
        self._ends = False

    @property
    def end_now(self) -> bool:
        """Whether somebody is logging out of them."""
        return self._ends

    @property
    def are_of_this_process(self) -> bool:
        """Whether they are not those of a process that this one was forked from, which ends them itself."""
        return self._process == os.getpid()

    def login(self, connection: Connection) -> Login | None:
        """The login for a connection; None for a session that was given, which nobody here begins or ends."""
        if connection.session_id:
            return None
        if connection not in self._logins:
            self._logins[connection] = Login(connection)
        return self._logins[connection]

    def forget(self, connection: Connection) -> None:
        """Leave the login of a connection to whoever has its token now."""
        self._logins.pop(connection, None)

    def end(self) -> None:
        """Log out of all of them. One that fails does no harm: the session ends by itself."""
        self._ends = True
        while self._logins:
            connection, login = self._logins.popitem()
            if login.is_open:
                with suppress(AemError):
                    Session(replace(connection, timeout=_PATIENCE, retries=1), login=login).logout()
            login.http.close()

    def interrupted(self) -> None:
        """Log out although a call may be under way: over other connections, whose locks nobody holds."""
        self._ends = True
        for connection, login in list(self._logins.items()):
            if login.is_open:
                hasty = replace(connection, timeout=_PATIENCE, retries=0)
                other = Login(hasty)
                other.token = login.token
                with suppress(AemError):
                    Session(hasty, login=other).logout()


_here: list[Logins] = []


def logins_of_this_process() -> Logins | None:
    """The logins that this process shares; None in one that is no worker of Ansible's, and so may not end soon."""
    if multiprocessing.parent_process() is None:
        return None
    if not _here or not _here[0].are_of_this_process:
        _here[:] = [Logins()]
        Finalize(None, _here[0].end, exitpriority=1)
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                _log_out_before(number, _here[0])
    return _here[0]


def _log_out_before(number: int, logins: Logins) -> None:
    """Have a signal log out first, and then do what it did before."""
    before = signal.getsignal(number)

    def interrupted(received: int, frame: FrameType | None) -> Any:
        if logins.end_now:
            # The process is about to end, as it is told to. Ansible tells so at the end of each play.
            return None
        logins.interrupted()
        if callable(before):
            return before(received, frame)
        signal.signal(received, signal.SIG_DFL if before is None else before)
        return os.kill(os.getpid(), received)

    signal.signal(number, interrupted)
