# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer of HTTP that ends in time: what trickles in byte by byte does not hold a run up for ever.

A time-out of a socket counts anew with each byte, so an answer has a deadline as a whole beside it. It is held where
bytes are read, be they of a status line, of endless headers or of a body. This is private to the collection: it may
change in any release.
"""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPResponse
from typing import Any

# Bytes a second. An answer may take a second longer for each, so that a large one on a slow line still arrives.
SLOWEST = 256 * 1024

_now = threading.local()


@contextmanager
def deadline_in(seconds: float) -> Iterator[None]:
    """Let answers that begin to be read in this thread meanwhile end in ``seconds`` from now, and SLOWEST on top."""
    before = getattr(_now, "deadline", None)
    _now.deadline = time.monotonic() + seconds
    try:
        yield
    finally:
        _now.deadline = before


class TimedResponse(HTTPResponse):
    """An answer whose bytes are read until the deadline of the thread that it began in, if that had one."""

    def __init__(self, sock: socket.socket, *arguments: Any, **more: Any) -> None:
        super().__init__(sock, *arguments, **more)
        deadline = getattr(_now, "deadline", None)
        if deadline is not None:
            self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock, deadline))


class _Timed(io.RawIOBase):
    """The bytes of a socket until a deadline, and a second longer for each SLOWEST of them."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        super().__init__()
        self._raw, self._sock, self._deadline, self._count = raw, sock, deadline, 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, but wait for it no longer than until the deadline."""
        left = self._deadline + self._count / SLOWEST - time.monotonic()
        if left <= 0:
            raise socket.timeout("the answer did not end in time")
        patience = self._sock.gettimeout()
        if patience is None or patience > left:
            self._sock.settimeout(left)
        try:
            count = self._raw.readinto(buffer)
        finally:
            # The other side may have closed it.
            with suppress(OSError):
                self._sock.settimeout(patience)
        self._count += count or 0
        return count

    def close(self) -> None:
        """Close the socket's file too."""
        self._raw.close()
        super().close()
