#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_estate_info
short_description: Read a whole estate in the form in which aem_estate takes it
version_added: 0.1.0
description:
  - Reads servers, each with its ACL, endpoints and tasks, as M(qlik.enterprise_manager.aem_estate) takes them. Given to
    that module as they are, they change nothing.
  - Servers are read side by side over one session. All definitions of a server come with one request.
  - What is at a default that is known, what each server has for itself and what a server fills in by itself is left
    out, and all else is sorted. So the same estate gives the same result, and a difference in git is one.
  - Secrets cannot be read and are left out, or stand as references to variables, see O(secret_variables).
  - What M(qlik.enterprise_manager.aem_estate) could not take, or would change, is left out and told in RV(left_out).
  - Servers of the type compose have neither endpoints nor tasks here, since they have no definitions to export.
  - Needs Admin on Enterprise Manager and on the servers, Designer on all their tasks and Operator on all their
    endpoints. What may not be read is told in RV(unread).
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  servers:
    description:
      - Names of servers, or patterns with C(*), C(?) and C([]). All servers if not set.
      - A server that is named must be readable as a whole. One that is not, and cannot be read, is told with as much as
        can, in RV(unread) and by a warning.
    type: list
    elements: str
  include:
    description:
      - What is read beside the servers themselves.
      - V(license) is told only with O(secret_variables), as a variable for its text, and only where it is valid.
      - V(run_state) tells whether tasks run. One that only does a full load is told as stopped or not at all, since it
        ends by itself.
    type: list
    elements: str
    choices: [acl, license, endpoints, tasks, run_state]
    default: [acl, endpoints, tasks]
  secret_variables:
    description:
      - What the names of variables begin with, such as V(vault_). Where a secret belongs there is a reference to a
        variable then, named after server, endpoint and setting. If not set, secrets are left out.
      - A secret within other text, or within a list, has none. Such a setting is left out.
    type: str
  defaults:
    description:
      - Whether options that are at their defaults are told too, and settings of tasks, as far as an export has them.
      - A server without an explicit ACL has C(acl) with C(state=absent) then.
    type: bool
    default: false
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.info
seealso:
  - module: qlik.enterprise_manager.aem_estate
  - module: qlik.enterprise_manager.aem_export
"""

EXAMPLES = r"""
- name: Read all that there is
  qlik.enterprise_manager.aem_estate_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
  register: found

- name: See what it tells nothing of
  ansible.builtin.debug:
    msg: "{{ found.not_covered }}, {{ found.left_out }}, {{ found.unread }}"

- name: See that there is nothing to do
  qlik.enterprise_manager.aem_estate:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    servers: "{{ found.estate.servers }}"
  register: planned
  failed_when: planned.status != 'in_sync'

- name: Read two servers, what runs on them too, with variables in place of secrets
  qlik.enterprise_manager.aem_estate_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    servers: [Replicate PRD 1, replicate-q*]
    include: [acl, license, endpoints, tasks, run_state]
    secret_variables: vault_
  register: two

- name: Name the variables that a vault must have
  ansible.builtin.debug:
    msg: "{{ two.secret_variables }}"
"""

RETURN = r"""
estate:
  description: The estate.
  type: dict
  returned: on success
  contains:
    servers:
      description: The servers, sorted by name, as M(qlik.enterprise_manager.aem_estate) takes them.
      type: list
      elements: dict
      returned: always
  sample:
    servers:
      - name: replicate-qas
        host: repl-qas.corp.example
        username: CORP\svc_replicate
        password: "{{ vault_replicate_qas_password }}"
        acl:
          admin_role: {groups: [CORP\Replicate Admins]}
          designer_role: {}
          operator_role: {groups: [CORP\Night Shift]}
          viewer_role: {}
        endpoints: []
        tasks: []
secret_variables:
  description: The names of the variables that the estate refers to, sorted.
  type: list
  elements: str
  returned: on success
  sample: [vault_replicate_qas_password]
not_covered:
  description:
    - What the export of a server has and the estate does not, such as C(scheduler), C(notifications) and
      C(error_behavior), by server, and how much of it.
  type: dict
  returned: on success
  sample: {Replicate PRD 1: {notifications: 2, scheduler: 3}}
left_out:
  description: What is there and is not in the estate.
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

from ..module_utils._estate import info
from ..module_utils._module import run_module


def main() -> None:
    run_module(info.report, info.ARGUMENTS)


if __name__ == "__main__":
    main()
