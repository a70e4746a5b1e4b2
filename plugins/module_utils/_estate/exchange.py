# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server under another name: removed and added again, since host and port are unique (guide 2.9).

Its tasks and endpoints are its own and stay. Its ACL goes with the old name and is put again under the new one; what
Enterprise Manager remembers of it, such as its messages, is lost.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from .._client.normalise import Plain
from .._core.errors import AemError, Refused
from .._core.plan import DELETE, UPDATE, Applied, Change
from .._resource import acl, server
from . import item as kinds
from . import site
from .item import Item, Key
from .rules import SERVERS
from .site import Site


def plan(here: Site) -> Item:
    """The item that gives a server its new name. ``here`` reads it under the old one.

    Raise Refused where its password is not given: without it the server could not be added again.
    """
    old, options = here.reader.name, here.wish.options
    current, _session = here.reader.server()
    if current is None or not options.get("password"):
        raise Refused(f"to rename server {old}, which removes it and adds it again, its password is needed; give it")
    made: Plain = {**current, **server.given(options), "name": here.name, "password": options["password"]}
    server.check({**options, "name": here.name})
    before, after = server.shown(current), server.shown(made)
    exchange = _Exchange(here, old, {**current, "password": options["password"]}, made, here.reader.acl())
    item = Item(here.key(kinds.SERVER), UPDATE, site.SERVER)
    item.change = Change(server.KIND, here.name, UPDATE, before, after, exchange.apply)
    item.guard = exchange.is_as_planned
    item.touched = [before, exchange.acl]
    item.notes.append(f"removes {old} and adds it again: its ACL, tasks and endpoints stay, its messages are lost")
    if old in here.rules.protected[SERVERS]:
        here.plan.forbidden.append(Item(Key(kinds.SERVER, old, old), DELETE, site.SERVER))
    return item


class _Exchange:
    """Removing a server and adding it again under another name; where that fails, under its old one."""

    def __init__(self, here: Site, old: str, as_it_was: Plain, made: Plain, explicit: Plain | None) -> None:
        self.acl = explicit
        self._api, self._old, self._new = here.api, old, here.name
        self._as_it_was, self._made = as_it_was, made

    def is_as_planned(self) -> bool:
        """Whether the server and its ACL are what the plan was made on."""
        there = server.read(self._api, self._old)
        if there is None or server.shown(there) != server.shown(self._as_it_was):
            return False
        return acl.read(self._api, self._old) == self.acl

    def apply(self) -> Applied:
        """Remove, add, give it its ACL."""
        self._api.delete_server(self._old)
        try:
            self._add(self._new, self._made)
        except AemError as error:
            error.left = Applied()
            self._put_back(error)
            raise
        return Applied()

    def _add(self, name: str, properties: Plain) -> None:
        self._api.put_server(name, properties)
        if self.acl is not None:
            self._api.put_server_acl(name, self.acl)

    def _put_back(self, error: AemError) -> None:
        try:
            self._add(self._old, self._as_it_was)
        except AemError as again:
            error.message += f" Server {self._old} is removed and could not be added again: {again.message}"
        else:
            error.message += f" Server {self._old} was added again under its old name."
            error.left = Applied(changed=False)
