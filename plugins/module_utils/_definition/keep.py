# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a comparison leaves out, an import must leave as it is.

An import replaces tasks, endpoints, notifications and jobs whole (guide 2.24, 2.33). So a setting that was not compared
would be overwritten unseen, and a password that the document does not have would be lost. Before a document is sent,
such values are taken from what the server has.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from .document import Definition
from .embedded import alike as alike_texts
from .embedded import closed
from .paths import Identity, Step, covers, identified, identity, patterns, pointer
from .secret_names import NONE
from .secrets import MASK, is_sealed, is_unusable, masked
from .tree import TYPE, Plain
from .walk import EXACT, MERGED, TOP, Place, alike, both_are, or_nothing, plainly_the_same

# In place of a value where there is none at all.
_GONE: Any = object()


class Kept(NamedTuple):
    """A definition as it is to be sent, and pointers to what is not sent as the document says it.

    ``kept`` is what the server has and keeps: what is ignored, and secrets that the document does not have, has masked,
    or has as a server has encrypted them. ``left_out`` are masked secrets of which the server has none. ``foreign`` are
    encrypted secrets of which the server has none either, and such as are masked within other text: they are sent as
    they are, and are good only if it was this server that encrypted them.
    """

    definition: Definition
    kept: list[str]
    left_out: list[str]
    foreign: list[str]


def keep_theirs(wanted: Definition, present: Definition | None, ignore: Iterable[str] = ()) -> Kept:
    """``wanted`` with all that :func:`.compare.differences` leaves out taken from ``present``.

    ``present`` is an export of the server that ``wanted`` is for, None where it has nothing. ``ignore`` is as for
    ``differences``; as there, it counts in what is there, not in a task or an endpoint that is new.
    What the server keeps without anyone's asking (its identifiers, what it fills in by itself) is taken too, and not
    told. Parts that stay as they are are shared, not copied. Raises DefinitionError for a bad pointer.
    """
    walk = _Walk(patterns(ignore))
    before, theirs = alike(wanted.sections, present.sections if present else {})
    sealed = wanted.sealed_names | (present.sealed_names if present else NONE)
    sections = walk.object(before, theirs, TOP._replace(sealed=sealed))
    kept = wanted if sections is before else wanted.with_only(sections)
    return Kept(kept, walk.kept, walk.left_out, walk.foreign)


