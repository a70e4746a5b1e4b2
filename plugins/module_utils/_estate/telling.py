# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the run of an estate tells: status, counts, changes as data, and the plan as text.

All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from .._core.errors import AemError, ManyFailed, Refused
from .._core.plan import CREATE, DELETE, RUN, UPDATE, Result
from . import digest, text
from .item import BLOCKED, DONE, FAILED, OBSERVED, PLANNED, SKIPPED, Item
from .order import in_order
from .site import ServerPlan

IN_SYNC, CHANGES, APPLIED, WAITS, REFUSED = "in_sync", "changes", "applied", "blocked", "refused"


def result(
    plans: Sequence[ServerPlan], identity: str, address: str, check_mode: bool, refused: Refused | None
) -> Result:
    """The result of a run: planned only, refused, or carried out."""
    items = [item for plan in plans for item in in_order(plan.items)]
    summary = _summary(plans, items)
    done = [] if refused else [item for item in items if item.made_a_change]
    values = {
        "status": _status(items, check_mode, refused),
        "plan_id": identity,
        "plan": _text(plans, identity, address, summary, applied=not check_mode and not refused),
        "changes": [item.told() for item in items],
        "summary": summary,
        "unmanaged": [key._asdict() for plan in plans for key in sorted(plan.unmanaged)],
    }
    return Result(values, bool(done), _diff(done), _warnings(plans, items), refused or _error(items))


def _status(items: Sequence[Item], check_mode: bool, refused: Refused | None) -> str:
    found = {item.status for item in items}
    if refused:
        return REFUSED
    if FAILED in found:
        return FAILED
    if found & {BLOCKED, SKIPPED}:
        return WAITS
    if any(item.made_a_change for item in items):
        return CHANGES if check_mode else APPLIED
    return IN_SYNC


def _summary(plans: Sequence[ServerPlan], items: Sequence[Item]) -> dict[str, int]:
    actions = Counter(item.action for item in items if item.status in (PLANNED, DONE))
    statuses = Counter(item.status for item in items)
    return {
        **{action: actions[action] for action in (CREATE, UPDATE, DELETE, RUN)},
        **{status: statuses[status] for status in (BLOCKED, OBSERVED, FAILED, SKIPPED)},
        "unchanged": sum(plan.unchanged for plan in plans),
        "not_compared": sum(sum(plan.not_compared.values()) for plan in plans),
        "left_alone": sum(sum(plan.left_alone.values()) for plan in plans),
        "not_taken": sum(len(settings) for plan in plans for settings in plan.untaken.values()),
    }


def _text(
    plans: Sequence[ServerPlan], identity: str, address: str, summary: dict[str, int], applied: bool
) -> list[str]:
    """The plan as lines."""
    short = digest.short(identity)
    items = [item for plan in plans for item in plan.items]
    lines = [f"Plan {short}  {address}", *text.not_running(items)]
    for plan in plans:
        for server, found in groupby(in_order(plan.items), key=lambda item: item.key.server):
            lines += ["", *text.server_lines(server, list(found), plan.is_observed)]
    stops = Counter(item.action for item in items if item.stops and item.status in (PLANNED, DONE))
    counts = [sum((plan.not_compared for plan in plans), Counter())]
    counts += [
        sum((plan.not_covered for plan in plans), Counter()),
        sum((plan.left_alone for plan in plans), Counter()),
    ]
    untaken = {key: settings for plan in plans for key, settings in plan.untaken.items()}
    remains = " ".join(filter(None, (text.remains(*counts), text.untaken(untaken))))
    return [*lines, "", *([remains] if remains else []), text.counts_line(short, summary, stops, applied)]


def _diff(items: Sequence[Item]) -> list[dict[str, Any]]:
    """The changes as Ansible shows them, one by one."""
    shown = []
    for item in items:
        if item.change:
            label = f"{text.label(item)} of server {item.key.server}"
            told = item.told()
            sides = {side: "" if told[side] is None else told[side] for side in ("before", "after")}
            shown.append({"before_header": label, "after_header": label, **sides})
    return shown


def _warnings(plans: Sequence[ServerPlan], items: Sequence[Item]) -> list[str]:
    told = [warning for plan in plans for warning in plan.warnings]
    told += [warning for item in items for warning in item.warnings]
    waiting = sum(item.status == BLOCKED for item in items)
    if waiting:
        verb = "waits" if waiting == 1 else "wait"
        told.append(f"{text.counted(waiting, 'line')} of the plan {verb} for a person: see what is blocked.")
    return list(dict.fromkeys(told))


def _error(items: Sequence[Item]) -> AemError | None:
    errors = [item.error for item in items if item.error]
    return ManyFailed(errors, len(items)) if len(errors) > 1 else errors[0] if errors else None
