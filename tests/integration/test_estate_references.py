# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints that name endpoints, and log streams: all comes, goes and runs in the order that a server takes."""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import quote

import pytest

from simulator import Simulator
from support.estates import adopted, brought_about, changes, part, proven, told

PRD, QAS = "Replicate PRD 1", "replicate-qas"
STAGING, READER, STREAM = "ERP staging", "ERP to DW", "ERP via stream"
ORACLE = {"role": "source", "type_id": "ORACLE_COMPONENT_TYPE"}
BELOW = {"name": "Z below", **ORACLE, "settings": {"username": "REPL", "server": "//erp:1521/ERP"}}
LENT = {"name": "A lent", **ORACLE, "settings": {"username": "ref:Z below", "server": "//erp:1521/ERP"}}
SAP = {
    "name": "B above",
    "role": "source",
    "type_id": "SAP_APPLICATION_COMPONENT_TYPE",
    "settings": {"$type": "SapSettings", "backend_db": "Z below"},
}
ALL = [LENT, SAP, BELOW]
LOB = {"task_settings": {"common_settings": {"lob_max_size": 65}}}


@pytest.fixture
def em(quick_em: Simulator) -> Simulator:
    """An Enterprise Manager as at its start."""
    return quick_em


def names(result: Any) -> list[str]:
    """What a result is about, in order."""
    return [change["name"] for change in changes(result)]


def absent(*endpoints: dict[str, Any]) -> list[dict[str, Any]]:
    """Tombstones of endpoints."""
    return [{"name": item["name"], "state": "absent"} for item in endpoints]


def test_what_is_named_comes_before_and_goes_after(em: Simulator) -> None:
    assert names(proven(em, {"name": QAS, "endpoints": ALL})) == ["Z below", "A lent", "B above"]
    assert names(proven(em, {"name": QAS, "endpoints": absent(BELOW, SAP, LENT)})) == ["B above", "A lent", "Z below"]


def test_what_is_named_by_what_stays_waits(em: Simulator) -> None:
    proven(em, {"name": QAS, "endpoints": ALL})
    done = brought_about(em, {"name": QAS, "endpoints": absent(BELOW, SAP)})
    assert told(done, "name", "status") == [("B above", "done"), ("Z below", "blocked")]
    assert "it is used by endpoint 'A lent'" in changes(done)[1]["reason"]


def test_what_is_renamed_is_let_go_by_what_names_it(em: Simulator) -> None:
    proven(em, {"name": QAS, "endpoints": ALL})
    renamed = {**BELOW, "name": "Y below", "renamed_from": "Z below"}
    lent = {**LENT, "settings": {**LENT["settings"], "username": "ref:Y below"}}
    done = proven(em, {"name": QAS, "endpoints": [lent, {"name": "B above", "state": "absent"}, renamed]})
    assert names(done) == ["Y below", "A lent", "B above", "Z below"]


def test_prune_takes_all_that_name_each_other_and_leaves_what_is_named(em: Simulator) -> None:
    proven(em, {"name": QAS, "endpoints": ALL})
    wish = adopted(em, QAS)
    wish["endpoints"] = [item for item in wish["endpoints"] if item["name"] not in ("Z below", "B above")]
    done = proven(em, wish, prune=True, prune_max_percent=100)
    assert told(done, "name", "action") == [("B above", "delete")]
    assert done.values["summary"]["left_alone"] == 6
    wish["endpoints"] = [item for item in wish["endpoints"] if item["name"] != "A lent"]
    assert names(proven(em, wish, prune=True, prune_max_percent=100)) == ["A lent", "Z below"]


def test_prune_leaves_what_a_suspected_rename_names(em: Simulator) -> None:
    proven(em, {"name": QAS, "endpoints": ALL})
    wish = adopted(em, QAS)
    new = {**SAP, "name": "New above"}
    wish["endpoints"] = [item for item in wish["endpoints"] if item["name"] not in ("Z below", "A lent", "B above")]
    wish["endpoints"].append(new)
    done = brought_about(em, wish, prune=True, prune_max_percent=100)
    assert told(done, "name", "action", "status") == [
        ("New above", "create", "blocked"),
        ("A lent", "delete", "done"),
        ("B above", "delete", "blocked"),
    ]
    protected = {"endpoints": [f"{QAS}/B above"]}
    again = brought_about(em, wish, prune=True, prune_max_percent=100, protected=protected)
    assert (again.error, again.values["status"]) == (None, "blocked")


def test_what_names_something_blocked_waits_and_what_nobody_has_is_warned_of(em: Simulator) -> None:
    lacking = {key: value for key, value in BELOW.items() if key != "type_id"}
    done = brought_about(em, {"name": QAS, "endpoints": [LENT, lacking]}, check_mode=True)
    assert {change["name"]: change["status"] for change in changes(done)} == {"A lent": "blocked", "Z below": "blocked"}
    assert changes(done)[1]["reason"] == "needs endpoint Z below, which is blocked"
    done = brought_about(em, {"name": QAS, "endpoints": [LENT]}, check_mode=True)
    told_so = f"Endpoint 'A lent' names endpoint 'Z below' in db_settings.username, which server {QAS} does not have."
    assert told_so in done.warnings


def test_log_streams(em: Simulator) -> None:
    found = adopted(em, PRD)
    stream = copy.deepcopy({**part(found, "endpoints", "ERP Oracle"), "name": STREAM})
    stream["settings"]["logstreamstagingtask"] = STAGING
    reader = json.loads(json.dumps(part(found, "tasks", READER)).replace('"ERP Oracle"', f'"{STREAM}"'))
    others = [part(found, "endpoints", name) for name in ("ERP Oracle", "ERP LogStream", "DW Snowflake")]
    server = {"name": "new", "host": "new.corp.example", "username": "CORP\\svc", "password": "geheim-1"}
    tasks = [reader, part(found, "tasks", STAGING)]
    running = [{**task, "run_state": "started", "first_run": "reload_target"} for task in tasks]
    done = proven(em, {**server, "endpoints": [stream, *others], "tasks": running})
    assert names(done)[-5:] == [STAGING, STREAM, READER, STAGING, READER]

    forced = [{**task, "force": True, "overrides": LOB} for task in running]
    em.clear_log()
    assert names(brought_about(em, {"name": "new", "tasks": forced})) == [STAGING, READER]
    begun = [
        (entry["api_method"], entry["path"]) for entry in em.log() if entry["api_method"] in ("StopTask", "RunTask")
    ]
    expected = [(call, name) for name in (STAGING, READER) for call in ("StopTask", "RunTask")]
    assert [call for call, _path in begun] == [call for call, _name in expected]
    assert all(f"/tasks/{quote(name)}?" in path for (_call, path), (_same, name) in zip(begun, expected, strict=True))

    stopped = [{"name": task["name"], "run_state": "stopped"} for task in tasks[::-1]]
    assert names(proven(em, {"name": "new", "tasks": stopped})) == [READER, STAGING]

    gone = [{"name": task["name"], "state": "absent"} for task in tasks[::-1]]
    (staging,) = (item for item in gone if item["name"] == STAGING)
    for tombstone in (staging, {**staging, "name": STAGING.upper()}):
        for more in ({"endpoints": [stream]}, {}):
            waits = brought_about(em, {"name": "new", **more, "tasks": [tombstone]}, check_mode=True)
            assert told(waits, "reason") == [(f"endpoint {STREAM} reads the log stream that it writes",)]

    done = proven(em, {"name": "new", "endpoints": absent(stream, *others), "tasks": gone})
    assert names(done).index(STREAM) < names(done).index(STAGING) < names(done).index("ERP LogStream")
