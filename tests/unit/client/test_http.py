# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What leaves for Enterprise Manager, how its answers are judged, and what is tried again."""

from __future__ import annotations

import gzip
import io
import ssl
import tracemalloc
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import requests
import urllib3
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import transport
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.call import JSON, NOTHING, Call
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.connection import Connection
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.cures import CURES
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.http import SESSION_HEADER
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.concurrent import side_by_side, wait_until
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import (
    AemError,
    ApiError,
    NoAnswer,
    Refused,
    SessionChanged,
    WriteInCheckMode,
    may_have_changed,
)
from support.scripted import CONNECTION, Reply, error, fails_with, reply, scripted

READ = Call("GetServerList", "GET", ("servers",))
PUT = Call("PutServer", "PUT", ("servers", "a", "def"), body="{}", answer=NOTHING, writes=True)
RUN = Call("RunTask", "POST", ("servers", "a", "tasks", "t"), {"action": "run"}, writes=True, repeatable=False)

REFUSED = fails_with(requests.ConnectionError(urllib3.exceptions.NewConnectionError(None, "refused")))
CUT = fails_with(
    requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", ConnectionResetError()))
)
TOO_SLOW = fails_with(requests.ReadTimeout("read timed out"))
PAGE = reply(502, "<html><body>Bad gateway</body></html>", Content_Type="text/html")
LOGIN_PAGE = reply(200, "<!DOCTYPE html><html>Log in</html>", Content_Type="text/html")
BUSY = reply(429, "slow down", Retry_After="1")
UNAVAILABLE = reply(503, "")
BROKEN_JSON = reply(200, '{"serverList": [{"name"')
BROKEN_OFF = reply(200, '{"serverList": []}', Content_Length="500")
FINE = reply(200, '{"state": "RUNNING"}')


@pytest.mark.parametrize(
    "name",
    [
        "Replicate PRD 1",
        "50%",
        "a/b",
        "a#b",
        "a?b",
        "a&b",
        "a+b",
        "Zürich",
        "a%20b",
        "%2F",
        "a=b",
        "a;b,c",
        "日本",
        "~.-_",
    ],
)
def test_a_name_travels_encoded_once(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    session, script = scripted(monkeypatch, reply(200, "{}"))
    session.send(Call("GetTaskDetails", "GET", ("servers", "s", "tasks", name)))
    raw = script.paths()[0].split("/tasks/")[1]
    assert unquote(raw) == name
    assert not set(raw) & set("/#?&+ =;,")


@given(st.text(min_size=1).filter(lambda text: text not in (".", "..")), st.text())
@settings(deadline=None)
def test_any_name_and_any_value_arrive_intact(name: str, value: str) -> None:
    call = Call("GetTableList", "GET", ("servers", name, "tasks"), {"schema": value, "left_out": None})
    try:
        target = requests.Request("GET", f"https://em.example.com/api/v1/{call.target()}").prepare().path_url
    except UnicodeEncodeError:
        return
    parts = urlsplit(target)
    assert unquote(parts.path.split("/")[4]) == name
    assert parts.query.count("=") == 1
    assert parse_qsl(parts.query, keep_blank_values=True)[0][0] == "schema"
    assert unquote(parts.query.split("=")[1]) == value


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_a_path_cannot_hold_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    session, script = scripted(monkeypatch)
    with pytest.raises(Refused, match="is a name that no address can hold"):
        session.send(Call("GetServer", "GET", ("servers", name, "def")))
    assert not script.sent


def test_booleans_travel_in_lower_case_and_what_is_not_given_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch, reply(200, "{}"))
    session.send(Call("X", "GET", ("x",), {"a": True, "b": False, "c": None, "d": 5}))
    assert script.paths() == ["/api/v1/x?a=true&b=false&d=5"]


@pytest.mark.parametrize("http", ["POST", "PUT", "DELETE"])
def test_a_call_without_a_body_says_that_it_has_none(monkeypatch: pytest.MonkeyPatch, http: str) -> None:
    session, script = scripted(monkeypatch, reply())
    session.send(Call("X", http, ("x",), answer=NOTHING))
    assert script.sent[0].headers["Content-Length"] == "0"
    assert "Content-Type" not in script.sent[0].headers


