# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulators for tests: one without sockets and waiting, one that listens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator import Settings, Simulator, loading
from simulator.settings import PACKAGED_ESTATE
from support.desk import Desk


@pytest.fixture(scope="session")
def packaged_estate() -> Any:
    return loading.load_file(PACKAGED_ESTATE)


@pytest.fixture
def desk(packaged_estate: Any) -> Desk:
    return Desk(Settings(), packaged_estate)


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    settings = Settings(start_seconds=0.0, stop_seconds=0.0, import_seconds=0.0, load_seconds=0.0)
    with Simulator(settings) as simulator:
        yield simulator
