#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_table_info
short_description: List the tables of a task of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Lists the tables of a Replicate task with their state and, if wanted, their counters.
  - Enterprise Manager leaves open when the load of a table will end. This module computes it.
  - Needs the role Viewer on the task.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  server:
    description:
      - Name of the server.
    type: str
    required: true
  task:
    description:
      - Name of the task.
    type: str
    required: true
  schema:
    description:
      - Schema of the tables on the source. C(%) stands for any characters, and upper and lower case count.
      - All schemas if not set.
    type: str
  table:
    description:
      - Name of the tables on the source, as in O(schema). All tables if not set.
    type: str
  table_states:
    description:
      - Only tables in one of these states. Tables in any state if not set.
    type: list
    elements: str
    choices: [table_change_processing, table_completed, table_error, table_loading, table_queued]
  statuses:
    description:
      - With V(true), each table has its counters. With V(false), it has its schema, name and state only, which is
        quicker where there are many.
    type: bool
    default: true
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.info
seealso:
  - module: qlik.enterprise_manager.aem_table
  - module: qlik.enterprise_manager.aem_task_info
"""

EXAMPLES = r"""
- name: See how far a full load is
  qlik.enterprise_manager.aem_table_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    table_states: [table_loading, table_queued]

- name: List the tables of one schema that are in error
  qlik.enterprise_manager.aem_table_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    schema: ERP
    table_states: [table_error]
    statuses: false
  register: failed

- name: Name them
  ansible.builtin.debug:
    msg: "{{ failed.tables | map(attribute='table') }}"
"""

RETURN = r"""
tables:
  description: The tables, in the order of Enterprise Manager. Times are UTC.
  type: list
  elements: dict
  returned: always
  contains:
    schema:
      description: Schema on the source.
      type: str
      returned: with O(statuses=false)
    table:
      description: Name on the source.
      type: str
      returned: with O(statuses=false)
    state:
      description: >-
        V(TABLE_QUEUED), V(TABLE_LOADING), V(TABLE_COMPLETED), V(TABLE_CHANGE_PROCESSING) or V(TABLE_ERROR).
      type: str
      returned: always
    schema_on_source:
      description: Schema on the source.
      type: str
      returned: with O(statuses=true)
    table_on_source:
      description: Name on the source.
      type: str
      returned: with O(statuses=true)
    schema_on_target:
      description: Schema on the target, empty if not known.
      type: str
      returned: with O(statuses=true)
    table_on_target:
      description: Name on the target, empty if not known.
      type: str
      returned: with O(statuses=true)
    data_errors_count:
      description: Number of errors in the data.
      type: int
      returned: with O(statuses=true)
    table_full_load_info:
      description: The full load.
      type: dict
      returned: with O(statuses=true)
      contains:
        start_time:
          description: When the load began.
          type: str
          returned: always
        end_time:
          description: When the load ended.
          type: str
          returned: always
        estimated_row_count:
          description: How many rows the table is thought to have.
          type: int
          returned: always
        estimated_end_time:
          description:
            - When the load will end if it goes on as until now, reckoned from the rows that have been transferred.
            - V(none) if the table is not being loaded, or nothing has been transferred yet.
          type: str
          returned: always
        transferred_row_count:
          description: How many rows have been transferred.
          type: int
          returned: always
        transferred_volume_mb:
          description: How much has been transferred. Whatever its name says, servers seem to count bytes.
          type: int
          returned: always
    table_cdc_info:
      description: >-
        The changes, C(insert_count), C(update_count), C(delete_count), C(ddl_count), C(last_update_time), and those
        that were cached during the full load, C(cached_insert_count), C(cached_update_count),
        C(cached_delete_count).
      type: dict
      returned: with O(statuses=true)
  sample:
    - schema_on_source: ERP
      table_on_source: CUSTOMERS
      schema_on_target: dw
      table_on_target: customers
      state: TABLE_LOADING
      data_errors_count: 0
      table_full_load_info:
        start_time: "2026-11-20T09:00:00"
        end_time: null
        estimated_row_count: 10000
        estimated_end_time: "2026-11-20T09:20:00"
        transferred_row_count: 2500
        transferred_volume_mb: 464000
      table_cdc_info:
        insert_count: 0
        update_count: 0
        delete_count: 0
        ddl_count: 0
        last_update_time: null
        cached_insert_count: 17
        cached_update_count: 0
        cached_delete_count: 0
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource import table


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Read the tables."""
    tables, warnings = table.listed(api, options)
    return Result({"tables": tables}, warnings=warnings)


def main() -> None:
    run_module(work, table.INFO_ARGUMENTS)


if __name__ == "__main__":
    main()
