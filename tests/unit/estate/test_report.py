# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an estate: one object, in three forms."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.report import (
    LONGEST,
    as_json,
    as_junit,
    as_lines,
    as_markdown,
    change_line,
    report,
)


def change(name: str = "T", **more: Any) -> dict[str, Any]:
    """A change of a task as aem_estate tells it."""
    return {
        "kind": "task",
        "server": "repl-1",
        "name": name,
        "action": "update",
        "status": "planned",
        "reason": "",
        "before": {"lob_max_size": 8},
        "after": {"lob_max_size": 64},
        "stops": False,
        "seconds": None,
        **more,
    }


def result(*changes: dict[str, Any], status: str = "changes", **more: Any) -> dict[str, Any]:
    """A result of aem_estate."""
    summary = {"update": len(changes), "delete": 0, "unchanged": 3}
    plan = ["Plan 7c41d09e  https://em.example:8443", "", "repl-1"]
    return {"status": status, "plan_id": "7c41d09e" * 8, "plan": plan, "changes": changes, "summary": summary, **more}


ABOUT = {
    "host": "em-prd",
    "stage": "plan",
    "commit": "3f9c2ab" * 5,
    "uncommitted": False,
    "ended": "2026-03-07T01:00:00Z",
}
PLACES = [{"server": "repl-1", "kind": "task", "name": "T", "file": "estate/em-prd/servers/a.yml", "line": 14}]


def test_a_report_says_what_of_which_commit_and_where() -> None:
    found = report(ABOUT, [result(change())], PLACES)
    assert (found["status"], found["host"], found["url"]) == ("changes", "em-prd", "https://em.example:8443")
    assert found["commit"] == ABOUT["commit"]
    assert (found["changes"][0]["file"], found["changes"][0]["line"]) == ("estate/em-prd/servers/a.yml", 14)
    assert json.loads(as_json(found)) == found
    assert '\n  "status": "changes",\n' in as_json(found)


def test_tables_and_run_states_stand_where_their_task_does() -> None:
    changes = [change(kind=kind) for kind in ("tables", "run_state", "endpoint")]
    lines = [item["line"] for item in report(ABOUT, [result(*changes)], PLACES)["changes"]]
    assert lines == [14, 14, None]


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["in_sync", "applied"], "applied"),
        (["applied", "blocked", "in_sync"], "blocked"),
        (["blocked", "refused"], "refused"),
        (["applied", "failed"], "failed"),
        (["in_sync"], "in_sync"),
        (["something new"], "failed"),
        ([], "valid"),
    ],
)
def test_several_results_have_the_worst_status(statuses: list[str], status: str) -> None:
    results = [result(status=word) for word in statuses]
    found = report(ABOUT, results, [])
    assert found["status"] == status
    if results:
        assert found["summary"] == {"update": 0, "delete": 0, "unchanged": 3 * len(results)}


def test_a_call_that_failed_without_a_status_has_failed() -> None:
    found = report(ABOUT, [{"msg": "Login failed with HTTP 401"}], [])
    assert (found["status"], found["message"]) == ("failed", "Login failed with HTTP 401")


def test_problems_and_failures_are_a_failure() -> None:
    problem = {
        "file": "estate/a.yml",
        "line": 3,
        "key": "prot",
        "message": "is not known.",
        "text": "estate/a.yml:3: x",
    }
    assert report({**ABOUT, "problems": [problem]}, [], [])["status"] == "failed"
    found = report({**ABOUT, "failure": "git is not well"}, [result(status="in_sync")], [])
    assert (found["status"], found["message"]) == ("failed", "git is not well")


def test_markdown_says_first_what_needs_eyes() -> None:
    changes = [
        change("Plain"),
        change("Waits", status="blocked", reason="it runs"),
        change("Stops", stops=True),
        change("Gone", action="delete", after=None),
        change("Watched", status="observed"),
    ]
    text = as_markdown(report(ABOUT, [result(*changes)], PLACES))
    places = [text.index(word) for word in ("task Waits", "task Gone", "task Stops", "task Watched", "task Plain")]
    assert places == sorted(places)
    assert text.startswith("### Plan 7c41d09e of em-prd: changes (5 update, 3 unchanged)\n")
    folded = text[text.index("<details>") :]
    assert "task Plain" in folded
    assert "task Waits" not in folded
    assert "x repl-1: task Waits  blocked; it runs; lob_max_size 8 -> 64" in text


