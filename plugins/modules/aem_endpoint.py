#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_endpoint
short_description: Manage the endpoints of a Replicate server
version_added: 0.1.0
description:
  - Changes settings of an endpoint, makes an endpoint, or deletes one that no task uses.
  - An endpoint that is there is patched, with only those settings that differ. Either all of them are changed or none.
  - An endpoint that is not there is made by importing its definition. Nothing else is imported.
  - Needs the role Designer on all endpoints of the server. To read settings, and to make an endpoint, it also needs
    Admin on Enterprise Manager and on the server, and Designer on all tasks.
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
      - Name of the endpoint.
    type: str
    required: true
  state:
    description:
      - V(present) has the endpoint as the other options say.
      - V(absent) deletes the endpoint. It is refused while tasks use it, or another endpoint names it.
    type: str
    choices: [present, absent]
    default: present
  role:
    description:
      - Whether tasks read from the endpoint or write to it. Needed to make one, and cannot be changed.
    type: str
    choices: [source, target]
  type_id:
    description:
      - Type of the endpoint as in an export, such as V(ORACLE_COMPONENT_TYPE). Needed to make one, cannot be changed.
    type: str
  settings:
    description:
      - Settings of the endpoint, those that an export has in C(db_settings). Needed to make one, V({}) will do.
      - A setting that is not named, or is null, stays as it is. Objects are merged, lists are replaced. Where the
        endpoint has JSON as text, it is merged as an object is, whether it is given as an object or as text.
      - The C($type) of an endpoint cannot be changed. A new endpoint gets that of the endpoints of its kind that the
        server has. Else it is filled in where it is known for certain, and where it is not, it must be given.
      - A setting is a secret by its name, such as C(password), by what is in its text, such as C(Password=...), or if
        the server has encrypted it.
      - A secret that would be sent, see O(update_secrets), must be one. A mask such as V(********), the encrypted
        secret of an export, and an empty text are refused.
      - It is kept out of Ansible's log, and secrets in it are hidden in results.
    type: dict
  unset:
    description:
      - Settings to remove, so that they are at their defaults. Each is a name or, for one inside an object, a JSON
        pointer such as V(/connectioninfo/port).
    type: list
    elements: str
  update_secrets:
    description:
      - With V(on_create), secrets in O(settings) are sent when the endpoint is made.
      - With V(always), they are sent each time, which always is a change, since secrets cannot be compared.
    type: str
    choices: [on_create, always]
    default: on_create
  timeout:
    description:
      - Seconds that a new endpoint has to become visible.
    type: int
    default: 60
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description:
      - Tells what would change, and changes nothing. If the user may not read settings, it tells a change whenever some
        are given, and warns that it cannot know.
    support: full
  diff_mode:
    description: Shows the settings that change. Secrets are shown as C((sent)).
    support: full
  idempotent:
    description: A second run changes nothing, except with secrets and O(update_secrets=always).
    support: partial
notes:
  - A task that runs sees changed settings only after its restart. The result names the tasks that use the endpoint.
  - Where the user may not export the server, settings cannot be read. The module then has Enterprise Manager compare
    them, by patches that test and change nothing. The settings in O(unset) are removed one by one then, and an
    endpoint that tasks use is refused by Enterprise Manager itself, with the code V(AEM_ENDPOINT_IS_IN_USE).
seealso:
  - module: qlik.enterprise_manager.aem_endpoint_info
  - module: qlik.enterprise_manager.aem_endpoint_test
  - module: qlik.enterprise_manager.aem_endpoint_failover
"""

EXAMPLES = r"""
- name: Point an endpoint to another database
  qlik.enterprise_manager.aem_endpoint:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-dev
    name: DEV Oracle
    settings:
      server: //dev-ora-2:1521/DEV
      useLogminerReader: true
  register: endpoint

- name: Name the tasks that have to be restarted for it
  ansible.builtin.debug:
    msg: "{{ endpoint.endpoint.tasks }}"

- name: Let a setting go back to its default
  qlik.enterprise_manager.aem_endpoint:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-dev
    name: DEV Oracle
    unset: [useLogminerReader]

- name: Change a password
  qlik.enterprise_manager.aem_endpoint:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-dev
    name: DEV broken
    settings:
      password: "{{ replicate_password }}"
    update_secrets: always

- name: Make an endpoint
  qlik.enterprise_manager.aem_endpoint:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-dev
    name: DEV files
    role: target
    type_id: FILE_COMPONENT_TYPE
    settings:
      csvTargetPath: /data/out

- name: Delete it again
  qlik.enterprise_manager.aem_endpoint:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-dev
    name: DEV files
    state: absent
"""

RETURN = r"""
endpoint:
  description: The endpoint as it is now, or would be in check mode.
  type: dict
  returned: with O(state=present), on success
  contains:
    name:
      description: Name of the endpoint.
      type: str
      returned: always
    role:
      description: V(SOURCE) or V(TARGET).
      type: str
      returned: always
    type_id:
      description: Type of the endpoint as in an export.
      type: str
      returned: if the user may export the server
    settings:
      description:
        - Settings without secrets. If the user may not export the server, those that were given.
      type: dict
      returned: always
    tasks:
      description: The tasks that use the endpoint. They see changes after a restart.
      type: list
      elements: str
      returned: if the user may export the server
  sample:
    name: DEV Oracle
    role: SOURCE
    type_id: ORACLE_COMPONENT_TYPE
    settings:
      $type: OracleSettings
      server: //dev-ora-2:1521/DEV
      username: REPL
    tasks: [never ran, snapshot]
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result, fulfil
from ..module_utils._definition.document import secrets_in
from ..module_utils._module import run_module
from ..module_utils._resource import endpoint


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan the change, and carry it out."""
    result = fulfil(endpoint.plan(api, options), api.check_mode, returned_as="endpoint")
    if not result.changed:
        # What could only be tried, and was there already, is no difference.
        result.diff = []
    return result


def main() -> None:
    run_module(work, endpoint.ARGUMENTS, secrets_in=secrets_in)


if __name__ == "__main__":
    main()
