# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task as it is kept in a file: the same to the comparison, the same bytes whatever the order, and no secrets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.compare import differences
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import of_sections
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.tidy import tidied
from support.definitions import EXPORTS, SEALED, SECTIONS, UUID, copied, definitions, export, shuffled, thorough

SECRETS = st.recursive(
    st.sampled_from([SEALED, "", "clear", 7, True, None]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["password", "x", "key"]), inner),
    max_leaves=5,
)


def same(found: Any, task: Any) -> bool:
    """Whether an import of what was found would change nothing of the task."""
    return differences(of_sections(tasks=[found]), of_sections(tasks=[task])) == []


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_says_the_same(name: str) -> None:
    for task in export(name)[SECTIONS]["tasks"]:
        assert same(tidied(task), task)
        assert SEALED not in json.dumps(tidied(task))


@thorough
@given(definitions(min_tasks=1), st.data(), st.booleans())
def test_it_says_the_same_in_one_order(definition: dict[str, Any], data: st.DataObject, defaults: bool) -> None:
    for task in definition[SECTIONS]["tasks"]:
        found = tidied(copied(task), defaults)
        assert same(found, task)
        assert tidied(found, defaults) == found
        again = tidied(shuffled(task, data.draw), defaults)
        assert json.dumps(again) == json.dumps(found)
        assert UUID not in json.dumps(found)


@given(SECRETS, SECRETS)
def test_secrets_are_left_out_wherever_they_are(secret: Any, other: Any) -> None:
    task = {
        "task": {"name": "T"},
        "task_settings": {
            "odd": other,
            "password": secret,
            "list": [SEALED, "plain"],
            "text": json.dumps({"a": SEALED}),
        },
    }
    found = tidied(task)
    assert SEALED not in json.dumps(found)
    assert "clear" not in json.dumps(found.get("task_settings", {}).get("password"))
    assert same(found, task)


def test_defaults_are_left_out_unless_they_are_asked_for() -> None:
    task = {"task": {"name": "T"}, "task_settings": {"common_settings": {"lob_max_size": 8, "full_load_enabled": 1}}}
    assert tidied(task)["task_settings"]["common_settings"] == {"full_load_enabled": 1}
    assert tidied(task, keep_defaults=True) == task
