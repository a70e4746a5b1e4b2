# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session whose requests are answered from a script, for tests of what leaves and of how answers are judged."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import http
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.connection import Connection

Reply = Callable[[requests.PreparedRequest], requests.Response]


def reply(status: int = 200, body: str = "", **headers: str) -> Reply:
    """An answer with that status, body and headers (underscores become dashes)."""

    def answer(request: requests.PreparedRequest) -> requests.Response:
        response = requests.Response()
        response.status_code = status
        response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
        response.raw = io.BytesIO(body.encode())
        response.url, response.request = str(request.url), request
        return response

    return answer


def fails_with(error: Exception) -> Reply:
    """No answer at all, but ``error``."""

    def answer(_request: requests.PreparedRequest) -> requests.Response:
        raise error

    return answer


def error(status: int, code: str, message: str = "Told so.") -> Reply:
    """An error document of the API."""
    return reply(status, f'{{"error_code": "{code}", "error_message": "{message}"}}')


@dataclass
class Script(BaseAdapter):
    """Answers requests other than Login and Logout with the replies, in order; keeps all that was sent."""

    replies: list[Reply]
    sent: list[requests.PreparedRequest] = field(default_factory=list)
    arguments: list[Mapping[str, Any]] = field(default_factory=list)
    logins: int = 0

    def send(self, request: requests.PreparedRequest, **arguments: Any) -> requests.Response:
        """Take the next reply."""
        path = str(request.path_url)
        self.arguments.append(arguments)
        if path.endswith("/login"):
            self.logins += 1
            return reply(200, "", **{http.SESSION_HEADER: f"token-{self.logins}"})(request)
        if path.endswith("/logout"):
            return reply()(request)
        self.sent.append(request)
        return self.replies.pop(0)(request)

    def close(self) -> None:
        """Nothing to close."""

    def paths(self) -> list[str]:
        """The raw paths that were sent, with their queries."""
        return [str(request.path_url) for request in self.sent]


CONNECTION = Connection(base_url="https://em.example.com/api/v1", user="u", secret="p")


def scripted(
    monkeypatch: pytest.MonkeyPatch, *replies: Reply, connection: Connection = CONNECTION, read_only: bool = False
) -> tuple[http.Session, Script]:
    """A session that is answered from a script, and does not sleep between tries."""
    monkeypatch.setattr(http.time, "sleep", lambda _seconds: None)
    session = http.Session(connection, read_only=read_only)
    script = Script(list(replies))
    session._http.mount("https://", script)
    return session, script
