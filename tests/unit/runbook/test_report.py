# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is worth a look in an estate, and the files of a report."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.connection import base_url
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook import report, report_files
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.report_files import PLACE, as_csv, files
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.report_findings import findings, matrix
from support.reports import HOSTILE, complete, data_of, endpoint, server, task


def found(data: dict[str, Any]) -> dict[str, list[tuple[str, str]]]:
    """Server and name of what is worth a look, by kind."""
    return {item["kind"]: [(one["server"], one["name"]) for one in item["items"]] for item in findings(data)}


def test_an_estate_with_nothing_to_tell() -> None:
    assert found(complete([server("a"), server("b")], [task("a", "t")], [endpoint("a", "ERP")])) == {}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (complete([server("a", state="ERROR", message="gone")]), {"servers_not_reached": [("a", "")]}),
        (complete([server("a", license_days=30)]), {"licenses": [("a", "")]}),
        (complete([server("a", license_state="NO_LICENSE")]), {"licenses": [("a", "")]}),
        (complete([server("a", license_days=None)]), {}),
        (complete([], [task("a", "t", state="ERROR")]), {"tasks_in_error": [("a", "t")]}),
        (complete([], [task("a", "t", target_type="NULL_TARGET")]), {"null_target": [("a", "t")]}),
        (complete([], [task("a", "t", never_ran=True)]), {"never_ran": [("a", "t")]}),
        (complete([], [], [endpoint("a", "E", is_licensed=False)]), {"unlicensed": [("a", "E")]}),
        (complete([], [], [endpoint("a", "E", used_by=[])]), {"unused": [("a", "E")]}),
        (complete([], [], [endpoint("a", "E", used_by=None)]), {}),
        (complete([], [], [endpoint("a", "E"), endpoint("a", "E__Standby", used_by=[])]), {}),
        (
            complete([], [], [endpoint("b", "E"), endpoint("a", "E__Standby", used_by=[])]),
            {"unused": [("a", "E__Standby")]},
        ),
        (
            complete([], [], [endpoint("a", "E", settings="{}"), endpoint("a", "F", settings="{}")]),
            {"same": [("a", "E = F")]},
        ),
        (complete([], [], [endpoint("a", "E", settings="{}"), endpoint("b", "F", settings="{}")]), {}),
        (complete([], [], [endpoint("a", "E", settings="{}"), endpoint("a", "E__B", settings="{}")]), {}),
        (complete([server("a"), server("b", version="2023.5.0.1")]), {"versions": [("b", "")]}),
        (complete([server("a"), server("b", version="2024.11.0.1")]), {}),
        (complete([server("a"), server("b", type="compose", version="2023.5.0.1")]), {}),
    ],
)
def test_what_is_worth_a_look(data: dict[str, Any], expected: dict[str, Any]) -> None:
    assert found(data) == expected


def test_a_type_that_is_no_word_is_told_as_one() -> None:
    strange = {"state": "RUNNING", "source_endpoint": {"type": {"a": []}, "name": 7}, "target_endpoint": {"type": None}}
    told = report._task("s", {"name": "t", "state": "RUNNING", "message": "", "assigned_tags": []}, (strange, []))
    assert [told[key] for key in ("source", "source_type", "target", "target_type")] == ["7", "{'a': []}", "", ""]
    assert matrix([told])["sources"] == ["{'a': []}"]


def test_the_matrix_counts_tasks_by_their_types() -> None:
    tasks = [task("a", "1"), task("a", "2"), task("b", "3", target_type="Kafka"), task("b", "4", source_type="")]
    assert matrix(tasks) == {"sources": ["Oracle"], "targets": ["Kafka", "Snowflake"], "counts": [[1, 2]]}


def test_every_list_is_a_file_and_the_page_has_the_data() -> None:
    data = complete([server("a")], [task("a", "t", tags=["x", "y"], state="ERROR")])
    written = files(data, f"<p>{PLACE}</p>")
    assert set(written) == {
        *(f"{kind}.csv" for kind in ("servers", "tasks", "tables", "endpoints", "findings")),
        *("report.json", "report.html"),
    }
    assert json.loads(written["report.json"]) == data
    embedded = written["report.html"].removeprefix("<p>").removesuffix("</p>")
    embedded = embedded.removeprefix(PLACE.partition("null")[0]).removesuffix("</script>")
    assert json.loads(embedded)["tasks"] == data["tasks"]
    (row,) = csv.DictReader(io.StringIO(written["tasks.csv"]))
    assert (row["name"], row["tags"], row["data_errors"]) == ("t", "x, y", "0")
    (finding,) = csv.DictReader(io.StringIO(written["findings.csv"]))
    assert (finding["kind"], finding["name"]) == ("tasks_in_error", "t")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://attunity-em.example.com", "https://attunity-em.example.com"),
        ("https://em.example.com:8443/prd", "https://em.example.com:8443"),
        ("https://[::1]/attunityenterprisemanager", "https://[::1]"),
    ],
)
def test_the_address_is_that_of_the_host(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str, address: str
) -> None:
    told = {key: value for key, value in complete([server("a")]).items() if key != "address"}
    monkeypatch.setattr(report_files, "read", lambda *_all: told)
    session = SimpleNamespace(connection=SimpleNamespace(base_url=base_url(url)))
    options = {"path": str(tmp_path), "page": None, "title": "", "servers": None, "drift": [], "mode": "0600"}
    report_files.write(cast(Api, SimpleNamespace(check_mode=False, session=session)), options, "now")
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["address"] == address


def test_no_name_can_end_the_element_that_holds_the_data() -> None:
    written = files(data_of(HOSTILE), PLACE)["report.html"]
    assert written.count("<") == PLACE.count("<")
    assert written.count(">") == PLACE.count(">")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_a_spreadsheet_takes_no_name_for_a_formula(name: str) -> None:
    (row,) = csv.DictReader(io.StringIO(as_csv([{"name": name, "count": -1}])))
    assert (row["name"], row["count"]) == (f"'{name}", "-1")


def test_a_list_of_nothing_is_a_file_all_the_same() -> None:
    assert as_csv([]).strip() == ""
