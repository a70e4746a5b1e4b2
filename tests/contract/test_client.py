# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against the contract: it has every method, and sends each as the contract says."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import yaml

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import vocabulary
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from support.scripted import CONNECTION, reply, scripted

CONTRACT = yaml.safe_load((Path(__file__).parent / "methods.yml").read_text(encoding="utf-8"))
METHODS = {method["name"]: method for method in CONTRACT["methods"]}
SDK_NAMES = {
    name: (method["sdk"] or {}).get("name", name.lower()) if name not in ("Login", "Logout") else name.lower()
    for name, method in METHODS.items()
}
# The wire decides where the guide is unclear: DeleteEndpoint is sent as POST, as the guide's own example does.
VERB_ON_THE_WIRE = {"DeleteEndpoint": "POST"}

SERVER = {
    "type": "replicate",
    "description": "",
    "host": "h",
    "port": 443,
    "username": "u",
    "password": "p",
    "verify_server_certificate": True,
    "monitored": True,
}
NOBODY: dict[str, list[str]] = {"users": ["D\\u"], "groups": ["D\\g"]}
ACL = {**dict.fromkeys(vocabulary.ACL_ROLES, NOBODY), "disable_inheritance": False}
TABLE = {"owner": "o", "name": "n", "load_order": 0, "table_type": "TABLE"}
SELECTION = {"included_pattern": [TABLE], "excluded_pattern": [], "explicit_included_tables": [TABLE]}
VALUES: dict[str, Any] = {
    "server": "s 1",
    "task": "t/1",
    "endpoint": "e#1",
    "properties": SERVER,
    "license_text": "license_type=X",
    "acl": ACL,
    "option": "RESUME_PROCESSING",
    "timeout": 5,
    "cdc_position": "2026-01-01T00:00:00",
    "delete_logs": True,
    "with_endpoints": True,
    "definition": "{}",
    "definitions": "{}",
    "schema": "S%",
    "table": "T%",
    "states": vocabulary.TABLE_STATE.values,
    "selection": SELECTION,
    "operations": [{"op": "add", "path": "/db_settings/x", "value": 1}],
    "configuration": "Standby",
    "recycle": False,
    "timestamp_or_offset": "P1D",
    "application": "a",
    "retention_point": "2026-01-01T00:00:00Z",
    "start_timestamp": "2026-01-01T00:00:00Z",
    "end_timestamp": "2026-01-02T00:00:00Z",
}
# What no answer is without, of all methods together.
ANSWER = {
    "name": "n",
    "state": "RUNNING",
    "host": "h",
    "port": "443",
    "username": "u",
    "password": "{S:1}",
    "server_details": {"name": "n"},
    "application": "a",
    "disable_inheritance": False,
    **{key: {"users": [], "groups": []} for key in vocabulary.ACL_ROLES},
    **{key: [] for key in ("serverList", "taskList", "endpointList", "tablelist", "table_details")},
    **{key: [] for key in vocabulary.SELECTION_LISTS},
}
CALLED_WITHIN_A_SESSION = sorted(set(METHODS) - {"Login", "Logout"})


def sent_by(monkeypatch: pytest.MonkeyPatch, name: str, **chosen: Any) -> Any:
    """The request that the client sends for a method, with a value for each of its arguments."""
    session, script = scripted(monkeypatch, reply(200, json.dumps(ANSWER)))
    method = getattr(Api(session), SDK_NAMES[name])
    arguments = {key: VALUES[key] for key in inspect.signature(method).parameters if key != "session"}
    method(**{**arguments, **chosen})
    assert len(script.sent) == 1
    return script.sent[0]


def keys_of(schema: Any) -> set[str]:
    """All keys of a schema, at every level."""
    if isinstance(schema, list):
        return set().union(*(keys_of(item) for item in schema))
    if isinstance(schema, dict):
        return set(schema).union(*(keys_of(value) for value in schema.values()))
    return set()


@pytest.mark.parametrize("name", sorted(METHODS))
def test_the_client_has_every_method(name: str) -> None:
    assert callable(getattr(Api, SDK_NAMES[name], None)), f"{name} is missing: Api.{SDK_NAMES[name]}"


def test_there_are_35_methods() -> None:
    assert len(METHODS) == 35


