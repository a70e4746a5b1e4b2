# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of one server, as the planner of endpoints plans them.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from .._client.normalise import Plain
from .._core.concurrent import side_by_side
from .._core.errors import AemError, Refused
from .._core.plan import CREATE, DELETE, UPDATE, Applied, Change, Plan
from .._definition.paths import tokens_of
from .._definition.tree import merge, value_at
from .._resource import connection_test, endpoint
from .._resource import endpoint_settings as settings
from . import not_taken, order, rename, site
from .item import ENDPOINT, PLANNED, TASK, Item, Key
from .model import EndpointWish
from .rules import ENDPOINTS
from .secrecy import unevaluated
from .site import Site, is_forbidden
from .wording import changes_told

# A failover gives endpoint X the settings of X__Name (guide, appendix A).
_CONFIGURATION = "__"
_PAIR = 2


def plan_present(here: Site) -> None:
    """Plan the endpoints that are to be there."""
    for wish in here.wish.endpoints or ():
        if here.rules.ignores(ENDPOINTS, f"{here.name}/{wish.name}"):
            here.plan.left_alone[ENDPOINT] += 1
        elif not wish.absent:
            here.add(here.key(ENDPOINT, wish.name), site.ENDPOINTS, partial(_present, here, wish))


def plan_absent(here: Site) -> None:
    """Plan the endpoints that are to go. They go last, when neither a task nor another endpoint names them any more."""
    for wish in _users_first(here):
        if here.rules.ignores(ENDPOINTS, f"{here.name}/{wish.name}"):
            continue
        if wish.absent:
            here.add(here.key(ENDPOINT, wish.name), site.DELETE_ENDPOINTS, partial(deletion, here, wish.name), DELETE)
        elif wish.renamed_from and rename.is_left(here, ENDPOINT, wish):
            here.add(here.key(ENDPOINT, wish.renamed_from), site.DELETE_ENDPOINTS, partial(_former, here, wish), DELETE)


def _users_first(here: Site) -> list[EndpointWish]:
    """The endpoints of the wish, those first that name others, as far as that can be read."""
    going = [wish for wish in here.wish.endpoints or () if wish.absent or wish.renamed_from]
    wishes = {wish.name if wish.absent else str(wish.renamed_from): wish for wish in going}
    if len(wishes) < _PAIR:
        return going
    with suppress(AemError):
        return [wishes[name] for name in order.users_first(wishes, here.reader.repository().endpoints_using)]
    return list(wishes.values())


def deletion(here: Site, name: str, needs: tuple[Key, ...] = ()) -> Item | None:
    """As ``removal``, for an endpoint that is not there any more for whatever is planned after it."""
    item = removal(here, name, needs)
    if item:
        here.forbid_protected(ENDPOINTS, item)
        here.endpoints_after[name.casefold()] = None
    return item


def removal(here: Site, name: str, needs: tuple[Key, ...] = ()) -> Item | None:
    """The item that deletes an endpoint, None where it is not there. Raise Refused where it is still named."""
    repository = here.reader.repository()
    current = repository.endpoint(name)
    if current is None:
        return None
    freed_by = [here.key(TASK, task) for task in repository.tasks_using(name)]
    freed_by += [here.key(ENDPOINT, user) for user in repository.endpoints_using(current["name"]) if user != name]
    options = {"server": here.name, "name": current["name"], "state": "absent"}
    planned = endpoint.compare(here.api, options, here.repository_after())
    key = here.key(ENDPOINT, name)
    item = here.made_of(key, site.DELETE_ENDPOINTS, planned, needs=(*needs, *freed_by), touched=_touched(current))
    if item:
        item.guard = partial(_is_untouched, here, current)
    return item


def _former(here: Site, wish: EndpointWish) -> Item | None:
    """The item that deletes an endpoint under its former name, once the new one is there."""
    wrong = rename.both_differ(here, ENDPOINT, wish)
    if wrong:
        raise Refused(wrong)
    item = deletion(here, wish.renamed_from or "", (here.key(ENDPOINT, wish.name),))
    new = here.item(here.key(ENDPOINT, wish.name))
    if item and here.reader.repository().endpoint(wish.name) is None and (new is None or new.status != PLANNED):
        here.endpoints_after.pop(item.key.name.casefold(), None)
        return item.block(f"needs endpoint {wish.name}, which is not there and is not made")
    if item:
        item.notes.append(f"is called {wish.name} now")
    return item


