# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of every dialect come out in one shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import normalise, vocabulary
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.shape import WrongShape


@pytest.mark.parametrize(
    ("told", "known"), [(0, 0), (7, 7), (-5, -5), (-1, None), (None, None), (True, None), ("7", None)]
)
def test_a_number_that_is_not_available_is_not_known(told: Any, known: int | None) -> None:
    assert vocabulary.known_number(told) == known


VOCABULARIES = [value for value in vars(vocabulary).values() if isinstance(value, vocabulary.Vocabulary)]


@pytest.mark.parametrize(
    ("words", "came", "spelled"),
    [
        (vocabulary.TASK_STATE, "RECOVERING", "RECOVERY"),
        (vocabulary.TASK_STATE, "recovery", "RECOVERY"),
        (vocabulary.TASK_STATE, 3, "RECOVERY"),
        (vocabulary.TASK_STATE, "3", "RECOVERY"),
        (vocabulary.TASK_STATE, "STARTING", "STARTING"),
        (vocabulary.TASK_STATE, "HIBERNATING", "HIBERNATING"),
        (vocabulary.TASK_STATE, 99, 99),
        (vocabulary.TASK_STATE, None, None),
        (vocabulary.TASK_STATE, True, True),
        (vocabulary.STOP_REASON, "FATAL ERROR", "FATAL_ERROR"),
        (vocabulary.STOP_REASON, "STOPPED_LOW_DISK", "STOPPED_LOW_DISK_SPACE"),
        (vocabulary.STOP_REASON, "STOPPED AFTER DDL APPLY", "STOPPED_AFTER_DDL_APPLY"),
        (vocabulary.LICENSE_STATE, "LICENSE_VALID", "VALID_LICENSE"),
        (vocabulary.LICENSE_STATE, "LICENSE_EXPIRED", "EXPIRED_LICENSE"),
        (vocabulary.ENDPOINT_STATE, "FAILURE", "ERROR"),
        (vocabulary.LOAD_ORDER, -2147483647, "LOWEST"),
        (vocabulary.TABLE_TYPE, 2, "VIEW"),
    ],
)
def test_a_value_has_one_spelling(words: vocabulary.Vocabulary, came: Any, spelled: Any) -> None:
    assert words.spelled(came) == spelled


@pytest.mark.parametrize("words", VOCABULARIES)
def test_a_spelling_stays_what_it_is(words: vocabulary.Vocabulary) -> None:
    assert [words.spelled(value) for value in words.values] == list(words.values)


@given(
    st.sampled_from(VOCABULARIES), st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.lists(st.text()))
)
def test_no_value_is_too_strange(words: vocabulary.Vocabulary, value: Any) -> None:
    spelled = words.spelled(value)
    assert spelled == value or spelled in words.values


@pytest.mark.parametrize(
    ("came", "read"),
    [("true", True), ("False", False), (True, True), ("yes", "yes"), (None, None), (1, 1)],
)
def test_booleans(came: Any, read: Any) -> None:
    assert vocabulary.boolean(came) is read or vocabulary.boolean(came) == read


