# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a text reaches a screen."""

from __future__ import annotations

import base64
import json
import unicodedata
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.display import (
    MASK,
    forms,
    printable,
    shown,
)

SECRET = 'p"ä ss/w+rd%\\1'


@pytest.mark.parametrize(
    "echo",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        quote_plus(SECRET),
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        json.dumps(SECRET).replace("/", "\\/"),
        json.dumps(SECRET).replace("+", "\\u002B"),
        repr(SECRET),
    ],
)
def test_a_secret_is_hidden_in_every_form_of_an_echo(echo: str) -> None:
    told = shown(f"wrong: {echo}.", forms([SECRET]))
    assert MASK in told
    assert echo.strip("'\"") not in told


def test_a_secret_is_hidden_before_the_text_is_cut() -> None:
    told = shown("x" * 115 + "s3cret-value", forms(["s3cret-value"]), 120)
    assert "s3c" not in told


def test_the_login_of_an_address_is_not_shown() -> None:
    assert shown("Failed to parse: http://user:pw@proxy:80/x", ()) == "Failed to parse: http://proxy:80/x"


@given(st.text())
def test_what_is_printable_is_one_line_without_control_characters(text: str) -> None:
    told = printable(text)
    assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(sign) for sign in told}
    assert len(told.splitlines()) < 2
    assert printable(told) == told


def test_control_characters_are_told() -> None:
    assert printable("a\x1b[2Jb\nfatal: c\x9b31m\u202ed") == "a\\x1b[2Jb fatal: c\\x9b31m\\u202ed"
