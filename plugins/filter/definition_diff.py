# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that compares two definitions."""

from __future__ import annotations

DOCUMENTATION = r"""
name: definition_diff
short_description: Tell what importing a definition of Qlik Replicate would change
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Compares a definition with that of a server, setting by setting, as an import would change it.
  - Tasks, endpoints and other things that only the server has stay as they are, so they are no difference.
  - Of a task or an endpoint that both have, a setting that only the server has is a difference. An import resets it.
  - The order of keys, tables and named things, defaults spelled out or left out, numbers and booleans as text, and what
    each server has of its own (C(task_uuid), the label, the version) are no difference.
  - Secrets are never compared and never shown.
positional: _input, current
options:
  _input:
    description: The wanted definition, as data or as the text of an export.
    type: raw
    required: true
  current:
    description: The definition of the server, as data or as the text of an export.
    type: raw
    required: true
  ignore:
    description:
      - JSON pointers to what is not compared, as RV(_value[].path) has them, V(*) for any name.
      - A pointer that does not begin with a section, such as V(/task_settings/common_settings/lob_max_size), holds in
        any task and any endpoint.
    type: list
    elements: str
    default: []
  exact:
    description:
      - Set this to V(false) if O(_input) holds only some settings of its tasks and endpoints. Then only these are
        compared. A list counts as a whole all the same.
    type: bool
    default: true
seealso:
  - plugin: qlik.enterprise_manager.definition
    plugin_type: filter
  - plugin: qlik.enterprise_manager.retarget
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Tell how DEV differs from PROD
  ansible.builtin.debug:
    msg: >-
      {{ lookup('ansible.builtin.file', 'dev.json')
      | qlik.enterprise_manager.definition_diff(lookup('ansible.builtin.file', 'prod.json')) }}

- name: Fail if PROD has drifted from what is in Git, descriptions aside
  ansible.builtin.assert:
    that: drift | length == 0
    fail_msg: "{{ drift }}"
  vars:
    drift: >-
      {{ lookup('ansible.builtin.file', 'git.json')
      | qlik.enterprise_manager.definition_diff(
        lookup('ansible.builtin.file', 'prod.json'), ignore=['/task/description']) }}
"""

RETURN = r"""
_value:
  description: What differs. Empty if an import would change nothing.
  type: list
  elements: dict
  contains:
    section:
      description: The section of the definition.
      type: str
      sample: tasks
    task:
      description: The task, null where the setting is not one of a task.
      type: str
      sample: ERP to DW
    endpoint:
      description: The endpoint, null where the setting is not one of an endpoint.
      type: str
    setting:
      description: The setting, from its task, endpoint or section down. Empty where a whole task or endpoint is new.
      type: str
      sample: task_settings.common_settings.lob_max_size
    path:
      description: A JSON pointer to the setting, below C(cmd.replication_definition). A thing in a list stands by its
        name, a table by owner and name.
      type: str
      sample: /tasks/ERP to DW/task_settings/common_settings/lob_max_size
    before:
      description: The value that the server has, null if it has none.
      type: raw
      sample: 8
    after:
      description: The value after an import, null if it would have none.
      type: raw
      sample: 64
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError


def definition_diff(wanted: Any, current: Any, ignore: Any = (), exact: bool = True) -> list[dict[str, Any]]:
    """What importing ``wanted`` would change; raises AnsibleFilterError for what is no definition or no pointer."""
    from ..module_utils._definition.compare import differences
    from ..module_utils._definition.document import read
    from ..module_utils._definition.tree import DefinitionError

    if not all(isinstance(definition, (str, bytes, dict)) for definition in (wanted, current)):
        raise AnsibleFilterError("qlik.enterprise_manager.definition_diff takes definitions or texts of exports.")
    if not isinstance(ignore, (list, tuple)):
        raise AnsibleFilterError("Option ignore of qlik.enterprise_manager.definition_diff is not a list.")
    try:
        found = differences(read(wanted), read(current), ignore, exact)
    except DefinitionError as error:
        raise AnsibleFilterError(error.message) from error
    return [
        {
            "section": difference.section,
            "task": difference.task,
            "endpoint": difference.endpoint,
            "setting": difference.setting,
            "path": difference.path,
            "before": difference.before,
            "after": difference.after,
        }
        for difference in found
    ]


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"definition_diff": definition_diff}
