# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters that the role estate is made of hand on what the rooms below answer."""

from __future__ import annotations

import json

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.qlik.enterprise_manager.plugins.filter.estate_drift import FilterModule as Drift
from ansible_collections.qlik.enterprise_manager.plugins.filter.estate_report import FilterModule as Report
from ansible_collections.qlik.enterprise_manager.plugins.filter.estate_text import FilterModule as Text

REPORT, TEXT, DRIFT = (
    Report().filters()["estate_report"],
    Text().filters()["estate_text"],
    Drift().filters()["estate_drift"],
)


def test_a_report_has_four_forms() -> None:
    found = REPORT([{"status": "in_sync", "changes": [], "summary": {"unchanged": 12}}], {"host": "em-prd"})
    assert json.loads(TEXT(found, "json"))["status"] == "in_sync"
    assert TEXT(found, "markdown").startswith("### Plan of em-prd: in\\_sync (12 unchanged)")
    assert TEXT(found, "junit").startswith("<?xml")
    assert TEXT(found, "lines") == ["Plan of em-prd: in_sync (12 unchanged)"]
    with pytest.raises(AnsibleFilterError, match="knows json, markdown, junit, lines, not 'html'"):
        TEXT(found, "html")


def test_drift_has_a_cause_for_each_change() -> None:
    change = {"server": "s", "kind": "server", "name": "s", "action": "update", "before": {"a": 1}, "after": {"a": 2}}
    assert [item["cause"] for item in DRIFT([change], [change])] == ["by hand"]
    assert DRIFT([]) == []