def test_a_line_tells_place_and_settings() -> None:
    (found,) = report(ABOUT, [result(change(stops=True))], PLACES)["changes"]
    assert change_line(found) == "~ repl-1: task T !!  lob_max_size 8 -> 64  [estate/em-prd/servers/a.yml:14]"


def test_names_are_no_markup() -> None:
    hostile = change("``` </details> <script>", reason="```` &", status="blocked")
    text = as_markdown(report({**ABOUT, "host": "em*prd|<b>"}, [result(hostile)], []))
    assert "`````text\n" in text
    assert "em\\*prd\\|\\<b\\>" in text


TEXT = st.text(max_size=30)
CHANGES = st.builds(
    change,
    name=TEXT,
    server=TEXT,
    reason=TEXT,
    kind=st.sampled_from(["server", "task", "endpoint", "acl", "license", "tables", "run_state"]),
    action=st.sampled_from(["create", "update", "delete", "run"]),
    status=st.sampled_from(["planned", "done", "blocked", "observed", "failed", "skipped"]),
    stops=st.booleans(),
    before=st.dictionaries(TEXT, TEXT, max_size=2) | st.none(),
    after=st.dictionaries(TEXT, TEXT, max_size=2) | st.none(),
)


@given(st.lists(CHANGES, max_size=8), st.sampled_from(["changes", "failed", "blocked"]), TEXT)
def test_any_report_has_all_its_forms(changes: list[dict[str, Any]], status: str, message: str) -> None:
    found = report({**ABOUT, "host": message}, [result(*changes, status=status, msg=message)], PLACES)
    root = ET.fromstring(as_junit(found))
    cases = root.findall("testsuite/testcase")
    assert len(cases) >= len(changes)
    bad = sum(item["status"] in ("failed", "blocked") for item in changes)
    assert len([case for case in cases if case.find("failure") is not None]) >= bad
    assert len(as_markdown(found)) < LONGEST
    assert json.loads(as_json(found))["status"] == status
    assert all(isinstance(line, str) for line in as_lines(found))


def test_a_long_report_is_cut_and_says_so() -> None:
    changes = [change(f"task {number} " + "x" * 300, status="blocked") for number in range(2000)]
    changes += [change(f"more {number}" * 50) for number in range(2000)]
    found = report(ABOUT, [result(*changes, msg="y" * 200_000)], [])
    text = as_markdown(found)
    assert len(text) < LONGEST
    left_out = int(re.search(r"\.\.\. and (\d+) more, in the JSON report", text)[1])
    assert text.count("x repl-1: task task ") == 2000 - left_out
    assert text.count("<details>") == text.count("</details>")


def test_junit_of_nothing_to_do_has_a_case_that_passes() -> None:
    root = ET.fromstring(as_junit(report(ABOUT, [result(status="in_sync")], [])))
    assert [case.get("name") for case in root.iter("testcase")] == ["in_sync"]
    assert list(root.iter("failure")) == []


def test_junit_of_a_refused_run_fails() -> None:
    root = ET.fromstring(as_junit(report(ABOUT, [result(change(), status="refused", msg="too many")], [])))
    assert [failure.get("message") for failure in root.iter("failure")] == ["too many"]


def seen(name: str, **license_facts: Any) -> dict[str, Any]:
    """A server that is reached, with its details, as aem_server_info tells it."""
    return {"name": name, "state": "MONITORED", "message": "", "details": {"license": license_facts}}


