# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The address, the credential and the other options of a connection."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.connection import Connection, base_url
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


@pytest.mark.parametrize(
    ("options", "verify"),
    [
        ({}, True),
        ({"aem_ca_path": "/ca.pem"}, "/ca.pem"),
        ({"aem_ca_path": "/ca.pem", "aem_validate_certs": False}, False),
    ],
)
def test_what_certificates_are_verified_with(options: dict[str, object], verify: object) -> None:
    assert Connection.from_options({**URL, "aem_token": "t", **options}, environment={}).verify == verify
