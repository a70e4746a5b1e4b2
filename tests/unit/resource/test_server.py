# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers: what is compared, what is sent, what is refused. No network."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import server
from support.strategies import server_options

NO_API = cast(Api, None)
CURRENT = {
    "name": "s",
    "type": "replicate",
    "description": "old",
    "host": "h",
    "port": 443,
    "username": "u",
    "password": "{S:98bdfd05-d16e-4afb-ad24-256c4dc6aae9}",
    "verify_server_certificate": True,
    "monitored": True,
}
SECRET = "never-shown"


def plan(current: dict[str, Any] | None, **options: Any) -> Any:
    """The plan for server s."""
    return server.compare(NO_API, {"name": "s", **options}, current, 1)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"host": "h"},
        {"port": 443, "monitored": True, "description": "old"},
        {"password": SECRET},
        {"password": SECRET, "update_password": "on_create"},
        {"type": "replicate"},
        {"host": "H", "username": "U"},
        {"password": "********"},
    ],
)
def test_what_is_there_already_is_no_change(options: dict[str, Any]) -> None:
    assert plan(CURRENT, **options) == ([], {**server.shown(CURRENT)}, ())


def test_a_server_that_is_found_in_another_case_is_called_as_it_says() -> None:
    assert plan({**CURRENT, "name": "S"}).changes == []
    planned = plan({**CURRENT, "name": "S"}, port=1)
    assert (planned.changes[0].name, planned.after["name"]) == ("S", "S")
    nameless = {key: value for key, value in CURRENT.items() if key != "name"}
    assert plan(nameless).changes == []
    assert plan(nameless, port=1).after["name"] == "s"


@pytest.mark.parametrize(
    ("options", "changed"),
    [
        ({"description": ""}, {"description": ""}),
        ({"port": 3552, "monitored": False}, {"port": 3552, "monitored": False}),
        ({"verify_server_certificate": False}, {"verify_server_certificate": False}),
    ],
)
def test_only_what_differs_changes(options: dict[str, Any], changed: dict[str, Any]) -> None:
    change = plan(CURRENT, **options).changes[0]
    assert change.action == "update"
    assert {key for key in change.after if change.after[key] != change.before[key]} == set(changed)


def test_with_another_change_a_name_is_sent_as_it_was_given() -> None:
    planned = plan(CURRENT, host="H", port=1)
    assert (planned.changes[0].after["host"], planned.after["host"]) == ("H", "H")


@pytest.mark.parametrize("password", ["********", "{Z00FF}", "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"])
def test_a_password_that_no_server_could_use_is_not_sent(password: str) -> None:
    for current, options in ((None, {"host": "h", "username": "u"}), (CURRENT, {"update_password": "always"})):
        with pytest.raises(Refused, match=r"^password is a mask or an encrypted secret"):
            plan(current, password=password, **options)


def test_a_password_that_is_always_sent_is_a_change_that_does_not_show_it() -> None:
    change = plan(CURRENT, password=SECRET, update_password="always").changes[0]
    assert change.before["password"] != change.after["password"]
    assert SECRET not in str((change.before, change.after))
    assert "{S:" not in str((change.before, change.after))


def test_a_server_is_created_with_defaults_for_what_is_not_given() -> None:
    planned = plan(None, host="h", username="u", password=SECRET)
    assert planned.changes[0].action == "create"
    assert planned.after == {**server.shown(CURRENT), "description": ""}
    assert SECRET not in str((planned.changes[0].after, planned.after))


def test_a_server_is_not_created_of_too_little() -> None:
    with pytest.raises(Refused, match="to create it, give host, password too"):
        plan(None, username="u")


def test_the_type_of_a_server_stays() -> None:
    with pytest.raises(Refused, match="of type replicate; to make it compose, delete it first"):
        plan(CURRENT, type="compose")


def test_absent() -> None:
    assert plan(None, state="absent").changes == []
    assert plan(CURRENT, state="absent").changes[0].after is None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": ""}, "name"),
        ({"name": "a" * 65}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": "Zürich"}, "name"),
        ({"host": "a" * 65}, "host"),
        ({"host": "h:443"}, "host"),
        ({"host": ""}, "host"),
        ({"port": 0}, "port"),
        ({"port": 65536}, "port"),
        ({"port": "1e999"}, "port"),
        ({"username": ""}, "username"),
        ({"username": "u" * 105}, "username"),
        *[({"username": f"u{sign}"}, "username") for sign in '/[]:;|=+*?<>"'],
        ({"description": "d" * 251}, "description"),
        ({"password": ""}, "password"),
    ],
)
def test_what_the_api_would_refuse_is_refused_before(options: dict[str, Any], told: str) -> None:
    with pytest.raises(Refused, match=f"^{told}"):
        server.check({"name": "s", **options})


@given(server_options())
def test_what_the_api_takes_is_not_refused(options: dict[str, Any]) -> None:
    server.check(options)


@given(server_options(), server_options())
def test_planning_from_the_result_is_empty(first: dict[str, Any], second: dict[str, Any]) -> None:
    created = server.compare(NO_API, first, None, 1)
    second["type"] = first["type"]
    updated = server.compare(NO_API, second, created.after, 1)
    assert server.compare(NO_API, second, updated.after, 1).changes == []
