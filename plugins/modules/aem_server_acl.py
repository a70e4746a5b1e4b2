#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_server_acl
short_description: Manage who may do what on a server of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Sets or removes the explicit ACL of a server, the users and groups in each of its four roles.
  - What the server inherits from the levels above it is not touched.
  - Names are the same whatever their case, and their order means nothing.
  - A name without a domain, and a name that would come to be in two roles, are refused before anything is changed.
  - The API knows an ACL only as a whole. What you give is merged into what is there just before it is put, and looked
    for afterwards; what another run has overwritten meanwhile is merged again, and the module fails if that does not
    last. So two runs at once with O(purge=false) both add their members.
  - Needs the role Admin on the server.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  server:
    description:
      - Name of the server.
    type: str
    required: true
  state:
    description:
      - V(present) has the ACL as the other options say.
      - V(absent) removes the explicit ACL, so that the server inherits everything.
    type: str
    choices: [present, absent]
    default: present
  admin_role:
    description:
      - The admins. A role that is not given stays as it is, one that is given as V({}) is emptied.
    type: dict
    suboptions: &members
      users:
        description:
          - Users, as V(DOMAIN\\user).
        type: list
        elements: str
        default: []
      groups:
        description:
          - Groups, as V(DOMAIN\\group).
        type: list
        elements: str
        default: []
  designer_role:
    description:
      - The designers, as in O(admin_role).
    type: dict
    suboptions: *members
  operator_role:
    description:
      - The operators, as in O(admin_role).
    type: dict
    suboptions: *members
  viewer_role:
    description:
      - The viewers, as in O(admin_role).
    type: dict
    suboptions: *members
  disable_inheritance:
    description:
      - Whether the ACLs of the levels above count for the server no more. They do count if not set on a new ACL.
      - While it is V(true), Enterprise Manager fills a role that is empty from the levels above, if they define that
        role. Such a role cannot be emptied, and the module warns. RV(acl) is what the server has made of it.
      - Whether the members of a role come from above nobody can tell but by putting the ACL again. A run does so, and
        is changed only if that changed anything; check mode warns.
    type: bool
  purge:
    description:
      - With V(true), a role that is given is exactly that, users and groups together.
      - With V(false), it has at least those users and groups.
    type: bool
    default: true
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.changes
notes:
  - A warning tells, in check mode too, when the user of this run would have less than the role Admin by the ACL and
    inherit nothing. Whether a group of that user's has the role cannot be known.
  - Whether an ACL leaves the server without any admin only Enterprise Manager knows, since an admin may be inherited.
    It then answers with the code V(AEM_NO_ADMIN_ON_SERVER).
  - The permissions inside Replicate are others, and are not touched.
seealso:
  - module: qlik.enterprise_manager.aem_server_acl_info
  - module: qlik.enterprise_manager.aem_server
"""

EXAMPLES = r"""
- name: Say exactly who are the admins and operators, and leave designers and viewers as they are
  qlik.enterprise_manager.aem_server_acl:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    admin_role:
      users:
        - CORP\admin
      groups:
        - CORP\Replicate Admins
    operator_role:
      groups:
        - CORP\Night Shift

- name: Add one viewer to those that are there
  qlik.enterprise_manager.aem_server_acl:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    viewer_role:
      users:
        - CORP\jane.roe
    purge: false

- name: Empty a role
  qlik.enterprise_manager.aem_server_acl:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    viewer_role: {}

- name: Inherit everything
  qlik.enterprise_manager.aem_server_acl:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    state: absent
"""

RETURN = r"""
acl:
  description: >-
    The explicit ACL as it was seen last, in the form of the options; in check mode as it would be put.
  type: dict
  returned: when O(state=present)
  contains:
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
    admin_role:
      users: ['CORP\admin']
      groups: ['CORP\Replicate Admins']
    designer_role: {users: [], groups: []}
    operator_role:
      users: []
      groups: ['CORP\Night Shift']
    viewer_role: {users: [], groups: []}
    disable_inheritance: false
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource import acl
from ..module_utils._resource.whole_state import fulfil


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan one ACL and carry the plan out."""
    return fulfil(acl.plan(api, options), api.check_mode, returned_as="acl")


def main() -> None:
    run_module(work, acl.ARGUMENTS)


if __name__ == "__main__":
    main()
