#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_report
short_description: Write a report of all servers and tasks of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Reads servers, tasks, tables in error and endpoints side by side in one session, and writes what it found to files.
  - C(report.json) has all of it, C(servers.csv), C(tasks.csv), C(tables.csv), C(endpoints.csv) and C(findings.csv) a
    list each, and with O(page) C(report.html) is a page that needs nothing else. The role
    P(qlik.enterprise_manager.report#role) brings that page.
  - What is worth a look is told too, such as endpoints that no task uses, endpoints that are the same twice, tasks that
    never ran, licenses near their end, and versions that differ.
  - A server or a task that cannot be read is told with what is known of it, and RV(problems) say why.
  - No secret is in it. In the CSV files, what a spreadsheet would take for a formula begins with an apostrophe.
  - Needs the role Viewer. With Admin on Enterprise Manager and on the servers, and Designer on all their tasks, it
    tells also which endpoints are unused, or the same twice.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  path:
    description:
      - Folder for the files, on the machine where the module runs. It is made if it is not there, with its parents.
    type: path
    required: true
  page:
    description:
      - The page that the data is put in, as text. It has one element C(script) of type C(application/json) with the id
        C(data) and the content C(null).
    type: str
  title:
    description: The title of the report.
    type: str
    default: Enterprise Manager
  servers:
    description: Names of servers, or patterns with C(*), C(?) and C([]). If not set, all servers.
    type: list
    elements: str
  drift:
    description: Lines that tell what differs from what should be, to be shown as they are.
    type: list
    elements: str
    default: []
  mode:
    description: Permissions of the files, as octal digits in quotes.
    type: raw
    default: '0640'
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Reads everything, and writes no file.
    support: full
  diff_mode:
    description: Has nothing to show, since each report is a new one.
    support: none
  idempotent:
    description: Each run writes a new report.
    support: none
seealso:
  - module: qlik.enterprise_manager.aem_server_info
  - module: qlik.enterprise_manager.aem_task_info
"""

EXAMPLES = r"""
- name: Make a folder for the report
  ansible.builtin.tempfile:
    state: directory
  register: folder

- name: Write a report as JSON and CSV
  qlik.enterprise_manager.aem_report:
    aem_url: https://em.example.com
    aem_username: CORP\viewer
    aem_password: "{{ em_password }}"
    path: "{{ folder.path }}/report"
  register: report

- name: Tell what is worth a look
  ansible.builtin.debug:
    msg: "{{ item.title }}: {{ item.count }}"
  loop: "{{ report.findings }}"
  loop_control:
    label: "{{ item.kind }}"
"""

RETURN = r"""
path:
  description: The folder of the files.
  type: str
  returned: success
  sample: /srv/reports/em
files:
  description: Names of the files.
  type: list
  elements: str
  returned: success
  sample: [endpoints.csv, findings.csv, report.json, servers.csv, tables.csv, tasks.csv]
counts:
  description: How many servers, tasks, tables in error and endpoints were found.
  type: dict
  returned: success
  sample: {servers: 6, tasks: 47, tables: 3, endpoints: 21}
findings:
  description: What is worth a look.
  type: list
  elements: dict
  returned: success
  contains:
    kind:
      description: What it is about, such as V(unused).
      type: str
      returned: always
    title:
      description: The same in words.
      type: str
      returned: always
    count:
      description: How many there are.
      type: int
      returned: always
  sample:
    - kind: unused
      title: Endpoints that no task uses
      count: 2
problems:
  description: What could not be read, and why.
  type: list
  elements: str
  returned: success
  sample: []
"""

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._core.time import with_z
from ..module_utils._module import run_module
from ..module_utils._runbook import report_files


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Read, and write the files."""
    return report_files.write(api, options, with_z(datetime.now(timezone.utc)))


def main() -> None:
    run_module(work, report_files.ARGUMENTS)


if __name__ == "__main__":
    main()
