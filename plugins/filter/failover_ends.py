# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that tells where each endpoint of a failover stands."""

from __future__ import annotations

DOCUMENTATION = r"""
name: failover_ends
short_description: Tell where each endpoint of a failover stands
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Compares what an endpoint was before a failover with what it is now, so that exactly those are switched back that
    were switched, and nothing is called taken back that is not.
  - The role P(qlik.enterprise_manager.failover#role) returns by it.
positional: _input
options:
  _input:
    description: The endpoints that M(qlik.enterprise_manager.aem_failover_check) returned before.
    type: list
    elements: dict
    required: true
  records:
    description:
      - The results of M(qlik.enterprise_manager.aem_task_record), one for each endpoint. The fact C(back) of each has
        C(server), C(endpoint) and C(configuration), which is empty where the settings were of none.
    type: list
    elements: dict
    default: []
  looked:
    description:
      - The endpoints that M(qlik.enterprise_manager.aem_failover_check) returns now, with RV(_value[].look) of this
        filter as its switches.
    type: list
    elements: dict
    default: []
seealso:
  - module: qlik.enterprise_manager.aem_failover_check
"""

EXAMPLES = r"""
- name: Say which endpoints have to be looked at after a failover
  ansible.builtin.debug:
    msg: "{{ endpoints | qlik.enterprise_manager.failover_ends | map(attribute='look') }}"
  vars:
    endpoints:
      - server: PRD
        endpoint: ORA
        configuration: Standby
        active: false
        active_configuration: Primary
"""

RETURN = r"""
_value:
  description: An item for each endpoint, in their order.
  type: list
  elements: dict
  contains:
    server:
      description: Server that the endpoint is on.
      type: str
    endpoint:
      description: Name of the live endpoint.
      type: str
    wanted:
      description: The configuration that was wanted.
      type: str
    former:
      description: The configuration that it had. Empty if its settings were of none, so that there is no way back.
      type: str
    active:
      description: Whether it had the wanted configuration before.
      type: bool
    as_before:
      description: Whether it has its former settings now. Null if nobody can tell.
      type: bool
    look:
      description: The switch to look at for that. If RV(_value[].former) is not empty, this is the way back.
      type: dict
    ran:
      description: The tasks that ran, as an option C(selection) takes them.
      type: list
      elements: dict
    record:
      description: The file that remembers them.
      type: str
    line:
      description: All of that in a line.
      type: str
"""

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError


def failover_ends(endpoints: Any, records: Any = None, looked: Any = None) -> list[dict[str, Any]]:
    """The items; raises AnsibleFilterError for what are no results of those modules."""
    from ..module_utils._runbook.failover_report import ends

    try:
        return ends(endpoints, records or (), looked or ())
    except (AttributeError, KeyError, TypeError) as error:
        words = "qlik.enterprise_manager.failover_ends got something else than the results of a failover"
        raise AnsibleFilterError(f"{words}: {error}") from error


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"failover_ends": failover_ends}
