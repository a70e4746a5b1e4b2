# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server has, as options of aem_estate: whatever it is, these options would change nothing of it."""

from __future__ import annotations

import json
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plain import plain_value
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import dump, dump_endpoints
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.dump import PARTS, Dumped, How
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.parsing import parse
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.plan import plan_server
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.read import Reader
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.rules import Rules
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.variables import Variables
from support.definitions import CANARY, SEALED, SECTIONS, copied, definitions, shuffled, thorough
from support.estates import RULES
from support.strategies import acls, server_options

NAME = "repl 1"
SERVER = {"name": NAME, "type": "replicate", "host": "h", "port": 443, "username": "CORP\\u", "description": ""}
STATES = st.sampled_from(["RUNNING", "STOPPED", "ERROR", "RECOVERY", "STARTING", "STOPPING", "PAUSED"])
HOSTILE: dict[str, Any] = {
    "$type": "OracleSettings",
    "plain": "//{{ host }}:1521/{% x %}",
    "mask": "********",
    "connectioninfo": json.dumps({"host": "h", "auth": {"user": "u", "password": f"{CANARY}1"}}),
    "templated": json.dumps({"host": "{{ h }}", "password": f"{CANARY}2"}),
    "jsonCredentials": json.dumps({"private_key": f"{CANARY}3"}),
    "additionalConnectionProperties": f"a=1;PWD={CANARY}4",
    "hosts": [{"name": "a", "password": SEALED}, {"name": "b", "password": f"{CANARY}5"}],
    "odd": [SEALED],
    "somethingOdd": SEALED,
    "tokens": {"token": {"value": f"{CANARY}6"}},
    "password": "",
    "asm_password": 1234567,
    "securityDbEncryption": True,
    "huge": 2**70,
    "nothing": None,
    "empty": {},
}


class FakeApi(SimpleNamespace):
    """An Enterprise Manager with one server, of which everything can be read at once."""

    def __init__(
        self, export: Any, acl: Any = None, server: Any = None, states: Any = None, license_state: str = "VALID_LICENSE"
    ) -> None:
        session = SimpleNamespace(number=1)
        super().__init__(session=session, check_mode=True)
        self.get_server = lambda _name: copied(server or SERVER)
        self.get_server_acl = lambda _name: acl or missing("AEM_SERVER_HAS_NO_ACL")
        self.get_server_details = lambda _name: {"license": {"state": license_state, "expiration": "2030-01-01"}}
        self.get_task_list = lambda _name: [
            {"name": name, "state": state, "stop_reason": "NORMAL"} for name, state in (states or {}).items()
        ]
        self.export_all = lambda _name: json.dumps(export)

    def reader(self) -> Reader:
        """A reader of its server."""
        return Reader(self, NAME, exists=True)


def missing(code: str) -> Any:
    """What an API says of something that is not there."""
    raise ApiError("GetServerAcl", 400, code, "no")


def dumped(api: FakeApi, prefix: str | None = None, defaults: bool = False, parts: Any = PARTS) -> Dumped:
    """What is found of the server."""
    variables = Variables(prefix, [NAME]) if prefix else None
    return dump.dumped(api.reader(), How(frozenset(parts), defaults, variables))


def proven(api: FakeApi, found: Dumped) -> None:
    """The options, as a module gets them, are taken and change nothing."""
    wishes, problems = parse([plain_value(json.loads(json.dumps(found.options)))])
    assert problems == ()
    plan = plan_server(api, wishes[0], Rules.from_options(RULES, date(2026, 11, 1)), api.reader())
    assert [item.told() for item in plan.items] == []
    assert plan.unread == []


def endpoint_of(**settings: Any) -> dict[str, Any]:
    """An export with one endpoint."""
    item = {"name": "E", "role": "SOURCE", "type_id": "ORACLE_COMPONENT_TYPE", "db_settings": settings}
    return {SECTIONS: {"databases": [item]}}


