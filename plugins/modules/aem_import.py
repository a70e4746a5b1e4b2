#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_import
short_description: Import definitions into a server of Qlik Replicate
version_added: 0.1.0
description:
  - Imports a document, such as M(qlik.enterprise_manager.aem_export) makes it, where the server's definitions are
    others, and waits until the server shows them.
  - Without O(task), a document for a whole server or for some parts of it. Tasks, endpoints and settings that it does
    not name stay as they are. Of those that it names, only the ones that differ are imported.
  - With O(task), the document of one task, with its endpoints if it has them.
  - Secrets are never compared, and an endpoint that only differs in its secrets is not imported. Encrypted secrets of
    an export are good on the server that made it and on no other, so the server keeps its own where the document has
    one encrypted, has a mask in place of it or has none. One that is given in clear is sent if its endpoint is imported
    for another reason, and shown as C((sent)).
  - A document that cannot be imported is refused before anything is changed. So are tasks that run and differ, unless
    O(force=true); what would change is told then too.
  - Needs the role Admin on Enterprise Manager and on the server, and Designer on all its tasks and endpoints. With
    O(task), Designer on all tasks of the server, Operator on all endpoints, and Designer on them if the document has
    some.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  server:
    description:
      - Name of the server.
    type: str
    required: true
  task:
    description:
      - Name of the task that the document has. It must have this task and no other.
    type: str
  definition:
    description:
      - The document as data, or as text.
      - Exactly one of O(definition) and O(src) is needed.
      - It is kept out of Ansible's log, and secrets in it are hidden in results. Ansible does print a task's own text
        when the task has a syntax error, so take secrets from a vault.
    type: raw
  src:
    description:
      - File with the document, on the machine where the module runs. Exports of all generations of servers are read.
    type: path
  source_endpoint:
    description:
      - The source endpoint that the task gets in place of that of the document, which must have one task only. If the
        document has that endpoint, it is renamed.
    type: str
  target_endpoint:
    description:
      - The target endpoint that the task gets, as in O(source_endpoint). The task must have one target only.
    type: str
  ignore:
    description:
      - What is not compared, as JSON pointers below C(cmd.replication_definition), or below any task or endpoint.
        Things in lists stand by their names, and C(*) for any one name, as in
        V(/databases/*/db_settings/loadTimeout).
      - If a task or an endpoint is imported for another reason, these settings stay as the server has them. What is new
        gets them from the document.
    type: list
    elements: str
    default: []
  force:
    description:
      - Whether tasks that run and differ are stopped for the import, side by side, and resumed after it, also where
        the import fails. Those that could not be resumed are named in RV(left_stopped), and a later run of this module
        resumes them.
    type: bool
    default: false
  timeout:
    description:
      - Seconds for the import to become visible, for the tasks to stop, and for them to run again.
    type: int
    default: 60
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description:
      - Tells what would change, and changes nothing. An endpoint that is missing, and tasks that run without
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
seealso:
  - module: qlik.enterprise_manager.aem_export
  - module: qlik.enterprise_manager.aem_task
"""

EXAMPLES = r"""
- name: Have some settings of a server, whatever else it has
  qlik.enterprise_manager.aem_import:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-dev
    definition:
      cmd.replication_definition:
        replication_environment:
          enable_auto_roll_over: true
          roll_over_max_age_days: 14

- name: Make a file for a backup
  ansible.builtin.tempfile:
    suffix: .json
  register: backup

- name: Back a server up
  qlik.enterprise_manager.aem_export:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    dest: "{{ backup.path }}"

- name: Bring the server back to its backup, tasks that run too
  qlik.enterprise_manager.aem_import:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    src: "{{ backup.path }}"
    force: true
    timeout: 300
"""

RETURN = r"""
imported:
  description: What was imported, or would be in check mode, since it differed.
  type: dict
  returned: success
  contains:
    tasks:
      description: Names of tasks.
      type: list
      elements: str
      returned: always
    endpoints:
      description: Names of endpoints.
      type: list
      elements: str
      returned: always
    sections:
      description: Names of other sections, such as C(scheduler).
      type: list
      elements: str
      returned: always
    restarted:
      description:
        - Names of the tasks that were stopped and resumed for the import, or would be. Also those that an earlier run
          has stopped and only this one resumes.
      type: list
      elements: str
      returned: always
  sample:
    tasks: []
    endpoints: []
    sections: [replication_environment]
    restarted: []
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
from ..module_utils._resource.pausing import fulfil
from ..module_utils._runbook import repository


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan one import and carry the plan out."""
    return fulfil(repository.plan(api, options), api.check_mode, returned_as="imported")


def main() -> None:
    run_module(
        work,
        repository.ARGUMENTS,
        secrets_in=secrets_in,
        mutually_exclusive=[("definition", "src")],
        required_one_of=[("definition", "src")],
    )


if __name__ == "__main__":
    main()
