# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that nobody means well with, and one good task of each module to put them into."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from support.api_calls import DEV, PRD, QAS, endpoint, one_task

Place = tuple[Any, ...]

NAMES = [
    *(
        "a/b",
        "100%",
        "%2F",
        "%252F",
        "a#b",
        "a?b",
        "a&b=c",
        "a+b",
        "a;b",
        "it's",
        'say "so"',
        "back\\slash",
        "a,b",
        "a:b",
    ),
    *(" before", "after ", "\tbetween\t", "in\nside", "after\n", "nul\x00inside", "\x1b[2Jscreen", "\x9b31m", "\x7f"),
    *(
        "\u202egnirts",
        "e\u0301",
        "\u00e9",
        "\u0410\u0411\u0412" * 17,
        "\U0001f600" * 20,
        "\u200b",
        "\ufeffmark",
        "\u2028",
    ),
    *(
        "x" * 64,
        "x" * 65,
        "x" * 300,
        "\u00e4" * 128,
        "..",
        ".",
        "../../etc/passwd",
        "~nobody-here",
        "$HOME",
        "-rf",
        ".lock",
    ),
    *("{{ 7 * 7 }}", "{% raw %}", "{# x #}", "{{ lookup('pipe', 'id') }}", "${7*7}", "*", "?", "[a-z]", "**/..", "a*b"),
    *("yes", "No", "null", "~", "1", "0x10", "1e3", "2026-03-07", "12:30:00", "NaN", "", " "),
    *("\ud800", "a\udfffb", "con", "NUL.json", "a|b", "<b>&amp;", "\u0661\u0662", "\u216f", "\u1e9e"),
]
NUMBERS = [0, 1, -1, 7, 2**31, 2**63, -(2**63) - 1, 10**400, 0.5, 1e308, float("nan"), float("inf"), True, False]
TIMES = [date(2026, 3, 7), datetime(2026, 3, 7, 11, 19, 3, tzinfo=UTC), "9999-12-31T23:59:59Z", "0000-00-00", "P1Y"]


def nested(depth: int, kind: type = list) -> Any:
    """Lists, or objects, in one another."""
    value: Any = "x"
    for _level in range(depth):
        value = [value] if kind is list else {"a": value}
    return value


def cyclic() -> Any:
    """A value that holds itself, as an anchor makes it."""
    value: dict[str, Any] = {}
    value["again"] = [value]
    return value


def strange() -> list[Any]:
    """Values of a type that nobody expects there."""
    return [
        *(None, [], {}, [[]], [None], [{}], ["x", 1, None, ["y"]], [{"name": ["x"]}], {"name": {}}, {1: 2, None: "x"}),
        *({"server": ["x"]}, {"a": cyclic()}, cyclic(), nested(90), nested(99, dict), nested(1000), b"\x00\xff"),
        *({"users": "x", "groups": {}}, {"": ""}, {"\ud800": 1}, {"$type": []}, {"password": [1, {"x": "y"}]}),
        *("[1, 2", '{"a": 1}', "{'a': 1}", "a=1 b=2", "x" * 100_000, {"a": "x" * 100_000}, ("t",), {"s"}),
        *([NAMES[0]] * 3, dict.fromkeys(NAMES[:5], NAMES[5]), [7, "7"], "7,7,7", ["\x00"], {"\n": "\n"}),
    ]


def values() -> list[Any]:
    """All of them."""
    return [*NAMES, *NUMBERS, *TIMES, *strange()]


