#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_endpoint_failover
short_description: Switch Oracle source endpoints to another configuration
version_added: 0.1.0
description:
  - Gives a live source endpoint the settings of another endpoint, its configuration, and brings its tasks over.
  - With O(switches), many endpoints of many servers side by side.
  - A configuration is an endpoint named after the live one, two underscores and a name of its own, such as
    V(ORA__Standby) for the configuration V(Standby) of V(ORA). One underscore is accepted as well. Two win.
  - Switch back by naming the former configuration.
  - Which configuration is active the module knows by comparing settings, without secrets. It then changes nothing.
  - Refuses, before anything is changed, an endpoint that is not an Oracle source, and a configuration that is not there
    or is of another type.
  - Needs the role Operator on all endpoints of the server. To read settings it also needs Admin on Enterprise Manager
    and on the server, and Designer on all tasks.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  server:
    description:
      - Name of the server.
      - Exactly one of O(server) and O(switches) is needed. O(endpoint) and O(configuration) go with O(server).
    type: str
  endpoint:
    description:
      - Name of the live endpoint, the one that tasks use.
    type: str
  configuration:
    description:
      - Name of the configuration to switch to.
    type: str
  switches:
    description:
      - The endpoints to switch, in place of O(server), O(endpoint) and O(configuration). If one of them cannot be
        switched, none is.
    type: list
    elements: dict
    suboptions:
      server:
        description: As O(server).
        type: str
        required: true
      endpoint:
        description: As O(endpoint).
        type: str
        required: true
      configuration:
        description: As O(configuration).
        type: str
        required: true
  recycle:
    description:
      - Whether the server stops the tasks that use the endpoint and run, and resumes them with the new settings.
      - With V(false), tasks are left alone. Those that run keep the old settings until they are stopped and resumed.
    type: bool
    default: true
  test:
    description:
      - Whether the server connects to the endpoint of the configuration first, in check mode too. If the test fails,
        nothing is changed.
    type: bool
    default: true
  wait:
    description:
      - Whether to wait until the live endpoint has the new settings and, with O(recycle=true), until the tasks that ran
        before run again.
    type: bool
    default: true
  timeout:
    description:
      - Seconds to wait, for all tasks together.
    type: int
    default: 300
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.changes
notes:
  - Switch only after the other database has fully taken over.
  - The endpoints of configurations need the internal parameter C(supportResetLog), as the live endpoint does.
  - If two configurations are the same but for their secrets, the module cannot tell them apart. It warns then.
seealso:
  - module: qlik.enterprise_manager.aem_endpoint
  - module: qlik.enterprise_manager.aem_endpoint_test
  - module: qlik.enterprise_manager.aem_task_state
"""

EXAMPLES = r"""
- name: Fail over to the standby, with all tasks
  qlik.enterprise_manager.aem_endpoint_failover:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    endpoint: ORA
    configuration: Standby
    timeout: 600
  register: failover

- name: Fail two servers over at the same time
  qlik.enterprise_manager.aem_endpoint_failover:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    switches:
      - {server: Replicate PRD 1, endpoint: ORA, configuration: Standby}
      - {server: replicate-qas, endpoint: QAS Oracle, configuration: Standby}

- name: Tell how long each task took
  ansible.builtin.debug:
    msg: "{{ item.name }} {{ item.after }} {{ item.seconds | default(0) }}"
  loop: "{{ failover.tasks }}"
  loop_control:
    label: "{{ item.name }}"

- name: Stop the tasks for a planned return
  qlik.enterprise_manager.aem_task_state:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    tags: [orders]
    state: stopped
  register: pause

- name: Return to the primary, the tasks being stopped
  qlik.enterprise_manager.aem_endpoint_failover:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    endpoint: ORA
    configuration: Primary
    recycle: false

- name: Run those again that ran
  qlik.enterprise_manager.aem_task_state:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    tasks: "{{ pause.tasks | selectattr('changed') | map(attribute='name') }}"
    state: started
    to_run_again: true
"""

RETURN = r"""
endpoints:
  description: What became of each endpoint.
  type: list
  elements: dict
  returned: when the endpoints are as they must be
  contains:
    server:
      description: Server that the endpoint is on.
      type: str
      returned: always
    endpoint:
      description: Name of the live endpoint.
      type: str
      returned: always
    active_configuration:
      description: As RV(active_configuration).
      type: str
      returned: always
    previous_configuration:
      description: As RV(previous_configuration).
      type: str
      returned: always
    tasks:
      description: As RV(tasks).
      type: list
      elements: dict
      returned: always
active_configuration:
  description: The configuration that is active now, or would be in check mode. Null if the settings are of none.
  type: str
  returned: with O(server), when the endpoints are as they must be
  sample: Standby
previous_configuration:
  description: The configuration that was active before. Null if the settings were of none.
  type: str
  returned: with O(server), when the endpoints are as they must be
  sample: Primary
tasks:
  description: The tasks that use the endpoint.
  type: list
  elements: dict
  returned: with O(server), when the endpoints are as they must be
  contains:
    name:
      description: Name of the task.
      type: str
      returned: always
    before:
      description: State before.
      type: str
      returned: always
    after:
      description: State now, or as it would be in check mode.
      type: str
      returned: always
    seconds:
      description: Seconds from the switch until the task was seen in that state.
      type: float
      returned: for tasks that were stopped and resumed
    error:
      description: Why the task does not run again.
      type: str
      returned: when it does not
  sample:
    - name: Orders to DW
      before: RUNNING
      after: RUNNING
      seconds: 12.4
    - name: Orders archive
      before: STOPPED
      after: STOPPED
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._runbook import failover


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan the switches, and carry them out."""
    return failover.perform(api, options)


def main() -> None:
    run_module(work, failover.ARGUMENTS, **failover.RULES)


if __name__ == "__main__":
    main()
