# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A wish for an estate is checked as a whole before anything is asked of Enterprise Manager."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.model import Problem
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.options import Open
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.parsing import parse, refusal
from support.definitions import SECTIONS, export
from support.programs import run_alone

SEALED = "{Z0A1B2C3D}"


def task_of(name: str) -> dict[str, Any]:
    """A task of an export, under another name."""
    task: dict[str, Any] = export("export_task_2021.json")[SECTIONS]["tasks"][0]
    task["task"]["name"] = name
    return task


def definition(name: str = "ERP to DW", **more: Any) -> dict[str, Any]:
    """The definition of one task."""
    return {SECTIONS: {"tasks": [task_of(name)], **more}}


def problems(*servers: Any, with_open: bool = False) -> list[str]:
    """What is wrong with these servers."""
    return [str(problem) for problem in parse(list(servers), with_open)[1]]


def of_task(**task: Any) -> list[str]:
    """What is wrong with a task, without the words that say where it is."""
    return _short(problems({"name": "s", "tasks": [{"name": "ERP to DW", **task}]}), "servers[0] s, tasks[0] ERP to DW")


def of_endpoint(**endpoint: Any) -> list[str]:
    """The same of an endpoint."""
    return _short(problems({"name": "s", "endpoints": [{"name": "E", **endpoint}]}), "servers[0] s, endpoints[0] E")


def of_server(**server: Any) -> list[str]:
    """The same of a server."""
    return _short(problems({"name": "s", **server}), "servers[0] s")


def _short(told: list[str], place: str) -> list[str]:
    assert all(line.startswith(f"{place}: ") for line in told)
    return [line.removeprefix(f"{place}: ") for line in told]


def test_a_wish_has_the_options_of_the_single_modules() -> None:
    servers, found = parse(
        [
            {
                "name": "repl-prd-1",
                "host": "h",
                "port": "443",
                "acl": {"admin_role": {"users": ["CORP\\a"]}},
                "license": {"content": "x"},
                "endpoints": [{"name": "E", "settings": {"server": "x"}, "renamed_from": "D"}],
                "tasks": [
                    {
                        "name": "ERP to DW",
                        "definition": definition(),
                        "tables": {"included_pattern": [{"owner": "A", "name": "%"}], "purge": "no"},
                        "run_state": "started",
                        "first_run": "reload_target",
                    }
                ],
            }
        ]
    )
    assert found == ()
    (server,) = servers
    assert (server.name, server.options["port"], server.options["state"]) == ("repl-prd-1", 443, "present")
    assert server.given == {"name", "host", "port", "acl", "license", "endpoints", "tasks"}
    assert server.acl == {
        "server": "repl-prd-1",
        "state": "present",
        "admin_role": {"users": ["CORP\\a"], "groups": []},
        **dict.fromkeys(["designer_role", "operator_role", "viewer_role", "disable_inheritance"]),
        "purge": True,
    }
    assert server.license == {"server": "repl-prd-1", "content": "x", "src": None, "force": False}
    (endpoint,) = server.endpoints or ()
    assert (endpoint.name, endpoint.options["server"], endpoint.options["timeout"]) == ("E", "repl-prd-1", 60)
    assert endpoint.renamed_from == "D"
    (task,) = server.tasks or ()
    assert task.tables is not None
    assert (task.tables["server"], task.tables["task"], task.tables["purge"]) == ("repl-prd-1", "ERP to DW", False)
    assert (task.run_state, task.first_run, task.has_definition) == ("started", "reload_target", True)
    assert "tables" not in task.options
    assert task.place == "servers[0] repl-prd-1, tasks[0] ERP to DW"


def test_an_absent_key_is_not_an_empty_list() -> None:
    (first, second, third), found = parse(
        [{"name": "a"}, {"name": "b", "tasks": [], "endpoints": []}, {"name": "c", "tasks": None}]
    )
    assert found == ()
    assert (first.tasks, first.endpoints) == (None, None)
    assert (second.tasks, second.endpoints) == ((), ())
    assert third.tasks is None
    assert third.given == {"name"}


