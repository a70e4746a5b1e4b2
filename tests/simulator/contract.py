# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API contract as data: routes, minimum roles, error codes with HTTP statuses and message templates.

All of it is read from ``tests/contract/methods.yml``, of which a wheel has a copy within the package; nothing of it is
typed again here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_PACKAGED = Path(__file__).resolve().with_name("methods.yml")
CONTRACT_FILE = _PACKAGED if _PACKAGED.exists() else _PACKAGED.parents[1] / "contract" / "methods.yml"

UNAUTHORIZED = "UNAUTHORIZED_REQUEST"
# The guide prints 401 for this code at two methods and 403 without a code at others (contract: unauthorized-http).
HTTP_FORBIDDEN = 403
HTTP_ERROR = 500

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_POSITION = re.compile(r"\{(\d)\} (\w+)")
# What numbered placeholders mean where the guide does not say so, and other names of the same field.
_POSITIONS = {"0": "server", "1": "task", "2": "message"}
_ALIASES = {
    "detail": "message",
    "error_message": "message",
    "name": "server",
    "serverName": "server",
    "ServerName": "server",
}


@dataclass(frozen=True)
class ErrorSpec:
    """A documented error: its HTTP status, the template of its message, what its numbered placeholders stand for."""

    code: str
    http: int | None
    message: str
    positions: Mapping[str, str]

    def render(self, fields: Mapping[str, Any]) -> str:
        """The message with its placeholders filled; what is not known is left out."""
        return _PLACEHOLDER.sub(lambda found: str(self._value(found[1], fields)), self.message)

    def _value(self, name: str, fields: Mapping[str, Any]) -> Any:
        if name in fields:
            return fields[name]
        name = self.positions.get(name, name)
        return fields.get(name, fields.get(_ALIASES.get(name, ""), ""))


@dataclass(frozen=True)
class MinimumRole:
    """A role that a caller must have on a level; ``when`` says in the guide's words when it is asked for."""

    role: str
    scope: str
    when: str | None


@dataclass(frozen=True)
class Method:
    """One API method: where it is found, who may call it, what it may answer."""

    name: str
    group: str
    verbs: tuple[str, ...]
    path: tuple[str, ...]
    action: str | None
    writes: bool
    body_keys: frozenset[str]
    minimum_role: tuple[MinimumRole, ...]
    errors: Mapping[str, ErrorSpec]
    replicate_only: bool
    validation: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Match:
    """What a request is for: a method, or why there is none (``status`` 404 or 405, ``allowed`` verbs)."""

    method: Method | None
    params: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    allowed: tuple[str, ...] = ()


_NOT_FOUND = Match(None, status=404)


class Contract:
    """The contract, loaded. ``data`` is the file as it is."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.base_path: str = data["base_path"]
        self.session_header: str = data["session"]["header"]
        self.general: dict[str, ErrorSpec] = {item["code"]: _error(item) for item in data["general_errors"]}
        only = set(data["replicate_only"])
        self.methods: dict[str, Method] = {item["name"]: _method(item, only) for item in data["methods"]}
        self._any: dict[str, ErrorSpec] = {}
        for method in self.methods.values():
            for code, spec in method.errors.items():
                self._any.setdefault(code, spec)
        self._routes: dict[int, list[tuple[str, ...]]] = {}
        self._at: dict[tuple[str, ...], list[Method]] = {}
        for method in self.methods.values():
            if method.path not in self._at:
                self._routes.setdefault(len(method.path), []).append(method.path)
            self._at.setdefault(method.path, []).append(method)

    def match(self, http: str, segments: tuple[str, ...], query: Mapping[str, str]) -> Match:
        """The method that a request is for. ``segments`` come after the base path and stay as they are, undecoded.

        Actions are compared without case (contract: resume-action-case). Where a path has no actions at all, the
        parameter is an unknown one like any other and does no harm.
        """
        template = next((path for path in self._routes.get(len(segments), ()) if _fits(path, segments)), None)
        if template is None:
            return _NOT_FOUND
        candidates = self._at[template]
        action = query.get("action", "").lower() if any(method.action for method in candidates) else ""
        candidates = [method for method in candidates if (method.action or "").lower() == action]
        for method in candidates:
            if http in method.verbs:
                params = {part[1:-1]: given for part, given in zip(template, segments, strict=True) if part[0] == "{"}
                return Match(method, params)
        if not candidates:
            return _NOT_FOUND
        return Match(None, status=405, allowed=tuple(verb for method in candidates for verb in method.verbs))

    def error(self, code: str, method: Method | None, fields: Mapping[str, Any]) -> tuple[int, str]:
        """HTTP status and message of an error of ``method``; the general errors apply everywhere."""
        listed = method.errors.get(code) if method else None
        spec = listed or self.general.get(code) or self._any[code]
        if code == UNAUTHORIZED and listed is None:
            return HTTP_FORBIDDEN, spec.render(fields)
        return spec.http or HTTP_ERROR, spec.render(fields)

    def knows(self, code: str) -> bool:
        """Whether a code is documented anywhere."""
        return code in self.general or code in self._any

    def errors(self) -> Iterator[tuple[Method | None, ErrorSpec]]:
        """Every documented error with its method; None stands for the general ones."""
        yield from ((None, spec) for spec in self.general.values())
        for method in self.methods.values():
            yield from ((method, spec) for spec in method.errors.values())

    def enum(self, name: str) -> list[dict[str, Any]]:
        """The values of an enumeration with their spellings."""
        return list(self.data["enums"][name]["values"])


@lru_cache(maxsize=1)
def load_contract() -> Contract:
    """The contract of this project; read once."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Contract(yaml.load(CONTRACT_FILE.read_text(encoding="utf-8"), Loader=loader))


def _fits(template: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return all(given if part[0] == "{" else part == given for part, given in zip(template, segments, strict=True))


def _error(item: Mapping[str, Any]) -> ErrorSpec:
    positions = {**_POSITIONS, **dict(_POSITION.findall(str(item.get("when", ""))))}
    status = item.get("http") or item.get("http_inferred")
    return ErrorSpec(item["code"], status, item["message"], positions)


def _method(item: Mapping[str, Any], replicate_only: set[str]) -> Method:
    verbs = (item["http"], *item.get("http_also", ()), *filter(None, [item.get("http_alternative")]))
    schema = (item["body"] or {}).get("schema") or {}
    return Method(
        name=item["name"],
        group=item["group"],
        verbs=verbs,
        path=tuple(item["path"].strip("/").split("/")),
        action=item["action"],
        writes=item["http"] != "GET",
        body_keys=frozenset(schema if isinstance(schema, dict) else schema[0]),
        minimum_role=tuple(
            MinimumRole(entry["role"], entry["scope"], entry.get("when")) for entry in item["minimum_role"]
        ),
        errors={entry["code"]: _error(entry) for entry in item["errors"]},
        # Chapter 1 lists ten; these groups speak of Replicate only as well (contract: replicate-only-incomplete).
        replicate_only=item["name"] in replicate_only
        or item["group"] in ("license", "tables", "endpoints", "repository", "change_data"),
        validation=item.get("validation", {}),
    )
