# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Testing whether a server can connect to its endpoints (guide 2.36).

A test changes nothing. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._core.concurrent import Outcome, check_timeout, side_by_side
from .._core.errors import AemError, ApiError
from .._core.plan import Result
from .._core.select import chosen, is_pattern

CONNECTED = "CONNECTED"
ERROR = "ERROR"
UNKNOWN = "UNKNOWN"

ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "endpoints": {"type": "list", "elements": "str", "required": True},
    "timeout": {"type": "int", "default": 60},
    "fail_on_error": {"type": "bool", "default": True},
}


class EndpointsFailed(AemError):
    """Endpoints that could not be connected to; the facts are those of the first."""

    def __init__(self, server: str, names: Sequence[str], tests: Sequence[Outcome]) -> None:
        failed = [(name, test) for name, test in zip(names, tests) if not _is_connected(test)]
        words = "; ".join(f"{name}: {_reason(test)}" for name, test in failed)
        super().__init__(f"{len(failed)} of {len(names)} endpoints on server {server} failed their test. {words}")
        self.first = failed[0][1]

    def facts(self) -> dict[str, Any]:
        """Those of the error that the API answered, or ``api_method`` and what the test says as ``error_message``."""
        if self.first.error:
            return self.first.error.facts()
        return {"api_method": "TestEndpoint", "error_message": _reason(self.first)}


def report(api: Api, options: Mapping[str, Any]) -> Result:
    """What the test of each endpoint of ``options`` (see ARGUMENTS) came to, and an error if that is asked for."""
    server, timeout = options["server"], options["timeout"]
    check_timeout(timeout)
    # Once for all: a user who is refused must not be tried again for every endpoint.
    api.login()
    names = select(api, server, options["endpoints"])
    workers = api.session.connection.concurrency
    tests = side_by_side(lambda name: api.test_endpoint(server, name, timeout), names, workers)
    result = Result({"endpoints": [told(name, test) for name, test in zip(names, tests)]})
    if options["endpoints"] and not names:
        result.warnings.append(f"No endpoint on server {server} matches {', '.join(options['endpoints'])}.")
    if options["fail_on_error"] and not all(map(_is_connected, tests)):
        result.error = EndpointsFailed(server, names, tests)
    return result


def select(api: Api, server: str, wanted: Sequence[str]) -> list[str]:
    """The names that ``wanted`` holds, and those of the server's endpoints that its patterns choose, each once.

    The endpoints are listed only where there are patterns.
    """
    plain = [word for word in wanted if not is_pattern(word)]
    patterns = [word for word in wanted if is_pattern(word)]
    present = [endpoint["name"] for endpoint in api.get_endpoint_list(server)] if patterns else []
    return list(dict.fromkeys([*plain, *chosen(present, patterns)]))


def told(name: str, test: Outcome) -> Plain:
    """What the test of an endpoint came to: ``name``, ``status``, ``message``, ``detailed_message``.

    An error that the API answers counts as ERROR and gives its ``error_code`` too; of a lost answer nothing is known.
    """
    if test.error is None:
        return {"name": name, **test.value}
    nothing = {"message": test.error.message, "detailed_message": ""}
    if not isinstance(test.error, ApiError):
        return {"name": name, "status": UNKNOWN, **nothing}
    words = test.error.error_message or test.error.message
    return {"name": name, "status": ERROR, **nothing, "message": words, "error_code": test.error.error_code}


def _is_connected(test: Outcome) -> bool:
    return test.error is None and test.value["status"] == CONNECTED


def _reason(test: Outcome) -> str:
    """Why a test failed, in the words of the error or of the server."""
    if test.error:
        return test.error.message
    return str(test.value["message"] or test.value["detailed_message"] or f"its state is {test.value['status']}")
