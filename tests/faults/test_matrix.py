# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fault matrix: every module, every request that it makes, every fault that can meet it.

``make faults`` runs all of it. ``make test`` runs a part that a seed picks: FAULTS_SEED is that number, FAULTS how many
of all pairs of a scenario and a fault.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from simulator import Settings
from support.faults.cells import Stage
from support.faults.counting import added, outcomes
from support.faults.judging import faults_of
from support.faults.kinds import TROUBLES, Trouble
from support.faults.scenarios import MODULES, Scenario
from support.offline import Offline, offline

ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("FAULTS_SEED", "1"))
PART = os.environ.get("FAULTS", "80")

Pair = tuple[Scenario, Trouble]


def pairs() -> list[Pair]:
    """What is run."""
    everything = [(scenario, trouble) for scenario in MODULES for trouble in TROUBLES]
    return everything if PART == "all" else random.Random(SEED).sample(everything, int(PART))


@pytest.fixture(scope="module")
def em() -> Iterator[Offline]:
    """An Enterprise Manager without sockets, on which no time is lost."""
    with offline(Settings()) as found:
        yield found


@pytest.fixture(scope="module")
def stage(em: Offline, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Scenario], Stage]:
    """The stage of a scenario, which is set up once."""
    stages: dict[str, Stage] = {}

    def of(scenario: Scenario) -> Stage:
        if scenario.name not in stages:
            stages[scenario.name] = Stage(em, scenario, tmp_path_factory.mktemp("stage"))
        return stages[scenario.name]

    return of


def test_every_module_is_in_the_matrix() -> None:
    actions = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]["aem"]
    assert {scenario.of for scenario in MODULES} == set(actions)
    assert len({scenario.name for scenario in MODULES}) == len(MODULES)


@pytest.mark.parametrize("scenario", MODULES, ids=lambda scenario: str(scenario.name))
def test_a_run_without_a_fault(stage: Callable[[Scenario], Stage], scenario: Scenario) -> None:
    first, second = stage(scenario).undisturbed
    assert (first.result.error, second.result.error) == (None, None)
    assert first.sessions == int(scenario.keeps_session)
    assert scenario.anew or (not second.result.changed and second.there == first.there)


@pytest.mark.parametrize(
    ("scenario", "trouble"), [pytest.param(*pair, id=f"{pair[0].name}: {pair[1].name}") for pair in pairs()]
)
def test_a_fault(
    stage: Callable[[Scenario], Stage],
    record_property: Callable[[str, object], None],
    scenario: Scenario,
    trouble: Trouble,
) -> None:
    here = stage(scenario)
    wrong, counted = [], []
    for cell in here.cells(trouble):
        found = list(faults_of(here, cell))
        method = here.undisturbed[0].methods[cell.number]
        wrong += [f"request {cell.number}, {method}: {words}" for words in found]
        counted.append(outcomes(cell.first.result.error is not None, cell.second.result.changed, bool(found)))
    record_property("faults", (scenario.of, trouble.name, added(counted)))
    assert not wrong, "\n".join(wrong)
