# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All servers: each is read and planned by itself, side by side, and none waits for another.

What was read of a server is dropped as soon as it is planned, but for what its changes need.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import COMPOSE
from .._core.concurrent import side_by_side
from .._core.errors import AemError
from .._core.plan import CREATE, DELETE, UPDATE
from .._resource import server
from . import item as kinds
from . import order, plan, prune, site
from .item import BLOCKED, FAILED, OBSERVED, PLANNED, Item, Key
from .model import ServerWish
from .read import Reader
from .rules import SERVERS, Rules
from .site import ServerPlan

# The plan of servers that the wish does not have is of no single server.
ELSEWHERE = ""


def plan_all(api: Api, wishes: Sequence[ServerWish], rules: Rules) -> list[ServerPlan]:
    """The plan of each server of the wish, and at the end that of all others."""
    api.login()
    listed = {str(item["name"]).casefold(): item for item in api.get_server_list()}
    elsewhere = ServerPlan(ELSEWHERE)
    managed = []
    for wish in wishes:
        if rules.ignores(SERVERS, wish.name):
            elsewhere.left_alone[kinds.SERVER] += 1
        else:
            managed.append(wish)
    others = _unmanaged(listed, wishes)

    def planned(wish: ServerWish) -> ServerPlan:
        found = _planned(api, wish, rules, listed, others)
        return _observed(found) if wish.name in rules.observe else found

    plans = [
        outcome.value or _failed(wish, outcome.error)
        for wish, outcome in zip(managed, side_by_side(planned, managed, api.session.connection.concurrency))
    ]
    _wait_for_places(plans, managed, listed)
    _refuse_taken_places(plans, managed, listed)
    elsewhere.there[SERVERS] = len(listed)
    elsewhere.seen[SERVERS] = [str(item["name"]) for item in listed.values()]
    prune.plan_servers(api, rules, [str(item["name"]) for item in others.values()], elsewhere)
    return [*plans, elsewhere]


def _unmanaged(listed: Mapping[str, Plain], wishes: Sequence[ServerWish]) -> dict[str, Plain]:
    """The servers that the wish is not about, by their names in lower case."""
    managed = {wish.name.casefold() for wish in wishes}
    managed.update(wish.renamed_from.casefold() for wish in wishes if wish.renamed_from)
    return {name: item for name, item in listed.items() if name not in managed}


def _planned(
    api: Api, wish: ServerWish, rules: Rules, listed: Mapping[str, Plain], others: Mapping[str, Plain]
) -> ServerPlan:
    name, old = wish.name.casefold(), (wish.renamed_from or "").casefold()
    if name in listed or wish.absent:
        return plan.plan_server(api, wish, rules, _reader(api, wish.name, listed.get(name)))
    if old in listed:
        return plan.plan_server(api, wish, rules, _reader(api, str(listed[old]["name"]), listed[old]))
    same = next((item for item in others.values() if _is_at(item, wish)), None)
    if same is None:
        return plan.plan_server(api, wish, rules, Reader(api, wish.name, exists=False))
    item = Item(Key(kinds.SERVER, wish.name, wish.name), UPDATE, site.SERVER, suspected=True)
    item.block(
        f"{same['name']}, which git does not have, is at the same host and port. A rename? Say renamed_from:"
        f" {same['name']}, or declare {same['name']} with state: absent"
    )
    return ServerPlan(wish.name, [item])


def _reader(api: Api, name: str, there: Plain | None) -> Reader:
    """What reads a server that GetServerList has, or has not."""
    return Reader(api, name, there is not None, there is None or there["type"] != COMPOSE)


def _wait_for_places(plans: Sequence[ServerPlan], wishes: Sequence[ServerWish], listed: Mapping[str, Plain]) -> None:
    """Let a new server come after the deletion of one at its host and port; the wishes go with the plans."""
    going = [(wish, listed[wish.name.casefold()]) for wish in wishes if wish.absent and wish.name.casefold() in listed]
    if not going:
        return
    deleted = {item.key for found in plans for item in found.items if item.action == DELETE and item.status == PLANNED}
    for found, wish in zip(plans, wishes):
        old = next((gone.name for gone, there in going if not wish.absent and _is_at(there, wish)), None)
        item = _moved(found)
        if old is not None and item is not None:
            _come_after(found, item, Key(kinds.SERVER, old, old), deleted)


def _come_after(found: ServerPlan, made: Item, old: Key, deleted: Collection[Key]) -> None:
    """Let a server be put after the deletion of another one, and wait where that is not deleted."""
    made.needs = (*made.needs, old)
    if old not in deleted:
        _hold(found, made, f"server {old.name} is at the same host and port, and this run does not delete it")


def _refuse_taken_places(
    plans: Sequence[ServerPlan], wishes: Sequence[ServerWish], listed: Mapping[str, Plain]
) -> None:
    """Let a server wait that is to be where another one is, or comes first; the wishes go with the plans.

    One that is to leave its place in this run has it until then.
    """
    going = {wish.name.casefold() for wish in wishes if wish.absent}
    taken = {_place(item): str(item["name"]) for name, item in listed.items() if name not in going}
    for found, wish in zip(plans, wishes):
        item = _moved(found)
        if item is None or item.change is None:
            continue
        owner = taken.setdefault(_place(item.change.after or {}), wish.name)
        if owner.casefold() not in (wish.name.casefold(), (wish.renamed_from or "").casefold()):
            _hold(found, item, f"server {owner} is at the same host and port")


def _moved(found: ServerPlan) -> Item | None:
    """The planned item that puts a server, where it changes host or port."""
    item = next((one for one in found.items if one.key.kind == kinds.SERVER and one.status == PLANNED), None)
    if item is None or item.change is None or item.action not in (CREATE, UPDATE):
        return None
    before, after = item.change.before or {}, item.change.after or {}
    return item if "host" in after and _place(before) != _place(after) else None


def _hold(found: ServerPlan, item: Item, why: str) -> None:
    """Block an item, and what needs it."""
    order.hold_back(found.items, {item.block(why).key: why}, order.is_blocked)


def _place(properties: Mapping[str, Any]) -> tuple[str, str]:
    """Where a server is: host and port, which no other one may have too (guide 2.9)."""
    return str(properties.get("host")).casefold(), str(properties.get("port"))


def _is_at(item: Plain, wish: ServerWish) -> bool:
    """Whether a server of GetServerList is at the host and port that are wished for another."""
    wanted = {"host": wish.options.get("host"), "port": wish.options.get("port") or server.ON_CREATE["port"]}
    return bool(wanted["host"]) and _place(item) == _place(wanted)


def _observed(found: ServerPlan) -> ServerPlan:
    """The plan of a server on which nothing is written, whatever differs."""
    for item in found.items:
        if item.status in (PLANNED, BLOCKED):
            item.status = OBSERVED
    found.pruned, found.forbidden, found.is_observed = [], [], True
    return found


def _failed(wish: ServerWish, error: AemError | None) -> ServerPlan:
    """The plan of a server of which not even a plan could be made."""
    if error is None:
        raise AssertionError("A plan that could not be made has its reason.")
    key = Key(kinds.SERVER, wish.name, wish.name)
    item = Item(key, UPDATE, site.SERVER, status=FAILED, reason=error.message, error=error)
    return ServerPlan(wish.name, [item], unread=[error])