def test_an_existing_task_is_complete_with_its_run_state() -> None:
    assert of_task(run_state="stopped") == []


def test_what_is_given_is_not_changed() -> None:
    given = [{"name": "s", "port": "1", "tasks": [{"name": "t", "tables": {"purge": "yes"}}]}]
    before = json.dumps(given)
    parse(given)
    assert json.dumps(given) == before


def test_a_problem_knows_the_way_to_its_place() -> None:
    _servers, found = parse([{"name": "s"}, {"name": "t", "tasks": [{"name": "x", "tables": {"purg": True}}]}])
    assert found == (
        Problem(
            "servers[1] t, tasks[0] x: tables.purg",
            "is not known. Did you mean purge?",
            ("servers", 1, "tasks", 0, "tables", "purg"),
        ),
    )


def test_all_problems_are_one_refusal() -> None:
    _servers, found = parse([{"name": "s", "prot": 1}] * 30)
    message = refusal(found).message
    assert message.startswith("Nothing was changed. The estate has 59 problems:\n- servers[0] s: prot: is not known.")
    assert message.endswith("- and 39 more")


@pytest.mark.parametrize("servers", [None, "x", 5, {"name": "s"}, [5]])
def test_what_is_no_list_of_servers_is_refused(servers: Any) -> None:
    assert parse(servers)[1]


def test_names_are_given_once() -> None:
    assert problems(
        {"name": "s", "tasks": [{"name": "T", "run_state": "stopped"}, {"name": "t", "run_state": "started"}]},
        {"name": "S", "endpoints": [{"name": "E"}, {"name": "e"}, {"name": "E"}]},
    ) == [
        "servers[0] s, tasks[1] t: name: 't' is given twice: it is that of servers[0] s, tasks[0] T too.",
        "servers[1] S, endpoints[1] e: name: 'e' is given twice: it is that of servers[1] S, endpoints[0] E too.",
        "servers[1] S, endpoints[2] E: name: 'E' is given twice: it is that of servers[1] S, endpoints[0] E too.",
        "servers[1] S: name: 'S' is given twice: it is that of servers[0] s too.",
    ]


def test_a_name_that_yaml_took_for_something_else_is_refused() -> None:
    assert problems({"name": True, "tasks": [{"name": 1.1, "run_state": "stopped"}], "endpoints": [{"name": 10}]}) == [
        "servers[0] True: name: is True, which YAML makes of a word without quotes. Put it in quotes.",
        "servers[0] True, tasks[0]: name: is 1.1, which YAML makes of a word without quotes. Put it in quotes.",
    ]


