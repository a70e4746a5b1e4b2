# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Licenses: what a text says, what is compared, what is sent. No network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError, NoAnswer, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import carry_out
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import license as licenses

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures/license.txt"
TEXT = FIXTURE.read_text(encoding="utf-8")
THERE = {"issue_date": "2026-07-01", "expiration": "2027-06-30", "state": "VALID_LICENSE", "days_to_expiration": 30}


class Manager:
    """One server, and what was registered on it."""

    def __init__(self, license_facts: Any, check_mode: bool = False) -> None:
        self.license_facts = license_facts
        self.check_mode = check_mode
        self.sent: list[str] = []

    def get_server_details(self, server: str) -> dict[str, Any]:
        """GetServerDetails."""
        if isinstance(self.license_facts, Exception):
            raise self.license_facts
        return {"name": server, "license": self.license_facts}

    def put_server_license(self, _server: str, license_text: str) -> None:
        """PutServerLicense."""
        self.sent.append(license_text)


def plan(manager: Manager, **options: Any) -> Any:
    """The plan of a license for server s."""
    return licenses.plan(cast(Api, manager), {"server": "s", "content": TEXT, **options})


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        (TEXT, ("2026-07-01", "2027-06-30")),
        (TEXT.replace("\n", "\r\n"), ("2026-07-01", "2027-06-30")),
        ("\ufeff" + TEXT, ("2026-07-01", "2027-06-30")),
        ("issue_date = 2026-07-01T00:00:00\nEXPIRATION_DATE=2027-06-30 \n", ("2026-07-01", "2027-06-30")),
        ("issue_date=2026-07-01\n  # expiration_date=2027-06-30\nexpiration_date=\n", ("2026-07-01", "")),
        ('{"issue_date": "2026-07-01", "expiration_date": null}', ("2026-07-01", "")),
        (
            '{"cmd.license": {"x": 1, "expiration_date": "2027-06-30", "issue_date": "2026-07-01"}}',
            ("2026-07-01", "2027-06-30"),
        ),
        ("license_type=PAY\nissue_date=2026-07-01", None),
        ("issue_date=01/07/2026\nexpiration_date=30/06/2027", None),
        ("{broken", None),
        ("[" * 100_000, None),
        ("[1]", None),
        ("17", None),
    ],
)
def test_the_dates_that_a_license_says(text: str, dates: tuple[str, str] | None) -> None:
    assert licenses.dates_of(text) == (dates and {"issue_date": dates[0], "expiration": dates[1]})


def test_a_license_that_is_registered_is_no_change() -> None:
    manager = Manager(THERE)
    planned = plan(manager)
    assert (planned.changes, planned.after, planned.warnings) == ([], THERE, [])


def test_dates_are_compared_without_their_clock() -> None:
    there = {**THERE, "issue_date": "2026-07-01T00:00:00", "expiration": "2027-06-30T00:00:00"}
    assert plan(Manager(there)).changes == []


def test_a_license_without_an_end_can_be_compared_too() -> None:
    text = TEXT.replace("=2027-06-30", "=")
    assert plan(Manager({**THERE, "expiration": None}), content=text).changes == []
    assert plan(Manager(THERE), content=text).changes[0].action == "update"


@pytest.mark.parametrize(
    ("there", "options"),
    [
        ({**THERE, "issue_date": "2025-07-01"}, {}),
        ({**THERE, "expiration": "2028-06-30"}, {}),
        ({**THERE, "state": "EXPIRED_LICENSE"}, {}),
        ({}, {}),
        (THERE, {"force": True}),
    ],
)
def test_what_differs_is_sent(there: dict[str, Any], options: dict[str, Any]) -> None:
    manager = Manager(there)
    planned = plan(manager, **options)
    assert planned.after == {"issue_date": "2026-07-01", "expiration": "2027-06-30", "state": "VALID_LICENSE"}
    assert planned.warnings == []
    report = carry_out(planned.changes, check_mode=False)
    assert manager.sent == [TEXT]
    assert report.steps[0].value == there


def test_the_license_itself_is_never_shown() -> None:
    change = plan(Manager({**THERE, "expiration": "2026-12-31"})).changes[0]
    assert change.before == {"issue_date": "2026-07-01", "expiration": "2026-12-31", "state": "VALID_LICENSE"}
    assert "A1B2C" not in repr(change)


def test_what_is_registered_again_shows_that_it_is_sent() -> None:
    change = plan(Manager(THERE), force=True).changes[0]
    assert change.after == {**(change.before or {}), "content": "(sent)"}


def test_what_cannot_be_compared_is_sent_and_warned_of() -> None:
    planned = plan(Manager(THERE), content="license_type=PAY")
    assert planned.after == {"issue_date": "(unknown)", "expiration": "(unknown)", "state": "VALID_LICENSE"}
    assert "cannot be known" in planned.warnings[0]


def test_a_license_that_does_not_help_is_warned_of() -> None:
    report = carry_out(plan(Manager({**THERE, "state": "EXPIRED_LICENSE"})).changes, check_mode=False)
    assert report.steps[0].warnings == ["The license of server s is registered, but it is EXPIRED_LICENSE."]


def test_a_look_that_fails_afterwards_does_not_hide_the_change() -> None:
    manager = Manager({})
    changes = plan(manager).changes
    manager.license_facts = NoAnswer("GetServerDetails", "cut", sent=True)
    report = carry_out(changes, check_mode=False)
    assert report.changed
    assert report.error is manager.license_facts


@pytest.mark.parametrize("content", ["", " \r\n", "\ufeff\n", None])
def test_an_empty_license_is_refused(content: str | None) -> None:
    with pytest.raises(Refused, match="The license given as content is empty"):
        plan(Manager(THERE), content=content)


def test_a_license_can_be_in_a_file(tmp_path: Path) -> None:
    assert licenses.text_of({"src": str(FIXTURE)}) == TEXT
    (tmp_path / "empty").touch()
    with pytest.raises(Refused, match="empty is empty"):
        licenses.text_of({"src": str(tmp_path / "empty")})


@pytest.mark.parametrize("indent", [None, 2])
def test_json_is_sent_as_it_was_written(indent: int | None) -> None:
    text = json.dumps({"issue_date": "2026-07-01", "features": None}, indent=indent)
    assert licenses.text_of({"content": text}) == text


def test_json_that_ansible_made_data_of_is_json_again() -> None:
    entries = {"issue_date": "2026-07-01", "licensed_to": 'Größe & "Söhne"', "trial": True, "features": None}
    assert json.loads(licenses.text_of({"content": str(entries)})) == entries
    assert licenses.text_of({"content": "{not even python"}) == "{not even python"


def test_a_server_that_is_yet_to_be_added() -> None:
    missing = ApiError("GetServerDetails", 500, "AEM_SERVER_NOT_FOUND", "no")
    planned = plan(Manager(missing, check_mode=True))
    assert planned.changes[0].action == "create"
    assert "There is no server s yet" in planned.warnings[0]
    with pytest.raises(ApiError, match="AEM_SERVER_NOT_FOUND"):
        plan(Manager(missing))
