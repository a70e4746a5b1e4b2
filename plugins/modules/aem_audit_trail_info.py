#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_audit_trail_info
short_description: Read the audit trail of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Reads the audit records of all servers in a range of time, as data or into a file.
  - Needs the role Admin on Enterprise Manager.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  start:
    description:
      - Where the range begins. A UTC time such as V(2026-03-07T11:19:03Z), or .NET ticks such as
        V(637410358250082194).
      - A time without a zone is UTC, a date alone is its midnight. A time with an offset from UTC, such as
        V(2026-03-07T12:19:03+01:00), is converted. Fractions of a second are dropped.
    type: str
    required: true
  end:
    description:
      - Where the range ends, in the forms of O(start). It must not be before O(start).
      - If not set, the range ends with the latest record.
    type: str
  dest:
    description:
      - File that the document is written to, on the machine where the module runs, as Enterprise Manager answers it.
      - It is replaced in one step, with the permissions C(0600), and only if the content differs.
        Only then is there a change.
    type: path
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Reads the audit trail in check mode too, and writes no file.
    support: full
  diff_mode:
    description: Shows nothing, since audit records can be many.
    support: none
  idempotent:
    description: Changes nothing, and with O(dest) nothing but that file, if the content differs.
    support: full
seealso:
  - module: qlik.enterprise_manager.aem_server_info
"""

EXAMPLES = r"""
- name: Read who changed what this year
  qlik.enterprise_manager.aem_audit_trail_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    start: "2026-01-01"
  register: trail

- name: Name those who did
  ansible.builtin.debug:
    msg: "{{ trail.records | map(attribute='user') | unique }}"

- name: Keep the records of one month
  qlik.enterprise_manager.aem_audit_trail_info:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    start: "2026-02-01T00:00:00Z"
    end: "2026-02-28T23:59:59Z"
    dest: "{{ playbook_dir }}/audit-2026-02.json"
"""

RETURN = r"""
records:
  description:
    - The records. Their fields are those of Enterprise Manager, and depend on its version.
    - If the document of Enterprise Manager is not a list, and holds not exactly one list, it is the only record.
  type: list
  elements: dict
  returned: when O(dest) is not set
  sample:
    - timestamp: "2026-02-03T06:02:40Z"
      user: CORP\operator
      method: StopTask
      server: Replicate PRD 1
      object: ERP to DW
      result: SUCCESS
dest:
  description: The file.
  type: str
  returned: when O(dest) is set
  sample: /srv/audit/audit-2026-02.json
checksum:
  description: SHA-256 of the document.
  type: str
  returned: when O(dest) is set
  sample: 4355a46b19d348dc2f57c046f8ef63d4538ebb936000f3c9ee954a27460dd865
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource import audit


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Read the records, or have them in a file."""
    return audit.report(api, options)


def main() -> None:
    run_module(work, audit.ARGUMENTS)


if __name__ == "__main__":
    main()
