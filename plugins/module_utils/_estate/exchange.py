# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server under another name: removed and added again, since host and port are unique (guide 2.9).

Its tasks and endpoints are its own and stay. Its ACL goes with the old name and is put again under the new one; what
Enterprise Manager remembers of it, such as its messages, is lost.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json

from .._client.normalise import Plain
from .._client.vocabulary import ACL_ROLES
from .._core.errors import AemError, Refused, ended, may_have_changed
from .._core.plan import DELETE, UPDATE, Applied, Change, left_changed
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
        """Remove, add, give it its ACL. An error tells under which name the server is then, and if without its ACL."""
        try:
            server.delete(self._api, self._old)
        except AemError as error:
            if left_changed(error):
                self._put_back(error, "may be removed")
            raise
        try:
            self._put(self._new, self._made)
        except AemError as error:
            self._put_back(error, "is removed")
            raise
        try:
            return self._give_acl(self._new)
        except AemError as error:
            error.add(f"Server {self._old} is there as {self._new} now, without its ACL. {self._what_to_do()}")
            error.left = Applied()
            raise

    def _put(self, name: str, properties: Plain) -> None:
        """Add the server under that name. Where nobody knows whether that was done, a look tells."""
        try:
            self._api.put_server(name, properties)
        except AemError as error:
            if not may_have_changed(error) or not self._is_there(name, error):
                raise

    def _is_there(self, name: str, error: AemError) -> bool:
        """Whether the server is there after ``error``, which tells where that cannot be seen."""
        try:
            return server.read(self._api, name) is not None
        except AemError as blind:
            error.add(f"Whether server {name} is there could not be seen: {ended(blind.message)}")
            return False

    def _give_acl(self, name: str) -> Applied:
        done = Applied() if self.acl is None else acl.put(self._api, name, self.acl)
        return Applied(warnings=done.warnings)

    def _put_back(self, error: AemError, gone: str) -> None:
        """Have the server under its old name after all; ``error`` tells what became of it, ``gone`` what it is else."""
        error.left = Applied()
        try:
            self._put(self._old, self._as_it_was)
        except AemError as again:
            told = f"Server {self._old} {gone} and could not be added again: {ended(again.message)}"
            error.add(f"{told} {self._what_to_do()}")
            return
        try:
            self._give_acl(self._old)
        except AemError as again:
            told = f"Server {self._old} was added again under its old name, without its ACL: {ended(again.message)}"
            error.add(f"{told} {self._what_to_do()}")
            return
        error.add(f"Server {self._old} was added again under its old name.")
        error.left = Applied(changed=False)

    def _what_to_do(self) -> str:
        """What is to be done by hand: with the server its ACL is gone, and only this run knows it."""
        if self.acl is None:
            return "Run again."
        members = {role: self.acl[role] for role in ACL_ROLES if any(self.acl[role].values())}
        wish = {**members, "disable_inheritance": self.acl["disable_inheritance"]}
        return f"Give this as its acl, and run again: {json.dumps(wish, ensure_ascii=False)}"
