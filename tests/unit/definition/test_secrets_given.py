# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secrets an option holds in clear, so that a result can hide them and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given as of_any
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.compare import differences
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import read, secrets_in
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.secret_names import (
    form_of,
    is_secret_however_spelled,
    is_secret_name,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.secrets import (
    MASK,
    in_clear,
    masked,
    names_sealed_in,
    names_told_by,
    sealed_names,
)

SETTINGS = {"username": "REPL", "password": "s3cret", "more": [{"secretKey": 42}], "useSecretStore": True}
DOCUMENT = {"cmd.replication_definition": {"databases": [{"name": "e", "db_settings": SETTINGS}]}}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (SETTINGS, {"s3cret", "42"}),
        ({"password": {"user": "a", "key": "b"}}, {"a", "b"}),
        ({"password": "{ZA6F3}"}, set()),
        ({"password": ""}, set()),
        ({"password": None, "port": 1}, set()),
        ({"x": "Password='a b';y=1", "z": "jdbc:u/PW@h"}, {"a b", "PW"}),
        ({"x": '{"password": "tiger", "n": ["{ZA1}"]}'}, {"tiger"}),
        ({"x": "Password={ZA1F};pwd=********", "y": "{ZQ1F}"}, set()),
        ([], set()),
    ],
)
def test_secrets_in_data(value: Any, found: set[str]) -> None:
    assert in_clear(value) == found
    assert secrets_in(value) == found


def test_secrets_in_the_text_of_a_definition() -> None:
    assert secrets_in("// Host name: a\n" + read(DOCUMENT).write()) == {"s3cret", "42"}
    assert secrets_in(DOCUMENT) == {"s3cret", "42"}


def test_a_text_that_is_no_definition_is_a_secret_as_a_whole() -> None:
    assert secrets_in("no definition") == {"no definition"}
    broken = '{"password": "tiger", '
    assert secrets_in(broken) == {broken, "tiger"}
    assert secrets_in("") == set()


SEALED = {
    "userKeytab": "{ZA1F}",
    "value": "{ZA2F}",
    "inner": '{"theirs": "{ZA3F}"}',
    "list": ["{ZA4F}"],
    "x": "a{ZA5F}",
}


def test_an_export_tells_which_names_are_those_of_secrets() -> None:
    names = {"userkeytab", "theirs"}
    assert sealed_names(SEALED) == names
    assert names_sealed_in(json.dumps({"a": [SEALED]}, indent="\t")) == names
    assert names_sealed_in("") == frozenset()


def test_what_an_export_shows_sealed_is_a_secret_under_that_name_everywhere() -> None:
    given = {
        "user_keytab": "k1",
        "more": [{"Theirs": "k2", "other": "o"}],
        "text": "UserKeytab=k3;u=u",
        "value": "v",
    }
    names = sealed_names(SEALED)
    assert in_clear(given, sealed=names) == secrets_in(given, json.dumps(SEALED)) == {"k1", "k2", "k3"}
    shown = {
        "user_keytab": MASK,
        "more": [{"Theirs": MASK, "other": "o"}],
        "text": f"UserKeytab={MASK};u=u",
        "value": "v",
    }
    assert masked(given, sealed=names) == shown


def test_an_export_tells_only_of_names_that_are_not_known_to_be_those_of_secrets() -> None:
    shown = json.dumps({"userPassword": "{ZA1F}", "pin": "{ZA1F}", "userKeytab": "{ZA1F}"})
    assert names_sealed_in(shown) == {"userpassword", "pin", "userkeytab"}
    assert names_told_by(shown) == {"pin", "userkeytab"}
    assert secrets_in({"password": "p", "keytab": "k"}, json.dumps({"password": "{ZA1F}"})) == set()


@of_any(st.text("abcdeiknoprstwyPKSW_-.0", max_size=12))
def test_what_is_known_to_be_a_secret_is_one_however_it_is_spelled(name: str) -> None:
    assert is_secret_name(name) or not is_secret_however_spelled(form_of(name))


def settings(**values: Any) -> dict[str, Any]:
    """Sections with two endpoints; the first one tells what is a secret."""
    first = {"name": "a", "db_settings": {"userKeytab": "{ZA1F}"}}
    return {"cmd.replication_definition": {"databases": [first, {"name": "b", "db_settings": {"user": "u", **values}}]}}


def test_what_is_sealed_in_one_endpoint_is_not_compared_in_another() -> None:
    current = read(settings())
    assert differences(read(settings(userKeytab="new")), current) == []
    (found,) = differences(read(settings(userKeytab="new", user="v")), current)
    assert (found.setting, found.after) == ("db_settings.user", "v")
    new = settings()
    new["cmd.replication_definition"]["databases"].append({"name": "c", "db_settings": {"userKeytab": "new"}})
    (found,) = differences(read(new), current)
    assert found.after == {"name": "c", "db_settings": {"userKeytab": MASK}}
    assert read(settings(userKeytab="new")).masked().endpoint("b") == {
        "name": "b",
        "db_settings": {"user": "u", "userKeytab": MASK},
    }
