# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which secrets an option holds in clear, so that a result can hide them and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import read, secrets_in
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.secrets import in_clear

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
    assert secrets_in("no definition") == set()
