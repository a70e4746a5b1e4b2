# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions, as a playbook uses them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import yaml

from simulator import Settings, Simulator
from support.playbooks import ROOT, run

USERS = yaml.safe_load((ROOT / "tests/simulator/estate.yml").read_text(encoding="utf-8"))["users"]
OTHER_CREDENTIALS = {kind: user[kind] for user in USERS for kind in ("token", "jwt") if kind in user}
PLAY = """
- name: Log in
  qlik.enterprise_manager.aem_session:
  register: em
- name: Work
  qlik.enterprise_manager.aem_server_info:
    aem_session_id: "{{ em.session_id }}"
- name: Log out
  qlik.enterprise_manager.aem_session:
    aem_session_id: "{{ em.session_id }}"
    state: absent
- name: Log out again
  qlik.enterprise_manager.aem_session:
    aem_session_id: "{{ em.session_id }}"
    state: absent
- name: Work in a session that is over
  qlik.enterprise_manager.aem_server_info:
    aem_session_id: "{{ em.session_id }}"
  ignore_errors: true
"""


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for the tests of this module."""
    with Simulator(Settings()) as simulator:
        yield simulator


@pytest.mark.parametrize("mode", [[], ["--check"]])
def test_a_session_is_begun_used_and_ended(em: Simulator, mode: list[str]) -> None:
    played = run(em, PLAY, *mode)
    assert [step.calls for step in played.steps] == [
        ["Login"],
        ["GetServerList"],
        ["Logout"],
        ["Logout"],
        ["GetServerList"],
    ]
    assert not any(step.changed for step in played.steps)
    over = played["Work in a session that is over"]
    assert over.result["error_code"] == "INVALID_SESSION_ID"
    assert "log in again" in over.result["msg"]


def test_a_token_and_a_jwt_log_in(em: Simulator) -> None:
    tasks = [
        {"name": kind, "qlik.enterprise_manager.aem_server_info": {f"aem_{kind}": secret}}
        for kind, secret in OTHER_CREDENTIALS.items()
    ]
    played = run(em, tasks)
    assert [(step.name, step.calls) for step in played.steps] == [
        ("token", ["Login", "GetServerList", "Logout"]),
        ("jwt", ["Login", "GetServerList", "Logout"]),
    ]


def test_secrets_are_in_no_output(em: Simulator) -> None:
    play = """
        - name: Work
          qlik.enterprise_manager.aem_server_info:
            details: true
        - name: Fail
          qlik.enterprise_manager.aem_server_acl_info:
            servers: [nowhere]
          ignore_errors: true
    """
    played = run(em, play, "-vvvv", "--diff", AEM_USERNAME="CORP\\operator")
    assert em.password not in played.output.replace("/simulator", "").replace("simulator.py", "")
    tokens = run(em, play, "-vvvv", AEM_PASSWORD="", AEM_TOKEN=OTHER_CREDENTIALS["token"])
    assert OTHER_CREDENTIALS["token"] not in tokens.output


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"state": "absent"}, "needs aem_session_id"),
        ({"aem_session_id": "x"}, "begins a session"),
        ({"aem_token": "token-1", "aem_jwt": "jwt-1"}, "exactly one of"),
        ({"aem_url": "http://em.example.com"}, "https://host"),
    ],
)
def test_what_cannot_work_is_told_without_a_request(em: Simulator, options: dict[str, str], told: str) -> None:
    step = run(em, [{"name": "Bad", "qlik.enterprise_manager.aem_session": options}]).steps[0]
    assert step.failed
    assert told in step.result["msg"]
    assert step.calls == []


def test_an_untrusted_certificate_is_an_error_that_helps(em: Simulator) -> None:
    play = [
        {
            "name": "Work",
            "qlik.enterprise_manager.aem_server_info": {"aem_ca_path": "/etc/ssl/certs/ca-certificates.crt"},
        }
    ]
    step = run(em, play).steps[0]
    assert step.failed
    assert "certificate verify failed" in step.result["msg"]
    assert "aem_ca_path" in str(step.result["msg"]) or "sign the certificate" in step.result["msg"]
    unverified = {"aem_ca_path": "/nowhere", "aem_validate_certs": False}
    assert not run(em, [{"name": "Work", "qlik.enterprise_manager.aem_server_info": unverified}]).steps[0].failed
