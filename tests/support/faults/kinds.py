# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can happen to a request: once, twice, or from then on for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from support.offline import REFUSE

ONCE, TWICE, FOR_GOOD = "once", "twice", "for good"
# Longer than any run of the matrix waits for an answer.
SLOW = 200.0
_SESSION_CALLS = ("Login", "Logout")


@dataclass(frozen=True)
class Kind:
    """Something that goes wrong: ``name`` for people, ``fault`` as the simulator takes it.

    ``of_server`` says that it is about one of the managed servers, so that it never meets a login or a logout.
    """

    name: str
    fault: Mapping[str, Any]
    lasts: Sequence[str] = (ONCE, FOR_GOOD)
    of_server: bool = False


EXPIRED = "session expired"
KINDS = (
    Kind("connection refused", {"kind": REFUSE}),
    Kind("dropped before the work", {"kind": "drop_before"}),
    Kind("dropped after the work", {"kind": "drop_after"}),
    Kind("500", {"kind": "status", "status": 500}),
    Kind("503 with Retry-After", {"kind": "status", "status": 503, "retry_after": 2}),
    Kind("HTML with 200", {"kind": "html", "status": 200}),
    Kind("HTML with 502", {"kind": "html", "status": 502}),
    Kind("truncated JSON", {"kind": "truncate", "cut": "json"}),
    Kind("truncated answer", {"kind": "truncate"}),
    Kind("empty body", {"kind": "truncate", "cut": "all"}),
    Kind("slower than the timeout", {"kind": "slow", "seconds": SLOW}),
    Kind(EXPIRED, {"kind": "expire_session"}, (ONCE, TWICE, FOR_GOOD)),
    Kind("permission taken away", {"kind": "error", "error_code": "UNAUTHORIZED_REQUEST"}),
    Kind("server not connected", {"kind": "error", "error_code": "AEM_SERVER_NOT_CONNECTED"}, of_server=True),
    Kind("server not monitored", {"kind": "error", "error_code": "AEM_SERVER_NOT_MONITORED"}, of_server=True),
    Kind("license expired", {"kind": "error", "error_code": "AEM_SERVER_LICENSE_EXPIRED"}, of_server=True),
)


@dataclass(frozen=True)
class Trouble:
    """A kind of fault, and how long it lasts."""

    kind: Kind
    lasts: str

    @property
    def name(self) -> str:
        """Both, in words."""
        return f"{self.kind.name}, {self.lasts}"

    def meets(self, methods: Sequence[str], number: int) -> bool:
        """Whether it can happen to request ``number`` of those that call ``methods``."""
        if self.kind.name == EXPIRED:
            return methods[number] != "Login"
        return not (self.kind.of_server and methods[number] in _SESSION_CALLS)

    def at(self, methods: Sequence[str], number: int) -> dict[str, Any]:
        """The fault that meets request ``number`` of those that call ``methods``."""
        if self.lasts == TWICE:
            # The login between the call and its repetition is not met.
            method = methods[number]
            before = methods[:number].count(method)
            return {**self.kind.fault, "api_method": method, "skip": before, "times": 2}
        times = 1 if self.lasts == ONCE else None
        where = {} if self.kind.fault["kind"] == REFUSE else {"api_method": "*"}
        return {**self.kind.fault, **where, "skip": number, "times": times}


TROUBLES = tuple(Trouble(kind, lasts) for kind in KINDS for lasts in kind.lasts)
