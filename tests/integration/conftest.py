# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulators that the tests of a file share. Each test finds them as at their start, with an empty log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import Settings, Simulator
from support import estate_folder


def _fresh(simulator: Simulator) -> Iterator[Simulator]:
    simulator.reset()
    simulator.clear_log()
    yield simulator
    simulator.clear_faults()


@pytest.fixture(scope="module")
def _quick() -> Iterator[Simulator]:
    with Simulator(Settings(start_seconds=0.01, stop_seconds=0.01, import_seconds=0.01)) as simulator:
        yield simulator


@pytest.fixture
def quick_em(_quick: Simulator) -> Iterator[Simulator]:
    """The simulator's own estate, on which nothing takes long."""
    yield from _fresh(_quick)


@pytest.fixture(scope="module")
def _of_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with estate_folder.simulated(tmp_path_factory.mktemp("estate")) as simulator:
        yield simulator


@pytest.fixture
def folder_em(_of_folder: Simulator) -> Iterator[Simulator]:
    """What the folder of :mod:`support.estate_folder` is about."""
    yield from _fresh(_of_folder)
