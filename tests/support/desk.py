# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator without sockets and without waiting: its service, called directly, with a clock that tests set."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from multidict import CIMultiDict

from simulator import Settings
from simulator.clock import Clock
from simulator.service import Answer, Request, Service
from simulator.transitions import resume_transitions
from simulator.world import World
from support.api_calls import ApiCall

BASE = "/attunityenterprisemanager/api/v1"
ADMIN = r"CORP\admin"
PASSWORD = "simulator"


class FakeClock(Clock):
    """A clock that stands still but for who sleeps, and for tests that move it."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        """Seconds that only tests move."""
        return self.seconds

    def now(self) -> datetime:
        """Noon, and what has passed since."""
        return datetime(2026, 11, 23, 12, 0, tzinfo=UTC) + timedelta(seconds=self.seconds - 1000)

    async def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.seconds += seconds


@dataclass
class Reply:
    """What came back, and the JSON in it."""

    answer: Answer

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.answer.status

    @property
    def code(self) -> str | None:
        """The error code, if there is one."""
        return self.answer.error_code

    @property
    def text(self) -> str:
        """The content as text."""
        return self.answer.body.decode()

    @property
    def data(self) -> Any:
        """The content as JSON data."""
        return json.loads(self.answer.body) if self.answer.body else None

    @property
    def message(self) -> str:
        """The error message."""
        return str(self.data["error_message"])


class Desk:
    """Calls the service of a world. Names in ``path`` are given as they are and encoded once."""

    def __init__(self, settings: Settings, estate: Any) -> None:
        self.clock = FakeClock()
        self.world = World(settings, estate, self.clock)
        self.world.on_new_estate.append(resume_transitions)
        self.service = Service(self.world)
        self.tokens: dict[str, str] = {}

    @property
    def estate(self) -> Any:
        """The present estate."""
        return self.world.estate

    def set(self, **changes: Any) -> None:
        """Change settings."""
        self.world.settings = self.world.settings.changed(**changes)

    def raw(self, http: str, target: str, body: bytes = b"", **headers: str) -> Reply:
        """A request as it is, without session unless in ``headers`` (underscores become dashes)."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if http in ("POST", "PUT", "PATCH"):
            named.setdefault("Content-Length", str(len(body)))
        work = self.service.answer(Request(http, target, CIMultiDict(named), body))
        try:
            work.send(None)
        except StopIteration as end:
            return Reply(end.value[0])
        raise AssertionError("With a clock that does not wait there is nothing to wait for.")

    def login(self, user: str = ADMIN, password: str = PASSWORD) -> Reply:
        """Log in."""
        credential = base64.b64encode(f"{user}:{password}".encode()).decode()
        return self.raw("GET", f"{BASE}/login", Authorization=f"Basic {credential}")

    def token(self, user: str = ADMIN) -> str:
        """The token of a session of a user; one session for all calls."""
        if user not in self.tokens:
            self.tokens[user] = self.login(user).answer.headers["EnterpriseManager.APISessionID"]
        return self.tokens[user]

    def call(
        self, http: str, *path: str, body: Any = None, user: str = ADMIN, token: str | None = None, **query: Any
    ) -> Reply:
        """A call within the session of a user."""
        target = f"{BASE}/{'/'.join(quote(segment, safe='') for segment in path)}"
        if query:
            target += f"?{urlencode(query, quote_via=quote)}"
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"EnterpriseManager.APISessionID": token or self.token(user)}
        return self.raw(http, target, content, **headers)

    def do(self, call: ApiCall, user: str = ADMIN, token: str | None = None) -> Reply:
        """The same for a call as data."""
        return self.call(call.http, *call.path, body=call.content() or None, user=user, token=token, **call.query)

    def get(self, *path: str, **query: Any) -> Any:
        """The data of a GET that succeeds."""
        reply = self.call("GET", *path, **query)
        assert reply.status == 200, reply.text
        return reply.data

    def task(self, server: str, name: str) -> Any:
        """A task of the estate, after what is due."""
        self.world.catch_up()
        return self.estate.servers[server].tasks[name]
