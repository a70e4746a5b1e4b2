# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets: in clear only on the way in, readable only where they were encrypted."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as some
from unit.simulator_repository.support import (
    FIXTURES,
    KEY,
    SERVER,
    WRITTEN,
    definition_of,
    document,
    endpoint,
    estate,
    import_all,
    thorough,
)

from simulator.repository import (
    STYLES,
    Repository,
    RepositoryError,
    export_all,
    patch_endpoint,
    secrets_are_usable,
)
from simulator.repository.secret_values import is_sealed, seal, sealed_copy, unseal

CANARY = "canary-4711"


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "Password",
        "asm_password",
        "keystorePassword",
        "adlsclientappkey",
        "secretKey",
        "s3_secret",
        "clientSecretValue",
        "accessToken",
        "privateKey",
        "passphrase",
    ],
)
def test_a_secret_is_known_by_its_name(name: str) -> None:
    repository = estate()
    import_all(repository, document(databases=(endpoint("S", **{name: CANARY}),)))
    value = repository.endpoints["S"]["db_settings"][name]
    assert re.fullmatch(r"\{Z[0-9A-F]+\}", value)
    assert unseal(value, KEY) == CANARY


@pytest.mark.parametrize(
    "name", ["username", "server", "privateKeyFile", "tokenUrl", "passwordless", "adlsclientappid"]
)
def test_other_settings_stay_in_clear(name: str) -> None:
    repository = estate()
    import_all(repository, document(databases=(endpoint("S", **{name: "plain"}),)))
    assert repository.endpoints["S"]["db_settings"][name] == "plain"


def test_secrets_are_found_wherever_they_are() -> None:
    content = document(
        databases=(endpoint("S", connectioninfo={"password": CANARY, "list": [{"secret": CANARY}]}, secrets=[CANARY]),),
        notifications=[{"name": "N", "smtp_password": CANARY}],
        replication_environment={"deep": {"proxy_password": CANARY}},
    )
    repository = Repository.from_document(content, KEY)
    for style in STYLES:
        assert CANARY not in export_all(repository, style=style, **WRITTEN)
    assert CANARY not in repr(repository)
    assert secrets_are_usable(repository, "S")


def test_secrets_are_found_in_a_text_that_is_json() -> None:
    text = json.dumps({"host": "h", "password": CANARY, "more": json.dumps([{"secret": CANARY}])})
    repository = Repository.from_document(document(databases=(endpoint("S", connectioninfo=text),)), KEY)
    kept = json.loads(repository.endpoints["S"]["db_settings"]["connectioninfo"])
    assert (kept["host"], unseal(kept["password"], KEY)) == ("h", CANARY)
    assert unseal(json.loads(kept["more"])[0]["secret"], KEY) == CANARY
    for style in STYLES:
        assert CANARY not in export_all(repository, style=style, **WRITTEN)
    assert secrets_are_usable(repository, "S")
    other = Repository.from_document(document(databases=(endpoint("S", connectioninfo=text),)), "another key")
    import_all(repository, export_all(other, style="2023", **WRITTEN))
    assert not secrets_are_usable(repository, "S")


@pytest.mark.parametrize(
    "text", ['{"host" : "h"}', '{"password": "', '"password"', "[" * 1000 + '"password"', '[{"password": NaN}]']
)
def test_a_text_without_a_secret_stays_as_it_came(text: str) -> None:
    assert sealed_copy({"info": text}, KEY) == {"info": text}


@pytest.mark.parametrize(("value", "kept"), [("", ""), (True, True), (None, None), ({}, {})])
def test_what_cannot_be_a_secret_stays(value: object, kept: object) -> None:
    assert sealed_copy({"password": value}, KEY) == {"password": kept}


def test_a_number_can_be_a_secret() -> None:
    assert unseal(sealed_copy({"password": 1234}, KEY)["password"], KEY) == "1234"


def test_a_secret_looks_different_on_each_server_and_the_same_each_time() -> None:
    values = [seal(CANARY, key) for key in (KEY, KEY, "another key")]
    assert values[0] == values[1] != values[2]


def test_a_secret_that_comes_back_is_kept() -> None:
    repository = estate()
    before = repository.clone()
    import_all(repository, export_all(repository, style="2021", **WRITTEN))
    assert repository == before
    assert secrets_are_usable(repository, "S")


def test_a_secret_of_another_server_is_taken_and_worthless() -> None:
    other = Repository.from_document(document(databases=(endpoint("S", password=CANARY),)), "another key")
    repository = estate()
    import_all(repository, export_all(other, style="2023", **WRITTEN))
    assert not secrets_are_usable(repository, "S")
    assert secrets_are_usable(other, "S")
    sealed = definition_of(export_all(repository, style="2023", **WRITTEN))["databases"][0]["db_settings"]["password"]
    assert unseal(sealed, "another key") == CANARY


def test_the_secrets_of_the_fixtures_are_nobodys() -> None:
    repository = Repository.from_document({}, KEY)
    import_all(repository, (FIXTURES / "export_all.json").read_bytes())
    usable = {name: secrets_are_usable(repository, name) for name in repository.endpoints}
    assert usable.pop("ERP LogStream") is True
    assert set(usable.values()) == {False}


def test_a_new_password_makes_an_endpoint_usable_again() -> None:
    repository = estate()
    import_all(repository, document(databases=(endpoint("S", password="{ZA6F3D2DF}"),)))
    assert not secrets_are_usable(repository, "S")
    operations = [{"op": "replace", "path": "/db_settings/password", "value": CANARY}]
    patch_endpoint(repository, "S", operations, server=SERVER)
    assert secrets_are_usable(repository, "S")


def test_usable_secrets_of_an_endpoint_that_is_not_there() -> None:
    with pytest.raises(RepositoryError) as error:
        secrets_are_usable(estate(), "Elsewhere")
    assert error.value.code == "AEM_ENDPOINT_NOT_FOUND"


@thorough
@given(secret=some.text(min_size=1), key=some.text())
def test_any_secret_can_be_read_with_its_key_only(secret: str, key: str) -> None:
    value = seal(secret, key)
    assert is_sealed(value)
    assert unseal(value, key) == secret
    assert unseal(value, key + "x") is None


@pytest.mark.parametrize("value", ["", "{Z}", "{Zab}", "{ZABC}", "{ZABCD}", "{ZAB}\n", "ZAB", "{Z" + "A" * 63 + "}"])
def test_what_was_never_encrypted_here(value: str) -> None:
    assert unseal(value, KEY) is None
