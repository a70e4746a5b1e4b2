# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Table selections: what is compared, what is kept, what is refused. No network."""

from __future__ import annotations

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import table_selection

NO_API = cast(Api, None)
ORDERS = {"owner": "ERP", "name": "ORDERS", "load_order": 1000, "table_type": "TABLE"}
VIEW = {"owner": "ERP", "name": "TOTALS", "load_order": 0, "table_type": "VIEW"}


def table(name: str, owner: str = "ERP", **more: Any) -> dict[str, Any]:
    """An entry of a selection as a server answers it."""
    return {"owner": owner, "name": name, "load_order": 0, "table_type": "TABLE", **more}


def selection(**lists: Any) -> dict[str, Any]:
    """A selection with these lists, the others empty."""
    return {**table_selection.empty(), **lists}


def plan(options: dict[str, Any], current: dict[str, Any]) -> Any:
    """The plan for task t on server s."""
    return table_selection.compare(NO_API, {"server": "s", "task": "t", **options}, current)


def entry(owner: str, name: str, **more: Any) -> dict[str, Any]:
    """An entry as a user gives it, with what was left out as Ansible hands it on."""
    return {"owner": owner, "name": name, "load_order": None, "table_type": None, **more}


def test_order_makes_no_difference() -> None:
    current = selection(explicit_included_tables=[ORDERS, VIEW, table("A")])
    given = [entry("ERP", "A"), entry("ERP", "TOTALS", table_type="view"), entry("ERP", "ORDERS", load_order="HIGH")]
    assert plan({"explicit_included_tables": given}, current).changes == []


def test_a_list_that_is_left_out_is_sent_back_as_it_is() -> None:
    current = selection(explicit_included_tables=[ORDERS], excluded_pattern=[table("TMP%")])
    after = plan({"included_pattern": [entry("ERP", "%")]}, current).after
    assert after == {**current, "included_pattern": [table("%")]}


def test_with_purge_a_list_is_exactly_what_is_given() -> None:
    current = selection(explicit_included_tables=[ORDERS, VIEW], included_pattern=[table("%")])
    planned = plan({"explicit_included_tables": [entry("ERP", "ORDERS")], "included_pattern": []}, current)
    assert planned.after == selection(explicit_included_tables=[table("ORDERS")])
    assert (planned.changes[0].before, planned.changes[0].action) == (current, "update")


def test_without_purge_a_list_has_at_least_what_is_given() -> None:
    current = selection(explicit_included_tables=[ORDERS, VIEW])
    given = [entry("ERP", "NEW"), entry("ERP", "TOTALS", load_order="-5")]
    after = plan({"explicit_included_tables": given, "purge": False}, current).after
    assert after["explicit_included_tables"] == [table("NEW"), ORDERS, {**VIEW, "load_order": -5}]
    assert plan({"included_pattern": [], "purge": False}, current).changes == []


def test_without_purge_an_entry_that_is_there_keeps_what_is_left_out() -> None:
    current = selection(explicit_included_tables=[ORDERS])
    given = [entry("ERP", "ORDERS")]
    assert plan({"explicit_included_tables": given, "purge": False}, current).changes == []
    assert plan({"explicit_included_tables": given, "purge": True}, current).after == selection(
        explicit_included_tables=[table("ORDERS")]
    )


def test_case_counts() -> None:
    current = selection(explicit_included_tables=[ORDERS])
    after = plan({"explicit_included_tables": [entry("erp", "ORDERS")], "purge": False}, current).after
    assert len(after["explicit_included_tables"]) == 2


def test_what_is_not_known_of_an_entry_stays() -> None:
    current = selection(explicit_included_tables=[{**ORDERS, "estimated_size": 7}])
    after = plan({"explicit_included_tables": [entry("ERP", "ORDERS", load_order="0")]}, current).after
    assert after["explicit_included_tables"] == [{**ORDERS, "estimated_size": 7, "load_order": 0}]


