# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address, the credential and the other options of a connection."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.connection import (
    Connection,
    base_url,
    callers,
    url_secrets,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused

URL = {"aem_url": "https://em.example.com"}
SUFFIX = "/attunityenterprisemanager/api/v1"


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("https://em.example.com", "https://em.example.com" + SUFFIX),
        ("https://em.example.com/", "https://em.example.com" + SUFFIX),
        ("em.example.com", "https://em.example.com" + SUFFIX),
        ("https://em.example.com:8443", "https://em.example.com:8443" + SUFFIX),
        ("https://em.example.com/attunityenterprisemanager", "https://em.example.com" + SUFFIX),
        ("https://em.example.com/attunityenterprisemanager/api/v1/", "https://em.example.com" + SUFFIX),
        ("https://proxy.example.com/em", "https://proxy.example.com/em/api/v1"),
        ("https://[::1]:8443", "https://[::1]:8443" + SUFFIX),
    ],
)
def test_the_address_is_completed(typed: str, used: str) -> None:
    assert base_url(typed) == used


@pytest.mark.parametrize(
    "typed",
    ["", "http://em.example.com", "https://user:secret@em.example.com", "https://em.example.com/?x=1", "https:///x"],
)
def test_what_is_no_https_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="aem_url"):
        base_url(typed)


@pytest.mark.parametrize(
    ("options", "credential"),
    [
        ({"aem_username": "CORP\\jane", "aem_password": "s3cret"}, "CORP\\jane:s3cret"),
        ({"aem_username": "jane@corp", "aem_password": "päss"}, "jane@corp:päss"),
        ({"aem_token": "t0ken"}, "api-token:t0ken"),
        ({"aem_jwt": "eyJ.x.y"}, "jwt:eyJ.x.y"),
    ],
)
def test_each_way_to_log_in(options: dict[str, str], credential: str) -> None:
    connection = Connection.from_options({**URL, **options}, environment={})
    assert base64.b64decode(connection.authorization.removeprefix("Basic ")).decode() == credential
    assert connection.session_id == ""


@pytest.mark.parametrize(
    ("options", "who"),
    [
        ({"aem_username": "CORP\\jane", "aem_password": "s3cret"}, ["CORP\\jane"]),
        ({"aem_username": "CORP\\jane", "aem_token": "t0ken"}, ["api-token"]),
        ({"aem_jwt": "eyJ.x.y"}, ["jwt"]),
        ({"aem_session_id": "abc"}, [""]),
        ({"aem_username": "CORP\\jane"}, ["CORP\\jane", "api-token", "jwt", ""]),
        ({}, ["api-token", "jwt", ""]),
    ],
)
def test_who_asks_is_known_without_a_secret(options: dict[str, str], who: list[str]) -> None:
    assert callers(options, {}) == callers({}, {name.upper(): value for name, value in options.items()}) == who


@pytest.mark.parametrize("options", [{"aem_token": "a", "aem_jwt": "b"}, {"aem_password": "a"}])
def test_who_asks_must_be_told_as_for_a_connection(options: dict[str, str]) -> None:
    with pytest.raises(Refused):
        callers(options, {})


def test_a_session_id_needs_no_login() -> None:
    connection = Connection.from_options({**URL, "aem_session_id": "abc"}, environment={})
    assert (connection.session_id, connection.secret) == ("abc", "")


@pytest.mark.parametrize(
    ("options", "environ", "told"),
    [
        ({}, {}, "found none of them"),
        ({"aem_token": "t", "aem_jwt": "j"}, {}, "found aem_jwt and aem_token"),
        ({}, {"AEM_TOKEN": "t", "AEM_PASSWORD": "p"}, "found aem_password and aem_token"),
        ({"aem_password": "p"}, {}, "needs aem_username"),
        ({"aem_username": "a:b", "aem_password": "p"}, {}, "no colon"),
        ({"aem_username": "a", "aem_password": "p:q"}, {}, "no colon"),
        ({"aem_token": "t", "aem_client_key": "/key"}, {}, "needs aem_client_cert"),
        ({"aem_token": "t", "aem_timeout": 0}, {}, "aem_timeout must be 1 or more"),
        ({"aem_token": "t", "aem_retries": -1}, {}, "aem_retries must be 0 or more"),
        ({"aem_token": "t", "aem_concurrency": 0}, {}, "aem_concurrency must be 1 or more"),
    ],
)
def test_what_cannot_work_is_refused(options: dict[str, object], environ: dict[str, str], told: str) -> None:
    with pytest.raises(Refused, match=told):
        Connection.from_options({**URL, **options}, environment=environ)


