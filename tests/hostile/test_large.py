# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions of ten megabytes, in every form that one may come in: taken, in steps and memory that grow as they do.

How deep nesting is met stands with the hostile values, in ``test_inputs.py``, and for YAML in the unit tests.
"""

from __future__ import annotations

import copy
import json
import sys
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import pytest

from support.api_calls import DEV, one_task
from support.cases import Cases
from support.definitions import SECTIONS
from support.hosts import WORKER, Hosts, Told
from support.sandbox import Sandbox

TABLES = ("source", "source_tables", "explicit_included_tables")
# In bytes. A run takes some by itself, and many times the text, since data takes more than its text.
WHOLE, SAMPLE = 10_000_000, 10_000
ALWAYS, TIMES = 10_000_000, 40


def large(size: int) -> dict[str, Any]:
    """A definition of a task with so many tables that it has that size."""
    made = one_task("large", "DEV Oracle", "DEV null")
    tables = made[SECTIONS]["tasks"][0]["source"]["source_tables"]
    one = {"owner": "OWNER_OF_TABLES", "name": "TABLE_WITH_A_LONG_NAME_0000000", "estimated_size": 1, "orig_db_id": 7}
    number = size // len(json.dumps(one))
    tables[TABLES[-1]] = [{**one, "name": f"TABLE_WITH_A_LONG_NAME_{place:07}"} for place in range(number)]
    return made


def given(form: str, document: dict[str, Any], folder: Path) -> tuple[str, dict[str, Any]]:
    """A task that is given the definition in that form, and the module."""
    src = folder / "large.json"
    src.write_text(json.dumps(document, indent=1), encoding="utf-8")
    task: dict[str, Any] = {"server": DEV, "name": "large", "timeout": 3}
    as_data, by_file = ([{"name": "large", key: value}] for key, value in (("definition", document), ("src", str(src))))
    forms: dict[str, tuple[str, dict[str, Any]]] = {
        "data": ("aem_task", {**task, "definition": document}),
        "text": ("aem_task", {**task, "definition": src.read_text(encoding="utf-8")}),
        "file": ("aem_import", {"server": DEV, "src": str(src), "timeout": 3}),
        "overrides": ("aem_task", {**task, **overridden(document)}),
        "estate": ("aem_estate", {"servers": [{"name": DEV, "tasks": by_file}]}),
        "estate as data": (
            "aem_estate",
            {"servers": [{"name": DEV, "tasks": as_data}]},
        ),
    }
    return forms[form]


def overridden(document: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a small definition that has the tables of a large one as overrides."""
    source = document[SECTIONS]["tasks"][0]["source"]["source_tables"]
    return {
        "definition": one_task("large", "DEV Oracle", "DEV null"),
        "overrides": {"source": {"source_tables": {TABLES[-1]: source[TABLES[-1]]}}},
    }


FORMS = ["data", "text", "file", "overrides", "estate", "estate as data"]


class Steps:
    """Counts the functions that are called meanwhile in this thread, which no busy machine makes more."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        sys.setprofile(self._called)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.setprofile(None)

    def _called(self, _frame: object, event: str, _argument: object) -> None:
        self.count += event == "call"


def tables_of(hosts: Hosts) -> int:
    """How many tables the task has on the server."""
    server = next(item for item in hosts.estate()["servers"] if item["name"] == DEV)
    task = next(item for item in server["definition"][SECTIONS]["tasks"] if item["task"]["name"] == "large")
    return len(task["source"]["source_tables"][TABLES[-1]])


@pytest.fixture
def size(cases: Cases) -> int:
    """How large the definitions are."""
    return WHOLE if cases.whole else SAMPLE


@pytest.fixture
def watch() -> Iterator[Callable[[], int]]:
    """What tells the most memory that was taken since it was last asked, in bytes."""
    tracemalloc.start()

    def most() -> int:
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        return found

    yield most
    tracemalloc.stop()


@pytest.mark.parametrize("form", FORMS)
def test_a_large_definition_is_taken(
    hosts: Hosts, sandbox: Sandbox, cases: Cases, size: int, form: str, host: str
) -> None:
    document = large(size)
    module, options = given(form, document, sandbox.folder)
    hosts.reset()
    told: list[Told] = [hosts.run(host, module, options, check_mode) for check_mode in (True, False, False)]
    assert not [one.message for one in told if one.failed]
    assert [one.result["changed"] for one in told] == [True, True, False]
    assert tables_of(hosts) == len(document[SECTIONS]["tasks"][0]["source"]["source_tables"][TABLES[-1]])
    cases.counted["inputs: large"] += 3
    assert sandbox.strays() == set()


@pytest.mark.parametrize("form", FORMS)
def test_steps_grow_as_the_definition_does(hosts: Hosts, sandbox: Sandbox, cases: Cases, form: str) -> None:
    counts = []
    smaller = 10 * SAMPLE if cases.whole else SAMPLE
    for size in (smaller, 2 * smaller):
        module, options = given(form, large(size), sandbox.folder)
        hosts.reset()
        with Steps() as steps:
            told = hosts.run(WORKER, module, copy.deepcopy(options))
        assert not told.failed, told.message
        counts.append(steps.count)
    cases.counted["inputs: large"] += 2
    assert counts[1] < 2.5 * counts[0]


@pytest.mark.parametrize("form", ["text", "file"])
def test_a_large_definition_takes_bounded_memory(
    hosts: Hosts, sandbox: Sandbox, cases: Cases, size: int, form: str, watch: Callable[[], int]
) -> None:
    module, options = given(form, large(size), sandbox.folder)
    hosts.reset()
    watch()
    told = hosts.run(WORKER, module, options, check_mode=True)
    assert not told.failed, told.message
    cases.counted["inputs: large"] += 1
    assert watch() < ALWAYS + TIMES * (sandbox.folder / "large.json").stat().st_size


def test_a_large_export_goes_to_files(hosts: Hosts, host: str, sandbox: Sandbox, cases: Cases, size: int) -> None:
    module, options = given("file", large(size), sandbox.folder)
    hosts.reset()
    assert not hosts.run(host, module, options).failed
    tasks: dict[str, dict[str, Any]] = {
        "aem_export": {"server": DEV, "dest": str(sandbox.folder / "export.json")},
        "aem_backup": {"path": str(sandbox.folder / "backups"), "servers": [DEV]},
        "aem_estate_adopt": {"path": str(sandbox.folder / "estate"), "environment": "prd", "servers": [DEV]},
    }
    for name, more in tasks.items():
        first, again = (hosts.run(host, name, more) for _time in range(2))
        assert (first.failed, first.result["changed"], again.result["changed"]) == (False, True, False), first.message
        cases.counted["inputs: large"] += 2
    assert sandbox.strays() == set()
