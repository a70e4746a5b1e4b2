#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_table
short_description: Reload or resume tables of a task of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Loads many tables of a Replicate task again, or takes tables that errors suspended back into processing, side by
    side, chosen by name, pattern or state.
  - A table that was suspended during a full load cannot be resumed. The module says then that it must be reloaded.
  - Needs the roles Viewer and Operator on the task.
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
  state:
    description:
      - V(reloaded) loads every table that is chosen again, once. The module does not wait until it is loaded.
        The task must have full load enabled.
      - V(resumed) takes tables in state V(TABLE_ERROR) back into processing. Tables in any other state are no change.
    type: str
    choices: [reloaded, resumed]
    required: true
  tables:
    description:
      - Which tables. All tables of the task if not set.
      - A table that is named without C(%) and is not in the task is an error. So is a pattern that no table matches,
        unless with O(allow_none).
    type: list
    elements: dict
    suboptions:
      schema:
        description:
          - Schema of the table on the source. C(%) stands for any characters, and upper and lower case count.
          - All schemas if not set.
        type: str
      table:
        description:
          - Name of the table on the source, as in O(tables[].schema).
          - All tables if not set.
        type: str
  table_states:
    description:
      - Only tables in one of these states. Tables in any state if not set.
    type: list
    elements: str
    choices: [table_change_processing, table_completed, table_error, table_loading, table_queued]
  allow_none:
    description:
      - Whether there may be no such table. Then a pattern that no table matches is warned of, and an empty list is
        taken as it is. Otherwise each is an error. That no table is in one of the O(table_states) is never one.
    type: bool
    default: false
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Tells which tables would be reloaded or resumed, and does neither.
    support: full
  diff_mode:
    description: Shows the states before and those that follow.
    support: full
  idempotent:
    description:
      - Tables that are processed are not resumed again. With O(state=reloaded) each run reloads every table, since
        nobody can tell a table that was loaded for this purpose from another.
    support: partial
notes:
  - When the answer to a reload is lost on the way, the module looks at the table. A table that is being loaded counts
    as reloaded. A reload is never sent twice.
seealso:
  - module: qlik.enterprise_manager.aem_table_info
  - module: qlik.enterprise_manager.aem_task_tables
"""

EXAMPLES = r"""
- name: Take the tables that errors suspended back into processing
  qlik.enterprise_manager.aem_table:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    state: resumed
    tables:
      - schema: ERP
        table: STOCK%

- name: Load some tables again
  qlik.enterprise_manager.aem_table:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    state: reloaded
    tables:
      - schema: ERP
        table: CUSTOMERS
      - schema: ERP
        table: ORDER%

- name: Load what failed again, wherever it is
  qlik.enterprise_manager.aem_table:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    state: reloaded
    table_states: [table_error]
"""

RETURN = r"""
tables:
  description: What became of each table that was chosen.
  type: list
  elements: dict
  returned: when the tables could be listed
  contains:
    schema:
      description: Schema of the table on the source.
      type: str
      returned: always
    table:
      description: Name of the table on the source.
      type: str
      returned: always
    before:
      description: >-
        State before, V(TABLE_QUEUED), V(TABLE_LOADING), V(TABLE_COMPLETED), V(TABLE_CHANGE_PROCESSING) or
        V(TABLE_ERROR).
      type: str
      returned: always
    changed:
      description: Whether this run reloaded or resumed the table, or would.
      type: bool
      returned: always
    error:
      description: What went wrong with this table.
      type: str
      returned: when the table failed
    error_code:
      description: Error code of Enterprise Manager.
      type: str
      returned: when Enterprise Manager answered an error for this table
  sample:
    - schema: ERP
      table: CUSTOMERS
      before: TABLE_ERROR
      changed: true
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result, carry_out
from ..module_utils._module import run_module
from ..module_utils._resource import table as tables


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan a change for each table that needs one, and carry them out side by side."""
    server, task, state = options["server"], options["task"], options["state"]
    selected = tables.select(api, server, task, options["tables"], options["table_states"], options["allow_none"])
    touched = [table for table in selected.tables if tables.needs(state, table)]
    changes = tables.plan(api, server, task, touched, state)
    report = carry_out(changes, api.check_mode, workers=api.session.connection.concurrency)
    result = report.result(tables=tables.outcomes(selected.tables, touched, report))
    result.warnings.extend(selected.warnings)
    return result


def main() -> None:
    run_module(work, tables.ARGUMENTS)


if __name__ == "__main__":
    main()
