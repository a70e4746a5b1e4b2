# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For any wish: the plan is what is done, and after it there is nothing to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator import Settings, Simulator
from support.definitions import OWNERS, WORDS, copied
from support.estates import adopted, proven
from support.strategies import PEOPLE

QAS = "replicate-qas"
ENTRIES = st.lists(st.fixed_dictionaries({"owner": OWNERS, "name": WORDS}), min_size=1, max_size=2)
TASK = st.one_of(
    st.just({}),
    st.just({"state": "absent"}),
    st.fixed_dictionaries(
        {},
        optional={
            "overrides": st.integers(1, 99).map(
                lambda size: {"task_settings": {"common_settings": {"lob_max_size": size}}}
            ),
            "owners": st.fixed_dictionaries({"QAS": OWNERS}),
            "tables": st.fixed_dictionaries({"included_pattern": ENTRIES, "purge": st.booleans()}),
            "run_state": st.sampled_from(["started", "stopped"]),
            "target_endpoint": st.sampled_from(["QAS Snowflake", "QAS files", "Made files"]),
        },
    ),
)
MADE = {"name": "Made files", "role": "target", "type_id": "FILE_COMPONENT_TYPE"}
ENDPOINT = st.fixed_dictionaries({"csvTargetPath": WORDS, "password": st.just("geheim-1")})
ROLE = st.fixed_dictionaries({"users": st.lists(st.sampled_from(PEOPLE[:5]), max_size=2, unique=True)})


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """One simulator for all examples."""
    with Simulator(Settings(start_seconds=0.0, stop_seconds=0.0, import_seconds=0.0)) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def present(em: Simulator) -> dict[str, Any]:
    """What the server has at the start, as a wish, with some of its tasks."""
    return adopted(em, QAS)


@settings(database=None, deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(TASK, min_size=6, max_size=6), ENDPOINT, ROLE, WORDS, st.booleans())
def test_plan_equals_apply_and_then_nothing_is_left(
    em: Simulator,
    present: dict[str, Any],
    changes: list[dict[str, Any]],
    made: dict[str, Any],
    role: dict[str, Any],
    description: str,
    prune: bool,
) -> None:
    em.reset()
    tasks = copied(present["tasks"])
    wished = [*tasks[:3], *tasks[20:23]]
    for task, change in zip(wished, changes, strict=True):
        task.update(change, force=True)
    wish = {
        "name": QAS,
        "description": description,
        "acl": {"viewer_role": {**role, "groups": []}},
        "endpoints": [*copied(present["endpoints"]), {**MADE, "settings": made}],
        "tasks": wished,
    }
    proven(em, wish, prune=prune, prune_max=100, prune_max_percent=100)
