# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers, as a user declares them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import Settings, Simulator
from support.playbooks import Proof, prove, run

PASSWORD = "canary-of-the-server"

TASKS = r"""
- name: Add a server
  qlik.enterprise_manager.aem_server:
    name: Replicate DEV 2
    host: repl-dev-02.corp.example
    username: CORP\svc_replicate
    password: canary-of-the-server
    description: Development, second node
- name: Add a Compose server
  qlik.enterprise_manager.aem_server:
    name: compose-2
    type: compose
    host: compose-02.corp.example
    port: 8443
    username: svc@corp
    password: canary-of-the-server
    verify_server_certificate: false
    monitored: false
- name: Change what differs
  qlik.enterprise_manager.aem_server:
    name: Replicate DEV 2
    port: 3552
    monitored: false
- name: Remove a description
  qlik.enterprise_manager.aem_server:
    name: Replicate DEV 2
    description: ""
- name: Leave a server as it is
  qlik.enterprise_manager.aem_server:
    name: Replicate DEV 2
    port: 3552
    password: canary-of-the-server
- name: Leave a server as it is in another case
  qlik.enterprise_manager.aem_server:
    name: Replicate DEV 2
    host: REPL-dev-02.corp.example
    username: corp\SVC_replicate
- name: Remove a server
  qlik.enterprise_manager.aem_server:
    name: compose-2
    state: absent
- name: Have no server that never was
  qlik.enterprise_manager.aem_server:
    name: never-was
    state: absent
"""


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for the tests of this module."""
    with Simulator(Settings()) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def proofs(em: Simulator) -> dict[str, Proof]:
    """The tasks above, each in check mode, for real and again."""
    return prove(em, TASKS)


NAMES = [line.removeprefix("- name: ") for line in TASKS.splitlines() if line.startswith("- name: ")]


@pytest.mark.parametrize("name", NAMES)
def test_check_run_and_run_again(proofs: dict[str, Proof], name: str) -> None:
    proofs[name].holds()


@pytest.mark.parametrize(
    ("name", "writes"),
    [
        ("Add a server", ["PutServer"]),
        ("Change what differs", ["PutServer"]),
        ("Leave a server as it is", []),
        ("Remove a server", ["DeleteServer"]),
        ("Have no server that never was", []),
    ],
)
def test_what_is_written(proofs: dict[str, Proof], name: str, writes: list[str]) -> None:
    assert proofs[name].run.writes == writes
    assert proofs[name].run.changed == bool(writes)


def test_defaults_of_a_new_server(proofs: dict[str, Proof]) -> None:
    assert proofs["Add a server"].run.result["server"] == {
        "name": "Replicate DEV 2",
        "type": "replicate",
        "host": "repl-dev-02.corp.example",
        "port": 443,
        "username": "CORP\\svc_replicate",
        "description": "Development, second node",
        "verify_server_certificate": True,
        "monitored": True,
    }


def test_the_diff_shows_what_changes_and_nothing_else(proofs: dict[str, Proof]) -> None:
    diff = proofs["Change what differs"].run.result["diff"]
    changed = {key for key in diff["after"] if diff["after"][key] != diff["before"][key]}
    assert changed == {"port", "monitored"}
    assert diff["before_header"] == "server Replicate DEV 2"


def test_a_run_that_changes_nothing_is_three_requests(proofs: dict[str, Proof]) -> None:
    assert proofs["Leave a server as it is"].run.calls == ["Login", "GetServer", "Logout"]


def test_with_a_session_it_is_one_request(em: Simulator) -> None:
    played = run(
        em,
        """
        - name: Log in
          qlik.enterprise_manager.aem_session:
          register: em
        - name: Leave a server as it is
          qlik.enterprise_manager.aem_server:
            aem_session_id: "{{ em.session_id }}"
            name: replicate-qas
        """,
    )
    assert played["Leave a server as it is"].calls == ["GetServer"]


def test_a_password_is_sent_only_when_asked(em: Simulator) -> None:
    played = run(
        em,
        """
        - name: Always
          qlik.enterprise_manager.aem_server:
            name: replicate-qas
            password: canary-of-the-server
            update_password: always
          diff: true
        - name: Always, in check mode
          qlik.enterprise_manager.aem_server:
            name: replicate-qas
            password: canary-of-the-server
            update_password: always
          diff: true
          check_mode: true
        """,
        "-vvv",
    )
    assert [step.changed for step in played.steps] == [True, True]
    assert played["Always"].writes == ["PutServer"]
    assert played["Always, in check mode"].writes == []
    assert PASSWORD not in played.output
    assert PASSWORD not in str([step.result for step in played.steps])


def test_a_server_that_is_changed_without_a_password_keeps_its_own(em: Simulator) -> None:
    played = run(
        em,
        """
        - name: Change it
          qlik.enterprise_manager.aem_server:
            name: replicate-dev
            description: changed
        """,
    )
    body = next(entry["body"] for entry in played["Change it"].log if entry["api_method"] == "PutServer")
    assert body.startswith('{"$type": "AemReplicateServer"')
    assert played["Change it"].changed


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": "a/b"}, "name 'a/b' must be 1 to 64 letters"),
        ({"name": "new", "host": "h"}, "to create it, give username, password too"),
        ({"name": "replicate-qas", "port": 70000}, "port 70000 must be a number between"),
        ({"name": "replicate-qas", "type": "compose"}, "is of type replicate"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(em: Simulator, options: dict[str, object], told: str) -> None:
    step = run(em, [{"name": "Bad", "qlik.enterprise_manager.aem_server": options}])["Bad"]
    assert step.failed
    assert told in step.result["msg"]
    assert step.writes == []
    assert step.result["changed"] is False


def test_what_only_the_server_knows_is_told_with_its_code(em: Simulator) -> None:
    played = run(
        em,
        r"""
        - name: In use
          qlik.enterprise_manager.aem_server:
            name: twin
            host: repl-dev-02.corp.example
            port: 3552
            username: u
            password: p
          ignore_errors: true
        - name: Not allowed
          qlik.enterprise_manager.aem_server:
            aem_username: CORP\viewer
            name: replicate-qas
            state: absent
          ignore_errors: true
        - name: Wrong password
          qlik.enterprise_manager.aem_server:
            aem_password: wrong
            name: replicate-qas
          ignore_errors: true
        """,
    )
    assert played["In use"].result["error_code"] == "AEM_HOST_PORT_ALREADY_EXIST"
    assert played["In use"].result["api_method"] == "PutServer"
    assert played["In use"].result["status"] == 500
    assert played["Not allowed"].result["error_code"] == "UNAUTHORIZED_REQUEST"
    assert played["Wrong password"].result["api_method"] == "Login"
    assert "Check the user" in played["Wrong password"].result["msg"]


def test_servers_are_listed(em: Simulator) -> None:
    played = run(
        em,
        """
        - name: All
          qlik.enterprise_manager.aem_server_info:
        - name: Some, with everything
          qlik.enterprise_manager.aem_server_info:
            names: ["replicate-*"]
            details: true
            connection: true
          check_mode: true
        """,
    )
    assert played["All"].calls == ["Login", "GetServerList", "Logout"]
    every = {server["name"]: server for server in played["All"].result["servers"]}
    assert every["compose-dw"]["type"] == "compose"
    assert isinstance(every["replicate-qas"]["port"], int)
    assert {server["state"] for server in every.values()} == {"MONITORED", "NOT_MONITORED", "ERROR"}
    some = played["Some, with everything"].result["servers"]
    assert all(server["name"].startswith("replicate-") for server in some)
    assert "password" not in some[0]["connection"]
    assert some[0]["details"]["license"]["state"]
    assert not played["All"].changed
