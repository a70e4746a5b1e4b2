#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_change_data_retention
short_description: Manage retention barriers of change data of a task of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Sets or removes the retention barrier of a consuming application on a Replicate task. Change Data Partitions that
    are older than the earliest barrier of all applications are deleted periodically.
  - Enterprise Manager tells only the earliest barrier of all applications. Where that is the barrier of another
    application, it often cannot be known whether this application has the barrier already. The call is made then,
    which does no harm, and counts as a change. RV(certain) is V(false), and the module warns.
  - Partitions that an application has locked stay. If the task does not run, they are deleted at its next run.
  - Change Data Partitioning and Partition Retention must be enabled for the task in Replicate.
  - Needs the role Operator on the task.
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
  application:
    description:
      - Name of the consuming application. Upper and lower case count.
    type: str
    required: true
  retention_point:
    description:
      - Up to when the application needs no partitions any more, a UTC time such as V(2026-03-07T11:19:03Z).
      - A time without a zone is UTC. A time with an offset from UTC, such as V(2026-03-07T12:19:03+01:00), is
        converted. Fractions of a second are dropped.
      - Needed with O(state=present), not looked at with O(state=absent).
    type: str
  state:
    description:
      - V(present) sets the barrier of the application.
      - V(absent) removes it.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Tells what would be set or removed, as far as that can be known, and does neither.
    support: full
  diff_mode:
    description: Shows the barrier before, as far as it is known, and after.
    support: full
  idempotent:
    description: A second run changes nothing where the barrier can be known, that is where RV(certain) is V(true).
    support: partial
seealso:
  - module: qlik.enterprise_manager.aem_change_data
"""

EXAMPLES = r"""
- name: Say up to when an application has consumed the changes
  qlik.enterprise_manager.aem_change_data_retention:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    application: Compose
    retention_point: "2026-06-30T16:15:00Z"

- name: Remove its barrier
  qlik.enterprise_manager.aem_change_data_retention:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    application: Compose
    state: absent
"""

RETURN = r"""
barrier:
  description: The barrier of the application as it is now, or would be in check mode.
  type: dict
  returned: when O(state=present)
  contains:
    application:
      description: Name of the application.
      type: str
      returned: always
    retention_point:
      description: The time, UTC.
      type: str
      returned: always
  sample:
    application: Compose
    retention_point: "2026-06-30T16:15:00Z"
certain:
  description:
    - Whether the result is certain. V(false) means that it could not be known whether the application had the barrier
      already, so that RV(ignore:changed) may say too much.
  type: bool
  returned: always
  sample: true
earliest:
  description: The earliest barrier of all applications, as it was before this run.
  type: dict
  returned: when there was one
  contains:
    application:
      description: Name of the application that has it.
      type: str
      returned: always
    retention_point:
      description: The time, UTC.
      type: str
      returned: always
  sample:
    application: Compose
    retention_point: "2026-05-31T00:00:00Z"
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result, fulfil
from ..module_utils._module import run_module
from ..module_utils._resource import change_data


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan one barrier and carry the plan out; the result says what could be known."""
    planned = change_data.plan_barrier(api, options)
    result = fulfil(planned.plan, api.check_mode, returned_as="barrier")
    result.values["certain"] = planned.certain
    if planned.earliest:
        result.values["earliest"] = planned.earliest
    return result


def main() -> None:
    run_module(work, change_data.BARRIER_ARGUMENTS, required_if=[("state", "present", ("retention_point",))])


if __name__ == "__main__":
    main()
