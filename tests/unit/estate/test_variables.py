# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of variables for secrets: readable, possible, and never one for two secrets."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.variables import Variables

HOSTILE = st.text("aA b_-.1ä{}'", min_size=1, max_size=4)
PLACES = st.lists(st.lists(HOSTILE, min_size=1, max_size=3).map(tuple), unique=True, max_size=4)


def test_a_name_says_what_it_is_for() -> None:
    names = Variables("vault_", ["repl-prd-1", "repl-prd-2"]).of("repl-prd-1", [("password",), ("ERP Oracle", "asmPw")])
    assert list(names.values()) == ["vault_repl_prd_1_password", "vault_repl_prd_1_erp_oracle_asmpw"]


@pytest.mark.parametrize("prefix", ["", "1x", "a b", "a-b", "{{ x }}", "ä"])
def test_a_prefix_that_no_variable_could_have_is_refused(prefix: str) -> None:
    with pytest.raises(Refused, match="secret_variables"):
        Variables(prefix, [])


def test_one_server_never_has_the_name_of_another() -> None:
    variables = Variables("v_", ["a", "a b"])
    (first,) = variables.of("a", [("b c", "password")]).values()
    (second,) = variables.of("a b", [("c", "password")]).values()
    assert second == "v_a_b_c_password"
    assert re.fullmatch(r"v_a_b_c_password_[0-9a-f]{8}", first)


@given(st.dictionaries(HOSTILE, PLACES, max_size=4))
@example({"A": [("1",)], "A_1": [("_",)]})
def test_no_two_secrets_have_one_name(estate: dict[str, list[tuple[str, ...]]]) -> None:
    variables = Variables("v_", estate)
    names = [name for server, places in estate.items() for name in variables.of(server, places).values()]
    assert len(set(names)) == len(names) == sum(map(len, estate.values()))
    assert all(re.fullmatch(r"v_[a-z0-9_]*", name) for name in names)


def test_a_name_does_not_depend_on_what_other_servers_have() -> None:
    alone = Variables("v_", ["a", "b"]).of("a", [("x", "y")])
    assert alone == Variables("v_", ["b", "a", "c"]).of("a", [("x", "y")])
