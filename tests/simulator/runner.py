# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator within another program, most often a test: with its own thread and event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from . import dumping, loading
from .app import App
from .log import Entry
from .model import User
from .settings import Settings
from .tls import Authority
from .transitions import resume_transitions
from .world import World

_Result = TypeVar("_Result")


def make_world(settings: Settings, password: str = "") -> World:
    """A world with the estate that the settings name, and a password of the first user if one is given.

    Raises EstateError.
    """
    estate = loading.load_file(settings.estate)
    if password:
        loading.give_password(estate, password)
    world = World(settings, estate)
    world.on_new_estate.append(resume_transitions)
    resume_transitions(world)
    return world


class Listener:
    """A world that listens on a port, over TLS. To be used within one event loop."""

    def __init__(self, world: World, after_request: Callable[[Entry], None] | None = None) -> None:
        self.world = world
        self._authority = Authority(world.settings.host)
        self._runner = web.ServerRunner(App(world, after_request).server(), shutdown_timeout=0.5)
        self.port = 0

    @property
    def root(self) -> str:
        """The URL of the host, without a path."""
        host = self.world.settings.host
        return f"https://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def ca_path(self) -> str:
        """The file with the certificate of the authority."""
        return self._authority.ca_path

    async def start(self) -> None:
        """Begin to listen; ``port`` is then known."""
        await self._runner.setup()
        settings = self.world.settings
        site = web.TCPSite(
            self._runner,
            settings.host,
            settings.port,
            ssl_context=self._authority.server_context(),
            backlog=512,
        )
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close all connections and the port."""
        # An answer that is held would be waited for.
        self.world.faults.clear()
        await self._runner.cleanup()
        self._authority.close()


def first_user(world: World) -> User:
    """The first user of the estate with a password: the one to log in with."""
    return world.estate.first_user() or User("")


class Simulator:
    """An embedded Enterprise Manager, as a context manager.

    ``url`` is the address without a path, ``ca_path`` the file with the authority's certificate, ``username`` and
    ``password`` belong to the first user of the estate. All methods may be called from any thread.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.url = ""
        self.ca_path = ""
        self.username = ""
        self.password = ""
        self._world = make_world(settings or Settings())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._end: asyncio.Event | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        user = first_user(self._world)
        self.username, self.password = user.name, user.password
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._end is not None:
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    @property
    def settings(self) -> Settings:
        """The settings as they are now."""
        return self._world.settings

    @property
    def control_url(self) -> str:
        """Where the control calls are."""
        return f"{self.url}/simulator"

    def log(self) -> list[dict[str, Any]]:
        """All requests so far, in order, as plain data."""
        return self._within(self._world.log.entries)

    def sessions(self) -> int:
        """How many sessions nobody has ended."""
        return self._within(lambda: len(self._world.sessions))

    def clear_log(self) -> None:
        """Forget all requests."""
        self._within(self._world.log.clear)

    def reset(self) -> None:
        """The estate as at the start; no sessions, no faults, an empty log."""
        self._within(self._world.reset)

    def estate(self) -> dict[str, Any]:
        """The present estate as plain data, in the schema of the YAML file, without secrets."""
        return self._within(lambda: dumping.dump(self._world.estate))

    def set_estate(self, data: Mapping[str, Any]) -> None:
        """Replace the estate; users and servers without a secret keep theirs. Raises EstateError."""
        self._within(lambda: self._world.begin(loading.load(data, previous=self._world.estate)))

    def inject(self, fault: Mapping[str, Any]) -> None:
        """Let a fault happen. Raises FaultError."""
        self._within(lambda: self._world.faults.add(fault))

    def clear_faults(self) -> None:
        """Let no fault happen any more, and let the answers go that are held."""
        self._within(self._world.faults.clear)

    def held(self) -> int:
        """How many answers are held by a fault of the kind ``hold``."""
        return self._within(lambda: self._world.faults.held)

    def advance(self, seconds: float) -> None:
        """Let so many seconds have passed at once."""

        def advance() -> None:
            self._world.clock.ahead += seconds

        self._within(advance)

    def update_settings(self, **changes: Any) -> None:
        """Change settings. Raises SettingsError."""

        def update() -> None:
            self._world.settings = self._world.settings.changed(**changes)

        self._within(update)

    def _within(self, work: Callable[[], _Result]) -> _Result:
        """Do something between two requests, after what is due by now."""

        async def do() -> _Result:
            self._world.catch_up()
            return work()

        return asyncio.run_coroutine_threadsafe(do(), self._loop).result()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._end = asyncio.Event()
        listener = Listener(self._world)
        try:
            await listener.start()
            self.url, self.ca_path = listener.root, listener.ca_path
            self._ready.set()
            await self._end.wait()
        except OSError as error:
            self._failure = error
        finally:
            await listener.stop()
            self._ready.set()
