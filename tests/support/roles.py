# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of roles, read off their argument specifications, so that a new one is tested too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

# What the playbooks of the roles take besides.
PLAYBOOKS = frozenset({"aem_hosts"})
ROLES = Path(__file__).resolve().parents[2] / "roles"


def options(role: str) -> dict[str, Any]:
    """The options of a role."""
    specification = yaml.safe_load((ROLES / role / "meta/argument_specs.yml").read_text(encoding="utf-8"))
    return dict(specification["argument_specs"]["main"]["options"])


def problems(role: str, given: Mapping[str, Any]) -> list[str]:
    """What a role says of some of its variables; those that it needs may be given elsewhere."""
    known = {name: {**option, "required": False} for name, option in options(role).items()}
    own = {name: value for name, value in given.items() if name not in PLAYBOOKS}
    return list(ArgumentSpecValidator(known).validate(own).error_messages)


def numbers(role: str) -> list[str]:
    """The options that are numbers."""
    return [name for name, option in options(role).items() if option["type"] in ("int", "float")]


def as_text(role: str, **given: str) -> list[str]:
    """All booleans and numbers of a role on the command line, as text: with their defaults, or as ``given``."""
    return list(_as_text(role, given))


def _as_text(role: str, given: dict[str, str]) -> Iterator[str]:
    for name, option in options(role).items():
        value = given.get(name, option.get("default"))
        if option["type"] in ("bool", "int", "float") and value is not None:
            yield from ("-e", f"{name}={str(value).lower()}")
