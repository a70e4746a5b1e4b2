# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures for those who test their playbooks with pytest. The wheel of the simulator registers them.

    def test_the_site(enterprise_manager):
        run("ansible-playbook", "site.yml")
        assert not [entry for entry in enterprise_manager.log() if entry["error_code"]]

A fixture of the same name in a conftest.py takes the place of ``enterprise_manager_settings``.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator

import pytest

from .runner import Simulator
from .settings import FIXED, Settings


@pytest.fixture(scope="session")
def enterprise_manager_settings() -> Settings:
    """The settings of the simulator. Tasks start, stop and load at once."""
    return Settings(start_seconds=0.05, stop_seconds=0.05, import_seconds=0.05, load_seconds=0.05)


@pytest.fixture(scope="session")
def enterprise_manager_simulator(enterprise_manager_settings: Settings) -> Iterator[Simulator]:
    """One simulator for all tests of a process."""
    with Simulator(enterprise_manager_settings) as em:
        yield em


@pytest.fixture
def enterprise_manager(
    enterprise_manager_simulator: Simulator,
    enterprise_manager_settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> Simulator:
    """The simulator with its first estate and settings and an empty log.

    The environment names it as the one to connect to: ``AEM_URL``, ``AEM_USERNAME``, ``AEM_PASSWORD``, ``AEM_CA_PATH``,
    ``AEM_USE_PROXY``, and nothing else that begins with ``AEM_``.
    """
    em = enterprise_manager_simulator
    em.reset()
    settings = dataclasses.asdict(enterprise_manager_settings)
    em.update_settings(**{name: value for name, value in settings.items() if name not in FIXED})
    for name in [name for name in os.environ if name.startswith("AEM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AEM_URL", em.url)
    monkeypatch.setenv("AEM_USERNAME", em.username)
    monkeypatch.setenv("AEM_PASSWORD", em.password)
    monkeypatch.setenv("AEM_CA_PATH", em.ca_path)
    monkeypatch.setenv("AEM_USE_PROXY", "false")
    return em