def test_a_body_travels_as_utf8_with_its_length_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch, reply())
    session.send(Call("X", "PUT", ("x",), body='{"a": "ä"}', answer=NOTHING))
    assert script.sent[0].body == '{"a": "ä"}'.encode()
    assert script.sent[0].headers["Content-Length"] == "11"
    assert script.sent[0].headers["Content-Type"] == "application/json"


def test_a_session_logs_in_once_and_out_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch, FINE, FINE)
    session.send(READ)
    session.send(READ)
    session.close()
    assert script.logins == 1
    assert [request.headers[SESSION_HEADER] for request in script.sent] == ["token-1", "token-1"]
    assert "Authorization" not in script.sent[0].headers


def test_nothing_is_sent_for_a_session_that_is_never_used(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch)
    session.close()
    assert (script.logins, script.arguments) == (0, [])


def test_a_login_of_netrc_is_not_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine em.example.com login other password wrong\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    session, script = scripted(monkeypatch, FINE)
    session.send(READ)
    assert "Authorization" not in script.sent[0].headers


@pytest.mark.parametrize("validate", [True, False])
def test_the_environment_does_not_say_which_authority_is_trusted(
    monkeypatch: pytest.MonkeyPatch, validate: bool
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/some/bundle")
    monkeypatch.setenv("CURL_CA_BUNDLE", "/some/bundle")
    mine = Connection("https://em.example.com/api/v1", "u", "p", validate_certs=validate, ca_path="/mine")
    session, script = scripted(monkeypatch, FINE, connection=mine)
    session.send(READ)
    assert {arguments["verify"] for arguments in script.arguments} == {"/mine" if validate else False}


@pytest.mark.parametrize("use_proxy", [True, False])
def test_the_environment_is_asked_once_for_a_proxy(monkeypatch: pytest.MonkeyPatch, use_proxy: bool) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example.com:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    mine = Connection("https://em.example.com/api/v1", "u", "p", use_proxy=use_proxy)
    session, script = scripted(monkeypatch, FINE, FINE, connection=mine)
    monkeypatch.setenv("https_proxy", "http://another.example.com:3128")
    session.send(READ)
    session.send(READ)
    asked = [arguments["proxies"].get("https") for arguments in script.arguments]
    assert asked == ["http://proxy.example.com:3128" if use_proxy else None] * 3


def test_a_host_of_no_proxy_is_asked_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example.com:3128")
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.delenv("no_proxy", raising=False)
    session, script = scripted(monkeypatch, FINE, connection=Connection("https://em.example.com/api/v1", "u", "p"))
    session.send(READ)
    assert not any(arguments["proxies"] for arguments in script.arguments)


def test_an_authority_of_the_environment_is_trusted_where_none_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    session, script = scripted(monkeypatch, FINE, connection=Connection("https://em.example.com/api/v1", "u", "p"))
    session.send(READ)
    assert {arguments["verify"] for arguments in script.arguments} == {str(tmp_path)}


def test_a_call_that_waits_on_the_server_gets_its_time_on_top(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch, reply(200, '{"state": "STOPPED", "error_message": ""}'))
    Api(session).stop_task("s", "t", timeout=300)
    assert script.arguments[-1]["timeout"] == (60, 360)


@pytest.mark.parametrize("status", [200, 401, 440])
def test_an_expired_session_logs_in_again_without_anybody_noticing(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    session, script = scripted(monkeypatch, error(status, "INVALID_SESSION_ID"), FINE)
    assert session.send(RUN) == {"state": "RUNNING"}
    assert script.logins == 2
    assert script.sent[1].headers[SESSION_HEADER] == "token-2"


def test_a_session_that_stays_over_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch, reply(440, ""), error(440, "INVALID_SESSION_ID"))
    with pytest.raises(ApiError) as caught:
        session.send(READ)
    assert caught.value.error_code == "INVALID_SESSION_ID"
    assert script.logins == 2


def test_a_session_that_was_given_is_not_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    given_id = Connection("https://em.example.com/api/v1", session_id="given")
    session, script = scripted(monkeypatch, error(440, "INVALID_SESSION_ID"), connection=given_id)
    with pytest.raises(ApiError, match="log in again"):
        session.send(READ)
    session.close()
    assert script.logins == 0
    assert len(script.arguments) == 1


def test_a_call_that_is_bound_to_a_session_is_not_sent_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch, FINE, error(440, "INVALID_SESSION_ID"))
    session.send(READ)
    with pytest.raises(SessionChanged):
        session.send(Call("PutServer", "PUT", ("x",), body="{}", writes=True, session=1))
    with pytest.raises(SessionChanged) as caught:
        session.send(Call("PutServer", "PUT", ("x",), body="{}", writes=True, session=1))
    assert caught.value.facts() == {"api_method": "PutServer"}
    assert len(script.sent) == 2
    assert session.number == 2


