# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints: what is planned, what is sent, what is refused, with the settings known and unknown. No network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import (
    AemError,
    ApiError,
    NoAnswer,
    Refused,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Applied, carry_out
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import endpoint as endpoints
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.endpoint_patch import spellings
from simulator import repository
from simulator.repository import Repository, RepositoryError
from support.definitions import SECTIONS

ORACLE = "ORACLE_COMPONENT_TYPE"
SETTINGS = {"$type": "OracleSettings", "server": "//a", "port": 1521, "password": "{Z00FF}"}
LOST = NoAnswer("PatchEndpoint", "the line is down", sent=True)
NOT_SENT = NoAnswer("PatchEndpoint", "the line is down", sent=False)
NO_EXPORT = ApiError("ExportAll", 403, "UNAUTHORIZED_REQUEST", "Unauthorized Request.")


def task(name: str, source: str, target: str) -> dict[str, Any]:
    """The definition of a task."""
    return {
        "task": {"name": name, "source_name": source, "target_names": [target]},
        "source": {
            "rep_source": {"source_name": source, "database_name": source},
            "source_tables": {"name": source},
        },
        "targets": [{"rep_target": {"target_name": target, "database_name": target}}],
    }


def endpoint(name: str, role: str = "SOURCE", **settings: Any) -> dict[str, Any]:
    """The definition of an Oracle endpoint."""
    return {"name": name, "role": role, "type_id": ORACLE, "db_settings": {**SETTINGS, **settings}}


class Manager:
    """One server whose answers can get lost; ``script`` holds what becomes of the next calls that write."""

    def __init__(self, *endpoints: dict[str, Any], exports: bool = True, check_mode: bool = False) -> None:
        document = {"cmd.replication_definition": {"databases": list(endpoints), "tasks": [task("T", "A", "B")]}}
        self.repository = Repository.from_document(document, key="k")
        self.exports = exports
        self.check_mode = check_mode
        self.session = SimpleNamespace(connection=SimpleNamespace(concurrency=2))
        self.script: list[Exception | None] = []
        self.sent: list[Any] = []

    def settings(self, name: str) -> dict[str, Any]:
        """The settings of an endpoint."""
        return dict(self.repository.endpoints[name]["db_settings"])

    def export_all(self, _server: str) -> str:
        """ExportAll."""
        if not self.exports:
            raise NO_EXPORT
        definition = {"databases": list(self.repository.endpoints.values()), "tasks": [task("T", "A", "B")]}
        return json.dumps({SECTIONS: definition})

    def get_endpoint_list(self, _server: str) -> list[dict[str, Any]]:
        """GetEndpointList."""
        return list(repository.endpoint_list(self.repository))

    def get_server_details(self, _server: str) -> dict[str, Any]:
        """GetServerDetails."""
        return {"version": "2024.11.0.285"}

    def get_task_list(self, _server: str) -> list[dict[str, Any]]:
        """GetTaskList."""
        return []

    def patch_endpoint(self, server: str, name: str, operations: Sequence[Any]) -> None:
        """PatchEndpoint."""
        self._write(operations, lambda: repository.patch_endpoint(self.repository, name, [*operations], server=server))

    def delete_endpoint(self, server: str, name: str) -> None:
        """DeleteEndpoint."""
        self._write(name, lambda: repository.delete_endpoint(self.repository, name, server=server))

    def import_all(self, server: str, text: str) -> None:
        """ImportAll."""

        def work() -> None:
            planned = repository.plan_import(self.repository, text, server=server, task=None, running=set())
            repository.apply_import(self.repository, planned)

        self._write(json.loads(text), work)

    def _write(self, what: Any, work: Any) -> None:
        """Do it, unless the script says that it does not arrive; a lost answer means that it is done."""
        self.sent.append(what)
        trouble = self.script.pop(0) if self.script else None
        if trouble is NOT_SENT:
            raise NOT_SENT
        try:
            work()
        except RepositoryError as error:
            raise ApiError("Call", 500, error.code, str(error)) from error
        if trouble is LOST:
            raise LOST


def plan(manager: Manager, name: str = "A", **options: Any) -> Any:
    """The plan for an endpoint of server s."""
    return endpoints.plan(cast(Api, manager), {"server": "s", "name": name, **options})


