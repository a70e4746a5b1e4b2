# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that reads the text of an export."""

from __future__ import annotations

DOCUMENTATION = r"""
name: definition
short_description: Read the text of an export of Qlik Replicate
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Turns the text of an export, of one task or of a whole server, into data.
  - Unlike P(ansible.builtin.from_json#filter) it reads the exports of every version. Some begin with a byte order mark
    or with a C(//) line, which is no JSON.
  - It fails, saying what is wrong where, for broken JSON, for JSON that is no definition, and for a definition with two
    tasks or two endpoints of one name.
positional: _input
options:
  _input:
    description: The text of an export. Data that has been read already is checked and returned.
    type: raw
    required: true
seealso:
  - plugin: qlik.enterprise_manager.retarget
    plugin_type: filter
  - plugin: qlik.enterprise_manager.definition_diff
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Tell which tasks an export holds
  ansible.builtin.debug:
    msg: "{{ definition['cmd.replication_definition'].tasks | map(attribute='task.name') }}"
  vars:
    definition: "{{ lookup('ansible.builtin.file', 'dev.json') | qlik.enterprise_manager.definition }}"
"""

RETURN = r"""
_value:
  description: The definition, with all its keys as they are. The tasks and endpoints are below
    C(cmd.replication_definition).
  type: dict
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError


def definition(text: Any) -> dict[str, Any]:
    """The definition that ``text`` holds; raises AnsibleFilterError for what is none."""
    from ..module_utils._definition.document import given_by_hand
    from ..module_utils._definition.tree import DefinitionError

    if not isinstance(text, (str, bytes, dict)):
        raise AnsibleFilterError("qlik.enterprise_manager.definition takes the text of an export.")
    try:
        return given_by_hand(text).data
    except DefinitionError as error:
        raise AnsibleFilterError(error.message) from error


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"definition": definition}
