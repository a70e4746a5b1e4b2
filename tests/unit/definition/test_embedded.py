# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets among the words of a text, however long it is."""

from __future__ import annotations

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.secret_names import is_secret_name
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.secrets import MASK, masked

# Each would keep a look that starts anew at every letter busy for an hour.
LONG = 1_000_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x" * LONG + "=", None),
        ("x " * (LONG // 2) + "=", None),
        ("1a" * (LONG // 2) + ":", None),
        ("://" + "a" * LONG + "@", None),
        ("jdbc:" * (LONG // 5) + "@", None),
        ("pwd=" * (LONG // 4), f"pwd={MASK}"),
        ("password" + " " * LONG, None),
        (f"user=u;pwd={'a' * LONG};x=1", f"user=u;pwd={MASK};x=1"),
        (f'{"x" * LONG}_password="a b"', f'{"x" * LONG}_password="{MASK}"'),
    ],
)
def test_a_long_text_is_looked_through_once(text: str, shown: str | None) -> None:
    assert masked({"x": text})["x"] == (text if shown is None else shown)


def test_of_a_long_name_its_end_tells() -> None:
    assert is_secret_name("x" * LONG + "Password")
    assert not is_secret_name("Password" + "x" * LONG)


@pytest.mark.parametrize("name", ["2password", "_password", "--password", "-Dkey.password", "Account Key", "x.Key"])
def test_a_name_may_begin_with_a_sign_or_a_digit(name: str) -> None:
    assert masked(f"a=1;{name}=s3cret;b=2") == f"a=1;{name}={MASK};b=2"
