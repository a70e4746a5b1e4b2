# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever answers on the other side: the call ends in time, the answer fits, and the connection is a safe one.

Each answer goes over TLS, also to Login, whose request holds the password.
"""

from __future__ import annotations

import gzip
import itertools
import socket
import ssl
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import timed
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.call import Call
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.connection import Connection
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.http import SESSION_HEADER, Session
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import AemError, NoAnswer, Refused
from support.cases import Cases

Work = Callable[[ssl.SSLSocket], None]

READ = Call("GetServerList", "GET", ("servers",))
LOGGED_IN = f"HTTP/1.1 200 OK\r\n{SESSION_HEADER}: a-session\r\nContent-Length: 0\r\n\r\n".encode()
FINE = b'HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{"serverList": []}'
PASSWORD = "s3cret-word"


class Other:
    """Somebody who listens, answers each request with ``work``, and keeps what was sent."""

    def __init__(self, context: ssl.SSLContext, work: Work, spares_login: bool = True) -> None:
        self.received: list[bytes] = []
        self.errors: list[Exception] = []
        self._context, self._work, self._spares_login = context, work, spares_login
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Listen no more."""
        self._listening.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                raw = self._listening.accept()[0]
                threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw: socket.socket) -> None:
        try:
            with raw, self._context.wrap_socket(raw, server_side=True) as ours:
                while request := ours.recv(65536):
                    self.received.append(request)
                    if b"/login" in request and self._spares_login:
                        ours.sendall(LOGGED_IN)
                    else:
                        self._work(ours)
        except (OSError, ValueError) as error:
            self.errors.append(error)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Who signs certificates."""
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_path(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of its certificate."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def context_of(authority: trustme.CA, *names: str, **more: Any) -> ssl.SSLContext:
    """What a server needs to show a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or ("127.0.0.1",)), **more).configure_cert(context)
    return context


@contextmanager
def listening(context: ssl.SSLContext, work: Work, spares_login: bool = True) -> Iterator[Other]:
    """Somebody who listens meanwhile."""
    other = Other(context, work, spares_login)
    try:
        yield other
    finally:
        other.close()


def asked(port: int, **options: Any) -> Any:
    """What a read call answers there."""
    login = {"aem_url": f"https://127.0.0.1:{port}", "aem_username": "u", "aem_password": PASSWORD}
    given = {"aem_timeout": 1, "aem_retries": 0, "aem_use_proxy": False, **options}
    session = Session(Connection.from_options({**login, **given}, {}))
    try:
        return session.send(READ)
    finally:
        session.login.token = ""
        session.close()


def without_end(first: bytes, piece: bytes, pause: float = 0.0) -> Work:
    """``first``, and then the piece again and again."""

    def work(ours: ssl.SSLSocket) -> None:
        ours.sendall(first)
        for _time in itertools.count():
            ours.sendall(piece)
            threading.Event().wait(pause)

    return work


