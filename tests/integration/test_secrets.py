# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canaries: secrets that are given to modules, and must be in nothing that is printed, however much is asked for."""

from __future__ import annotations

from simulator import Settings, Simulator
from support.playbooks import run

CANARIES = {
    "CANARY_SERVER": "canary-of-a-server-1a2b",
    "CANARY_ENDPOINT": "canary-of-an-endpoint-3c4d",
    "CANARY_NESTED": "canary-deep-in-settings-5e6f",
    "CANARY_DEFINITION": "canary-in-a-definition-7a8b",
    "CANARY_TEXT": "canary-in-a-text-1e2f",
    "CANARY_LICENSE": "canary-in-a-license-9c0d",
}
PLAY = r"""
- name: Server
  qlik.enterprise_manager.aem_server:
    name: replicate-dev
    password: "{{ lookup('ansible.builtin.env', 'CANARY_SERVER') }}"
    update_password: always
- name: Endpoint
  qlik.enterprise_manager.aem_endpoint:
    server: replicate-dev
    name: DEV Oracle
    settings:
      username: REPL_2
      password: "{{ lookup('ansible.builtin.env', 'CANARY_ENDPOINT') }}"
      more:
        secretKey: "{{ lookup('ansible.builtin.env', 'CANARY_NESTED') }}"
    update_secrets: always
- name: Definition
  qlik.enterprise_manager.aem_import:
    server: replicate-dev
    definition:
      cmd.replication_definition:
        databases:
          - name: made of a definition
            role: TARGET
            type_id: FILE_COMPONENT_TYPE
            db_settings:
              $type: FileSettings
              csvTargetPath: /data
              password: "{{ lookup('ansible.builtin.env', 'CANARY_DEFINITION') }}"
- name: Definition as text
  qlik.enterprise_manager.aem_import:
    server: replicate-dev
    definition: "// exported\n{{ document | to_json }}"
  vars:
    document:
      cmd.replication_definition:
        databases:
          - name: made of a text
            role: TARGET
            type_id: FILE_COMPONENT_TYPE
            db_settings:
              $type: FileSettings
              csvTargetPath: /data
              password: "{{ lookup('ansible.builtin.env', 'CANARY_TEXT') }}"
- name: License
  qlik.enterprise_manager.aem_server_license:
    server: replicate-dev
    content: |
      license_type=EVALUATION_LICENSE
      expiration_date=2030-01-01
      issue_date=2026-01-01
      checksum={{ lookup('ansible.builtin.env', 'CANARY_LICENSE') }}
- name: Refused
  qlik.enterprise_manager.aem_endpoint:
    server: replicate-dev
    name: no such endpoint
    settings:
      password: "{{ lookup('ansible.builtin.env', 'CANARY_ENDPOINT') }}"
  ignore_errors: true
- name: Failed
  qlik.enterprise_manager.aem_endpoint:
    server: replicate-dev
    name: DEV Oracle
    settings:
      password: "{{ lookup('ansible.builtin.env', 'CANARY_ENDPOINT') }}"
      $type: Wrong
  ignore_errors: true
"""


def test_no_secret_is_printed() -> None:
    with Simulator(Settings(import_seconds=0.05)) as em:
        for mode in (["--check"], []):
            played = run(em, PLAY, "-vvvv", "--diff", *mode, **CANARIES)
            assert [step.status for step in played.steps] == ["ok"] * 5 + ["failed"] * 2, played.output[-3000:]
            for canary in CANARIES.values():
                assert canary not in played.output
                assert canary not in str([step.result for step in played.steps])


def test_what_is_no_secret_is_shown() -> None:
    with Simulator(Settings()) as em:
        played = run(em, PLAY, "--diff", **CANARIES)
    assert played["Endpoint"].result["endpoint"]["settings"]["username"] == "REPL_2"
