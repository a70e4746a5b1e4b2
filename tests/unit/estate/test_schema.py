# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON Schemas that editors are given say what the collection says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.secret_names import is_secret_name
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import rules_file, spec
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.options import Open, Options, Reader
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.place import Place
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.schema import (
    plain_text,
    secret_setting,
)

TOOL = Path(__file__).resolve().parents[2] / "tools/schemas.py"
EXPRESSION = "{{ a_variable }}"
VAULT = "$ANSIBLE_VAULT;1.1;AES256\n6162"


def load_tool() -> ModuleType:
    specification = importlib.util.spec_from_file_location("schemas", TOOL)
    assert specification
    assert specification.loader
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    return tool


tool = load_tool()
SCHEMAS = tool.schemas()
SERVER = Draft7Validator(SCHEMAS["server.json"])
RULES = Draft7Validator(SCHEMAS["rules.json"])


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_file_is_up_to_date(name: str) -> None:
    assert (tool.FOLDER / name).read_text(encoding="utf-8") == tool.written(SCHEMAS[name]), "run tests/tools/schemas.py"


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_a_schema(name: str) -> None:
    Draft7Validator.check_schema(SCHEMAS[name])


def properties(schema: Any, path: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every property with its path, however deep."""
    found = []
    if isinstance(schema, dict):
        for name, inner in (schema.get("properties") or {}).items():
            found.append((f"{path}/{name}", inner))
            found += properties(inner, f"{path}/{name}")
        for key in ("anyOf", "items"):
            found += properties(schema.get(key), path)
    elif isinstance(schema, list):
        for item in schema:
            found += properties(item, path)
    return found


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_described_without_markup(name: str) -> None:
    found = properties(SCHEMAS[name])
    assert len(found) > 20
    assert [path for path, schema in found if not schema.get("description")] == []
    assert [path for path, schema in found if "O(" in schema["description"] or "V(" in schema["description"]] == []


def in_server(**given: Any) -> list[str]:
    """What an editor would underline in the file of a server."""
    return [error.json_path for error in SERVER.iter_errors({"name": "s", **given})]


def test_what_is_no_text_may_be_an_expression() -> None:
    assert in_server(port=EXPRESSION, monitored=EXPRESSION, state=EXPRESSION, acl=EXPRESSION, tasks=EXPRESSION) == []
    assert in_server(port="some {{ text }}") == ["$.port"]
    assert in_server(tasks=[EXPRESSION, {"name": "T", "tables": {"included_pattern": EXPRESSION}}]) == []
    assert in_server(host="repl-{{ number }}.example") == []


def test_a_secret_is_an_expression_or_from_a_vault() -> None:
    assert in_server(password=EXPRESSION) == []
    assert in_server(password=VAULT) == []
    assert in_server(password="geheim") == ["$.password"]
    assert in_server(license={"content": "geheim"}) == ["$.license"]


@pytest.mark.parametrize("name", ["password", "Password", "clientSecret", "db_pwd", "accessKey", "sasToken"])
def test_a_secret_setting_is_no_literal_at_any_depth(name: str) -> None:
    for settings in ({name: "geheim"}, {"connectioninfo": {"inner": {name: "geheim"}}}):
        assert in_server(endpoints=[{"name": "E", "settings": settings}]) == ["$.endpoints"]
    for value in (EXPRESSION, VAULT, True, None):
        assert in_server(endpoints=[{"name": "E", "settings": {"connectioninfo": {name: value}}}]) == []


@given(st.from_regex(secret_setting()) | st.sampled_from(["passwordFile", "secretName", "tokenType", "server"]))
def test_no_setting_is_underlined_that_is_no_secret(name: str) -> None:
    value = {"name": "E", "settings": {name: "x"}}
    assert is_secret_name(name) or in_server(endpoints=[value]) == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "present", "started", EXPRESSION]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["name", "users", "owner", "content", "src", "purge", "state", "tables", "from", "why"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("validator", "arguments"), [(SERVER, spec.SERVER), (RULES, rules_file.ARGUMENTS)], ids=["server", "rules"]
)
@given(data=st.data())
def test_what_a_schema_takes_is_understood(
    validator: Draft7Validator, arguments: dict[str, Any], data: st.DataObject
) -> None:
    drawn = data.draw(st.dictionaries(st.sampled_from(sorted(arguments)), VALUES, max_size=3))
    given_file = {"name": "s", **drawn} if "name" in arguments else {"format": 1, **drawn}
    reader = Reader(with_open=True)
    reader.read(Options.of(arguments), opened(given_file), Place())
    if validator.is_valid(given_file):
        assert reader.problems == []


def opened(value: Any) -> Any:
    """The value with what is not known in place of expressions."""
    if isinstance(value, dict):
        return {name: opened(item) for name, item in value.items()}
    if isinstance(value, list):
        return [opened(item) for item in value]
    return Open() if value == EXPRESSION else value


def test_rules_are_checked_too() -> None:
    good = {
        "format": 1,
        "protected": {"servers": ["*prd*"]},
        "prune": {"kinds": ["tasks"], "max": 5},
        "ignore": [{"tasks": ["*/x"], "why": "a test", "until": "2027-01-31"}],
        "windows": [{"days": ["sat"], "from": "01:00"}],
    }
    assert RULES.is_valid(good)
    for bad in ({"format": 1, "protect": {}}, {}, {"format": 1, "ignore": [{"tasks": []}]}, {"format": 1, "prune": 5}):
        assert not RULES.is_valid(bad)


def test_markup_is_taken_out_of_descriptions() -> None:
    marked = ["With O(purge=false), V([]) keeps C(%).", "See M(a.b.c), P(a.b.d#filter) and L(here, https://x)."]
    assert plain_text(marked) == "With purge=false, [] keeps %. See a.b.c, a.b.d and here (https://x)."
    assert plain_text(None) == ""
