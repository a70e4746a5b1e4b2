# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a task on their way to a module, in whichever process that runs."""

from __future__ import annotations

from collections import OrderedDict, UserString
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plain import plain

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


class Tagged(str):
    """A string with a meaning of its own, as Ansible has some."""

    __slots__ = ()


class Number(int):
    """The same for a number."""


def test_text_of_a_kind_of_its_own_becomes_plain_text() -> None:
    class Text(str):
        __slots__ = ()

        def __str__(self) -> str:
            raise AssertionError("this takes long")

    ((key, value),) = plain({Text("name"): Text("Zürich")}).items()
    assert (type(key), type(value), key, value) == (str, str, "name", "Zürich")


@given(st.dictionaries(TEXT, JSON))
def test_plain_data_stays_as_it_is(value: dict[str, Any]) -> None:
    assert plain(value) == value


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (Tagged("x"), "x"),
        (Number(4), 4),
        # What is read from a vault is no string, but becomes one.
        (UserString("secret"), "secret"),
        (OrderedDict({Tagged("a"): (Tagged("b"), True)}), {"a": ["b", True]}),
        ({7: "a", None: "b", True: "c", 2.5: "d"}, {"7": "a", "null": "b", "true": "c", "2.5": "d"}),
        (date(2026, 3, 7), "2026-03-07"),
        (datetime(2026, 3, 7, 11, 19, 3, tzinfo=UTC), "2026-03-07T11:19:03Z"),
        (datetime(2026, 3, 7, 11, 19, 3, tzinfo=timezone(timedelta(hours=1))), "2026-03-07T11:19:03+01:00"),
        (datetime.fromisoformat("2026-03-07T11:19:03"), "2026-03-07T11:19:03"),
    ],
)
def test_other_types_become_plain(value: Any, wanted: Any) -> None:
    made = plain({"option": value})["option"]
    assert made == wanted
    assert type(made) is type(wanted)
    if isinstance(made, dict):
        assert {type(key) for key in made} == {str}


def nested(depth: int) -> Any:
    """Lists in one another."""
    value: Any = 1
    for _level in range(depth):
        value = [value]
    return value


def cyclic() -> Any:
    """What an anchor makes that refers to what it is in."""
    value: dict[str, Any] = {}
    value["again"] = [value]
    return value


def multiplying() -> Any:
    """Few anchors that stand for very many values."""
    value: Any = ["x"] * 10
    for _level in range(12):
        value = [value] * 10
    return value


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"server": "a\ud800"}, r"settings\.server holds half a surrogate pair"),
        ({"\udfff": 1}, "settings holds half a surrogate pair"),
        ({"port": float("nan")}, r"settings\.port is nan, which is no number"),
        ({"port": [1, float("inf")]}, r"settings\.port\[1\] is inf"),
        ({"port": 10**30}, r"settings\.port is too great a number"),
        ({"key": b"\x00\x01"}, r"settings\.key is binary \(!!binary\)"),
        ({1: "a", "1": "b"}, "settings has the key '1' twice"),
        ({(1, 2): "a"}, "settings has a key that is no text"),
        (nested(101), r"settings.* is nested deeper than 100"),
        (cyclic(), r"settings\.again\[0\] holds itself"),
        (multiplying(), "more than 2000000 values"),
    ],
)
def test_what_cannot_be_plain_is_refused_by_name(value: Any, told: str) -> None:
    with pytest.raises(Refused, match=told):
        plain({"name": "x", "settings": value})
