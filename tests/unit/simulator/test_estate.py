# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate as data: the packaged file, what goes in and out, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator import dumping, loading
from simulator.errors import EstateError, SettingsError
from simulator.model import ACTIVE_STATES
from simulator.repository import task_facts
from simulator.settings import PACKAGED_ESTATE, Settings
from support.api_calls import CALLS, DEV, PRD, QAS
from support.desk import Desk

MINIMAL = {"servers": [{"name": "s", "host": "h"}]}


def server(**members: Any) -> dict[str, Any]:
    return {"servers": [{"name": "s", "host": "h", **members}]}


def task(**members: Any) -> dict[str, Any]:
    """An estate with a task, and the endpoints that it needs."""
    endpoints = [{"name": name, "type_id": "FILE_COMPONENT_TYPE", "role": role} for name, role in SIDES]
    return server(endpoints=endpoints, tasks=[{"name": "t", "source": "a", "targets": ["b"], **members}])


FILES = {"name": "e", "type_id": "FILE_COMPONENT_TYPE"}
SIDES = (("a", "SOURCE"), ("b", "TARGET"))


def test_what_is_shown_can_be_given_back(desk: Desk) -> None:
    for name in ("RunTask", "PutServer", "PutServerAcl", "SetChangeDataRetentionBarrier", "DeleteOldChangeData"):
        assert desk.do(CALLS[name]).status == 200
    desk.clock.seconds += 10
    desk.world.catch_up()
    shown = dumping.dump(desk.estate)
    again = loading.load(json.loads(json.dumps(shown)), previous=desk.estate)
    assert dumping.dump(again) == shown
    assert loading.load(loading.parse(dumping.as_yaml(shown)), previous=desk.estate).users == desk.estate.users
    assert [item.password for item in again.servers.values()] == [
        item.password for item in desk.estate.servers.values()
    ]
    assert again.servers[PRD].repository == desk.estate.servers[PRD].repository


def test_secrets_come_from_the_estate_before(desk: Desk) -> None:
    shown = dumping.dump(desk.estate)
    shown["users"][0]["token"] = "new"
    again = loading.load(shown, previous=desk.estate)
    assert (again.users[0].password, again.users[0].token) == ("", "new")
    assert again.users[1].password == "simulator"
    assert loading.load(shown).users[1].password == ""


def test_the_packaged_estate_is_realistic(packaged_estate: Any) -> None:
    states = {packaged_estate.state_of(item) for item in packaged_estate.servers.values()}
    assert states == {"MONITORED", "NOT_MONITORED", "ERROR"}
    assert {item.kind for item in packaged_estate.servers.values()} == {"replicate", "compose"}
    assert any(" " in name for name in packaged_estate.servers)
    assert {"ORA", "ORA__Primary", "ORA__Standby"} <= packaged_estate.servers[PRD].repository.endpoints.keys()
    tags = {tag for item in packaged_estate.servers.values() for found in item.tasks.values() for tag in found.tags}
    assert {"nightly", "erp", "critical"} <= tags
    names = "".join(packaged_estate.servers[DEV].tasks)
    assert all(character in names for character in "%/#+ß")


def test_what_a_minimal_estate_has() -> None:
    found = loading.load(MINIMAL).servers["s"]
    assert (found.kind, found.port, found.monitored, found.license.state) == ("replicate", 443, True, "VALID_LICENSE")
    assert loading.load({}).servers == {}


