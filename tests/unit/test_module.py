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
from ansible_collections.qlik.enterprise_manager.plugins.plugin_utils._action import admitted
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


def test_a_missing_address_names_the_variable_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AEM_URL", raising=False)
    result = _module.perform(reads, {"aem_token": "t"}, False, set().update)
    assert result.error is not None
    assert result.error.message.startswith("missing required arguments: aem_url.")
    assert "AEM_URL" in result.error.message


def test_a_login_in_the_address_is_kept_secret_though_it_is_refused() -> None:
    secrets: set[str] = set()
    options = {**OPTIONS, "aem_url": "https://u:pw-in-url@em.example.com"}
    result = _module.perform(reads, options, False, secrets.update)
    assert result.error is not None
    assert "pw-in-url" not in result.error.message
    assert "pw-in-url" in secrets


@pytest.mark.parametrize("fault", [OSError("disk"), ValueError("x"), TypeError(), RecursionError(), KeyError("k")])
def test_at_the_border_a_fault_is_an_error_that_asks_for_a_report(script: Script, fault: Exception) -> None:
    def breaks(_options: Mapping[str, Any], api: Api) -> Result:
        api.get_server_list()
        raise fault

    result = _module.perform(breaks, OPTIONS, False, set().update, border="qlik.enterprise_manager.aem_server")
    assert isinstance(result.error, _module.Fault)
    told = result.error.message
    assert told.startswith("qlik.enterprise_manager.aem_server has met what it did not expect (test_module.py, line")
    assert "please report it" in told
    assert type(fault).__name__ in told
    assert not result.changed
    assert ends_of(script) == ["login", "logout"]


def test_a_fault_after_a_write_counts_as_a_change_and_shows_no_secret(script: Script) -> None:
    script.replies[:] = [reply()]

    def breaks(_options: Mapping[str, Any], api: Api) -> Result:
        api.put_server_license("s", "license_type=X")
        raise ValueError(f"about s3cret and {'%73' * 3}")

    result = _module.perform(breaks, OPTIONS, False, set().update, known=["other-secret"], border="m")
    assert result.changed
    assert result.error is not None
    assert "s3cret" not in result.error.message


def test_what_ansible_prints_as_it_is_has_no_control_characters() -> None:
    diff = [{"before_header": "task \x1b[2J", "after_header": "task \x1b[2J", "before": "", "after": ""}]
    result = Result(diff=diff, error=Refused("There is no task a\x1b[31m\nok: [prod]"))
    told = _module.told_to_ansible(result, with_diff=True)
    assert told["diff"]["before_header"] == "task \\x1b[2J"
    assert told["msg"] == "There is no task a\\x1b[31m ok: [prod]"


class Bank:
    """Lends one login."""

    def __init__(self) -> None:
        self.logins: dict[Any, http.Login] = {}
        self.gone: list[Any] = []

    def login(self, connection: Any) -> http.Login:
        """The login of a connection."""
        return self.logins.setdefault(connection, http.Login(connection))

    def forget(self, connection: Any) -> None:
        """Take note of what is gone."""
        self.gone.append(connection)


def test_a_login_that_is_lent_stays(script: Script) -> None:
    bank = Bank()
    for check_mode in (False, True, False):
        _module.perform(reads, OPTIONS, check_mode, set().update, lender=bank)
    assert ends_of(script) == ["login"]
    assert len(bank.logins) == 1


def test_a_login_that_is_given_away_is_not_lent_again(script: Script) -> None:
    bank = Bank()

    def begins(_options: Mapping[str, Any], api: Api) -> Result:
        return Result({"session_id": api.login()}, keeps_session=True)

    _module.perform(begins, OPTIONS, False, set().update, lender=bank)
    assert ends_of(script) == ["login"]
    assert len(bank.gone) == 1


def test_what_an_export_tells_to_be_a_secret_is_kept_from_then_on(script: Script) -> None:
    script.replies[:] = [reply(200, "{}")] * 2
    kept: set[str] = set()

    def work(_options: Mapping[str, Any], api: Api) -> Result:
        api.export_all("s")
        api.get_server_list()
        return Result()

    declaration = _module.Declaration(
        work, {"settings": {"type": "dict", "no_log": True}}, lambda _value, export: {"t0p-s"} if export else set()
    )
    options = {**OPTIONS, "settings": {"x": "t0p-s"}}
    assert declaration.secrets_of(options) == {"s3cret"}
    script.replies[1] = reply(500, '{"error_code": "X", "error_message": "not t0p-s"}')
    result = _module.perform(
        work, options, False, kept.update, given=lambda export: declaration.secrets_of(options, export) or ()
    )
    assert "t0p-s" in kept
    assert result.error is not None
    assert "t0p" not in result.error.message


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"role": 7}, "role must be a dictionary: .*int"),
        ({"roles": [{"role": 1.5}]}, "role must be a dictionary"),
        ({"roles": [7]}, "roles must be a list of dictionaries"),
        ({"roles": {"a": 1}}, "roles must be a list of dictionaries"),
        ({"role": "no pairs\x1b"}, "role must be a dictionary: [^\x1b]*$"),
    ],
)
def test_an_option_with_options_that_can_have_none_is_refused(given: dict[str, Any], told: str) -> None:
    inner = {"role": {"type": "dict", "options": {"users": {"type": "list"}}}}
    arguments = {**inner, "roles": {"type": "list", "elements": "dict", "options": inner}}
    with pytest.raises(Refused, match=told):
        _module.refuse_unfit(arguments, given)
    _module.refuse_unfit(arguments, {"role": "users=a", "roles": [{"role": None}, {}], "other": 7})


def test_an_option_that_is_null_is_not_given() -> None:
    declaration = _module.Declaration(lambda _options, _api: Result(), {"switches": {"type": "list"}, "timeout": {}})
    given = {"switches": None, "timeout": 20, "aem_url": None, "nobody_knows": None}
    assert admitted(declaration, given) == {"timeout": 20, "nobody_knows": None}
