# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions and logins (guide 2.5, 2.6)."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass, field

from .clock import Clock
from .errors import ApiError
from .model import Estate, User

_IDENTIFIER = re.compile(r"\{S:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}")
_TOKEN_USERS = {"api-token": "token", "jwt": "jwt"}


@dataclass
class Session:
    """A session: ``label`` names it in the log, ``user`` is found again by its name at every request."""

    label: str
    user: str
    used: float
    # Password identifier -> the server whose password it stands for.
    identifiers: dict[str, str] = field(default_factory=dict)

    def password_identifier(self, server: str) -> str:
        """What stands for the password of ``server`` in this session, and in no other."""
        identifier = f"{{S:{uuid.uuid4()}}}"
        self.identifiers[identifier] = server
        return identifier


class Sessions:
    """All sessions by their tokens. A session lives until so many seconds after its last request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._count = 0

    def __len__(self) -> int:
        """How many have not been closed."""
        return len(self._sessions)

    def open(self, user: User) -> tuple[str, Session]:
        """A new session and its token."""
        self._count += 1
        token = secrets.token_urlsafe(16)
        self._sessions[token] = Session(f"s{self._count}", user.name, self._clock.monotonic())
        return token, self._sessions[token]

    def peek(self, token: str | None) -> Session | None:
        """The session of a token, be it expired, without counting as a use."""
        return self._sessions.get(token or "")

    def use(self, token: str | None, life: float) -> Session:
        """The session of a token, whose life starts anew. Raises ApiError (INVALID_SESSION_ID)."""
        session = self._sessions.get(token or "")
        if session is None:
            raise ApiError("INVALID_SESSION_ID")
        now = self._clock.monotonic()
        if now - session.used >= life:
            self.close(token)
            raise ApiError("INVALID_SESSION_ID")
        session.used = now
        return session

    def close(self, token: str | None) -> None:
        """End a session, its password identifiers with it."""
        self._sessions.pop(token or "", None)

    def clear(self) -> None:
        """End all sessions."""
        self._sessions.clear()
        self._count = 0


def is_password_identifier(text: str) -> bool:
    """Whether ``text`` has the form of a password identifier, of whatever session."""
    return _IDENTIFIER.fullmatch(text) is not None


def authenticate(estate: Estate, authorization: str | None) -> User:
    r"""The user that a Basic Authorization header stands for. Raises ApiError (UNAUTHORIZED_REQUEST).

    Users are given as ``DOMAIN\user`` or ``user@DOMAIN``, in any case; ``api-token`` and ``jwt`` stand for a token.
    """
    name, password = _credential(authorization)
    kind = _TOKEN_USERS.get(name.lower())
    if kind:
        user = next((user for user in estate.users if _same(getattr(user, kind), password)), None)
    else:
        user = estate.user(_with_domain_first(name))
        if user is not None and not _same(user.password, password):
            user = None
    if user is None:
        raise ApiError("UNAUTHORIZED_REQUEST")
    return user


def _credential(authorization: str | None) -> tuple[str, str]:
    """User and password, split at the first colon: hence no colon in a user's name, and none in a password.

    An exporter that is in wide use writes a colon after the word Basic, and servers take that.
    """
    scheme, _unused, encoded = (authorization or "").partition(" ")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ApiError("UNAUTHORIZED_REQUEST") from error
    name, colon, password = decoded.partition(":")
    if scheme.lower().removesuffix(":") != "basic" or not colon:
        raise ApiError("UNAUTHORIZED_REQUEST")
    return name, password


def _with_domain_first(name: str) -> str:
    user, at, domain = name.rpartition("@")
    return f"{domain}\\{user}" if at and "\\" not in name else name


def _same(known: str, given: str) -> bool:
    return bool(known) and hmac.compare_digest(known.encode(), given.encode())
