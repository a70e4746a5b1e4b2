# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make bench` makes of its measures: whether promises are kept, and the page."""

from __future__ import annotations

from dataclasses import replace

from bench import page
from bench.arena import Measured
from bench.contests import (
    ACLS,
    EMPTY,
    ESTATE,
    FLOOR,
    LARGE,
    LOOP,
    OF_JSON,
    READING,
    SERVERS,
    URI,
    WIDE_ESTATE,
    WIDE_FLOOR,
    Contest,
)
from bench.estates import Size
from bench.targets import judged


def took(seconds: float, of: int | None = None) -> Measured:
    """A measure that took so long."""
    return Measured(seconds, seconds, memory=100, requests=1003, logins=1, of=of)


def acls(servers: int, ours: Measured, wide: float = 4) -> Contest:
    """A contest with a floor of three seconds, four with an empty play; ``wide`` seconds with more at once."""
    others = {EMPTY: took(1), FLOOR: took(3), LOOP: took(50, of=100), URI: took(600, of=20)}
    others |= {WIDE_FLOOR: took(1), WIDE_ESTATE: took(wide)}
    return Contest(ACLS, Size(servers), 20, {**others, ESTATE: ours})


def verdicts(*contests: Contest) -> list[bool]:
    """Whether each promise is kept."""
    return [found.met for found in judged(contests)]


def test_a_thousand_servers_are_judged_by_time_memory_logins_and_growth() -> None:
    assert verdicts(acls(100, took(1)), acls(1000, took(6))) == [True] * 6
    assert verdicts(acls(1000, took(6.1))) == [False, False, True, True, True]
    assert verdicts(acls(1000, took(6), wide=6.1)) == [True, True, False, True, True]
    assert verdicts(acls(100, took(0.5)), acls(1000, took(5.6))) == [True, True, True, True, True, False]
    assert verdicts(acls(1000, replace(took(6), memory=201, logins=2))) == [True, True, True, False, False]


def test_smaller_ones_are_measured_only() -> None:
    assert verdicts(acls(10, took(100))) == []


def test_a_loop_is_judged_by_logins_and_time() -> None:
    contest = Contest(SERVERS, Size(100), 20, {EMPTY: took(1), FLOOR: took(2), LOOP: took(5.5)})
    assert verdicts(contest) == [True, True]
    assert verdicts(replace(contest, took={**contest.took, LOOP: replace(took(5.6), logins=100)})) == [False, False]


def test_a_large_estate_is_judged_by_requests_and_time_and_tells_what_ansible_takes() -> None:
    contest = Contest(LARGE, Size(200, 50), 20, {FLOOR: took(2), READING: took(1), ESTATE: took(4), OF_JSON: took(3)})
    assert verdicts(contest) == [True, True]
    slow = replace(took(4.1), requests=1201)
    assert verdicts(replace(contest, took={**contest.took, ESTATE: slow})) == [False, False]
    told = "4.0 s, 1.0 s of it until Ansible has read the estate; 3.0 s with it in JSON"
    assert judged([contest])[1].measured == told


def test_the_page_says_what_is_met_and_what_is_extrapolated() -> None:
    contests = [acls(1000, took(7))]
    written = page.page(contests, judged(contests))
    assert (
        "| at most 6.0 s: 1.5 times the bare script (3.0 s) plus an empty play (1.0 s) | 7.0 s | **not met** |"
        in written
    )
    assert "| 1,000 | 20 ms | loop of uri | 600.0* | 200.0* | 1,003* | 1 | 100 MB |" in written
    assert "| 1,000 | 20 ms | **aem_estate** | 7.0 | 2.3 | 1,003 | 1 | 100 MB |" in written
    assert f"| 1,000 | 20 ms | {WIDE_ESTATE} | 4.0 | 4.0 | 1,003 | 1 | 100 MB |" in written
