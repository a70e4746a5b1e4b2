# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a plan may be carried out at all. Where not, nothing is done.

All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .._core.errors import Refused
from . import digest, prune
from .item import ACL, ENDPOINT, LICENSE, PLANNED, RUN_STATE, SERVER, TABLES, TASK, Key
from .model import ServerWish
from .rules import Rules
from .site import ServerPlan


def refusal(
    plans: Sequence[ServerPlan], wishes: Sequence[ServerWish], rules: Rules, identity: str, expect: str | None
) -> Refused | None:
    """Why nothing of the plans is done; None where they may be carried out."""
    reasons = [*_protected(plans), *_half_read(plans, rules)]
    reasons += [reason for plan in plans for reason in prune.check_limits(plan, rules)]
    planned = [item.key for plan in plans for item in plan.items if item.status == PLANNED]
    if expect and planned and not digest.is_same(expect, identity):
        reasons.append(_other_plan(expect, identity, planned, wishes))
    return Refused(f"Nothing was changed: {'; '.join(reasons)}.") if reasons else None


def _protected(plans: Iterable[ServerPlan]) -> Iterator[str]:
    named = [_told(item.key) for plan in plans for item in plan.forbidden]
    if named:
        yield f"protected, and never deleted: {', '.join(named)}"


def _half_read(plans: Iterable[ServerPlan], rules: Rules) -> Iterator[str]:
    unread = [f"{plan.server}: {error.message}" for plan in plans for error in plan.unread]
    if unread and rules.prune:
        yield f"prune deletes nothing of an estate that could not be read as a whole ({' '.join(unread)})"


def _other_plan(expect: str, identity: str, planned: Sequence[Key], wishes: Sequence[ServerWish]) -> str:
    """What is wrong with a plan that is not the approved one: what came, what went, what is another change."""
    told = f"the plan is {digest.short(identity)} now, and {digest.short(expect)} was expected"
    moved = digest.moved(expect, identity, planned, _all_keys(wishes))
    if moved is None:
        return f"{told}. It has {len(planned)} changes now: {_few(planned)}"
    parts = [
        f"{_few(keys)} {words}"
        for keys, words in (
            (moved.came, "came"),
            (moved.went, "went"),
            (moved.other, "is another change now" if len(moved.other) == 1 else "are other changes now"),
        )
        if keys
    ]
    if moved.unknown:
        parts.append(f"{moved.unknown} went that nothing is known of any more")
    nothing_moved = "its changes are the same; the address, the names of the servers, prune or send_secrets is another"
    return f"{told}: {', '.join(parts) or nothing_moved}"


def _all_keys(wishes: Iterable[ServerWish]) -> Iterator[Key]:
    """Everything that the plan of a wish can be about."""
    for wish in wishes:
        for kind in (SERVER, LICENSE, ACL):
            yield Key(kind, wish.name, wish.name)
        for endpoint in wish.endpoints or ():
            yield Key(ENDPOINT, wish.name, endpoint.name)
        for task in wish.tasks or ():
            for kind in (TASK, TABLES, RUN_STATE):
                yield Key(kind, wish.name, task.name)


def _told(key: Key) -> str:
    return f"{key.kind} {key.name}" if key.name == key.server else f"{key.kind} {key.name} of server {key.server}"


def _few(keys: Sequence[Key], most: int = 10) -> str:
    more = len(keys) - most
    return ", ".join(map(_told, keys[:most])) + (f" and {more} more" if more > 0 else "")
