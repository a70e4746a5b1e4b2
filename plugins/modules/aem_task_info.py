#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_task_info
short_description: List the tasks of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Lists Replicate and Compose tasks with their state, stop reason, message and tags, and their full record if wanted.
  - Needs the role Viewer on all tasks of each server, and Viewer on all servers unless each server is named.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  servers:
    description:
      - Names of servers, or patterns with C(*), C(?) and C([]). All servers if not set.
      - Servers that are not monitored, cannot be reached or are not this user's to read are left out with a warning,
        unless they are named.
    type: list
    elements: str
  tasks:
    description:
      - Names of tasks, or patterns with C(*), C(?) and C([]). All tasks if not set.
      - A name that no task has chooses nothing, and is warned of with the names that are nearest to it.
    type: list
    elements: str
  tags:
    description:
      - Tags, of which a task must have one.
    type: list
    elements: str
  exclude:
    description:
      - Names or patterns of tasks that are left out.
    type: list
    elements: str
  states:
    description:
      - States, of which a task must be in one. V(recovering) is another word for V(recovery).
    type: list
    elements: str
    choices: [error, not_exist, paused, recovering, recovery, running, starting, stopped, stopping]
  details:
    description:
      - Whether each task gets its full monitoring record, with one more request for each.
      - A task that is deleted meanwhile is left out with a warning, and so is one that is not this user's to read
        unless it is named.
    type: bool
    default: false
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.info
seealso:
  - module: qlik.enterprise_manager.aem_task_state
"""

EXAMPLES = r"""
- name: List the tasks in error on all servers
  qlik.enterprise_manager.aem_task_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    states: [error]
  register: broken

- name: Say why
  ansible.builtin.debug:
    msg: "{{ item.server }} / {{ item.name }}: {{ item.message }}"
  loop: "{{ broken.tasks }}"
  loop_control:
    label: "{{ item.name }}"

- name: Read the latency of the tasks with a tag
  qlik.enterprise_manager.aem_task_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    servers: [replicate-qas]
    tags: [nightly]
    details: true
  register: nightly

- name: Show it
  ansible.builtin.debug:
    msg: "{{ nightly.tasks | map(attribute='details.cdc_latency') }}"
"""

RETURN = r"""
tasks:
  description: The tasks, server by server.
  type: list
  elements: dict
  returned: always
  contains:
    server:
      description: Name of the server.
      type: str
      returned: always
    name:
      description: Name of the task. For Compose it is C(task__project).
      type: str
      returned: always
    state:
      description:
        - One of V(RUNNING), V(STOPPED), V(ERROR), V(RECOVERY), V(STARTING), V(STOPPING), V(PAUSED) and V(NOT_EXIST).
      type: str
      returned: always
    stop_reason:
      description: Why the task has stopped, V(NONE) while it runs.
      type: str
      returned: always
    message:
      description: Message of the task, or empty.
      type: str
      returned: always
    assigned_tags:
      description: Tags of the task.
      type: list
      elements: str
      returned: always
    details:
      description: What GetTaskDetails answers, for Replicate and Compose tasks each in its own shape.
      type: dict
      returned: with O(details=true)
  sample:
    - server: Replicate PRD 1
      name: ERP to DW
      state: RUNNING
      stop_reason: NONE
      message: ""
      assigned_tags: [erp, critical]
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource import task_list


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Read the tasks of all servers."""
    return task_list.report(api, options)


def main() -> None:
    run_module(work, task_list.ARGUMENTS)


if __name__ == "__main__":
    main()
