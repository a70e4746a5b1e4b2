# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retention barriers, deletion of change data, the audit trail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator import times
from support.api_calls import NIGHTLY, PRD, QAS
from support.desk import Desk

TASK = ("servers", PRD, "tasks", "ERP to DW")
IDLE = ("servers", QAS, "tasks", NIGHTLY)


def set_barrier(desk: Desk, application: Any, point: Any, path: tuple[str, ...] = IDLE) -> str | None:
    body = {"$type": "AemSetChangeDataRetentionBarrierReq", "application": application, "retention_point": point}
    return desk.call("PUT", *path, body=body, action="set_change_data_retention_barrier").code


def barrier(desk: Desk, path: tuple[str, ...] = IDLE) -> Any:
    return desk.get(*path, action="get_change_data_retention_barrier")


def test_the_earliest_barrier_counts(desk: Desk) -> None:
    assert barrier(desk) == {"application": "", "retention_point": ""}
    assert set_barrier(desk, "b", "2026-02-01T00:00:00Z") is None
    assert set_barrier(desk, "a", "2026-03-01T00:00:00Z") is None
    assert barrier(desk) == {"application": "b", "retention_point": "2026-02-01T00:00:00Z"}
    assert set_barrier(desk, "b", "2026-04-01T00:00:00Z") is None
    assert barrier(desk) == {"application": "a", "retention_point": "2026-03-01T00:00:00Z"}
    assert set_barrier(desk, "a", "") is None
    assert set_barrier(desk, "b", None) is None
    assert set_barrier(desk, "c", "") is None
    assert barrier(desk)["application"] == ""


def test_a_barrier_of_the_estate(desk: Desk) -> None:
    assert barrier(desk, TASK) == {"application": "warehouse-loader", "retention_point": "2026-10-31T23:00:00Z"}


def test_a_body_of_lines(desk: Desk) -> None:
    body = b"retention_point=2026-02-01T00:00:00Z\r\napplication=a\r\n"
    assert desk.call("PUT", *IDLE, body=body, action="set_change_data_retention_barrier").status == 200
    assert barrier(desk)["application"] == "a"


@pytest.mark.parametrize(
    ("application", "point", "code"),
    [
        ("", "2026-02-01T00:00:00Z", "AEM_MISSING_FIELD"),
        (None, "2026-02-01T00:00:00Z", "AEM_MISSING_FIELD"),
        ("a", "2026-02-01T00:00:00", "AEM_INVALID_TIMESTAMP_FORMAT"),
        ("a", "2026-02-30T00:00:00Z", "AEM_INVALID_TIMESTAMP_FORMAT"),
        ("a", "P1D", "AEM_INVALID_TIMESTAMP_FORMAT"),
        (1, "2026-02-01T00:00:00Z", "DESERIALIZE_TO_TYPE"),
    ],
)
def test_barriers_that_are_none(desk: Desk, application: Any, point: Any, code: str) -> None:
    assert set_barrier(desk, application, point) == code


def delete(desk: Desk, value: Any, path: tuple[str, ...] = IDLE) -> str | None:
    body = {"$type": "AemDeleteOldDataReq", "timestamp_or_offset": value}
    return desk.call("POST", *path, body=body, action="delete_old_change_data").code


def test_deletions(desk: Desk) -> None:
    assert delete(desk, "2026-01-02T03:04:05Z") is None
    assert delete(desk, "P1DT2H") is None
    expected = [
        {"requested": "2026-01-02T03:04:05Z", "up_to": "2026-01-02T03:04:05Z", "pending": True},
        {"requested": "P1DT2H", "up_to": "2026-11-22T10:00:00Z", "pending": True},
    ]
    assert desk.task(QAS, NIGHTLY).deletions == expected
    desk.call("POST", *IDLE, action="run")
    assert [item["pending"] for item in desk.task(QAS, NIGHTLY).deletions] == [False, False]
    assert delete(desk, "P1D", TASK) is None
    expected = [{"requested": "P1D", "up_to": "2026-10-31T23:00:00Z", "pending": False}]
    assert desk.task(PRD, "ERP to DW").deletions == expected