@pytest.mark.parametrize(
    ("members", "state", "reason", "tables"),
    [
        ({}, "STOPPED", "NORMAL", "TABLE_CHANGE_PROCESSING"),
        ({"state": "RUNNING"}, "RUNNING", "NONE", "TABLE_CHANGE_PROCESSING"),
        ({"state": "ERROR"}, "ERROR", "FATAL_ERROR", "TABLE_CHANGE_PROCESSING"),
        ({"state": "RECOVERY"}, "RECOVERY", "RECOVERABLE_ERROR", "TABLE_CHANGE_PROCESSING"),
        ({"settings": {"apply_changes_enabled": False}}, "STOPPED", "NORMAL", "TABLE_COMPLETED"),
        ({"stop_reason": "NONE"}, "STOPPED", "NONE", None),
        ({"tables": [{"schema": "S", "table": "T", "state": "TABLE_QUEUED"}]}, "STOPPED", "NORMAL", "TABLE_QUEUED"),
    ],
)
def test_what_a_task_is_like_unless_it_is_said(members: Any, state: str, reason: str, tables: str | None) -> None:
    found = loading.load(task(explicit_included_tables=["S.T"], **members)).servers["s"].tasks["t"]
    assert (found.state, found.stop_reason) == (state, reason)
    assert [table.state for table in found.tables] == ([tables] if tables else [])


def test_tables_may_have_dots_in_their_names() -> None:
    tables = ["S.T.U", {"owner": "A.B", "name": "C", "load_order": 5}]
    estate = loading.load(task(explicit_included_tables=tables))
    assert [item.key for item in estate.servers["s"].tasks["t"].tables] == [("S", "T.U"), ("A.B", "C")]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ([], "estate is not a mapping"),
        ({"server": []}, "nobody knows 'server'"),
        ({"servers": {}}, "servers is not a list"),
        ({"servers": [{"host": "h"}]}, "estate, servers, 1 has no name"),
        ({"servers": [{"name": "s"}]}, "estate, servers, s has no host"),
        ({"servers": [*MINIMAL["servers"], *MINIMAL["servers"]]}, "two servers 's'"),
        (server(port="443"), "port is not a whole number"),
        (server(port=70000), "estate, servers, s: The port is invalid."),
        (server(name="Köln"), "estate, servers, Köln: The name of the server is invalid."),
        (server(name="a/b"), "The name of the server is invalid."),
        (server(name="n" * 65), "The name of the server is invalid."),
        (server(host="a:b"), "The host is invalid."),
        (server(username="CORP/svc"), "The user name is invalid."),
        (server(description="d" * 251), "The description is invalid."),
        ({"servers": [*MINIMAL["servers"], {"name": "S", "host": "other"}]}, "two servers 'S'"),
        ({"servers": [*MINIMAL["servers"], {"name": "t", "host": "H"}]}, "'s' and 't' have one host and port"),
        (
            server(endpoints=[{"name": "e", "type_id": "DB2ISERIES_COMPONENT_TYPE"}]),
            "s, e: which $type the db_settings",
        ),
        (server(endpoints=[{**FILES, "db_settings": {"$type": "Filesettings"}}]), '"$type" of e is Filesettings'),
        (server(endpoints=[{**FILES, "db_settings": "@{path=/}"}]), "s, e: db_settings is not a mapping"),
        (server(endpoints=[{**FILES, "db_settings": {"size": float("nan")}}]), '"size" is nan'),
        (server(endpoints=[{**FILES, "db_settings": {"username": "ref:f"}}]), "endpoint 'e' names 'f'"),
        (server(endpoints=[{**FILES, "db_settings": {"logstreamstagingtask": "t"}}]), "endpoint 'e' names 't'"),
        (server(endpoints=[{**FILES, "name": "a\tb"}]), '"databases.name" is not a name'),
        (server(type="compose", tasks=[{"name": "a__p"}, {"name": "a", "project": "p"}]), "'a__p' is there already"),
        (server(type="other"), "type is one of"),
        (server(colour="red"), "estate, servers, s: nobody knows 'colour'"),
        (server(monitored="yes"), "neither true nor false"),
        (server(license={"state": "GOOD"}), "license: state is one of"),
        (server(license={"expiration": "soon"}), "expiration is not a date"),
        (server(acl={"admin": {}}), "acl: nobody knows 'admin'"),
        (server(acl={"admin_role": {"users": "u"}}), "users is not a list of texts"),
        (server(definitions=["nowhere.json"]), "cannot be read"),
        (server(definition={"cmd.replication_definition": {"tasks": {}}}), '"tasks" is not a list'),
        (server(endpoints=[{"name": "e"}]), "has no definition"),
        (server(tasks=[{"name": "t"}]), "has no definition"),
        (server(tasks=["t"]), "tasks is not a list of mappings"),
        (server(tasks=[{"name": "t", "source": "a", "targets": ["b"]}]), "endpoint 'a' of task 't' is not there"),
        (task(state="PAUSED"), "state is one of"),
        (task(tags="nightly"), "tags is not a list of texts"),
        (task(lacks=["tables"]), "can lack source and target"),
        (task(start_seconds=-1), "start_seconds is not a number of seconds"),
        (task(tables=[{"schema": "S"}]), "has no table"),
        (task(tables=[{"schema": "S", "table": "T", "suspended_in": "x"}]), "suspended_in is one of"),
        (task(explicit_included_tables=["T"]), "a table is OWNER.NAME"),
        (task(barriers={"a": "never"}), "a is not a time"),
        ({"users": [{"name": "admin"}]}, "DOMAIN"),
        ({"users": [{"name": 5, "groups": []}]}, "DOMAIN"),
        ({"users": [{"name": r"D\u"}, {"name": r"d\U"}]}, "two users"),
        ({"users": [{"name": r"D\u", "password": "a:b"}]}, "can hold a colon"),
        ({"audit_trail": [{"user": "u"}]}, "has no timestamp"),
        ({"enterprise_manager": {"module_license": "NONE"}}, "module_license is one of"),
    ],
)
def test_estates_that_are_none(data: Any, place: str) -> None:
    with pytest.raises(EstateError) as error:
        loading.load(data)
    assert place in str(error.value)