def definitions() -> list[Any]:
    """Definitions that are none, or that hold what no server has."""
    name = "cmd.replication_definition"
    good = one_task("new", "DEV Oracle", "DEV null")
    task = good[name]["tasks"][0]
    document = '{"cmd.replication_definition": %s}'
    changed = [
        {**task, "task": {**task["task"], "target_names": "T"}},
        {**task, "targets": {"rep_target": {}}},
        {**task, "source": []},
        {**task, "source": {"source_tables": {"explicit_included_tables": {"owner": "A", "name": "B"}}}},
        {**task, "source": {"source_tables": {"explicit_included_tables": [{"owner": 1, "name": None}]}}},
        {**task, "manipulations": {"a": 1}},
        {**task, "manipulations": [None, "x", {"table_manipulation": []}]},
        {**task, "task_settings": [1]},
        {**task, "task_settings": {"common_settings": "@{a=1}"}},
        {**task, "task_settings": {"target_settings": nested(80, dict)}},
        {**task, "task": {"name": ""}},
        {**task, "task": {"name": None}},
        {**task, "task": {"name": ["new"]}},
        {**task, "\x00": "\x00", "\x1b": "\x1b[2J", "{{ 1 }}": "{{ 2 }}"},
        {**task, "unknown": [float("nan")]},
        "task",
        None,
    ]
    texts = [
        *("", " ", "// only a comment", "null", "7", "[]", "{}", "{", '"text"', "\ufeff{}", "NaN", "\x00", "\ud800"),
        *(document % '{"tasks": [], "tasks": []}', document % '{"tasks": NaN}', document % '{"tasks": [1e999]}'),
        *(document % ('{"tasks": ' + "[" * 5000 + "]" * 5000 + "}"), "[" * 100_000, document % ("9" * 5000)),
        *(document % '{"tasks": [{"task": {"name": "\\ud800"}}]}', document % '{"databases": "x"}', document % "7"),
        document % '{"tasks": [' + '{"task": {"name": "new"}},' * 2 + "]}",
    ]
    sections: list[dict[str, Any]] = [
        *({"tasks": [item]} for item in changed),
        {"tasks": {"task": {"name": "new"}}},
        {"tasks": [task, task]},
        {"tasks": None, "databases": None},
        *(
            {"databases": item}
            for item in ([None], ["x"], [{"name": 7}], [{"name": "e", "db_settings": "text"}], {"a": 1})
        ),
        {"databases": [{**endpoint("e"), "db_settings": {"$type": 7, "x": "@{a=b}", "y": "System.Object[]"}}]},
        {"databases": [{**endpoint("e"), "db_settings": {"nested": nested(80)}}]},
        *({"notifications": item} for item in (7, "x", [None], {"notifications_list": {"name": "x"}}, [[]])),
        *({"scheduler": item} for item in (7, [], {"jobs": {}}, {"jobs": [None]}, {"jobs": [{"task": ["x"]}]})),
        *({item: value} for item in ("error_behavior", "unknown", "") for value in (7, [], "x", None)),
    ]
    return [*texts, *({name: item} for item in sections), {name: []}, {name: None}, {}, {"a": cyclic()}, good]


