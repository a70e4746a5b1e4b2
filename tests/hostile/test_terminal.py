# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server says reaches the terminal without moving the cursor, and without a line that looks like Ansible's.

Messages and warnings, which Ansible prints as they are, are made fit for that. Values of a result stay as they are:
data is their purpose, and Ansible prints them as JSON, which escapes what is no sign.
"""

from __future__ import annotations

import pytest

from simulator import Settings, Simulator
from support.playbooks import run

FORGED = "\x1b[2Jgone\nok: [forged]\rfatal: [forged]"
PLAY = """
- name: Look
  qlik.enterprise_manager.aem_server_info: {names: [replicate-dev]}
  register: seen
- name: Show
  ansible.builtin.debug: {var: seen.servers}
- name: Change
  qlik.enterprise_manager.aem_server: {name: replicate-dev, description: other}
  diff: true
- name: Fail
  qlik.enterprise_manager.aem_task_state: {server: replicate-dev, tasks: [never ran]}
  ignore_errors: true
- name: Refuse
  qlik.enterprise_manager.aem_server: {name: x, type: "{{ seen.servers[0].description }}"}
  ignore_errors: true
"""


@pytest.mark.parametrize("in_worker", ["true", "false"])
def test_nothing_that_a_server_says_forges_a_line(in_worker: str) -> None:
    with Simulator(Settings(start_seconds=0.05)) as em:
        estate = em.estate()
        server = next(item for item in estate["servers"] if item["name"] == "replicate-dev")
        server["description"] = FORGED
        em.set_estate(estate)
        body = {"error_code": "AEM_TASK_NOT_FOUND", "error_message": FORGED}
        em.inject({"kind": "json", "status": 500, "api_method": "RunTask", "body": body})
        played = run(em, PLAY, "-vvv", "-e", f"aem_in_worker={in_worker}")
    assert [step.status for step in played.steps] == ["ok", "ok", "ok", "failed", "failed"], played.output
    assert played["Look"].result["servers"][0]["description"] == FORGED
    assert "gone ok: [forged] fatal: [forged]" in played["Fail"].result["msg"]
    assert "\x1b" not in played.output
    assert not [
        line for line in played.output.splitlines() if line.lstrip().startswith(("ok: [forged", "fatal: [forg"))
    ]