def test_in_check_mode_nothing_that_writes_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch, FINE, read_only=True)
    for call in (PUT, RUN):
        with pytest.raises(WriteInCheckMode):
            session.send(call)
    assert session.send(READ)
    assert len(script.sent) == 1


HOPELESS = "hopeless"
AGAIN = "again"
LOST = "lost"


@pytest.mark.parametrize(
    ("trouble", "read", "put", "run"),
    [
        (REFUSED, AGAIN, AGAIN, AGAIN),
        (BUSY, AGAIN, AGAIN, AGAIN),
        (CUT, AGAIN, AGAIN, LOST),
        (TOO_SLOW, AGAIN, AGAIN, LOST),
        (PAGE, AGAIN, AGAIN, LOST),
        (LOGIN_PAGE, AGAIN, AGAIN, LOST),
        (UNAVAILABLE, AGAIN, AGAIN, LOST),
        (BROKEN_OFF, AGAIN, AGAIN, LOST),
        (BROKEN_JSON, AGAIN, None, LOST),
        (reply(404, "<html>not here</html>"), LOST, LOST, LOST),
        (reply(302, "", Location="https://sso.example.com"), LOST, LOST, LOST),
        (error(500, "AEM_GET_SERVER_INNER_ERR"), HOPELESS, HOPELESS, HOPELESS),
        (error(403, "UNAUTHORIZED_REQUEST"), HOPELESS, HOPELESS, HOPELESS),
        (reply(403, ""), HOPELESS, HOPELESS, HOPELESS),
    ],
)
@pytest.mark.parametrize("verb", ["read", "put", "run"])
def test_what_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, verb: str, trouble: Reply, read: str, put: str | None, run: str
) -> None:
    expected = {"read": read, "put": put, "run": run}[verb]
    session, script = scripted(monkeypatch, trouble, FINE)
    call = {"read": READ, "put": PUT, "run": RUN}[verb]
    if expected in (AGAIN, None):
        session.send(call)
        assert len(script.sent) == (2 if expected == AGAIN else 1)
        assert len(session.warnings) == (1 if expected == AGAIN else 0)
        return
    with pytest.raises(NoAnswer if expected == LOST else ApiError):
        session.send(call)
    assert len(script.sent) == 1


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch, PAGE, PAGE, PAGE, PAGE)
    with pytest.raises(
        NoAnswer, match=r"HTTP 502 with text/html, not JSON, perhaps from a proxy: .*Bad gateway"
    ) as got:
        session.send(READ)
    assert got.value.facts() == {"api_method": "GetServerList", "status": 502}
    assert len(script.sent) == 1 + CONNECTION.retries


def test_an_error_of_the_server_without_a_code_is_not_blamed_on_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = reply(404, '{"Message": "No such resource."}', Content_Type="application/json; charset=utf-8")
    session, _script = scripted(monkeypatch, answer)
    with pytest.raises(NoAnswer) as got:
        session.send(READ)
    told = 'HTTP 404 with application/json, without an error code: {"Message": "No such resource."}'
    assert got.value.problem == told


def test_json_of_another_shape_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _script = scripted(monkeypatch, reply(200, '{"status": "ok"}'))
    with pytest.raises(
        NoAnswer,
        match=r"^GetTaskDetails of task t on server s got .*another shape, state is missing\. Look at .*\.$",
    ):
        Api(session).get_task_details("s", "t")


def test_an_untrusted_certificate_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    untrusted = ssl.SSLCertVerificationError("self-signed certificate")
    wrapped = requests.exceptions.SSLError(
        urllib3.exceptions.MaxRetryError(None, "/", urllib3.exceptions.SSLError(untrusted))
    )
    session, script = scripted(monkeypatch, fails_with(wrapped))
    with pytest.raises(NoAnswer, match="aem_ca_path"):
        session.send(READ)
    assert len(script.sent) == 1


