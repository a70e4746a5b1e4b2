# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a request to its answer: route, faults, session, permission, work, log. Knows nothing of sockets."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import wire
from .audit import record
from .call import Call, api_error
from .contract import Match
from .errors import ApiError
from .faults import Fault
from .log import LONGEST_BODY, Entry
from .masking import masked_body, masked_header
from .methods import HANDLERS
from .repository import RepositoryError
from .rules import require_module_license, require_ready_server, require_roles
from .world import World

HTTP_LENGTH_REQUIRED = 411
JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"
WHOLE = "whole"
CUT = "cut"
DROPPED = "dropped"

_PROXY_PAGE = (
    "<html><head><title>{status}</title></head><body><h1>{status}</h1><p>The proxy could not do it.</p></body></html>"
)
# How much of an answer is left where it is cut, and the connection is not.
_LEFT = {"json": 0.5, "all": 0.0}
_FAILS_BEFORE = ("drop_before", "status", "html", "json", "error")


@dataclass(frozen=True)
class Request:
    """A request as it arrived: ``target`` is raw, ``headers`` are found whatever their case."""

    http: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass
class Answer:
    """What is sent back. ``sending`` says whether all of it is, half of it, or nothing."""

    status: int = 200
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    sending: str = WHOLE
    error_code: str | None = None


class Service:
    """Answers requests to the API of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._base = tuple(world.contract.base_path.strip("/").split("/"))

    async def answer(self, request: Request) -> tuple[Answer, Entry]:
        """Work on a request; the answer and the request's entry in the log."""
        began = self.world.clock.monotonic()
        entry = self.world.log.begin(request.http, request.target)
        answer = await self._logged(request, entry)
        entry.status, entry.error_code = answer.status, answer.error_code
        entry.seconds = round(self.world.clock.monotonic() - began, 6)
        return answer, entry

    async def _logged(self, request: Request, entry: Entry) -> Answer:
        session_header = self.world.contract.session_header
        entry.headers = {name: masked_header(name, value, session_header) for name, value in request.headers.items()}
        if request.body:
            entry.body = masked_body(request.body[:LONGEST_BODY].decode("utf-8", "replace"))
        target = wire.split_target(request.target)
        entry.query = target.query
        segments = target.below(self._base)
        match = self.world.contract.match(request.http, segments, target.query) if segments else Match(None, status=404)
        if match.method is None:
            return _no_route(match)
        entry.api_method, entry.writes = match.method.name, match.method.writes
        if self.world.settings.latency_seconds:
            await self.world.clock.sleep(self.world.settings.latency_seconds)
        if request.http in ("POST", "PUT") and not request.headers.get("Content-Length", "").isdigit():
            return _plain(HTTP_LENGTH_REQUIRED, "Length Required")
        token = request.headers.get(session_header)
        call = Call(self.world, match.method, match.params, target.query, request.headers, request.body, token)
        answer = await self._with_faults(call, entry)
        self._name_session(call, entry)
        return answer

    async def _with_faults(self, call: Call, entry: Entry) -> Answer:
        fault = self.world.faults.take(call.method.name, call.names.get("server"), call.names.get("task"))
        if fault is None:
            return await self._worked(call, entry)
        entry.fault = fault.kind
        if fault.kind in _FAILS_BEFORE:
            return self._failed(call, fault)
        if fault.kind == "slow":
            await self.world.clock.sleep(fault.seconds)
        if fault.kind == "expire_session":
            self.world.sessions.close(call.token)
        answer = await self._worked(call, entry)
        if fault.kind == "hold":
            await self.world.faults.hold()
        if fault.kind == "drop_after":
            answer.sending = DROPPED
        elif fault.kind == "truncate" and fault.cut in _LEFT:
            answer.body = answer.body[: int(len(answer.body) * _LEFT[fault.cut])]
        elif fault.kind == "truncate":
            answer.sending = CUT
        return answer

    def _failed(self, call: Call, fault: Fault) -> Answer:
        if fault.kind == "drop_before":
            return Answer(status=0, sending=DROPPED)
        if fault.kind == "error":
            return self._refused(call, ApiError(fault.error_code, message=fault.message))
        if fault.kind == "json":
            body = fault.body.encode() if isinstance(fault.body, str) else _json(fault.body)
            answer = Answer(fault.status, body, JSON_TYPE)
        elif fault.kind == "html":
            answer = Answer(fault.status, _PROXY_PAGE.format(status=fault.status).encode(), HTML_TYPE)
        else:
            answer = _plain(fault.status, "A fault was injected.")
        if fault.retry_after is not None:
            answer.headers["Retry-After"] = str(fault.retry_after)
        return answer

    async def _worked(self, call: Call, entry: Entry) -> Answer:
        self.world.catch_up()
        try:
            self._enter(call)
            result = HANDLERS[call.method.name](call)
            if inspect.isawaitable(result):
                result = await result
        except RepositoryError as error:
            answer = self._refused(call, api_error(error))
        except ApiError as error:
            answer = self._refused(call, error)
        else:
            answer = _content(result)
            answer.headers.update(call.answer_headers)
            entry.done = True
        if call.method.writes and call.session is not None:
            record(call, answer.error_code)
        return answer

    def _enter(self, call: Call) -> None:
        """Let a call in: session, license, role, server. Raises ApiError."""
        if call.method.name == "Login":
            return
        call.session = self.world.sessions.use(call.token, self.world.settings.session_seconds)
        call.user = self.world.estate.user(call.session.user)
        if call.user is None:
            raise ApiError("INVALID_SESSION_ID")
        # What a name means may have changed while the request had to wait.
        call.refresh()
        require_module_license(call)
        require_roles(call)
        require_ready_server(call)

    def _refused(self, call: Call, error: ApiError) -> Answer:
        fields = {**call.names, **error.fields}
        status, message = self.world.contract.error(error.code, call.method, fields)
        document = {"error_code": error.code, "error_message": message}
        answer = Answer(status, _json(document), JSON_TYPE, error_code=error.code)
        if call.method.name == "Login":
            answer.headers["WWW-Authenticate"] = 'Basic realm="Enterprise Manager"'
        return answer

    def _name_session(self, call: Call, entry: Entry) -> None:
        session = call.session or self.world.sessions.peek(call.token)
        if session is not None:
            entry.session, entry.user = session.label, session.user


def _no_route(match: Match) -> Answer:
    answer = _plain(match.status, "Not Found" if match.status == 404 else "Method Not Allowed")
    if match.allowed:
        answer.headers["Allow"] = ", ".join(match.allowed)
    return answer


def _plain(status: int, text: str) -> Answer:
    return Answer(status, text.encode(), TEXT_TYPE)


def _content(result: Any) -> Answer:
    if result is None:
        return Answer()
    if isinstance(result, str):
        return Answer(body=result.encode("utf-8"), content_type=JSON_TYPE)
    return Answer(body=_json(result), content_type=JSON_TYPE)


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8")
