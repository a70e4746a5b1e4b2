# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An Enterprise Manager in this process: no sockets, one clock for both sides, and no thread but this one.

It is the simulator's own service behind an adapter of requests, so a module is run whole, client and all, in some
milliseconds. Whoever sleeps lets time pass at once. What is lost on the way is told as requests and urllib3 tell it;
tests compare that with what they tell of real sockets.
"""

from __future__ import annotations

import io
import pickle
import sys
import time
from collections.abc import Callable, Coroutine, Generator, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import RemoteDisconnected
from types import SimpleNamespace
from typing import Any

import pytest
import requests
import urllib3
from multidict import CIMultiDict
from requests.adapters import HTTPAdapter

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import http
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import concurrent
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import apply
from simulator import Settings, dumping
from simulator.clock import Clock
from simulator.loading import load_file
from simulator.log import Entry
from simulator.runner import first_user
from simulator.service import CUT, DROPPED, Answer, Request, Service
from simulator.transitions import resume_transitions
from simulator.world import World

URL = "https://em.example.com"
# What a request takes on its way, so that nobody can look for ever at the same moment.
SECONDS_A_REQUEST = 0.01
REFUSE = "refuse"
_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_MODULES = "ansible_collections.qlik.enterprise_manager.plugins.module_utils."


class OneClock(Clock):
    """The time of both sides. It passes where somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return self.seconds

    def now(self) -> datetime:
        """Noon, and what has passed since."""
        return _NOON + timedelta(seconds=self.seconds - 1000)

    def pass_by(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += max(seconds, 0.0)

    async def sleep(self, seconds: float) -> None:
        """Let the adapter know how long a request has to wait."""
        await _Pause(seconds)


class _Pause:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __await__(self) -> Generator[float, None, None]:
        yield self._seconds


class Offline:
    """An Enterprise Manager for :func:`support.inprocess.perform`, as :class:`simulator.Simulator` is one.

    ``attempts`` counts all requests that were sent, also those of which there was no connection.
    """

    def __init__(self, settings: Settings) -> None:
        self.clock = OneClock()
        self.world = World(settings, load_file(settings.estate), self.clock)
        self.world.on_new_estate.append(resume_transitions)
        self.url = URL
        self.ca_path = ""
        user = first_user(self.world)
        self.username, self.password = user.name, user.password
        self.attempts = 0
        self.adapter = Adapter(self)
        # Of those requests that find nobody: how many pass before, and how many are met (None without end).
        self._refusing: tuple[int, int | None] | None = None

    def log(self) -> list[dict[str, Any]]:
        """All requests so far, as plain data."""
        return self.world.log.entries()

    def entries(self) -> list[Entry]:
        """The same as they are."""
        return list(self.world.log._entries)

    def estate(self) -> dict[str, Any]:
        """The present estate as plain data, without secrets."""
        self.world.catch_up()
        return dumping.dump(self.world.estate)

    def is_busy(self) -> bool:
        """Whether something is on its way."""
        return bool(self.world.timeline._events)

    def settle(self) -> None:
        """Let all be over that is on its way."""
        self.clock.pass_by(1000)
        self.world.catch_up()

    def saved(self) -> tuple[bytes, float]:
        """The estate and the time of it, once nothing is on its way, to begin with again."""
        self.settle()
        return pickle.dumps(self.world.estate), self.clock.seconds

    def begin(self, saved: tuple[bytes, float]) -> None:
        """Begin with an estate that was saved: no sessions, no faults, an empty log."""
        self.world.begin(pickle.loads(saved[0]))
        self.clock.seconds = saved[1]
        self.world.sessions.clear()
        self.world.log.clear()
        self.clear_faults()
        self.attempts = 0

    def inject(self, fault: Mapping[str, Any]) -> None:
        """Let a fault happen, as the simulator knows it, or of kind ``refuse``, with ``skip`` and ``times``."""
        if fault["kind"] == REFUSE:
            self._refusing = (fault.get("skip", 0), fault.get("times", 1))
        else:
            self.world.faults.add(fault)

    def clear_faults(self) -> None:
        """Let no fault happen any more."""
        self._refusing = None
        self.world.faults.clear()

    def refuses(self) -> bool:
        """Whether a request that is about to leave finds nobody."""
        if self._refusing is None:
            return False
        skip, times = self._refusing
        if skip:
            self._refusing = (skip - 1, times)
            return False
        if times is not None:
            self._refusing = (0, times - 1) if times > 1 else None
        return True


class Adapter(HTTPAdapter):
    """Has requests worked on by the service, and waits for them as long as the client does."""

    def __init__(self, em: Offline) -> None:
        super().__init__()
        self._em = em
        self._service = Service(em.world)

    def send(  # the signature is that of requests
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Answer a request, or raise what requests raises where there is no answer."""
        del stream, verify, cert, proxies
        em, patience = self._em, timeout[1]
        em.attempts += 1
        em.clock.pass_by(SECONDS_A_REQUEST)
        if em.refuses():
            raise _refused(request)
        body = request.body or b""
        incoming = Request(
            str(request.method),
            request.path_url,
            CIMultiDict(request.headers),
            body.encode() if isinstance(body, str) else bytes(body),
        )
        answer = self._waited_for(self._service.answer(incoming), em.clock.seconds + patience)
        if answer is None:
            raise _too_slow(request, patience)
        if answer.sending == DROPPED:
            raise _dropped(request)
        return self.build_response(request, _raw(request, answer))

    def _waited_for(self, work: Coroutine[float, None, tuple[Answer, Entry]], deadline: float) -> Answer | None:
        """The answer, once it is there; None where it is not in time. The server then goes on by itself."""
        clock = self._em.clock
        try:
            while True:
                pause = work.send(None)
                if clock.seconds + pause > deadline:
                    self._go_on_at(clock.seconds + pause, work)
                    clock.seconds = deadline
                    return None
                clock.pass_by(pause)
        except StopIteration as end:
            return end.value[0]

    def _go_on_at(self, due: float, work: Coroutine[float, None, Any]) -> None:
        def go_on(now: float) -> None:
            with suppress(StopIteration):
                self._go_on_at(now + work.send(None), work)

        self._em.world.timeline.at(due, go_on)


class InTurn(Executor):
    """In place of a pool of threads: does one piece of work after the other, in this thread."""

    def __init__(self, max_workers: int | None = None) -> None:
        del max_workers

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it at once."""
        done: Future[Any] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@contextmanager
def offline(settings: Settings) -> Iterator[Offline]:
    """An Enterprise Manager that all modules of this process work on meanwhile."""
    em = Offline(settings)
    own = http.http_session

    def session(connection: Any) -> requests.Session:
        found = own(connection)
        found.mount("https://", em.adapter)
        return found

    clock = SimpleNamespace(monotonic=em.clock.monotonic, sleep=em.clock.pass_by, time=time.time)
    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith(_MODULES) and getattr(module, "time", None) is time:
                patch.setattr(module, "time", clock)
        patch.setattr(http, "http_session", session)
        patch.setattr(http, "random", SimpleNamespace(uniform=lambda least, _most: least))
        patch.setattr(concurrent, "ThreadPoolExecutor", InTurn)
        patch.setattr(apply, "ThreadPoolExecutor", InTurn)
        yield em


def _raw(request: requests.PreparedRequest, answer: Answer) -> urllib3.HTTPResponse:
    """The answer as it comes off the wire, half of it where it is cut."""
    headers = dict(answer.headers)
    if answer.content_type:
        headers["Content-Type"] = answer.content_type
    body, length = answer.body, len(answer.body)
    if answer.sending == CUT:
        body, length = body[: length // 2], max(length, 2)
    headers["Content-Length"] = str(length)
    return urllib3.HTTPResponse(
        body=io.BytesIO(body),
        headers=headers,
        status=answer.status,
        preload_content=False,
        request_method=request.method,
        enforce_content_length=True,
    )


def _pool() -> urllib3.HTTPSConnectionPool:
    return urllib3.HTTPSConnectionPool("em.example.com", 443)


def _refused(request: requests.PreparedRequest) -> requests.exceptions.ConnectionError:
    connection = urllib3.connection.HTTPSConnection("em.example.com", 443)
    problem = "Failed to establish a new connection: [Errno 111] Connection refused"
    reason = urllib3.exceptions.NewConnectionError(connection, problem)
    error = urllib3.exceptions.MaxRetryError(_pool(), str(request.url), reason)
    return requests.exceptions.ConnectionError(error, request=request)


def _dropped(request: requests.PreparedRequest) -> requests.exceptions.ConnectionError:
    reason = RemoteDisconnected("Remote end closed connection without response")
    error = urllib3.exceptions.ProtocolError("Connection aborted.", reason)
    return requests.exceptions.ConnectionError(error, request=request)


def _too_slow(request: requests.PreparedRequest, patience: float) -> requests.exceptions.ReadTimeout:
    problem = f"Read timed out. (read timeout={patience})"
    return requests.exceptions.ReadTimeout(
        urllib3.exceptions.ReadTimeoutError(_pool(), str(request.url), problem), request=request
    )
