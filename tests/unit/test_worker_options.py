# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a task on their way to a module that runs in Ansible's worker."""

from __future__ import annotations

from collections import OrderedDict, UserString
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.plugin_utils._worker import plain

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Tagged(str):
    """A string with a meaning of its own, as Ansible has some."""

    __slots__ = ()


class Number(int):
    """The same for a number."""


@given(JSON)
def test_plain_data_stays_as_it_is(value: Any) -> None:
    assert plain(value) == value


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (Tagged("x"), "x"),
        (Number(4), 4),
        # What is read from a vault is no string, but becomes one.
        (UserString("secret"), "secret"),
        (OrderedDict({Tagged("a"): (Tagged("b"), True)}), {"a": ["b", True]}),
        (date(2026, 3, 7), "2026-03-07"),
        (datetime(2026, 3, 7, 11, 19, 3, tzinfo=UTC), "2026-03-07T11:19:03+00:00"),
    ],
)
def test_other_types_become_plain(value: Any, wanted: Any) -> None:
    made = plain(value)
    assert made == wanted
    assert type(made) is type(wanted)
    if isinstance(made, dict):
        assert [type(key) for key in made] == [str]
        assert [type(item) for item in made["a"]] == [str, bool]