@pytest.mark.parametrize(
    ("given", "number"),
    [("highest", 2147483647), ("Lowest", -2147483647), ("LOW", -1000), ("normal", 0), ("17", 17), (" -3 ", -3), (0, 0)],
)
def test_load_orders(given: Any, number: int) -> None:
    assert table_selection.load_order(given) == number


@pytest.mark.parametrize("given", ["top", "1.5", "2147483648", "-2147483648", "", "0x10"])
def test_what_is_no_load_order(given: str) -> None:
    with pytest.raises(Refused, match="excluded_pattern: load_order"):
        table_selection.given_entries("excluded_pattern", [entry("ERP", "A", load_order=given)])


def test_an_entry_that_is_given_twice() -> None:
    same = [entry("ERP", "A", load_order="HIGH"), entry("ERP", "A", load_order="1000")]
    assert table_selection.given_entries("x", same) == {("ERP", "A"): {"owner": "ERP", "name": "A", "load_order": 1000}}
    with pytest.raises(Refused, match=r"included_pattern names ERP\.A twice"):
        plan({"included_pattern": [*same, entry("ERP", "A", load_order="LOW")]}, selection())


def test_an_entry_without_a_name_is_refused() -> None:
    with pytest.raises(Refused, match="has an empty name"):
        plan({"included_pattern": [entry("ERP", "")]}, selection())


def test_a_selection_of_nothing_is_refused() -> None:
    current = selection(explicit_included_tables=[ORDERS])
    with pytest.raises(Refused, match="Task t on server s would have neither a pattern nor a table"):
        plan({"explicit_included_tables": []}, current)
    assert plan({"explicit_included_tables": []}, selection()).changes == []


def test_a_task_that_is_yet_to_be_imported() -> None:
    class Manager:
        check_mode = True

        def get_task_table_selection(self, _server: str, _task: str) -> dict[str, Any]:
            """GetTaskTableSelection."""
            raise ApiError("GetTaskTableSelection", 500, "AEM_TASK_NOT_FOUND", "no")

    options = {"server": "s", "task": "t", "included_pattern": [entry("ERP", "%")]}
    planned = table_selection.plan(cast(Api, Manager()), options)
    assert planned.after == selection(included_pattern=[table("%")])
    assert planned.warnings[0].startswith("There is no task t on server s yet.")


NAMES = st.sampled_from(["A", "B", "C%", "d"])
ORDERS_GIVEN = st.sampled_from([None, "LOW", "highest", "0", "17"])
GIVEN = st.one_of(
    st.none(),
    st.lists(
        st.builds(
            entry,
            st.sampled_from(["ERP", "erp"]),
            NAMES,
            load_order=ORDERS_GIVEN,
            table_type=st.sampled_from([None, "table", "view"]),
        ),
        max_size=4,
    ),
)
THERE = st.lists(
    st.builds(table, NAMES, load_order=st.sampled_from([0, 17]), table_type=st.sampled_from(["TABLE", "VIEW"])),
    max_size=4,
    unique_by=lambda item: item["name"],
)


@given(
    st.fixed_dictionaries(dict.fromkeys(table_selection.LISTS, GIVEN)),
    st.fixed_dictionaries(dict.fromkeys(table_selection.LISTS, THERE)),
    st.booleans(),
    st.randoms(),
)
def test_planning_from_the_result_is_empty(
    lists: dict[str, Any], current: dict[str, Any], purge: bool, random: Any
) -> None:
    try:
        after = plan({**lists, "purge": purge}, current).after
    except Refused:
        return
    shuffled = {name: random.sample(entries, len(entries)) for name, entries in after.items()}
    assert plan({**lists, "purge": purge}, shuffled).changes == []
    as_given = {
        name: [
            {**item, "load_order": str(item["load_order"]), "table_type": item["table_type"].lower()}
            for item in shuffled[name]
        ]
        for name in after
    }
    assert plan(as_given, after).changes == []