def test_an_option_beats_every_credential_of_the_environment() -> None:
    environ = {"AEM_USERNAME": "CORP\\jane", "AEM_PASSWORD": "from-environment"}
    connection = Connection.from_options({**URL, "aem_session_id": "abc"}, environment=environ)
    assert (connection.session_id, connection.secret) == ("abc", "")


def test_the_environment_completes_what_is_not_given() -> None:
    environ = {"AEM_USERNAME": "CORP\\jane", "AEM_PASSWORD": "from-environment"}
    connection = Connection.from_options(URL, environment=environ)
    assert (connection.user, connection.secret) == ("CORP\\jane", "from-environment")


def test_secrets_are_known_and_not_shown() -> None:
    connection = Connection.from_options({**URL, "aem_username": "u", "aem_password": "s3cret"}, environment={})
    assert "s3cret" in connection.secrets()
    assert connection.authorization.removeprefix("Basic ") in connection.secrets()
    assert "s3cret" not in repr(connection)


def test_what_certificates_are_verified_with(tmp_path: Path) -> None:
    def verify(**options: object) -> object:
        return Connection.from_options({**URL, "aem_token": "t", **options}, environment={}).verify

    assert verify() is True
    assert verify(aem_ca_path=str(tmp_path)) == str(tmp_path)
    assert verify(aem_ca_path="/not/there", aem_validate_certs=False) is False


def test_a_session_beats_what_logs_in() -> None:
    both = {"aem_username": "u", "aem_password": "p", "aem_token": "t", "aem_session_id": "abc"}
    connection = Connection.from_options({**URL, **both}, environment={})
    assert (connection.session_id, connection.secret, connection.user) == ("abc", "", "")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", r"missing required arguments: aem_url\. .*AEM_URL"),
        ("https://[bad", "cannot be read as an address"),
        ("https://em:port", "cannot be read as an address"),
        ("https://em.example.com:99999", "cannot be read as an address"),
        (f"https://{'a' * 64}.example.com", "more than 63 characters in a label"),
        (f"https://{'ä' * 64}.example.com", "cannot be the name of a host"),
        ("https://em..example.com", "an empty label"),
        (f"https://{'a.' * 130}com", "more than 253 characters"),
        ("https://em\x00.example.com", "signs that no address holds"),
        ("https://em example.com", "signs that no address holds"),
        ("https://user:s3cret@em.example.com", "without a user or password"),
        ("https://em.example.com/?token=s3cret", "without a query"),
        ("ftp://em.example.com", "not ftp"),
    ],
)
def test_what_is_wrong_with_an_address_is_told_and_no_secret_in_it(typed: str, told: str) -> None:
    with pytest.raises(Refused, match=told) as caught:
        base_url(typed)
    assert "aem_url" in caught.value.message
    assert "s3cret" not in caught.value.message


def test_what_an_address_holds_that_may_be_a_secret() -> None:
    assert {"u:s3cret", "s3cret"} <= url_secrets({"aem_url": "https://u:s3cret@em.example.com/x"})
    assert {"u:s3/cret", "s3/cret"} <= url_secrets({"aem_url": "https://u:s3/cret@em.example.com/x"})
    assert "t0ken" in url_secrets({"aem_url": "https://em.example.com/?a=b&token=t0ken#x"})
    assert url_secrets({"aem_url": "https://em.example.com:8443/em"}) == set()


BROKEN = "This is no certificate."


@pytest.mark.parametrize("name", ["aem_ca_path", "aem_client_cert", "aem_client_key"])
@pytest.mark.parametrize("path", ["/not/there", "nul\x00byte", "x" * 5000, BROKEN])
def test_a_file_that_cannot_be_used_is_refused_with_its_option(tmp_path: Path, name: str, path: str) -> None:
    file = tmp_path / "broken.pem"
    file.write_text(BROKEN, encoding="utf-8")
    options = {"aem_token": "t", "aem_client_cert": str(file)} if name == "aem_client_key" else {"aem_token": "t"}
    with pytest.raises(Refused, match=rf"^{name}: .* cannot be read.*[^.]\.$"):
        Connection.from_options({**URL, **options, name: str(file) if path == BROKEN else path}, environment={})


@pytest.mark.parametrize("session", ["tök", "s3cret s3cret", "s3cret\ns3cret", "s3cret\x00"])
def test_a_session_that_no_header_takes_is_refused_and_not_shown(session: str) -> None:
    with pytest.raises(Refused, match="aem_session_id") as caught:
        Connection.from_options({**URL, "aem_session_id": session}, environment={})
    assert session not in caught.value.message
    assert repr(session)[1:-1] not in caught.value.message


@pytest.mark.parametrize("name", ["aem_timeout", "aem_retries"])
def test_what_no_timer_takes_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=f"{name} must be .* or less"):
        Connection.from_options({**URL, "aem_token": "t", name: 10**18}, environment={})
