#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_change_data
short_description: Delete old change data of a task of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Asks for the deletion of processed Change Data Partitions on the target of a Replicate task, once.
  - Where a retention barrier is set, partitions are deleted up to the earliest barrier, whatever O(older_than) says.
    The module warns then.
  - Partitions that an application has locked stay. If the task does not run, the deletion happens at its next run.
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
  older_than:
    description:
      - How old partitions must be. A UTC time such as V(2026-03-07T11:19:03Z), or an ISO 8601 duration such as V(P30D)
        or V(P1M3DT1H2M), counted back from now.
      - A time without a zone is UTC. A time with an offset from UTC, such as V(2026-03-07T12:19:03+01:00), is
        converted. Fractions of a second are dropped.
    type: str
    required: true
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Sees that the task is there, and deletes nothing.
    support: full
  diff_mode:
    description: Shows up to when partitions are deleted.
    support: full
  idempotent:
    description: Each run is a change, since Enterprise Manager does not tell which partitions there are.
    support: none
seealso:
  - module: qlik.enterprise_manager.aem_change_data_retention
"""

EXAMPLES = r"""
- name: Delete change data that is older than thirty days
  qlik.enterprise_manager.aem_change_data:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    older_than: P30D

- name: Delete change data of last year
  qlik.enterprise_manager.aem_change_data:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    older_than: "2026-01-01T00:00:00Z"
"""

RETURN = r"""
older_than:
  description: The time or duration as it is sent, a time with Z.
  type: str
  returned: success
  sample: "2026-01-01T00:00:00Z"
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result, fulfil
from ..module_utils._module import run_module
from ..module_utils._resource import change_data


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan the deletion and carry the plan out."""
    return fulfil(change_data.plan_deletion(api, options), api.check_mode, returned_as="older_than")


def main() -> None:
    run_module(work, change_data.DELETION_ARGUMENTS)


if __name__ == "__main__":
    main()