def carried_out(manager: Manager, name: str = "A", **options: Any) -> Applied:
    """What carrying out the only change of a plan comes to."""
    (change,) = plan(manager, name, **options).changes
    return cast(Applied, change.apply())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"settings": {"server": "//a", "port": "1521"}},
        {"settings": {"password": "other"}},
        {"settings": {"$type": "OracleSettings"}},
        {"settings": {}, "update_secrets": "always"},
        {"unset": ["nothing"]},
        {"role": "source", "type_id": ORACLE},
    ],
)
def test_what_is_there_already_is_no_change(options: dict[str, Any]) -> None:
    planned = plan(Manager(endpoint("A")), **options)
    assert planned.changes == []
    assert planned.after == {
        "name": "A",
        "role": "SOURCE",
        "type_id": ORACLE,
        "settings": {"$type": "OracleSettings", "server": "//a", "port": 1521},
        "tasks": ["T"],
    }


def test_an_endpoint_is_found_in_another_case_unless_there_is_one_of_that_name() -> None:
    manager = Manager(endpoint("A"))
    carried_out(manager, name="a", settings={"server": "//b"})
    assert manager.settings("A")["server"] == "//b"
    both = Manager(endpoint("A"), endpoint("a"))
    carried_out(both, name="a", settings={"server": "//b"})
    assert (both.settings("A")["server"], both.settings("a")["server"]) == ("//a", "//b")


def test_one_patch_changes_all_that_differs() -> None:
    manager = Manager(endpoint("A"))
    assert carried_out(manager, settings={"server": "//b", "port": 1521, "more": 1}, unset=["port2"]) == Applied()
    assert manager.sent == [
        [
            {"op": "add", "path": "/db_settings/server", "value": "//b"},
            {"op": "add", "path": "/db_settings/more", "value": 1},
        ]
    ]
    assert manager.settings("A") == {**SETTINGS, "server": "//b", "more": 1}


def test_the_secret_of_a_new_endpoint_is_shown_as_sent() -> None:
    wanted = {"role": "source", "type_id": "ORACLE_COMPONENT_TYPE", "settings": {"username": "u", "password": "s3cret"}}
    (change,) = plan(Manager(endpoint("A")), name="New", **wanted).changes
    assert change.after is not None
    assert change.after["settings"]["password"] == "(sent)"
    assert change.after["settings"]["username"] == "u"
    assert change.label() == "endpoint New of server s"


def test_secrets_are_sent_each_time_if_that_is_wanted_and_never_shown() -> None:
    manager = Manager(endpoint("A"))
    for _time in range(2):
        planned = plan(manager, settings={"password": "s3cret"}, update_secrets="always")
        (change,) = planned.changes
        change.apply()
        assert change.before == {"settings": {"password": "(unchanged)"}}
        assert change.after == {"settings": {"password": "(sent)"}}
        assert "s3cret" not in str(planned.after)
    assert manager.sent == [[{"op": "add", "path": "/db_settings/password", "value": "s3cret"}]] * 2


def test_a_secret_that_is_not_sent_and_is_not_there_is_told() -> None:
    planned = plan(Manager(endpoint("A")), settings={"asm_password": "s3cret"})
    assert planned.changes == []
    (warning,) = planned.warnings
    assert "/asm_password" in warning
    assert "s3cret" not in warning


UNUSABLE = [
    ({"password": "********"}, "/password is a mask or an encrypted secret"),
    ({"password": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}, "/password is a mask or an encrypted secret"),
    ({"password": "{Z00FF}"}, "/password is a mask or an encrypted secret"),
    ({"password": ""}, "/password is empty. Leave it out"),
    ({"more": [{"asm_password": ""}]}, "/more/0/asm_password is empty. Leave it out"),
    ({"odbc": "Server=h;Password={Z00FF}"}, "/odbc is a mask or an encrypted secret"),
    ({"json": '{"asm_password": "********"}'}, "/json is a mask or an encrypted secret"),
]


