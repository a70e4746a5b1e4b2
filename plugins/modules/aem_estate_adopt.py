#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_estate_adopt
short_description: Write what an Enterprise Manager has into the folder of an estate
version_added: 0.1.0
description:
  - Reads servers as M(qlik.enterprise_manager.aem_estate_info) does, and writes them as files that the role
    P(qlik.enterprise_manager.estate#role) reads - a file a server, a file a definition of a task, rules, an example of
    a vault with the names of all secrets, and what an editor needs to complete them.
  - The role's entry point C(adopt), and the playbook C(qlik.enterprise_manager.adopt), call it and prove what it wrote.
  - All servers stand under C(observe) in the rules, so that nothing is written to them until one is taken off.
  - There are no secrets in the folder. Text that Ansible would evaluate is tagged C(!unsafe).
  - A file that somebody else has written, or changed since, is never replaced. The module names it and fails before it
    writes anything. C(.adopted.json) in the folder knows what was written.
  - The same estate gives the same files. Those of servers and tasks that are there no more are removed. What cannot be
    read this time stays as it was.
  - Each file is written in one step. After a run that was killed, the next one goes on.
  - Needs what M(qlik.enterprise_manager.aem_estate_info) needs.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  path:
    description:
      - The folder of the estate, on the machine where the module runs. It is made if need be.
    type: path
    required: true
  environment:
    description:
      - Name of the folder in it for the servers of this Enterprise Manager; for the role, the name of the host.
    type: str
    required: true
  servers:
    description:
      - Names of servers, or patterns with C(*), C(?) and C([]). All servers if not set. The files of others stay.
      - A server that is named must be readable as a whole.
    type: list
    elements: str
  include:
    description:
      - What is adopted beside the servers themselves, as for M(qlik.enterprise_manager.aem_estate_info).
    type: list
    elements: str
    choices: [acl, license, endpoints, tasks, run_state]
    default: [acl, endpoints, tasks]
  secret_variables:
    description:
      - What the names of the variables begin with that stand for secrets.
    type: str
    default: vault_
  defaults:
    description:
      - Whether options that are at their defaults are told too, and settings of tasks, as far as an export has them.
    type: bool
    default: false
  schemas:
    description:
      - A folder with C(server.json) and C(rules.json), which become C(.schema) in the estate's folder. If not set,
        nothing does.
    type: path
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Reads everything, tells which files would be written, and writes none.
    support: full
  diff_mode:
    description: Names the files that are written and removed.
    support: full
  idempotent:
    description: A second run writes nothing, unless what is there has changed.
    support: full
seealso:
  - module: qlik.enterprise_manager.aem_estate_info
  - module: qlik.enterprise_manager.aem_estate
"""

EXAMPLES = r"""
- name: Make a folder
  ansible.builtin.tempfile:
    state: directory
  register: folder

- name: Adopt two servers
  qlik.enterprise_manager.aem_estate_adopt:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    path: "{{ folder.path }}/estate"
    environment: em-prd
    servers: [Replicate PRD 1, replicate-q*]
  register: adopted

- name: Name the secrets that a vault must have
  ansible.builtin.debug:
    msg: "{{ adopted.secret_variables }}"
"""

RETURN = r"""
path:
  description: The folder.
  type: str
  returned: on success
  sample: /srv/em/estate
written:
  description: The files that were written, or would be, from the folder.
  type: list
  elements: str
  returned: on success
  sample: [.schema/server.json, em-prd/servers/repl-prd-1.yml, em-prd/servers/repl-prd-1/ERP to DW.json, estate.yml]
removed:
  description: The files of what is there no more.
  type: list
  elements: str
  returned: on success
  sample: []
servers:
  description: The servers whose files say what is there now.
  type: list
  elements: str
  returned: on success
  sample: [repl-prd-1]
secret_variables:
  description: The names of the variables that the files of this environment refer to, sorted.
  type: list
  elements: str
  returned: on success
  sample: [vault_replicate_qas_password]
not_covered:
  description:
    - What the export of a server has and the files do not, such as C(scheduler), C(notifications) and
      C(error_behavior), by server, and how much of it.
  type: dict
  returned: on success
  sample: {Replicate PRD 1: {notifications: 2, scheduler: 3}}
left_out:
  description: What is there and is not in the files.
  type: list
  elements: dict
  returned: on success
  contains:
    server:
      description: The server.
      type: str
      returned: always
    kind:
      description: One of server, license, endpoint and task.
      type: str
      returned: always
    name:
      description: The name of the thing; that of the server if it is about the server itself.
      type: str
      returned: always
    setting:
      description: The setting, as a JSON pointer for an endpoint; empty if all but the name is left out.
      type: str
      returned: always
    reason:
      description: Why.
      type: str
      returned: always
  sample:
    - server: Replicate PRD 1
      kind: endpoint
      name: ORA
      setting: /description
      reason: aem_estate has no option for it
unread:
  description: What could not be read.
  type: list
  elements: dict
  returned: on success
  contains:
    server:
      description: The server.
      type: str
      returned: always
    part:
      description: One of server, acl, license, endpoints and tasks.
      type: str
      returned: always
    message:
      description: Why.
      type: str
      returned: always
  sample: []
"""

from ..module_utils._estate import adopt
from ..module_utils._module import run_module


def main() -> None:
    run_module(adopt.work, adopt.ARGUMENTS)


if __name__ == "__main__":
    main()