@pytest.mark.parametrize(
    ("version", "members", "name"),
    [
        ("2021.5.0.120", {"name": "Load", "project": "DWH"}, "Load__DWH"),
        ("2021.5.0.120", {"name": "Load__DWH", "project": "DWH"}, "Load__DWH"),
        ("2024.11.0.120", {"name": "Load__DWH"}, "Load__DWH"),
        ("2024.11.0.120", {"name": "Load"}, "Load"),
        ("2021.2.0.15", {"name": "Load__DWH", "project": "DWH"}, "Load"),
        ("6.6.0.448", {"name": "Load__DWH"}, "Load"),
        ("6.6.0.448", {"name": "Load", "project": "DWH"}, "Load"),
    ],
)
def test_compose_tasks_are_named_as_their_server_does(version: str, members: dict[str, str], name: str) -> None:
    data = server(type="compose", version=version, tasks=[members])
    found = loading.load(data)
    assert [(item.name, item.project) for item in found.servers["s"].tasks.values()] == [
        (name, "" if members == {"name": "Load"} else "DWH")
    ]
    assert dumping.dump(loading.load(dumping.dump(found))) == dumping.dump(found)


def test_an_endpoint_of_any_kind_may_say_its_type() -> None:
    item = {"name": "e", "type_id": "DB2ISERIES_COMPONENT_TYPE", "db_settings": {"$type": "Db2iSettings"}}
    assert loading.load(server(endpoints=[item])).servers["s"].repository.endpoints["e"]["db_settings"] == {
        "$type": "Db2iSettings"
    }


def test_a_copy_of_the_packaged_estate_can_be_loaded(tmp_path: Path, packaged_estate: Any) -> None:
    copy = tmp_path / "mine.yml"
    copy.write_bytes(PACKAGED_ESTATE.read_bytes())
    assert loading.load_file(copy).servers[PRD].repository == packaged_estate.servers[PRD].repository


def test_two_tasks_of_one_name() -> None:
    data = task()
    data["servers"][0]["tasks"] *= 2
    with pytest.raises(EstateError, match="'t' comes twice in tasks"):
        loading.load(data)


