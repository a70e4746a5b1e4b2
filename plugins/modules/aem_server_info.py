#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_server_info
short_description: List the servers of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Lists Replicate and Compose servers with their state, version and last connection, and more if wanted.
  - Needs the role Viewer on all servers, for O(details) Viewer on each server, for O(connection) Operator on each.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  names:
    description:
      - Names of servers, or patterns with C(*), C(?) and C([]). All servers if not set.
      - A name that no server has chooses nothing, and is warned of with the names that are nearest to it.
      - With O(details) or O(connection), a server that is not this user's to read is left out with a warning, unless it
        is named.
    type: list
    elements: str
  details:
    description:
      - Whether each server gets its licence, task summary and use of resources, with one more request for each.
    type: bool
    default: false
  connection:
    description:
      - Whether each server gets its connection properties, with one more request for each.
    type: bool
    default: false
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.info
seealso:
  - module: qlik.enterprise_manager.aem_server
"""

EXAMPLES = r"""
- name: List all servers
  qlik.enterprise_manager.aem_server_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
  register: all

- name: Name the servers that cannot be reached
  ansible.builtin.debug:
    msg: "{{ all.servers | selectattr('state', 'equalto', 'ERROR') | map(attribute='name') }}"

- name: See when the licences of the production servers end
  qlik.enterprise_manager.aem_server_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    names: ["Replicate PRD *"]
    details: true
"""

RETURN = r"""
servers:
  description: The servers, in the order of Enterprise Manager.
  type: list
  elements: dict
  returned: always
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
    state:
      description: V(MONITORED), V(NOT_MONITORED) or V(ERROR).
      type: str
      returned: always
    message:
      description: Why the server is not monitored or cannot be reached, else empty.
      type: str
      returned: always
    platform:
      description: V(WINDOWS), V(LINUX) or V(UNKNOWN).
      type: str
      returned: always
    version:
      description: Version of the server.
      type: str
      returned: always
    last_connection:
      description: Time of the last successful connection, UTC.
      type: str
      returned: always
    details:
      description: What GetServerDetails answers, with C(license), C(task_summary) and C(resource_utilization).
      type: dict
      returned: with O(details=true)
    connection:
      description: What GetServer answers, without the password. It has the names of the options of
        M(qlik.enterprise_manager.aem_server).
      type: dict
      returned: with O(connection=true)
  sample:
    - name: Replicate PRD 1
      type: replicate
      description: Production
      host: repl-prd-01.corp.example
      port: 443
      state: MONITORED
      message: ""
      platform: LINUX
      version: 2023.5.0.322
      last_connection: "2026-11-20T09:12:44"
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource import server

ARGUMENTS = {
    "names": {"type": "list", "elements": "str"},
    "details": {"type": "bool", "default": False},
    "connection": {"type": "bool", "default": False},
}


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Read the servers."""
    servers, warnings = server.listed(api, options["names"], options["details"], options["connection"])
    return Result({"servers": servers}, warnings=warnings)


def main() -> None:
    run_module(work, ARGUMENTS)


if __name__ == "__main__":
    main()
