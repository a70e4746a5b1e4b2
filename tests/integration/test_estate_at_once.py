# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs that apply to one Enterprise Manager from one machine at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import gate
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.one_at_a_time import only_run
from simulator import Settings, Simulator
from support.estates import brought_about, session, writes

WISH = {"name": "replicate-qas", "description": "other"}


@pytest.fixture
def em() -> Iterator[Simulator]:
    """An Enterprise Manager as at its start."""
    with Simulator(Settings()) as simulator:
        yield simulator


def address(em: Simulator) -> str:
    """Its address, as a session has it."""
    with session(em) as api:
        return api.session.connection.base_url


def test_the_second_says_who_is_at_it_and_a_plan_waits_for_nobody(em: Simulator) -> None:
    with only_run(address(em), 0):
        assert brought_about(em, WISH, check_mode=True).values["status"] == "changes"
        done = brought_about(em, WISH, lock_timeout=0)
        assert done.error is not None
        assert done.error.message.startswith(f"Nothing was changed: another run applies to {address(em)}, since 20")
        assert "process " in done.error.message
        assert writes(em) == []
        with Simulator(Settings()) as other:
            assert brought_about(other, WISH, lock_timeout=0).values["status"] == "applied"
    assert brought_about(em, WISH, lock_timeout=0).values["status"] == "applied"


def test_the_second_plans_when_the_first_has_ended(em: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = gate.refusal
    with ThreadPoolExecutor() as pool:

        def meanwhile(*arguments: Any) -> Any:
            monkeypatch.setattr(gate, "refusal", refusal)
            second.append(pool.submit(brought_about, em, WISH))
            return refusal(*arguments)

        second: list[Any] = []
        monkeypatch.setattr(gate, "refusal", meanwhile)
        assert brought_about(em, WISH).values["status"] == "applied"
        assert second[0].result().values["status"] == "in_sync"


def test_where_nothing_can_be_written_nobody_is_kept_away(em: Simulator, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path / "file"))
    done = brought_about(em, WISH)
    assert (done.error, done.values["status"]) == (None, "applied")
    assert "Other runs on this machine are not kept away" in done.warnings[0]
    assert brought_about(em, WISH, lock_timeout=-1).error is not None
