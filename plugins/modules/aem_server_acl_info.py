#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_server_acl_info
short_description: Read who may do what on servers of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Reads the explicit ACLs of servers. What a server inherits from the levels above it is not part of them.
  - Needs the role Operator on each server, and Viewer on all servers unless each server is named.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  servers:
    description:
      - Names of servers, or patterns with C(*), C(?) and C([]). All servers if not set.
      - A server that is not this user's to read is left out with a warning, unless it is named.
    type: list
    elements: str
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.info
seealso:
  - module: qlik.enterprise_manager.aem_server_acl
"""

EXAMPLES = r"""
- name: Read the ACLs of all servers
  qlik.enterprise_manager.aem_server_acl_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
  register: em

- name: Name the servers that have no ACL of their own
  ansible.builtin.debug:
    msg: "{{ em.acls | rejectattr('explicit') | map(attribute='server') }}"
"""

RETURN = r"""
acls:
  description: The ACL of each server.
  type: list
  elements: dict
  returned: always
  contains:
    server:
      description: Name of the server.
      type: str
      returned: always
    explicit:
      description: Whether the server has an explicit ACL. If not, its roles here are empty and all is inherited.
      type: bool
      returned: always
    admin_role: &role
      description: The members of the role.
      type: dict
      returned: always
      contains:
        users:
          description: Users.
          type: list
          elements: str
          returned: always
        groups:
          description: Groups.
          type: list
          elements: str
          returned: always
    designer_role: *role
    operator_role: *role
    viewer_role: *role
    disable_inheritance:
      description: Whether the server does not inherit from the levels above it.
      type: bool
      returned: always
  sample:
    - server: replicate-qas
      explicit: true
      admin_role:
        users: ['CORP\admin']
        groups: []
      designer_role: {users: [], groups: []}
      operator_role: {users: [], groups: []}
      viewer_role: {users: [], groups: []}
      disable_inheritance: false
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource import acl

ARGUMENTS = {"servers": {"type": "list", "elements": "str"}}


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Read the ACLs."""
    acls, warnings = acl.listed(api, options["servers"])
    return Result({"acls": acls}, warnings=warnings)


def main() -> None:
    run_module(work, ARGUMENTS)


if __name__ == "__main__":
    main()
