# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of endpoints, as a user makes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator import Settings, Simulator
from support.playbooks import Played, run


def module(options: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    """A task for server replicate-dev."""
    return {"qlik.enterprise_manager.aem_endpoint_test": {"server": "replicate-dev", **options}, **keywords}


@pytest.fixture(scope="module", params=["sdk", "guide"])
def played(request: pytest.FixtureRequest) -> Iterator[Played]:
    """All of it, in one play, in both spellings of the API."""
    well = {"endpoints": ["DEV Oracle", "Ünused 50% / spare"], "timeout": 7}
    tasks = [
        module(well, name="Names"),
        module(well, name="Names in check mode", check_mode=True),
        module({"endpoints": ["DEV *", "no such"]}, name="Patterns", ignore_errors=True),
        module({"endpoints": ["DEV *"], "fail_on_error": False}, name="Not to fail"),
        module({"endpoints": ["DEV far away"]}, name="Timeout", ignore_errors=True),
        module({"endpoints": ["X*"]}, name="Mistyped", ignore_errors=True),
        module({"endpoints": ["X*"], "allow_none": True}, name="None"),
        module({"endpoints": ["DEV Oracle"], "timeout": 0}, name="No time", ignore_errors=True),
        module({"endpoints": ["A", "B"], "aem_password": "wrong"}, name="Refused", ignore_errors=True),
    ]
    with Simulator(Settings(dialect=request.param)) as em:
        yield run(em, tasks)


def test_names_are_tested_without_listing(played: Played) -> None:
    for name in ("Names", "Names in check mode"):
        step = played[name]
        assert (step.failed, step.changed) == (False, False)
        assert sorted(step.calls) == ["Login", "Logout", "TestEndpoint", "TestEndpoint"]
        assert [(test["name"], test["status"]) for test in step.result["endpoints"]] == [
            ("DEV Oracle", "CONNECTED"),
            ("Ünused 50% / spare", "CONNECTED"),
        ]
        assert {entry["query"]["timeout"] for entry in step.log if entry["api_method"] == "TestEndpoint"} == {"7"}


def test_each_endpoint_has_its_result(played: Played) -> None:
    step = played["Patterns"]
    assert step.failed
    assert step.result["msg"].startswith("3 of 6 endpoints on server replicate-dev failed their test. no such: ")
    tests = {test["name"]: test for test in step.result["endpoints"]}
    assert tests["DEV broken"]["detailed_message"] == "Login failed for user 'repl'."
    assert tests["DEV far away"]["error_code"] == "AEM_TEST_ENDPOINT_CONNECTION_TIMEOUT"
    assert tests["no such"]["error_code"] == "AEM_ENDPOINT_NOT_FOUND"
    assert [name for name, test in tests.items() if test["status"] == "CONNECTED"] == [
        "DEV Oracle",
        "DEV null",
        "DEV channel",
    ]
    # Once for the patterns, and once to ask for the name that was meant by the one that is not there.
    assert step.calls.count("GetEndpointList") == 2


def test_a_failure_need_not_fail(played: Played) -> None:
    step = played["Not to fail"]
    assert (step.failed, step.changed) == (False, False)
    assert len(step.result["endpoints"]) == 5


def test_the_error_code_is_told(played: Played) -> None:
    assert played["Timeout"].result["error_code"] == "AEM_TEST_ENDPOINT_CONNECTION_TIMEOUT"


def test_no_endpoint_is_refused_unless_there_may_be_none(played: Played) -> None:
    assert played["Mistyped"].result["msg"].startswith("No endpoint on server replicate-dev matches X*.")
    assert (played["None"].failed, played["None"].result["endpoints"]) == (False, [])
    assert "No endpoint on server replicate-dev matches X*." in str(played["None"].result["warnings"])


def test_bad_input_and_a_bad_login(played: Played) -> None:
    assert "timeout must be 1 second or more" in played["No time"].result["msg"]
    assert played["No time"].calls == []
    assert played["Refused"].result["error_code"] == "UNAUTHORIZED_REQUEST"
    assert played["Refused"].calls == ["Login"]
