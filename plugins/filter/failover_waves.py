# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that puts the tasks of a failover in the order in which they are started."""

from __future__ import annotations

DOCUMENTATION = r"""
name: failover_waves
short_description: Put the tasks of a failover in the order in which they are started
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - A task that writes a log stream is started before those that read from it, and stopped after them. What does not
    depend on each other is in one wave, side by side.
  - The role P(qlik.enterprise_manager.failover#role) stops and starts by it.
positional: _input, tasks
options:
  _input:
    description: The tasks, as an option O(qlik.enterprise_manager.aem_task_state#module:selection) takes them.
    type: list
    elements: dict
    required: true
  tasks:
    description: The tasks that M(qlik.enterprise_manager.aem_failover_check) returned.
    type: list
    elements: dict
    required: true
seealso:
  - module: qlik.enterprise_manager.aem_failover_check
"""

EXAMPLES = r"""
- name: Say in which order they are started
  ansible.builtin.debug:
    msg: "{{ selection | qlik.enterprise_manager.failover_waves(tasks) }}"
  vars:
    selection:
      - {server: PRD, tasks: [Orders, Staging]}
    tasks:
      - {server: PRD, name: Orders, wave: 1}
      - {server: PRD, name: Staging, wave: 0}
"""

RETURN = r"""
_value:
  description: A selection for each wave, in the order in which they are started. One that is empty where no task is.
  type: list
  elements: list
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError


def failover_waves(selection: Any, tasks: Any) -> list[list[dict[str, Any]]]:
    """The waves; raises AnsibleFilterError for what is no selection and no result of that module."""
    from ..module_utils._runbook.failover_report import in_waves

    try:
        return in_waves(selection, tasks)
    except (AttributeError, KeyError, TypeError) as error:
        words = "qlik.enterprise_manager.failover_waves got something else than tasks of a failover"
        raise AnsibleFilterError(f"{words}: {error}") from error


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"failover_waves": failover_waves}
