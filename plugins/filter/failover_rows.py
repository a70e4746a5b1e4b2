# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that puts the results of a failover together, task by task."""

from __future__ import annotations

DOCUMENTATION = r"""
name: failover_rows
short_description: Put the results of a failover together, task by task
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Makes a row for each task from the results of the steps of a failover. Steps that were not made are left out.
  - The role P(qlik.enterprise_manager.failover#role) makes its report with it.
positional: _input
options:
  _input:
    description: The tasks that M(qlik.enterprise_manager.aem_failover_check) returned before.
    type: list
    elements: dict
    required: true
  stopped:
    description: The tasks that M(qlik.enterprise_manager.aem_task_state) stopped.
    type: list
    elements: dict
    default: []
  switched:
    description: The endpoints that M(qlik.enterprise_manager.aem_endpoint_failover) returned.
    type: list
    elements: dict
    default: []
  started:
    description: The tasks that M(qlik.enterprise_manager.aem_task_state) started.
    type: list
    elements: dict
    default: []
  health:
    description: The tasks that M(qlik.enterprise_manager.aem_task_health) returned at the end.
    type: list
    elements: dict
    default: []
seealso:
  - module: qlik.enterprise_manager.aem_failover_check
"""

EXAMPLES = r"""
- name: A line for each task
  ansible.builtin.debug:
    msg: >-
      {{ check.tasks | qlik.enterprise_manager.failover_rows(stopped=stopped.tasks, started=started.tasks)
      | map(attribute='line') }}
  vars:
    check:
      tasks: [{server: PRD, endpoint: ORA, name: Orders, state: RUNNING}]
    stopped:
      tasks: [{server: PRD, name: Orders, before: RUNNING, after: STOPPED, seconds: 2.1}]
    started:
      tasks: [{server: PRD, name: Orders, before: STOPPED, after: RUNNING, seconds: 2.4}]
"""

RETURN = r"""
_value:
  description: A row for each task, in their order.
  type: list
  elements: dict
  contains:
    server:
      description: Server that the task is on.
      type: str
    endpoint:
      description: The endpoint that the task uses.
      type: str
    name:
      description: Name of the task.
      type: str
    before:
      description: State before.
      type: str
    after:
      description: State after.
      type: str
    stop_seconds:
      description: Seconds that its stop took, null if it was not stopped.
      type: float
    recycle_seconds:
      description: Seconds until it ran again after the server had stopped and resumed it, null if it did not.
      type: float
    start_seconds:
      description: Seconds that its start took, null if it was not started.
      type: float
    latency_seconds:
      description: Its total latency at the end in seconds, null if it is not known.
      type: int
    problems:
      description: What is wrong with it.
      type: list
      elements: str
    line:
      description: All of that in a line.
      type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError


def failover_rows(
    before: Any, stopped: Any = None, switched: Any = None, started: Any = None, health: Any = None
) -> list[dict[str, Any]]:
    """The rows; raises AnsibleFilterError for what are no results of those steps."""
    from ..module_utils._runbook.failover_report import rows

    try:
        return rows(before, stopped or (), switched or (), started or (), health or ())
    except (KeyError, TypeError) as error:
        words = "qlik.enterprise_manager.failover_rows got something else than the results of a failover"
        raise AnsibleFilterError(f"{words}: {error}") from error


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"failover_rows": failover_rows}