HEAD = b"HTTP/1.1 200 OK\r\n"
ENDLESS = {
    "drip": without_end(HEAD + b"Content-Length: 99999\r\n\r\n", b"x", 0.05),
    "drip of a header": without_end(HEAD + b"X-Slow: ", b"x", 0.05),
    "headers": without_end(HEAD, b"X-More: yes\r\n"),
    "a header": without_end(HEAD + b"X-Long: ", b"x" * 1000),
    "continue": without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "slow continue": without_end(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
    "silence": without_end(b"", b"", 0.5),
    "body": without_end(HEAD + b"\r\n", b"x" * 65536),
    "body of an error": without_end(b"HTTP/1.1 500 No\r\n\r\n", b"x" * 65536),
    "chunks": without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
    "slow chunks": without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.05),
    "a size of a chunk": without_end(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1"),
}


@pytest.mark.parametrize(
    ("kind", "spares_login"),
    [*((kind, True) for kind in ENDLESS), *((kind, False) for kind in ("drip", "headers", "slow continue", "body"))],
)
def test_what_never_ends_is_left(
    authority: trustme.CA, ca_path: str, kind: str, spares_login: bool, cases: Cases, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A body may go on as long as it is fast; what was agreed with the clock is tested with it.
    monkeypatch.setattr(timed, "SLOWEST", 1024 * 1024 * 1024)
    cases.counted["bodies: wire"] += 1
    with listening(context_of(authority), ENDLESS[kind], spares_login) as other, pytest.raises(NoAnswer) as caught:
        asked(other.port, aem_ca_path=ca_path)
    assert caught.value.api_method == ("GetServerList" if spares_login else "Login")
    assert PASSWORD not in caught.value.message


def test_what_login_unpacks_to_gigabytes_takes_little_memory(authority: trustme.CA, ca_path: str, cases: Cases) -> None:
    packed = gzip.compress(b"\0" * (64 * 1024 * 1024))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    cases.counted["bodies: wire"] += 1
    tracemalloc.start()
    with listening(context_of(authority), lambda ours: ours.sendall(head + packed), False) as other:
        tracemalloc.reset_peak()
        with pytest.raises(NoAnswer, match="the answer is greater than"):
            asked(other.port, aem_ca_path=ca_path, aem_timeout=600)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 32 * 1024 * 1024


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("spares_login", [True, False], ids=["call", "Login"])
def test_a_redirect_is_told_and_not_followed(
    authority: trustme.CA, ca_path: str, status: int, spares_login: bool, cases: Cases
) -> None:
    cases.counted["bodies: wire"] += 1
    with listening(context_of(authority), lambda ours: ours.sendall(FINE)) as thief:
        place = f"https://127.0.0.1:{thief.port}/attunityenterprisemanager/api/v1/servers"
        answer = f"HTTP/1.1 {status} Go\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode()
        with (
            listening(context_of(authority), lambda ours: ours.sendall(answer), spares_login) as other,
            pytest.raises(NoAnswer, match="aem_url must be the address of Enterprise Manager itself"),
        ):
            asked(other.port, aem_ca_path=ca_path)
        assert thief.received == []


def test_with_its_authority_it_works_whatever_the_environment_says(
    authority: trustme.CA, ca_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = tmp_path / "foreign.pem"
    trustme.CA().cert_pem.write_to_path(str(foreign))
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(variable, str(foreign))
    with listening(context_of(authority), lambda ours: ours.sendall(FINE)) as other:
        assert asked(other.port, aem_ca_path=ca_path, aem_use_proxy=True) == {"serverList": []}
        assert asked(other.port, aem_validate_certs=False, aem_use_proxy=True) == {"serverList": []}
        with pytest.raises(NoAnswer, match="aem_ca_path"):
            asked(other.port, aem_use_proxy=True)


YESTERDAY = datetime.now(UTC) - timedelta(days=1)
REFUSED_BY_DEFAULT: dict[str, tuple[tuple[str, ...], dict[str, Any], str]] = {
    "unknown": ((), {}, "aem_ca_path"),
    "expired": ((), {"not_after": YESTERDAY, "not_before": YESTERDAY - timedelta(days=9)}, "is out of date"),
    "another name": (("em.example.com",), {}, r"is not of 127\.0\.0\.1: aem_url must have a name"),
}


@pytest.mark.parametrize("kind", REFUSED_BY_DEFAULT)
def test_a_certificate_that_is_not_good_is_refused(authority: trustme.CA, ca_path: str, kind: str) -> None:
    names, more, told = REFUSED_BY_DEFAULT[kind]
    options = {} if kind == "unknown" else {"aem_ca_path": ca_path}
    with (
        listening(context_of(authority, *names, **more), lambda ours: ours.sendall(FINE)) as other,
        pytest.raises(NoAnswer, match=told) as caught,
    ):
        asked(other.port, **options)
    assert ("aem_ca_path" in caught.value.message) == (kind == "unknown")
    assert not caught.value.sent
    assert not caught.value.passing
    assert other.received == []


def test_an_old_protocol_is_refused_in_words_that_say_so(authority: trustme.CA, ca_path: str) -> None:
    context = context_of(authority)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="deprecated"):
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with (
        listening(context, lambda ours: ours.sendall(FINE)) as other,
        pytest.raises(NoAnswer, match=r"TLS 1\.2") as caught,
    ):
        asked(other.port, aem_ca_path=ca_path)
    assert "aem_url" in caught.value.message
    assert not caught.value.passing
    assert other.received == []


def test_a_port_without_tls_is_told(ca_path: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:
        threading.Thread(target=lambda: plain.accept()[0].sendall(b"HTTP/1.1 400 Bad\r\n\r\n"), daemon=True).start()
        with pytest.raises(NoAnswer, match="aem_url"):
            asked(plain.getsockname()[1], aem_ca_path=ca_path)


def test_a_client_certificate_is_shown_where_it_is_asked_for(
    authority: trustme.CA, ca_path: str, tmp_path: Path
) -> None:
    context = context_of(authority)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    mine = authority.issue_cert("client@example.com")
    both, cert, key = (tmp_path / name for name in ("both.pem", "cert.pem", "key.pem"))
    mine.private_key_and_cert_chain_pem.write_to_path(str(both))
    mine.cert_chain_pems[0].write_to_path(str(cert))
    mine.private_key_pem.write_to_path(str(key))
    with listening(context, lambda ours: ours.sendall(FINE)) as other:
        assert asked(other.port, aem_ca_path=ca_path, aem_client_cert=str(both)) == {"serverList": []}
        split = {"aem_client_cert": str(cert), "aem_client_key": str(key)}
        assert asked(other.port, aem_ca_path=ca_path, **split) == {"serverList": []}
    # With newer versions a client hears of it later, or not at all where the other side closes at once.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        listening(context, lambda ours: ours.sendall(FINE)) as other,
        pytest.raises(NoAnswer, match="aem_client_cert"),
    ):
        asked(other.port, aem_ca_path=ca_path)


@pytest.mark.parametrize("name", ["aem_ca_path", "aem_client_cert", "aem_client_key"])
@pytest.mark.parametrize("content", [None, "", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_that_is_missing_or_broken_is_named(tmp_path: Path, name: str, content: str | None) -> None:
    file, good = tmp_path / "of the test.pem", tmp_path / "good.pem"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    trustme.CA().issue_cert("x").private_key_and_cert_chain_pem.write_to_path(str(good))
    more = {"aem_client_cert": str(good)} if name == "aem_client_key" else {}
    with pytest.raises(Refused, match=rf"^{name}: .*of the test\.pem cannot be read"):
        asked(9, **{**more, name: str(file)})


def test_the_password_goes_to_nobody_who_is_not_trusted(authority: trustme.CA) -> None:
    with listening(context_of(authority), lambda ours: ours.sendall(FINE)) as other, suppress(AemError):
        asked(other.port)
    assert other.received == []
