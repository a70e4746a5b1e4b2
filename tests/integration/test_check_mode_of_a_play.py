# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A play that brings a fresh estate about, in check mode and for real: it is never red where the run is green."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from simulator import Settings, Simulator
from support.playbooks import ROOT, Played, run

LICENSE = str(ROOT / "tests/fixtures/license.txt")
PLAY = r"""
- name: Add a server
  qlik.enterprise_manager.aem_server:
    name: fresh
    type: replicate
    host: fresh.corp.example
    username: CORP\repl
    password: not-a-secret
- name: Read it
  qlik.enterprise_manager.aem_server_info:
    names: [fresh]
    details: true
    connection: true
- name: Register its license
  qlik.enterprise_manager.aem_server_license:
    server: fresh
    src: "{{ license }}"
- name: Say who may do what on it
  qlik.enterprise_manager.aem_server_acl:
    server: fresh
    admin_role:
      users: ['CORP\admin']
- name: Read that too
  qlik.enterprise_manager.aem_server_acl_info:
    servers: [fresh]
- name: Make a source
  qlik.enterprise_manager.aem_endpoint:
    server: fresh
    name: Source
    role: source
    type_id: ORACLE_COMPONENT_TYPE
    settings: {server: "//ora:1521/X", username: REPL, password: not-a-secret}
- name: Make a target
  qlik.enterprise_manager.aem_endpoint:
    server: fresh
    name: Target
    role: target
    type_id: NULL_TARGET_COMPONENT_TYPE
    settings: {}
- name: Test both
  qlik.enterprise_manager.aem_endpoint_test:
    server: fresh
    endpoints: [Source, Target]
- name: List them
  qlik.enterprise_manager.aem_endpoint_info:
    server: fresh
    names: [Source, Target]
    settings: true
- name: Make a task
  qlik.enterprise_manager.aem_task:
    server: fresh
    name: Orders
    definition: "{{ definition }}"
    source_endpoint: Source
    target_endpoint: Target
- name: Choose its tables
  qlik.enterprise_manager.aem_task_tables:
    server: fresh
    task: Orders
    explicit_included_tables:
      - {owner: ERP, name: ORDERS}
      - {owner: ERP, name: ITEMS}
- name: Start it
  qlik.enterprise_manager.aem_task_state:
    server: fresh
    tasks: [Orders]
    state: started
- name: See that it does well
  qlik.enterprise_manager.aem_task_health:
    server: fresh
    tasks: [Orders]
- name: List the tasks
  qlik.enterprise_manager.aem_task_info:
    servers: [fresh]
    details: true
- name: List its tables
  qlik.enterprise_manager.aem_table_info:
    server: fresh
    task: Orders
- name: Load one again
  qlik.enterprise_manager.aem_table:
    server: fresh
    task: Orders
    state: reloaded
    tables:
      - {schema: ERP, table: ORDERS}
- name: Keep its change data
  qlik.enterprise_manager.aem_change_data_retention:
    server: fresh
    task: Orders
    application: reports
    retention_point: "2026-03-07T11:19:03Z"
- name: Delete old change data
  qlik.enterprise_manager.aem_change_data:
    server: fresh
    task: Orders
    older_than: P30D
- name: Export it
  qlik.enterprise_manager.aem_export:
    server: fresh
    task: Orders
- name: Remember that it runs
  qlik.enterprise_manager.aem_task_record:
    path: "{{ record }}"
    server: fresh
    tasks: [Orders]
- name: Make the place it fails over to
  qlik.enterprise_manager.aem_endpoint:
    server: fresh
    name: Source__Standby
    role: source
    type_id: ORACLE_COMPONENT_TYPE
    settings: {server: "//ora:1521/X", username: REPL, password: not-a-secret}
- name: See whether it can fail over
  qlik.enterprise_manager.aem_failover_check:
    switches: [{server: fresh, endpoint: Source, configuration: Standby}]
    test: false
- name: Fail it over
  qlik.enterprise_manager.aem_endpoint_failover:
    server: fresh
    endpoint: Source
    configuration: Standby
- name: Report on the server
  qlik.enterprise_manager.aem_report:
    servers: [fresh]
    path: "{{ report }}"
- name: Back the server up
  qlik.enterprise_manager.aem_backup:
    path: "{{ backups }}"
    servers: [fresh]
- name: Stop it
  qlik.enterprise_manager.aem_task_state:
    server: fresh
    tasks: [Orders]
    state: stopped
- name: Remove it
  qlik.enterprise_manager.aem_task:
    server: fresh
    name: Orders
    state: absent
- name: Remove the target
  qlik.enterprise_manager.aem_endpoint:
    server: fresh
    name: Target
    state: absent
- name: Remove the server
  qlik.enterprise_manager.aem_server:
    name: fresh
    state: absent
"""
STEPS = [task["name"] for task in yaml.safe_load(PLAY)]
# What an earlier task would have made cannot be read, changed again or removed before it is there.
DIFFERS = {
    "Load one again": "its tables are not known",
    "Stop it": "it does not run yet",
    "Remove it": "there is nothing to remove yet",
    "Remove the target": "there is nothing to remove yet",
    "Remove the server": "there is nothing to remove yet",
}
DEFINITION = {
    "cmd.replication_definition": {
        "tasks": [
            {
                "task": {"name": "Orders", "source_name": "Source", "target_names": ["Target"]},
                "source": {
                    "rep_source": {"source_name": "Source", "database_name": "Source"},
                    "source_tables": {
                        "name": "Source",
                        "explicit_included_tables": [{"owner": "ERP", "name": "ORDERS"}],
                    },
                },
                "targets": [{"rep_target": {"target_name": "Target", "database_name": "Target"}}],
            }
        ]
    }
}


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager that knows nothing of the server."""
    with Simulator(Settings(start_seconds=0.05, stop_seconds=0.05, import_seconds=0.05)) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def plays(em: Simulator, tmp_path_factory: pytest.TempPathFactory) -> tuple[Played, Played]:
    """The play in check mode, and then for real."""
    folder = tmp_path_factory.mktemp("play")
    variables: dict[str, Any] = {
        "license": LICENSE,
        "definition": DEFINITION,
        "record": str(folder / "record.json"),
        "backups": str(folder / "backups"),
        "report": str(folder / "report"),
    }
    extra = ("-e", yaml.safe_dump(variables, default_flow_style=True, width=100_000))
    return run(em, PLAY, "--check", *extra), run(em, PLAY, *extra)


def test_both_come_to_their_end(plays: tuple[Played, Played]) -> None:
    for played in plays:
        assert played.return_code == 0, played.output
        assert [step.name for step in played.steps] == STEPS


def test_check_mode_writes_nothing(plays: tuple[Played, Played]) -> None:
    assert [step.name for step in plays[0].steps if step.writes] == []


@pytest.mark.parametrize("name", STEPS)
def test_check_mode_tells_what_the_run_does(plays: tuple[Played, Played], name: str) -> None:
    check, real = (played[name] for played in plays)
    assert (check.changed == real.changed) == (name not in DIFFERS), DIFFERS.get(name, check.result)


@pytest.mark.parametrize("name", [name for name in STEPS if name not in ("Add a server", "Remove the server")])
def test_what_is_taken_as_there_is_warned_of(plays: tuple[Played, Played], name: str) -> None:
    check, real = (" ".join(map(str, played[name].result.get("warnings", []))) for played in plays)
    assert "There is no " in check
    assert "There is no " not in real


UNKNOWN = [
    {"aem_task_state": {"server": "nowhere", "tasks": ["Orders"]}},
    {"aem_task_health": {"server": "replicate-qas", "tasks": ["nobody"]}},
    {"aem_task_state": {"server": "replicate-qas", "tags": ["none"]}},
    {"aem_endpoint_test": {"server": "replicate-qas", "endpoints": ["none"]}},
    {"aem_table": {"server": "replicate-qas", "task": "nobody", "state": "reloaded"}},
    {"aem_table_info": {"server": "replicate-qas", "task": "nobody"}},
    {"aem_task_info": {"servers": ["nowhere"]}},
    {"aem_server_acl_info": {"servers": ["nowhere"]}},
    {"aem_endpoint_info": {"server": "nowhere"}},
    {"aem_report": {"servers": ["nowhere"], "path": "{{ playbook_dir }}/report"}},
    {
        "aem_endpoint_failover": {"server": "replicate-qas", "endpoint": "nothing", "configuration": "Standby"},
    },
    {
        "aem_failover_check": {
            "switches": [{"server": "nowhere", "endpoint": "ORA", "configuration": "Standby"}],
            "test": False,
        }
    },
]


def test_what_nothing_adds_fails_a_run(em: Simulator) -> None:
    tasks = [
        {"name": name, f"qlik.enterprise_manager.{name}": options, "ignore_errors": True}
        for task in UNKNOWN
        for name, options in task.items()
    ]
    assert [step.name for step in run(em, tasks, "--check").steps if step.failed] == []
    assert [step.name for step in run(em, tasks).steps if not step.failed] == []


def test_whatever_else_would_stop_a_run_stops_check_mode(em: Simulator) -> None:
    tasks = """
    - name: An endpoint that is broken
      qlik.enterprise_manager.aem_endpoint_test: {server: replicate-dev, endpoints: [DEV broken]}
      ignore_errors: true
    - name: A name that cannot be
      qlik.enterprise_manager.aem_server_acl: {server: nowhere, viewer_role: {users: [bob]}}
      ignore_errors: true
    """
    assert [step.failed for step in run(em, tasks, "--check").steps] == [True, True]