def test_the_client_has_no_method_of_its_own() -> None:
    public = {name for name, _unused in inspect.getmembers(Api, inspect.isfunction) if not name.startswith("_")}
    assert public == set(SDK_NAMES.values())


@pytest.mark.parametrize("name", CALLED_WITHIN_A_SESSION)
def test_verb_path_and_query(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    method = METHODS[name]
    request = sent_by(monkeypatch, name)
    parts = urlsplit(request.path_url)
    path = parts.path.removeprefix(urlsplit(CONNECTION.base_url).path)
    assert request.method == VERB_ON_THE_WIRE.get(name, method["http"])
    expected = method["path"].split("/")
    assert [unquote(segment) for segment in path.split("/")] == [
        VALUES.get(word.strip("{}"), word) for word in expected
    ]
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    assert query.pop("action", None) == method["action"]
    assert set(query) == {entry["name"] for entry in method["query"]} - {"action"}


@pytest.mark.parametrize("name", [name for name in CALLED_WITHIN_A_SESSION if METHODS[name]["http"] != "GET"])
def test_the_body_has_the_keys_of_the_contract_and_its_length(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    body = METHODS[name]["body"]
    request = sent_by(monkeypatch, name)
    if not body:
        assert (request.body, request.headers["Content-Length"]) == (None, "0")
        return
    assert request.headers["Content-Length"] == str(len(request.body))
    if body["schema"]:
        assert keys_of(json.loads(request.body)) == keys_of(body["schema"])
        assert set(body.get("required_fields") or []) <= keys_of(json.loads(request.body))


def test_put_server_names_its_type_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for server_type, wire in vocabulary.SERVER_TYPES.items():
        request = sent_by(monkeypatch, "PutServer", properties={**SERVER, "type": server_type})
        assert request.body.startswith(f'{{"$type": "{wire}"'.encode())
        assert json.loads(request.body)["port"] == "443"


def test_a_selection_goes_back_without_what_a_later_release_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = {name: [{**TABLE, "of_a_later_release": 1} for _entry in entries] for name, entries in SELECTION.items()}
    request = sent_by(monkeypatch, "PutTaskTableSelection", selection=answered)
    assert json.loads(request.body) == SELECTION


@pytest.mark.parametrize("name", ["RunTask"])
def test_a_run_without_a_position_has_no_body(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    request = sent_by(monkeypatch, name, cdc_position=None)
    assert (request.body, request.headers["Content-Length"]) == (None, "0")
    assert "option=RESUME_PROCESSING&" in request.path_url


@pytest.mark.parametrize(
    ("enumeration", "words"),
    [
        ("server_state", vocabulary.SERVER_STATE),
        ("server_platform", vocabulary.SERVER_PLATFORM),
        ("license_state", vocabulary.LICENSE_STATE),
        ("task_state", vocabulary.TASK_STATE),
        ("stop_reason", vocabulary.STOP_REASON),
        ("run_option", vocabulary.RUN_OPTION),
        ("endpoint_role", vocabulary.ENDPOINT_ROLE),
        ("endpoint_state", vocabulary.ENDPOINT_STATE),
        ("table_state", vocabulary.TABLE_STATE),
        ("table_type", vocabulary.TABLE_TYPE),
        ("load_order", vocabulary.LOAD_ORDER),
    ],
)
def test_every_spelling_of_the_contract_is_known(enumeration: str, words: vocabulary.Vocabulary) -> None:
    for value in CONTRACT["enums"][enumeration]["values"]:
        for spelling in ("rest", "rest_inferred", "sdk", "int"):
            if value.get(spelling) is not None:
                spelled = words.spelled(value[spelling])
                assert spelled in words.values, f"{value[spelling]!r}"
                assert value[spelling] == "LICENSE_EXPIRED_NO_LICENSE" or spelled == value["sdk"]


def test_the_types_of_servers_are_those_of_the_contract() -> None:
    assert {value["sdk"] for value in CONTRACT["enums"]["server_type"]["values"]} == set(
        vocabulary.SERVER_TYPES.values()
    )


def test_the_options_that_take_a_position_are_those_of_the_contract() -> None:
    values = CONTRACT["enums"]["run_option"]["values"]
    taking = {value["rest"] for value in values if "cdcposition: true" in value["meaning"] or value.get("cdcposition")}
    assert taking == vocabulary.RUN_OPTIONS_WITH_POSITION
