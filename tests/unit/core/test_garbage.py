# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often Python looks for garbage is set for a piece of work only, and never set to more often."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.garbage import SELDOM, seldom_looked_for


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


@seldom_looked_for()
def failing_work(seen: list[int]) -> None:
    seen.append(gc.get_threshold()[0])
    raise KeyError


@pytest.mark.parametrize(("often", "during"), [(700, SELDOM), (2 * SELDOM, 2 * SELDOM), (0, 0)])
def test_garbage_is_looked_for_seldom_while_work_is_done_and_as_before_after_it(often: int, during: int) -> None:
    seen: list[int] = []
    gc.set_threshold(often)
    with pytest.raises(KeyError):
        failing_work(seen)
    assert [*seen, gc.get_threshold()[0]] == [during, often]
