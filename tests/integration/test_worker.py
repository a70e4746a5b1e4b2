# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules do the same in Ansible's own worker and in processes of their own, and run there when they must."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import Settings, Simulator
from support.playbooks import SESSION_CALLS, Played, run

SECRET = "pw-that-nobody-sees"
# Each shows something that a host has to see to. A task fails where its name says so.
TASKS = r"""
- name: A change with a diff and a secret
  qlik.enterprise_manager.aem_server: {name: new, host: h, username: 'D\u', password: pw-that-nobody-sees}
  diff: true
- name: The same in check mode
  qlik.enterprise_manager.aem_server: {name: new, host: other, port: "444"}
  check_mode: true
  diff: true
- name: Values that have to be converted
  qlik.enterprise_manager.aem_task_health:
    server: replicate-qas
    tags: "nightly,critical"
    timeout: "0"
    fail_on_error: "no"
- name: Nested options
  qlik.enterprise_manager.aem_server_acl: {server: new, admin_role: {users: ['CORP\admin']}, purge: "yes"}
- name: A secret within a dictionary
  qlik.enterprise_manager.aem_endpoint:
    server: replicate-dev
    name: made
    role: source
    type_id: ORACLE_COMPONENT_TYPE
    settings: {server: //h, username: "{{ user }}", password: "{{ secret }}"}
- name: A loop
  qlik.enterprise_manager.aem_server_info: {names: ["{{ item }}"]}
  loop: [new, replicate-dev]
- name: Defaults of a module
  qlik.enterprise_manager.aem_table_info: {task: ERP to DW}
  module_defaults:
    qlik.enterprise_manager.aem_table_info: {server: Replicate PRD 1}
- name: Defaults of the group
  qlik.enterprise_manager.aem_table_info: {server: Replicate PRD 1, task: ERP to DW, table: "%S"}
  module_defaults:
    group/qlik.enterprise_manager.aem: {aem_concurrency: 3}
- name: Fails with an error of the API
  qlik.enterprise_manager.aem_task_info: {servers: [nowhere]}
  ignore_errors: true
- name: Fails half way
  qlik.enterprise_manager.aem_task_state: {server: replicate-dev, tags: [faulty], state: started}
  ignore_errors: true
- name: Fails for an option that there is not
  qlik.enterprise_manager.aem_server: {nmae: new}
  ignore_errors: true
- name: Fails for a nested option that there is not
  qlik.enterprise_manager.aem_task_state: {selection: [{server: s, tasks: [t], tsaks: [u]}]}
  ignore_errors: true
- name: Fails for a value that is no choice
  qlik.enterprise_manager.aem_server: {name: new, state: gone}
  ignore_errors: true
- name: Fails for options that exclude each other
  qlik.enterprise_manager.aem_task_state: {server: s, selection: []}
  ignore_errors: true
- name: Fails for what is missing
  qlik.enterprise_manager.aem_server: {}
  ignore_errors: true
- name: A time that YAML makes a date
  qlik.enterprise_manager.aem_task_state:
    server: replicate-qas
    tags: [nightly]
    state: restarted
    run_option: resume_processing_from_timestamp
    cdc_position: 2026-03-07T11:19:03Z
  check_mode: true
  diff: true
- name: Fails for a key twice
  qlik.enterprise_manager.aem_endpoint: {server: replicate-dev, name: made, settings: {1: a, "1": b}}
  ignore_errors: true
- name: Keys that are numbers
  qlik.enterprise_manager.aem_endpoint: {server: replicate-dev, name: made, settings: {1: "a"}}
  check_mode: true
  diff: true
- name: Fails for what is no number
  qlik.enterprise_manager.aem_endpoint: {server: replicate-dev, name: made, settings: {port: .nan}}
  ignore_errors: true
- name: Fails for an address with a login
  qlik.enterprise_manager.aem_server_info: {aem_url: "https://me:pw-that-nobody-sees@em.example.com"}
  ignore_errors: true
- name: Not in the log
  qlik.enterprise_manager.aem_server_info:
  no_log: true
"""
# What is another each time, and the options, which newer releases of Ansible tell in fewer cases.
NOT_COMPARED = ("seconds", "begun", "last_connection", "invocation")


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for the tests of this module."""
    with Simulator(Settings(start_seconds=0.05, stop_seconds=0.05, import_seconds=0.05)) as simulator:
        yield simulator


def play(em: Simulator, in_worker: bool) -> Played:
    """Run the tasks from the start of the estate, all that Ansible can tell included."""
    em.reset()
    variables = {"aem_in_worker": str(in_worker).lower(), "secret": SECRET, "user": "u"}
    given = [word for name, value in variables.items() for word in ("-e", f"{name}={value}")]
    return run(em, TASKS, "-vvv", *given)


def compared(value: Any) -> Any:
    """What is compared of a result."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in NOT_COMPARED and not key.startswith("_ansible")}
        return {key: compared(item) for key, item in kept.items()}
    return [compared(item) for item in value] if isinstance(value, list) else value


def test_both_hosts_tell_the_same(em: Simulator) -> None:
    worker, process = play(em, in_worker=True), play(em, in_worker=False)
    assert len(worker.steps) == len(process.steps)
    for ours, theirs in zip(worker.steps, process.steps, strict=True):
        assert (ours.name, ours.status) == (theirs.name, theirs.status)
        assert ours.failed == ours.name.startswith("Fails"), ours.result
        assert compared(ours.result) == compared(theirs.result), ours.name
        # In the worker, the items of a loop share a login, which ends with that process.
        shared = SESSION_CALLS if ours.name == "A loop" else frozenset()
        made = [sorted(call for call in step.calls if call not in shared) for step in (ours, theirs)]
        assert made[0] == made[1], ours.name
    assert worker.steps[0].result["invocation"]["module_args"]["username"] == "D\\u"
    for played in (worker, process):
        assert SECRET not in played.output
        assert SECRET not in str([step.result for step in played.steps])


NO_PYTHON = ("-e", "ansible_python_interpreter=/nowhere/python")
CHECK = {"name": "Look", "qlik.enterprise_manager.aem_server_info": {"names": ["replicate-dev"]}}


@pytest.fixture(scope="module")
def python() -> Iterator[str]:
    """The Python of the tests by a path without spaces: Ansible itself cannot run a task with async by another one."""
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "python"
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n', encoding="utf-8")
        program.chmod(0o700)
        yield str(program)


def test_no_process_is_started_where_none_is_needed(em: Simulator) -> None:
    assert run(em, [CHECK], *NO_PYTHON).return_code == 0


@pytest.mark.parametrize(
    "more",
    [
        {"vars": {"aem_in_worker": False}},
        {"environment": {"AEM_USERNAME": "CORP\\operator"}},
        {"async": 30, "poll": 1},
    ],
    ids=["told so", "environment", "async"],
)
def test_a_process_is_started_where_it_makes_a_difference(em: Simulator, python: str, more: dict[str, Any]) -> None:
    played = run(em, [{**CHECK, **more}], *NO_PYTHON)
    assert played.return_code != 0
    assert "/nowhere/python" in played.output
    em.clear_log()
    done = run(em, [{**CHECK, **more}], "-e", f"ansible_python_interpreter={python}")
    assert done.return_code == 0, done.output
    users = {entry["user"] for entry in em.log() if entry["user"]}
    assert users == {"CORP\\operator" if "environment" in more else em.username}
