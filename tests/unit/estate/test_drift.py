# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift: cause, culprit, and where git would have to be changed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.culprits import Trail
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.drift import causes
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.report import drift_line


def change(before: Any, after: Any, action: str = "update", kind: str = "server", name: str = "s") -> dict[str, Any]:
    """A change as aem_estate tells it."""
    return {"server": "s", "kind": kind, "name": name, "action": action, "before": before, "after": after}


LIVE, WANTED, OLDER = {"description": "by hand"}, {"description": "new"}, {"description": "old"}
FILE = "estate/em/servers/s.yml"


@pytest.mark.parametrize(
    ("now", "applied", "cause"),
    [
        (change(LIVE, WANTED), [], "merged, not applied"),
        (change(LIVE, WANTED), [change(LIVE, WANTED)], "by hand"),
        (change(LIVE, WANTED), [change(LIVE, OLDER)], "git and a hand"),
        (change(None, WANTED, "create"), [change(None, OLDER, "create")], "removed by hand"),
        (change(None, WANTED, "create"), [], "merged, not applied"),
        (change(LIVE, WANTED), None, "not known, since nothing says what was applied last"),
    ],
)
def test_the_cause_is_the_side_that_has_moved(now: dict[str, Any], applied: Any, cause: str) -> None:
    (found,) = causes([now], applied, [], [])
    assert found["cause"] == cause
    assert found["advice"]


def record(user: str, time: str, **more: str) -> dict[str, str]:
    """A record of the audit trail."""
    return {"timestamp": time, "user": user, "method": "PatchEndpoint", "server": "s", "result": "SUCCESS", **more}


def test_the_culprit_is_the_last_one_who_changed_the_thing() -> None:
    records = [
        record("CORP\\a", "2026-03-01T00:00:00Z", object="ERP"),
        record("CORP\\b", "2026-03-03T00:00:00Z", object="erp"),
        record("CORP\\c", "2026-03-02T00:00:00Z", object="ERP"),
        record("CORP\\d", "2026-03-04T00:00:00Z", object="ERP", result="AEM_PATCH_ENDPOINT_INNER_ERR"),
        record("CORP\\e", "2026-03-05T00:00:00Z", object="Other"),
        record("CORP\\f", "2026-03-05T00:00:00Z", server="t", object="ERP"),
        "no record",
    ]
    trail = Trail(records)
    assert trail.culprit("S", "endpoint", "ERP") == ("CORP\\b", "2026-03-03T00:00:00Z")
    assert trail.culprit("s", "endpoint", "Nobody") is None


METHODS = {
    "server": "PutServer",
    "acl": "PutServerAcl",
    "license": "PutServerLicense",
    "endpoint": "PatchEndpoint",
    "task": "ImportTask",
    "tables": "PutTaskTableSelection",
    "run_state": "StopTask",
}


@pytest.mark.parametrize(("kind", "method"), METHODS.items())
def test_only_a_method_that_changes_such_a_thing_makes_a_culprit(kind: str, method: str) -> None:
    others = {other for other in METHODS.values() if other != method} - {"PutTaskTableSelection", "ImportTask"}
    name = "s" if kind in ("server", "acl", "license") else "T"
    later = [record("CORP\\operator", "2026-03-02", method=other, object="T") for other in sorted(others)]
    trail = Trail([record("CORP\\svc", "2026-03-01", method=method, object=name), *later])
    assert trail.culprit("s", kind, name) == ("CORP\\svc", "2026-03-01")
    assert Trail(later).culprit("s", kind, name) is None
    gone = record("CORP\\root", "2026-03-09", method="DeleteServer", object="")
    assert Trail([*later, gone]).culprit("s", kind, name) == ("CORP\\root", "2026-03-09")


def test_a_record_of_another_form_is_understood_by_its_words() -> None:
    trail = Trail([{"UserName": "CORP\\a", "Date": "2026-03-01", "Details": {"Targets": ["s", "ERP"]}}])
    assert trail.culprit("s", "endpoint", "ERP") == ("CORP\\a", "2026-03-01")
    # It may be about anything on the server.
    assert trail.culprit("s", "acl", "s") is None


