#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_task_health
short_description: Wait until tasks run, keep up and have no new tables in error
version_added: 0.1.0
description:
  - Looks at tasks of one server or of several, side by side, until all of them are healthy.
  - A task is healthy if it is in state RUNNING, if its total latency is within O(latency), if it is O(drained), and if
    no table is in error that O(baseline) does not have.
  - Ends at once if a task is in state ERROR or has a new table in error, since that does not heal by itself.
  - Needs the roles Viewer on all tasks of each server and Viewer on the tasks.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  skip_missing:
    description:
      - Whether a name that no task has is left out with a warning, in place of an error. Use it for tasks that
        M(qlik.enterprise_manager.aem_task_record) remembers, so that one that was deleted does not hold up the others.
    type: bool
    default: false
  latency:
    description:
      - The most seconds that the total latency of a healthy task may have. If not set, latency does not count.
      - The latency of a task that loads only, and of a Compose task, is not known and does not count.
    type: int
  drained:
    description:
      - Whether a healthy task has nothing more to apply or to load, by the counters of Enterprise Manager. Changes that
        the source has not committed count too. Use it before a task is stopped for good.
      - What is on the source and was not read yet has no counter. Set O(latency) too, and see that nobody writes there.
      - Compose tasks have no such counters, and this does not count for them.
    type: bool
    default: false
  baseline:
    description:
      - The tables that were in error before, as RV(tasks) of an earlier call. Others in error then count as new.
      - Of each item, C(server), C(name) and C(tables_in_error) are needed, and nothing else counts.
      - If not set, tables in error do not count.
    type: list
    elements: dict
  settle:
    description:
      - Seconds that all tasks must stay healthy before they count as healthy. Servers take about ten seconds to show
        the latency of a task that has just started.
      - The module fails, unless told not to, where they have not been healthy for that long in the end.
    type: int
    default: 0
  timeout:
    description:
      - Seconds that the tasks have to become healthy, O(settle) not counted. With V(0) they are looked at once.
    type: int
    default: 60
  fail_on_error:
    description:
      - Whether the module fails if a task is not healthy in time.
    type: bool
    default: true
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.choice
  - qlik.enterprise_manager.aem.info
notes:
  - In check mode the tasks are looked at once. One that is not there yet is taken as healthy, and for one that does not
    run there is a warning only, since an earlier task of the play may make or start it.
seealso:
  - module: qlik.enterprise_manager.aem_task_info
  - module: qlik.enterprise_manager.aem_task_state
  - module: qlik.enterprise_manager.aem_table
"""

EXAMPLES = r"""
- name: Look how the tasks do before a change
  qlik.enterprise_manager.aem_task_health:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    tags: [critical]
    timeout: 0
    fail_on_error: false
  register: before

- name: Let them do as well after it
  qlik.enterprise_manager.aem_task_health:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    tags: [critical]
    latency: 60
    baseline: "{{ before.tasks }}"
    timeout: 300

- name: Wait until all that was written to the source has arrived, before the target is switched over
  qlik.enterprise_manager.aem_task_health:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    tasks: [POS to Kafka]
    drained: true
    latency: 10
    settle: 30
    timeout: 900
"""

RETURN = r"""
healthy:
  description: Whether all tasks are healthy.
  type: bool
  returned: when the tasks could be looked at
  sample: true
seconds:
  description: Seconds that it took.
  type: float
  returned: when the tasks could be looked at
  sample: 12.3
tasks:
  description: How each task does.
  type: list
  elements: dict
  returned: when the tasks could be looked at
  contains:
    server:
      description: Server that the task is on.
      type: str
      returned: always
    name:
      description: Name of the task.
      type: str
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
    healthy:
      description: Whether the task is healthy.
      type: bool
      returned: always
    problems:
      description: What is wrong with it.
      type: list
      elements: str
      returned: always
  sample:
    - server: Replicate PRD 1
      name: ERP to DW
      state: RUNNING
      message: ""
      latency_seconds: 75
      left_to_apply: 1200
      tables_in_error: [ERP.INVOICES]
      healthy: false
      problems: [its latency of 75 s is above 60 s]
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource.task_choice import CHOICE_RULES
from ..module_utils._runbook import task_health


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Look at the tasks until they are healthy."""
    return task_health.report(api, options)


def main() -> None:
    run_module(work, task_health.ARGUMENTS, **CHOICE_RULES)


if __name__ == "__main__":
    main()
