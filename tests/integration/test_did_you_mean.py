# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A name with a slip of the pen, in any module: the message asks for the one that was meant."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils import _module
from ansible_collections.qlik.enterprise_manager.plugins.modules import (
    aem_endpoint,
    aem_endpoint_test,
    aem_server,
    aem_table_info,
    aem_task_tables,
)
from simulator import Settings, Simulator
from support.inprocess import perform

MODULES = Path(__file__).parents[2] / "plugins/modules"
SLIP = "Replicate PRD l"
MEANT = "Did you mean 'Replicate PRD 1"
SWITCH = {"server": SLIP, "endpoint": "ORA", "configuration": "Standby"}
TASK = {"task": "POS to Kafka"}
DEFINITION = Path(__file__).parents[1] / "fixtures/export_task_2021.json"
BY_MODULE: dict[str, dict[str, Any]] = {
    "aem_backup": {"servers": [SLIP], "path": "{{ folder }}"},
    "aem_change_data": {"server": SLIP, **TASK, "older_than": "2026-01-01T00:00:00"},
    "aem_change_data_retention": {
        "server": SLIP,
        **TASK,
        "application": "dw",
        "retention_point": "2026-01-01T00:00:00",
    },
    "aem_endpoint": {"server": SLIP, "name": "ORA", "settings": {"server": "db"}},
    "aem_endpoint_failover": SWITCH,
    "aem_endpoint_info": {"server": SLIP},
    "aem_endpoint_test": {"server": SLIP, "endpoints": ["ORA"]},
    "aem_estate_adopt": {
        "servers": [SLIP],
        "path": "{{ folder }}",
        "environment": "em",
        "secret_variables": "vault_",
    },
    "aem_estate_info": {"servers": [SLIP]},
    "aem_export": {"server": SLIP},
    "aem_failover_check": {"switches": [SWITCH]},
    "aem_import": {"server": SLIP, "src": str(DEFINITION)},
    "aem_report": {"servers": [SLIP], "path": "{{ folder }}"},
    "aem_server_acl": {"server": SLIP, "admin": {"users": ["CORP\\root"], "groups": []}},
    "aem_server_acl_info": {"servers": [SLIP]},
    "aem_server_info": {"names": [SLIP]},
    "aem_server_license": {"server": SLIP, "content": "license_type=EVALUATION\n"},
    "aem_table": {"server": SLIP, **TASK, "state": "reloaded", "tables": [{"schema": "dbo", "table": "till"}]},
    "aem_table_info": {"server": SLIP, **TASK},
    "aem_task": {"server": SLIP, "name": "Policies", "src": str(DEFINITION)},
    "aem_task_health": {"server": SLIP, "tasks": ["POS to Kafka"]},
    "aem_task_info": {"servers": [SLIP]},
    "aem_task_record": {"server": SLIP, "tasks": ["POS to Kafka"], "path": "{{ folder }}/record"},
    "aem_task_state": {"server": SLIP, "tasks": ["POS to Kafka"], "state": "stopped"},
    "aem_task_tables": {"server": SLIP, **TASK, "included_pattern": [{"owner": "dbo", "name": "%"}]},
}
# The first four name no server that must be there; a backup of another server is restored onto one as well.
NO_SERVER = {"aem_audit_trail_info", "aem_session", "aem_server", "aem_estate", "aem_restore"}


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    with Simulator(Settings()) as simulator:
        yield simulator


def test_every_module_has_its_slip() -> None:
    assert {path.stem for path in MODULES.glob("aem_*.py")} - NO_SERVER == set(BY_MODULE)


@pytest.mark.parametrize("name", BY_MODULE)
def test_a_server(em: Simulator, tmp_path: Path, name: str) -> None:
    options = {
        key: value.replace("{{ folder }}", str(tmp_path)) if isinstance(value, str) else value
        for key, value in BY_MODULE[name].items()
    }
    module = importlib.import_module(_module.__name__.replace("module_utils._module", f"modules.{name}"))
    before = em.estate()
    done = perform(em, module, **options)
    # Who asks about servers is told of those that are there.
    told = done.warnings[0] if name == "aem_server_info" else done.error and done.error.message
    assert told is not None
    assert MEANT in told
    assert (done.changed, em.estate()) == (False, before)


@pytest.mark.parametrize(
    ("module", "options", "meant"),
    [
        (aem_table_info, {"task": "POS to Kafak"}, "'POS to Kafka'"),
        (
            aem_task_tables,
            {"task": "POS to Kafak", "included_pattern": [{"owner": "dbo", "name": "%"}]},
            "'POS to Kafka'",
        ),
        (aem_endpoint_test, {"endpoints": ["ORB", "DW Snowflake"]}, "'ORA'"),
    ],
)
def test_a_task_or_an_endpoint(em: Simulator, module: Any, options: dict[str, Any], meant: str) -> None:
    done = perform(em, module, server="Replicate PRD 1", **options)
    assert done.error is not None
    assert f"Did you mean {meant}" in done.error.message


@pytest.mark.parametrize(
    ("module", "options", "meant"),
    [
        (aem_server, {"name": SLIP, "description": "x"}, "'Replicate PRD 1'"),
        (aem_endpoint, {"server": "Replicate PRD 1", "name": "ORB", "settings": {"server": "db"}}, "'ORA'"),
    ],
)
def test_what_would_be_made_of_too_little(em: Simulator, module: Any, options: dict[str, Any], meant: str) -> None:
    done = perform(em, module, **options)
    assert done.error is not None
    assert "to create it, give" in done.error.message
    assert f"Did you mean {meant}" in done.error.message


def test_nothing_is_asked_where_the_names_cannot_be_read(em: Simulator) -> None:
    em.inject({"kind": "error", "api_method": "GetServerList", "error_code": "UNAUTHORIZED_REQUEST"})
    done = perform(em, aem_table_info, server=SLIP, task="POS to Kafka")
    assert done.error is not None
    assert "AEM_SERVER_NOT_FOUND" in done.error.message
    assert "Did you mean" not in done.error.message
