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

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import endpoint_settings as settings
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.endpoint_patch import spellings
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
    assert list(map(repr, spellings(value))) == list(map(repr, words))


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


JSON_TEXT = '{"host": "a", "username": "u", "password": "old-secret", "more": {"x": 1, "token": "{ZA0FF}"}}'


def patch_of_text(wished: Wish, current: str = JSON_TEXT) -> dict[str, Any]:
    """What the one operation on the text makes of it."""
    (operation,) = settings.operations(wished, {"info": current, "other": 1})
    assert (operation["op"], operation["path"]) == ("add", "/db_settings/info")
    data: dict[str, Any] = json.loads(operation["value"])
    return data


@pytest.mark.parametrize("given_as", [lambda data: data, json.dumps])
def test_json_within_text_is_merged_and_nothing_of_it_is_lost(given_as: Any) -> None:
    whole = json.loads(JSON_TEXT)
    made = patch_of_text(wish(info=given_as({"host": "b", "more": {"y": 2}})))
    assert made == {**whole, "host": "b", "more": {**whole["more"], "y": 2}}
    assert patch_of_text(wish(info=given_as({"host": "b", "password": SECRET}))) == {**whole, "host": "b"}
    sent = patch_of_text(wish(always=True, info=given_as({"password": SECRET})))
    assert sent == {**whole, "password": SECRET}
    assert settings.operations(wish(info=given_as({"host": "a", "password": SECRET})), {"info": JSON_TEXT}) == []
    assert settings.unsent_secrets(wish(info=given_as({"apiKey": SECRET})), {"info": JSON_TEXT}) == ["/info/apiKey"]


def test_json_within_text_is_shown_as_data_without_its_secrets() -> None:
    current = {"info": JSON_TEXT}
    patch = settings.operations(wish(always=True, info={"host": "b", "password": SECRET}), current)
    before, after = settings.difference(current, patch)
    assert before["info"] == {"host": "a", "password": "(unchanged)"}
    assert after["info"] == {"host": "b", "password": "(sent)"}
    plain = settings.difference(current, settings.operations(wish(info={"host": "b"}), current))
    assert plain == ({"info": {"host": "a"}}, {"info": {"host": "b"}})
    for shown in (settings.difference(current, patch), settings.without_secrets(current)):
        assert "old-secret" not in json.dumps(shown)
        assert SECRET not in json.dumps(shown)


def test_a_part_of_json_within_text_is_removed() -> None:
    made = patch_of_text(wish(unset=["/info/username", "/info/more/x", "/info/gone"], info={"host": "b"}))
    assert made == {"host": "b", "password": "old-secret", "more": {"token": "{ZA0FF}"}}
    assert patch_of_text(wish(unset=["/info/username"]))["host"] == "a"


def test_other_text_does_not_take_the_place_of_json() -> None:
    for other in ("b", "[1]", 3):
        with pytest.raises(Refused, match="the endpoint has JSON in /info"):
            settings.operations(wish(info=other), {"info": JSON_TEXT})
    assert settings.operations(wish(info="b"), {"info": "{a"})[0]["value"] == "b"


def test_new_json_within_text_is_sent_as_it_is_written() -> None:
    text = '{"b":1,  "a":2}'
    assert settings.operations(wish(info=text), {})[0]["value"] == text
    secret = f'{{"a": 1, "password": "{SECRET}"}}'
    assert json.loads(settings.operations(wish(info=secret), {})[0]["value"]) == {"a": 1}
    assert settings.operations(wish(always=True, info=secret), {})[0]["value"] == secret