@thorough
@given(
    export=definitions(),
    acl=st.none() | acls(),
    server=server_options(NAME),
    prefix=st.sampled_from([None, "vault_"]),
    defaults=st.booleans(),
    data=st.data(),
)
def test_it_changes_nothing_and_tells_no_secret(
    export: Any, acl: Any, server: Any, prefix: str | None, defaults: bool, data: st.DataObject
) -> None:
    names = [task["task"]["name"] for task in export[SECTIONS]["tasks"]]
    there = {**SERVER, **{key: value for key, value in server.items() if value is not None}, "type": "replicate"}
    api = FakeApi(export, acl, there, {name: data.draw(STATES) for name in names})
    found = dumped(api, prefix, defaults)
    proven(api, found)
    text = json.dumps([found.options, found.left_out, found.secrets])
    assert CANARY not in text
    assert SEALED not in text
    shuffled_api = FakeApi(shuffled(export, data.draw), acl, there, dict.fromkeys(names, "STOPPED"))
    parts = ["acl", "endpoints", "tasks"]
    assert json.dumps(dumped(shuffled_api, prefix, defaults, parts).options) == json.dumps(
        dumped(api, prefix, defaults, parts).options
    )


@pytest.mark.parametrize("prefix", [None, "vault_"])
def test_settings_that_are_hostile_go_round_or_are_told(prefix: str | None) -> None:
    api = FakeApi(endpoint_of(**HOSTILE))
    found = dumped(api, prefix)
    proven(api, found)
    assert CANARY not in json.dumps([found.options, found.left_out])
    assert found.options is not None
    (endpoint,) = found.options["endpoints"]
    assert endpoint["settings"]["plain"] == HOSTILE["plain"]
    told = {item["setting"]: item["reason"] for item in found.left_out if item["kind"] == "endpoint"}
    assert told == {
        "/db_settings/mask": dump_endpoints.WITHIN_TEXT,
        "/db_settings/templated": dump_endpoints.WITHIN_TEXT,
        "/db_settings/additionalConnectionProperties": dump_endpoints.WITHIN_TEXT,
        "/db_settings/hosts": dump_endpoints.WITHIN_LIST,
        "/db_settings/odd": dump_endpoints.WITHIN_LIST,
        "/db_settings/huge": dump_endpoints.NOT_TAKEN,
    }
    info = json.loads(endpoint["settings"]["connectioninfo"])
    if prefix is None:
        assert info == {"host": "h", "auth": {"user": "u"}}
        assert {"asm_password", "jsonCredentials", "somethingOdd", "password"}.isdisjoint(endpoint["settings"])
    else:
        assert info["auth"]["password"] == "{{ vault_repl_1_e_connectioninfo_auth_password }}"
        assert endpoint["settings"]["asm_password"] == "{{ vault_repl_1_e_asm_password }}"
        assert set(found.secrets) == {
            f"vault_repl_1_{word}"
            for word in (
                "password",
                "license",
                "e_asm_password",
                "e_connectioninfo_auth_password",
                "e_jsoncredentials",
                "e_somethingodd",
                "e_tokens_token_value",
            )
        }


def test_what_one_endpoint_shows_encrypted_is_a_secret_in_all() -> None:
    export: Any = endpoint_of(zulu=SEALED)
    (first,) = export[SECTIONS]["databases"]
    others = {"zulu": CANARY, "text": f"zulu={CANARY};x=1", "json": json.dumps({"zulu": CANARY})}
    export[SECTIONS]["databases"].append({**first, "name": "F", "db_settings": others})
    api = FakeApi(export)
    for prefix in (None, "v_"):
        found = dumped(api, prefix)
        proven(api, found)
        assert CANARY not in json.dumps([found.options, found.left_out])


