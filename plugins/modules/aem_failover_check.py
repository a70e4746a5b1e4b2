#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_failover_check
short_description: Tell whether Oracle source endpoints are ready to fail over
version_added: 0.1.0
description:
  - Looks at everything that a failover needs, for many endpoints side by side, and tells all that stands against it.
  - The endpoint is there and is an Oracle source, the wanted configuration is there and of the same type and role, the
    server can connect to it, and the license of the server is valid.
  - Also tells which configuration is active and how each task that uses the endpoint does.
  - Run it now and then, and you know before the day that you need it.
  - Needs the roles Admin on Enterprise Manager and on the server, Designer on all tasks and Operator on the endpoints.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  switches:
    description:
      - The endpoints, and the configurations that they are to fail over to.
    type: list
    elements: dict
    required: true
    suboptions:
      server:
        description: Name of the server.
        type: str
        required: true
      endpoint:
        description: Name of the live endpoint, the one that tasks use.
        type: str
        required: true
      configuration:
        description: Name of the configuration to switch to.
        type: str
        required: true
  records:
    description:
      - Folder of the records that M(qlik.enterprise_manager.aem_task_record) writes during a failover. If set, the
        result tells the file for each endpoint, and what an interrupted run has left. Where the check fails, its
        message begins with that.
      - O(qlik.enterprise_manager.aem_task_record#module:of) of a record is its C(configuration).
    type: path
  test:
    description:
      - Whether the server connects to the endpoint of each configuration that is not active.
    type: bool
    default: true
  timeout:
    description:
      - Seconds that a connection test may take.
    type: int
    default: 60
  fail_on_error:
    description:
      - Whether the module fails if an endpoint is not ready.
    type: bool
    default: true
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.info
seealso:
  - module: qlik.enterprise_manager.aem_endpoint_failover
  - module: qlik.enterprise_manager.aem_endpoint_test
"""

EXAMPLES = r"""
- name: Know every Monday whether we could fail over
  qlik.enterprise_manager.aem_failover_check:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    switches:
      - {server: Replicate PRD 1, endpoint: ORA, configuration: Standby}
      - {server: replicate-qas, endpoint: QAS Oracle, configuration: Standby}
    fail_on_error: false
  register: drill

- name: Tell what stands against it
  ansible.builtin.debug:
    msg: "{{ drill.problems | default(['Ready.'], true) }}"
"""

RETURN = r"""
summary:
  description: What a failover would do to each endpoint, in words.
  type: list
  elements: str
  returned: when Enterprise Manager could be asked
  sample: ["Replicate PRD 1: ORA goes from Primary to Standby. Tasks: RUNNING: Orders to DW."]
left:
  description: What earlier runs have left of these switches, and the ways out, in words. Needs O(records).
  type: list
  elements: str
  returned: when Enterprise Manager could be asked
  sample: []
ready:
  description: Whether all endpoints are ready.
  type: bool
  returned: when Enterprise Manager could be asked
  sample: true
problems:
  description: What stands against it.
  type: list
  elements: str
  returned: when Enterprise Manager could be asked
  sample: []
endpoints:
  description: What was found of each endpoint.
  type: list
  elements: dict
  returned: when Enterprise Manager could be asked
  contains:
    server:
      description: Name of the server.
      type: str
      returned: always
    endpoint:
      description: Name of the live endpoint.
      type: str
      returned: always
    configuration:
      description: The wanted configuration.
      type: str
      returned: always
    active_configuration:
      description: The configuration that is active now. Null if the settings of the endpoint are of none.
      type: str
      returned: always
    active:
      description: Whether this is the wanted configuration.
      type: bool
      returned: always
    needed:
      description: Whether a failover has anything to do, if only to end an interrupted one.
      type: bool
      returned: always
    tasks:
      description: Names of the tasks that use the endpoint.
      type: list
      elements: str
      returned: always
    problems:
      description: What stands against a failover of this endpoint.
      type: list
      elements: str
      returned: always
    record:
      description: The file that remembers the tasks of this endpoint while it fails over.
      type: str
      returned: with O(records)
    interrupted:
      description: Whether this file is there, left by a run that did not come to its end.
      type: bool
      returned: with O(records)
    facts:
      description: The facts in this file. Empty if it is of a switch to another configuration.
      type: dict
      returned: with O(records)
  sample:
    - server: Replicate PRD 1
      endpoint: ORA
      configuration: Standby
      active_configuration: Primary
      active: false
      needed: true
      tasks: [Orders to DW]
      problems: []
tasks:
  description: How each task does that uses one of the endpoints.
  type: list
  elements: dict
  returned: when Enterprise Manager could be asked
  contains:
    server:
      description: Server that the task is on.
      type: str
      returned: always
    endpoint:
      description: The endpoint that the task uses.
      type: str
      returned: always
    name:
      description: Name of the task.
      type: str
      returned: always
    wave:
      description:
        - When it is started, counted from 0. A task that writes a log stream is started before those that read from it,
          and stopped after them.
      type: int
      returned: always
    state:
      description: State of the task.
      type: str
      returned: always
    message:
      description: Message of the task, or empty.
      type: str
      returned: always
    latency_seconds:
      description: Its total latency in seconds, null if the server does not tell.
      type: int
      returned: always
    left_to_apply:
      description: How many changes and tables it has read and not yet brought to its target, null for Compose tasks.
      type: int
      returned: always
    tables_in_error:
      description: Its tables in error, as C(schema.table).
      type: list
      elements: str
      returned: always
  sample:
    - server: Replicate PRD 1
      endpoint: ORA
      name: Orders to DW
      wave: 0
      state: RUNNING
      message: ""
      latency_seconds: 3
      left_to_apply: 0
      tables_in_error: []
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._runbook import failover_check


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Look at the endpoints."""
    return failover_check.report(api, options)


def main() -> None:
    run_module(work, failover_check.ARGUMENTS)


if __name__ == "__main__":
    main()
