# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints, as a user declares them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_endpoint, aem_endpoint_info
from simulator import Settings, Simulator
from support.inprocess import calls, perform
from support.playbooks import Proof, prove

TASKS = r"""
- name: Change settings
  qlik.enterprise_manager.aem_endpoint:
    server: replicate-dev
    name: DEV Oracle
    settings:
      server: //dev-ora-2:1521/DEV
      archivedLogDestId: 1
      useLogminerReader: true
      nested/odd~name: {deep: {list: [1, two]}}
- name: Say the same in other words
  qlik.enterprise_manager.aem_endpoint:
    server: replicate-dev
    name: DEV Oracle
    role: source
    type_id: ORACLE_COMPONENT_TYPE
    settings:
      $type: OracleSettings
      archivedLogDestId: "1"
      useLogminerReader: "true"
      nested/odd~name: {deep: {list: ["1", two]}}
- name: Remove settings
  qlik.enterprise_manager.aem_endpoint:
    server: replicate-dev
    name: DEV Oracle
    unset: [archivedLogDestId, /nested~1odd~0name/deep/list, neverThere]
- name: Leave a secret alone
  qlik.enterprise_manager.aem_endpoint:
    server: replicate-dev
    name: DEV broken
    settings:
      password: another
- name: Make an endpoint
  qlik.enterprise_manager.aem_endpoint:
    server: replicate-dev
    name: 100% new / Größe?
    role: target
    type_id: SNOWFLAKE_COMPONENT_TYPE
    settings:
      server: dev.snowflake.example
      password: never-shown
- name: Change the new endpoint
  qlik.enterprise_manager.aem_endpoint:
    server: replicate-dev
    name: 100% new / Größe?
    settings:
      warehouse: DEV
- name: Delete the endpoint
  qlik.enterprise_manager.aem_endpoint:
    server: replicate-dev
    name: 100% new / Größe?
    state: absent
"""
NAMES = [line.removeprefix("- name: ") for line in TASKS.splitlines() if line.startswith("- name: ")]
NO_CHANGE = {"Say the same in other words", "Leave a secret alone"}
DEV = "replicate-dev"
# A designer on the server, who may patch endpoints and not export.
DESIGNER = {"aem_username": "CORP\\dev.only"}


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for the tests of this module."""
    with Simulator(Settings(import_seconds=0.05)) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def proofs(em: Simulator) -> dict[str, Proof]:
    """The tasks above, each in check mode, for real and again."""
    em.reset()
    return prove(em, TASKS)


@pytest.fixture
def fresh(em: Simulator) -> Simulator:
    """The Enterprise Manager with its estate as at the start."""
    em.reset()
    return em


def settings_of(em: Simulator, name: str, server: str = DEV) -> dict[str, Any]:
    """The settings of an endpoint, as the module tells them."""
    result = perform(em, aem_endpoint, server=server, name=name)
    assert result.error is None
    em.clear_log()
    return dict(result.values["endpoint"]["settings"])


@pytest.mark.parametrize("name", NAMES)
def test_check_run_and_run_again(proofs: dict[str, Proof], name: str) -> None:
    proofs[name].holds()


@pytest.mark.parametrize("name", NAMES)
def test_what_changes(proofs: dict[str, Proof], name: str) -> None:
    assert proofs[name].run.changed == (name not in NO_CHANGE)
    assert len(proofs[name].run.writes) == (name not in NO_CHANGE)


def test_only_what_differs_is_patched(proofs: dict[str, Proof]) -> None:
    diff = proofs["Change settings"].run.result["diff"]
    assert diff["before"] == {"settings": {"server": "//dev-ora:1521/DEV"}}
    assert diff["after"]["settings"]["archivedLogDestId"] == 1
    assert "in/out" in proofs["Change settings"].run.result["endpoint"]["tasks"]


def test_settings_are_removed(proofs: dict[str, Proof]) -> None:
    assert proofs["Remove settings"].run.result["endpoint"]["settings"] == {
        "$type": "OracleSettings",
        "server": "//dev-ora-2:1521/DEV",
        "username": "REPL",
        "useLogminerReader": True,
        "nested/odd~name": {"deep": {}},
    }


def test_a_new_endpoint_tells_no_secret(proofs: dict[str, Proof]) -> None:
    made = proofs["Make an endpoint"].run
    assert made.result["endpoint"] == {
        "name": "100% new / Größe?",
        "role": "TARGET",
        "type_id": "SNOWFLAKE_COMPONENT_TYPE",
        "settings": {"$type": "SnowflakeSettings", "server": "dev.snowflake.example"},
        "tasks": [],
    }
    assert "never-shown" not in str(made.result["diff"])


def test_secrets_are_sent_when_that_is_wanted(fresh: Simulator) -> None:
    options = {"server": DEV, "name": "DEV broken", "settings": {"password": "s3cret"}, "update_secrets": "always"}
    for check_mode in (True, False, False):
        result = perform(fresh, aem_endpoint, check_mode=check_mode, **options)
        assert (result.error, result.changed) == (None, True)
        assert result.diff[0]["after"] == {"settings": {"password": "(sent)"}}
        assert "s3cret" not in str(result)


def test_an_endpoint_in_use_is_not_deleted(fresh: Simulator) -> None:
    result = perform(fresh, aem_endpoint, server="Replicate PRD 1", name="ORA", state="absent")
    assert result.error is not None
    assert "'Orders to DW', 'Orders to Kafka', 'Orders archive'" in result.error.message
    assert calls(fresh) == ["ExportAll"]


def test_on_a_server_that_an_earlier_task_would_add(fresh: Simulator) -> None:
    made = {"name": "N", "role": "target", "type_id": "FILE_COMPONENT_TYPE", "settings": {}}
    checked = perform(fresh, aem_endpoint, check_mode=True, server="later", **made)
    assert (checked.error, checked.changed, len(checked.warnings)) == (None, True, 1)
    done = perform(fresh, aem_endpoint, server="later", **made)
    assert done.error is not None
    assert done.error.facts()["error_code"] == "AEM_SERVER_NOT_FOUND"


def test_without_the_right_to_export(fresh: Simulator) -> None:
    wanted = {"server": "//new", "username": "REPL", "port": 1}
    options = {"server": DEV, "name": "DEV Oracle", "settings": wanted, "unset": ["nothing"], **DESIGNER}
    checked = perform(fresh, aem_endpoint, check_mode=True, **options)
    assert (checked.error, checked.changed, len(checked.warnings)) == (None, True, 1)
    assert not any(entry["writes"] for entry in fresh.log())
    done = perform(fresh, aem_endpoint, **options)
    assert (done.error, done.changed) == (None, True)
    assert done.diff[0]["after"] == {"settings": {"server": "//new", "port": 1}}
    again = perform(fresh, aem_endpoint, **options)
    assert (again.error, again.changed, again.diff) == (None, False, [])
    assert settings_of(fresh, "DEV Oracle") == {"$type": "OracleSettings", **wanted}


def test_removing_without_the_right_to_export(fresh: Simulator) -> None:
    options = {"server": DEV, "name": "DEV Oracle", "unset": ["username", "nothing"], **DESIGNER}
    assert [perform(fresh, aem_endpoint, **options).changed for _time in range(2)] == [True, False]
    assert settings_of(fresh, "DEV Oracle") == {"$type": "OracleSettings", "server": "//dev-ora:1521/DEV"}


@pytest.mark.parametrize("code", ["AEM_EXPORT_NO_PERMISSION_ON_TASK", "AEM_EXPORT_NO_PERMISSION_ON_ENDPOINT"])
def test_a_refused_export_is_no_error(fresh: Simulator, code: str) -> None:
    fresh.inject({"kind": "error", "api_method": "ExportAll", "error_code": code})
    result = perform(fresh, aem_endpoint, server=DEV, name="DEV Oracle", settings={"username": "REPL"})
    assert (result.error, result.changed) == (None, False)


def test_deleting_without_the_right_to_export(fresh: Simulator) -> None:
    used = perform(fresh, aem_endpoint, server=DEV, name="DEV Oracle", state="absent", **DESIGNER)
    assert used.error is not None
    assert used.error.facts()["error_code"] == "AEM_ENDPOINT_IS_IN_USE"
    unused = {"server": DEV, "name": "DEV broken", "state": "absent", **DESIGNER}
    assert [perform(fresh, aem_endpoint, **unused).changed for _time in range(2)] == [True, False]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize(
    ("api_method", "options"),
    [
        ("PatchEndpoint", {"name": "DEV Oracle", "settings": {"server": "//new"}, "unset": ["username"]}),
        ("DeleteEndpoint", {"name": "DEV broken", "state": "absent"}),
        (
            "ImportAll",
            {"name": "N", "role": "target", "type_id": "FILE_COMPONENT_TYPE", "settings": {}, "timeout": 20},
        ),
    ],
)
def test_a_lost_answer_is_settled(fresh: Simulator, kind: str, api_method: str, options: dict[str, Any]) -> None:
    fresh.inject({"kind": kind, "api_method": api_method})
    done = perform(fresh, aem_endpoint, server=DEV, **options)
    assert (done.error, done.changed) == (None, True)
    again = perform(fresh, aem_endpoint, server=DEV, **options)
    assert (again.error, again.changed, again.values) == (None, False, done.values)


@pytest.mark.parametrize("style", ["2018", "2021", "2023"])
def test_every_generation_of_exports_is_read(fresh: Simulator, style: str) -> None:
    fresh.update_settings(export_style=style)
    assert settings_of(fresh, "DEV Oracle")["server"] == "//dev-ora:1521/DEV"


def test_endpoints_are_listed(fresh: Simulator) -> None:
    bare = perform(fresh, aem_endpoint_info, server=DEV, names=["DEV*"])
    assert [item["name"] for item in bare.values["endpoints"]] == [
        *("DEV Oracle", "DEV null", "DEV channel", "DEV broken", "DEV far away"),
    ]
    assert calls(fresh) == ["GetEndpointList"]
    assert set(bare.values["endpoints"][0]) == {"name", "description", "role", "type", "is_licensed"}
    detailed = perform(fresh, aem_endpoint_info, server=DEV, names=["DEV broken", "unknown"], settings=True)
    (broken,) = detailed.values["endpoints"]
    assert broken["settings"] == {"$type": "SqlserverSettings", "server": "dev-sql.corp.example", "username": "repl"}
    assert (broken["type_id"], broken["tasks"]) == ("SQL_SERVER_COMPONENT_TYPE", [])
    assert "not-a-secret" not in str(detailed.values)
