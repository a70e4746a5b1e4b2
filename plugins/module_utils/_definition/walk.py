# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two definitions side by side: what is known of the place where both are being looked at.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import marshal
from collections.abc import Collection
from typing import Any, NamedTuple

from .references import NOTIFICATIONS, NOTIFICATIONS_LIST
from .rules import RULES, Rule
from .secret_names import NONE, Names, is_certain, is_secret_name
from .tree import Plain

MERGED = "merged"
EXACT = "exact"
PARTIAL = "partial"
# The last version of the format that depends on values alone.
_WITHOUT_REFERENCES = 2


class Place(NamedTuple):
    """What is known of the place that is being looked at.

    ``mode`` is one of those above, see :mod:`.compare`. ``hidden`` says that a name on the way is that of a secret,
    which is not shown, and ``left_out`` that it is not compared. In a task only names that leave no doubt are left out:
    a change that is not seen there is not made. ``sealed`` are
    names of which an export has told that they are secrets, see :func:`.secrets.sealed_names`.
    """

    rule: Rule
    mode: str
    hidden: bool = False
    left_out: bool = False
    in_task: bool = False
    sealed: Names = NONE

    def inside(self, name: str) -> Place:
        """The place of what is called ``name`` in the object at this place."""
        in_task = self.in_task or (self.rule is RULES and name == "tasks")
        hidden = is_secret_name(name, self.sealed)
        left_out = hidden and (not in_task or is_certain(name))
        return self._replace(
            rule=self.rule.at(name),
            hidden=self.hidden or hidden,
            left_out=self.left_out or left_out,
            in_task=in_task,
        )

    def thing(self, name: str, mode: str) -> Place:
        """The place of a thing of that name in the list at this place."""
        return Place(self.rule.at(name), mode, in_task=self.in_task, sealed=self.sealed)


TOP = Place(RULES, MERGED)


def alike(wanted: Plain, present: Plain) -> tuple[Plain, Plain]:
    """Two sets of sections with the notifications in one shape: old servers have a list, newer ones an object.

    Where both have one shape, they are returned as they are.
    """
    both = wanted.get(NOTIFICATIONS), present.get(NOTIFICATIONS)
    if {type(value) for value in both} != {list, dict}:
        return wanted, present
    one, other = ({NOTIFICATIONS_LIST: value} if isinstance(value, list) else value for value in both)
    return {**wanted, NOTIFICATIONS: one}, {**present, NOTIFICATIONS: other}


def or_nothing(value: Any) -> Any:
    """``value``, or None for an empty object or list."""
    return None if isinstance(value, (dict, list)) and not value else value


def both_are(kind: type, one: Any, other: Any) -> bool:
    """Whether both are of a kind, where nothing stands for an empty one."""
    return (isinstance(one, kind) or one is None) and (isinstance(other, kind) or other is None)


def plainly_the_same(one: Any, other: Any) -> bool:
    """A look that spares most values the long way; of whole trees too, since most of them are the same."""
    if type(one) is not type(other) or one != other:
        return False
    # To Python, true is 1 in a tree as well, so a tree is the same only if it is so byte by byte.
    if not isinstance(one, (dict, list)):
        return True
    written = _bytes(one)
    return written is not None and written == _bytes(other)


def not_plainly_the_same(names: Collection[str], one: Plain, other: Plain) -> list[str]:
    """Those of the ``names`` under which two objects have values that are not plainly the same; None is no value."""
    equal = [name for name in names if one.get(name) == other.get(name)]
    # These are looked at all at once: most objects hold many values, and most of these are the same.
    written = _bytes([one.get(name) for name in equal])
    if written is not None and written == _bytes([other.get(name) for name in equal]):
        same = set(equal)
        return [name for name in names if name not in same]
    return [name for name in names if not plainly_the_same(one.get(name), other.get(name))]


def _bytes(tree: Any) -> bytes | None:
    """A tree in a form in which two can be compared at once; None where it holds more than plain data."""
    try:
        return marshal.dumps(tree, _WITHOUT_REFERENCES)
    except ValueError:
        return None
