# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done on one server, planned by the planners of the single modules on what was read once.

Nothing is compared here: a planner answers the change, this makes an item of it, with its place in the order, what it
needs and how to see whether what it replaces has moved. Nothing is written.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._core.concurrent import wait_until
from .._core.errors import AemError
from .._core.plan import CREATE, DELETE, Applied, Change
from .._definition.paths import tokens_of
from .._resource import acl, server
from .._resource import license as licenses
from .._resource.server_choice import MONITORED
from . import exchange, plan_endpoints, plan_references, plan_tasks, prune, site
from . import item as kinds
from .item import Item
from .model import ServerWish
from .read import Reader
from .rules import SERVERS, Rules
from .secrecy import unevaluated
from .site import ServerPlan, Site

# Of a server that is only named, only what is on it is managed.
_OWN_OPTIONS = frozenset({*server.PROPERTIES, "password", "state"})
_SECONDS_TO_CONNECT = 30


def plan_server(api: Api, wish: ServerWish, rules: Rules, reader: Reader) -> ServerPlan:
    """The plan of one server that is not ignored."""
    here = Site(api, wish, reader, rules, ServerPlan(wish.name))
    if wish.absent:
        here.add(here.key(kinds.SERVER), site.DELETE_SERVER, lambda: _server(here), DELETE)
    else:
        _plan_present(here)
    here.plan.unread = list(reader.failures.values())
    here.plan.seen = reader.seen()
    if reader.has_read("definitions"):
        here.plan.not_covered.update(reader.repository().not_covered)
    return here.plan


def _plan_present(here: Site) -> None:
    wish, key = here.wish, here.key(kinds.SERVER)
    is_renamed = here.reader.name.casefold() != here.name.casefold()
    if is_renamed:
        made = here.add(key, site.SERVER, lambda: exchange.plan(here))
    elif not here.reader.exists or wish.given & _OWN_OPTIONS:
        made = here.add(key, site.SERVER, lambda: _server(here))
    else:
        made = None
    here.new = made is not None and (is_renamed or made.action == CREATE)
    if here.blocks(key) and (here.new or not here.reader.exists):
        # There is nothing to plan on a server that will not be there.
        return
    if wish.acl is not None:
        here.add(here.key(kinds.ACL), site.ACL, lambda: _acl(here, wish.acl or {}))
    if wish.options.get("monitored") is False:
        if wish.license or wish.endpoints or wish.tasks:
            here.plan.warnings.append(f"Server {wish.name} is not to be monitored, so nothing on it is looked at.")
        return
    if wish.license is not None:
        here.add(here.key(kinds.LICENSE), site.LICENSE, lambda: _license(here, wish.license or {}))
    plan_endpoints.plan_present(here)
    plan_tasks.plan_present(here)
    plan_tasks.plan_absent(here)
    plan_endpoints.plan_absent(here)
    prune.plan_unmanaged(here)
    plan_references.plan_order(here)


def _server(here: Site) -> Item | None:
    options, key = _server_options(here), here.key(kinds.SERVER)
    server.check(options)
    current, session = here.reader.server()
    planned = server.compare(here.api, options, current, session)
    before = server.shown(current) if current else None

    def as_planned() -> bool:
        there = server.read(here.api, here.name)
        return (server.shown(there) if there else None) == before

    if options.get("password") and current and options.get("update_password") != "always" and not here.wish.absent:
        here.plan.not_compared["secret"] += 1
    phase = site.DELETE_SERVER if here.wish.absent else site.SERVER
    item = here.made_of(key, phase, planned, guard=as_planned, touched=before)
    if item and item.action == CREATE:
        item.notes.append(f"{options['host']}:{options.get('port') or server.ON_CREATE['port']}, password: sent")
        item.change = _and_connect(here, planned.changes[0])
    if item and item.action != DELETE and (item.action == CREATE or options["update_password"] == "always"):
        item.block_without_value(unevaluated([options.get("password")]))
    if item and item.action == DELETE:
        here.forbid_protected(SERVERS, item)
    return item


def _server_options(here: Site) -> dict[str, Any]:
    """The options of the server: without what is ignored, and with the password sent only where the run names it."""
    options = dict(here.wish.options)
    for pointer in here.rules.ignored_settings(SERVERS, here.name):
        if tokens_of(pointer)[0] in server.PROPERTIES:
            options[tokens_of(pointer)[0]] = None
    asked = here.name in here.rules.send_secrets
    if options.get("update_password") == "always" and not asked and here.reader.exists:
        here.plan.warnings.append(
            f"Server {here.name}: its password is not sent, whatever update_password says; name it in send_secrets."
        )
    options["update_password"] = "always" if asked else "on_create"
    return options


def _and_connect(here: Site, change: Change) -> Change:
    """The change that makes a server, and then waits until Enterprise Manager monitors it, as what is on it needs."""
    if not (here.wish.license or here.wish.endpoints or here.wish.tasks) or here.wish.options.get("monitored") is False:
        return change

    def apply() -> Applied:
        applied = change.apply()
        try:
            details, connected = wait_until(
                lambda: here.api.get_server_details(here.name),
                lambda seen: seen.get("state") == MONITORED,
                _SECONDS_TO_CONNECT,
            )
        except AemError as error:
            error.left = applied
            raise
        if connected:
            return applied
        told = details.get("message") or details.get("state")
        return applied._replace(warnings=[*applied.warnings, f"Server {here.name} is not monitored yet: {told}"])

    return replace(change, apply=apply)


def _acl(here: Site, options: Mapping[str, Any]) -> Item | None:
    acl.check_names(options)
    current, key = here.reader.acl(), here.key(kinds.ACL)
    look = acl.look_at(here.api, here.name)

    def as_planned() -> bool:
        return bool(_comparable(look.anew()) == _comparable(current))

    planned = acl.compare(here.api, options, current, look)
    return here.made_of(key, site.ACL, planned, guard=as_planned, touched=current)


def _comparable(found: Plain | None) -> Any:
    return acl.comparable(found) if found else None


def _license(here: Site, options: Mapping[str, Any]) -> Item | None:
    text = licenses.text_of(options)
    current = here.reader.license()
    force = bool(options.get("force"))
    if licenses.dates_of(text) is None and current.get("state") == licenses.VALID and not force:
        # It would be registered again each time.
        here.plan.not_compared["license without dates"] += 1
        return None
    planned = licenses.compare(here.api, here.name, text, current or None, force)
    touched = licenses.shown(current) if current else None
    item = here.made_of(here.key(kinds.LICENSE), site.LICENSE, planned, touched=touched)
    return item and item.block_without_value(unevaluated([text]))
