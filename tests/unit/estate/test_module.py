# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""aem_estate: its documentation says what its options are, and its secrets are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import run, spec
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.secrecy import secrets_in
from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_estate

FACTS = ("type", "elements", "choices", "default", "required")


def told(options: Mapping[str, Any], below: str, place: str = "") -> Iterator[tuple[str, list[Any]]]:
    """What is said of each option and of those inside it, by its place."""
    for name, option in options.items():
        inside = f"{place}/{name}"
        facts = [option.get(fact) for fact in FACTS]
        facts[2] = sorted(facts[2]) if facts[2] else None
        yield inside, facts
        yield from told(option.get(below, {}), below, inside)


def test_the_options_of_servers_are_documented_as_they_are_read() -> None:
    documented = yaml.safe_load(aem_estate.DOCUMENTATION)["options"]["servers"]["suboptions"]
    assert dict(told(documented, "suboptions")) == dict(told(spec.SERVER, "options"))


def test_the_rules_are_documented_as_they_are_read() -> None:
    documented = yaml.safe_load(aem_estate.DOCUMENTATION)["options"]
    assert {**dict(told(documented, "suboptions")), **dict(told(run.ARGUMENTS, "options"))} == dict(
        told(documented, "suboptions")
    )
    assert documented.keys() == run.ARGUMENTS.keys()


def test_secrets_are_known_wherever_they_are() -> None:
    settings = {"$type": "OracleSettings", "password": "in settings"}
    text = '{"cmd.replication_definition": {"databases": [{"name": "e", "db_settings": {"password": "in text"}}]}}'
    servers = [
        {
            "name": "s",
            "password": "of the server",
            "update_password": "on_create",
            "license": {"content": "the license"},
            "endpoints": [{"name": "e", "settings": settings, "update_secrets": "always"}],
            "tasks": [{"name": "t", "definition": text}, {"name": "u", "overrides": {"x": {"token": "in overrides"}}}],
        },
        {"name": "t", "license": "no object", "tasks": "no list"},
        "no object",
    ]
    assert secrets_in(servers) == {"in settings", "in text", "of the server", "the license", "in overrides"}
    assert secrets_in("no list") == set()