def _present(here: Site, wish: EndpointWish) -> Item | None:
    repository = here.reader.repository()
    current = repository.endpoint(wish.name)
    options = _options(here, wish, current)
    old = None
    if current is None:
        old = rename.suspected_endpoint(here, wish, options)
        options = rename.with_old_settings(here, wish, options)
    followed = _active_configuration(here, wish, options) if current is not None else None
    if followed:
        options["settings"] = followed.settings
    planned = endpoint.compare(here.api, options, repository)._replace(warnings=())
    if current is not None:
        _count_secrets(here, wish, options, current)
    if followed and not planned.changes:
        here.plan.warnings.append(
            f"Endpoint {wish.name} of server {here.name} is left as it is, since it is as its configuration"
            f" {followed.name}."
        )
    item = _item(here, wish, options, planned, current)
    if item and followed:
        item.notes.append(f"goes on to be as its configuration {followed.name}")
    if item and old:
        return rename.waits(here, item, old)
    if item and item.status == PLANNED:
        after = {**(current or {}), "name": wish.name, settings.ROOT: planned.after["settings"]}
        here.endpoints_after[wish.name.casefold()] = after
    return item


def _item(here: Site, wish: EndpointWish, options: Plain, planned: Plan, current: Plain | None) -> Item | None:
    item = here.made_of(here.key(ENDPOINT, wish.name), site.ENDPOINTS, planned, touched=_touched(current))
    if item is None or item.change is None:
        return item
    if item.action == CREATE:
        item.guard = partial(_is_not_there, here, wish.name)
        item.notes.append(f"{options['role']} {options['type_id']}")
    elif item.action == UPDATE:
        item.guard = partial(_is_as_planned, here, options, item.change)
        item.change = _noting(here, options, item.change)
        users = here.active_ones(here.reader.repository().tasks_using(wish.name))
        if users:
            item.notes.append(f"seen after a restart by: {', '.join(users)}")
    sends = item.action == CREATE or options["update_secrets"] == settings.ALWAYS
    wanted = options.get("settings") or {}
    places = settings.secret_places(wanted, {}, here.reader.repository().sealed)
    if sends and places:
        if item.action == CREATE:
            item.notes.append("secrets: sent")
        item.change = _and_test(here, item.change)
        return item.block_without_value(unevaluated(value_at(wanted, place) for place in places))
    return item


def _options(here: Site, wish: EndpointWish, current: Plain | None) -> dict[str, Any]:
    """The options of an endpoint: without what is ignored, and with secrets sent only where the run names them."""
    full_name = f"{here.name}/{wish.name}"
    asked = full_name in here.rules.send_secrets
    if wish.options.get("update_secrets") == settings.ALWAYS and not asked and current is not None:
        here.plan.warnings.append(
            f"Endpoint {wish.name} of server {here.name}: its secrets are not sent, whatever update_secrets says; name"
            " it in send_secrets."
        )
    options = {**wish.options, "update_secrets": settings.ALWAYS if asked else settings.ON_CREATE}
    for pointer in here.rules.ignored_settings(ENDPOINTS, full_name):
        place = tokens_of(pointer)
        place = place[1:] if place[0] == settings.ROOT else place
        options["settings"] = _without(options.get("settings") or {}, place)
    return options


def _without(tree: Mapping[str, Any], place: tuple[str, ...]) -> dict[str, Any]:
    """A tree without what stands at a place; nothing stays where the place is the tree itself."""
    if not place:
        return {}
    name, rest = place[0], place[1:]
    if not rest:
        return {key: value for key, value in tree.items() if key != name}
    inner = tree.get(name)
    return {**tree, name: _without(inner, rest)} if isinstance(inner, Mapping) else dict(tree)


def _count_secrets(here: Site, wish: EndpointWish, options: Plain, current: Plain) -> None:
    """Count what is not compared; warn of secrets that the server has not and does not get."""
    there = current.get(settings.ROOT) or {}
    wanted = settings.Wish.from_options(options)
    if wanted.send_secrets:
        return
    here.plan.not_compared["secret"] += len(settings.secret_places(wanted.settings, there))
    here.plan.warnings += [
        f"Endpoint {wish.name} of server {here.name} has no {place} yet; name it in send_secrets to have it sent."
        for place in settings.unsent_secrets(wanted, there)
    ]


class _Configuration(NamedTuple):
    """A configuration that an endpoint has taken over, and with it the settings that the endpoint is to have."""

    name: str
    settings: Plain


