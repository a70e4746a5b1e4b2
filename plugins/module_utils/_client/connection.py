# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Enterprise Manager is reached: the address, who the caller is, TLS and patience.

The options carry the prefix ``aem_`` and are the same for modules and plugins. This is private to the collection:
it may change in any release.
"""

from __future__ import annotations

import base64
import errno
import os
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .._core.concurrent import LONGEST_TIMEOUT
from .._core.display import printable
from .._core.errors import Refused

DEFAULT_PATH = "/attunityenterprisemanager"
API_PATH = "/api/v1"
SECRETS = ("aem_password", "aem_token", "aem_jwt", "aem_session_id")
# What stands for the user where there is no name.
_NAMELESS = {"aem_token": "api-token", "aem_jwt": "jwt", "aem_session_id": ""}
MOST_WORKERS = 64
MOST_RETRIES = 1000

_URL_FORM = "aem_url must be of the form https://host or https://host:port"
_NOT_IN_ADDRESS = re.compile("[\x00-\x20\x7f-\xa0\ud800-\udfff]")
# What a header may hold, less blanks.
_HEADER = re.compile("[\x21-\x7e]+")


@dataclass(frozen=True)
class Connection:
    """Everything a session needs to know. ``timeout`` is in seconds, for one request."""

    base_url: str
    user: str = ""
    secret: str = field(default="", repr=False)
    session_id: str = field(default="", repr=False)
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    timeout: float = 60
    retries: int = 3
    concurrency: int = 8
    use_proxy: bool = True

    @property
    def verify(self) -> bool | str:
        """What requests takes as ``verify``."""
        return (self.ca_path or True) if self.validate_certs else False

    @property
    def authorization(self) -> str:
        """The value of the Authorization header of Login (guide 2.5)."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.secret}".encode()).decode("ascii")

    def secrets(self) -> set[str]:
        """What must never be printed."""
        shown = {self.secret, self.session_id}
        if self.secret:
            shown.add(self.authorization.split(" ", 1)[1])
        return {secret for secret in shown if secret}

    @classmethod
    def from_options(cls, options: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Connection:
        """Read the ``aem_`` options; raise Refused where they cannot work.

        Of the four ways to say who the caller is, an option beats the environment, whichever of the four it is, and a
        session beats what logs in.
        """
        environ = os.environ if environment is None else environment
        kind, secret = _credential(options, environ)
        if options.get("aem_client_key") and not options.get("aem_client_cert"):
            raise Refused("aem_client_key needs aem_client_cert.")
        session_id = secret if kind == "aem_session_id" else ""
        made = cls(
            base_url=base_url(options.get("aem_url") or environ.get("AEM_URL") or ""),
            user=_user(kind, options, environ),
            secret="" if session_id else secret,
            session_id=session_id,
            validate_certs=bool(options.get("aem_validate_certs", True)),
            ca_path=options.get("aem_ca_path") or None,
            client_cert=options.get("aem_client_cert") or None,
            client_key=options.get("aem_client_key") or None,
            timeout=_within("aem_timeout", options, 60, 1, LONGEST_TIMEOUT),
            retries=_within("aem_retries", options, 3, 0, MOST_RETRIES),
            concurrency=min(_within("aem_concurrency", options, 8, 1), MOST_WORKERS),
            use_proxy=bool(options.get("aem_use_proxy", True)),
        )
        _check_text(made)
        _check_files(made)
        return made


def callers(options: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> list[str]:
    """Who asks, as ``Connection.user`` has it; all who may be meant where nothing is given to log in with.

    Raise Refused as :meth:`Connection.from_options` does. No secret is in it.
    """
    environ = os.environ if environment is None else environment
    if _given(options, environ):
        return [_user(_credential(options, environ)[0], options, environ)]
    return [*filter(None, [_user_name(options, environ)]), *_NAMELESS.values()]


def url_secrets(options: Mapping[str, Any]) -> set[str]:
    """What an ``aem_url`` holds that may be a secret and does not belong there: a login, a query, a fragment."""
    url = str(options.get("aem_url") or "")
    # A slash within a password ends the host as URLs are read, and is in the password all the same.
    login, sign, _rest = url.partition("//")[2].rpartition("@")
    _path, _sign, behind = url.replace("#", "?").partition("?")
    values = [part.rpartition("=")[2] for part in re.split("[&;?]", behind)]
    return {part for part in (login if sign else "", *login.split(":")[1:], behind, *values) if part}


def base_url(url: str) -> str:
    """The address of the API for what a user typed: ``https://em.example.com`` is enough.

    A path that the user gives stays, and only the API's own part is added. Raise Refused for what is no https URL; the
    message does not show a login that is in it.
    """
    typed = url.strip()
    if not typed:
        raise Refused("missing required arguments: aem_url. Give it, or the environment variable AEM_URL.")
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Refused(f"{_URL_FORM}: what is given cannot be read as an address.") from error
    scheme = parts.scheme.lower()
    if scheme != "https":
        raise Refused(f"{_URL_FORM}, not {printable(scheme)}.")
    if "@" in parts.netloc:
        raise Refused(f"{_URL_FORM}, without a user or password: those go into aem_username and aem_password.")
    if parts.query or parts.fragment or "?" in typed or "#" in typed:
        raise Refused(f"{_URL_FORM}, without a query or fragment.")
    if _NOT_IN_ADDRESS.search(typed) or "\\" in typed:
        raise Refused(f"{_URL_FORM}, without blanks, line ends and other signs that no address holds.")
    _check_host(host)
    path = parts.path.rstrip("/")
    if not path:
        path = DEFAULT_PATH
    if not path.endswith(API_PATH):
        path += API_PATH
    address = f"[{host}]" if ":" in host else host
    return f"https://{address}{f':{port}' if port is not None else ''}{path}"


def _check_host(host: str) -> None:
    """Raise Refused for what cannot be the name of a host (RFC 1035: labels of 63, 253 in all)."""
    if not host:
        raise Refused(f"{_URL_FORM}: there is no host in it.")
    if ":" in host:
        return
    try:
        labels = host.rstrip(".").encode("idna").split(b".") if not host.isascii() else host.rstrip(".").split(".")
    except UnicodeError as error:
        raise Refused(f"{_URL_FORM}: {printable(host)[:80]} cannot be the name of a host.") from error
    long = next((label for label in labels if not 0 < len(label) <= 63), None)
    if long is not None or len(host) > 253:
        what = "an empty label" if long is not None and not long else "more than 63 characters in a label"
        raise Refused(f"{_URL_FORM}: the host has {what if long is not None else 'more than 253 characters'}.")


def _credential(options: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[str, str]:
    """Which of SECRETS counts, and its value: an option before the environment, and a session before what logs in.

    A session on a task so beats the password that stands for all tasks, also where both arrive as options.
    """
    given = _given(options, environ)
    if "aem_session_id" in given:
        return "aem_session_id", given["aem_session_id"]
    if len(given) != 1:
        found = " and ".join(sorted(given)) or "none of them"
        raise Refused(f"Give exactly one of {', '.join(SECRETS)}; found {found}.")
    return next(iter(given.items()))


def _given(options: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, str]:
    """Those of SECRETS that the options give or, where they give none, the environment."""
    given = {name: str(options[name]) for name in SECRETS if options.get(name)}
    return given or {name: environ[name.upper()] for name in SECRETS if environ.get(name.upper())}


def _user_name(options: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    return str(options.get("aem_username") or environ.get("AEM_USERNAME") or "")


def _user(kind: str, options: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """The name that goes before the colon of the credential (guide 2.5)."""
    if kind != "aem_password":
        return _NAMELESS[kind]
    user = _user_name(options, environ)
    if not user:
        raise Refused("aem_password needs aem_username. Give it, or the environment variable AEM_USERNAME.")
    if ":" in user or ":" in (options.get("aem_password") or environ.get("AEM_PASSWORD") or ""):
        raise Refused("Enterprise Manager takes no colon in aem_username or aem_password (guide 2.5).")
    return user


def _check_text(connection: Connection) -> None:
    """Raise Refused for a credential that cannot travel; its value is not shown."""
    if connection.session_id and not _HEADER.fullmatch(connection.session_id):
        raise Refused("aem_session_id holds a blank, a line end or a letter that is not ASCII, so it is no session.")
    try:
        f"{connection.user}{connection.secret}".encode()
    except UnicodeEncodeError as error:
        raise Refused("The user, or what it logs in with, holds half a surrogate pair.") from error


def _check_files(connection: Connection) -> None:
    """Raise Refused, with the option's name, for files of TLS that are missing or are none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if connection.ca_path and connection.validate_certs:
        where = _readable("aem_ca_path", connection.ca_path)
        if where.is_file():
            with _refusing("aem_ca_path", connection.ca_path, "certificates in PEM format"):
                context.load_verify_locations(cafile=str(where))
    if not connection.client_cert:
        return
    for name, path in (("aem_client_cert", connection.client_cert), ("aem_client_key", connection.client_key)):
        if path and _readable(name, path).is_dir():
            raise Refused(f"{name}: {printable(path)} is a directory.")
    name = "aem_client_key" if connection.client_key else "aem_client_cert"
    with _refusing(
        name,
        connection.client_key or connection.client_cert,
        "a certificate with its key, in PEM format and without a password",
    ):
        # Without a password of ours, a key that has one would be asked for at the terminal.
        context.load_cert_chain(connection.client_cert, connection.client_key, password="")


@contextmanager
def _refusing(name: str, path: str, what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or "it is none"
        raise Refused(f"{name}: {printable(path)} cannot be read as {what}: {reason}.") from error


def _readable(name: str, path: str) -> Path:
    """A file or folder that can be read."""
    try:
        where = Path(path)
        where.stat()
        if not os.access(where, os.R_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Refused(f"{name}: {printable(path)[:200]} cannot be read: {reason}.") from error
    return where


def _within(name: str, options: Mapping[str, Any], default: int, least: int, most: int | None = None) -> int:
    """The whole number that an option gives, from ``least`` up to ``most``."""
    value = options.get(name)
    try:
        number = default if value is None else int(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise Refused(f"{name} must be a whole number.") from error
    if number < least:
        raise Refused(f"{name} must be {least} or more, not {number}.")
    if most is not None and number > most:
        raise Refused(f"{name} must be {most} or less.")
    return number
