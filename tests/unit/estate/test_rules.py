# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of a run: who is meant, until when, and what cannot be a rule."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.rules import (
    ENDPOINTS,
    SERVERS,
    TASKS,
    Globs,
    Rules,
)
from support.estates import RULES

TODAY = date(2026, 11, 28)


def rules(**given: Any) -> Rules:
    """The rules with these options, on a certain day."""
    return Rules.from_options({**RULES, **given}, TODAY)


@pytest.mark.parametrize(
    ("globs", "name", "meant"),
    [
        (["*prd*"], "repl-PRD-1", True),
        (["repl-prd-1/ERP to DW"], "repl-prd-1/erp to dw", True),
        (["a", "b*"], "bc", True),
        (["a", "b*"], "ab", False),
        (["x[12]", "*1*", "*2*"], "x3", False),
        ([], "x", False),
        (None, "x", False),
        (["*"], "any", True),
        # A name may hold signs of patterns, and then means that name too.
        (["repl-1/Ora [EU]"], "repl-1/ora [EU]", True),
        (["repl-1/Ora [EU]"], "repl-1/Ora E", True),
        (["repl-1/What?"], "repl-1/What?", True),
    ],
)
def test_globs_choose_names_whatever_their_case(globs: list[str] | None, name: str, meant: bool) -> None:
    assert (name in Globs(globs)) is meant


def test_a_thing_is_ignored_until_a_day_and_on_it() -> None:
    on_its_last_day = rules(ignore=[{"tasks": ["*/scratch *"], "why": "team", "until": "2026-11-28"}])
    assert on_its_last_day.ignores(TASKS, "s/scratch 1")
    assert not on_its_last_day.ignores(ENDPOINTS, "s/scratch 1")
    assert on_its_last_day.warnings == ()
    over = rules(ignore=[{"tasks": ["*"], "why": "team", "until": "2026-11-27"}])
    assert not over.ignores(TASKS, "s/t")
    assert over.warnings == ("What was ignored until 2026-11-27 (team) is compared again.",)


def test_a_setting_is_ignored_of_the_things_that_are_named_or_of_all() -> None:
    pointer = "/task_settings/common_settings/lob_max_size"
    some = rules(ignore=[{"at": pointer, "tasks": ["qas/*"], "why": "load test"}])
    assert some.ignored_settings(TASKS, "qas/t") == [pointer]
    assert some.ignored_settings(TASKS, "prd/t") == []
    assert some.ignored_settings(ENDPOINTS, "qas/t") == []
    assert not some.ignores(TASKS, "qas/t")
    every = rules(ignore=[{"at": pointer, "why": "load test"}])
    assert every.ignored_settings(TASKS, "prd/t") == every.ignored_settings(SERVERS, "prd") == [pointer]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"prune_max": -1}, "prune_max must be 0 or more, not -1."),
        ({"prune_max_percent": 101}, "prune_max_percent must be 0 to 100, not 101."),
        (
            {"protected": {"tasks": ["*", "Nightly 07*"]}},
            "protected.tasks[1] must be server/name, such as '*/Nightly 07*'",
        ),
        (
            {"ignore": [{"endpoints": ["E"], "why": "w"}]},
            "ignore[0].endpoints[0] must be server/name, such as '*/E', not",
        ),
        ({"prune_max_percent": -5}, "prune_max_percent must be 0 to 100, not -5."),
        ({"ignore": [{"tasks": ["*/x"], "why": " "}]}, "ignore[0].why must say why."),
        ({"ignore": [{"tasks": ["*/x"], "why": "w", "until": "soon"}]}, "ignore[0].until must be a date such as"),
        ({"ignore": [{"at": "lob_max_size", "why": "w"}]}, "ignore[0].at 'lob_max_size' is not a JSON pointer"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused) as refused:
        rules(**given)
    assert refused.value.message.startswith(message)


def test_only_kinds_that_are_named_are_pruned() -> None:
    assert not rules().prunes(TASKS)
    assert rules(prune=True).prunes(TASKS)
    assert not rules(prune=True).prunes(SERVERS)
    assert rules(prune=True, prune_kinds=["servers"]).prunes(SERVERS)
