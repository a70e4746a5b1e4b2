# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests over HTTPS: one at a time, with a deadline, up to a size, and with every kind of trouble under one name.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import functools
import re
import ssl
import traceback
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .._core.errors import NoAnswer
from .call import JSON, NOTHING, TEXT, Call
from .connection import MOST_WORKERS, Connection
from .timed import TimedResponse, deadline_in

try:
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPSConnection
    from urllib3.connectionpool import HTTPSConnectionPool
except ImportError:
    REQUESTS_ERROR: str | None = traceback.format_exc()
else:
    REQUESTS_ERROR = None

# What urllib3 says first of its own: which class of its has trouble, and with the host of aem_url.
_POOL = re.compile(r"^\w+\(host=.*?, port=\w+\): ")
MEBIBYTE = 1024 * 1024
# In bytes, unpacked. The largest export known of has some 100 MB.
GREATEST = {TEXT: 512 * MEBIBYTE, JSON: 64 * MEBIBYTE, NOTHING: MEBIBYTE}
# Some packing unpacks to a thousand times its size, so little is unpacked at a time.
_PIECE = 16 * 1024
_PACKINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
# Codes of OpenSSL for what is wrong with a certificate (x509_vfy.h).
_OF_ANOTHER_NAME = (62, 64)
_OUT_OF_DATE = (9, 10)
# By what OpenSSL calls them. None of them passes by itself.
_TLS_HINTS = {
    ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG"): (
        "What answers there speaks no TLS. Is aem_url the address of Enterprise Manager, with the right port?"
    ),
    ("TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS_AVAILABLE"): (
        "What answers at aem_url speaks an old protocol, and TLS 1.2 or newer is needed. Have it enabled there."
    ),
    ("SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_INSUFFICIENT_SECURITY", "DH_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL"): (
        "What answers at aem_url takes no cipher that is safe, or wants a certificate, which aem_client_cert gives."
    ),
    ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "TLSV1_ALERT_UNKNOWN_CA", "SSLV3_ALERT_BAD_CERTIFICATE"): (
        "What answers at aem_url wants a certificate that it knows; aem_client_cert gives it."
    ),
}


