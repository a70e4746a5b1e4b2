#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_export
short_description: Export definitions of a server of Qlik Replicate
version_added: 0.1.0
description:
  - Exports a whole server, or one task of it, as data or to a file.
  - A file is only written if the export says something else than it does. The time, the host and the version of the
    server, which each export carries, are no reason to write it, nor is the order of tasks, endpoints, tables and other
    things with names. An encrypted secret is one, so that a backup has the secrets of today.
  - The file is written beside its place and put there in one step, so nobody sees half of it.
  - Secrets in an export are encrypted with the server's own key. Only that server can read them.
  - Needs the role Admin on Enterprise Manager and on the server, Designer on all its tasks and Operator on all its
    endpoints. With O(task), Operator on the task and on all endpoints.
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
      - Name of the task. If not set, the whole server is exported, with its endpoints and settings.
    type: str
  with_endpoints:
    description:
      - Whether the endpoints of the O(task) are exported too.
    type: bool
    default: false
  dest:
    description:
      - File for the export, on the machine where the module runs. Its folder must be there.
      - If not set, the export is returned.
    type: path
  mode:
    description:
      - Permissions of O(dest), as octal digits in quotes.
    type: raw
    default: '0600'
  backup:
    description:
      - Whether a file that is replaced is kept beside the new one, under a name with the time.
    type: bool
    default: false
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Exports, and tells whether the file would be written.
    support: full
  diff_mode:
    description:
      - Shows the settings in which the file differs from the export, by name, and of a new file what it holds. Secrets
        are masked.
    support: full
  idempotent:
    description: A file is written only if the export says something else.
    support: full
seealso:
  - module: qlik.enterprise_manager.aem_import
  - module: qlik.enterprise_manager.aem_task
"""

EXAMPLES = r"""
- name: Get the definition of a task with its endpoints
  qlik.enterprise_manager.aem_export:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    task: ERP to DW
    with_endpoints: true
  register: erp

- name: Tell its endpoints
  ansible.builtin.debug:
    msg: "{{ erp.definition['cmd.replication_definition'].databases | map(attribute='name') | list }}"

- name: Make a folder for backups
  ansible.builtin.tempfile:
    state: directory
  register: backups

- name: Back a whole server up, and keep the backup before
  qlik.enterprise_manager.aem_export:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    dest: "{{ backups.path }}/replicate_prd_1.json"
    backup: true
"""

RETURN = r"""
definition:
  description: The export. Its tasks, endpoints and settings are under C(cmd.replication_definition).
  type: dict
  returned: when O(dest) is not set
  sample:
    cmd.replication_definition:
      tasks: []
dest:
  description: The file.
  type: str
  returned: when O(dest) is set
  sample: /var/backups/replicate_prd_1.json
checksum:
  description: SHA-256 of the file as it is now, or would be in check mode.
  type: str
  returned: when O(dest) is set
  sample: 0c7f3d5b2b4c7e6c2b9b0d7d1f5a1f0b3c5d8e9fa1b2c3d4e5f60718293a4b5c
backup_file:
  description: The file that the old content was kept in.
  type: str
  returned: when O(backup=true) and a file was replaced
  sample: /var/backups/replicate_prd_1.json.4711.2026-03-07@11:19:03~
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource import export


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Export, and bring the file about if there is to be one."""
    return export.report(api, options)


def main() -> None:
    run_module(work, export.ARGUMENTS)


if __name__ == "__main__":
    main()
