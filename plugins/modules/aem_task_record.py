#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_task_record
short_description: Remember which tasks run, to bring exactly these back
version_added: 0.1.0
description:
  - Writes the tasks that run to a file, before something stops them. Afterwards the file tells which ones to start.
  - If a play is interrupted, its next run finds the file. It then adds the tasks that run now and takes none away, so
    the tasks that ran before the first run are brought back.
  - A task that is starting or recovering counts as running.
  - Needs the role Viewer on all tasks of each server.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  path:
    description:
      - The file, on the machine where the module runs. It must still be there when the play is run again.
      - It is written atomically, for its owner only. Its folder is made if there is none.
      - Use one file for each thing that is interrupted and finished as a whole.
    type: path
    required: true
  state:
    description:
      - V(present) adds the chosen tasks that run to the file.
      - V(read) only reads the file, for a play of its own that brings the tasks back. Where there is none, nothing is
        remembered.
      - V(absent) removes the file. Do so when the tasks run again.
      - V(brought_back) takes the tasks out of the file, since they run again, and keeps what else it says.
    type: str
    choices: [present, read, brought_back, absent]
    default: present
  tasks:
    description:
      - Names of tasks, or patterns with C(*), C(?) and C([]). A task that is not there does not run.
    type: list
    elements: str
  include_failed:
    description:
      - Whether a task in state ERROR counts as running too, for tasks that an outage has ended.
    type: bool
    default: false
  of:
    description:
      - What is done while the tasks are stopped, such as C(configuration) and its name for a switch.
      - A file that is there and is of something else is set aside with a warning. Its O(facts) do not count any more,
        and its tasks do, since they ran.
    type: dict
    default: {}
  facts:
    description:
      - What else a later run has to know, kept in the file. Of each key the first value stays until the file is
        removed. Do not put secrets here.
    type: dict
    default: {}
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.changes
  - qlik.enterprise_manager.aem.choice
seealso:
  - module: qlik.enterprise_manager.aem_task_state
  - module: qlik.enterprise_manager.aem_task_health
"""

EXAMPLES = r"""
- name: Remember what runs, before the database is patched
  qlik.enterprise_manager.aem_task_record:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    path: "{{ playbook_dir }}/patch-day.json"
    server: Replicate PRD 1
    tasks: ["*"]
  register: ran

- name: Stop it
  qlik.enterprise_manager.aem_task_state:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    tasks: ["*"]
    state: stopped

- name: Bring exactly these tasks back
  qlik.enterprise_manager.aem_task_state:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    selection: "{{ ran.selection }}"
    state: started

- name: Read in another run what is still to be brought back
  qlik.enterprise_manager.aem_task_record:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    path: "{{ playbook_dir }}/patch-day.json"
    state: read
  register: left

- name: There is nothing left to bring back
  qlik.enterprise_manager.aem_task_record:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    path: "{{ playbook_dir }}/patch-day.json"
    state: absent
"""

RETURN = r"""
tasks:
  description: All tasks that the file remembers, or would in check mode. For O(state=absent), those that it did.
  type: list
  elements: dict
  returned: success
  contains:
    server:
      description: Server that the task is on.
      type: str
      returned: always
    name:
      description: Name of the task.
      type: str
      returned: always
  sample:
    - server: Replicate PRD 1
      name: ERP to DW
selection:
  description: The same tasks as the option O(selection) of this module and of others takes them.
  type: list
  elements: dict
  returned: success
  contains:
    server:
      description: Name of the server.
      type: str
      returned: always
    tasks:
      description: Names of the tasks.
      type: list
      elements: str
      returned: always
  sample:
    - server: Replicate PRD 1
      tasks: [ERP to DW]
facts:
  description: The facts that the file keeps.
  type: dict
  returned: success
  sample: {}
set_aside:
  description: The file that keeps a record of something else that was there, or would.
  type: str
  returned: when there was one
  sample: /srv/em/ORA.20260307T111903Z.aside
begun:
  description: When the file was first written, in UTC.
  type: str
  returned: when there is a file, or would be
  sample: "2026-03-07T11:19:03Z"
interrupted:
  description: Whether the file was there before. With O(state=present), an earlier run did not come to its end then.
  type: bool
  returned: success
  sample: false
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result, carry_out
from ..module_utils._module import run_module
from ..module_utils._resource.task_choice import CHOICE_EXCLUSIVE
from ..module_utils._runbook import task_record


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan the change to the file, and carry it out."""
    plan = task_record.plan(api, options)
    result = carry_out(plan.changes, api.check_mode).result(**plan.after)
    result.warnings.extend(plan.warnings)
    return result


def main() -> None:
    run_module(
        work,
        task_record.ARGUMENTS,
        mutually_exclusive=CHOICE_EXCLUSIVE,
        required_if=[("state", "present", ["server", "selection"], True)],
    )


if __name__ == "__main__":
    main()
