# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON Schemas of the files of an estate, for editors: made of argument specs and of the documentation of options.

What is no text may also be one Jinja expression. A secret may be only that, or a value of a vault.
All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
EXPRESSION: Schema = {"type": "string", "pattern": r"^\s*\{\{[\s\S]*\}\}\s*$"}
EXPRESSION_ALONE: Schema = {"$ref": "#/definitions/expression"}
SECRET: Schema = {"anyOf": [EXPRESSION_ALONE, {"type": "string", "pattern": r"^\s*\$ANSIBLE_VAULT;"}]}
SECRET_ALONE: Schema = {"$ref": "#/definitions/secret"}
# Settings with such an ending are secrets for certain. Schemas cannot say "whatever its case" in fewer signs.
_SECRET_ENDINGS = (
    *("password", "passwd", "passphrase", "pwd", "secret", "token"),
    *("accesskey", "accountkey", "apikey", "encryptionkey", "masterkey", "privatekey", "sharedkey", "storagekey"),
)
_MARKUP = re.compile(r"\b(?:O|V|C|RV|E|B|I|M)\(((?:[^()\\]|\\.)*)\)")
_PLUGIN = re.compile(r"\bP\(([^#()]+)#\w+\)")
_LINK = re.compile(r"\bL\(([^(),]+),\s*([^()]+)\)")
_TYPES = {"bool": "boolean", "int": "integer", "float": "number"}


def schema(title: str, arguments: Mapping[str, Any], described: Mapping[str, Any]) -> Schema:
    """The schema of a file that holds one mapping with the options of ``arguments``, an argument spec.

    ``described`` is the documentation of these options, as DOCUMENTATION has it.
    """
    return {
        "$schema": DRAFT,
        "title": title,
        **_mapping(arguments, {}, described),
        "definitions": {"expression": EXPRESSION, "secret": SECRET, "settings": _settings()},
    }


def secret_setting() -> str:
    """The pattern of the names of settings that are secrets for certain."""
    endings = "|".join(_in_any_case(word) for word in _SECRET_ENDINGS)
    return f"(?:{endings})$"


def plain_text(description: Any) -> str:
    """The description of an option without Ansible's markup."""
    words = " ".join(description) if isinstance(description, list) else str(description or "")
    words = _LINK.sub(r"\1 (\2)", _PLUGIN.sub(r"\1", words))
    return re.sub(r"\\(.)", r"\1", _MARKUP.sub(r"\1", words))


def _settings() -> Schema:
    """Settings of an endpoint, of any depth: whatever the server takes, but no secret in clear."""
    no_text: Schema = {"type": ["boolean", "null", "array"]}
    return {
        "type": "object",
        "patternProperties": {secret_setting(): {"anyOf": [SECRET_ALONE, {"$ref": "#/definitions/settings"}, no_text]}},
        "additionalProperties": {"anyOf": [{"not": {"type": "object"}}, {"$ref": "#/definitions/settings"}]},
    }


def _in_any_case(word: str) -> str:
    return "".join(f"[{letter}{letter.upper()}]" for letter in word)


def _mapping(arguments: Mapping[str, Any], spec: Mapping[str, Any], described: Mapping[str, Any]) -> Schema:
    found: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _option(name, option, described.get(name) or {}) for name, option in arguments.items()},
    }
    required = [name for name, option in arguments.items() if option.get("required")]
    if required:
        found["required"] = required
    exclusive = [{"not": {"required": list(names)}} for names in spec.get("mutually_exclusive", ())]
    needed = [{"anyOf": [{"required": [name]} for name in names]} for names in spec.get("required_one_of", ())]
    if exclusive or needed:
        found["allOf"] = [*exclusive, *needed]
    return found


def _option(name: str, option: Mapping[str, Any], described: Mapping[str, Any]) -> Schema:
    told: Schema = {}
    description = plain_text(described.get("description"))
    if description:
        told["description"] = description
    if option.get("default") not in (None, []):
        told["default"] = option["default"]
    return {**told, **_value(name, option, described)}


def _value(name: str, option: Mapping[str, Any], described: Mapping[str, Any]) -> Schema:
    kind, nested = option.get("type", "str"), option.get("options")
    if kind == "raw":
        return {}
    if option.get("choices") and kind != "list":
        return _any_of({"enum": list(option["choices"])}, EXPRESSION_ALONE)
    # A key with nothing behind it is as good as none, where it has no default.
    null: list[Schema] = [] if option.get("required") or option.get("default") is not None else [{"type": "null"}]
    if kind in ("str", "path"):
        return _any_of(SECRET_ALONE if option.get("no_log") else {"type": ["string", "number"]}, *null)
    if kind in _TYPES:
        return _any_of({"type": _TYPES[kind]}, EXPRESSION_ALONE, *null)
    if kind == "list":
        return _any_of({"type": "array", "items": _items(option, described)}, EXPRESSION_ALONE, *null)
    if name == "settings":
        return _any_of({"$ref": "#/definitions/settings"}, EXPRESSION_ALONE, *null)
    inner = {"type": "object"} if nested is None else _mapping(nested, option, described.get("suboptions") or {})
    return _any_of(inner, EXPRESSION_ALONE, *null)


def _items(option: Mapping[str, Any], described: Mapping[str, Any]) -> Schema:
    if option.get("elements") == "dict":
        inner = _mapping(option.get("options") or {}, option, described.get("suboptions") or {})
        return _any_of(inner, EXPRESSION_ALONE)
    if option.get("choices"):
        return _any_of({"enum": list(option["choices"])}, EXPRESSION_ALONE)
    return {"type": ["string", "number"]}


def _any_of(*schemas: Schema) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}
