# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What errors say: what to do about them, once, and that something may have been done. No network."""

from __future__ import annotations

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import (
    AemError,
    ApiError,
    ManyFailed,
    NoAnswer,
    may_have_changed,
)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (NoAnswer("X", "refused", sent=False), "See that Enterprise Manager runs, and that aem_url"),
        (NoAnswer("X", "slow", sent=True, timed_out=True), "A longer aem_timeout may help."),
        (NoAnswer("X", "cut", sent=True), "Look at Enterprise Manager, and at what stands between"),
        (NoAnswer("X", "cut", sent=True, advice="Look there."), "cut. Look there."),
    ],
)
def test_what_got_no_answer_says_what_to_do(error: NoAnswer, advice: str) -> None:
    assert advice in error.message
    assert ".." not in error.message


def test_sentences_are_ended_where_others_follow() -> None:
    refused = ApiError("PutX", 500, "C", "no")
    warned: list[str] = []
    refused.warnings = warned
    refused.overcome("It was tried again.")
    assert warned == ["PutX failed with HTTP 500 C: no. It was tried again."]
    assert "C: no. PutX failed" in ManyFailed([refused, ApiError("PutX", 500, "C", "never")], 2).message
    refused.add("More.")
    refused.add("Still more.")
    assert refused.message == "PutX failed with HTTP 500 C: no. More. Still more."


def test_advice_of_several_stands_once() -> None:
    errors = [NoAnswer(name, "cut.", sent=True) for name in ("A", "B")]
    told = ManyFailed([*errors, AemError("C is no more.")], 4).message
    assert told.startswith(
        "3 of 4 failed. A got no usable answer: cut. B got no usable answer: cut. C is no more. Look"
    )
    assert told.count("run again.") == 1


def test_what_many_say_stands_once() -> None:
    errors = [AemError("No permission."), *[AemError("Not there")] * 30]
    assert ManyFailed(errors, 40).message == "31 of 40 failed. No permission. 30 times: Not there."
    gone = [NoAnswer("A", "cut.", sent=True)] * 2
    assert ManyFailed(gone, 2).message.startswith("2 of 2 failed. 2 times: A got no usable answer: cut. Look")


def test_what_is_overcome_needs_no_advice() -> None:
    warnings: list[str] = []
    for error in (NoAnswer("A", "cut", sent=True), ApiError("B", 500, "C", "No.", "Look there.")):
        error.warnings = warnings
        error.overcome("It was tried again.")
    assert warnings == [
        "A got no usable answer: cut. It was tried again.",
        "B failed with HTTP 500 C: No. It was tried again.",
    ]


def test_a_call_that_writes_and_got_no_answer_may_have_changed_something() -> None:
    lost = NoAnswer("PutX", "cut", sent=True)
    assert not may_have_changed(lost)
    lost.not_settled()
    assert "It may have been done all the same." in lost.message
    assert may_have_changed(lost)
    blind = AemError("Nobody could look.")
    blind.__context__ = lost
    assert may_have_changed(blind)
    assert may_have_changed(ManyFailed([AemError("Other."), lost], 2))
    assert not may_have_changed(AemError("Other."))


def test_a_refusal_after_a_lost_try_tells_of_that() -> None:
    refused = ApiError("PutX", 401, "UNAUTHORIZED_REQUEST", "No.", "It needs a role.")
    refused.not_settled()
    assert refused.message.endswith("No. An earlier try got no answer, and may have been done. It needs a role.")
