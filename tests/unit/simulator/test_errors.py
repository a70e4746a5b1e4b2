# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error code that the contract documents for a method can be had from the simulator."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from simulator.contract import load_contract
from support.api_calls import CALLS
from support.desk import Desk

CONTRACT = load_contract()
LISTED = [(method.name, code) for method in CONTRACT.methods.values() for code in method.errors if method.name in CALLS]
GENERAL = sorted(CONTRACT.general)
# Something within a real Enterprise Manager or Replicate failed: here, only a fault brings that about.
ONLY_BY_FAULT = {
    "AEM_DELETE_SERVER_ACL_INNER_ERR",
    "AEM_DELETE_SERVER_INNER_ERR",
    "AEM_DELETE_TASK_ERR",
    "AEM_GET_SERVER_ACL_INNER_ERR",
    "AEM_GET_SERVER_INNER_ERR",
    "AEM_IMPORT_TASK_CANNOT_OVERRIDE_TASK",
    "AEM_PUT_SERVER_ACL_INNER_ERR",
    "AEM_STOP_TASK_INNER_ERR",
}


@pytest.mark.parametrize(("name", "code"), LISTED, ids=[f"{name}-{code}" for name, code in LISTED])
def test_each_code_can_be_injected(desk: Desk, name: str, code: str) -> None:
    desk.token()
    desk.world.faults.add({"kind": "error", "api_method": name, "error_code": code})
    reply = desk.do(CALLS[name])
    expected = CONTRACT.methods[name].errors[code].http or 500
    assert (reply.status, reply.code) == (expected, code)
    assert set(reply.data) == {"error_code", "error_message"}


@pytest.mark.parametrize("code", GENERAL)
def test_each_general_code_can_be_injected(desk: Desk, code: str) -> None:
    desk.token()
    desk.world.faults.add({"kind": "error", "error_code": code})
    assert desk.do(CALLS["GetTaskList"]).code == code


def codes_in_the_tests() -> set[str]:
    """The error codes that the tests beside this one expect."""
    found = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        if path.name != Path(__file__).name:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found |= {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    return {value for value in found if isinstance(value, str)}


def test_each_code_comes_by_itself_in_some_test_if_it_can() -> None:
    documented = {spec.code for _code, spec in CONTRACT.errors()}
    expected = codes_in_the_tests()
    assert sorted(documented - expected - ONLY_BY_FAULT) == []