def _active_configuration(here: Site, wish: EndpointWish, options: Plain) -> _Configuration | None:
    """The declared configuration that an endpoint is as, so after a failover; None where it is as declared, or as none.

    A configuration is what is declared for it, and until that is done what it is on the server: so the endpoint follows
    it, and no change in git undoes a failover.
    """
    repository = here.reader.repository()

    def is_as(wanted: Plain) -> bool:
        compared = {**options, "settings": wanted, "update_secrets": settings.ON_CREATE}
        return not endpoint.compare(here.api, compared, repository).changes

    own = settings.Wish.from_options(options).settings
    configurations = _configurations(here, wish)
    if not configurations or is_as(own):
        return None
    visible = settings.without_secrets(own, repository.sealed)
    now = []
    for other in configurations:
        there = (repository.endpoint(other.name) or {}).get(settings.ROOT) or {}
        declared = settings.Wish.from_options(other.options).settings
        if merge(own, _same_places(own, declared)) == own:
            # Declared as the endpoint itself, it is no other state of it.
            continue
        found = _Configuration(other.name, merge(_same_places(visible, there), declared))
        if is_as(found.settings):
            return found
        if is_as(merge(_same_places(visible, there), _same_places(declared, there))):
            now.append(found)
    return now[0] if len(now) == 1 else None


def _configurations(here: Site, wish: EndpointWish) -> list[EndpointWish]:
    """The configurations of an endpoint that the wish declares and the server has."""
    return [
        other
        for other in here.wish.endpoints or ()
        if other.name.startswith(wish.name + _CONFIGURATION)
        and not other.absent
        and here.reader.repository().endpoint(other.name) is not None
    ]


def _same_places(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> Plain:
    """What ``there`` has at the places that ``wanted`` names."""
    return {
        name: _same_places(value, there[name])
        if isinstance(value, Mapping) and isinstance(there[name], Mapping)
        else there[name]
        for name, value in wanted.items()
        if name in there
    }


def _and_test(here: Site, change: Change) -> Change:
    """The change, and then a test of the endpoint: that is what proves secrets that nobody can read."""
    name = change.name

    def apply() -> Applied:
        applied = change.apply()
        (test,) = side_by_side(lambda endpoint_name: here.api.test_endpoint(here.name, endpoint_name), [name], 1)
        if test.error is None and test.value["status"] == connection_test.CONNECTED:
            return applied
        if test.error is not None and is_forbidden(test.error):
            return applied._replace(warnings=[*applied.warnings, f"Endpoint {name} is not tested: {test.error}"])
        failed: AemError = connection_test.EndpointsFailed(here.name, [name], [test])
        failed.left = applied
        raise failed

    return replace(change, apply=apply)


def _noting(here: Site, options: Plain, change: Change) -> Change:
    """The change, and then a look: what the server does not keep of it is noted."""
    compared = {**options, "update_secrets": settings.ON_CREATE}

    def apply() -> Applied:
        applied = change.apply()
        try:
            left = endpoint.compare(here.api, compared, here.now.seen(time.monotonic())).changes
        except AemError as error:
            unseen = f"Endpoint {change.name} of server {here.name} was changed, but could not be looked at: {error}"
            return applied._replace(warnings=[*applied.warnings, unseen])
        before, after = (left[0].before, left[0].after) if left else ({}, {})
        warnings = not_taken.remember(here.api, here.key(ENDPOINT, change.name), before or {}, after or {})
        if left and not warnings:
            places = ", ".join(changes_told(before, after))
            kept = f"Server {here.name} has not taken settings of its endpoint {change.name} ({places})."
            warnings = [f"{kept} {not_taken.REMEMBERED}."]
        return applied._replace(warnings=[*applied.warnings, *warnings])

    return replace(change, apply=apply)


def _is_not_there(here: Site, name: str) -> bool:
    return all(item["name"].casefold() != name.casefold() for item in here.api.get_endpoint_list(here.name))


def _is_as_planned(here: Site, options: Plain, planned: Change) -> bool:
    """Whether the endpoint is still one that needs just the change that was planned."""
    changes = endpoint.compare(here.api, options, here.now.recent()).changes
    return [(change.before, change.after) for change in changes] == [(planned.before, planned.after)]


def _is_untouched(here: Site, planned_on: Plain) -> bool:
    """Whether an endpoint that is to be deleted is as it was planned on; one that is gone is deleted."""
    there = here.now.recent().endpoint(planned_on["name"])
    return there is None or _touched(there) == _touched(planned_on)


def _touched(current: Plain | None) -> Plain | None:
    return endpoint.shown(current, ()) if current else None
