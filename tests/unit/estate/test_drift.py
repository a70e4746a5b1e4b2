# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drift: cause, culprit, and where git would have to be changed."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.drift import causes, culprit


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
    assert culprit(records, "S", "ERP") == ("CORP\\b", "2026-03-03T00:00:00Z")
    assert culprit(records, "s", "Nobody") is None
    assert culprit(records, "s", "") == ("CORP\\e", "2026-03-05T00:00:00Z")


def test_a_record_of_another_form_is_understood_by_its_words() -> None:
    records = [{"UserName": "CORP\\a", "Date": "2026-03-01", "Details": {"Targets": ["s", "ERP"]}}]
    assert culprit(records, "s", "ERP") == ("CORP\\a", "2026-03-01")


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
    assert found["take_over"] == [{"setting": "settings/server", "value": "//b", "file": FILE, "line": 12}]
    assert found["advice"] == f"apply takes it back, or set settings/server to '//b' in {FILE}:12"


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
        {"setting": "task_settings/a", "value": 2, "file": FILE, "line": 6},
        {"setting": "task_settings/b", "value": 3, "file": "estate/definitions/t.json", "line": None},
    ]


def test_a_run_state_is_taken_over_in_the_words_of_the_file() -> None:
    place = {"server": "s", "kind": "task", "name": "T", "file": FILE, "line": 3, "lines": {"/run_state": 4}}
    now = change({"state": "STOPPED"}, {"state": "RUNNING"}, "run", "run_state", "T")
    (found,) = causes([now], [now], [place], [])
    assert found["take_over"] == [{"setting": "run_state", "value": "stopped", "file": FILE, "line": 4}]
    now = change({"state": "ERROR"}, {"state": "RUNNING"}, "run", "run_state", "T")
    (found,) = causes([now], [now], [place], [])
    assert found["take_over"] == []