@pytest.mark.parametrize("status", [200, 500])
def test_an_error_code_makes_an_error_whatever_the_status(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    session, _script = scripted(monkeypatch, error(status, "AEM_TASK_NOT_FOUND", "No such task."))
    with pytest.raises(ApiError) as caught:
        session.send(RUN)
    assert caught.value.facts() == {
        "api_method": "RunTask",
        "status": status,
        "error_code": "AEM_TASK_NOT_FOUND",
        "error_message": "No such task.",
    }


def test_a_login_that_is_refused_says_what_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch)
    monkeypatch.setattr(script, "send", lambda request, **_: error(401, "UNAUTHORIZED_REQUEST")(request))
    with pytest.raises(ApiError, match="Check the user") as caught:
        session.send(READ)
    assert caught.value.api_method == "Login"


def test_a_login_without_a_session_says_what_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch)
    monkeypatch.setattr(script, "send", lambda request, **_: reply(200, "")(request))
    with pytest.raises(NoAnswer, match="is aem_url the address"):
        session.send(READ)


def test_a_login_at_another_address_asks_whether_it_is_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch)
    monkeypatch.setattr(script, "send", lambda request, **_: reply(404, "Not Found")(request))
    with pytest.raises(NoAnswer, match=r"HTTP 404 .*: Not Found\. Is aem_url the address of Enterprise Manager\?"):
        session.send(READ)


def test_a_host_that_is_not_reached_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _script = scripted(monkeypatch, *[REFUSED] * 4)
    with pytest.raises(NoAnswer, match=r"^GetServerList got no usable answer: em\.example\.com: "):
        session.send(READ)


def test_an_answer_that_is_no_object_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _script = scripted(monkeypatch, *[reply(200, "[]")] * 4)
    with pytest.raises(NoAnswer, match="an object was expected"):
        session.send(Call("X", "GET", ("x",), answer=JSON))


def test_a_byte_order_mark_is_no_part_of_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _script = scripted(monkeypatch, reply(200, '\ufeff{"state": "RUNNING"}'))
    assert session.send(READ) == {"state": "RUNNING"}


def test_a_failing_logout_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch, FINE)
    session.send(READ)
    monkeypatch.setattr(script, "send", lambda request, **_: error(500, "SOMETHING")(request))
    session.close()
    assert "ends by itself" in session.warnings[0]


@pytest.mark.parametrize("then", [reply(200, ""), error(440, "INVALID_SESSION_ID")])
def test_a_logout_whose_answer_is_lost_is_said_again(monkeypatch: pytest.MonkeyPatch, then: Reply) -> None:
    session, script = scripted(monkeypatch, FINE)
    session.send(READ)
    answers = [CUT, then]
    monkeypatch.setattr(script, "send", lambda request, **_: answers.pop(0)(request))
    session.close()
    assert answers == []
    assert not session.login.is_open
    assert not any("ends by itself" in warning for warning in session.warnings)


@pytest.mark.parametrize(
    ("answer", "timed_out"),
    [
        (TOO_SLOW, True),
        (fails_with(requests.ConnectionError(urllib3.exceptions.ReadTimeoutError(None, "/", "slow body"))), True),
        (reply(504, ""), True),
        (reply(408, ""), True),
        (CUT, False),
        (PAGE, False),
        (UNAVAILABLE, False),
        (BROKEN_JSON, False),
        (REFUSED, False),
        (fails_with(requests.ConnectTimeout(urllib3.exceptions.ConnectTimeoutError(None, "slow"))), False),
    ],
)
def test_an_answer_that_did_not_come_in_time_is_told_from_one_that_broke(
    monkeypatch: pytest.MonkeyPatch, answer: Reply, timed_out: bool
) -> None:
    connection = Connection(base_url=CONNECTION.base_url, user="u", secret="p", retries=0)
    session, _script = scripted(monkeypatch, answer, connection=connection)
    with pytest.raises(NoAnswer) as caught:
        session.send(RUN)
    assert caught.value.timed_out == timed_out


