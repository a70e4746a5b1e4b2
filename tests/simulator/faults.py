# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults to inject: what can happen between a client and a server, on demand."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .contract import Contract
from .errors import FaultError

ANY = "*"
KINDS = {
    "drop_before": "the connection is closed, the work is not done",
    "drop_after": "the work is done, the connection is closed without an answer",
    "status": "that HTTP status as plain text, the work is not done",
    "html": "a proxy's HTML page with that status, the work is not done",
    "json": 'a gateway\'s JSON with that status (200) in place of an answer: body, or {"status": "ok"}; not done',
    "truncate": "the work is done, the connection closes half way through the answer; with cut: json the JSON is cut,"
    " with cut: all the answer has no content",
    "slow": "the work is done after so many seconds",
    "hold": "the work is done, the answer waits until the faults are cleared",
    "expire_session": "the session of the request is ended first",
    "error": "that documented error code, the work is not done",
}
CUTS = ("connection", "json", "all")
_DEFAULT_STATUS = {"status": 503, "html": 502, "json": 200}


@dataclass
class Fault:
    """A fault and the requests that it meets: those of ``api_method``, and where given of ``server`` and ``task``.

    The first ``skip`` of them pass, the next ``times`` are met; None is without end. ``retry_after`` is what the
    header of that name says. ``body`` is JSON, or a text that is sent as it is, be it JSON or not.
    """

    kind: str
    api_method: str = ANY
    times: int | None = 1
    skip: int = 0
    status: int = 0
    seconds: float = 1.0
    error_code: str = ""
    message: str = "A fault was injected."
    server: str | None = None
    task: str | None = None
    cut: str = "connection"
    retry_after: int | None = None
    body: Any = field(default_factory=lambda: {"status": "ok"})


@dataclass
class Faults:
    """The faults that wait for their requests; the first that fits meets a request, the others wait on."""

    contract: Contract
    waiting: list[Fault] = field(default_factory=list)
    _held: list[asyncio.Future[None]] = field(default_factory=list)

    def add(self, data: Mapping[str, Any]) -> None:
        """Add a fault, given as plain data. Raises FaultError."""
        self.waiting.append(_read(data, self.contract))

    def clear(self) -> None:
        """Let no fault happen any more, and let the answers go that are held."""
        self.waiting.clear()
        for held in self._held:
            if not held.done():
                held.set_result(None)
        self._held.clear()

    async def hold(self) -> None:
        """Wait until the faults are cleared."""
        held = asyncio.get_running_loop().create_future()
        self._held.append(held)
        await held

    @property
    def held(self) -> int:
        """How many answers are held."""
        return len(self._held)

    def as_data(self) -> list[dict[str, Any]]:
        """The faults that wait, as plain data."""
        return [dataclasses.asdict(fault) for fault in self.waiting]

    def take(self, api_method: str, server: str | None, task: str | None) -> Fault | None:
        """The fault that meets a request, if there is one; it counts as having happened."""
        for fault in self.waiting:
            if not _fits(fault, api_method, server, task):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
            return fault
        return None


def _fits(fault: Fault, api_method: str, server: str | None, task: str | None) -> bool:
    return fault.api_method in (ANY, api_method) and fault.server in (None, server) and fault.task in (None, task)


def _read(data: Mapping[str, Any], contract: Contract) -> Fault:
    if not isinstance(data, Mapping):
        raise FaultError("A fault is an object.")
    names = {item.name for item in dataclasses.fields(Fault)}
    unknown = sorted(set(data) - names)
    if unknown:
        raise FaultError(f"A fault has no {unknown[0]!r}; it has {', '.join(sorted(names))}.")
    if data.get("kind") not in KINDS:
        raise FaultError(f"kind is one of {', '.join(KINDS)}.")
    fault = Fault(**data)
    if fault.api_method != ANY and fault.api_method not in contract.methods:
        raise FaultError(f"There is no API method {fault.api_method!r}.")
    if fault.kind == "error" and not contract.knows(fault.error_code):
        raise FaultError(f"{fault.error_code!r} is no documented error code.")
    if fault.cut not in CUTS:
        raise FaultError(f"cut is one of {', '.join(CUTS)}.")
    _check_numbers(fault)
    fault.status = fault.status or _DEFAULT_STATUS.get(fault.kind, 0)
    return fault


def _check_numbers(fault: Fault) -> None:
    counts = (fault.skip, fault.status, 1 if fault.times is None else fault.times, fault.retry_after or 0)
    if any(isinstance(count, bool) or not isinstance(count, int) or count < 0 for count in counts) or fault.times == 0:
        raise FaultError(
            "times, skip, status and retry_after are whole numbers, none below 0, and times is at least 1."
        )
    if isinstance(fault.seconds, bool) or not isinstance(fault.seconds, (int, float)) or fault.seconds < 0:
        raise FaultError("seconds is a number, not below 0.")
    if fault.status and not 200 <= fault.status <= 599:
        raise FaultError("status is an HTTP status from 200 to 599.")
