# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of promoted tasks: from CSV and from data, with the place of what is wrong, into a definition."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import of_sections, read
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.tree import DefinitionError
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.promotion_tables import (
    collected,
    from_csv,
    from_data,
    with_tables,
)
from support.definitions import OWNERS, TABLES, WORDS, definitions, export, thorough

HEADER = "task,list,owner,name,load_order,table_type\n"
LIST = "explicit_included_tables"
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A", "Ü/b, c"]),
        st.sampled_from([LIST, "included_pattern", "excluded_pattern"]),
        OWNERS,
        WORDS,
        st.sampled_from(["", "0", "HIGH", "-5"]),
        st.sampled_from(["", "view", "TABLE"]),
    ),
    min_size=1,
    unique_by=lambda row: row[:4],
)


def told(text: str) -> list[str]:
    """What is wrong with a CSV file."""
    given_entries, problems = from_csv(text, "t.csv")
    return [*problems, *collected(given_entries)[1]]


@given(ROWS, st.sampled_from([",", ";"]), st.booleans())
@thorough
def test_csv_and_data_say_the_same(rows: list[tuple[str, ...]], delimiter: str, mark: bool) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([HEADER.strip().split(","), [], *rows])
    from_file, problems = from_csv(("\ufeff" if mark else "") + text.getvalue(), "t.csv")
    data = []
    for task, name, owner, table, order, kind in rows:
        entry = {"owner": owner, "name": table}
        entry.update({key: value for key, value in (("load_order", order), ("table_type", kind)) if value})
        data.append({"task": task, name: [entry]})
    assert problems == []
    assert collected(from_file) == collected(from_data(data, "tables")[0])
    assert collected(from_file)[1] == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "t.csv, line 1: column task, list, owner, name is missing. The first line names the columns."),
        ("task,list,owner,name,Order\n", "t.csv, line 1: there is no column 'order'; there are task, list, "),
        ("task,list,owner,name,name\n", "t.csv, line 1: a column stands twice"),
        (HEADER + "\nA,included_pattern,O\n", "t.csv, line 3: there are 3 fields, but 6 columns."),
        (HEADER + ",included_pattern,O,T,,\n", "t.csv, line 2: the task is not named."),
        (HEADER + "A,included,O,T,,\n", "t.csv, line 2: there is no list 'included'; there are included_pattern, "),
        (
            HEADER + "A,included_pattern,O,,,\n",
            "t.csv, line 2: included_pattern: an entry of owner 'O' has an empty name.",
        ),
        (HEADER + "A,included_pattern,O,T,soon,\n", "t.csv, line 2: included_pattern: load_order 'soon' must be"),
        (HEADER + "A,included_pattern,O,T,,index\n", "t.csv, line 2: table_type 'index' must be one of table, view."),
        (HEADER + "A,included_pattern,O,T,1,\nA,included_pattern,O,T,2,\n", "t.csv, line 3: O.T stands before in "),
        (HEADER + 'A,included_pattern,O,"T\n', "t.csv, line 2: unexpected end of data."),
    ],
)
def test_what_is_wrong_with_csv_is_told_with_its_line(text: str, problem: str) -> None:
    (found,) = told(text)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"task": "A"}, "f is not a list of tasks with their tables."),
        (["A"], "f, item 1 does not name a task."),
        ([{"task": "A"}], "f, item 1 gives no list of tables for task 'A'."),
        ([{"task": "A", LIST: "O.T"}], f"f, item 1: {LIST} is not a list."),
        ([{"task": "A", "tables": []}], "f, item 1: there is no list 'tables'"),
        ([{"task": "A", LIST: ["O.T"]}], f"f, item 1: an entry of {LIST} has no owner or no name."),
        ([{"task": "A", LIST: [{"owner": "O", "name": "T", "x": 1}]}], f"f, item 1: an entry of {LIST} has 'x', which"),
    ],
)
def test_what_is_wrong_with_data_is_told_with_its_item(data: Any, problem: str) -> None:
    found, problems = from_data(data, "f")
    assert [*problems, *collected(found)[1]][0].startswith(problem)


@given(definitions(min_tasks=1, max_tasks=1), TABLES.filter(bool))
@thorough
def test_a_list_that_is_given_is_all_there_is(one: dict[str, Any], tables: list[dict[str, Any]]) -> None:
    before = read(one).single_task().tables
    entries = [{"owner": table["owner"], "name": table["name"], "load_order": 7} for table in tables]
    selections, problems = collected(from_data([{"task": "A", LIST: entries}], "f")[0])
    assert problems == []
    after = with_tables(read(one), selections["A"]).single_task().tables
    assert {(item["owner"], item["name"]) for item in after[LIST]} == {(item["owner"], item["name"]) for item in tables}
    assert all(item["load_order"] == 7 for item in after[LIST])
    assert {name: after[name] for name in after if name != LIST} == {
        name: before[name] for name in before if name != LIST
    }


def test_an_entry_that_stays_keeps_what_else_is_known_of_it() -> None:
    one = export("export_task_2021.json")
    (table,) = read(one).single_task().tables[LIST]
    selections = collected(from_data([{"task": "A", LIST: [{"owner": table["owner"], "name": table["name"]}]}], "f")[0])
    assert with_tables(read(one), selections[0]["A"]).data == one
    with pytest.raises(DefinitionError, match="neither a pattern nor a table"):
        with_tables(read(one), {LIST: {}})
    with pytest.raises(DefinitionError, match=r"no source\.source_tables"):
        with_tables(of_sections(tasks=[{"task": {"name": "A"}}]), {})
