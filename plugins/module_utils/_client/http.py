# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session of Enterprise Manager over HTTPS: login, encoding, TLS, retries, errors.

Rules of the wire that are not in the guide were read off servers and clients in use.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
import random
import ssl
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .._core.concurrent import TRIED_AGAIN
from .._core.errors import AemError, ApiError, NoAnswer, Refused, SessionChanged, WriteInCheckMode
from .connection import MOST_WORKERS, Connection
from .vocabulary import PASSING_ERRORS

try:
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter
except ImportError:
    REQUESTS_ERROR: str | None = traceback.format_exc()
else:
    REQUESTS_ERROR = None

SESSION_HEADER = "EnterpriseManager.APISessionID"
SESSION_ENDED = "INVALID_SESSION_ID"
HTTP_SESSION_ENDED = 440
HTTP_TOO_MANY_REQUESTS = 429
# A proxy that has waited long enough says so by one of these; the server behind it may still be at work.
HTTP_TIMED_OUT = (408, 504)
LONGEST_PAUSE = 10.0
LONGEST_RETRY_AFTER = 60.0

JSON = "json"
TEXT = "text"
NOTHING = "nothing"


@dataclass(frozen=True)
class Call:
    """One request to be made.

    ``path`` holds the segments after the API's base and ``query`` the parameters, neither encoded yet; a parameter
    that is None is left out. ``blocks`` is how many seconds the server may take on purpose before it answers.
    A ``repeatable`` call does no harm when it is sent again after a lost answer. ``session`` binds the call to the
    session of that number. ``answer`` is what comes back: JSON, TEXT or NOTHING.
    """

    api_method: str
    http: str
    path: tuple[str, ...]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: str | None = None
    answer: str = JSON
    writes: bool = False
    repeatable: bool = True
    blocks: float = 0
    session: int | None = None

    def target(self) -> str:
        """Path and query, each value percent-encoded once, every reserved character included."""
        if any(segment in ("", ".", "..") for segment in self.path):
            raise Refused(f"{self.api_method}: the empty string, '.' and '..' cannot be names.")
        path = "/".join(quote(segment, safe="") for segment in self.path)
        given = {key: value for key, value in self.query.items() if value is not None}
        query = "&".join(f"{key}={quote(_word(value), safe='')}" for key, value in given.items())
        return f"{path}?{query}" if query else path


@dataclass(frozen=True)
class _Answer:
    content: Any
    headers: Mapping[str, str]
    status: int