def test_a_rename_says_one_thing() -> None:
    twice, of_another, of_itself = problems(
        {"name": "a", "renamed_from": "B"},
        {"name": "b", "tasks": [{"name": "x", "renamed_from": "z"}, {"name": "y", "renamed_from": "Z"}]},
        {"name": "c", "renamed_from": "c"},
    )
    assert twice.startswith("servers[1] b, tasks[1] y: renamed_from: 'Z' cannot become two things:")
    assert twice.endswith(" it is given for servers[1] b, tasks[0] x too.")
    assert of_another == "servers[0] a: renamed_from: 'B' is a name that servers[1] b has."
    assert of_itself == "servers[2] c: renamed_from: 'c' is a name that servers[2] c has."


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"host": "a/b"}, "host: 'a/b' must be"),
        ({"port": 0}, "port: 0 must be"),
        ({"username": "a;b"}, "username: 'a;b' must not hold"),
        ({"password": ""}, "password: must not be empty."),
        ({"password": SEALED}, "password: is a mask or an encrypted secret"),
        ({"password": "********"}, "password: is a mask or an encrypted secret"),
        ({"password": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}, "password: is a mask or an encrypted secret"),
        (
            {"acl": {"viewer_role": {"users": ["CORP\\a"]}, "admin_role": {"users": ["corp\\A"]}}},
            r"acl: 'CORP\\a' is given twice: in the users of admin_role and in the users of viewer_role.",
        ),
        ({"acl": {"viewer_role": {"groups": ["Night"]}}}, "acl: viewer_role: group 'Night' must be of the form"),
        ({"license": {}}, "license: one of the following is required: content, src."),
        ({"license": {"content": "a", "src": "b"}}, "license: parameters are mutually exclusive: content|src."),
        ({"license": {"content": "  "}}, "license: The license given as content is empty."),
        ({"license": {"src": "/no/such/file"}}, "license: /no/such/file cannot be read"),
        ({"state": "absent", "tasks": []}, "tasks: does not go with state absent."),
        ({"state": "absent", "renamed_from": "x"}, "renamed_from: does not go with state absent."),
        ({"verify": False}, "verify: is not known. Did you mean verify_server_certificate?"),
    ],
)
def test_what_a_server_cannot_be_is_refused(options: dict[str, Any], told: str) -> None:
    (line,) = of_server(**options)
    assert line.startswith(told)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"settings": {"password": ""}}, "settings.password: is empty."),
        ({"settings": {"connectioninfo": {"clientSecret": ""}}}, "settings.connectioninfo.clientSecret: is empty."),
        ({"settings": {"password": SEALED}}, "settings.password: is a mask or an encrypted secret"),
        ({"settings": {"server": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}}, "settings.server: is a mask or an encrypted"),
        ({"settings": {"odbc": "pwd=********;x=1"}}, "settings.odbc: is a mask or an encrypted secret"),
        ({"settings": {"list": ["a", {"password": ""}]}}, "settings.list[1].password: is empty."),
        ({"settings": {"a": 1}, "unset": ["a"]}, "unset: /a is given in settings too."),
        ({"timeout": 0}, "timeout: must be 1 second or more, not 0."),
        ({"state": "absent", "renamed_from": "x"}, "renamed_from: does not go with state absent."),
    ],
)
def test_what_an_endpoint_cannot_be_is_refused(options: dict[str, Any], told: str) -> None:
    (line,) = of_endpoint(**options)
    assert line.startswith(told)


def test_an_endpoint_without_a_name_is_refused() -> None:
    assert problems({"name": "s", "endpoints": [{"name": ""}]}) == [
        "servers[0] s, endpoints[0] : name: must not be empty."
    ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"overrides": {"task_settings": {}}}, "overrides: changes a definition; give definition or src too."),
        ({"definition": {}, "src": "x"}, "parameters are mutually exclusive: definition|src."),
        ({"definition": definition("Other")}, "The definition is of task 'Other', not of 'ERP to DW'."),
        ({"definition": {"a": 1}}, '"cmd.replication_definition" is missing.'),
        ({"src": "/no/such/file.json"}, "/no/such/file.json cannot be read"),
        ({"ignore": ["x"], "definition": definition()}, "'x' is not a JSON pointer"),
        ({"timeout": -5}, "timeout: must be 1 second or more"),
        ({"state": "absent", "run_state": "stopped"}, "run_state: does not go with state absent."),
        ({"tables": {"included_pattern": [{"owner": "A", "name": ""}]}}, "tables: included_pattern: an entry of"),
        ({"run_state": "restarted"}, "run_state: 'restarted' must be one of started, stopped."),
        ({"first_run": "resume_processing_from_timestamp"}, "first_run: 'resume_processing_from_timestamp' must be"),
        (
            {"definition": definition(), "overrides": {"task": {"description": SEALED}}},
            "overrides.task.description: is",
        ),
    ],
)
def test_what_a_task_cannot_be_is_refused(options: dict[str, Any], told: str) -> None:
    (line,) = of_task(**options)
    assert line.startswith(told), line


