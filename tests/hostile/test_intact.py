# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each hostile text, where a text is stored: refused before any request by the name of its option, or kept as it is.

A server that does not take a text says so itself. Then nothing is changed. Whatever becomes of it, nothing else is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

from support.api_calls import DEV, endpoint, one_task
from support.cases import Cases
from support.definitions import SECTIONS
from support.hostile_names import FILE_NAMES
from support.hosts import Hosts
from support.sandbox import Sandbox

SAMPLE = 12


class Place(NamedTuple):
    """An option that holds a text: its module and name, the options with the text in it, and where it is stored.

    ``stored`` takes the text out of a server, of which nothing but that is another then.
    """

    module: str
    option: str
    options: Callable[[str], dict[str, Any]]
    stored: Callable[[dict[str, Any], str], Any]


def sections(server: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    """The things in a section of a server's definition, by their names."""
    items = server["definition"][SECTIONS][name]
    return {item["task"]["name"] if name == "tasks" else item["name"]: item for item in items}


def task(text: str) -> dict[str, Any]:
    """A task whose name is the text."""
    return {"server": DEV, "name": text, "definition": one_task(text, "DEV Oracle", "DEV null"), "timeout": 3}


def with_settings(text: str) -> dict[str, Any]:
    """An endpoint one of whose settings is the text."""
    return {"server": DEV, "name": "DEV Oracle", "settings": {"ordinary": text}, "timeout": 3}


def imported(text: str) -> dict[str, Any]:
    """An endpoint whose name is the text, in a definition."""
    return {"server": DEV, "definition": {SECTIONS: {"databases": [endpoint(text)]}}, "timeout": 3}


PLACES = [
    Place(
        "aem_server",
        "description",
        lambda text: {"name": DEV, "description": text},
        lambda server, _text: server["description"],
    ),
    Place(
        "aem_server",
        "username",
        lambda text: {"name": DEV, "username": text},
        lambda server, _text: server["username"],
    ),
    Place(
        "aem_server_acl",
        "admin_role",
        lambda text: {"server": DEV, "admin_role": {"users": [r"CORP\admin", f"CORP\\{text}"]}},
        lambda server, text: text if f"CORP\\{text}" in server["acl"]["admin_role"]["users"] else None,
    ),
    Place("aem_task", "name", task, lambda server, text: text if text in sections(server, "tasks") else None),
    Place(
        "aem_endpoint",
        "settings",
        with_settings,
        lambda server, _text: sections(server, "databases")["DEV Oracle"]["db_settings"].get("ordinary"),
    ),
    Place(
        "aem_import",
        "definition",
        imported,
        lambda server, text: text if text in sections(server, "databases") else None,
    ),
]


def servers(hosts: Hosts) -> dict[str, dict[str, Any]]:
    """The servers by name."""
    return {server["name"]: server for server in hosts.estate()["servers"]}


def test_a_text_is_stored_as_it_is_or_refused(hosts: Hosts, host: str, sandbox: Sandbox, cases: Cases) -> None:
    every = list(itertools.product(PLACES, FILE_NAMES))
    hosts.reset()
    before = servers(hosts)
    for place, text in cases.some(every, SAMPLE, f"inputs: intact {host}"):
        about = (place.module, place.option, text)
        hosts.reset()
        told = hosts.run(host, place.module, place.options(text))
        after = servers(hosts)
        assert {name: after[name] for name in after if name != DEV} == {
            name: before[name] for name in before if name != DEV
        }, about
        if not told.failed:
            assert place.stored(after[DEV], text) == text or not told.result["changed"], about
            again = hosts.run(host, place.module, place.options(text))
            assert (again.failed, again.result["changed"]) == (False, False), (about, again.message)
            continue
        assert after == before, about
        if "error_code" not in told.result:
            assert {entry["api_method"] for entry in hosts.log()} <= {"Login", "Logout"}, about
            assert place.option in told.message, told.message
    assert sandbox.strays() == set()
