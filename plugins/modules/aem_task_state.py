#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_task_state
short_description: Start, stop and restart tasks of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Brings many tasks, of one server or of several, into a state side by side, chosen by name, pattern or tag.
  - A task that is there already is no change, also when somebody else was faster.
  - Tasks that are starting or stopping are waited for before anything is decided.
  - Works for Replicate tasks and, named C(task__project), for Compose tasks and workflows.
  - Needs the roles Viewer on all tasks of the server and Operator on the tasks.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  skip_missing:
    description:
      - Whether a name that no task has is left out with a warning, in place of an error. Use it for tasks that
        M(qlik.enterprise_manager.aem_task_record) remembers, so that one that was deleted does not hold up the others.
    type: bool
    default: false
  state:
    description:
      - V(started) runs tasks that do not run. A task that is recovering from an error counts as running.
      - V(stopped) stops tasks that run. A task in state ERROR does not run.
      - V(restarted) stops tasks that run and runs them again. It also runs those that do not run, unless
        O(only_running=true).
    type: str
    choices: [started, stopped, restarted]
    default: started
  run_option:
    description:
      - How tasks are run. Compose tasks know V(resume_processing) only.
      - The options that begin with V(metadata_only) create tables and end with the task stopped.
    type: str
    choices:
      - metadata_only_create_missing_tables
      - metadata_only_recreate_all_tables
      - recover_using_checkpoint_stored_on_target
      - recover_using_locally_stored_checkpoint
      - reload_target
      - resume_processing
      - resume_processing_from_position
      - resume_processing_from_timestamp
    default: resume_processing
  cdc_position:
    description:
      - Where the processing of changes begins. Needed for, and only taken with, the values
        V(resume_processing_from_timestamp), V(resume_processing_from_position) and
        V(recover_using_checkpoint_stored_on_target) of O(run_option).
      - For V(resume_processing_from_timestamp) a UTC time such as V(2026-03-07T11:19:03Z), for
        V(resume_processing_from_position) a position in the log of the source, for
        V(recover_using_checkpoint_stored_on_target) the checkpoint that the target stores.
    type: str
  only_running:
    description:
      - With O(state=restarted), whether tasks that do not run are left alone.
      - A task that an earlier restart has stopped and could not start again counts as running.
    type: bool
    default: false
  to_run_again:
    description:
      - With O(state=started), whether the tasks ran until something else was done, so that they have to run again.
      - Looking for them, and starting each, is then tried until O(timeout) is over where the trouble may pass.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until each task is in the state. A stopped task must use no memory any more, where the server
        tells.
      - With V(false) the tasks are only told to start or stop.
    type: bool
    default: true
  wait_for:
    description:
      - What is waited for, of all tasks that are chosen, also of those that run already.
      - V(state) is the state.
      - V(full_load) is the end of the full load, or of the loading of a Compose task. A task that was resumed and has
        loaded its tables before is there at once.
      - V(end) is that the task has ended by itself, as Compose tasks do, and Replicate tasks that only do a full load.
      - Not with O(state=stopped) and not with O(wait=false). A task that comes to ERROR, or stops before, is an error.
    type: str
    choices: [state, full_load, end]
    default: state
  timeout:
    description:
      - Seconds that each task has to get into the state, and then again for what O(wait_for) names. A full load can
        take hours.
    type: int
    default: 60
  parallel:
    description:
      - How many tasks are started or stopped at the same time. A lower number is easier on the databases.
      - These calls wait on the server, so they do not count for O(aem_concurrency).
    type: int
    default: 64
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.choice
attributes:
  check_mode:
    description: Tells which tasks would be started and stopped, and does neither.
    support: full
  diff_mode:
    description: Shows the states before and after.
    support: full
  idempotent:
    description: Tasks that are in the state are left alone, except with O(state=restarted).
    support: partial
notes:
  - When the answer to a start is lost on the way, the module looks at the task. It runs a task again only with
    O(run_option=resume_processing), only if it still is as it was, and never after a time-out. What looking cannot
    settle counts as changed, and the message says so.
  - A restart starts what it has stopped until O(timeout) is over, where the trouble may pass. A note of the task is
    kept on the machine where the module runs until it runs again, see the guide on behaviour.
seealso:
  - module: qlik.enterprise_manager.aem_task_info
"""

EXAMPLES = r"""
- name: Stop all tasks with a tag
  qlik.enterprise_manager.aem_task_state:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    tags: [nightly]
    state: stopped

- name: Resume them, three at a time
  qlik.enterprise_manager.aem_task_state:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    tags: [nightly]
    state: started
    parallel: 3

- name: Stop tasks of two servers, all side by side
  qlik.enterprise_manager.aem_task_state:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    selection:
      - server: Replicate PRD 1
        tasks: ["Orders *"]
      - server: replicate-qas
        tags: [nightly]
    state: stopped

- name: Restart what runs, and leave the rest stopped
  qlik.enterprise_manager.aem_task_state:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: replicate-qas
    tasks: ["Nightly *"]
    state: restarted
    only_running: true

- name: Load one task again from the beginning, and go on when all of its tables are loaded
  qlik.enterprise_manager.aem_task_state:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    tasks: [ERP to DW]
    state: restarted
    run_option: reload_target
    wait_for: full_load
    timeout: 7200

- name: Run one task from a point in time
  qlik.enterprise_manager.aem_task_state:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    tasks: [ERP to DW]
    state: restarted
    run_option: resume_processing_from_timestamp
    cdc_position: "2026-03-07T11:19:03Z"
"""

RETURN = r"""
tasks:
  description: What became of each task that was chosen.
  type: list
  elements: dict
  returned: when the tasks could be listed
  contains:
    server:
      description: Server that the task is on.
      type: str
      returned: always
    name:
      description: Name of the task.
      type: str
      returned: always
    before:
      description: State before.
      type: str
      returned: always
    after:
      description: State now, or as it would be in check mode.
      type: str
      returned: always
    changed:
      description: Whether this run changed the task, or would.
      type: bool
      returned: always
    seconds:
      description: Seconds that it took.
      type: float
      returned: for tasks that were started or stopped
    error:
      description: What went wrong with this task.
      type: str
      returned: when the task failed
  sample:
    - server: Replicate PRD 1
      name: ERP to DW
      before: RUNNING
      after: STOPPED
      changed: true
      seconds: 3.2
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource import task_state
from ..module_utils._resource.task_choice import CHOICE_RULES


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan a change for each task that needs one, carry them out side by side, and wait for what they come to."""
    return task_state.perform(api, options)


def main() -> None:
    run_module(work, task_state.ARGUMENTS, **CHOICE_RULES)


if __name__ == "__main__":
    main()
