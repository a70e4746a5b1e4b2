#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_backup
short_description: Back up the definitions of servers of Qlik Replicate
version_added: 0.1.0
description:
  - Exports many servers side by side and keeps the exports in a folder, each content once, with a manifest.
  - A backup is only stored if the server says something else than its newest backup does. The time, the host and the
    version of the server, which each export carries, are no reason to store it. An encrypted secret is one.
  - A server that fails does not stop the others. Its backups are left alone, and the module fails at the end.
  - Files are written with permissions 0600, each in one step. A run that is killed leaves all backups as they were, and
    the next run removes what it left over.
  - Secrets in a backup are encrypted with the server's own key. Only that server can read them.
  - Needs the roles Admin on Enterprise Manager and on the servers, Designer on all their tasks, and Operator on all
    their endpoints.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  path:
    description:
      - Folder for the backups, on the machine where the module runs. It is made if its parent is there.
      - Each server has a folder in it, with C(manifest.json) and a folder C(definitions).
    type: path
    required: true
  servers:
    description:
      - Names of servers, or patterns with C(*), C(?) and C([]). If not set, all Replicate servers that are monitored.
      - Compose servers, which have no export, and servers that are not monitored are passed over, unless they are
        named. Then they fail, as does a name that no server has, and the others are backed up.
    type: list
    elements: str
  keep_last:
    description:
      - How many of the newest backups of each server are kept.
      - With O(keep_days) as well, a backup is kept if one of both keeps it. If neither is set, all are kept.
      - The newest backup that is whole is always kept.
    type: int
  keep_days:
    description:
      - For how many days backups are kept. The days of a backup begin when the next one takes its place, so what the
        server was like at any time within these days can be restored.
    type: int
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Exports, tells what would be stored and removed, and writes nothing.
    support: full
  diff_mode:
    description:
      - Shows the settings that differ from the backup before, by name, of a first backup what it holds, and the backups
        that are removed. Secrets are masked.
    support: full
  idempotent:
    description: A second run stores nothing, unless a server says something else by then.
    support: full
notes:
  - C(last_run.json) beside the manifest tells when a server was last found to be as its newest backup says. It is
    written by each run, and is no change.
seealso:
  - module: qlik.enterprise_manager.aem_restore
  - module: qlik.enterprise_manager.aem_export
"""

EXAMPLES = r"""
- name: Make a folder for backups
  ansible.builtin.tempfile:
    state: directory
  register: folder

- name: Back up two servers, and keep what they were like in the last 90 days
  qlik.enterprise_manager.aem_backup:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    path: "{{ folder.path }}/em"
    servers: [Replicate PRD 1, replicate-q*]
    keep_last: 10
    keep_days: 90
  register: backup

- name: Tell what has changed
  ansible.builtin.debug:
    msg: "{{ item.server }}: {{ item.status }}, tasks {{ item.changes.tasks | join(', ') }}"
  loop: "{{ backup.servers }}"
  loop_control:
    label: "{{ item.server }}"
"""

RETURN = r"""
servers:
  description: What became of each server.
  type: list
  elements: dict
  returned: when the servers could be listed
  contains:
    server:
      description: Name of the server.
      type: str
      returned: always
    status:
      description: V(stored), V(unchanged) or V(failed).
      type: str
      returned: always
    error:
      description: What went wrong.
      type: str
      returned: when it failed
    time:
      description: Since when the server is as its newest backup says, in UTC.
      type: str
      returned: when it has a backup that this run made, or found to be as the server is
    file:
      description: The file of the newest backup.
      type: str
      returned: when it has a backup that this run made, or found to be as the server is
    sha256:
      description: The SHA-256 of the file.
      type: str
      returned: when it has a backup that this run made, or found to be as the server is
    version:
      description: The version of the server at that time.
      type: str
      returned: when it has a backup that this run made, or found to be as the server is
    tasks:
      description: How many tasks the backup has.
      type: int
      returned: when it has a backup that this run made, or found to be as the server is
    endpoints:
      description: How many endpoints the backup has.
      type: int
      returned: when it has a backup that this run made, or found to be as the server is
    changes:
      description:
        - What differs from the backup before. Of a first backup, all.
      type: dict
      returned: when it has a backup that this run made, or found to be as the server is
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
    removed:
      description: Files of old backups that were removed, or would be.
      type: list
      elements: str
      returned: when it has a backup that this run made, or found to be as the server is
  sample:
    - server: replicate-qas
      status: stored
      time: "2026-03-07T01:00:07Z"
      file: /backups/replicate-qas/definitions/0c7f3d5b2b4c7e6c2b9b0d7d1f5a1f0b3c5d8e9fa1b2c3d4e5f60718293a4b5c.json
      sha256: 0c7f3d5b2b4c7e6c2b9b0d7d1f5a1f0b3c5d8e9fa1b2c3d4e5f60718293a4b5c
      version: 2024.11.0.285
      tasks: 26
      endpoints: 3
      changes:
        tasks: [Nightly 01 accounts]
        endpoints: []
        sections: []
      removed: []
passed_over:
  description: The servers that were passed over.
  type: list
  elements: dict
  returned: when the servers could be listed
  contains:
    server:
      description: Name of the server.
      type: str
      returned: always
    reason:
      description: Why.
      type: str
      returned: always
  sample:
    - server: compose-dw
      reason: a Compose server has no export
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._runbook import backup


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Back the servers up."""
    return backup.report(api, options)


def main() -> None:
    run_module(work, backup.ARGUMENTS)


if __name__ == "__main__":
    main()