@pytest.mark.parametrize(("given", "told"), UNUSABLE)
def test_a_secret_that_no_server_could_use_is_not_sent(given: dict[str, Any], told: str) -> None:
    made = {"role": "source", "type_id": ORACLE, "settings": given}
    for name, options in (("New", made), ("A", {"settings": given, "update_secrets": "always"})):
        for exports in (True, False):
            manager = Manager(endpoint("A"), exports=exports)
            with pytest.raises(Refused, match=f"^settings: {told}"):
                plan(manager, name, **options)
            assert manager.sent == []


def test_settings_of_an_export_are_no_change_though_its_secrets_are_sealed() -> None:
    text = '{"host": "h", "password": "{Z00FF}"}'
    there = {"odbc": "Server=h;Password={Z00FF}", "json": text, "asm_password": "", "sealed": "{Z00FF}"}
    manager = Manager(endpoint("A", **there))
    assert plan(manager, settings={**SETTINGS, **there}).changes == []
    assert plan(manager, "New", state="absent", settings={"password": "********"}).changes == []


def test_a_lost_answer_of_a_patch_that_was_made() -> None:
    manager = Manager(endpoint("A", old=1))
    manager.script = [LOST]
    assert carried_out(manager, settings={"server": "//b"}, unset=["old"]).changed
    assert len(manager.sent) == 1


def test_a_lost_patch_is_sent_again() -> None:
    manager = Manager(endpoint("A", old=1))
    (change,) = plan(manager, settings={"server": "//b"}, unset=["old"]).changes
    before = dict(manager.repository.endpoints["A"])
    manager.script = [LOST]
    original = manager.export_all

    def export_all(server: str) -> str:
        # The answer was lost because the work was not done.
        manager.repository.endpoints["A"] = before
        manager.export_all = original
        return original(server)

    manager.export_all = export_all
    assert change.apply().changed
    assert len(manager.sent) == 2
    assert manager.settings("A")["server"] == "//b"
    assert "old" not in manager.settings("A")


def test_a_patch_that_never_left_is_an_error() -> None:
    manager = Manager(endpoint("A"))
    manager.script = [NOT_SENT]
    with pytest.raises(NoAnswer):
        carried_out(manager, settings={"server": "//b"})
    assert len(manager.sent) == 1


def test_another_role_or_type_is_refused() -> None:
    for options in ({"role": "target"}, {"type_id": "OTHER"}, {"settings": {"$type": "OtherSettings"}}):
        with pytest.raises(Refused):
            plan(Manager(endpoint("A")), **options)


@pytest.mark.parametrize("role", [None, ""])
def test_a_role_that_is_not_known_is_not_compared(role: str | None) -> None:
    manager = Manager(endpoint("A"))
    manager.repository.endpoints["A"]["role"] = role
    for wanted in ({}, {"role": "source"}):
        assert plan(manager, **wanted).changes == []


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("5", ["5", 5]),
        ("-5", ["-5", -5]),
        ("--5", ["--5"]),
        ("-", ["-"]),
        ("\u0665", ["\u0665"]),
        ("9" * 5000, ["9" * 5000]),
        ("True", ["True", True]),
        (True, [True, "true"]),
        (5, [5, "5"]),
        ("x", ["x"]),
        (None, [None]),
    ],
)
def test_what_may_be_a_number_is_tested_in_both_spellings(value: Any, meant: list[Any]) -> None:
    assert spellings(value) == meant
    assert [type(word) for word in spellings(value)] == [type(word) for word in meant]


def test_an_endpoint_that_can_be_both_is_a_source_and_a_target() -> None:
    for role in ("source", "target"):
        assert plan(Manager(endpoint("A", role="BOTH")), role=role).changes == []


@pytest.mark.parametrize(
    "options",
    [
        {"settings": {"a": {"b": 1}}, "unset": ["a"]},
        {"settings": {"a": {"b": 1}}, "unset": ["/a/b"]},
        {"settings": {"a": 1}, "unset": ["/a/b"]},
        {"unset": ["$type"]},
        {"unset": ["/connectioninfo/$type"]},
        {"unset": ["/"]},
        {"timeout": 0},
        {"name": ""},
    ],
)
def test_what_cannot_be_right_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        plan(Manager(endpoint("A")), **options)


