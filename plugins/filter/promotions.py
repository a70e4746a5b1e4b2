# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that makes exported tasks those of another server."""

from __future__ import annotations

DOCUMENTATION = r"""
name: promotions
short_description: Make exported tasks of Qlik Replicate those of another server
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Gives each task other tables, endpoints, owners, target schemas, settings, and another name, and checks the outcome
    against what the target server has.
  - It is what the role P(qlik.enterprise_manager.promote#role) is made of. It changes nothing and calls nothing.
  - What is wrong is returned, all of it at once, and does not end the play.
positional: _input
options:
  _input:
    description: Exports of one task each, as M(qlik.enterprise_manager.aem_export) returns them.
    type: list
    elements: dict
    required: true
  source:
    description: Name of the server that the tasks are of.
    type: str
    required: true
  target:
    description: Name of the server that they are for.
    type: str
    required: true
  same_server:
    description: Whether both are one server, so that a task must get another name.
    type: bool
    default: false
  source_tasks:
    description: All tasks of the source, as M(qlik.enterprise_manager.aem_task_info) returns them.
    type: list
    elements: dict
    required: true
  target_tasks:
    description: All tasks of the target.
    type: list
    elements: dict
    required: true
  target_endpoints:
    description: All endpoints of the target, as M(qlik.enterprise_manager.aem_endpoint_info) returns them.
    type: list
    elements: dict
    required: true
  names:
    description: The names and patterns that the tasks were chosen by. A name that no task has is a problem.
    type: list
    elements: str
    default: []
  endpoints:
    description: New endpoints by old ones.
    type: dict
    default: {}
  owners:
    description: New owners of source tables by old ones, also for O(tables) and O(tables_text).
    type: dict
    default: {}
  schemas:
    description: New schemas of the target by old ones.
    type: dict
    default: {}
  rename:
    description: A regular expression C(pattern), and the C(replacement) of what it matches in the name of a task.
    type: dict
    default: {}
  overrides:
    description: Settings that are merged into each task.
    type: dict
    default: {}
  task_overrides:
    description: Settings that are merged into single tasks, by their names on the source.
    type: dict
    default: {}
  tables:
    description:
      - Tables of single tasks, each with the C(task) as the source has it, and some of C(included_pattern),
        C(excluded_pattern) and C(explicit_included_tables).
    type: list
    elements: dict
    default: []
  tables_text:
    description:
      - The same as text. CSV with the columns C(task), C(list), C(owner), C(name) and, where wanted, C(load_order) and
        C(table_type), or YAML of the shape of O(tables).
    type: str
    default: ''
  tables_file:
    description: The file of O(tables_text). Its ending C(.csv) says that it is CSV. Messages name it.
    type: str
    default: ''
  with_files:
    description: Whether RV(_value.files) is wanted.
    type: bool
    default: false
seealso:
  - plugin: qlik.enterprise_manager.promotion_report
    plugin_type: filter
  - plugin: qlik.enterprise_manager.retarget
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Make a task of DEV one for PROD
  ansible.builtin.set_fact:
    made: "{{ exports | qlik.enterprise_manager.promotions(**promotion) }}"
  vars:
    exports:
      - "{{ lookup('ansible.builtin.file', 'dev.json') }}"
    promotion:
      source: replicate-dev
      target: replicate-prd
      source_tasks:
        - name: ERP to DW
      target_tasks: []
      target_endpoints:
        - {name: ERP PROD, role: SOURCE}
        - {name: DW PROD, role: TARGET}
      endpoints:
        ERP Oracle: ERP PROD
        DW Snowflake: DW PROD
      owners:
        ERP: ERP_PROD

- name: Say what is wrong with it
  ansible.builtin.debug:
    msg: "{{ made.problems }}"
"""

RETURN = r"""
_value:
  description: The tasks as they are to be, and what is wrong with them.
  type: dict
  contains:
    tasks:
      description: A row for each task that can be made.
      type: list
      elements: dict
      contains:
        source:
          description: Name of the task on the source.
          type: str
        name:
          description: Name of the task on the target.
          type: str
        exists:
          description: Whether the target has a task of that name.
          type: bool
        source_endpoint:
          description: Its source endpoint.
          type: str
        target_endpoints:
          description: Its target endpoints.
          type: list
          elements: str
        tables:
          description: Number of the tables that it names.
          type: int
        patterns:
          description: Number of its patterns of tables.
          type: int
    definitions:
      description: The definitions for the target as text, by the names of the tasks there.
      type: dict
    files:
      description:
        - For each task its export and its definition for the target as text, by the path C(exported/SERVER/TASK.json)
          or C(promoted/SERVER/TASK.json), with names quoted. The same export gives the same files. Secrets that
          overrides hold in clear are masked.
      type: dict
    problems:
      description: What is wrong. With any, nothing should be promoted.
      type: list
      elements: str
    notes:
      description: What was given and is used for no task.
      type: list
      elements: str
"""

from collections.abc import Callable
from typing import Any

import yaml
from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

_WISHED = ("endpoints", "owners", "schemas", "rename", "overrides", "task_overrides")


def promotions(
    exports: Any,
    *,
    source: str,
    target: str,
    source_tasks: list[dict[str, Any]],
    target_tasks: list[dict[str, Any]],
    target_endpoints: list[dict[str, Any]],
    same_server: bool = False,
    names: list[str] | None = None,
    tables: list[dict[str, Any]] | None = None,
    tables_text: str = "",
    tables_file: str = "",
    with_files: bool = False,
    **wished: Any,
) -> dict[str, Any]:
    """The tasks for the target; raises AnsibleFilterError for what is no export, and for an unknown option."""
    from ..module_utils._definition.document import read
    from ..module_utils._definition.tree import DefinitionError
    from ..module_utils._runbook import promotion
    from ..module_utils._runbook.promotion_tables import collected, from_data

    unknown = [option for option in wished if option not in _WISHED]
    if unknown:
        raise AnsibleFilterError(f"qlik.enterprise_manager.promotions has no option {unknown[0]}.")
    places = promotion.Places(source, target, same_server, source_tasks, target_tasks, target_endpoints)
    from_variables, problems = from_data(tables or [], "tables")
    from_file, more = _from_file(tables_text, tables_file) if tables_file else ([], [])
    selections, wrong = collected([*from_variables, *from_file])
    try:
        wish = promotion.Wish(names=names or [], tables=selections, **wished)
        made = promotion.promotions([read(export) for export in exports], wish, places)
    except DefinitionError as error:
        raise AnsibleFilterError(error.message) from error
    written = made.tasks if with_files else []
    value = {
        "tasks": [promotion.row(task, places) for task in made.tasks],
        "definitions": {task.name: task.definition.write() for task in made.tasks},
        "files": dict(file for task in written for file in promotion.files(task, wish, places).items()),
        "problems": [*problems, *more, *wrong, *made.problems],
        "notes": made.notes,
    }
    # What a server says must never count as a template.
    return dict(wrap_var(value))


def _from_file(text: str, file: str) -> tuple[list[Any], list[str]]:
    """What a file of tables gives, and what is wrong with it."""
    from ..module_utils._runbook.promotion_tables import from_csv, from_data

    if file.lower().endswith(".csv"):
        return from_csv(text, file)
    try:
        return from_data(yaml.safe_load(text), file)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # A date that is none is no error of YAML's own, nor is what is nested too deep.
        return [], [f"{file} is no valid YAML: {' '.join(str(error).split())}"]


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"promotions": promotions}