def taken(setting: str, value: Any, written: str, line: int | None, file: str = FILE, **more: Any) -> dict[str, Any]:
    """A setting as it is to be taken over."""
    return {
        "setting": setting,
        "value": value,
        "written": written,
        "file": file,
        "line": line,
        "template": None,
        **more,
    }


def test_the_setting_to_change_is_told_with_file_and_line() -> None:
    place = {
        "server": "s",
        "kind": "endpoint",
        "name": "ERP",
        "file": FILE,
        "line": 9,
        "lines": {"/name": 9, "/settings": 11, "/settings/server": 12},
    }
    now = change({"settings": {"server": "//b"}}, {"settings": {"server": "//a"}}, kind="endpoint", name="ERP")
    (found,) = causes([now], [now], [place], [record("CORP\\a", "2026-03-01", object="ERP")])
    assert (found["user"], found["time"]) == ("CORP\\a", "2026-03-01")
    assert found["take_over"] == [taken("settings/server", "//b", '"//b"', 12)]
    assert found["advice"] == f'apply takes it back, or set settings/server to "//b" in {FILE}:12'


def test_what_a_definition_says_is_changed_there() -> None:
    place = {
        "server": "s",
        "kind": "task",
        "name": "T",
        "file": FILE,
        "line": 3,
        "src": "estate/definitions/t.json",
        "lines": {"/overrides": 5, "/overrides/task_settings/a": 6},
    }
    settings = [{"tasks": {"T": {"task_settings": values}}} for values in ({"a": 2, "b": 3}, {"a": 1, "b": 1})]
    now = change(*settings, kind="task", name="T")
    (found,) = causes([now], [now], [place], [])
    assert found["take_over"] == [
        taken("task_settings/a", 2, "2", 6),
        taken("task_settings/b", 3, "3", 1, "estate/definitions/t.json"),
    ]


def test_a_run_state_is_taken_over_in_the_words_of_the_file() -> None:
    place = {"server": "s", "kind": "task", "name": "T", "file": FILE, "line": 3, "lines": {"/run_state": 4}}
    now = change({"state": "STOPPED"}, {"state": "RUNNING"}, "run", "run_state", "T")
    (found,) = causes([now], [now], [place], [])
    assert found["take_over"] == [taken("run_state", "stopped", "stopped", 4)]
    now = change({"state": "ERROR"}, {"state": "RUNNING"}, "run", "run_state", "T")
    (found,) = causes([now], [now], [place], [])
    assert found["take_over"] == []


def place(kind: str = "server", name: str = "s", **more: Any) -> dict[str, Any]:
    """Where a thing stands."""
    return {"server": "s", "kind": kind, "name": name, "file": FILE, "line": 1, "lines": {}, **more}


def test_what_git_says_with_a_variable_is_not_blamed_on_a_hand() -> None:
    now = change({"host": "old"}, {"host": "new"})
    spot = place(lines={"/host": 2}, templates={"/host": "{{ qas_host }}"})
    (found,) = causes([now], [now], [spot], [])
    assert found["cause"] == "git's variables or a hand"
    assert found["advice"].endswith(f"; host is made of {{{{ qas_host }}}} in {FILE}:2, live it is old")
    (found,) = causes([now], [now], [spot], [record("CORP\\a", "2026-03-01", method="PutServer")])
    assert (found["cause"], found["user"]) == ("by hand", "CORP\\a")
    # A literal has been moved by a hand, whatever variables say beside it.
    now = change({"host": "old", "port": 1}, {"host": "new", "port": 2})
    (found,) = causes([now], [now], [spot], [])
    assert found["cause"] == "by hand"


def test_a_value_that_is_taken_over_can_be_pasted() -> None:
    before = {"a": "CORP\\x", "b": False, "c": "{{ lookup('pipe', 'id') }}", "d": [{"e": "{% x"}], "f": None}
    now = change(before, dict.fromkeys(before, "git"))
    (found,) = causes([now], [now], [place()], [])
    written = ["CORP\\x", "false", "!unsafe \"{{ lookup('pipe', 'id') }}\"", '[{e: !unsafe "{% x"}]', "null"]
    assert [one["written"] for one in found["take_over"]] == written
    assert f"set a to CORP\\x in {FILE}:1 and set b to false in {FILE}:1" in found["advice"]
    assert f"take f out of {FILE}:1" in found["advice"]