@pytest.mark.parametrize(
    ("came", "read"),
    [
        ("443", 443),
        (443, 443),
        ("-1", -1),
        ("x", "x"),
        ("", ""),
        (None, None),
        ("²", "²"),
        ("٣", "٣"),
        ("--1", "--1"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_numbers(came: Any, read: Any) -> None:
    assert vocabulary.integer(came) == read


REACHED = {"host": "h", "port": 443, "username": "u", "password": "{S:1}"}


def test_server_of_words_and_of_values() -> None:
    words = {**REACHED, "$type": "AemComposeServer", "type": "COMPOSE", "port": "443", "monitored": "true"}
    values = {**REACHED, "$type": "AemComposeServer", "monitored": True}
    words["verify_server_certificate"] = values["verify_server_certificate"] = "false"
    assert normalise.server(words) == normalise.server(values)
    assert normalise.server(words)["type"] == "compose"
    assert normalise.server(words)["verify_server_certificate"] is False


def test_what_somebody_has_typed_is_never_taken_for_no_message() -> None:
    assert normalise.server({**REACHED, "description": "NONE"})["description"] == "NONE"
    assert normalise.server_list({"serverList": [{"name": "r", "description": "NONE"}]})[0]["description"] == "NONE"
    assert normalise.barrier({"application": "NONE"})["application"] == "NONE"


@pytest.mark.parametrize("wrapper", ["server_details", "serverDetails"])
@pytest.mark.parametrize("user", ["username", "user_name", "user name"])
@pytest.mark.parametrize("summary", ["task_summary", "aem_tasks_summary"])
def test_server_details_of_each_dialect(wrapper: str, user: str, summary: str) -> None:
    details = normalise.server_details(
        {
            wrapper: {
                "$type": "ReplicateServerDetails",
                "name": "r",
                "state": 1,
                "message": "NONE",
                "configuration": {"host": "h", "port": "443", user: "u", "platform": "LINUX"},
                "license": {"state": "LICENSE_VALID", "days_to_expiration": "30"},
                summary: {"$type": "TaskSummary", "total": "3"},
                "resource_utilization": {"memory_mb": -1},
            }
        }
    )
    assert details == {
        "name": "r",
        "type": "replicate",
        "description": "",
        "state": "MONITORED",
        "message": "",
        "configuration": {"host": "h", "port": 443, "username": "u", "platform": "LINUX"},
        "license": {"state": "VALID_LICENSE", "days_to_expiration": 30},
        "task_summary": {"total": 3},
        "resource_utilization": {"memory_mb": -1},
    }


NOBODY: dict[str, Any] = {"users": [], "groups": []}
EMPTY_ACL: dict[str, Any] = {**dict.fromkeys(vocabulary.ACL_ROLES, NOBODY), "disable_inheritance": False}


def test_acl_with_null_roles() -> None:
    assert normalise.acl({**EMPTY_ACL, "admin_role": None, "disable_inheritance": "false", "$type": "X"}) == EMPTY_ACL
    viewers = {"users": [{"name": "B\\b"}, {"name": "A\\a"}], "groups": None}
    told = normalise.acl({**EMPTY_ACL, "viewer_role": viewers})
    assert told["viewer_role"] == {"users": ["A\\a", "B\\b"], "groups": []}


@pytest.mark.parametrize("wrapper", ["taskList", "tasklist", "TaskList"])
def test_task_list(wrapper: str) -> None:
    task = {"name": "t", "state": "RECOVERING", "stop_reason": "FATAL ERROR", "message": "NONE", "assigned_tags": None}
    assert normalise.task_list({wrapper: [task]}) == [
        {"name": "t", "state": "RECOVERY", "stop_reason": "FATAL_ERROR", "message": "", "assigned_tags": []}
    ]


def test_task_details_flat_and_wrapped_and_by_other_names() -> None:
    flat = {
        "type": "AemTaskInfoDetailed",
        "name": "t",
        "state": "RUNNING",
        "message": "",
        "assigned_tags": ["a"],
        "memory_mb": 12,
        "full_load_completed": True,
        "full_load_start": "2026-01-01T00:00:00",
        "full_load_counters": {"tables_completed_count": 3},
        "cdc_transactions_counters": {"applied_comitted_transaction_count": 7, "applied_volume_comitted_mb": 1},
        "cdc_latency": {"source_latency": "00:00:05", "total_latency": "26:00:00"},
        "options": {"full_load_enabled": True},
    }
    other = {
        "task": {
            **flat,
            "state": 1,
            "message": "NONE",
            "memory_mb": "12",
            "options": {"full_load_enabled": "true"},
            "full_load_counters": {
                "tables_completed_count": "3",
                "full_load_completed": "true",
                "full_load_start": "2026-01-01T00:00:00",
            },
            "cdc_transaction_counters": {
                "applied_comitted_transacion_count": 7,
                "applied_volume_committed_mb": "1",
            },
        }
    }
    for key in ("full_load_completed", "full_load_start", "cdc_transactions_counters", "type"):
        del other["task"][key]
    other["task"]["$type"] = "AemTaskInfoDetailed"
    assert normalise.task_details(flat) == flat
    assert normalise.task_details(other) == flat


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "ERROR", "message": "no", "detailed_message": "listener"},
        {"state": 2, "error_message": "no", "detailed message": "listener"},
        {"requeststate": "FAILURE", "message": "no", "detailed_message": "listener"},
    ],
)
def test_endpoint_test_of_each_dialect(answer: dict[str, Any]) -> None:
    assert normalise.endpoint_test(answer) == {"status": "ERROR", "message": "no", "detailed_message": "listener"}


