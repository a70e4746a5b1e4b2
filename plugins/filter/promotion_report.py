# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that tells what promotions come to."""

from __future__ import annotations

DOCUMENTATION = r"""
name: promotion_report
short_description: Tell what promoting tasks of Qlik Replicate comes to
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Makes a row for each task that is promoted, before it is done and after.
  - It is what the role P(qlik.enterprise_manager.promote#role) is made of.
positional: _input, states, planned, done
options:
  _input:
    description:
      - RV(qlik.enterprise_manager.promotions#filter:_value.tasks), the rows of the promotions, or, without O(planned),
        the rows that this filter has returned.
    type: list
    elements: dict
    required: true
  states:
    description: Tasks of the target with their states, as M(qlik.enterprise_manager.aem_task_info) returns them.
    type: list
    elements: dict
    required: true
  planned:
    description: Results of M(qlik.enterprise_manager.aem_task) in check mode, with diffs, in the order of the rows.
    type: list
    elements: dict
  done:
    description: Results of M(qlik.enterprise_manager.aem_task) for those tasks that differ, in their order.
    type: list
    elements: dict
    default: []
seealso:
  - plugin: qlik.enterprise_manager.promotions
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Tell what importing a task would come to
  ansible.builtin.debug:
    msg: "{{ tasks | qlik.enterprise_manager.promotion_report(states, planned) | map(attribute='line') }}"
  vars:
    tasks:
      - source: ERP to DW
        name: ERP to DW
        exists: true
        source_endpoint: ERP PROD
        target_endpoints: [DW PROD]
        tables: 8
        patterns: 0
    planned:
      - changed: true
        diff:
          before: {tasks: {ERP to DW: {task_settings: {common_settings: {lob_max_size: 8}}}}}
          after: {tasks: {ERP to DW: {task_settings: {common_settings: {lob_max_size: 64}}}}}
    states:
      - {name: ERP to DW, state: STOPPED}
"""

RETURN = r"""
_value:
  description: A row for each task, with what O(_input) says of it.
  type: list
  elements: dict
  contains:
    status:
      description: V(created), V(changed), V(unchanged) or V(failed).
      type: str
    state:
      description: The state of the task on the target, null if it is not there.
      type: str
    restarted:
      description: Whether the task runs and is stopped and resumed for the change.
      type: bool
    settings:
      description: The settings that change, with their values before and after.
      type: list
      elements: str
    tables_changed:
      description: Number of tables and patterns of the selection that come, go or change.
      type: int
    error:
      description: What went wrong. Only for V(failed).
      type: str
    line:
      description: All that as a person reads it.
      type: str
"""

import json
from collections.abc import Callable
from typing import Any

from ansible.utils.unsafe_proxy import wrap_var


def promotion_report(tasks: Any, states: Any, planned: Any = None, done: Any = ()) -> list[dict[str, Any]]:
    """A row for each promotion."""
    from ..module_utils._runbook import promotion_report as reports

    rows = tasks if planned is None else reports.planned(tasks, planned)
    # What a server says must never count as a template. wrap_var takes plain containers only.
    told = json.loads(json.dumps(reports.report(rows, states, done)))
    return list(wrap_var(told))


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"promotion_report": promotion_report}
