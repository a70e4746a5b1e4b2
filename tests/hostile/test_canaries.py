# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canaries: secrets in every option that takes one, and none of them anywhere but where it was asked for.

They are looked for in clear, percent-encoded, escaped as in JSON and in base64, in all that is printed and returned at
the highest verbosity, in files, and in the arguments of processes.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest

from support.api_calls import DEV, endpoint, one_task
from support.canaries import NAMES, SECRETS, hatched
from support.cases import Cases
from support.hosts import Hosts
from support.sandbox import Sandbox

TEXTS: dict[str, Callable[[str], str]] = {
    "JSON": lambda secret: json.dumps({"host": "h", "password": secret}),
    "words": lambda _secret: f"user=u;Password={SECRETS[1]};port=1",
    "address": lambda _secret: f"https://me:{SECRETS[1]}@host/x",
    "jdbc": lambda _secret: f"jdbc:oracle:thin:me/{SECRETS[1]}@host",
    "XML": lambda _secret: f"<login><password>{SECRETS[1]}</password></login>",
}


def settings(name: str, secret: str) -> dict[str, Any]:
    """Settings of an endpoint with a secret of that name, also deeper, and in a list."""
    return {"username": "REPL_2", name: secret, "more": {name: secret}, "list": [{name: secret}]}


def definition(values: Mapping[str, Any]) -> dict[str, Any]:
    """A definition with an endpoint that has these settings, and a task that uses it."""
    made = {**endpoint("canary files", "TARGET"), "db_settings": {"$type": "FileSettings", **values}}
    return one_task("canary", "DEV Oracle", "canary files", databases=[made])


def tasks(values: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """A task for each option that takes settings."""
    document = definition(values)
    yield "aem_endpoint", {"server": DEV, "name": "DEV Oracle", "settings": values, "update_secrets": "always"}
    yield (
        "aem_endpoint",
        {
            "server": DEV,
            "name": "canary",
            "role": "target",
            "type_id": "FILE_COMPONENT_TYPE",
            "settings": {"$type": "FileSettings", **values},
        },
    )
    yield "aem_import", {"server": DEV, "definition": document, "timeout": 3}
    yield "aem_import", {"server": DEV, "definition": json.dumps(document), "timeout": 3}
    yield "aem_import", {"server": DEV, "definition": f"{json.dumps(document)[:-1]}, broken", "timeout": 3}
    yield "aem_task", {"server": DEV, "name": "canary", "definition": document, "with_endpoints": True, "timeout": 3}
    yield (
        "aem_task",
        {"server": DEV, "name": "canary", "definition": document, "overrides": {"targets": values}, "timeout": 3},
    )
    yield (
        "aem_estate",
        {"servers": [{"name": DEV, "endpoints": [{"name": "DEV Oracle", "settings": values}]}], "send_secrets": ["*"]},
    )
    yield (
        "aem_estate",
        {"servers": [{"name": DEV, "tasks": [{"name": "canary", "definition": document, "with_endpoints": True}]}]},
    )
    yield "aem_restore", {"path": "nowhere", "server": DEV, "secrets": {"DEV Oracle": values}}


def others(secret: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A task for each other option that is a secret."""
    server = {"name": "new", "type": "replicate", "host": "h", "port": 1, "username": "a\\b"}
    yield "aem_server", {**server, "password": secret}
    yield "aem_server", {**server, "password": secret, "type": "unknown"}
    yield "aem_server_license", {"server": DEV, "content": f"license_type=X\nchecksum={secret}\n"}
    yield "aem_estate", {"servers": [{**server, "password": secret}], "send_secrets": ["*"]}
    yield "aem_estate", {"servers": [{"name": DEV, "license": {"content": f"checksum={secret}"}}]}
    for option in ("aem_password", "aem_token", "aem_jwt", "aem_session_id"):
        yield "aem_server_info", {"aem_password": None, option: secret}
    yield "aem_server_info", {"aem_url": f"https://me:{secret}@em.example.com"}
    yield "aem_server_info", {"aem_url": f"https://em.example.com/?token={quote(secret, safe='')}"}


def looked_through(hosts: Hosts, host: str, module: str, options: dict[str, Any], cases: Cases) -> None:
    """Run a task in check mode, for real and with a server that echoes all; nothing of it holds a canary."""
    for check_mode, echoes in ((True, False), (False, False), (False, True)):
        hosts.reset()
        hosts.adapter.echoes = echoes
        try:
            told = hosts.run(host, module, copy.deepcopy(options), check_mode)
        finally:
            hosts.adapter.echoes = False
        cases.counted[f"canaries: {module}"] += 1
        all_of_it = json.dumps(told.result, ensure_ascii=False) + str(told.result) + told.printed + told.message
        for form in hatched(all_of_it):
            around = all_of_it[max(0, all_of_it.index(form) - 100) :][:200]
            raise AssertionError(f"{module}, check mode {check_mode}, echo {echoes}: ...{around}")


@pytest.mark.parametrize("name", NAMES)
def test_a_secret_by_its_name(hosts: Hosts, host: str, sandbox: Sandbox, cases: Cases, name: str) -> None:
    every = [(secret, task) for secret in SECRETS for task in tasks(settings(name, secret))]
    for _secret, (module, options) in cases.chosen(every, 2, f"canaries in names: {name} {host}"):
        looked_through(hosts, host, module, options, cases)
    assert not [path for path in sandbox.root.rglob("*") if path.is_file() and hatched(path.read_text())]


@pytest.mark.parametrize("form", TEXTS)
def test_a_secret_inside_a_text(hosts: Hosts, host: str, sandbox: Sandbox, cases: Cases, form: str) -> None:
    # As servers call a setting that is text of several settings, and as nobody does.
    named = [dict.fromkeys(("connectioninfo", "x"), TEXTS[form](secret)) for secret in SECRETS]
    every = [task for values in named for task in tasks(values)]
    for module, options in cases.chosen(every, 3, f"canaries in texts: {form} {host}"):
        looked_through(hosts, host, module, options, cases)
    assert sandbox.strays() == set()


def test_a_secret_that_an_option_is(hosts: Hosts, host: str, cases: Cases) -> None:
    every = [task for secret in SECRETS for task in others(secret)]
    for module, options in cases.chosen(every, 12, f"canaries as options: {host}"):
        looked_through(hosts, host, module, options, cases)