def test_a_task_like_another() -> None:
    data = task(tags=["x"], settings={"full_load_enabled": False}, explicit_included_tables=["S.T"])
    other = {"name": "u", "like": "t", "settings": {"apply_changes_enabled": False}, "state": "RUNNING"}
    data["servers"][0]["tasks"].append(other)
    found = loading.load(data).servers["s"]
    assert (found.tasks["u"].tags, found.tasks["u"].state, found.tasks["t"].state) == (["x"], "RUNNING", "STOPPED")
    assert task_facts(found.repository, "u").full_load_enabled is False
    assert task_facts(found.repository, "u").apply_changes_enabled is False
    assert task_facts(found.repository, "t").apply_changes_enabled is True
    data["servers"][0]["tasks"].reverse()
    with pytest.raises(EstateError, match="no 't' comes before 'u'"):
        loading.load(data)


@pytest.mark.parametrize(("text", "reason"), [("a: [", "not YAML"), ("- 1", "not a mapping")])
def test_files_that_are_none(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "estate.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EstateError, match=reason):
        loading.load_file(path)
    with pytest.raises(EstateError, match="cannot be read"):
        loading.load_file(tmp_path / "nowhere.yml")


def test_a_file_finds_its_definitions(tmp_path: Path) -> None:
    definitions = PACKAGED_ESTATE.parent / "estate" / "replicate_prd_1.json"
    (tmp_path / "all.json").write_bytes(b"\xef\xbb\xbf// Host name: x\r\n" + definitions.read_bytes())
    (tmp_path / "estate.yml").write_text(json.dumps(server(definitions=["all.json"])), encoding="utf-8")
    assert len(loading.load_file(tmp_path / "estate.yml").servers["s"].tasks) == 3


def test_reset_brings_the_first_estate_back(desk: Desk) -> None:
    before = dumping.dump(desk.estate)
    desk.do(CALLS["DeleteServer"])
    desk.do(CALLS["RunTask"])
    desk.do(CALLS["PatchEndpoint"])
    desk.world.faults.add({"kind": "status"})
    desk.world.reset()
    assert dumping.dump(desk.estate) == before
    assert (desk.world.faults.as_data(), desk.world.log.entries()) == ([], [])
    assert desk.call("GET", "servers").code == "INVALID_SESSION_ID"


def test_another_estate_keeps_sessions_of_users_that_it_has(desk: Desk) -> None:
    desk.token()
    first = desk.estate
    desk.world.begin(loading.load(MINIMAL, previous=first))
    assert desk.call("GET", "servers").code == "INVALID_SESSION_ID"
    data = {**dumping.dump(first), **MINIMAL}
    desk.world.begin(loading.load(data, previous=first))
    assert [item["name"] for item in desk.get("servers")["serverList"]] == ["s"]


def test_nothing_of_the_old_estate_happens_in_a_new_one(desk: Desk) -> None:
    desk.call("POST", "servers", QAS, "tasks", "Nightly 01 accounts", action="run", timeout=0)
    data = dumping.dump(desk.estate)
    desk.world.begin(loading.load(data, previous=desk.estate))
    assert desk.task(QAS, "Nightly 01 accounts").state in ACTIVE_STATES
    desk.clock.seconds += 0.5
    assert desk.task(QAS, "Nightly 01 accounts").state == "RUNNING"


@pytest.mark.parametrize(
    "changes",
    [
        {"latency_seconds": -1},
        {"latency_seconds": "1"},
        {"latency_seconds": float("inf")},
        {"latency_seconds": True},
        {"export_style": "2020"},
        {"dialect": "other"},
        {"colour": "red"},
        {"port": 8443},
        {"latency_seconds": float("nan")},
        {"estate": "other.yml"},
    ],
)
def test_settings_that_cannot_be(changes: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        Settings().changed(**changes)


def test_a_port_that_is_none() -> None:
    with pytest.raises(SettingsError):
        Settings(port=65536)


def test_settings_that_can() -> None:
    settings = Settings().changed(start_seconds=2, dialect="guide")
    assert (settings.start_seconds, settings.dialect) == (2.0, "guide")
    assert Settings(estate=Path("x")).estate == "x"
