# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of another shape than the contract says, for all methods: an error with method and field, or no harm."""

from __future__ import annotations

import copy
import inspect
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.http import Session
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import NoAnswer
from support.scripted import CONNECTION, Script, reply

CONTRACT = yaml.safe_load((Path(__file__).parent / "methods.yml").read_text(encoding="utf-8"))
Place = tuple[Any, ...]


def sample(schema: Any) -> Any:
    """An answer as a schema of the contract says; lists have one item."""
    if isinstance(schema, dict):
        return {key: sample(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [sample(schema[0])]
    kind = str(schema)
    if kind == "bool":
        return True
    return 7 if kind.startswith("int") else "RUNNING" if kind == "enum:task_state" else "x"


def schemas_of(method: dict[str, Any]) -> Iterator[Any]:
    """The shapes that a method may answer."""
    response = method["response"]
    if response["encoding"] == "json":
        yield from response.get("variants", {"": response.get("schema")}).values()


CASES = [
    (method["sdk"]["name"], method["name"], sample(schema))
    for method in CONTRACT["methods"]
    for schema in schemas_of(method)
]
IDS = [f"{name}-{number}" for number, (_sdk, name, _answer) in enumerate(CASES)]


def places(value: Any, above: Place = ()) -> Iterator[tuple[Place, Any]]:
    """All that is in an answer, and where."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*above, key), item
        yield from places(item, (*above, key))


def changed(answer: Any, place: Place, *value: Any) -> Any:
    """An answer with another value at a place, or with nothing there."""
    other = copy.deepcopy(answer)
    inner = other
    for key in place[:-1]:
        inner = inner[key]
    if value:
        inner[place[-1]] = value[0]
    else:
        del inner[place[-1]]
    return other


def read(sdk_name: str, answer: Any) -> Any:
    """What the client makes of an answer."""
    session = Session(replace(CONNECTION, retries=0))
    session._http.mount("https://", Script([reply(200, json.dumps(answer))]))
    method = getattr(Api(session), sdk_name)
    parameters = inspect.signature(method).parameters.values()
    return method(**{one.name: "x" for one in parameters if one.default is inspect.Parameter.empty})


def test_there_are_as_many_as_the_contract_has() -> None:
    assert {name for _sdk, name, _answer in CASES} >= {"GetServerAcl", "GetTaskList", "GetTableStatuses", "RunTask"}
    assert len(CASES) > 12


@pytest.mark.parametrize(("sdk_name", "name", "answer"), CASES, ids=IDS)
def test_the_answer_of_the_contract_is_read(sdk_name: str, name: str, answer: Any) -> None:
    assert read(sdk_name, answer) is not None, name


@pytest.mark.parametrize(("sdk_name", "name", "answer"), CASES, ids=IDS)
def test_an_answer_of_something_else_is_an_error(sdk_name: str, name: str, answer: Any) -> None:
    for other in ({}, {"status": "ok"}, {"result": [answer]}, {"data": {}}):
        if name == "TestEndpoint" and other == {"status": "ok"}:
            continue
        with pytest.raises(NoAnswer, match=f"{name} .*got no usable answer: JSON of another shape"):
            read(sdk_name, other)


@pytest.mark.parametrize(("sdk_name", "name", "answer"), CASES, ids=IDS)
def test_a_list_that_is_missing_is_an_error_that_names_it(sdk_name: str, name: str, answer: Any) -> None:
    for place, value in places(answer):
        if not isinstance(value, list) or place[-1] == "assigned_tags":
            continue
        for other in ((), (None,), ({},), ("x",), (7,)):
            # A role of an ACL whose list is null has nobody; the key itself says so.
            if name == "GetServerAcl" and other == (None,):
                continue
            with pytest.raises(NoAnswer, match=f"{name} .*another shape, .*{place[-1]}"):
                read(sdk_name, changed(answer, place, *other))


@pytest.mark.parametrize(("sdk_name", "name", "answer"), CASES, ids=IDS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_no_value_anywhere_is_too_strange(sdk_name: str, name: str, answer: Any, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([place for place, _value in places(answer)]))
    strange = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.lists(st.text()),
        st.just({}),
        st.just({"a": []}),
    )
    other = changed(answer, place) if data.draw(st.booleans()) else changed(answer, place, data.draw(strange))
    with suppress(NoAnswer):
        assert json.dumps(read(sdk_name, other)), name