class _Walk:
    """Goes through two definitions side by side and makes the one that is sent."""

    def __init__(self, ignored: list[tuple[str, ...]]) -> None:
        self.kept: list[str] = []
        self.left_out: list[str] = []
        self.foreign: list[str] = []
        self._ignored = ignored
        self._steps: list[Step] = []

    def object(self, wanted: Plain, present: Plain, place: Place) -> Plain:
        """An object; what only the server has is looked at where an import would reset it."""
        names = dict.fromkeys((*wanted, *present)) if place.mode == EXACT else wanted
        pairs = (
            (name, self._below((name,), wanted.get(name, _GONE), present.get(name, _GONE), place.inside(name)))
            for name in names
        )
        return _shared(wanted, {name: value for name, value in pairs if value is not _GONE})

    def _below(self, step: Step, wanted: Any, present: Any, place: Place) -> Any:
        if wanted is present or plainly_the_same(wanted, present):
            return wanted
        self._steps.append(step)
        one, other = _opened(wanted, present)
        value = self._value(one, other, place)
        self._steps.pop()
        if value is one or value is other:
            return wanted if value is one else present
        # What is JSON as text is sent as text again.
        is_text = isinstance(wanted, str) or (isinstance(present, str) and wanted in (_GONE, None))
        return closed(value) if is_text and isinstance(value, (dict, list)) else value

    def _value(self, wanted: Any, present: Any, place: Place) -> Any:
        if any(covers(pattern, self._steps) for pattern in self._ignored):
            return self._theirs(wanted, present)
        if place.rule.volatile:
            return wanted if wanted == present else present
        one, other = _known(wanted), _known(present)
        if one is None and other is not None and (place.rule.filled_in or self._steps[-1] == (TYPE,)):
            return present
        if both_are(dict, one, other) and (one or other):
            made = self.object(one or {}, other or {}, place)
            # Alone, the type of what the document does not have says nothing.
            return wanted if one is None and not set(made).difference((TYPE,)) else made
        if place.left_out or is_sealed(one) or is_sealed(other) or one == MASK:
            return self._secret(wanted, present)
        if both_are(list, one, other) and (one or other):
            items = self._list(one or [], other or [], place)
            return wanted if one is None and not items else items
        return self._text(wanted, present) if isinstance(wanted, str) else wanted

    def _theirs(self, wanted: Any, present: Any) -> Any:
        if wanted == present:
            return wanted
        self.kept.append(self._here())
        return present

    def _secret(self, wanted: Any, present: Any) -> Any:
        """A secret: that of the document only where it is in clear, or where the server has none."""
        if isinstance(_known(wanted), bool) or (isinstance(_known(present), bool) and wanted != MASK):
            return wanted
        if not _is_given(wanted) or wanted == MASK or is_sealed(wanted):
            if _is_given(present):
                return self._theirs(wanted, present)
            return self._alone(wanted)
        return wanted

    def _text(self, wanted: str, present: Any) -> Any:
        """A text; one that holds masked or encrypted secrets is the server's where it says the same but for these."""
        if not is_unusable(wanted):
            return wanted
        if isinstance(present, str) and masked(present) == masked(wanted):
            return self._theirs(wanted, present)
        return self._alone(wanted)

    def _alone(self, wanted: Any) -> Any:
        """What has no counterpart: a mask stands for nothing, and who has encrypted a secret nobody knows."""
        if wanted == MASK:
            self.left_out.append(self._here())
            return _GONE
        if isinstance(wanted, str) and is_unusable(wanted):
            self.foreign.append(self._here())
        return wanted

    def _list(self, wanted: list[Any], present: list[Any], place: Place) -> list[Any]:
        named, there = identified(wanted), identified(present)
        if named is not None and there is not None:
            made = self._things(wanted, there, place)
        elif len(wanted) == len(present) and any(isinstance(item, (dict, list)) for item in wanted):
            made = [
                self._below((str(number),), one, other, place.thing(str(number), EXACT))
                for number, (one, other) in enumerate(zip(wanted, present))
            ]
        else:
            others = present if len(wanted) == len(present) else [_GONE] * len(wanted)
            made = [self._plain((str(number),), *pair) for number, pair in enumerate(zip(wanted, others))]
        return _shared_list(wanted, made)

    def _plain(self, step: Step, wanted: Any, present: Any) -> Any:
        """An item of a list that is compared as a whole."""
        if not any(is_sealed(value) or value == MASK for value in (wanted, present)):
            return self._made_below(step, wanted)
        self._steps.append(step)
        value = self._secret(wanted, present)
        self._steps.pop()
        return value

    def _things(self, wanted: list[Any], there: dict[Identity, tuple[int, Any]], place: Place) -> list[Any]:
        made = []
        left = dict(there)
        for number, item in enumerate(wanted):
            key = identity(item) or ()
            step = (".".join(key), str(number))
            if key in there:
                made.append(self._below(step, item, left.pop(key, there[key])[1], place.thing(step[0], EXACT)))
            else:
                made.append(self._new(step, item))
        if place.mode != MERGED:
            made += [self._gone((".".join(key), str(number)), item) for key, (number, item) in left.items()]
        return made

    def _new(self, step: Step, item: Any) -> Any:
        """A thing that the server does not have; it is made as the document says it, unless it is ignored."""
        self._steps.append(step)
        ignored = any(covers(pattern, self._steps) for pattern in self._ignored)
        value = self._theirs(item, _GONE) if ignored else self._made(item)
        self._steps.pop()
        return value

    def _gone(self, step: Step, item: Any) -> Any:
        """A thing that only the server has: it stays where it is ignored."""
        self._steps.append(step)
        value = _GONE
        if any(covers(pattern, self._steps) for pattern in self._ignored):
            value = self._theirs(_GONE, item)
        self._steps.pop()
        return value

    def _made(self, value: Any) -> Any:
        """A new value without masks."""
        if isinstance(value, dict):
            pairs = ((name, self._made_below((name,), item)) for name, item in value.items())
            return _shared(value, {name: item for name, item in pairs if item is not _GONE})
        if isinstance(value, list):
            items = [self._made_below(self._step(number, item), item) for number, item in enumerate(value)]
            return _shared_list(value, items)
        return self._alone(value)

    def _made_below(self, step: Step, value: Any) -> Any:
        self._steps.append(step)
        made = self._made(value)
        self._steps.pop()
        return made

    @staticmethod
    def _step(number: int, item: Any) -> Step:
        key = identity(item)
        return (".".join(key), str(number)) if key else (str(number),)

    def _here(self) -> str:
        return pointer(step[0] for step in self._steps)


def _shared(old: Plain, new: Plain) -> Plain:
    """``new``, or ``old`` where it holds the very same."""
    same = len(new) == len(old) and all(new.get(name, _GONE) is value for name, value in old.items())
    return old if same else new


def _shared_list(old: list[Any], new: list[Any]) -> list[Any]:
    """The same for lists; what is gone is left out of the new one."""
    left = [item for item in new if item is not _GONE]
    return old if len(left) == len(old) and all(one is other for one, other in zip(left, old)) else left


def _opened(wanted: Any, present: Any) -> tuple[Any, Any]:
    """Both values as data, where they are JSON as text."""
    one, other = alike_texts(*(None if value is _GONE else value for value in (wanted, present)))
    return wanted if one is None else one, present if other is None else other


def _known(value: Any) -> Any:
    """``value``, or None where there is none, or nothing in it."""
    return None if value is _GONE else or_nothing(value)


def _is_given(value: Any) -> bool:
    return value is not _GONE and value not in (None, "", {}, [])