def test_a_new_endpoint_is_imported_with_nothing_else() -> None:
    manager = Manager(endpoint("A"))
    made = {"role": "target", "type_id": "FILE_COMPONENT_TYPE", "settings": {"path": "/x", "password": "s3cret"}}
    (change,) = plan(manager, "N", **made).changes
    assert "s3cret" not in str(change.after)
    assert change.apply() == Applied(warnings=[])
    (document,) = manager.sent
    assert document["_version"]["version"] == "2024.11.0.285"
    settings = {"$type": "FileSettings", "path": "/x", "password": "s3cret"}
    assert document[SECTIONS] == {
        "databases": [
            {
                "name": "N",
                "role": "TARGET",
                "type_id": "FILE_COMPONENT_TYPE",
                "db_settings": settings,
                "override_properties": {},
            }
        ]
    }
    assert list(document[SECTIONS]["databases"][0]["db_settings"]) == list(settings)
    assert plan(manager, "N", **made).changes == []


@pytest.mark.parametrize(
    ("type_id", "role", "given", "settings_type"),
    [
        (ORACLE, "source", {"$type": "Given"}, "Given"),
        (ORACLE, "source", {}, "OraclexstreamSettings"),
        (ORACLE, "target", {}, "OracleSettings"),
        ("SQL_SERVER_COMPONENT_TYPE", "source", {}, "SqlserverSettings"),
        ("LOG_STREAM_COMPONENT_TYPE", "target", {}, "LogstreamSettings"),
        ("ODD_COMPONENT_TYPE", "target", {"$type": "Odd"}, "Odd"),
    ],
)
def test_the_type_of_new_settings(type_id: str, role: str, given: dict[str, Any], settings_type: str) -> None:
    manager = Manager({**endpoint("A"), "db_settings": {"$type": "OraclexstreamSettings"}})
    planned = plan(manager, "N", role=role, type_id=type_id, settings=given)
    assert planned.after["settings"].get("$type") == settings_type
    assert planned.warnings == []


@pytest.mark.parametrize(
    ("type_id", "told"),
    [
        ("DB2ISERIES_COMPONENT_TYPE", "There are Db2luwSettings, Db2zosSettings, Db2zostargetSettings, Db2iSettings."),
        ("AZURE_SQL_MSCDC_SOURCE_COMPONENT_TYPE", "There are SqlserverSettings, MicrosoftsqlservermscdcSettings, "),
        ("SNOWFLAKE_AZURE_COMPONENT_TYPE", "There are SnowflakeSettings, SnowflakeazureSettings, "),
        ("S3_COMPONENT_TYPE", "Amazons3Settings"),
        ("SAP_APPLICATION_COMPONENT_TYPE", "Give $type in settings, as db_settings has it in an export"),
    ],
)
def test_a_new_endpoint_of_a_kind_that_is_not_known_needs_its_type(type_id: str, told: str) -> None:
    with pytest.raises(Refused) as raised:
        plan(Manager(), "N", role="source", type_id=type_id, settings={"server": "h"})
    assert f"which $type the settings of a {type_id} have is not known for certain" in str(raised.value)
    assert told in str(raised.value)


def test_a_type_in_other_letters_is_told() -> None:
    made = {"role": "source", "type_id": "SQL_SERVER_COMPONENT_TYPE", "settings": {"$type": "SqlServerSettings"}}
    (warning,) = plan(Manager(), "N", **made).warnings
    assert "The $type SqlServerSettings of endpoint N is known as SqlserverSettings" in warning


def test_an_endpoint_without_a_type_cannot_get_one() -> None:
    manager = Manager({"name": "N", "role": "SOURCE", "type_id": "X", "db_settings": {"server": "h"}})
    with pytest.raises(Refused, match=r"Endpoint N has no \$type, and a patch cannot give it one\. Delete it"):
        plan(manager, "N", settings={"$type": "Db2iSettings"})


@pytest.mark.parametrize("missing", ["role", "type_id", "settings"])
def test_a_new_endpoint_needs_to_be_described(missing: str) -> None:
    made = {"role": "target", "type_id": "FILE_COMPONENT_TYPE", "settings": {}}
    with pytest.raises(Refused, match=missing):
        plan(Manager(), "N", **{**made, missing: None})


