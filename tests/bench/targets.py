# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is promised of estates, and whether a run has met it. All functions are pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from .arena import Measured
from .contests import (
    ACLS,
    CHANGES,
    EMPTY,
    ESTATE,
    FLOOR,
    LARGE,
    LOOP,
    OF_JSON,
    READING,
    SERVERS,
    URI,
    WIDE,
    WIDE_ESTATE,
    Contest,
)


@dataclass(frozen=True)
class Judged:
    """A promise: what it is about, the limit, what was measured, and whether that keeps to it."""

    what: str
    limit: str
    measured: str
    met: bool


def judged(contests: Sequence[Contest]) -> list[Judged]:
    """The promises that these contests can tell of."""
    return [found for contest in contests for found in JUDGES.get(contest.kind, _nothing)(contest, contests)]


def _nothing(_contest: Contest, _contests: Sequence[Contest]) -> Iterator[Judged]:
    yield from ()


def _acls(contest: Contest, contests: Sequence[Contest]) -> Iterator[Judged]:
    if (contest.size.servers, contest.latency) != (1000, 20):
        return
    empty, floor, ours, uri = (contest.took[name] for name in (EMPTY, FLOOR, ESTATE, URI))
    what = "1,000 ACLs, nothing to change, 20 ms"
    limit = 1.5 * (floor.seconds + empty.seconds)
    yield _most(
        what,
        ours.seconds,
        limit,
        "s",
        f"1.5 times the bare script ({floor.seconds:.1f} s) plus an empty play ({empty.seconds:.1f} s)",
    )
    for name, told in ((ESTATE, ""), (WIDE_ESTATE, f", with aem_concurrency: {WIDE}")):
        times = uri.seconds / contest.took[name].seconds
        limit = f"100 times faster than the loop of uri (extrapolated){told}"
        yield Judged(what, limit, f"{times:.0f} times", times >= 100)
    yield _most(f"{what}: memory of the largest process", ours.memory, 200, "MB")
    yield _once(f"{what}: logins", ours)
    hundred = _other(contests, ACLS, 100, contest.latency)
    if hundred:
        growth = ours.seconds / hundred.took[ESTATE].seconds
        yield _most("1,000 ACLs against 100, nothing to change, 20 ms", growth, 11, "times")


def _changes(contest: Contest, _contests: Sequence[Contest]) -> Iterator[Judged]:
    if (contest.size.servers, contest.latency) == (1000, 20):
        floor, ours = contest.took[FLOOR], contest.took[ESTATE]
        told = f"2 times the bare script that makes the same requests ({floor.seconds:.1f} s)"
        yield _most("1,000 ACLs, all of them to change, 20 ms", ours.seconds, 2 * floor.seconds, "s", told)


def _large(contest: Contest, _contests: Sequence[Contest]) -> Iterator[Judged]:
    floor, ours, of_json, reading = (contest.took[name] for name in (FLOOR, ESTATE, OF_JSON, READING))
    what = f"200 servers of 50 tasks, nothing to change, {contest.latency} ms"
    yield _most(f"{what}: requests", ours.requests, 1200, "")
    told = f"2 times the bare script that reads and parses the same ({floor.seconds:.1f} s)"
    found = _most(what, ours.seconds, 2 * floor.seconds, "s", told)
    told = f"{reading.seconds:.1f} s of it until Ansible has read the estate; {of_json.seconds:.1f} s with it in JSON"
    yield replace(found, measured=f"{found.measured}, {told}")


def _servers(contest: Contest, _contests: Sequence[Contest]) -> Iterator[Judged]:
    floor, ours = contest.took[FLOOR], contest.took[LOOP]
    what = f"A loop of 100 aem_server, nothing to change, {contest.latency} ms"
    yield _once(f"{what}: logins", ours)
    told = f"2 times the bare script that reads one after the other ({floor.seconds:.1f} s), plus 1.5 s"
    yield _most(what, ours.seconds, 2 * floor.seconds + 1.5, "s", told)


def _other(contests: Sequence[Contest], kind: str, servers: int, latency: int) -> Contest | None:
    wanted = (kind, servers, latency)
    return next((item for item in contests if (item.kind, item.size.servers, item.latency) == wanted), None)


def _once(what: str, took: Measured) -> Judged:
    return Judged(what, "1", str(took.logins), took.logins == 1)


def _most(what: str, value: float, limit: float, unit: str, of: str = "") -> Judged:
    """A promise that a value is at most so much; ``of`` tells what the limit comes from."""
    told = [f"{number:,.1f} {unit}" if unit in ("s", "times") else f"{number:,.0f} {unit}" for number in (value, limit)]
    measured, most = (words.strip() for words in told)
    return Judged(what, f"at most {most}" + (f": {of}" if of else ""), measured, value <= limit)


JUDGES: dict[str, Callable[[Contest, Sequence[Contest]], Iterator[Judged]]] = {
    ACLS: _acls,
    CHANGES: _changes,
    LARGE: _large,
    SERVERS: _servers,
}