def test_what_aem_estate_would_refuse_is_left_out_and_told() -> None:
    export: Any = endpoint_of(server="x")
    task = {"task": {"name": "T", "source_name": "E", "target_names": ["E"]}, "source": {}, "targets": []}
    export[SECTIONS]["tasks"] = [task, {**task, "task": {**task["task"], "name": "t"}}]
    acl = {
        role: {"users": [], "groups": []} for role in ("admin_role", "designer_role", "operator_role", "viewer_role")
    }
    acl["admin_role"]["users"] = ["no-domain"]
    api = FakeApi(
        export,
        {**acl, "disable_inheritance": False},
        {**SERVER, "host": "fe80::1", "username": "a/b"},
        {"t": "STOPPED"},
    )
    found = dumped(api)
    proven(api, found)
    assert found.options == {
        "name": NAME,
        "endpoints": found.options and found.options["endpoints"],
        "tasks": [{"name": "T", "run_state": "stopped"}],
    }
    told = [(item["kind"], item["name"], item["setting"]) for item in found.left_out]
    assert told == [
        ("license", NAME, ""),
        ("task", "t", ""),
        ("task", "T", ""),
        ("server", NAME, "host"),
        ("server", NAME, "acl"),
        ("server", NAME, "username"),
    ]


def test_a_server_that_cannot_be_called_so_is_left_out_and_told() -> None:
    api = FakeApi(endpoint_of(), server={**SERVER, "host": "h"})
    found = dump.dumped(Reader(api, "ä/ö", exists=True), How(frozenset()))
    assert found.options is None
    assert [item["kind"] for item in found.left_out] == ["server"]


def test_what_is_told_besides() -> None:
    export: Any = endpoint_of()
    export[SECTIONS]["databases"][0].update(description="d", override_properties={"name": "default"})
    export[SECTIONS].update(scheduler={"jobs": [{"name": "a"}, {"name": "b"}]}, error_behavior={}, notifications=[{}])
    found = dumped(FakeApi(export, license_state="EXPIRED_LICENSE"), "v_")
    assert found.not_covered == {"notifications": 1, "scheduler": 2}
    assert [(item["kind"], item["setting"]) for item in found.left_out] == [
        ("license", ""),
        ("endpoint", "/description"),
    ]


def test_defaults_are_told_where_they_are_asked_for() -> None:
    api = FakeApi(endpoint_of())
    assert dumped(api, parts=["acl"]).options == {"name": NAME, "host": "h", "username": "CORP\\u"}
    found = dumped(api, parts=["acl"], defaults=True)
    assert found.options == {**SERVER, "acl": {"state": "absent"}}
    proven(api, found)


def test_a_part_that_cannot_be_read_is_told_and_not_managed() -> None:
    api = FakeApi(endpoint_of())
    api.export_all = lambda _name: missing("AEM_EXPORT_NO_PERMISSION_ON_TASK")
    found = dumped(api, "v_", parts=["endpoints", "tasks"])
    assert found.options == {
        "name": NAME,
        "host": "h",
        "username": "CORP\\u",
        "password": "{{ v_repl_1_password }}",
    }
    assert set(found.unread) == {"endpoints", "tasks"}


def test_a_server_of_another_type_has_no_tasks() -> None:
    api = FakeApi(None, server={**SERVER, "type": "compose"})
    assert dumped(api).options == {"name": NAME, "type": "compose", "host": "h", "username": "CORP\\u"}


@pytest.mark.parametrize(("full_load_only", "expected"), [(True, [None, "stopped"]), (False, ["started", "stopped"])])
@pytest.mark.parametrize("parts", [["run_state"], ["tasks", "run_state"]])
def test_what_runs_is_told_unless_it_ends_by_itself(
    full_load_only: bool, expected: list[str | None], parts: list[str]
) -> None:
    common = {"full_load_enabled": True, "apply_changes_enabled": not full_load_only}

    def task(name: str) -> dict[str, Any]:
        return {
            "task": {"name": name, "source_name": "E", "target_names": ["E"]},
            "source": {
                "rep_source": {"source_name": "E", "database_name": "E"},
                "source_tables": {"name": "E"},
            },
            "targets": [{"rep_target": {"target_name": "E", "database_name": "E"}}],
            "task_settings": {"common_settings": common},
        }

    api = FakeApi({SECTIONS: {"tasks": [task("a"), task("b")]}}, states={"b": "STOPPED", "a": "RUNNING"})
    found = dumped(api, parts=parts)
    assert found.options is not None
    assert [item.get("run_state") for item in found.options["tasks"]] == expected
    assert all(("definition" in item) == ("tasks" in parts) for item in found.options["tasks"])
    proven(api, found)
