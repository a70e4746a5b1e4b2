# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters: thin, with messages a user can act on, documented with examples that run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.qlik.enterprise_manager.plugins.filter import (
    definition,
    definition_diff,
    estate_drift,
    estate_report,
    estate_text,
    failover_ends,
    failover_rows,
    failover_waves,
    file_name,
    promotion_report,
    promotion_schedules,
    promotions,
    reason,
    retarget,
    typed,
)
from support.definitions import FIXTURES, SECTIONS, export

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = [
    definition,
    retarget,
    definition_diff,
    failover_ends,
    failover_rows,
    failover_waves,
    file_name,
    promotions,
    promotion_report,
    promotion_schedules,
    reason,
    typed,
    estate_report,
    estate_text,
    estate_drift,
]
FILES = {
    "dev.json": "export_task_windows.json",
    "prod.json": "export_all.json",
    "git.json": "export_task_windows.json",
}

read: Callable[..., Any] = definition.FilterModule().filters()["definition"]
retargeted: Callable[..., Any] = retarget.FilterModule().filters()["retarget"]
compared: Callable[..., Any] = definition_diff.FilterModule().filters()["definition_diff"]
promoted: Callable[..., Any] = promotions.FilterModule().filters()["promotions"]
PLACES = {"source": "A", "target": "B", "source_tasks": [], "target_tasks": [], "target_endpoints": []}


def text(name: str) -> str:
    """The text of an export, as the file lookup gives it."""
    return (FIXTURES / name).read_text(encoding="utf-8").rstrip()


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        *(("bool", word, True) for word in ("true", "True", "yes", "Y", "on", "1", 1, True)),
        *(("bool", word, False) for word in ("false", "False", "no", "n", "off", "0", 0, False)),
        ("int", "60", 60),
        ("int", 60, 60),
        ("float", "1.5", 1.5),
        ("list", "a,b", ["a", "b"]),
        ("list", ["a,b"], ["a,b"]),
        ("dict", '{"commit": true}', {"commit": True}),
        ("dict", "commit=true", {"commit": "true"}),
        ("bool", None, None),
    ],
)
def test_text_gets_the_type_of_an_option(kind: str, given: Any, value: Any) -> None:
    made = typed.typed(given, kind)
    assert (made, type(made)) == (value, type(value))


@pytest.mark.parametrize(("kind", "given"), [("bool", "maybe"), ("int", "many"), ("list", {"a": 1}), ("str", "x")])
def test_text_of_another_type_is_refused(kind: str, given: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"enterprise_manager\.typed"):
        typed.typed(given, kind)


def test_a_name_becomes_one_of_a_file() -> None:
    assert file_name.named("DEV in/out") == "DEV in%2Fout"
    assert len(file_name.named("Ж" * 64, longest="120")) == 120


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"msg": "No."}, "No."),
        ({"msg": "non-zero return code", "rc": 128, "stderr": "fatal: no\n"}, "non-zero return code fatal: no"),
        (
            {"msg": "One or more items failed", "results": [{"failed": True, "msg": "No."}, {"msg": "Done"}]},
            "No.",
        ),
        ({"results": [{"failed": True, "msg": "No."}] * 2}, "No."),
        ({"msg": "", "stderr": None}, "It gives no reason."),
        ("text", "It gives no reason."),
    ],
)
def test_why_a_task_has_failed(result: Any, words: str) -> None:
    assert reason.reason(result) == words
    assert reason.reason(result, "Stop") == f"Stop: {words}"


def test_what_is_no_result_of_a_failover_is_refused() -> None:
    for wrong in ([{"server": "PRD"}], ["text"]):
        with pytest.raises(AnsibleFilterError, match="something else than the results of a failover"):
            failover_ends.failover_ends(wrong)
    with pytest.raises(AnsibleFilterError, match="something else than tasks of a failover"):
        failover_waves.failover_waves([{"server": "PRD"}], [])


def test_an_export_is_read() -> None:
    assert read(text("export_task_2018.json")) == export("export_task_2018.json")
    assert read(export("export_task_2018.json")) == export("export_task_2018.json")


def test_a_definition_is_retargeted() -> None:
    there = retargeted(text("export_task_windows.json"), source="A", target="B", owners={"ERP": "C"}, name="D")
    task = there[SECTIONS]["tasks"][0]
    assert task["task"] == {**task["task"], "name": "D", "source_name": "A", "target_names": ["B"]}
    assert (
        retargeted(export("export_task_windows.json"), source="A", target="B", owners={"ERP": "C"}, name="D") == there
    )
    assert retargeted(there, name=None, endpoints=None) == there


def test_an_owner_in_an_expression_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(retarget, "Display", lambda: SimpleNamespace(warning=told.append))
    one = export("export_task_windows.json")
    retargeted(one, owners={"ERP": "PRD"})
    assert told == []
    one[SECTIONS]["tasks"][0]["filter"] = "source_lookup(100,'ERP','T','A','B',$C)"
    retargeted(one, owners={"ERP": "PRD"}, tasks={"ERP to DW": "D"})
    assert told == ["Task 'ERP to DW' names owner 'ERP' inside text, which stays as it is: /filter."]