class _Retry(Exception):
    """There was no usable answer, and trying again may help; ``after`` is what the server asked for, in seconds."""

    def __init__(self, error: NoAnswer, after: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.after = after


class Session:
    """A session that logs in at its first call, again when it has expired, and logs out when closed.

    It may be used by many threads. ``number`` counts the logins: what is only good within one session remembers it.
    ``warnings`` collects what a user should hear of although it was overcome.
    """

    def __init__(self, connection: Connection, *, read_only: bool = False) -> None:
        self.connection = connection
        self.read_only = read_only
        self.number = 0
        self.warnings: list[str] = []
        self._token = connection.session_id
        self._secrets = connection.secrets()
        self._lock = threading.Lock()
        self._http = _http_session(connection)

    def token(self) -> str:
        """The session's token, which is a secret; logs in first where there is none."""
        return self._current()[1]

    def secrets(self) -> set[str]:
        """What must never be printed: the credential, and every token that this session has had."""
        return set(self._secrets)

    def send(self, call: Call) -> Any:
        """Make a call within the session and return its answer: parsed JSON, a text, or None.

        Raise ApiError for an error that Enterprise Manager answers, NoAnswer where nothing usable came back,
        SessionChanged where the session that the call is bound to is over.
        """
        if call.writes and self.read_only:
            raise WriteInCheckMode(call.api_method)
        try:
            return self._send(call)
        except AemError as error:
            error.warnings = self.warnings
            raise

    def _send(self, call: Call) -> Any:
        number, token = self._current()
        try:
            return self._within(call, number, token)
        except ApiError as error:
            if error.error_code != SESSION_ENDED:
                raise
            if self.connection.session_id:
                hint = "The session given as aem_session_id is over: log in again."
                raise ApiError(call.api_method, error.status, error.error_code, error.error_message, hint) from error
        try:
            return self._within(call, *self._current(instead_of=number))
        except ApiError as error:
            # The next call logs in anew.
            error.passing = error.passing or error.error_code == SESSION_ENDED
            raise

    def close(self, keep: bool = False) -> None:
        """Log out, if this session logged in by itself, unless somebody is to ``keep`` it.

        A logout that fails does no harm: the session expires.
        """
        if self.number and self._token and not keep:
            try:
                self.logout()
            except AemError as error:
                self.warnings.append(f"{error.message} The session ends by itself after five minutes.")
        self._http.close()

    def logout(self) -> None:
        """End the session, whoever began it (guide 2.6)."""
        call = Call("Logout", "GET", ("logout",), answer=NOTHING, repeatable=False)
        self._patiently(call, {SESSION_HEADER: self._token})
        self._token = ""

    def _within(self, call: Call, number: int, token: str) -> Any:
        if call.session not in (None, number):
            raise SessionChanged(call.api_method)
        return self._patiently(call, {SESSION_HEADER: token}).content

    def _current(self, instead_of: int | None = None) -> tuple[int, str]:
        """The session's number and token; logs in where there is none, or only number ``instead_of``."""
        with self._lock:
            if not self._token or self.number == instead_of:
                self._token = self._login()
                self._secrets.add(self._token)
                self.number += 1
            return self.number, self._token

    def _login(self) -> str:
        """A new session's token (guide 2.5)."""
        call = Call("Login", "GET", ("login",), answer=NOTHING)
        answer = self._patiently(call, {"Authorization": self.connection.authorization})
        token = answer.headers.get(SESSION_HEADER)
        if not token:
            problem = f"no {SESSION_HEADER} header; is aem_url the address of Enterprise Manager?"
            raise NoAnswer("Login", problem, sent=True, status=answer.status, passing=False)
        return str(token)

    def _patiently(self, call: Call, headers: Mapping[str, str]) -> _Answer:
        """Make a call, and make it again while that is safe and there is hope."""
        attempt = 0
        while True:
            try:
                return self._once(call, headers)
            except _Retry as trouble:
                safe = call.repeatable or not trouble.error.sent
                if not safe or attempt >= self.connection.retries:
                    raise trouble.error from trouble
                self.warnings.append(f"{trouble.error.message} {TRIED_AGAIN}")
                time.sleep(_pause(attempt, trouble.after))
            attempt += 1

    def _once(self, call: Call, headers: Mapping[str, str]) -> _Answer:
        """Make a call once. Raise ApiError for an error answer, NoAnswer or _Retry where there is none."""
        url = f"{self.connection.base_url}/{call.target()}"
        content_type = {} if call.body is None else {"Content-Type": "application/json"}
        patience = self.connection.timeout
        try:
            response = self._http.request(
                call.http,
                url,
                data=None if call.http == "GET" else (call.body or "").encode(),
                headers={**headers, **content_type},
                timeout=(patience, patience + call.blocks),
                # Given with each request: given once for all, the variable REQUESTS_CA_BUNDLE would beat it.
                verify=self.connection.verify,
                allow_redirects=False,
            )
        except requests.exceptions.RequestException as error:
            raise _trouble(call, error, self.connection) from error
        return _judged(call, response)


def _http_session(connection: Connection) -> requests.Session:
    http = requests.Session()
    http.trust_env = connection.use_proxy
    # Without an auth of its own, requests would look a login up in ~/.netrc and send that in place of ours.
    http.auth = _unchanged
    http.headers.update({"Accept": "application/json", "User-Agent": "qlik.enterprise_manager"})
    if connection.client_cert:
        http.cert = (connection.client_cert, connection.client_key) if connection.client_key else connection.client_cert
    http.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=MOST_WORKERS))
    if not connection.validate_certs:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return http