def test_a_task_needs_no_endpoint_that_is_to_go() -> None:
    named = task_of("ERP to DW")["source"]["rep_source"]["source_name"]
    task = {"name": "ERP to DW", "definition": definition()}
    gone = {"name": named, "state": "absent"}
    assert problems({"name": "s", "tasks": [task], "endpoints": [gone]}) == [
        f"servers[0] s, tasks[0] ERP to DW: needs endpoint {named}, which the list of endpoints declares absent."
    ]
    other = {**task, "source_endpoint": "Other"}
    assert problems({"name": "s", "tasks": [other], "endpoints": [gone]}) == []
    assert problems({"name": "s", "tasks": [{"name": "ERP to DW", "state": "absent"}], "endpoints": [gone]}) == []


def test_a_definition_is_worked_out_once(tmp_path: Path) -> None:
    file = tmp_path / "task.json"
    file.write_text(json.dumps(definition()), encoding="utf-8")
    (server,), _problems = parse([{"name": "s", "tasks": [{"name": "ERP to DW", "definition": definition()}]}])
    (task,) = server.tasks or ()
    assert task.prepared() is task.prepared()
    (server,), _problems = parse([{"name": "s", "tasks": [{"name": "ERP to DW", "src": str(file)}]}])
    (task,) = server.tasks or ()
    assert task.prepared().definition == task.prepared().definition


def test_what_is_not_known_yet_is_no_problem() -> None:
    later = Open()
    server = {
        "name": "s",
        "host": later,
        "port": later,
        "password": later,
        "acl": {"admin_role": {"users": [later, "CORP\\x"]}, "viewer_role": later},
        "license": {"content": later},
        "endpoints": [later, {"name": later, "settings": {"password": later}}, {"name": "E", "settings": later}],
        "tasks": [
            {"name": "T", "definition": later, "owners": {"A": later}},
            {"name": "U", "src": later, "tables": {"included_pattern": [{"owner": later, "name": "x"}]}},
            {"name": later, "run_state": later},
        ],
    }
    assert problems(server, {"name": later}, {"name": "t", "tasks": later}, with_open=True) == []


def test_what_is_known_is_checked_beside_what_is_not() -> None:
    later = Open()
    server = {"name": "s", "host": "a/b", "port": later, "acl": {"admin_role": {"users": [later, "x"]}}}
    assert [line[:40] for line in problems(server, with_open=True)] == [
        "servers[0] s: host: 'a/b' must be 1 to 6",
        "servers[0] s: acl: admin_role: user 'x' ",
    ]


def test_files_that_several_processes_read_come_to_the_same_as_those_that_one_reads(tmp_path: Path) -> None:
    tasks = [{"name": f"T {number}", "src": str(tmp_path / f"{number}.json")} for number in range(1200)]
    for number, task in enumerate(tasks):
        content = json.dumps(definition(task["name"] if number % 400 else "Another"))
        Path(task["src"]).write_text(content if number % 300 else content[:-9], encoding="utf-8")
    run_alone(
        f"""
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import processes
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.parsing import parse

def read_by(number):
    processes.processes_for = lambda count: number
    return parse([{{"name": "s", "tasks": {tasks!r}}}])

(one,), problems = read_by(1)
(other,), found = read_by(3)
assert found == problems and len(problems) == 6, problems
right = [number for number in range(1200) if number % 300 and number % 400]
assert all(other.tasks[number].place in other.tasks[number].shelf for number in right)
assert [one.tasks[number].prepared() for number in right] == [other.tasks[number].prepared() for number in right]
"""
    )


def test_problems_are_told_server_by_server(tmp_path: Path) -> None:
    broken = {"name": "Broken", "src": str(tmp_path / "none.json")}
    found = problems(
        {"name": "a", "tasks": [broken, {"name": "T", "runstate": "started"}]},
        {"name": "b", "acll": {}},
        {"name": "B"},
    )
    assert [line.partition(":")[0] for line in found] == [
        "servers[0] a, tasks[1] T",
        "servers[0] a, tasks[0] Broken",
        "servers[1] b",
        "servers[2] B",
    ]