def test_definitions_are_compared() -> None:
    wanted = export("export_task_windows.json")
    assert compared(wanted, text("export_all.json")) == []
    wanted[SECTIONS]["tasks"][0]["task_settings"]["common_settings"]["lob_max_size"] = 8
    path = "/tasks/ERP to DW/task_settings/common_settings/lob_max_size"
    expected = {
        "section": "tasks",
        "task": "ERP to DW",
        "endpoint": None,
        "setting": "task_settings.common_settings.lob_max_size",
        "path": path,
        "before": 64,
        "after": 8,
    }
    assert compared(wanted, text("export_all.json")) == [expected]
    assert compared(wanted, text("export_all.json"), ignore=[path]) == []
    del wanted[SECTIONS]["tasks"][0]["task_settings"]["common_settings"]["lob_max_size"]
    assert compared(wanted, text("export_all.json"), exact=True) == [expected]
    assert compared(wanted, text("export_all.json"), exact=False) == []


def test_tasks_are_promoted() -> None:
    tables = [{"task": "ERP to DW", "included_pattern": [{"owner": "ERP", "name": "%"}]}]
    written = yaml.safe_dump(tables)
    known = {**PLACES, "source_tasks": [{"name": "ERP to DW"}]}
    made = promoted([text("export_task_windows.json")], **known, owners={"ERP": "C"}, tables=tables, with_files=True)
    assert made == promoted(
        [export("export_task_windows.json")],
        **known,
        owners={"ERP": "C"},
        tables_text=written,
        tables_file="t.yml",
        with_files=True,
    )
    assert len(made["problems"]) == 2
    assert '"C"' in made["definitions"]["ERP to DW"]
    assert list(made["files"]) == ["exported/A/ERP to DW.json", "promoted/B/ERP to DW.json"]
    broken = promoted([], **known, tables_text="a: [", tables_file="t.yml")
    assert broken["problems"][0].startswith("t.yml is no valid YAML: while parsing a flow node")
    for strange in ("a: 2026-99-99", "a: " + "[" * 3000 + "]" * 3000):
        broken = promoted([], **known, tables_text=strange, tables_file="t.yml")
        assert broken["problems"][0].startswith("t.yml is no valid YAML")
    wrong = promoted([], **known, tables_text="x", tables_file="t.CSV")
    assert wrong["problems"][0].startswith("t.CSV, line 1: column task, list, owner, name is missing.")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: read('{"a": }'), "line 1, column 7"),
        (lambda: read(3), "takes the text of an export"),
        (lambda: read([]), "takes the text of an export"),
        (lambda: retargeted({}), "cmd.replication_definition"),
        (lambda: retargeted(None), "takes a definition"),
        (lambda: retargeted(export("export_all.json"), endpoints={"X": "Y"}), "no endpoint 'X'"),
        (lambda: retargeted(export("export_all.json"), endpoints=["X"]), "Option endpoints .* is not a dictionary"),
        (lambda: retargeted(export("export_all.json"), tasks={"X": "Y"}), "no task 'X'"),
        (lambda: retargeted({SECTIONS: {"x": "System.Object[]"}}), "/x is the text 'System.Object"),
        (lambda: retargeted(export("export_all.json"), name=3), "Option name .* is not a string"),
        (lambda: retargeted(export("export_all.json"), owner={}), "no option owner"),
        (lambda: compared({}, "{}"), "cmd.replication_definition"),
        (lambda: compared([], {}), "takes definitions"),
        (lambda: promoted([{}], **PLACES), "cmd.replication_definition"),
        (lambda: promoted([], **PLACES, owner={}), "has no option owner"),
        (lambda: compared(export("export_all.json"), export("export_all.json"), ignore=["x"]), "not a JSON pointer"),
        (
            lambda: compared(export("export_all.json"), export("export_all.json"), ignore="/x"),
            "ignore .* is not a list",
        ),
    ],
)
def test_what_is_wrong_is_said(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(AnsibleFilterError, match=message):
        call()


@pytest.mark.parametrize("plugin", PLUGINS)
def test_the_documentation_names_the_options_of_the_filter(plugin: Any) -> None:
    documented = yaml.safe_load(plugin.DOCUMENTATION)
    [(name, function)] = plugin.FilterModule().filters().items()
    assert documented["name"] == name == Path(plugin.__file__).stem
    options = set(documented["options"])
    if name == "retarget":
        assert options == {"_input", *plugin._MAPS, *plugin._NAMES}
    else:
        code = function.__code__
        assert len(options) == code.co_argcount + code.co_kwonlyargcount + len(getattr(plugin, "_WISHED", ()))
    assert set(documented["positional"].split(", ")) <= options
    assert "_value" in yaml.safe_load(plugin.RETURN)


def test_the_examples_run(tmp_path: Path) -> None:
    for name, fixture in FILES.items():
        (tmp_path / name).write_bytes((FIXTURES / fixture).read_bytes())
    examples = [example for plugin in PLUGINS for example in yaml.safe_load(plugin.EXAMPLES)]
    plays = [{"hosts": "localhost", "gather_facts": False, "tasks": examples}]
    (tmp_path / "play.yml").write_text(yaml.safe_dump(plays), encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build/link"),
        "ANSIBLE_HOME": str(tmp_path),
        "ANSIBLE_LOCAL_TEMP": str(tmp_path),
        "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal",
    }
    command = [sys.executable, "-m", "ansible", "playbook", "-i", "localhost,", "-c", "local", "play.yml"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.dumps(["ERP to DW"]) in " ".join(done.stdout.split()).replace("[ ", "[").replace(" ]", "]")
    assert '"DW PROD"' in done.stdout
    assert '"msg": []' in done.stdout
