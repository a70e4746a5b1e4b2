# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that gives a variable the type that the argument specification of its role says."""

from __future__ import annotations

DOCUMENTATION = r"""
name: typed
short_description: Give a variable of a role the type that its argument specification says
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Reads text as Ansible reads the option of a module, so that V(false) on the command line, in a survey of AWX or from
    the environment means C(false). Ansible checks the variables of a role, and hands them on as they are.
  - What has the type already, and null, stay as they are.
positional: _input, kind
options:
  _input:
    description: The variable.
    type: raw
    required: true
  kind:
    description: A type of options.
    type: str
    choices: [bool, dict, float, int, list]
    required: true
"""

EXAMPLES = r"""
- name: Say whether it is wanted
  ansible.builtin.debug:
    msg: "{{ 'Wanted' if from_survey | qlik.enterprise_manager.typed('bool') else 'Not wanted' }}"
  vars:
    from_survey: "no"
"""

RETURN = r"""
_value:
  description: The value, of that type.
  type: raw
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.parameters import DEFAULT_TYPE_VALIDATORS

TYPES = ("bool", "dict", "float", "int", "list")


def typed(value: Any, kind: str) -> Any:
    """The value as that type; raises AnsibleFilterError where it cannot be read so."""
    if kind not in TYPES:
        raise AnsibleFilterError(f"qlik.enterprise_manager.typed knows {', '.join(TYPES)}, not {kind!r}")
    if value is None:
        return None
    try:
        return DEFAULT_TYPE_VALIDATORS[kind](value)
    except (TypeError, ValueError) as error:
        raise AnsibleFilterError(f"qlik.enterprise_manager.typed: {value!r} is no {kind}: {error}") from error


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"typed": typed}
