# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of endpoints: what differs, the patch for it, and that it hides secrets. No network."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import endpoint_settings as settings
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.endpoint_settings import Wish
from simulator import repository
from simulator.repository import Repository

SEALED = "{Z00FF}"
SECRET = "never-shown"

NAMES = st.sampled_from(["server", "a/b", "c~d", "nested", "more", "password", "", "ü", "*"])
VALUES = st.one_of(st.booleans(), st.integers(-5, 5), st.sampled_from(["", "x", "1", "true", SECRET]), st.just([1]))
TREES = st.recursive(
    st.dictionaries(NAMES, VALUES, max_size=4),
    lambda below: st.dictionaries(NAMES, st.one_of(VALUES, below), max_size=4),
    max_leaves=8,
)


def wish(always: bool = False, unset: list[str] | None = None, **wanted: Any) -> Wish:
    """A wish as a user gives it."""
    return Wish.from_options(
        {"settings": wanted, "unset": unset, "update_secrets": settings.ALWAYS if always else settings.ON_CREATE}
    )


@pytest.mark.parametrize(
    ("wanted", "current", "places"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": "1"}, {"a": 1}, []),
        ({"a": "true"}, {"a": True}, []),
        ({"a": 1}, {"a": True}, ["/a"]),
        ({"a": None}, {"a": 1}, []),
        ({"a": {"b": None}}, {"a": {"b": 1}}, []),
        ({"a": {}}, {}, []),
        ({"a": []}, {}, []),
        ({"a": 1}, {"a": 2, "b": 3}, ["/a"]),
        ({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}, ["/a/b"]),
        ({"a": {"b": 1}}, {"a": {"c": 3}}, ["/a/b"]),
        ({"a": {"b": {"c": 1}}}, {}, ["/a"]),
        ({"a": {"b": 1, "c": 2}}, {"a": 3}, ["/a"]),
        ({"a": [1, 2]}, {"a": [1]}, ["/a"]),
        ({"a": [{"name": "x", "v": 1}]}, {"a": [{"name": "x", "v": 2}]}, ["/a"]),
        ({"a": [{"v": 1}]}, {"a": [{"v": 2}]}, ["/a"]),
        ({"a/b": {"c~d": 1}}, {"a/b": {}}, ["/a~1b/c~0d"]),
        ({"password": SECRET}, {"password": SEALED}, []),
        ({"password": SECRET}, {}, []),
        ({"odd": SECRET}, {"odd": SEALED}, []),
        ({"use_password": False}, {"use_password": True}, ["/use_password"]),
        ({"text": "host=a;password=one"}, {"text": "host=a;password=two"}, []),
        ({"text": "host=b;password=one"}, {"text": "host=a;password=two"}, ["/text"]),
    ],
)
def test_what_a_patch_changes(wanted: dict[str, Any], current: dict[str, Any], places: list[str]) -> None:
    patch = settings.operations(wish(**wanted), current)
    assert [item["path"].removeprefix("/db_settings") for item in patch] == places
    assert all(item["op"] == "add" for item in patch)


@pytest.mark.parametrize(
    ("wanted", "current", "places"),
    [
        ({"password": SECRET}, {}, ["/password"]),
        ({"password": SECRET, "a": 1}, {"a": 1}, ["/password"]),
        ({"a": {"password": SECRET}}, {"a": {"b": 1}}, ["/a/password"]),
        ({"a": {"password": SECRET}}, {}, ["/a"]),
        ({"odd": SECRET}, {"odd": SEALED}, ["/odd"]),
        ({"text": "password=one"}, {"text": "password=two"}, ["/text"]),
        ({"password": ""}, {"password": SEALED}, ["/password"]),
    ],
)
def test_secrets_are_sent_always(wanted: dict[str, Any], current: dict[str, Any], places: list[str]) -> None:
    patch = settings.operations(wish(always=True, **wanted), current)
    assert [item["path"].removeprefix("/db_settings") for item in patch] == places


def test_a_new_object_carries_its_secrets_only_if_they_are_sent() -> None:
    wanted = {"new": {"b": 1, "password": SECRET, "$type": "T"}}
    (kept,) = settings.operations(wish(**wanted), {})
    assert list(kept["value"].items()) == [("$type", "T"), ("b", 1)]
    (sent,) = settings.operations(wish(always=True, **wanted), {})
    assert sent["value"]["password"] == SECRET


def test_only_what_is_there_is_removed() -> None:
    current = {"a": 1, "b": {"c": 2}, "l": [1]}
    patch = settings.operations(wish(unset=["a", "/b/c", "/db_settings/b/d", "x", "/x/y", "/l/0"]), current)
    assert patch == [
        {"op": "remove", "path": "/db_settings/a"},
        {"op": "remove", "path": "/db_settings/b/c"},
    ]
    assert settings.patched(current, patch) == {"b": {}, "l": [1]}
    assert settings.difference(current, patch) == ({"a": 1, "b": {"c": 2}}, {})


def test_what_is_shown_has_no_secret() -> None:
    current = {"odd": SEALED, "text": "host=a;password=old-secret", "credentials": {"user": SECRET}, "list": [SEALED]}
    assert settings.without_secrets(current) == {"text": "host=a;password=********", "credentials": {}, "list": []}
    wanted = {"credentials": {"user": SECRET}, "text": f"host=b;password={SECRET}", "deep": {"x": {"token": SECRET}}}
    patch = settings.operations(wish(always=True, **wanted), current)
    told = settings.difference(current, patch)
    assert SECRET not in json.dumps(told)
    assert "old-secret" not in json.dumps(told)
    assert told[1]["deep"] == {"x": {"token": "(sent)"}}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, [True, "true"]),
        (1, [1, "1"]),
        ("12", ["12", 12]),
        ("-1", ["-1", -1]),
        ("False", ["False", False]),
        ("x", ["x"]),
        ([1], [[1]]),
    ],
)
def test_spellings(value: Any, words: list[Any]) -> None:
    assert list(map(repr, settings.spellings(value))) == list(map(repr, words))


@given(TREES, TREES)
def test_after_its_patch_nothing_differs(wanted: dict[str, Any], current: dict[str, Any]) -> None:
    wished = wish(**wanted)
    after = settings.patched(current, settings.operations(wished, current))
    assert settings.operations(wished, after) == []
    kept = {name: value for name, value in current.items() if name not in wanted}
    assert {name: after.get(name) for name in kept} == kept


@given(TREES, TREES, st.booleans())
def test_a_server_makes_of_a_patch_what_is_expected(
    wanted: dict[str, Any], current: dict[str, Any], always: bool
) -> None:
    wished = wish(**{name: value for name, value in wanted.items() if name}, always=always)
    endpoint = {"name": "A", "role": "SOURCE", "type_id": "T", "db_settings": {"$type": "TSettings", **current}}
    known = Repository.from_document({"cmd.replication_definition": {"databases": [endpoint]}}, key="k")
    before = known.endpoints["A"]["db_settings"]
    patch = settings.operations(wished, before)
    if patch:
        repository.patch_endpoint(known, "A", patch, server="s")
    after = known.endpoints["A"]["db_settings"]
    assert settings.without_secrets(after) == settings.without_secrets(settings.patched(before, patch))
