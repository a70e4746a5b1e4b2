#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_restore
short_description: Restore the definitions of a server of Qlik Replicate from a backup
version_added: 0.1.0
description:
  - Brings a server, or some tasks and endpoints of it, back from a backup of M(qlik.enterprise_manager.aem_backup),
    onto the same server or another one, and waits until the server shows it.
  - Only what differs from the server is imported. What the server has and the backup has not is left alone and told.
  - A backup whose file is damaged is refused.
  - Secrets are never compared. An endpoint that is there keeps the secrets that it has, unless others are given in
    O(secrets) or O(update_secrets=always). Those in a backup are good on the server that wrote it and on no other. So
    an endpoint that is made anew has those of the backup on that server, and needs them in O(secrets) on another one.
  - Tasks that run and differ are refused before anything is changed, unless O(force=true). What would change is told
    then too.
  - Needs the roles Admin on Enterprise Manager and on the server, Designer on all its tasks and endpoints, and with
    O(force=true) Operator on the tasks.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  path:
    description:
      - Folder with the backups, on the machine where the module runs.
    type: path
    required: true
  server:
    description:
      - Name of the server to bring back.
    type: str
    required: true
  from_server:
    description:
      - Name of the server whose backup is taken. If not set, that of O(server).
    type: str
  time:
    description:
      - A time in UTC, such as V(2026-03-07T11:19:03Z). The server becomes what it was at that time, as far as backups
        tell. If not set, the newest backup that is whole is taken.
    type: str
  tasks:
    description:
      - Names of tasks, or patterns with C(*), C(?) and C([]). Only these, and what O(endpoints) names, are restored.
      - A name that the backup does not have is an error. A task needs its endpoints to be on the server, or in
        O(endpoints).
    type: list
    elements: str
  endpoints:
    description:
      - Names of endpoints, or patterns, as in O(tasks).
    type: list
    elements: str
  secrets:
    description:
      - Secrets of endpoints, by the name of the endpoint, as settings that are merged into its C(db_settings).
      - They are sent with endpoints that are imported, see O(update_secrets).
      - It is kept out of Ansible's log, and its values are hidden in results. Put secrets in it and nothing else.
    type: dict
  update_secrets:
    description:
      - With V(on_create), O(secrets) are sent with endpoints that are made or that differ in something else. Endpoints
        that are there keep their other secrets.
      - With V(always), endpoints of the backup for which O(secrets) has some are imported each time and, on the server
        that wrote the backup, all endpoints that have secrets in it. That always is a change, since secrets cannot be
        compared.
    type: str
    choices: [on_create, always]
    default: on_create
  ignore:
    description:
      - What is not compared, as JSON pointers, see the option of that name of M(qlik.enterprise_manager.aem_import).
    type: list
    elements: str
    default: []
  force:
    description:
      - Whether tasks that run and differ are stopped for the import, side by side, and resumed after it, also where
        the import fails. Those that could not be resumed are named in RV(left_stopped), and a later run of this module
        resumes them.
    type: bool
    default: false
  timeout:
    description:
      - Seconds for the import to become visible, for the tasks to stop, and for them to run again.
    type: int
    default: 60
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Tells what would change, and changes nothing. Tasks that run without O(force=true) are only warned of.
    support: full
  diff_mode:
    description: Shows the settings that change, by name. Secrets are masked, or shown as C((sent)).
    support: full
  idempotent:
    description:
      - A second run changes nothing, except with secrets and O(update_secrets=always). Where the server does not take a
        setting as it is, the module waits until O(timeout) is over, and warns.
    support: partial
seealso:
  - module: qlik.enterprise_manager.aem_backup
  - module: qlik.enterprise_manager.aem_import
"""

EXAMPLES = r"""
- name: Make a folder for backups
  ansible.builtin.tempfile:
    state: directory
  register: folder

- name: Back a server up
  qlik.enterprise_manager.aem_backup:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    path: "{{ folder.path }}"
    servers: [replicate-qas]

- name: Bring it back from its newest backup, tasks that run too
  qlik.enterprise_manager.aem_restore:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    path: "{{ folder.path }}"
    server: replicate-qas
    force: true
    timeout: 300
  register: restored

- name: Tell what the server has and the backup has not
  ansible.builtin.debug:
    var: restored.not_in_backup

- name: Bring one task with its endpoints onto another server
  qlik.enterprise_manager.aem_restore:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    path: "{{ folder.path }}"
    server: replicate-dev
    from_server: replicate-qas
    tasks: [Nightly 01 accounts]
    endpoints: [QAS Oracle, QAS Snowflake]
    secrets:
      QAS Oracle:
        password: "{{ replicate_password }}"
      QAS Snowflake:
        password: "{{ replicate_password }}"
"""

RETURN = r"""
backup:
  description: The backup that was taken.
  type: dict
  returned: success
  contains:
    time:
      description: Since when the server was as the backup says, in UTC.
      type: str
      returned: always
    server_version:
      description: The version of the server at that time.
      type: str
      returned: always
    sha256:
      description: The SHA-256 of the file.
      type: str
      returned: always
    file:
      description: The file.
      type: str
      returned: always
  sample:
    time: "2026-03-07T01:00:07Z"
    server_version: 2024.11.0.285
    sha256: 0c7f3d5b2b4c7e6c2b9b0d7d1f5a1f0b3c5d8e9fa1b2c3d4e5f60718293a4b5c
    file: /backups/replicate-qas/definitions/0c7f3d5b2b4c7e6c2b9b0d7d1f5a1f0b3c5d8e9fa1b2c3d4e5f60718293a4b5c.json
imported:
  description: What was imported, or would be in check mode, since it differed.
  type: dict
  returned: success
  contains:
    tasks:
      description: Names of tasks.
      type: list
      elements: str
      returned: always
    endpoints:
      description: Names of endpoints.
      type: list
      elements: str
      returned: always
    sections:
      description: Names of other sections, such as C(scheduler).
      type: list
      elements: str
      returned: always
    restarted:
      description: Names of the tasks that ran and were stopped and resumed for the import, or would be.
      type: list
      elements: str
      returned: always
  sample:
    tasks: [Nightly 01 accounts]
    endpoints: []
    sections: []
    restarted: []
not_in_backup:
  description: What the server has and the backup has not. It was left alone.
  type: dict
  returned: success
  contains:
    tasks:
      description: Names of tasks.
      type: list
      elements: str
      returned: always
    endpoints:
      description: Names of endpoints.
      type: list
      elements: str
      returned: always
  sample:
    tasks: [added since]
    endpoints: []
left_stopped:
  description:
    - Names of the tasks that this module has stopped, in this run or in one before, and that it could not resume.
    - Run it again, once the trouble is over, to have them resumed.
  type: list
  elements: str
  returned: when there are some
  sample: [ERP to DW]
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._runbook import restore


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan one import and carry the plan out."""
    return restore.report(api, options)


def main() -> None:
    run_module(work, restore.ARGUMENTS)


if __name__ == "__main__":
    main()