def _unchanged(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _judged(call: Call, response: requests.Response) -> _Answer:
    """The answer, unless it is an error: by its error code, its status, or because somebody else wrote it."""
    status = response.status_code
    body = response.content.decode("utf-8-sig", errors="replace")
    document = _error_document(body)
    if document:
        code, message = str(document["error_code"]), str(document.get("error_message") or "")
        hint, passing = _login_hint(call), code in PASSING_ERRORS
        raise ApiError(call.api_method, status, code, message, hint, passing=passing)
    if status == HTTP_SESSION_ENDED:
        raise ApiError(call.api_method, status, SESSION_ENDED, "The session is over.")
    if not 200 <= status < 300 or body.lstrip()[:1] == "<":
        raise _foreign(call, response, body)
    if _broken_off(response):
        raise _Retry(NoAnswer(call.api_method, "the answer broke off", sent=True, status=status))
    try:
        content = _content(call, body)
    except ValueError as error:
        problem = f"HTTP {status} with broken JSON: {error}"
        raise _Retry(NoAnswer(call.api_method, problem, sent=True, status=status)) from error
    return _Answer(content, response.headers, status)


def _content(call: Call, body: str) -> Any:
    """What a call returns. Of a method without an answer nothing, since some servers send a body all the same."""
    if call.answer != JSON:
        return body if call.answer == TEXT else None
    document = json.loads(body)
    if isinstance(document, dict):
        return document
    raise ValueError("an object was expected")


def _error_document(body: str) -> dict[str, Any] | None:
    """The error that ``body`` is, whatever its status; a document that merely holds the word somewhere is none."""
    if '"error_code"' not in body[:4096]:
        return None
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) and document.get("error_code") else None


def _foreign(call: Call, response: requests.Response, body: str) -> Exception:
    """The exception for an answer without an error code: of a proxy, or of a server in trouble."""
    status = response.status_code
    if status in (401, 403) and not body.strip():
        return ApiError(call.api_method, status, "UNAUTHORIZED_REQUEST", "Unauthorized Request.", _login_hint(call))
    if 300 <= status < 400:
        where = response.headers.get("Location", "another address")
        problem = f"HTTP {status} points to {where}; aem_url must be the address of Enterprise Manager itself"
        return NoAnswer(call.api_method, problem, sent=True, status=status, passing=False)
    kind = response.headers.get("Content-Type", "").split(";")[0] or "no content type"
    words = " ".join(body.split())[:120] or "an empty body"
    what = "without an error code" if _is_json(body) else "not JSON, perhaps from a proxy"
    problem = f"HTTP {status} with {kind}, {what}: {words}"
    sent, timed_out = status != HTTP_TOO_MANY_REQUESTS, status in HTTP_TIMED_OUT
    passing = status >= 500 or status < 300 or status in (HTTP_TOO_MANY_REQUESTS, *HTTP_TIMED_OUT)
    error = NoAnswer(call.api_method, problem, sent=sent, status=status, timed_out=timed_out, passing=passing)
    if status == HTTP_TOO_MANY_REQUESTS or status >= 500 or status < 300:
        after = response.headers.get("Retry-After", "")
        return _Retry(error, float(after) if after.isdigit() else None)
    return error


def _is_json(body: str) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _trouble(call: Call, error: Exception, connection: Connection) -> Exception:
    """The exception for a request that ended without any answer."""
    causes = list(_causes(error))
    certificate = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if certificate:
        problem = f"{certificate}. {_certificate_hint(connection)}"
        return NoAnswer(call.api_method, problem, sent=False, passing=False)
    unsent = (
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.ProxyError,
    )
    never_left = any(isinstance(cause, unsent) for cause in causes)
    problem = str(causes[-1]) or type(causes[-1]).__name__
    # While the body is read, requests calls the same a ConnectionError.
    slow = (requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError, TimeoutError)
    timed_out = not never_left and any(isinstance(cause, slow) for cause in causes)
    return _Retry(NoAnswer(call.api_method, problem, sent=not never_left, timed_out=timed_out))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what is wrapped in it, the innermost last."""
    inner: BaseException | None = error
    while isinstance(inner, BaseException):
        yield inner
        inner = getattr(inner, "reason", None) or next(
            (argument for argument in reversed(inner.args) if isinstance(argument, BaseException)), None
        )


def _broken_off(response: requests.Response) -> bool:
    announced = response.headers.get("Content-Length", "")
    return announced.isdigit() and "Content-Encoding" not in response.headers and len(response.content) < int(announced)


def _pause(attempt: int, asked: float | None) -> float:
    """Seconds until the next try: what the server asked for, else longer each time and never in step with others."""
    if asked is not None:
        return min(asked, LONGEST_RETRY_AFTER)
    return min(0.25 * 2.0**attempt * random.uniform(0.8, 1.2), LONGEST_PAUSE)


def _login_hint(call: Call) -> str:
    return "Check the user, and its password or token." if call.api_method == "Login" else ""


def _certificate_hint(connection: Connection) -> str:
    if connection.ca_path:
        return f"Did the authority in {connection.ca_path} sign the certificate of {connection.base_url}?"
    return "Where a private authority signed the certificate, name its file in aem_ca_path."


def _word(value: Any) -> str:
    """A query value as it travels: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)
