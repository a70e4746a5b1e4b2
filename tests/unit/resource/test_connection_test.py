# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Testing endpoints: which ones, and what becomes of those that fail. No network."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError, NoAnswer, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import connection_test

CONNECTED = {"status": "CONNECTED", "message": "", "detailed_message": ""}
BROKEN = {"status": "ERROR", "message": "", "detailed_message": "no such host"}
NOT_FOUND = ApiError("TestEndpoint", 500, "AEM_ENDPOINT_NOT_FOUND", "Could not be found.")
TIMEOUT = ApiError("TestEndpoint", 500, "AEM_TEST_ENDPOINT_CONNECTION_TIMEOUT", "A timeout occurred.")


class Manager:
    """One server with endpoints, each with what its test answers."""

    def __init__(self, check_mode: bool = False, **endpoints: Any) -> None:
        self.check_mode = check_mode
        self.endpoints = endpoints
        self.session = SimpleNamespace(connection=SimpleNamespace(concurrency=2))
        self.lists = 0
        self.tested: list[tuple[str, str, int]] = []

    def login(self) -> str:
        """Login."""
        return "token"

    def get_endpoint_list(self, _server: str) -> list[dict[str, Any]]:
        """GetEndpointList."""
        self.lists += 1
        return [{"name": name} for name in self.endpoints]

    def test_endpoint(self, server: str, name: str, timeout: int) -> dict[str, Any]:
        """TestEndpoint."""
        self.tested.append((server, name, timeout))
        answer = self.endpoints.get(name, NOT_FOUND)
        if isinstance(answer, Exception):
            raise answer
        return dict(answer)


def report(manager: Manager, *endpoints: str, **options: Any) -> Any:
    """What the module tells."""
    defaults = {"server": "s", "timeout": 60, "fail_on_error": True, "allow_none": False}
    return connection_test.report(cast(Api, manager), {**defaults, "endpoints": list(endpoints), **options})


@pytest.mark.parametrize(
    ("wanted", "names", "lists"),
    [
        (["b", "a"], ["b", "a"], 0),
        (["a", "a"], ["a"], 0),
        (["unknown"], ["unknown"], 0),
        (["*"], ["a", "ab", "b"], 1),
        (["b", "a*", "unknown"], ["b", "unknown", "a", "ab"], 1),
    ],
)
def test_which_endpoints(wanted: list[str], names: list[str], lists: int) -> None:
    manager = Manager(a=CONNECTED, ab=CONNECTED, b=CONNECTED)
    assert connection_test.select(cast(Api, manager), "s", wanted) == (names, [])
    assert manager.lists == lists


def test_an_endpoint_whose_name_looks_like_a_pattern() -> None:
    manager = Manager(**{"load[1]": CONNECTED, "load1": CONNECTED})
    assert connection_test.select(cast(Api, manager), "s", ["load[1]"]) == (["load[1]"], [])


def test_all_is_well() -> None:
    manager = Manager(a=CONNECTED, b=CONNECTED)
    result = report(manager, "a", "b", timeout=7)
    assert (result.error, result.changed, result.warnings) == (None, False, [])
    assert [test["name"] for test in result.values["endpoints"]] == ["a", "b"]
    assert sorted(manager.tested) == [("s", "a", 7), ("s", "b", 7)]


def test_an_endpoint_that_fails_fails_the_module_by_name() -> None:
    result = report(Manager(a=CONNECTED, b=BROKEN, c=TIMEOUT), "*")
    assert result.error.message == (
        "2 of 3 endpoints on server s failed their test. b: no such host;"
        " c: TestEndpoint failed with HTTP 500 AEM_TEST_ENDPOINT_CONNECTION_TIMEOUT: A timeout occurred."
    )
    assert result.error.facts() == {"api_method": "TestEndpoint", "error_message": "no such host"}
    assert [test["status"] for test in result.values["endpoints"]] == ["CONNECTED", "ERROR", "ERROR"]
    assert result.values["endpoints"][2]["error_code"] == "AEM_TEST_ENDPOINT_CONNECTION_TIMEOUT"


def test_unless_it_is_not_to_fail() -> None:
    result = report(Manager(a=TIMEOUT), "a", fail_on_error=False)
    assert result.error is None
    assert result.values["endpoints"][0] == {
        "name": "a",
        "status": "ERROR",
        "message": "A timeout occurred.",
        "detailed_message": "",
        "error_code": "AEM_TEST_ENDPOINT_CONNECTION_TIMEOUT",
    }


def test_the_error_code_of_the_first_that_failed_is_told() -> None:
    assert report(Manager(a=TIMEOUT, b=BROKEN), "a", "b").error.facts() == TIMEOUT.facts()


def test_a_test_that_says_nothing_tells_its_state() -> None:
    silent = {**CONNECTED, "status": "UNKNOWN"}
    assert report(Manager(a=silent), "a").error.message.endswith("a: its state is UNKNOWN")


def test_of_a_lost_answer_nothing_is_known() -> None:
    result = report(Manager(a=NoAnswer("TestEndpoint", "cut", sent=True)), "a")
    assert result.values["endpoints"][0]["status"] == "UNKNOWN"
    assert "error_code" not in result.error.facts()
    assert "a: TestEndpoint got no usable answer: cut." in result.error.message


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (["x*", "a", "y*"], "No endpoint on server s matches x*, y*."),
        ([], "endpoints is an empty list, so no endpoint on server s is chosen."),
    ],
)
def test_what_chooses_no_endpoint_is_refused_unless_there_may_be_none(wanted: list[str], told: str) -> None:
    with pytest.raises(Refused, match=re.escape(told) + " Set allow_none to true"):
        report(Manager(a=CONNECTED), *wanted)
    result = report(Manager(a=CONNECTED), *wanted, allow_none=True)
    assert (result.error, result.warnings) == (None, [told] if wanted else [])
    check = report(Manager(check_mode=True, a=CONNECTED), *wanted)
    assert check.error is None
    assert "unless an earlier task adds it" in check.warnings[0]


def test_in_check_mode_an_endpoint_may_be_still_to_come() -> None:
    result = report(Manager(check_mode=True, a=CONNECTED), "a", "new")
    assert result.error is None
    assert result.values["endpoints"][1] == {
        "name": "new",
        "status": "UNKNOWN",
        "message": "The endpoint is not there yet.",
        "detailed_message": "",
    }
    assert "There is no endpoint new on server s yet." in result.warnings[0]
    assert report(Manager(a=CONNECTED), "a", "new").error.facts()["error_code"] == "AEM_ENDPOINT_NOT_FOUND"
    assert report(Manager(check_mode=True, a=BROKEN), "a").error is not None


def test_a_test_needs_time() -> None:
    with pytest.raises(Refused, match="timeout must be 1 second or more"):
        report(Manager(), "a", timeout=0)
