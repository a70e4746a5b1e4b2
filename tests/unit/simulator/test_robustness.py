# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is sent, what comes back is documented."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import Settings
from simulator.contract import load_contract
from support.api_calls import CALLS
from support.desk import Desk

CONTRACT = load_contract()
WITH_BODY = [name for name, call in CALLS.items() if call.body is not None]
# The contract: no AEM_TASK_NOT_FOUND is listed for some methods that need a task, and it comes there too.
ALSO = {"AEM_TASK_NOT_FOUND", "AEM_TASK_NOT_IMPORTABLE"}
KEYS = sorted({key for method in CONTRACT.methods.values() for key in method.body_keys} | {"$type", "users", "tasks"})
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["P1D", "CORP\\a", "%"])


def anything(known: Any) -> st.SearchStrategy[Any]:
    """JSON data that looks like ``known`` here and there."""
    below = st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner)
    )
    if not isinstance(known, dict):
        return below
    return st.fixed_dictionaries({}, optional={key: st.just(value) | below for key, value in known.items()}) | below


@pytest.mark.parametrize("name", WITH_BODY)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_body(packaged_estate: Any, name: str, data: st.DataObject) -> None:
    body = data.draw(anything(CALLS[name].body))
    desk = Desk(Settings(), packaged_estate)
    check(name, desk.do(replace(CALLS[name], body=json.dumps(body))))


@pytest.mark.parametrize("name", [name for name, call in CALLS.items() if call.query])
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value(packaged_estate: Any, name: str, data: st.DataObject) -> None:
    text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    query = {key: value if key == "action" else data.draw(text) for key, value in CALLS[name].query.items()}
    path = tuple(data.draw(st.just(part) | text.filter(bool)) for part in CALLS[name].path)
    desk = Desk(Settings(), packaged_estate)
    check(name, desk.do(replace(CALLS[name], path=path, query=query)))


def check(name: str, reply: Any) -> None:
    if reply.code is None:
        assert reply.status in (200, 404, 405)
    else:
        assert reply.code in {*CONTRACT.methods[name].errors, *CONTRACT.general, *ALSO}
        assert set(reply.data) == {"error_code", "error_message"}
