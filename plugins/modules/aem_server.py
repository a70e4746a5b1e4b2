#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_server
short_description: Manage the servers of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Adds a Replicate or Compose server to Enterprise Manager, changes its connection, or removes it.
  - Properties that are not given stay as they are. The case of O(host) and O(username) makes no difference.
  - What Enterprise Manager would refuse, such as a name that is too long, is refused before anything is sent.
  - Needs the role Admin on all servers to add a server, and Admin on the server for anything else.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  name:
    description:
      - Name of the server in Enterprise Manager, up to 64 letters, digits, spaces, dots, dashes and underscores.
    type: str
    required: true
  state:
    description:
      - V(present) adds the server or changes what differs.
      - V(absent) removes it from Enterprise Manager, with its messages and the user roles defined on it, its tasks and
        its endpoints. The Replicate or Compose server itself stays as it is.
    type: str
    choices: [present, absent]
    default: present
  type:
    description:
      - Type of the server, V(replicate) if not set when it is added. It cannot be changed later.
    type: str
    choices: [replicate, compose]
  host:
    description:
      - Host name or IP address of the server, up to 64 letters, digits, spaces, dots, dashes and underscores.
      - Needed to add a server. Host and port together must not belong to another server.
    type: str
  port:
    description:
      - Port of the server, V(443) if not set when it is added.
    type: int
  username:
    description:
      - User that Enterprise Manager logs in to the server with, an administrator of that server.
      - 'Up to 104 characters, none of C(/ [ ] : ; | = + * ? < > ").'
      - Needed to add a server.
    type: str
  password:
    description:
      - Password of O(username). Needed to add a server.
      - It cannot be read back, so it is never compared. O(update_password) says when it is sent. A mask such as
        V(********), or the encrypted secret of an export, is refused then.
    type: str
  update_password:
    description:
      - With V(on_create), the password is sent when the server is added, and a server that is there keeps its password.
      - With V(always), O(password) is sent each time, which counts as a change each time.
    type: str
    choices: [on_create, always]
    default: on_create
  description:
    description:
      - Description of the server, up to 250 characters. An empty string removes it.
    type: str
  verify_server_certificate:
    description:
      - Whether Enterprise Manager verifies the certificate of the server, V(true) if not set when it is added.
    type: bool
  monitored:
    description:
      - Whether Enterprise Manager reads the tasks and messages of the server, V(true) if not set when it is added.
    type: bool
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.changes
attributes:
  idempotent:
    description: A second run changes nothing, except with O(update_password=always).
    support: partial
seealso:
  - module: qlik.enterprise_manager.aem_server_info
  - module: qlik.enterprise_manager.aem_server_acl
"""

EXAMPLES = r"""
- name: Have a Replicate server
  qlik.enterprise_manager.aem_server:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    name: Replicate DEV 2
    host: repl-dev-02.corp.example
    port: 3552
    username: CORP\svc_replicate
    password: "{{ replicate_password }}"
    description: Development, second node

- name: Stop monitoring it while it is patched, and leave all else as it is
  qlik.enterprise_manager.aem_server:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    name: Replicate DEV 2
    monitored: false

- name: Send a new password
  qlik.enterprise_manager.aem_server:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    name: Replicate DEV 2
    password: "{{ replicate_password }}"
    update_password: always

- name: Remove it from Enterprise Manager
  qlik.enterprise_manager.aem_server:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    name: Replicate DEV 2
    state: absent
"""

RETURN = r"""
server:
  description: The server as it is now, or would be in check mode. Passwords are never returned.
  type: dict
  returned: when O(state=present)
  contains:
    name:
      description: Name of the server.
      type: str
      returned: always
    type:
      description: V(replicate) or V(compose).
      type: str
      returned: always
    description:
      description: Description of the server.
      type: str
      returned: always
    host:
      description: Host name or IP address.
      type: str
      returned: always
    port:
      description: Port of the server.
      type: int
      returned: always
    username:
      description: User that Enterprise Manager logs in to the server with.
      type: str
      returned: always
    verify_server_certificate:
      description: Whether the certificate of the server is verified.
      type: bool
      returned: always
    monitored:
      description: Whether tasks and messages of the server are read.
      type: bool
      returned: always
  sample:
    name: Replicate DEV 2
    type: replicate
    description: Development, second node
    host: repl-dev-02.corp.example
    port: 3552
    username: CORP\svc_replicate
    verify_server_certificate: true
    monitored: true
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result, fulfil
from ..module_utils._module import run_module
from ..module_utils._resource import server


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan one server and carry the plan out."""
    return fulfil(server.plan(api, options), api.check_mode, returned_as="server")


def main() -> None:
    run_module(work, server.ARGUMENTS)


if __name__ == "__main__":
    main()