def test_tables_endpoints_selection_and_barrier() -> None:
    assert normalise.table_list({"tablelist": [{"table": "T", "state": 4}]})[0]["schema"] == ""
    assert normalise.table_list({"TableList": [{"schema": "S", "table": "T", "state": 4}]}) == [
        {"schema": "S", "table": "T", "state": "TABLE_ERROR"}
    ]
    assert normalise.table_statuses({"TableDetails": [{"state": 1, "data_errors_count": "2"}]}) == [
        {"state": "TABLE_LOADING", "data_errors_count": 2}
    ]
    assert normalise.endpoint_list(
        {"endpointList": [{"name": "e", "type": "ORACLE", "role": 1, "isLicensed": "true"}]}
    ) == [{"name": "e", "type": "ORACLE", "role": "SOURCE", "is_licensed": True}]
    selection = normalise.table_selection(
        {
            "included_pattern": [
                {"owner": "o", "name": "%", "load_order": "LOWER", "table_type": 2},
                {"owner": "o", "name": "T"},
            ],
            "excluded_pattern": [],
            "explicit_included_tables": [],
        }
    )
    assert selection["included_pattern"][0]["load_order"] == -5000
    assert selection["included_pattern"][0]["table_type"] == "VIEW"
    assert selection["included_pattern"][1] == {"owner": "o", "name": "T", "load_order": 0, "table_type": "TABLE"}
    assert selection["excluded_pattern"] == selection["explicit_included_tables"] == []
    assert normalise.barrier({"application": None}) == {"application": "", "retention_point": ""}


@pytest.mark.parametrize(
    ("read", "answer"),
    [
        (normalise.server, {}),
        (normalise.server_list, {"serverList": 7}),
        (normalise.server_list, {"serverList": [{}]}),
        (normalise.server_details, {"server_details": "x"}),
        (normalise.server_details, {"server_details": {"configuration": ["x"]}}),
        (normalise.server_list, {}),
        (normalise.server_list, {"serverList": None}),
        (normalise.server_list, {"serverList": [{"name": 7}]}),
        (normalise.server_list, {"serverList": [{"name": "s", "state": ["MONITORED"]}]}),
        (normalise.server_details, {"server_details": {"name": "s", "license": "x"}}),
        (normalise.server_details, {"server_details": {"name": "s", "task_summary": [1]}}),
        (normalise.acl, {}),
        (normalise.acl, {"status": "ok"}),
        (normalise.acl, {"admin_role": NOBODY, "disable_inheritance": False}),
        (normalise.acl, {**EMPTY_ACL, "disable_inheritance": "perhaps"}),
        (normalise.acl, {**EMPTY_ACL, "admin_role": "x"}),
        (normalise.acl, {**EMPTY_ACL, "admin_role": {"users": []}}),
        (normalise.acl, {**EMPTY_ACL, "admin_role": {"users": [{"name": None}], "groups": []}}),
        (normalise.task_list, {"status": "ok"}),
        (normalise.task_list, {"taskList": [{"name": "t", "state": 1, "assigned_tags": [{}]}]}),
        (normalise.task_details, {"state": 1, "cdc_latency": "x"}),
        (normalise.task_details, {"state": 1, "full_load_counters": [1]}),
        (normalise.task_details, {"state": True}),
        (normalise.endpoint_test, {}),
        (normalise.endpoint_test, {"status": {}}),
        (normalise.barrier, {"status": "ok"}),
        (normalise.table_selection, {"included_pattern": [], "excluded_pattern": []}),
        (normalise.task_list, {"taskList": [None]}),
        (normalise.task_list, {"taskList": [{"name": "t", "state": ["RUNNING"]}]}),
        (normalise.task_list, {"taskList": [{"name": "t", "state": 1, "assigned_tags": "x"}]}),
        (normalise.task_details, {"status": "ok"}),
        (normalise.table_list, {"tablelist": [{"schema": "S", "state": 1}]}),
        (normalise.table_statuses, {"table_details": "x"}),
        (normalise.table_selection, {"included_pattern": [{"owner": "o"}]}),
        (normalise.endpoint_list, {"endpointList": [{"role": 1}]}),
        (normalise.task_run, {}),
        (normalise.task_run, {"state": ["RUNNING"], "error_message": "It cannot."}),
    ],
)
def test_json_that_is_no_answer_of_the_method(read: Callable[[Any], Any], answer: dict[str, Any]) -> None:
    with pytest.raises(WrongShape):
        read(answer)


def test_what_may_be_left_out_or_null() -> None:
    assert normalise.task_list({"taskList": [{"name": "t", "state": 1}]})[0]["assigned_tags"] == []
    assert normalise.task_run({"error_message": "It cannot."}) == {"state": None, "error_message": "It cannot."}
    assert normalise.task_details({"state": 1, "cdc_latency": None})["cdc_latency"] is None