DEFINITION = """{"cmd.replication_definition": {
  "tasks": [
    {"task": {"name": "Other"}},
    {"task": {"name": "T"},
     "task_settings": {"b": 1,
       "c": ["}"]},
     "source": {"source_tables": {"explicit_included_tables": [
       {"owner": "A", "name": "X"},
       {"owner": "A", "name": "Y",
        "load_order": 2}]}}}
  ]}}"""


@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        (("task_settings", "b"), {}, ("t.json", 5)),
        (("task_settings", "none"), {}, ("t.json", 5)),
        (("source", "source_tables", "explicit_included_tables", "A.Y", "load_order"), {}, ("t.json", 10)),
        (("source", "source_tables", "explicit_included_tables", "A.Y"), {"/tables": 7}, ("t.json", 9)),
        (
            ("source", "source_tables", "explicit_included_tables", "A.Y"),
            {"/tables": 7, "/tables/explicit_included_tables": 8},
            (FILE, 8),
        ),
        (("task", "source_name"), {"/source_endpoint": 4}, (FILE, 4)),
        (("task", "target_names"), {"/target_endpoint": 5}, (FILE, 5)),
        (("task_settings", "b"), {"/overrides": 3, "/overrides/task_settings": 4}, (FILE, 4)),
        (
            ("task_settings", "b"),
            {"/overrides": 3, "/overrides/task_settings": 4, "/overrides/task_settings/c": 5},
            ("t.json", 5),
        ),
    ],
)
def test_the_place_that_wins_is_named(path: tuple[str, ...], lines: dict[str, int], expected: tuple[str, int]) -> None:
    sides: list[Any] = [1, 2]
    for step in reversed(("tasks", "T", *path)):
        sides = [{step: side} for side in sides]
    now = change(*sides, kind="task", name="T")
    spot = place("task", "T", src="t.json", src_path="/t.json", lines=lines)
    (found,) = causes([now], [now], [spot], [], texts={"/t.json": DEFINITION}.get)
    (one,) = found["take_over"]
    assert (one["file"], one["line"]) == expected


def test_a_list_of_tables_is_taken_over_as_a_list() -> None:
    live = {"included_pattern": {"P.%": {"owner": "P", "name": "%"}}}
    sides: list[Any] = [{"tasks": {"T": {"source": {"source_tables": side}}}} for side in (live, {})]
    now = change(*sides, kind="task", name="T")
    (found,) = causes([now], [now], [place("task", "T", src="t.json")], [])
    assert [one["written"] for one in found["take_over"]] == ['[{"owner": "P", "name": "%"}]']


def test_what_was_not_read_or_not_compared_has_no_cause() -> None:
    blocked = {**change(None, None), "status": "blocked", "reason": "it cannot be compared"}
    (found,) = causes([blocked], [blocked], [place()], [record("CORP\\a", "1", method="PutServer")])
    assert (found["cause"], found["advice"]) == ("not known, since it could not be compared", None)
    assert drift_line(found) == f"s: server s: not known, since it could not be compared  [{FILE}:1]"
    unread = "not known, since what was applied last could not be read"
    now = change(LIVE, WANTED)
    assert [item["cause"] for item in causes([now], [], [], [], applied_servers=["t"])] == [unread]
    assert [item["cause"] for item in causes([now], [], [], [], applied_servers=["s"])] == ["merged, not applied"]
    assert [item["cause"] for item in causes([now], [blocked], [], [])] == [unread]


def test_a_cause_that_is_not_known_reads_well_with_a_culprit() -> None:
    (found,) = causes([change(LIVE, WANTED)], None, [], [record("CORP\\a", "9:00", method="PutServer")])
    told = (
        "not known, since nothing says what was applied last (last changed by CORP\\a at 9:00); apply, or take it over"
    )
    assert drift_line(found) == f"s: server s: {told}"
