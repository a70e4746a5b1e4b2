# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How work is hosted: the connection, the session's end, secrets and warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils import _module
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import http
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from support.scripted import Script, reply

OPTIONS = {"aem_url": "https://em.example.com", "aem_username": "u", "aem_password": "s3cret"}


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """What answers every session that a host begins."""
    script = Script([reply(200, '{"serverList": []}')] * 3)
    original = http.http_session

    def http_session(connection: Any) -> Any:
        session = original(connection)
        session.mount("https://", script)
        return session

    monkeypatch.setattr(http, "http_session", http_session)
    return script


def reads(_options: Mapping[str, Any], api: Api) -> Result:
    """Work that makes one call."""
    return Result({"servers": api.get_server_list()})


def ends_of(script: Script) -> list[str]:
    """How often was logged in and out: the number of requests that the script was not asked to answer."""
    return ["login"] * script.logins + ["logout"] * (len(script.arguments) - script.logins - len(script.sent))


def test_one_login_one_logout(script: Script) -> None:
    secrets: set[str] = set()
    result = _module.perform(reads, OPTIONS, False, secrets.update)
    assert result.values == {"servers": []}
    assert ends_of(script) == ["login", "logout"]
    assert {"s3cret", "token-1"} <= secrets


def test_the_logout_happens_on_failure_too(script: Script) -> None:
    def fails(_options: Mapping[str, Any], api: Api) -> Result:
        api.get_server_list()
        raise Refused("no")

    result = _module.perform(fails, OPTIONS, False, set().update)
    assert result.error is not None
    assert result.error.message == "no"
    assert ends_of(script) == ["login", "logout"]


def test_the_logout_happens_after_a_fault(script: Script) -> None:
    def breaks(_options: Mapping[str, Any], api: Api) -> Result:
        api.get_server_list()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        _module.perform(breaks, OPTIONS, False, set().update)
    assert ends_of(script) == ["login", "logout"]


def test_a_session_that_is_kept_is_not_ended_and_its_token_may_be_told(script: Script) -> None:
    secrets: set[str] = set()
    result = _module.perform(
        lambda _options, api: Result({"session_id": api.login()}, keeps_session=True), OPTIONS, False, secrets.update
    )
    assert result.values["session_id"] not in secrets
    assert ends_of(script) == ["login"]


def test_a_session_that_is_given_is_neither_begun_nor_ended(script: Script) -> None:
    _module.perform(reads, {"aem_url": "https://em.example.com", "aem_session_id": "given"}, False, set().update)
    assert ends_of(script) == []
    assert script.sent[0].headers[http.SESSION_HEADER] == "given"


def test_a_connection_that_cannot_work_is_told_without_any_request(script: Script) -> None:
    result = _module.perform(reads, {"aem_url": "http://em"}, False, set().update)
    assert result.error is not None
    assert script.arguments == []


def test_check_mode_makes_a_session_that_cannot_write() -> None:
    seen = []
    _module.perform(lambda _options, api: seen.append(api.check_mode) or Result(), OPTIONS, True, set().update)
    assert seen == [True]


def test_every_connection_option_is_in_the_environment_too() -> None:
    for name, spec in _module.CONNECTION_ARGUMENTS.items():
        if name not in _module.SECRETS:
            assert spec["fallback"][1] == [name.upper()]


def test_a_field_of_the_result_goes_before_a_fact_of_the_error() -> None:
    error = ApiError("PutServer", 500, "AEM_SERVER_NOT_FOUND", "There is none.")
    told = _module.told_to_ansible(Result({"status": "failed"}, error=error), with_diff=False)
    assert (told["status"], told["error_code"], told["api_method"]) == ("failed", "AEM_SERVER_NOT_FOUND", "PutServer")
    assert _module.told_to_ansible(Result(error=error), with_diff=False)["status"] == 500
