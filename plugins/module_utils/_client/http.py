# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session of Enterprise Manager over HTTPS: login, retries, and what becomes of errors on the way to the user.

Rules of the wire that are not in the guide were read off servers and clients in use.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

from .._core.concurrent import TRIED_AGAIN
from .._core.display import forms, shown
from .._core.errors import AemError, ApiError, NoAnswer, SessionChanged, WriteInCheckMode, ended
from .call import NOTHING, Call
from .connection import Connection
from .judging import SESSION_ENDED, content_of
from .transport import Raw, Trouble, exchange, http_session

SESSION_HEADER = "EnterpriseManager.APISessionID"
LONGEST_PAUSE = 10.0
LONGEST_RETRY_AFTER = 60.0

_MOST_DOUBLINGS = 6


class Login:
    """A login that one session uses, or several after one another. It begins at the first call.

    ``number`` counts how often it was renewed: what is only good within one session remembers it. A login that was
    refused is not tried again, since a few wrong passwords lock a user out.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.http = http_session(connection)
        self.number = 0
        self.token = connection.session_id
        self.secrets = connection.secrets()
        self.hidden = forms(self.secrets)
        self.refusal: ApiError | None = None
        self.lock = threading.Lock()

    @property
    def is_open(self) -> bool:
        """Whether it has logged in by itself, and not out again."""
        return bool(self.number and self.token)

    def begun(self, token: str) -> None:
        """Take note of a new token."""
        self.token = token
        self.number += 1
        self.secrets.add(token)
        self.hidden |= forms([token])

    def hide(self, secrets: Iterable[str]) -> None:
        """Have no message show these, in whatever form an answer echoes them."""
        self.hidden |= forms(secrets)


class Session:
    """A session that logs in at its first call, again when it has expired, and logs out when closed.

    It may be used by many threads. ``warnings`` collects what a user should hear of although it was overcome. With a
    ``login`` of somebody else's it uses that, and leaves it as it is when closed.
    ``wrote`` says whether a call that writes may have left.
    """

    def __init__(self, connection: Connection, *, read_only: bool = False, login: Login | None = None) -> None:
        self.connection = connection
        self.read_only = read_only
        self.warnings: list[str] = []
        self.wrote = False
        self.login = login or Login(connection)
        self._shares = login is not None
        self._http = self.login.http

    @property
    def number(self) -> int:
        """The number of the login that is in use, which is another after each renewal."""
        return self.login.number

    def token(self) -> str:
        """The session's token, which is a secret; logs in first where there is none."""
        return self._current()[1]

    def secrets(self) -> set[str]:
        """What must never be printed: the credential, and every token that this session has had."""
        return set(self.login.secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        """Have no message show these, in whatever form an answer echoes them."""
        self.login.hide(secrets)

    def send(self, call: Call) -> Any:
        """Make a call within the session and return its answer: parsed JSON, a text, or None.

        Raise ApiError for an error that Enterprise Manager answers, NoAnswer where nothing usable came back,
        SessionChanged where the session that the call is bound to is over. Messages tell what the call was about.
        """
        if call.writes and self.read_only:
            raise WriteInCheckMode(call.api_method)
        number, token = self._current()
        try:
            return self._within(call, number, token)
        except ApiError as error:
            if error.error_code != SESSION_ENDED:
                raise
            if self.connection.session_id:
                raise error.with_hint("The session given as aem_session_id is over: log in again.") from error
        try:
            return self._within(call, *self._current(instead_of=number))
        except ApiError as error:
            # The next call logs in anew.
            error.passing = error.passing or error.error_code == SESSION_ENDED
            raise

    def unusable(self, call: Call, problem: str) -> NoAnswer:
        """The error of a call whose answer is none of its method."""
        error = NoAnswer(call.api_method, problem, sent=True)
        self._show(error, call)
        return error

    def close(self, keep: bool = False) -> None:
        """Log out, if this session logged in by itself, unless somebody is to ``keep`` it.

        A logout that fails does no harm: the session expires.
        """
        if self._shares:
            return
        if self.login.is_open and not keep:
            try:
                self.logout()
            except AemError as error:
                # One that is over needs no logout.
                if not (isinstance(error, ApiError) and error.error_code == SESSION_ENDED):
                    self.warnings.append(f"{ended(error.message)} The session ends by itself after five minutes.")
        self._http.close()

    def logout(self) -> None:
        """End the session, whoever began it (guide 2.6). Raise ApiError for one that is over before the first try.

        To say so twice does no harm: after a lost answer, a session that is over by then is what was asked for.
        """
        call = Call("Logout", "GET", ("logout",), answer=NOTHING)
        before = len(self.warnings)
        try:
            # Once more, and soon, is enough for something that ends by itself.
            self._patiently(call, {SESSION_HEADER: self.login.token}, most_retries=1, longest_pause=LONGEST_PAUSE)
        except ApiError as error:
            if error.error_code != SESSION_ENDED or len(self.warnings) == before:
                raise
        self.login.token = ""

    def _within(self, call: Call, number: int, token: str) -> Any:
        self.wrote = self.wrote or call.writes
        if call.session not in (None, number):
            raise SessionChanged(call.api_method, call.about())
        return self._patiently(call, {SESSION_HEADER: token})[0]

    def _current(self, instead_of: int | None = None) -> tuple[int, str]:
        """The session's number and token; logs in where there is none, or only number ``instead_of``."""
        login = self.login
        with login.lock:
            if not login.token or login.number == instead_of:
                login.begun(self._log_in())
            return login.number, login.token

    def _log_in(self) -> str:
        """A new session's token (guide 2.5)."""
        if self.login.refusal:
            raise self.login.refusal.with_hint(self.login.refusal.hint)
        call = Call("Login", "GET", ("login",), answer=NOTHING)
        try:
            raw = self._patiently(call, {"Authorization": self.connection.authorization})[1]
        except ApiError as error:
            if not error.passing:
                self.login.refusal = error
            raise
        token = raw.headers.get(SESSION_HEADER)
        if not token:
            problem = f"no {SESSION_HEADER} header; is aem_url the address of Enterprise Manager?"
            raise NoAnswer("Login", problem, sent=True, status=raw.status, passing=False)
        return str(token)

    def _patiently(
        self,
        call: Call,
        headers: Mapping[str, str],
        most_retries: int | None = None,
        longest_pause: float = LONGEST_RETRY_AFTER,
    ) -> tuple[Any, Raw]:
        """Make a call, and make it again while that is safe and there is hope; its content, and how it came."""
        retries = self.connection.retries
        retries = retries if most_retries is None else min(retries, most_retries)
        attempt, lost = 0, False
        while True:
            try:
                return self._once(call, headers)
            except (ApiError, NoAnswer) as error:
                if call.writes and (lost or _may_be_done(error)):
                    error.not_settled()
                raise
            except Trouble as trouble:
                safe = call.repeatable or not trouble.error.sent
                lost = lost or _may_be_done(trouble.error)
                if not (trouble.again and safe) or attempt >= retries:
                    if call.writes and lost:
                        trouble.error.not_settled()
                    raise trouble.error from trouble
                trouble.error.overcome(TRIED_AGAIN)
                time.sleep(min(_pause(attempt, trouble.after), longest_pause))
            attempt += 1

    def _once(self, call: Call, headers: Mapping[str, str]) -> tuple[Any, Raw]:
        try:
            raw = exchange(self._http, self.connection, call, headers)
            return content_of(call, raw), raw
        except Trouble as trouble:
            self._show(trouble.error, call)
            raise
        except (ApiError, NoAnswer) as error:
            self._show(error, call)
            raise

    def _show(self, error: ApiError | NoAnswer, call: Call) -> None:
        """Make an error fit for the user's eyes, and let it be told as a warning where it is overcome."""
        error.show(call.about(), lambda text, longest: shown(text, self.login.hidden, longest))
        if isinstance(error, ApiError):
            error.path = call.path
        error.warnings = self.warnings


def _may_be_done(error: ApiError | NoAnswer) -> bool:
    """Whether the work of a call may be done that ended so; who points elsewhere or refuses has not begun it."""
    return isinstance(error, NoAnswer) and error.sent and (error.timed_out or not 300 <= (error.status or 0) < 500)


def _pause(attempt: int, asked: float | None) -> float:
    """Seconds until the next try: what the server asked for, else longer each time and never in step with others."""
    if asked is not None:
        return min(asked, LONGEST_RETRY_AFTER)
    return min(0.25 * 2.0 ** min(attempt, _MOST_DOUBLINGS) * random.uniform(0.8, 1.2), LONGEST_PAUSE)
