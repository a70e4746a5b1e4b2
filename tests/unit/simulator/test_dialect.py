# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same answers in both spellings."""

from __future__ import annotations

import pytest

from simulator import dialect
from simulator.contract import load_contract
from support.api_calls import COMPOSE, DEV, NIGHTLY, PRD, QAS
from support.desk import Desk


@pytest.mark.parametrize(
    ("state", "guide"),
    [
        ("STOPPED", "STOPPED"),
        ("STARTING", "STOPPED"),
        ("RUNNING", "RUNNING"),
        ("STOPPING", "RUNNING"),
        ("RECOVERY", "RECOVERING"),
        ("ERROR", "ERROR"),
    ],
)
def test_task_states(state: str, guide: str) -> None:
    assert dialect.task_state("sdk", state) == state
    assert dialect.task_state("guide", state) == guide


@pytest.mark.parametrize(
    ("enum", "value", "guide"),
    [
        ("license_state", "VALID_LICENSE", "LICENSE_VALID"),
        ("license_state", "INVALID_LICENSE_CHECKSUM", "LICENSE_INVALID_CHECKSUM"),
        ("license_state", "EXPIRED_LICENSE", "LICENSE_EXPIRED"),
        ("license_state", "NO_LICENSE", "NO_LICENSE"),
        ("license_state", "INVALID_LICENSE", "INVALID_LICENSE"),
        ("stop_reason", "FATAL_ERROR", "FATAL ERROR"),
        ("stop_reason", "STOPPED_AFTER_DDL_APPLY", "STOPPED AFTER DDL APPLY"),
        ("stop_reason", "STOPPED_LOW_DISK_SPACE", "STOPPED_LOW_DISK"),
        ("stop_reason", "NORMAL", "NORMAL"),
    ],
)
def test_enumerations(enum: str, value: str, guide: str) -> None:
    assert dialect.spelled("sdk", enum, value) == value
    assert dialect.spelled("guide", enum, value) == guide
    assert value in [entry["sdk"] for entry in load_contract().enum(enum)]


def test_server_details(desk: Desk) -> None:
    sdk = desk.get("servers", PRD)["server_details"]
    assert (sdk["$type"], sdk["type"]) == ("ReplicateServerDetails", "REPLICATE")
    assert next(iter(sdk)) == "$type"
    assert sdk["configuration"]["user_name"] == r"CORP\svc_replicate"
    assert sdk["aem_tasks_summary"] == sdk["task_summary"]
    desk.set(dialect="guide")
    guide = desk.get("servers", PRD)["serverDetails"]
    assert not {"type", "aem_tasks_summary"}.intersection(guide)
    assert guide["configuration"]["username"] == r"CORP\svc_replicate"
    assert guide["license"]["state"] == "LICENSE_VALID"


def test_servers(desk: Desk) -> None:
    assert desk.get("servers")["serverList"][3]["type"] == "COMPOSE"
    assert desk.get("servers", QAS, "def")["monitored"] is True
    desk.set(dialect="guide")
    assert "type" not in desk.get("servers")["serverList"][3]
    server = desk.get("servers", QAS, "def")
    assert (server["monitored"], server["verify_server_certificate"], server["port"]) == ("true", "true", "443")
    assert desk.call("PUT", "servers", QAS, "def", body=server).status == 200
    assert desk.estate.servers[QAS].monitored is True


def test_tasks(desk: Desk) -> None:
    desk.set(dialect="guide")
    assert desk.get("servers", QAS, "tasks", NIGHTLY)["type"] == "ReplicateTaskInfoDetailed"
    assert desk.get("servers", QAS, "tasks", NIGHTLY)["message"] == "NONE"
    assert {task["message"] for task in desk.get("servers", PRD, "tasks")["taskList"]} == {"NONE"}
    compose = {
        name: desk.get("servers", COMPOSE, "tasks", f"{name}__SALES")["$type"] for name in ("Load DWH", "Load mart")
    }
    assert compose == {"Load DWH": "AemComposeDWTaskInfoDetailed", "Load mart": "AemComposeDMTaskInfoDetailed"}
    assert desk.get("servers", QAS, "tasks", "Regression changes")["state"] == "RECOVERING"
    assert desk.get("servers", QAS, "tasks", "Regression load")["task_stop_reason"] == "FATAL ERROR"
    desk.call("POST", "servers", QAS, "tasks", NIGHTLY, action="run", timeout=0)
    assert desk.get("servers", QAS, "tasks", NIGHTLY)["state"] == "STOPPED"
    desk.clock.seconds += 1
    desk.call("POST", "servers", QAS, "tasks", NIGHTLY, action="stop", timeout=0)
    assert desk.get("servers", QAS, "tasks", NIGHTLY)["state"] == "RUNNING"


def test_endpoint_tests(desk: Desk) -> None:
    desk.set(dialect="guide")
    path = ("servers", DEV, "endpoints")
    assert desk.get(*path, "DEV Oracle", action="test")["requeststate"] == "SUCCESS"
    assert desk.get(*path, "DEV broken", action="test")["requeststate"] == "FAILURE"