@pytest.mark.parametrize(
    ("answer", "passing"),
    [
        (error(500, "AEM_SERVER_NOT_CONNECTED"), True),
        (error(500, "AEM_SERVER_NOT_MONITORED"), True),
        (BROKEN_JSON, True),
        (LOGIN_PAGE, True),
        (PAGE, True),
        (UNAVAILABLE, True),
        (BUSY, True),
        (CUT, True),
        (REFUSED, True),
        (TOO_SLOW, True),
        (reply(404, "<html>not here</html>"), False),
        (reply(302, "", Location="https://sso.example.com"), False),
        (error(500, "AEM_TASK_NOT_FOUND"), False),
        (error(403, "UNAUTHORIZED_REQUEST"), False),
        (reply(403, ""), False),
    ],
)
def test_what_may_pass_is_told_from_what_will_not(
    monkeypatch: pytest.MonkeyPatch, answer: Reply, passing: bool
) -> None:
    connection = Connection(base_url=CONNECTION.base_url, user="u", secret="p", retries=0)
    session, _script = scripted(monkeypatch, answer, connection=connection)
    with pytest.raises(AemError) as caught:
        session.send(READ)
    assert caught.value.passing == passing


def test_a_look_that_is_borne_is_a_warning_of_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _script = scripted(monkeypatch, error(500, "AEM_SERVER_NOT_CONNECTED"), FINE)
    api = Api(session)
    seen, done = wait_until(lambda: api.get_task_details("s", "t"), bool, 5)
    assert (seen["state"], done) == ("RUNNING", True)
    assert [warning.endswith("It was looked at again.") for warning in session.warnings] == [True]


def test_a_session_that_expires_twice_may_be_logged_in_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    over = error(440, "INVALID_SESSION_ID")
    session, script = scripted(monkeypatch, over, over, over, FINE)
    api = Api(session)
    assert wait_until(lambda: api.get_task_details("s", "t"), bool, 5)[1]
    assert script.logins == 3


def test_a_refused_login_is_tried_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch)
    asked = []

    def refuse(request: requests.PreparedRequest, **_more: object) -> requests.Response:
        asked.append(request.path_url)
        return error(401, "UNAUTHORIZED_REQUEST")(request)

    monkeypatch.setattr(script, "send", refuse)
    api = Api(session)
    outcomes = side_by_side(api.get_task_list, [f"s{number}" for number in range(8)], workers=8)
    assert len(asked) == 1
    messages = {outcome.error.message for outcome in outcomes if outcome.error}
    assert [message.endswith("Check the user, and its password or token.") for message in messages] == [True]
    assert len({id(outcome.error) for outcome in outcomes}) == 8


def test_a_login_that_had_no_answer_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    session, script = scripted(monkeypatch)
    asked = []

    def fail(request: requests.PreparedRequest, **_more: object) -> requests.Response:
        asked.append(request.path_url)
        return UNAVAILABLE(request)

    monkeypatch.setattr(script, "send", fail)
    for _time in range(2):
        with pytest.raises(NoAnswer):
            session.send(READ)
    assert len(asked) == 2 * (1 + CONNECTION.retries)


@pytest.mark.parametrize(
    ("call", "about"),
    [
        (READ, "GetServerList failed"),
        (PUT, "PutServer of server a failed"),
        (RUN, "RunTask of task t on server a failed"),
        (
            Call("TestEndpoint", "GET", ("servers", "a", "endpoints", "e")),
            "TestEndpoint of endpoint e on server a failed",
        ),
        (Call("GetTaskList", "GET", ("servers", "a", "tasks")), "GetTaskList of server a failed"),
    ],
)
def test_a_failed_call_says_what_it_was_about(monkeypatch: pytest.MonkeyPatch, call: Call, about: str) -> None:
    session, _script = scripted(monkeypatch, error(500, "AEM_X"))
    with pytest.raises(ApiError, match=f"^{about} with HTTP 500 AEM_X: Told so"):
        session.send(call)


@pytest.mark.parametrize("answer", [error(403, "UNAUTHORIZED_REQUEST"), reply(403, "")])
def test_a_forbidden_call_says_which_role_it_needs(monkeypatch: pytest.MonkeyPatch, answer: Reply) -> None:
    session, _script = scripted(monkeypatch, answer)
    with pytest.raises(ApiError, match=r"GetServerAcl of server s .* It needs the role Operator on the server\.$"):
        Api(session).get_server_acl("s")


