# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that makes schedules and notifications of promoted tasks those of another server."""

from __future__ import annotations

DOCUMENTATION = r"""
name: promotion_schedules
short_description: Make schedules and notifications of tasks of Qlik Replicate those of another server
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Takes what belongs to the tasks that are promoted, and gives it their names on the target.
  - A notification of the target keeps the other tasks that it is of. A notification that names no task is left out.
  - It is what the role P(qlik.enterprise_manager.promote#role) is made of. It changes nothing and calls nothing.
  - What is wrong is returned, all of it at once, and does not end the play.
positional: _input
options:
  _input:
    description: Export of the source, as M(qlik.enterprise_manager.aem_export) returns it.
    type: dict
    required: true
  target:
    description: Export of the target.
    type: dict
    required: true
  tasks:
    description: The names of the tasks on the target, by their names on the source.
    type: dict
    required: true
  schedules:
    description: Whether schedules come along.
    type: bool
    default: true
  notifications:
    description: Whether notifications come along.
    type: bool
    default: true
seealso:
  - plugin: qlik.enterprise_manager.promotions
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Make the schedules of two tasks those of another server
  ansible.builtin.set_fact:
    along: "{{ source | qlik.enterprise_manager.promotion_schedules(target, tasks) }}"
  vars:
    source:
      cmd.replication_definition:
        scheduler:
          jobs:
            - {name: Claims at night, task: DEV Claims, schedule: "0 2 * * *"}
    target:
      cmd.replication_definition: {}
    tasks: {DEV Claims: Claims}
"""

RETURN = r"""
_value:
  description: What comes along.
  type: dict
  contains:
    definition:
      description:
        - The schedules and notifications as text, for M(qlik.enterprise_manager.aem_import). Empty if there are none.
      type: str
    schedules:
      description: Names of the schedules.
      type: list
      elements: str
    notifications:
      description: Names of the notifications.
      type: list
      elements: str
    problems:
      description: What is wrong. With any, nothing should be promoted.
      type: list
      elements: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var


def promotion_schedules(
    source: Any, target: Any, tasks: dict[str, str], schedules: bool = True, notifications: bool = True
) -> dict[str, Any]:
    """What comes along with the tasks; raises AnsibleFilterError for what is no export."""
    from ..module_utils._definition.document import of_sections, read
    from ..module_utils._definition.tree import DefinitionError
    from ..module_utils._runbook.promotion_schedules import along

    try:
        made = along(read(source), read(target), tasks, schedules=schedules, notifications=notifications)
        definition = of_sections(**made.sections).write() if made.sections else ""
    except DefinitionError as error:
        raise AnsibleFilterError(error.message) from error
    value = {
        "definition": definition,
        "schedules": made.jobs,
        "notifications": made.notifications,
        "problems": made.problems,
    }
    # What a server says must never count as a template.
    return dict(wrap_var(value))


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"promotion_schedules": promotion_schedules}
