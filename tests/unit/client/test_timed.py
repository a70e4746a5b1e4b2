# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An answer ends in time, however slowly its bytes come."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import timed
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.timed import TimedResponse, deadline_in

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The two ends of a connection; ours would wait ten seconds for each byte."""
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    with ours, theirs:
        yield ours, theirs


def read(ours: socket.socket) -> bytes:
    """The body of the answer that arrives."""
    response = TimedResponse(ours)
    response.begin()
    return response.read()


def trickle(theirs: socket.socket, piece: bytes, first: bytes = b"") -> None:
    """Send ``first``, and then ``piece`` again and again, until nobody reads it."""

    def send() -> None:
        try:
            theirs.sendall(first)
            while True:
                theirs.sendall(piece)
                time.sleep(0.02)
        except OSError:
            return

    threading.Thread(target=send, daemon=True).start()


@pytest.mark.parametrize(
    ("piece", "first"),
    [
        (b"x", HEAD),
        (b"X", b"HTTP/1.1 200 OK\r\nX-Endless: "),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b""),
        (b"H", b""),
        (b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ],
)
def test_bytes_that_trickle_in_end_at_the_deadline(
    ends: tuple[socket.socket, socket.socket], piece: bytes, first: bytes
) -> None:
    ours, theirs = ends
    trickle(theirs, piece, first)
    with deadline_in(0.3), pytest.raises(TimeoutError):
        read(ours)


def test_what_comes_fast_enough_may_take_longer(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timed, "SLOWEST", 10)
    ours, theirs = ends
    theirs.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
    threading.Timer(0.3, theirs.sendall, [b"67890"]).start()
    with deadline_in(0.1):
        assert read(ours) == b"1234567890"
    assert ours.gettimeout() == 10