class Raw(NamedTuple):
    """An answer as it came; of one that is no success, no more of the ``body`` than tells why."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Trouble(Exception):
    """There was no usable answer. ``again`` says whether trying again may help, ``after`` how many seconds later."""

    def __init__(self, error: NoAnswer, again: bool = True, after: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.again = again
        self.after = after


def http_session(connection: Connection) -> requests.Session:
    """A session of requests that sends nothing but what it is told to, to nobody else."""
    http = requests.Session()
    http.trust_env = connection.use_proxy
    said = http.merge_environment_settings(connection.base_url, {}, None, connection.verify, None)
    # Left to itself, requests asks the environment again for each request, and looks a login up in ~/.netrc to send in
    # place of ours.
    http.trust_env = False
    http.proxies, http.verify = said["proxies"], said["verify"]
    http.headers.update(
        {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "qlik.enterprise_manager"}
    )
    if connection.client_cert:
        http.cert = (connection.client_cert, connection.client_key) if connection.client_key else connection.client_cert
    http.mount("https://", _adapter()(pool_connections=1, pool_maxsize=MOST_WORKERS))
    if not connection.validate_certs:
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    return http


def exchange(http: requests.Session, connection: Connection, call: Call, headers: Mapping[str, str]) -> Raw:
    """Make a call once and return its answer, whatever that is; raise Trouble where there is none.

    The answer must begin within the connection's timeout, and what the call takes on purpose, and then end in time.
    """
    patience = connection.timeout
    content_type = {} if call.body is None else {"Content-Type": "application/json"}
    url, content = f"{connection.base_url}/{call.target()}", call.content()
    try:
        with deadline_in(patience + call.blocks):
            response = http.request(
                call.http,
                url,
                data=content,
                headers={**headers, **content_type},
                timeout=(patience, patience + call.blocks),
                allow_redirects=False,
                stream=True,
            )
            with response:
                return _read(call, response)
    except requests.exceptions.RequestException as error:
        raise _trouble(call, error, connection) from error
    except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
        # What requests says of files, addresses and headers that it does not take: nothing has left.
        raise Trouble(NoAnswer(call.api_method, str(error), sent=False, passing=False), again=False) from error


def _read(call: Call, response: requests.Response) -> Raw:
    """The answer with its body, which must not be greater than is good for this machine."""
    status, headers = response.status_code, response.headers
    packing = headers.get("Content-Encoding", "").strip().lower()
    if packing not in _PACKINGS:
        raise _unusable(call, status, f"the answer is packed in a way that was not asked for, {packing[:40]!r}")
    greatest = GREATEST[call.answer] if 200 <= status < 300 else MEBIBYTE
    pieces, size = [], 0
    for piece in response.iter_content(_PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > greatest:
            if not 200 <= status < 300:
                break
            raise _unusable(call, status, f"the answer is greater than {greatest // MEBIBYTE} MiB")
    announced = headers.get("Content-Length", "")
    if announced.isdecimal() and announced.isascii() and not packing and size < int(announced[:20]) <= greatest:
        raise Trouble(NoAnswer(call.api_method, "the answer broke off", sent=True, status=status))
    return Raw(status, headers, b"".join(pieces))


def _unusable(call: Call, status: int, problem: str) -> Trouble:
    return Trouble(NoAnswer(call.api_method, problem, sent=True, status=status, passing=False), again=False)


@functools.cache
def _adapter() -> Any:
    """The adapter whose answers keep to a deadline. It is made at its first use, since requests may be missing."""

    class Timed(HTTPSConnection):
        response_class = TimedResponse

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Timed

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **more: Any) -> None:
            super().init_poolmanager(*arguments, **more)
            _take(self.poolmanager)

        def proxy_manager_for(self, *arguments: Any, **more: Any) -> Any:
            return _take(super().proxy_manager_for(*arguments, **more))

    def _take(manager: Any) -> Any:
        manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": Pool}
        return manager

    return Adapter


def _trouble(call: Call, error: Exception, connection: Connection) -> Trouble:
    """The exception for a request that ended without any answer."""
    causes = list(_causes(error))
    certificate = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if certificate:
        problem = f"{str(certificate).rstrip('.')}. {_certificate_hint(certificate, connection)}"
        return Trouble(NoAnswer(call.api_method, problem, sent=False, passing=False), again=False)
    handshake = next((cause for cause in causes if isinstance(cause, ssl.SSLError) and _tls_hint(cause)), None)
    if handshake:
        problem = f"{str(handshake).rstrip('.')}. {_tls_hint(handshake)}"
        return Trouble(NoAnswer(call.api_method, problem, sent=False, passing=False), again=False)
    problem = _POOL.sub("", str(causes[-1])) or type(causes[-1]).__name__
    refused_here = (
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidHeader,
        requests.exceptions.InvalidProxyURL,
        requests.exceptions.InvalidSchema,
    )
    if isinstance(error, refused_here):
        return Trouble(NoAnswer(call.api_method, problem, sent=False, passing=False), again=False)
    proxy = any(isinstance(cause, urllib3.exceptions.ProxyError) for cause in causes)
    if proxy:
        problem = (
            f"{problem.rstrip('.')}. This is about the proxy of HTTPS_PROXY; NO_PROXY or aem_use_proxy: false goes"
            " without it"
        )
    unsent = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    never_left = proxy or any(isinstance(cause, unsent) for cause in causes)
    if never_left and not proxy:
        problem = _with_host(problem, connection)
    # While the body is read, requests calls the same a ConnectionError.
    slow = (requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError, TimeoutError)
    timed_out = not never_left and any(isinstance(cause, slow) for cause in causes)
    return Trouble(NoAnswer(call.api_method, problem, sent=not never_left, timed_out=timed_out))


def _with_host(problem: str, connection: Connection) -> str:
    """What is wrong with the way to a host, with its name and port."""
    return f"{urlsplit(connection.base_url).netloc}: {problem}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what is wrapped in it, the innermost last."""
    inner: BaseException | None = error
    while isinstance(inner, BaseException):
        yield inner
        inner = getattr(inner, "reason", None) or next(
            (argument for argument in reversed(inner.args) if isinstance(argument, BaseException)), None
        )


def _tls_hint(error: ssl.SSLError) -> str:
    """What to do about a connection that did not come about; empty where that is not known."""
    return next((hint for reasons, hint in _TLS_HINTS.items() if error.reason in reasons), "")


def _certificate_hint(error: ssl.SSLCertVerificationError, connection: Connection) -> str:
    host, code = urlsplit(connection.base_url).hostname, getattr(error, "verify_code", None)
    # An older urllib3 compares names itself, and has no code for it.
    if code in _OF_ANOTHER_NAME or "doesn't match" in str(error):
        return f"The certificate is not of {host}: aem_url must have a name that is in the certificate."
    if code in _OUT_OF_DATE:
        return f"The certificate of {host} is out of date, or the clock of this machine is wrong."
    if connection.ca_path:
        return f"Did the authority in aem_ca_path, {connection.ca_path}, sign the certificate of {host}?"
    return "Where a private authority signed the certificate, name its file in aem_ca_path."
