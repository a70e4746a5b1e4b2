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
from .._core.select import chosen, fruitless, is_pattern
from .foresight import seen, unless_made

CONNECTED = "CONNECTED"
ERROR = "ERROR"
UNKNOWN = "UNKNOWN"

_NOT_YET = {"status": UNKNOWN, "message": "The endpoint is not there yet.", "detailed_message": ""}

ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "endpoints": {"type": "list", "elements": "str", "required": True},
    "allow_none": {"type": "bool", "default": False},
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
        self.causes = [test.error for _name, test in failed if test.error]

    def facts(self) -> dict[str, Any]:
        """Those of the error that the API answered, or ``api_method`` and what the test says as ``error_message``."""
        if self.first.error:
            return self.first.error.facts()
        return {"api_method": "TestEndpoint", "error_message": _reason(self.first)}


def report(api: Api, options: Mapping[str, Any]) -> Result:
    """What the test of each endpoint of ``options`` (see ARGUMENTS) came to, and an error if that is asked for.

    In check mode an endpoint that is not there is one that an earlier task would have made, so it is not tested.
    """
    server, timeout = options["server"], options["timeout"]
    check_timeout(timeout)
    # Once for all: a user who is refused must not be tried again for every endpoint.
    api.login()
    names, warnings = select(api, server, options["endpoints"], options["allow_none"])

    def test(name: str) -> tuple[Plain | None, list[str]]:
        return seen(api, lambda: api.test_endpoint(server, name, timeout), server, endpoint=name)

    outcomes = side_by_side(test, names, api.session.connection.concurrency)
    for outcome in outcomes:
        warnings += outcome.value[1] if outcome.error is None else []
    tests = [outcome._replace(value=outcome.value and outcome.value[0]) for outcome in outcomes]
    result = Result({"endpoints": [told(name, test) for name, test in zip(names, tests)]})
    result.warnings = list(dict.fromkeys(warnings))
    if options["fail_on_error"] and not all(map(_is_connected, tests)):
        result.error = EndpointsFailed(server, names, tests)
    return result


def select(api: Api, server: str, wanted: Sequence[str], allow_none: bool = False) -> tuple[list[str], list[str]]:
    """The names that ``wanted`` holds, and those of the server's endpoints that its patterns choose, each once.

    The endpoints are listed only where there are patterns. Patterns that choose none, and an empty list, are refused.
    With ``allow_none`` such patterns are warned of, and an empty list is taken as it is.
    """
    plain = [word for word in wanted if not is_pattern(word)]
    patterns = [word for word in wanted if is_pattern(word)]
    listed, warnings = seen(api, lambda: api.get_endpoint_list(server), server) if patterns else ([], [])
    present = [endpoint["name"] for endpoint in listed or ()]
    nothing = fruitless(present, patterns) if listed is not None else []
    problem = f"No endpoint on server {server} matches {', '.join(nothing)}." if nothing else ""
    if not wanted:
        problem = f"endpoints is an empty list, so no endpoint on server {server} is chosen."
    if problem and not allow_none:
        warnings = [*warnings, *unless_made(api, f"{problem} Set allow_none to true if there may be none.")]
    elif nothing:
        warnings = [*warnings, problem]
    return list(dict.fromkeys([*plain, *chosen(present, patterns)])), warnings


def told(name: str, test: Outcome) -> Plain:
    """What the test of an endpoint came to: ``name``, ``status``, ``message``, ``detailed_message``.

    An error that the API answers counts as ERROR and gives its ``error_code`` too; of a lost answer nothing is known,
    and of an endpoint that is not there yet, which has no value.
    """
    if test.error is None:
        return {"name": name, **(test.value or _NOT_YET)}
    nothing = {"message": test.error.message, "detailed_message": ""}
    if not isinstance(test.error, ApiError):
        return {"name": name, "status": UNKNOWN, **nothing}
    words = test.error.error_message or test.error.message
    return {"name": name, "status": ERROR, **nothing, "message": words, "error_code": test.error.error_code}


def _is_connected(test: Outcome) -> bool:
    """Whether a test came out well; that of an endpoint that is not there yet is expected to."""
    return test.error is None and (test.value is None or test.value["status"] == CONNECTED)


def _reason(test: Outcome) -> str:
    """Why a test failed, in the words of the error or of the server."""
    if test.error:
        return test.error.message
    return str(test.value["message"] or test.value["detailed_message"] or f"its state is {test.value['status']}")
