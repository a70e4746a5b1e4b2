# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules whose names mean nothing: a slip of the pen protects nothing and observes nothing, and nobody would notice.

Only what the plan has read anyway is looked at, so of a server that was not read nothing is said. All functions are
pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._core.select import is_pattern
from .model import ServerWish
from .rules import ENDPOINTS, KINDS, SERVERS, TASKS, Globs
from .site import ServerPlan

# In place of a name that is not known.
ANY = "*"


def warnings(options: Mapping[str, Any], wishes: Sequence[ServerWish], plans: Sequence[ServerPlan]) -> list[str]:
    """A warning of each name and pattern in the rules of ``options`` that means nothing that is there or is wished."""
    known = _Known(options.get("known_servers") or (), wishes, plans)
    return [*_sent_to_nothing(options.get("send_secrets") or (), wishes), *_idle(options, known)]


class _Known:
    """The names that rules may mean."""

    def __init__(self, others: Iterable[str], wishes: Sequence[ServerWish], plans: Sequence[ServerPlan]) -> None:
        self._others = set(others)
        self._names: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self._read: dict[str, set[str]] = {ENDPOINTS: set(), TASKS: set()}
        self._names[SERVERS].update(map(str.casefold, self._others))
        for wish in wishes:
            self._add(SERVERS, [wish.name, wish.renamed_from or wish.name])
            self._add(ENDPOINTS, [f"{wish.name}/{name}" for name in _endpoints_of(wish)])
            self._add(TASKS, [f"{wish.name}/{task.name}" for task in wish.tasks or ()])
        for plan in plans:
            for kind, names in plan.seen.items():
                self._add(kind, names if kind == SERVERS else [f"{plan.server}/{name}" for name in names])
                self._read.setdefault(kind, set()).add(plan.server.casefold())

    def _add(self, kind: str, names: Iterable[str]) -> None:
        self._names[kind].update(map(str.casefold, names))

    def has_nothing_called(self, kind: str, pattern: str) -> bool:
        """Whether it is certain that a pattern means nothing."""
        if pattern.casefold() in self._names[kind]:
            return False
        glob = Globs([pattern])
        if any(name in glob for name in self._names[kind]):
            return False
        if kind == SERVERS:
            return ANY not in self._others
        servers = Globs([pattern.partition("/")[0]])
        meant = {name for name in self._names[SERVERS] if name in servers}
        return ANY not in self._others and meant <= self._read[kind]


def _idle(options: Mapping[str, Any], known: _Known) -> Iterator[str]:
    for place, kind, pattern in _patterns(options):
        if pattern != ANY and known.has_nothing_called(kind, pattern):
            yield f"{place}: {pattern!r} names no {kind[:-1]} that is there or in the estate."


def _patterns(options: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The names and patterns in rules, with the place and the kind of what they name."""
    for pattern in options.get("observe") or ():
        yield "observe", SERVERS, pattern
    for kind, patterns in (options.get("protected") or {}).items():
        for pattern in patterns or ():
            yield f"protected.{kind}", kind, pattern
    for number, window in enumerate(options.get("windows") or ()):
        for pattern in window["servers"]:
            yield f"windows[{number}].servers", SERVERS, pattern
    for number, item in enumerate(options.get("ignore") or ()):
        for kind in KINDS:
            # A pattern is for what comes and goes.
            for name in (word for word in item.get(kind) or () if not is_pattern(word)):
                yield f"ignore[{number}].{kind}", kind, name


def _sent_to_nothing(patterns: Sequence[str], wishes: Sequence[ServerWish]) -> list[str]:
    """A warning of each pattern of send_secrets that names nothing: secrets that were to be changed would stay."""
    if not patterns:
        return []
    names = [name for wish in wishes for name in (wish.name, *(f"{wish.name}/{one}" for one in _endpoints_of(wish)))]
    globs = {pattern: Globs([pattern]) for pattern in patterns}
    return [
        f"send_secrets: {pattern!r} names no server of the estate, and no endpoint in it."
        for pattern, glob in globs.items()
        if not any(name in glob for name in names)
    ]


def _endpoints_of(wish: ServerWish) -> list[str]:
    """The endpoints that a wish brings about, in its list and with its tasks."""
    found = [endpoint.name for endpoint in wish.endpoints or ()]
    with_them = (task for task in wish.tasks or () if task.has_definition and task.options.get("with_endpoints"))
    return [*found, *(name for task in with_them for name in task.prepared().definition.endpoint_names)]
