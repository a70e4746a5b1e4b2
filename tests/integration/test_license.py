# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Licenses of servers, as a user registers them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_server_license
from simulator import Settings, Simulator
from support.inprocess import perform
from support.playbooks import Played, Proof, prove, run

FIXTURE = Path(__file__).resolve().parents[1] / "fixtures/license.txt"
TEXT = FIXTURE.read_text(encoding="utf-8")
LATER = TEXT.replace("expiration_date=2027-06-30", "expiration_date=2031-01-31")
ENDLESS = TEXT.replace("expiration_date=2027-06-30", "expiration_date=")
JSON = (
    '{"license": {"license_type": "PAY", "checksum": "X-SECRET",'
    ' "issue_date": "2026-02-02", "expiration_date": "2032-02-02"}}'
)


def module(options: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    """A task for server replicate-qas."""
    own = {"server": "replicate-qas", **options}
    return {"qlik.enterprise_manager.aem_server_license": own, "diff": True, **keywords}


TASKS = [
    module({"src": str(FIXTURE)}, name="From a file"),
    module({"content": TEXT}, name="The same as content"),
    module({"content": LATER}, name="Another end"),
    module({"content": ENDLESS}, name="No end"),
    module({"content": JSON}, name="JSON"),
    module({"content": "{{ text }}"}, name="JSON of a template", vars={"text": JSON.replace("2032", "2033")}),
]


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager."""
    with Simulator(Settings()) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def proofs(em: Simulator) -> dict[str, Proof]:
    """The tasks above, each in check mode, for real and again."""
    return prove(em, TASKS)


@pytest.mark.parametrize("name", [task["name"] for task in TASKS])
def test_check_run_and_run_again(proofs: dict[str, Proof], name: str) -> None:
    proof = proofs[name]
    proof.holds()
    assert proof.run.changed == (name != "The same as content")
    expected = ["PutServerLicense"] if proof.run.changed else []
    assert proof.run.writes == expected
    assert "warnings" not in proof.run.result


@pytest.mark.parametrize(
    ("name", "issued", "expires"),
    [
        ("From a file", "2026-07-01", "2027-06-30"),
        ("Another end", "2026-07-01", "2031-01-31"),
        ("No end", "2026-07-01", ""),
        ("JSON", "2026-02-02", "2032-02-02"),
    ],
)
def test_what_is_told(proofs: dict[str, Proof], name: str, issued: str, expires: str) -> None:
    dates = {"issue_date": issued, "expiration": expires, "state": "VALID_LICENSE"}
    assert proofs[name].check.result["license"] == dates
    assert proofs[name].run.result["diff"]["after"] == dates
    told = proofs[name].run.result["license"]
    assert {**told, "expiration": told["expiration"] or ""}.items() >= dates.items()
    assert isinstance(told["days_to_expiration"], int)


def test_the_license_is_sent_as_it_is(em: Simulator) -> None:
    text = "\ufeff" + TEXT.replace("\n", "\r\n")
    step = run(em, [module({"content": text, "force": True}, name="As it is")]).steps[0]
    sent = next(entry for entry in step.log if entry["api_method"] == "PutServerLicense")
    assert sent["headers"]["Content-Length"] == str(len(text.encode()))


@pytest.fixture(scope="module")
def others(em: Simulator, proofs: dict[str, Proof], tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Licenses that cannot be compared, and what is refused."""
    assert proofs
    empty = tmp_path_factory.mktemp("license") / "empty.txt"
    empty.touch()
    unknown = "license_type=PAY\nchecksum=X-SECRET\n"
    tasks = [
        module({"content": unknown}, name="Unknown"),
        module({"content": unknown}, name="Unknown again"),
        module({"content": TEXT, "force": True}, name="Forced"),
        module({"content": TEXT, "force": True}, name="Forced again"),
        module({"content": TEXT.replace("=2027-06-30", "=2026-07-02")}, name="Expired"),
        module({"content": ""}, name="Empty", ignore_errors=True),
        module({"src": str(empty)}, name="Empty file", ignore_errors=True),
        module({"src": str(empty.parent / "none.txt")}, name="No file", ignore_errors=True),
        module({}, name="Neither", ignore_errors=True),
        module({"content": TEXT, "src": str(FIXTURE)}, name="Both", ignore_errors=True),
        module({"content": "issue_date=2026-07-01\nexpiration_date=2030-01-01"}, name="Corrupt", ignore_errors=True),
        module({"content": TEXT, "server": "to-come"}, name="To come", check_mode=True),
    ]
    return run(em, tasks, "-vvv")


def test_what_cannot_be_compared_is_sent_each_time_with_a_warning(others: Played) -> None:
    for name in ("Unknown", "Unknown again"):
        assert others[name].changed
        assert "cannot be known" in str(others[name].result["warnings"])
    for name in ("Forced", "Forced again"):
        assert (others[name].changed, others[name].writes) == (True, ["PutServerLicense"])


def test_a_license_that_has_expired_is_warned_of(others: Played) -> None:
    assert "is registered, but it is EXPIRED_LICENSE" in str(others["Expired"].result["warnings"])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Empty", "The license given as content is empty"),
        ("Empty file", "empty.txt is empty"),
        ("No file", "none.txt cannot be read: No such file"),
        ("Neither", "one of the following is required: content, src"),
        ("Both", "mutually exclusive: content|src"),
    ],
)
def test_bad_input_is_refused_before_any_call(others: Played, name: str, told: str) -> None:
    assert others[name].failed
    assert told in others[name].result["msg"]
    assert others[name].calls == []


def test_a_corrupt_license_is_the_servers_word(others: Played) -> None:
    assert (others["Corrupt"].failed, others["Corrupt"].result["error_code"]) == (True, "AEM_SRV_LIC_INVALID_FORMAT")
    assert "license" not in others["Corrupt"].result


def test_in_check_mode_the_server_may_be_still_to_come(others: Played) -> None:
    assert others["To come"].changed
    assert "no server to-come yet" in str(others["To come"].result["warnings"])


def test_the_license_is_never_printed(others: Played) -> None:
    assert "A1B2C-3D4E5" not in others.output
    assert "X-SECRET" not in others.output


@pytest.mark.parametrize("dialect", ["sdk", "guide"])
def test_a_registered_license_is_known_in_both_spellings_of_the_api(dialect: str) -> None:
    with Simulator(Settings(dialect=dialect)) as em:
        options = {"server": "replicate-qas", "content": TEXT}
        results = [perform(em, aem_server_license, **options) for _time in range(2)]
    assert [(result.changed, result.values["license"]["state"]) for result in results] == [
        (True, "VALID_LICENSE"),
        (False, "VALID_LICENSE"),
    ]