def good(folder: Path) -> dict[str, dict[str, Any]]:
    """Options that work, with as many of a module as go together; files are in ``folder``."""
    tables = [{"owner": "DEV", "name": "ONE", "load_order": "high", "table_type": "table"}]
    switches = [{"server": PRD, "endpoint": "ORA", "configuration": "Standby"}]
    selection = [{"server": QAS, "tasks": ["Nightly 0*"], "tags": ["nightly"], "exclude": ["Nightly 09*"]}]
    people = {"users": ["CORP\\admin"], "groups": ["CORP\\EM Admins"]}
    task = {"server": PRD, "task": "ERP to DW"}
    made = one_task("new", "DEV Oracle", "DEV null")
    return {
        "aem_audit_trail_info": {"start": "2020-01-01", "end": "2030-01-01", "dest": str(folder / "audit.json")},
        "aem_backup": {"path": str(folder / "backups"), "servers": [DEV], "keep_last": 2, "keep_days": 3},
        "aem_change_data": {**task, "older_than": "P1D"},
        "aem_change_data_retention": {**task, "application": "app", "retention_point": "2026-01-01T00:00:00Z"},
        "aem_endpoint": {
            "server": DEV,
            "name": "DEV Oracle",
            "role": "source",
            "type_id": "ORACLE_COMPONENT_TYPE",
            "settings": {"username": "OTHER", "password": "secret-word", "x": [1]},
            "unset": ["nothing"],
            "update_secrets": "always",
            "timeout": 3,
        },
        "aem_endpoint_failover": {"switches": switches, "timeout": 20},
        "aem_endpoint_info": {"server": DEV, "names": ["*"], "settings": True},
        "aem_endpoint_test": {"server": DEV, "endpoints": ["DEV *"], "timeout": 2, "fail_on_error": False},
        "aem_estate": {
            "servers": [
                {
                    "name": DEV,
                    "description": "d",
                    "acl": {"viewer_role": people},
                    "endpoints": [{"name": "DEV channel", "settings": {"path": "/other"}}],
                    "tasks": [{"name": "snapshot", "run_state": "stopped"}],
                }
            ],
            "prune_kinds": ["tasks"],
            "protected": {"tasks": ["*/never*"]},
            "observe": ["x*"],
            "ignore": [{"tasks": ["*/x"], "why": "w", "until": "2030-01-01"}],
            "send_secrets": ["x"],
        },
        "aem_estate_adopt": {"path": str(folder / "estate"), "environment": "prd", "servers": [DEV]},
        "aem_estate_info": {"servers": [DEV], "include": ["acl", "endpoints"], "secret_variables": "vault_"},
        "aem_export": {"server": DEV, "task": "snapshot", "with_endpoints": True, "dest": str(folder / "export.json")},
        "aem_failover_check": {"switches": switches, "timeout": 3, "fail_on_error": False},
        "aem_import": {"server": DEV, "definition": made, "ignore": ["/tasks/x"], "timeout": 3},
        "aem_report": {
            "path": str(folder),
            "page": '<script type="application/json" id="data">null</script>',
            "title": "T",
            "servers": [DEV],
            "drift": [],
        },
        "aem_restore": {
            "path": str(folder / "backups"),
            "server": DEV,
            "tasks": ["snapshot"],
            "secrets": {"DEV Oracle": {"password": "secret-word"}},
            "timeout": 3,
        },
        "aem_server": {
            "name": "new server",
            "type": "replicate",
            "host": "h.example",
            "port": 443,
            "username": "CORP\\svc",
            "password": "secret-word",
            "update_password": "always",
            "description": "d",
            "verify_server_certificate": True,
            "monitored": True,
        },
        "aem_server_acl": {
            "server": DEV,
            "admin_role": people,
            "designer_role": {"users": ["CORP\\designer"], "groups": []},
            "disable_inheritance": False,
        },
        "aem_server_acl_info": {"servers": [DEV]},
        "aem_server_info": {"names": [DEV], "details": True, "connection": True},
        "aem_server_license": {"server": DEV, "content": "license_type=X\nchecksum=secret-word\n"},
        "aem_session": {},
        "aem_table": {**task, "state": "reloaded", "tables": [{"schema": "ERP", "table": "IN%"}]},
        "aem_table_info": {**task, "schema": "ERP", "table": "%", "table_states": ["table_error"]},
        "aem_task": {
            "server": DEV,
            "name": "new",
            "definition": made,
            "source_endpoint": "DEV Oracle",
            "target_endpoint": "DEV null",
            "ignore": ["/tasks/x"],
            "owners": {"N": "M"},
            "overrides": {"task_settings": {"common_settings": {"lob_max_size": 9}}},
            "timeout": 3,
        },
        "aem_task_health": {"selection": selection, "latency": 9, "settle": 1, "timeout": 2, "fail_on_error": False},
        "aem_task_info": {"servers": [QAS], "tasks": ["Night*"], "tags": ["nightly"], "details": True},
        "aem_task_record": {"path": str(folder / "record.json"), "selection": selection, "of": {"a": "b"}, "facts": {}},
        "aem_task_state": {"selection": selection, "state": "started", "timeout": 5, "parallel": 2},
        "aem_task_tables": {"server": DEV, "task": "never ran", "explicit_included_tables": tables},
    }


def options_of(module: str, spec: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Options that work; for a module that is not in the list above, what it cannot do without."""
    needed = {name: [] if item["type"] == "list" else "x" for name, item in spec.items() if item.get("required")}
    return good(folder).get(module, needed)


def places(options: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[Place]:
    """Every place of some options where a value could stand, those of options that are not given too."""
    for name in spec:
        yield (name,)
        yield from _below(options.get(name), (name,))


def _below(value: Any, above: Place) -> Iterator[Place]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*above, key)
        yield from _below(item, (*above, key))


def put(options: Mapping[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """The options with another value at a place."""
    other = copy.deepcopy(dict(options))
    inner: Any = other
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return other