def test_an_endpoint_that_does_not_become_visible_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = Manager()
    monkeypatch.setattr(manager, "get_endpoint_list", lambda _server: [])
    with pytest.raises(AemError, match="not there") as raised:
        carried_out(manager, "N", role="target", type_id="FILE_COMPONENT_TYPE", settings={}, timeout=1)
    assert raised.value.left.changed


def test_an_endpoint_in_use_is_not_deleted() -> None:
    for name in ("A", "B"):
        with pytest.raises(Refused, match="'T'"):
            plan(Manager(endpoint("A"), endpoint("B", role="TARGET")), name, state="absent")


@pytest.mark.parametrize("trouble", [None, LOST])
def test_an_endpoint_is_deleted(trouble: Exception | None) -> None:
    manager = Manager(endpoint("N"))
    manager.script = [trouble]
    assert carried_out(manager, "N", state="absent") == Applied()
    assert manager.sent == ["N"]
    assert plan(manager, "N", state="absent") == ([], None, [])


def test_an_endpoint_that_somebody_else_deleted() -> None:
    manager = Manager(endpoint("N"))
    (change,) = plan(manager, "N", state="absent").changes
    manager.repository.endpoints.clear()
    assert not change.apply().changed


# Without the right to export


def test_equal_settings_stand_one_test() -> None:
    manager = Manager(endpoint("A", nested={"on": True}), exports=False)
    wanted = {"server": "//a", "port": 1521, "nested": {"on": True}, "password": "never compared"}
    assert plan(manager, settings=wanted).changes == []
    assert [[item["op"] for item in patch] for patch in manager.sent] == [["test"] * 3]


def test_each_setting_is_tested_where_one_differs() -> None:
    manager = Manager(endpoint("A", on=True), exports=False)
    (change,) = plan(manager, settings={"server": "//b", "port": "1521", "on": "true"}).changes
    assert all(item["op"] == "test" for patch in manager.sent for item in patch)
    manager.sent.clear()
    assert change.apply() == Applied()
    assert manager.sent == [[{"op": "add", "path": "/db_settings/server", "value": "//b"}]]
    assert change.before == {"settings": {"server": "(unknown)"}}


def test_the_type_is_tested_by_itself() -> None:
    manager = Manager(endpoint("A"), exports=False)
    assert plan(manager, settings={"$type": "OracleSettings"}).changes == []
    with pytest.raises(Refused, match="OtherSettings"):
        plan(manager, settings={"$type": "OtherSettings"})


def test_removing_tells_whether_there_was_anything() -> None:
    manager = Manager(endpoint("A", one=1, two=2), exports=False)
    assert carried_out(manager, unset=["one", "none", "two"]) == Applied(changed=True)
    assert manager.settings("A") == SETTINGS
    assert carried_out(manager, unset=["one", "none", "two"]) == Applied(changed=False)


def test_a_removal_whose_answer_was_lost_is_a_change() -> None:
    manager = Manager(endpoint("A", one=1), exports=False)
    manager.script = [LOST]
    assert carried_out(manager, unset=["one"]).changed


def test_a_removal_that_gets_no_answer_is_sent_twice_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = Manager(endpoint("A", one=1), exports=False)
    monkeypatch.setattr(repository, "patch_endpoint", lambda *_what, **_more: None)
    manager.script = [LOST, LOST, None]
    with pytest.raises(NoAnswer):
        carried_out(manager, unset=["one"])
    assert len(manager.sent) == 2


@pytest.mark.parametrize(
    "second",
    [NoAnswer("PatchEndpoint", "cut", sent=False), ApiError("PatchEndpoint", 401, "UNAUTHORIZED_REQUEST", "no")],
)
def test_a_removal_of_which_nobody_knows_counts_as_a_change(second: AemError) -> None:
    lost = NoAnswer("PatchEndpoint", "the line is down", sent=True)
    lost.not_settled()
    manager = Manager(endpoint("A", one=1), exports=False)
    ends = iter([lost, second])

    def patch_endpoint(*_operations: Any) -> None:
        raise next(ends)

    manager.patch_endpoint = patch_endpoint
    report = carry_out(plan(manager, unset=["one"]).changes, check_mode=False)
    assert (report.error, report.changed) == (second, True)