@pytest.mark.parametrize("value", ["yesterday", "P", "P1", "PT", "1D", "P1DT", "2026-01-02", "p1d"])
def test_ages_that_are_none(desk: Desk, value: str) -> None:
    assert delete(desk, value) == "AEM_INVALID_TIMESTAMP_OR_OFFSET_FORMAT"


def test_an_age_is_needed(desk: Desk) -> None:
    assert delete(desk, "") == "AEM_MISSING_FIELD"
    assert delete(desk, "P9999999Y") is None
    assert desk.call("POST", *IDLE, body={"age": "P1D"}, action="delete_old_change_data").code == "DESERIALIZE_TO_TYPE"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P1M3DT1H2M", timedelta(days=33, hours=1, minutes=2)),
        ("P1Y", timedelta(days=365)),
        ("P2W", timedelta(days=14)),
        ("PT1.5S", timedelta(seconds=1.5)),
        ("P0D", timedelta()),
        ("P1H", None),
        ("", None),
    ],
)
def test_durations(text: str, expected: timedelta | None) -> None:
    assert times.duration(text) == expected


def test_ticks() -> None:
    assert times.ticks("637410358250000000") == datetime(2020, 11, 15, 11, 17, 5, tzinfo=UTC)
    assert times.ticks("2020") is None
    assert times.ticks("9" * 19) is None


def trail(desk: Desk, **query: str) -> Any:
    return desk.call("GET", "security", "audit_trail", **query)


def test_the_audit_trail_of_a_range(desk: Desk) -> None:
    desk.call("POST", *IDLE, action="run")
    desk.call("POST", *IDLE, action="run")
    records = trail(desk, start_timestamp="2026-11-23T00:00:00Z").data["audit_trail"]
    assert records[0] == {
        "timestamp": "2026-11-23T12:00:00Z",
        "user": "CORP\\admin",
        "method": "RunTask",
        "server": QAS,
        "object": NIGHTLY,
        "result": "SUCCESS",
    }
    assert records[1]["result"] == "AEM_TASK_ALREADY_RUNNING"


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        ("2020-01-01T00:00:00Z", None, 3),
        ("2020-01-01T00:00:00Z", "None", 3),
        ("2026-10-01T06:00:04Z", "2026-10-01T06:00:04Z", 1),
        ("2026-10-01T06:00:05Z", "2026-10-01T06:02:51Z", 2),
        ("639264312100000000", None, 2),
        ("2020-01-01T00%3A00%3A00Z", None, 3),
        ("2027-01-01T00:00:00Z", None, 0),
    ],
)
def test_ranges(desk: Desk, start: str, end: str | None, count: int) -> None:
    query = {"start_timestamp": start} if end is None else {"start_timestamp": start, "end_timestamp": end}
    assert len(trail(desk, **query).data["audit_trail"]) == count


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({}, "AEM_MISSING_FIELD"),
        ({"start_timestamp": "2020-01-01"}, "AEM_INVALID_TIMESTAMP_FORMAT"),
        ({"start_timestamp": "2020-01-01T00:00:00"}, "AEM_INVALID_TIMESTAMP_FORMAT"),
        ({"start_timestamp": "1"}, "AEM_INVALID_TIMESTAMP_FORMAT"),
        ({"start_timestamp": "2020-01-01T00:00:00Z", "end_timestamp": "now"}, "AEM_INVALID_TIMESTAMP_FORMAT"),
        ({"start_timestamp": "2020-01-02T00:00:00Z", "end_timestamp": "2020-01-01T00:00:00Z"}, "AEM_EXPORT_INNER_ERR"),
    ],
)
def test_ranges_that_are_none(desk: Desk, query: dict[str, str], code: str) -> None:
    reply = trail(desk, **query)
    assert (reply.status, reply.code) == (500, code)


def test_only_admins_see_the_audit_trail(desk: Desk) -> None:
    reply = desk.call("GET", "security", "audit_trail", user=r"CORP\designer", start_timestamp="2020-01-01T00:00:00Z")
    assert (reply.status, reply.message) == (401, "Unauthorized Request. request: AemExportAuditTrail")
