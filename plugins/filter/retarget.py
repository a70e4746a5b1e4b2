# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that makes a definition one for another environment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: retarget
short_description: Make a definition of Qlik Replicate one for another environment
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Gives a definition other endpoints, other owners of its tables, other schemas on the target, or its task another
    name.
  - An endpoint is renamed in all places where a task or another endpoint names it, and where it is defined.
  - What identifies a task on its server (C(task_uuid)) is dropped.
  - An owner inside an expression of a transformation, such as an argument of C(source_lookup), is text and stays as it
    is. A warning names the place.
  - It fails for an endpoint or a task that the definition does not have, and where two endpoints, tasks or tables would
    become one.
positional: _input
options:
  _input:
    description: A definition, as data or as the text of an export.
    type: raw
    required: true
  endpoints:
    description: New names of endpoints by old names. They are exchanged all at once, so two can swap names.
    type: dict
  owners:
    description:
      - New owners of source tables by old owners, in table selections, patterns and the settings of tables.
      - An owner that the definition does not name is no error, so one map serves many tasks.
    type: dict
  schemas:
    description:
      - New schemas of the target by old ones, for the task, its control tables and single tables.
      - Without it they stay as they are, also where a schema and an owner have the same name.
    type: dict
  tasks:
    description:
      - New names of tasks by old names, of as many as a definition has. They are exchanged all at once.
      - Notifications, scheduled jobs, and endpoints that read a log stream follow them.
    type: dict
  name:
    description:
      - The new name of the task. The definition must have exactly one. Use O(tasks) for more.
      - What follows a task with O(tasks) follows it here too.
    type: str
  source:
    description: The new source endpoint of the task. The definition must have exactly one task.
    type: str
  target:
    description: The new target endpoint of the task. The definition must have exactly one task, and that one target.
    type: str
seealso:
  - plugin: qlik.enterprise_manager.definition
    plugin_type: filter
  - plugin: qlik.enterprise_manager.definition_diff
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Make a task of DEV one for PROD
  ansible.builtin.set_fact:
    prod: >-
      {{ lookup('ansible.builtin.file', 'dev.json')
      | qlik.enterprise_manager.retarget(source='ERP Oracle PROD', target='DW PROD', owners={'ERP': 'ERP_PROD'}) }}

- name: Rename endpoints wherever they are used
  ansible.builtin.set_fact:
    prod: "{{ lookup('ansible.builtin.file', 'dev.json') | qlik.enterprise_manager.retarget(endpoints=endpoints) }}"
  vars:
    endpoints:
      ERP Oracle: ERP Oracle PROD
      DW Snowflake: DW PROD
"""

RETURN = r"""
_value:
  description: The new definition. The one that was given stays as it is.
  type: dict
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

_MAPS = ("endpoints", "owners", "schemas", "tasks")
_NAMES = ("name", "source", "target")


def retarget(definition: Any, **options: Any) -> dict[str, Any]:
    """The definition for another environment; raises AnsibleFilterError where it cannot be made."""
    from ..module_utils._definition import retarget as retargeting
    from ..module_utils._definition.document import given_by_hand
    from ..module_utils._definition.owners import unmapped_in
    from ..module_utils._definition.tree import DefinitionError

    for option, value in options.items():
        if option not in _MAPS + _NAMES:
            raise AnsibleFilterError(f"qlik.enterprise_manager.retarget has no option {option}.")
        kind = dict if option in _MAPS else str
        if value is not None and not isinstance(value, kind):
            what = "a dictionary" if option in _MAPS else "a string"
            raise AnsibleFilterError(f"Option {option} of qlik.enterprise_manager.retarget is not {what}.")
    if not isinstance(definition, (str, bytes, dict)):
        raise AnsibleFilterError("qlik.enterprise_manager.retarget takes a definition or the text of an export.")
    try:
        given = given_by_hand(definition)
        retargeted = retargeting.retarget(given, **options).data
    except DefinitionError as error:
        raise AnsibleFilterError(error.message) from error
    for warning in unmapped_in(given, options.get("owners") or ()):
        Display().warning(warning)
    return retargeted


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"retarget": retarget}