def test_what_was_changed_before_a_removal_failed_is_told() -> None:
    manager = Manager(endpoint("A", one=1), exports=False)
    (change,) = plan(manager, settings={"server": "//b"}, unset=["one"]).changes
    manager.script = [None, NOT_SENT]
    with pytest.raises(NoAnswer) as raised:
        change.apply()
    assert raised.value.left == Applied(changed=True)


def test_lost_answers_of_tests_and_patches_are_asked_for_again() -> None:
    manager = Manager(endpoint("A"), exports=False)
    manager.script = [LOST]
    (change,) = plan(manager, settings={"server": "//b"}).changes
    manager.script = [LOST]
    assert change.apply().changed
    assert manager.settings("A")["server"] == "//b"


def test_check_mode_sends_no_test_and_says_that_it_does_not_know() -> None:
    manager = Manager(endpoint("A"), exports=False, check_mode=True)
    planned = plan(manager, settings={"server": "//a"})
    assert len(planned.changes) == len(planned.warnings) == 1
    assert manager.sent == []
    assert plan(manager).changes == []


def test_what_is_known_without_an_export() -> None:
    planned = plan(Manager(endpoint("A"), exports=False), settings={"server": "//a", "password": "s3cret"})
    assert planned.after == {"name": "A", "role": "SOURCE", "settings": {"server": "//a"}}
    assert plan(Manager(exports=False), state="absent").changes == []


@pytest.mark.parametrize("api_method", ["Login", "ExportAll"])
def test_other_errors_are_told(api_method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    code = {"Login": "UNAUTHORIZED_REQUEST", "ExportAll": "AEM_SERVER_NOT_CONNECTED"}[api_method]
    error = ApiError(api_method, 500, code, "")
    manager = Manager()

    def export_all(_server: str) -> str:
        raise error

    monkeypatch.setattr(manager, "export_all", export_all)
    with pytest.raises(ApiError) as raised:
        plan(manager)
    assert raised.value is error


def test_an_endpoint_that_another_one_names_is_not_deleted() -> None:
    manager = Manager(endpoint("APP", backend_db="HANA"), endpoint("HANA", username="ref:HANA"), endpoint("A"))
    with pytest.raises(Refused, match="Endpoint HANA on server s cannot be deleted: it is used by endpoint 'APP'"):
        plan(manager, "HANA", state="absent")
    with pytest.raises(Refused, match=r"it is used by 'T'\."):
        plan(manager, "A", state="absent")
    assert [change.action for change in plan(manager, "APP", state="absent").changes] == ["delete"]


def test_what_an_endpoint_names_and_the_server_does_not_have_is_told() -> None:
    manager = Manager(endpoint("A"), endpoint("HANA"))
    new = {"role": "source", "type_id": ORACLE}
    wished = {"backend_db": "HANNA", "username": "ref:HANA", "logstreamstagingtask": "Staging"}
    for planned in (plan(manager, "APP", settings=wished, **new), plan(manager, "A", settings=wished)):
        assert [warning.split(" names ")[1] for warning in planned.warnings] == [
            "endpoint 'HANNA' in db_settings.backend_db, which server s does not have.",
            "task 'Staging' in db_settings.logstreamstagingtask, which server s does not have.",
        ]
    fine = {"backend_db": "HANA", "logstreamstagingtask": "T"}
    assert plan(manager, "APP", settings=fine, **new).warnings == []
    blind = Manager(endpoint("A"), exports=False)
    (warning,) = plan(blind, "APP", settings=wished | {"username": "u"}, **new).warnings
    assert "endpoint 'HANNA'" in warning


def test_json_within_text_is_not_replaced_where_it_cannot_be_read() -> None:
    text = '{"host": "a", "port": 1}'
    assert plan(Manager(endpoint("A", info=text), exports=False), settings={"info": text}).changes == []
    manager = Manager(endpoint("A", info=text), exports=False)
    with pytest.raises(Refused, match="/info is JSON as text, and endpoint A on server s has another"):
        plan(manager, settings={"info": '{"host": "b"}'})
