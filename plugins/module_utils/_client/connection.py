# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Enterprise Manager is reached: the address, who the caller is, TLS and patience.

The options carry the prefix ``aem_`` and are the same for modules and plugins. This is private to the collection:
it may change in any release.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .._core.errors import Refused

DEFAULT_PATH = "/attunityenterprisemanager"
API_PATH = "/api/v1"
SECRETS = ("aem_password", "aem_token", "aem_jwt", "aem_session_id")
MOST_WORKERS = 64


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

        Of the four ways to say who the caller is, an option beats the environment, whichever of the four it is.
        """
        environ = os.environ if environment is None else environment
        given = {name: str(options[name]) for name in SECRETS if options.get(name)}
        if not given:
            given = {name: environ[name.upper()] for name in SECRETS if environ.get(name.upper())}
        if len(given) != 1:
            found = " and ".join(sorted(given)) or "none of them"
            raise Refused(f"Give exactly one of {', '.join(SECRETS)}; found {found}.")
        kind, secret = next(iter(given.items()))
        if options.get("aem_client_key") and not options.get("aem_client_cert"):
            raise Refused("aem_client_key needs aem_client_cert.")
        session_id = secret if kind == "aem_session_id" else ""
        return cls(
            base_url=base_url(options.get("aem_url") or ""),
            user=_user(kind, options, environ),
            secret="" if session_id else secret,
            session_id=session_id,
            validate_certs=bool(options.get("aem_validate_certs", True)),
            ca_path=options.get("aem_ca_path"),
            client_cert=options.get("aem_client_cert"),
            client_key=options.get("aem_client_key"),
            timeout=_at_least("aem_timeout", options, 60, 1),
            retries=_at_least("aem_retries", options, 3, 0),
            concurrency=min(_at_least("aem_concurrency", options, 8, 1), MOST_WORKERS),
            use_proxy=bool(options.get("aem_use_proxy", True)),
        )


def base_url(url: str) -> str:
    """The address of the API for what a user typed: ``https://em.example.com`` is enough.

    A path that the user gives stays, and only the API's own part is added. Raise Refused for what is no https URL.
    """
    typed = url.strip()
    parts = urlsplit(typed if "://" in typed else f"https://{typed}")
    if parts.scheme.lower() != "https" or not parts.hostname or parts.query or parts.fragment or "@" in parts.netloc:
        raise Refused(f"aem_url must be of the form https://host or https://host:port, not {typed!r}.")
    path = parts.path.rstrip("/")
    if not path:
        path = DEFAULT_PATH
    if not path.endswith(API_PATH):
        path += API_PATH
    return f"https://{parts.netloc}{path}"


def _user(kind: str, options: Mapping[str, Any], environ: Mapping[str, str]) -> str:
    """The name that goes before the colon of the credential (guide 2.5)."""
    if kind != "aem_password":
        return {"aem_token": "api-token", "aem_jwt": "jwt"}.get(kind, "")
    user = options.get("aem_username") or environ.get("AEM_USERNAME") or ""
    if not user:
        raise Refused("aem_password needs aem_username.")
    if ":" in user or ":" in (options.get("aem_password") or environ.get("AEM_PASSWORD") or ""):
        raise Refused("Enterprise Manager takes no colon in aem_username or aem_password (guide 2.5).")
    return user


def _at_least(name: str, options: Mapping[str, Any], default: int, least: int) -> int:
    value = options.get(name)
    number = default if value is None else int(value)
    if number < least:
        raise Refused(f"{name} must be {least} or more, not {number}.")
    return number
