#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_endpoint_info
short_description: List the endpoints of a Replicate server
version_added: 0.1.0
description:
  - Lists endpoints with their role and type and, if wanted, their settings and the tasks that use them.
  - Needs the role Viewer on all endpoints of the server. O(settings) needs Admin on Enterprise Manager and on the
    server, Designer on all tasks and Operator on all endpoints, since it exports the server.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  server:
    description:
      - Name of the server.
    type: str
    required: true
  names:
    description:
      - Names of endpoints, or patterns with C(*), C(?) and C([]). All endpoints if not set.
      - A name that no endpoint has chooses nothing, and is warned of with the names that are nearest to it.
    type: list
    elements: str
  settings:
    description:
      - Whether each endpoint gets its settings without secrets, its type as in an export, and the tasks that use it.
    type: bool
    default: false
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.info
seealso:
  - module: qlik.enterprise_manager.aem_endpoint
  - module: qlik.enterprise_manager.aem_endpoint_test
"""

EXAMPLES = r"""
- name: List the endpoints of a server
  qlik.enterprise_manager.aem_endpoint_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
  register: all

- name: Name the sources
  ansible.builtin.debug:
    msg: "{{ all.endpoints | selectattr('role', 'equalto', 'SOURCE') | map(attribute='name') }}"

- name: See the settings of an endpoint and of its configurations, and the tasks that use them
  qlik.enterprise_manager.aem_endpoint_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    names: [ORA, ORA__*]
    settings: true
"""

RETURN = r"""
endpoints:
  description: The endpoints, in the order of the server.
  type: list
  elements: dict
  returned: on success
  contains:
    name:
      description: Name of the endpoint.
      type: str
      returned: always
    description:
      description: Description of the endpoint.
      type: str
      returned: always
    role:
      description: V(SOURCE) or V(TARGET). Endpoints that can be either have V(BOTH).
      type: str
      returned: always
    type:
      description: Type of the endpoint, such as V(ORACLE).
      type: str
      returned: always
    is_licensed:
      description: Whether the licence of the server covers the endpoint.
      type: bool
      returned: always
    type_id:
      description: Type of the endpoint as in an export, such as V(ORACLE_COMPONENT_TYPE).
      type: str
      returned: with O(settings=true)
    settings:
      description: Settings of the endpoint without secrets.
      type: dict
      returned: with O(settings=true)
    tasks:
      description: The tasks that use the endpoint.
      type: list
      elements: str
      returned: with O(settings=true)
  sample:
    - name: ERP LogStream
      description: ""
      role: TARGET
      type: LOG_STREAM
      is_licensed: true
      type_id: LOG_STREAM_COMPONENT_TYPE
      settings:
        $type: LogstreamSettings
        path: /u01/logstream/erp
      tasks: [ERP staging]
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._core.select import missing, there_is_no
from ..module_utils._module import run_module
from ..module_utils._resource import endpoint
from ..module_utils._resource.foresight import seen

ARGUMENTS = {
    "server": {"type": "str", "required": True},
    "names": {"type": "list", "elements": "str"},
    "settings": {"type": "bool", "default": False},
}


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Read the endpoints."""
    server = options["server"]
    found, warnings = seen(api, lambda: endpoint.listed(api, server, options["names"], options["settings"]), server)
    gone = [] if found is None else missing((item["name"] for item in found), options["names"])
    if gone:
        # Only those that were chosen are known by now.
        there = [item["name"] for item in api.get_endpoint_list(server)]
        warnings = [*warnings, there_is_no("endpoint", gone, there, f" on server {server}")]
    return Result({"endpoints": found or []}, warnings=warnings)


def main() -> None:
    run_module(work, ARGUMENTS)


if __name__ == "__main__":
    main()
