#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_task_tables
short_description: Manage which tables a task of Qlik Enterprise Manager replicates
version_added: 0.1.0
description:
  - Sets the table selection of a Replicate task, which has patterns that include tables, patterns that exclude them,
    and tables that are named.
  - A list that is not given stays as it is. Within a list, the order means nothing, and an entry is known by its owner
    and name, in which upper and lower case count.
  - A selection without any pattern or table is refused before anything is changed, and so is an entry that is given
    twice with different attributes.
  - Needs the roles Viewer and Admin on Enterprise Manager.
  - The API knows a selection only as a whole. What you give is merged into what is there just before it is put, and
    looked for afterwards; what another run has overwritten meanwhile is merged again, and the module fails if that
    does not last.
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
  included_pattern:
    description:
      - Patterns of tables that are replicated. V([]) removes them all, unless O(purge=false).
    type: list
    elements: dict
    suboptions: &entry
      owner:
        description:
          - Owner, or schema, of the table. In a pattern, C(%) stands for any characters.
        type: str
        required: true
      name:
        description:
          - Name of the table. In a pattern, C(%) stands for any characters.
        type: str
        required: true
      load_order:
        description:
          - When the table is loaded. Tables with a higher number are loaded first, those with V(0) in any order.
          - A number between V(-2147483647) and V(2147483647), or one of V(LOWEST), V(LOWER), V(LOW), V(NORMAL),
            V(HIGH), V(HIGHER) and V(HIGHEST), which stand for numbers, in any case.
          - If not set, V(0). With O(purge=false), an entry that is there already keeps what it has.
        type: str
      table_type:
        description:
          - Whether it is a table or a view.
          - If not set, V(table). With O(purge=false), an entry that is there already keeps what it has.
        type: str
        choices: [table, view]
  excluded_pattern:
    description:
      - Patterns of tables that are not replicated although they match O(included_pattern).
    type: list
    elements: dict
    suboptions: *entry
  explicit_included_tables:
    description:
      - Tables that are replicated by their names.
    type: list
    elements: dict
    suboptions: *entry
  purge:
    description:
      - With V(true), a list that is given is exactly that.
      - With V(false), it has at least those entries, with those attributes.
    type: bool
    default: true
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.changes
seealso:
  - module: qlik.enterprise_manager.aem_table
  - module: qlik.enterprise_manager.aem_table_info
"""

EXAMPLES = r"""
- name: Replicate one schema, without its temporary tables
  qlik.enterprise_manager.aem_task_tables:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    included_pattern:
      - owner: ERP
        name: "%"
    excluded_pattern:
      - owner: ERP
        name: TMP_%

- name: Load two tables before all others, and keep the rest of the selection
  qlik.enterprise_manager.aem_task_tables:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    explicit_included_tables:
      - owner: ERP
        name: CUSTOMERS
        load_order: HIGHEST
      - owner: ERP
        name: ORDERS_OPEN
        load_order: 500
        table_type: view
    purge: false
"""

RETURN = r"""
tables:
  description: The selection as it is now, or would be in check mode, each list sorted by owner and name.
  type: dict
  returned: success
  contains:
    included_pattern:
      description: Patterns of tables that are replicated.
      type: list
      elements: dict
      returned: always
      contains: &entry
        owner:
          description: Owner of the table, or a pattern.
          type: str
          returned: always
        name:
          description: Name of the table, or a pattern.
          type: str
          returned: always
        load_order:
          description: The number of the load order.
          type: int
          returned: always
        table_type:
          description: V(TABLE) or V(VIEW).
          type: str
          returned: always
    excluded_pattern:
      description: Patterns of tables that are not replicated.
      type: list
      elements: dict
      returned: always
      contains: *entry
    explicit_included_tables:
      description: Tables that are replicated by their names.
      type: list
      elements: dict
      returned: always
      contains: *entry
  sample:
    included_pattern:
      - {owner: ERP, name: "%", load_order: 0, table_type: TABLE}
    excluded_pattern:
      - {owner: ERP, name: TMP_%, load_order: 0, table_type: TABLE}
    explicit_included_tables: []
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource import table_selection
from ..module_utils._resource.whole_state import fulfil


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan one selection and carry the plan out."""
    return fulfil(table_selection.plan(api, options), api.check_mode, returned_as="tables")


def main() -> None:
    run_module(work, table_selection.ARGUMENTS)


if __name__ == "__main__":
    main()
