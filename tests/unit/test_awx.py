# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX is given: a type of credentials that it takes, and surveys that ask for what the roles take."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.connection import Connection
from support.awx import EXAMPLES, injected, load

ROOT = Path(__file__).resolve().parents[2]
SURVEYS = runpy.run_path(str(ROOT / "tests/tools/surveys.py"))
# Runbooks are what somebody runs from AWX; the simulator is for tests.
RUNBOOKS = sorted({path.name for path in (ROOT / "roles").iterdir()} - {"simulator"})
NAME = "^[a-zA-Z_][a-zA-Z0-9_]*$"

# As the documentation of AWX has it, under "Custom Credential Types".
INPUTS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "required": {"type": "array", "items": {"type": "string"}},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["id", "label", "type"],
                "properties": {
                    "id": {"type": "string", "pattern": NAME, "not": {"const": "tower"}},
                    "type": {"enum": ["string", "boolean"]},
                    "label": {"type": "string"},
                    "help_text": {"type": "string"},
                    "format": {"enum": ["ssh_private_key", "url"]},
                    "multiline": {"type": "boolean"},
                    "secret": {"type": "boolean"},
                },
                "if": {"properties": {"type": {"const": "boolean"}}},
                "then": {"not": {"anyOf": [{"required": [key]} for key in ("format", "multiline", "secret")]}},
            },
        },
    },
}
INJECTORS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "file": {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {r"^template\.[a-zA-Z_][a-zA-Z0-9_]*$": {"type": "string"}},
        },
        "env": {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {"^AEM_[A-Z_]+$": {"type": "string", "pattern": "^[\x00-\x7f]*$"}},
        },
    },
}
TEXT = {"type": "string"}
SURVEY = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "description", "spec"],
    "properties": {
        "name": TEXT,
        "description": TEXT,
        "spec": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["question_name", "question_description", "required", "type", "variable"],
                "properties": {
                    "question_name": TEXT,
                    "question_description": TEXT,
                    "required": {"type": "boolean"},
                    "type": {"enum": ["text", "textarea", "password", "integer", "float", "multiplechoice"]},
                    "variable": {"type": "string", "pattern": NAME},
                    "choices": {"type": "array", "items": TEXT},
                    "min": {"type": "integer"},
                    "max": {"type": "integer"},
                    "default": {},
                },
                "allOf": [
                    {
                        "if": {"properties": {"type": {"const": "multiplechoice"}}},
                        "then": {"required": ["choices"]},
                    },
                    {
                        "if": {"properties": {"type": {"const": "integer"}}},
                        "then": {"properties": {"default": {"type": "integer"}}},
                        "else": {"properties": {"default": TEXT}},
                    },
                ],
            },
        },
    },
}
FILLED = {"url": "https://em.example.com", "username": r"CORP\admin", "password": "secret"}


def test_the_type_of_credentials_is_one_that_awx_takes(tmp_path: Path) -> None:
    inputs, injectors = load("credential_type/inputs.json"), load("credential_type/injectors.json")
    jsonschema.validate(inputs, INPUTS)
    jsonschema.validate(injectors, INJECTORS)
    fields = [field["id"] for field in inputs["fields"]]
    assert len(fields) == len(set(fields))
    assert set(inputs["required"]) <= set(fields)
    injected(dict.fromkeys(fields, "EXAMPLE"), tmp_path, strict=True)


def test_secrets_are_kept_as_such() -> None:
    secret = {field["id"] for field in load("credential_type/inputs.json")["fields"] if field.get("secret")}
    assert secret == {"password", "token", "jwt", "client_key"}


def test_every_variable_is_one_of_the_connection(tmp_path: Path) -> None:
    text = (ROOT / "docs/behaviour.md").read_text(encoding="utf-8")
    assert set(injected(FILLED, tmp_path)) <= set(re.findall(r"`(AEM_[A-Z_]+)`", text))


@pytest.mark.parametrize(
    ("given", "user", "secret"),
    [
        ({}, r"CORP\admin", "secret"),
        ({"username": "", "password": "", "token": "abc"}, "api-token", "abc"),
        ({"username": "", "password": "", "jwt": "abc"}, "jwt", "abc"),
    ],
)
def test_a_credential_makes_a_connection(given: dict[str, str], user: str, secret: str, tmp_path: Path) -> None:
    made = Connection.from_options({}, injected(FILLED | given, tmp_path))
    assert (made.user, made.secret) == (user, secret)


def test_certificates_are_verified_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    assert injected(FILLED, tmp_path)["AEM_VALIDATE_CERTS"] == "true"
    assert injected(FILLED | {"not_verified": True}, tmp_path)["AEM_VALIDATE_CERTS"] == "false"


def test_certificates_are_files_where_they_are_given(tmp_path: Path) -> None:
    assert injected(FILLED, tmp_path)["AEM_CA_PATH"] == ""
    path = Path(injected(FILLED | {"ca_certificates": "PEM\n"}, tmp_path)["AEM_CA_PATH"])
    assert path.read_text(encoding="utf-8").strip() == "PEM"


def test_every_runbook_has_its_survey_and_its_playbook() -> None:
    assert sorted(SURVEYS["ASKED"]) == RUNBOOKS
    assert sorted(path.stem for path in (EXAMPLES / "surveys").iterdir()) == RUNBOOKS
    assert sorted({path.stem for path in (EXAMPLES / "project").glob("*.yml")} - {"inventory"}) == RUNBOOKS


@pytest.mark.parametrize("role", RUNBOOKS)
def test_a_survey_asks_for_what_the_role_takes(role: str) -> None:
    written = (EXAMPLES / f"surveys/{role}.json").read_text(encoding="utf-8")
    assert written == SURVEYS["written"](SURVEYS["surveys"]()[role]), "run tests/tools/surveys.py"
    survey = load(f"surveys/{role}.json")
    jsonschema.validate(survey, SURVEY)
    variables = [question["variable"] for question in survey["spec"]]
    assert len(variables) == len(set(variables))
    for question in survey["spec"]:
        assert question.get("default", "true") in question.get("choices", [question.get("default", "true")])


@pytest.mark.parametrize("role", RUNBOOKS)
def test_what_a_role_must_have_is_asked_or_in_the_inventory(role: str) -> None:
    options: dict[str, Any] = SURVEYS["specification"](role)["options"]
    inventory = yaml.safe_load((EXAMPLES / "project/inventory.yml").read_text(encoding="utf-8"))
    given = set(inventory["all"]["hosts"]["em-prd"]) | set(SURVEYS["ASKED"][role])
    playbook = yaml.safe_load((EXAMPLES / f"project/{role}.yml").read_text(encoding="utf-8"))
    given |= set(playbook[0].get("vars", {}))
    assert [name for name, option in options.items() if option.get("required") and name not in given] == []
