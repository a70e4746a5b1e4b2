# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an estate costs in requests: it grows with the servers, and with nothing else. Held by counting, not by time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_estate
from bench import estates
from bench.estates import Size
from simulator import Settings, Simulator
from support.inprocess import perform

PER_RUN = {"Login": 1, "GetServerList": 1, "Logout": 1}


def declared(size: Size, folder: Path, changed: bool = False) -> list[dict[str, Any]]:
    """The estate of that size as a user declares it."""
    file = folder / "estate.yml"
    estates.declare(size, file, folder, changed)
    return list(yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)["estate"])


def requests(size: Size, folder: Path, changed: bool = False) -> Counter[str]:
    """The requests by API method of bringing an estate about that is simulated as it is declared unchanged."""
    wish = declared(size, folder, changed)
    with Simulator(Settings()) as em:
        em.set_estate(estates.simulated(size))
        em.username, em.password = estates.ADMIN, "simulator"
        done = perform(em, aem_estate, servers=wish)
        assert (done.error, done.changed) == (None, changed)
        return Counter(entry["api_method"] for entry in em.log())


@pytest.mark.parametrize("servers", [1, 10, 100])
def test_an_estate_that_is_as_it_should_be_is_read_once_in_one_session(servers: int, tmp_path: Path) -> None:
    assert requests(Size(servers), tmp_path) == {**PER_RUN, "GetServerAcl": servers}


@pytest.mark.parametrize("tasks", [1, 10, 50])
def test_however_many_tasks_a_server_has_one_export_tells_of_all(tasks: int, tmp_path: Path) -> None:
    assert requests(Size(5, tasks), tmp_path) == {**PER_RUN, "GetServerAcl": 5, "ExportAll": 5}


@pytest.mark.parametrize("servers", [1, 10, 100])
def test_a_change_is_looked_at_once_before_and_once_after_it_is_written(servers: int, tmp_path: Path) -> None:
    found = requests(Size(servers), tmp_path, changed=True)
    assert found == {**PER_RUN, "GetServerAcl": 3 * servers, "PutServerAcl": servers}
