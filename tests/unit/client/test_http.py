# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What leaves for Enterprise Manager, how its answers are judged, and what is tried again."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import requests
import urllib3
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.connection import Connection
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.http import (
    JSON,
    NOTHING,
    SESSION_HEADER,
    Call,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.concurrent import wait_until
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import (
    AemError,
    ApiError,
    NoAnswer,
    Refused,
    SessionChanged,
    WriteInCheckMode,
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
    with pytest.raises(Refused, match="cannot be names"):
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
    with pytest.raises(SessionChanged):
        session.send(Call("PutServer", "PUT", ("x",), body="{}", writes=True, session=1))
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
    with pytest.raises(NoAnswer, match=r"GetTaskDetails got no usable answer: JSON of another shape, state is missing"):
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