UNMANAGED = [
    {"kind": "server", "server": "repl-9", "name": "repl-9"},
    {"kind": "server", "server": "repl-1", "name": "repl-1"},
    *({"kind": "task", "server": "repl-1", "name": f"T{number}"} for number in range(7)),
]
SEEN = [
    seen("far", state="VALID_LICENSE", days_to_expiration=31, expiration="2027-01-31"),
    seen("near", state="VALID_LICENSE", days_to_expiration=30, expiration="2026-12-28T00:00:00Z"),
    seen("gone", state="EXPIRED_LICENSE", days_to_expiration=-1),
    seen("unknown", days_to_expiration=-1),
    {"name": "down", "state": "ERROR", "message": "no route."},
]
DRIFT = {**ABOUT, "stage": "drift", "servers": ["REPL-1"], "seen": SEEN, "license_days": 30}


def test_drift_tells_what_git_does_not_have_and_what_else_to_look_at() -> None:
    found = report(DRIFT, [result(status="in_sync", unmanaged=UNMANAGED)], PLACES)
    assert found["status"] == "in_sync"
    assert [(item["kind"], item["name"]) for item in found["unmanaged"]] == [
        ("server", "repl-9"),
        *(("task", f"T{number}") for number in range(7)),
    ]
    assert [item["server"] for item in found["licenses"]] == ["near", "gone"]
    assert found["unreachable"] == [{"server": "down", "message": "no route."}]
    text = "\n".join(as_lines(found))
    assert "\nserver repl-9\nrepl-1: tasks T0, T1, T2, T3, T4, and 2 more\n" in text
    assert "\nnear: 30 days, until 2026-12-28\ngone: EXPIRED_LICENSE\n" in text
    assert "\ndown: no route. Nobody knows whether it is in sync\n" in text
    markdown = as_markdown(found)
    assert "**Licenses near their end (2)**" in markdown
    assert "repl-1: tasks T0, T1, T2, T3, T4, T5, T6\n" in markdown
    suites = ET.fromstring(as_junit(found))
    assert {suite.get("failures") for suite in suites} == {"0"}
    assert "license" in {case.get("name") for case in suites.iter("testcase")}


@pytest.mark.parametrize(("stage", "status"), [("drift", "blocked"), ("plan", "in_sync"), ("apply", "in_sync")])
def test_a_rule_lets_drift_wait_for_a_person_where_git_lacks_something(stage: str, status: str) -> None:
    about = {**DRIFT, "stage": stage, "unmanaged_blocks": ["tasks"]}
    found = report(about, [result(status="in_sync", unmanaged=UNMANAGED)], PLACES)
    assert found["status"] == status
    assert [item["blocks"] for item in found["unmanaged"]] == [False, *[True] * 7]
    failures = [case for case in ET.fromstring(as_junit(found)).iter("testcase") if case.find("failure") is not None]
    assert len(failures) == (7 if stage == "drift" else 0)
    assert report({**about, "unmanaged_blocks": ["endpoints"]}, [result(status="in_sync")], [])["status"] == "in_sync"


@pytest.mark.parametrize(("stage", "status", "failures"), [("drift", "changes", 2), ("plan", "changes", 0)])
def test_what_differs_is_a_failed_case_of_drift_and_none_of_a_plan(stage: str, status: str, failures: int) -> None:
    found = report({**DRIFT, "stage": stage}, [result(change(), change("Watched", status="observed"))], PLACES)
    assert found["status"] == status
    assert len(list(ET.fromstring(as_junit(found)).iter("failure"))) == failures


@pytest.mark.parametrize(("stage", "status"), [("drift", "changes"), ("plan", "in_sync"), ("apply", "in_sync")])
def test_what_differs_on_an_observed_server_is_drift(stage: str, status: str) -> None:
    observed = {**result(change("Watched", status="observed"), status="in_sync"), "summary": {"observed": 1}}
    assert report({**DRIFT, "stage": stage}, [observed], PLACES)["status"] == status


def test_a_part_of_the_estate_says_nothing_of_other_servers() -> None:
    found = report({**DRIFT, "is_part": True}, [result(unmanaged=UNMANAGED), result(unmanaged=UNMANAGED)], PLACES)
    assert {item["kind"] for item in found["unmanaged"]} == {"task"}
    assert len(found["unmanaged"]) == 7
