# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One line of a plan: a change, or what stands in its way, and what became of it.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .._core.errors import AemError
from .._core.plan import UPDATE, Change
from .wording import changes_told

PLANNED = "planned"
DONE = "done"
BLOCKED = "blocked"
OBSERVED = "observed"
FAILED = "failed"
SKIPPED = "skipped"

SERVER = "server"
LICENSE = "license"
ACL = "acl"
ENDPOINT = "endpoint"
TASK = "task"
TABLES = "tables"
RUN_STATE = "run_state"


class Key(NamedTuple):
    """What an item is about. The name is that of the server where it is about the server itself."""

    kind: str
    server: str
    name: str


@dataclass
class Item:
    """A change of one thing, with ``status`` and ``reason`` as the result tells them.

    ``phase`` orders the items of a server: those of one phase may be worked on side by side, those of the next come
    after them. ``needs`` come before the item, and must not have failed; so does what is in ``after``, whatever becomes
    of it. ``stops`` says that a running task is stopped, ``suspected`` that the item is blocked since it looks like a
    rename.
    ``guard`` looks again, just before a whole state is replaced, and answers whether that is as it was planned on.
    ``touched`` is what is there now, plain data, for the plan's id. ``notes`` are for the plan's line. ``changed`` says
    whether applying it has changed anything, also where it failed in the end.
    """

    key: Key
    action: str
    phase: int
    change: Change | None = None
    status: str = PLANNED
    reason: str = ""
    stops: bool = False
    suspected: bool = False
    needs: tuple[Key, ...] = ()
    after: tuple[Key, ...] = ()
    guard: Callable[[], bool] | None = None
    touched: Any = None
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float | None = None
    changed: bool = False
    error: AemError | None = None

    def __post_init__(self) -> None:
        change = self.change
        if change is not None and self.action == UPDATE and not changes_told(change.before, change.after):
            raise AssertionError(f"The plan would update {self.key} without a setting that differs.")

    @property
    def made_a_change(self) -> bool:
        """Whether something was changed or, in check mode, would be."""
        return self.changed or self.status == PLANNED

    def block(self, reason: str) -> Item:
        """The item, which waits for a person now."""
        self.status, self.reason = BLOCKED, reason
        return self

    def block_without_value(self, reference: str | None) -> Item:
        """The item, which waits for a person if what it would send is a ``reference`` that was not evaluated."""
        return self.block(f"its secret is {reference}, a variable that was not evaluated") if reference else self

    def told(self) -> dict[str, Any]:
        """The item as the result has it."""
        change = self.change
        return {
            "kind": self.key.kind,
            "server": self.key.server,
            "name": self.key.name,
            "action": self.action,
            "status": self.status,
            "reason": self.reason,
            "before": dict(change.before) if change and change.before is not None else None,
            "after": dict(change.after) if change and change.after is not None else None,
            "stops": self.stops,
            "seconds": None if self.seconds is None else round(self.seconds, 1),
        }
