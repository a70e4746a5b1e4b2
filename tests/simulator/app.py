# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP: from aiohttp's requests to the service and back."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable
from typing import Any

from aiohttp import web

from .control import CONTROL, Control
from .log import Entry
from .service import CUT, DROPPED, TEXT_TYPE, Answer, Request, Service
from .world import World

# Definitions of a whole server can be some megabytes.
LARGEST_BODY = 256 * 1024 * 1024
_CONTROL_PATHS = (f"/{CONTROL}/", f"/{CONTROL}?")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class App:
    """The HTTP side of a world. ``after_request`` is called with the log entry of every request to the API."""

    def __init__(self, world: World, after_request: Callable[[Entry], None] | None = None) -> None:
        self.world = world
        self._service = Service(world)
        self._control = Control(world)
        self._after_request = after_request

    def server(self) -> web.Server:
        """What answers connections.

        There is no router of aiohttp in it: names must stay as they came. A client that goes away does not stop the
        work on its request, as it does not stop a server's.
        """
        return web.Server(self._handle, request_factory=_request, access_log=None, handler_cancellation=False)

    async def _handle(self, incoming: web.BaseRequest) -> web.StreamResponse:
        if incoming.headers.get("Expect", "").lower() == "100-continue" and incoming.transport is not None:
            incoming.transport.write(_CONTINUE)
        request = Request(incoming.method, incoming.raw_path, incoming.headers, await incoming.read())
        if request.target.startswith(_CONTROL_PATHS):
            answer = self._control.answer(request) if _is_local(incoming.remote) else _forbidden()
            return _response(answer)
        answer, entry = await self._service.answer(request)
        if self._after_request is not None:
            self._after_request(entry)
        if answer.sending == DROPPED:
            return _dropped(incoming)
        if answer.sending == CUT:
            return await _cut(incoming, answer)
        return _response(answer)


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    """A request as aiohttp makes it, with another limit."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY)


def _response(answer: Answer) -> web.Response:
    headers = dict(answer.headers)
    if answer.content_type:
        headers["Content-Type"] = answer.content_type
    return web.Response(status=answer.status, body=answer.body, headers=headers)


def _dropped(incoming: web.BaseRequest) -> web.Response:
    """Close the connection; what aiohttp then makes of the response goes nowhere."""
    if incoming.transport is not None:
        incoming.transport.abort()
    return web.Response()


async def _cut(incoming: web.BaseRequest, answer: Answer) -> web.StreamResponse:
    """Announce the whole answer, send half of it, close the connection."""
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_type = (answer.content_type or "application/octet-stream").partition(";")[0]
    # An answer without content is cut as well: it has a length that never comes.
    response.content_length = max(len(answer.body), 2)
    await response.prepare(incoming)
    await response.write(answer.body[: len(answer.body) // 2])
    if incoming.transport is not None:
        incoming.transport.close()
    return response


def _is_local(remote: str | None) -> bool:
    try:
        return ipaddress.ip_address(remote or "").is_loopback
    except ValueError:
        return False


def _forbidden() -> Answer:
    return Answer(403, b"Only this machine may control the simulator.", TEXT_TYPE)
