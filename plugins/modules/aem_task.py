#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_task
short_description: Manage tasks of Qlik Replicate by their definitions
version_added: 0.1.0
description:
  - Imports the definition of a task where the server's task is another, and waits until the server shows it.
  - Settings are compared one by one. A default that is spelled out is no difference to one that is left out, and tables
    are a set. A setting that the definition leaves out goes back to its default, as an import does it.
  - Secrets are never compared. Encrypted secrets of an export are good on the server that made it and on no other, so
    the server keeps its own where the definition has one encrypted, has a mask in place of it or has none. One that is
    given in clear is sent with the import, and shown as C((sent)).
  - A definition that cannot be imported is refused before anything is changed. So is a task that runs, unless
    O(force=true); what would change is told then too.
  - Needs the role Designer on all tasks of the server and Operator on all endpoints; with O(with_endpoints=true)
    Designer on all endpoints. Removing needs Designer on the task and Viewer on all tasks.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  server:
    description:
      - Name of the server.
    type: str
    required: true
  name:
    description:
      - Name of the task. The definition must have this task and no other.
      - The filter P(qlik.enterprise_manager.retarget#filter) gives a definition another name.
    type: str
    required: true
  state:
    description:
      - V(present) has the task as its definition says.
      - V(absent) removes the task.
    type: str
    choices: [present, absent]
    default: present
  definition:
    description:
      - The definition as data, or the text of an export.
      - Exactly one of O(definition) and O(src) is needed if O(state=present).
      - It is kept out of Ansible's log, and secrets in it are hidden in results. Ansible does print a task's own text
        when the task has a syntax error, so take secrets from a vault.
    type: raw
  src:
    description:
      - File with the definition, on the machine where the module runs. Exports of all generations of servers are read.
    type: path
  source_endpoint:
    description:
      - The source endpoint that the task gets in place of that of its definition.
    type: str
  target_endpoint:
    description:
      - The target endpoint that the task gets in place of that of its definition. It must have one target only.
    type: str
  owners:
    description:
      - New owners of the source tables by those of the definition. An owner that it does not name is no error, so one
        map serves many tasks.
    type: dict
  overrides:
    description:
      - Settings that are merged into the task of the definition, in its own structure. A setting that is null is taken
        out, a list is replaced as a whole.
    type: dict
  with_endpoints:
    description:
      - Whether the endpoints that the definition has are imported too. They replace endpoints of these names, but for
        the secrets that the definition does not have in clear. An encrypted secret of an endpoint that is new, or of
        one whose settings the user may not read, is sent as it is, with a warning.
    type: bool
    default: false
  ignore:
    description:
      - What is not compared, as JSON pointers below the task, or below C(cmd.replication_definition). Things in lists
        stand by their names, and C(*) for any one name, as in V(/task_settings/common_settings/lob_max_size).
      - If the task is imported for another reason, these settings stay as the server has them. A task that is new gets
        them from the definition.
    type: list
    elements: str
    default: []
  force:
    description:
      - Whether a task that runs is stopped for the change and resumed after it, also where the change fails. One that
        could not be resumed is named in RV(left_stopped), and a later run of this module resumes it.
      - A task that is removed is stopped first.
    type: bool
    default: false
  delete_logs:
    description:
      - Whether the logs of a task that is removed are deleted too.
    type: bool
    default: false
  timeout:
    description:
      - Seconds for the import to become visible, for the task to stop, and for it to run again.
    type: int
    default: 60
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description:
      - Tells what would change, and changes nothing. An endpoint that is missing, and a task that runs without
        O(force=true), are only warned of.
    support: full
  diff_mode:
    description: Shows the settings that change, by name. Secrets are masked.
    support: full
  idempotent:
    description:
      - A second run changes nothing. Where the server does not take a setting as it is, the module waits until
        O(timeout) is over, and warns.
    support: full
notes:
  - With the definition of a task only those endpoints are exported that the task names. So where another one comes with
    it, the definitions of the whole server are read.
seealso:
  - module: qlik.enterprise_manager.aem_export
  - module: qlik.enterprise_manager.aem_import
  - plugin: qlik.enterprise_manager.retarget
    plugin_type: filter
  - plugin: qlik.enterprise_manager.definition_diff
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Take a task of QAS
  qlik.enterprise_manager.aem_export:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    task: Nightly 01 accounts
  register: qas

- name: Have it on another server, with the endpoints and owners of that
  qlik.enterprise_manager.aem_task:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-dev
    name: Nightly 01 accounts
    definition: "{{ qas.definition }}"
    source_endpoint: DEV Oracle
    target_endpoint: DEV null
    owners:
      QAS: $DEV
    overrides:
      task_settings:
        common_settings:
          lob_max_size: 64

- name: Take the definition of a task that runs
  qlik.enterprise_manager.aem_export:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    task: Nightly 21 returns
  register: present

- name: Change one setting of it, and leave all others as they are
  qlik.enterprise_manager.aem_task:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    name: Nightly 21 returns
    definition: "{{ present.definition }}"
    overrides:
      task_settings:
        common_settings:
          lob_max_size: 64
    force: true

- name: Remove a task and its logs
  qlik.enterprise_manager.aem_task:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-dev
    name: Nightly 01 accounts
    state: absent
    delete_logs: true
"""

RETURN = r"""
task:
  description: The task as it is now, or would be in check mode.
  type: dict
  returned: when O(state=present)
  contains:
    name:
      description: Name of the task.
      type: str
      returned: always
    source_endpoint:
      description: Name of its source endpoint.
      type: str
      returned: always
    target_endpoints:
      description: Names of its target endpoints.
      type: list
      elements: str
      returned: always
    tables:
      description: Number of the tables that it names. Patterns are not counted.
      type: int
      returned: always
    restarted:
      description:
        - Whether the task was stopped and resumed for the change, or would be. Also where an earlier run has stopped it
          and only this one resumes it.
      type: bool
      returned: always
  sample:
    name: Nightly 01 accounts
    source_endpoint: DEV Oracle
    target_endpoints: [DEV null]
    tables: 2
    restarted: false
left_stopped:
  description:
    - Names of the tasks that this module has stopped, in this run or in one before, and that it could not resume.
    - Run it again, once the trouble is over, to have them resumed.
  type: list
  elements: str
  returned: when there are some
  sample: [ERP to DW]
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._definition.document import secrets_in
from ..module_utils._module import run_module
from ..module_utils._resource import task_definition
from ..module_utils._resource.pausing import fulfil


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan one task and carry the plan out."""
    return fulfil(task_definition.plan(api, options), api.check_mode, returned_as="task")


def main() -> None:
    run_module(
        work,
        task_definition.ARGUMENTS,
        secrets_in=secrets_in,
        **task_definition.RULES,
        required_if=[("state", "present", ("definition", "src"), True)],
    )


if __name__ == "__main__":
    main()