def test_a_message_ends_in_one_full_stop() -> None:
    assert NoAnswer("X", "it broke.", sent=True, advice="").message == "X got no usable answer: it broke."
    assert ApiError("X", 500, "C", "No.", "Look.").message == "X failed with HTTP 500 C: No. Look."
    assert ApiError("X", 500, "C", "No", "Look.").message == "X failed with HTTP 500 C: No. Look."


ECHOES = ["s3cret-p", "c3RlcHM6czNjcmV0LXA", "s3cret-p%2Fx"]


@pytest.mark.parametrize("status", [200, 500, 502, 404])
def test_no_message_echoes_a_secret(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    mine = Connection(base_url=CONNECTION.base_url, user="steps", secret="s3cret-p/x", retries=0)
    echo = f"{'x' * 110} s3cret-p/x s3cret-p%2Fx {mine.authorization} token-1 s3cret-p\\/x"
    for answer in (reply(status, f"<html>{echo}"), error(status, "AEM_X", echo)):
        session, _script = scripted(monkeypatch, answer, connection=mine)
        with pytest.raises(AemError) as caught:
            session.send(READ)
        for part in (*ECHOES, "s3cr", "token-1"):
            assert part not in caught.value.message
            assert part not in str(caught.value.facts())


def test_no_message_echoes_a_password_or_a_license_that_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = error(500, "AEM_X", "not good: checksum=ABCDEF0123, pass/word, pass%2Fword")
    session, _script = scripted(monkeypatch, answer, answer)
    api = Api(session)
    with pytest.raises(ApiError) as caught:
        api.put_server_license("s", "license_type=X\nchecksum=ABCDEF0123\n")
    assert "ABCDEF0123" not in caught.value.message
    with pytest.raises(ApiError) as caught:
        api.put_server("s", {"type": "replicate", "host": "h", "port": 1, "username": "u", "password": "pass/word"})
    assert "word" not in caught.value.message


@pytest.mark.parametrize("text", ["checksum=A9/B7", 'x: {"Checksum": "A9/B7", "y": 1}', "SERIAL_NO = A9/B7 "])
def test_what_proves_a_license_is_not_echoed_by_itself(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    session, _script = scripted(monkeypatch, error(500, "AEM_X", "A9/B7 is wrong"))
    with pytest.raises(ApiError, match=r"\*{8} is wrong"):
        Api(session).put_server_license("s", text)


def test_no_control_character_of_an_answer_is_in_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    forged = "\\u001b[2J\\nfatal: [prod]: \\u009b31mFAILED"
    for answer in (error(500, "AEM_X\\u0007", forged), reply(404, "\x1b[2J\x9b31m"), reply(302, Location="\x1b[2J")):
        session, _script = scripted(monkeypatch, answer)
        with pytest.raises(AemError) as caught:
            session.send(READ)
        told = caught.value.message + str(caught.value.facts()["api_method"])
        assert all(sign.isprintable() for sign in told)


@pytest.mark.parametrize(
    "body",
    [
        '{"state": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"state": ' + "[" * 150 + "]" * 150 + "}",
        '{"state": ' + "9" * 5000 + "}",
        '{"state": NaN}',
        '{"state": -Infinity}',
        '{"state": 1e999}',
    ],
)
def test_json_that_nobody_means_to_send_is_no_answer(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    session, _script = scripted(monkeypatch, *[reply(200, body)] * 4)
    with pytest.raises(NoAnswer, match="HTTP 200 with broken JSON"):
        session.send(READ)


def test_half_a_surrogate_pair_is_told_as_what_cannot_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _script = scripted(monkeypatch, reply(200, '{"a\\ud800": ["\\uDC00", "\\ud83d\\ude00"]}'))
    assert session.send(READ) == {"a\ufffd": ["\ufffd", "\U0001f600"]}


@pytest.mark.parametrize("answer", [JSON, NOTHING])
def test_an_answer_that_is_too_great_is_none(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setitem(transport.GREATEST, answer, 1000)
    session, script = scripted(monkeypatch, reply(200, "x" * 5000))
    monkeypatch.setattr(transport, "_PIECE", 100)
    with pytest.raises(NoAnswer, match="the answer is greater than") as caught:
        session.send(Call("X", "GET", ("x",), answer=answer))
    assert not caught.value.passing
    assert len(script.sent) == 1


def test_what_an_answer_unpacks_to_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b"x" * (80 * transport.MEBIBYTE))

    def answer(request: requests.PreparedRequest) -> requests.Response:
        response = reply(200)(request)
        response.headers["Content-Encoding"] = "gzip"
        response.raw = urllib3.HTTPResponse(
            io.BytesIO(packed), headers={"content-encoding": "gzip"}, preload_content=False
        )
        return response

    session, _script = scripted(monkeypatch, answer)
    tracemalloc.start()
    with pytest.raises(NoAnswer, match="the answer is greater than 64 MiB"):
        session.send(READ)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 160 * transport.MEBIBYTE


@pytest.mark.parametrize("packing", ["gzip, gzip", "br", "x\x1b"])
def test_an_answer_that_is_packed_otherwise_is_none(monkeypatch: pytest.MonkeyPatch, packing: str) -> None:
    session, _script = scripted(monkeypatch, reply(200, "{}", Content_Encoding=packing))
    with pytest.raises(NoAnswer, match="packed in a way that was not asked for"):
        session.send(READ)


def test_an_export_of_100_mb_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _script = scripted(monkeypatch, reply(200, f'"{"x" * (100 * 1000 * 1000)}"'))
    assert len(Api(session).export_all("s")) == 100 * 1000 * 1000 + 2


@pytest.mark.parametrize("name", ["a\ud800", "\udfff"])
def test_a_name_that_is_no_text_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    session, script = scripted(monkeypatch)
    with pytest.raises(Refused, match="half a surrogate pair"):
        Api(session).get_task_list(name)
    assert not script.sent


@pytest.mark.parametrize(
    ("replies", "unsettled"),
    [
        ([CUT, CUT, CUT, CUT], True),
        # What an earlier try may have done, no later one takes back.
        ([CUT, error(401, "UNAUTHORIZED_REQUEST")], True),
        ([error(401, "UNAUTHORIZED_REQUEST")], False),
        ([reply(404, "<html>")], False),
        ([reply(302, "", Location="https://other")], False),
    ],
)
def test_a_write_whose_answer_is_lost_may_have_been_done(
    monkeypatch: pytest.MonkeyPatch, replies: list[Reply], unsettled: bool
) -> None:
    session, _script = scripted(monkeypatch, *replies)
    with pytest.raises(AemError) as raised:
        Api(session).put_server_license("s", "text")
    assert (raised.value.unsettled, may_have_changed(raised.value)) == (unsettled, unsettled)


def test_a_look_whose_answer_is_lost_has_done_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _script = scripted(monkeypatch, CUT, CUT, CUT, CUT)
    with pytest.raises(NoAnswer) as raised:
        Api(session).get_server_list()
    assert not raised.value.unsettled


@pytest.mark.parametrize("start", ["", "// Host name: A, Time: 2018-07-31\n\n// more\n", "\ufeff"])
def test_an_export_that_is_cut_is_asked_for_again(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    whole = start + '{"cmd.replication_definition": {"tasks": []}}'
    session, script = scripted(monkeypatch, reply(200, whole[:-9]), reply(200, whole))
    assert Api(session).export_all("s") == whole.lstrip("\ufeff")
    assert len(script.sent) == 2


def test_every_cure_is_of_a_code_that_is_documented() -> None:
    contract = yaml.safe_load((Path(__file__).parents[2] / "contract/methods.yml").read_text(encoding="utf-8"))
    documented = [*contract["general_errors"], *(error for method in contract["methods"] for error in method["errors"])]
    assert set(CURES) <= {error["code"] for error in documented}
    assert {error["code"] for error in contract["general_errors"]} <= set(CURES)


def test_a_user_without_a_role_is_not_sent_to_log_in_again() -> None:
    assert "role" in CURES["UNAUTHORIZED_REQUEST"]


def test_an_error_says_what_to_do_about_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    session, _script = scripted(monkeypatch, error(500, "AEM_SERVER_LICENSE_EXPIRED"))
    with pytest.raises(ApiError, match=r"Register a valid license with aem_server_license\.$"):
        Api(session).get_task_list("s")
