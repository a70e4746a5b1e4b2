# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of an endpoint, its ``db_settings``: what differs, and the JSON Patch that makes it so (guide 2.29).

All functions are pure. A *place* is the names that lead to a setting, from ``db_settings`` down. Secrets are known by
:mod:`.._definition.secrets`. They are never compared and never shown.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

from .._core.errors import Refused
from .._core.plan import SENT
from .._definition.compare import differences
from .._definition.document import of_settings
from .._definition.embedded import closed, open_all, opened
from .._definition.paths import pointer, tokens_of
from .._definition.secret_names import NONE, Names, is_secret_name
from .._definition.secrets import MASK, UNUSABLE, is_sealed, is_unusable, masked
from .._definition.tree import TYPE, Plain, merge, value_at

ALWAYS = "always"
ON_CREATE = "on_create"
ROOT = "db_settings"
# A patch must not change these (guide 2.29); the second is that of endpoints that run in Java.
READ_ONLY = ((TYPE,), ("connectioninfo", TYPE))
UNCHANGED = "(unchanged)"
UNKNOWN = "(unknown)"
_EMPTY = "is empty. Leave it out, and the server keeps what it has."

Place = tuple[str, ...]
# As a place, and on into lists, by the numbers of their items.
Path = tuple[Union[str, int], ...]
Operation = dict[str, Any]


@dataclass(frozen=True)
class Wish:
    """What the settings of an endpoint are to be: some of them, those to remove, and whether secrets are sent.

    ``sealed`` are names that an export of the server shows to be those of secrets.
    """

    settings: Plain
    unset: tuple[Place, ...] = ()
    send_secrets: bool = False
    sealed: Names = NONE

    @classmethod
    def from_options(cls, options: Mapping[str, Any], sealed: Names = NONE) -> Wish:
        """Read ``settings``, ``unset`` and ``update_secrets``; raise Refused where they contradict each other.

        An item of ``unset`` is the name of a setting or, beginning with a slash, a JSON pointer.
        """
        settings = _without_nulls(options.get("settings") or {})
        unset = tuple(dict.fromkeys(_place_to_unset(item) for item in options.get("unset") or ()))
        for place in unset:
            if place[-1] == TYPE:
                raise Refused(f"unset: {TYPE} is the type of the settings and cannot be removed.")
            if any(_overlap(place, other) for other, _value in leaves(settings)):
                raise Refused(f"unset: {pointer(place)} is given in settings too.")
        return cls(settings, unset, options.get("update_secrets") == ALWAYS, sealed)

    @property
    def data(self) -> Plain:
        """The settings with data in place of JSON as text, as they are compared."""
        return _without_nulls(open_all(self.settings))

    def __bool__(self) -> bool:
        return bool(self.settings or self.unset)


def leaves(settings: Mapping[str, Any]) -> Iterator[tuple[Place, Any]]:
    """The settings that are no objects, each with its place; a list is one value."""
    for name, value in settings.items():
        if isinstance(value, Mapping):
            for place, item in leaves(value):
                yield (name, *place), item
        else:
            yield (name,), value


def secret_places(settings: Mapping[str, Any], current: Mapping[str, Any], sealed: Names = NONE) -> list[Place]:
    """Where ``settings`` holds secrets: by their names, by what is in a text, or as the server has encrypted them."""
    return [
        place for place, value in leaves(settings) if is_secret(place, value, sealed) or is_sealed(_at(current, place))
    ]


def unusable_secrets(settings: Mapping[str, Any], sealed: Names = NONE) -> list[tuple[Path, str]]:
    """Where ``settings`` holds what no server could use as a secret, each with what is wrong with it."""
    empty = [(path, _EMPTY) for path, text, is_secret in texts(settings, sealed) if is_secret and not text]
    return empty + [(path, UNUSABLE) for path, text, _is_secret in texts(settings, sealed) if is_unusable(text)]


def texts(value: Any, sealed: Names = NONE, path: Path = (), hidden: bool = False) -> Iterator[tuple[Path, str, bool]]:
    """The texts in data, each with the way to it and whether the names on the way say that it is a secret."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from texts(item, sealed, (*path, str(name)), hidden or is_secret_name(str(name), sealed))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from texts(item, sealed, (*path, number), hidden)
    elif isinstance(value, str):
        yield path, value, hidden


def unsent_secrets(wish: Wish, current: Mapping[str, Any]) -> list[str]:
    """The secrets of a wish that the endpoint has none of and that are not sent, as pointers."""
    if wish.send_secrets:
        return []
    there = open_all(current)
    missing = (place for place in secret_places(wish.data, there, wish.sealed) if _at(there, place) is None)
    return [pointer(place) for place in missing]


def require_same_type(settings: Mapping[str, Any], current: Mapping[str, Any], name: str) -> None:
    """Raise Refused if the settings name another type than endpoint ``name`` has; a patch cannot change it."""
    for place in READ_ONLY:
        wanted, there = (_at(open_all(tree), place) for tree in (settings, current))
        if wanted is not None and there is None and place == (TYPE,):
            raise Refused(f"Endpoint {name} has no {TYPE}, and a patch cannot give it one. Delete it and make it anew.")
        if wanted is not None and wanted != there:
            raise Refused(f"The {pointer(place)} of endpoint {name} is {there}, which cannot become {wanted}.")


def operations(wish: Wish, current: Mapping[str, Any]) -> list[Operation]:
    """The patch that brings ``current`` to what is wished; empty where nothing differs.

    Secrets are in it only if the wish sends them, and then always. An ``add`` makes a setting or replaces it. JSON as
    text is changed as data and sent as a whole, with what the wish does not name as the server has it. Raises Refused
    where other text would take its place.
    """
    wanted, there = wish.data, open_all(current)
    places = _differing(wanted, there, wish.sealed)
    if wish.send_secrets:
        places += secret_places(wanted, there, wish.sealed)
    inside = [place for place in wish.unset if _is_there(there, place) and not _is_there(current, place)]
    changed = _outermost(_change_place(wish.settings, current, place) for place in [*places, *inside])
    added = [add(place, _changed(wish, current, place)) for place in changed]
    return added + [remove(place) for place in wish.unset if _is_there(current, place)]


def remove(place: Place) -> Operation:
    """The operation that removes a setting."""
    return {"op": "remove", "path": pointer((ROOT, *place))}


def test(place: Place, value: Any) -> Operation:
    """The operation that holds if a setting has that value, and changes nothing."""
    return {"op": "test", "path": pointer((ROOT, *place)), "value": value}


def patched(current: Mapping[str, Any], patch: Sequence[Operation]) -> Plain:
    """``current`` after a patch; it stays as it is."""
    settings = dict(current)
    for operation in patch:
        settings = _patched(settings, tokens_of(operation["path"])[1:], operation)
    return settings


def difference(
    current: Mapping[str, Any] | None, patch: Sequence[Operation], sealed: Names = NONE
) -> tuple[Plain, Plain]:
    """What a patch changes, before and after, without secrets. Without ``current`` it is not known what was before."""
    before: Plain = {}
    after: Plain = {}
    for operation in patch:
        place = tokens_of(operation["path"])[1:]
        old, new = None if current is None else open_all(_at(current, place)), open_all(operation.get("value"))
        if old is not None and old != _at(current or {}, place) and isinstance(new, dict):
            # Of JSON as text only that is told which differs, though all of it is sent.
            old, new = _without_equals(old, new), _without_equals(new, old)
        if current is None:
            _put(before, place, UNKNOWN)
        elif _is_there(current, place):
            _put(before, place, _told(place, old, UNCHANGED, sealed))
        if operation["op"] == "add":
            _put(after, place, _told(place, new, SENT, sealed))
    return before, after


def without_secrets(settings: Mapping[str, Any], sealed: Names = NONE) -> Plain:
    """The settings without those that are secrets; a secret inside a text is masked."""
    return dict(_without_masks(masked(dict(settings), sealed=sealed)))


def as_sent(settings: Mapping[str, Any], sealed: Names = NONE) -> Plain:
    """The settings of a new endpoint as a diff shows them, where a secret is only said to be sent."""
    return dict(_told((), dict(settings), SENT, sealed))


def type_first(settings: Mapping[str, Any]) -> Plain:
    """The settings with ``$type`` as their first key, and so below: a server needs it there."""
    ordered = {TYPE: settings[TYPE], **settings} if TYPE in settings else dict(settings)
    return {name: type_first(value) if isinstance(value, Mapping) else value for name, value in ordered.items()}


def _changed(wish: Wish, current: Mapping[str, Any], place: Place) -> Any:
    """The value of a setting that differs, as a patch carries it."""
    value = _at(wish.settings, place)
    data, there = _at(wish.data, place), opened(_at(current, place))
    if there is None and opened(value) is None:
        return _to_send(value, place[:-1], place[-1], wish)
    if isinstance(there, dict) and not isinstance(data, (dict, type(None))):
        raise Refused(
            f"settings: the endpoint has JSON in {pointer(place)}, and other text would take its place as a whole."
            " Give an object, or JSON of one."
        )
    sent = _to_send(data, place[:-1], place[-1], wish)
    if there is None and sent == data:
        return value
    merged = (there if data is None else merge(there, sent)) if isinstance(there, dict) else sent
    for gone in wish.unset:
        if _within(gone, place) and gone != place and _is_there(merged, gone[len(place) :]):
            merged = _patched(merged, gone[len(place) :], {"op": "remove"})
    return closed(merged)


def _differing(wanted: Plain, current: Mapping[str, Any], sealed: Names) -> list[Place]:
    """Where ``current`` is not as wanted, each time at the place that a patch has to change."""
    one, other = (of_settings(masked(dict(settings), sealed=sealed)) for settings in (wanted, current))
    found = differences(one, other, exact=False)
    below_settings = (tokens_of(item.path)[3:] for item in found)
    places = [_change_place(wanted, current, tokens) for tokens in below_settings if tokens not in READ_ONLY]
    return [place for place in places if not is_sealed(_at(current, place))]


def _change_place(wanted: Mapping[str, Any], current: Mapping[str, Any], place: Place) -> Place:
    """The outermost place on the way to ``place`` that is no object on both sides."""
    for length in range(1, len(place)):
        if not isinstance(_at(wanted, place[:length]), dict) or not isinstance(_at(current, place[:length]), dict):
            return place[:length]
    return place


def _outermost(places: Iterable[Place]) -> list[Place]:
    unique = list(dict.fromkeys(places))
    return [place for place in unique if not any(other != place and _within(place, other) for other in unique)]


def _to_send(value: Any, above: Place, name: str, wish: Wish) -> Any:
    """A value as a patch carries it. An object that is new to the server carries its secrets only if they are sent."""
    if not isinstance(value, dict):
        return value
    place = (*above, name)
    kept = {
        key: _to_send(item, place, key, wish)
        for key, item in value.items()
        if wish.send_secrets or isinstance(item, dict) or not is_secret((*place, key), item, wish.sealed)
    }
    return type_first(kept)


def is_secret(place: Place, value: Any, sealed: Names = NONE) -> bool:
    """Whether the value at a place is a secret, or holds one."""
    if value in (None, "", [], {}) or isinstance(value, bool):
        return False
    return _is_hidden(place, sealed) or masked(value, sealed=sealed) != value


def _is_hidden(place: Place, sealed: Names) -> bool:
    """Whether the names that lead to a setting say that it is a secret."""
    return any(is_secret_name(name, sealed) for name in place)


def _told(place: Place, value: Any, word: str, sealed: Names) -> Any:
    """A value as a diff shows it, with ``word`` for a secret; JSON as text is shown as the data that it is."""
    return _with_word(masked(open_all(value), hidden=_is_hidden(place, sealed), sealed=sealed), word)


def _without_equals(value: Any, other: Any) -> Any:
    """What of an object is not the same in another one."""
    if not isinstance(value, dict) or not isinstance(other, dict):
        return value
    return {
        name: _without_equals(item, other.get(name))
        for name, item in value.items()
        if name not in other or item != other[name]
    }


def _with_word(value: Any, word: str) -> Any:
    if isinstance(value, dict):
        return {name: _with_word(item, word) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_word(item, word) for item in value]
    return word if value == MASK else value


def _without_masks(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_masks(item) for name, item in value.items() if item != MASK}
    if isinstance(value, list):
        return [_without_masks(item) for item in value if item != MASK]
    return value


def _without_nulls(settings: Mapping[str, Any]) -> Plain:
    """Settings without those that are null, which are as good as left out."""
    return {
        name: _without_nulls(value) if isinstance(value, Mapping) else value
        for name, value in settings.items()
        if value is not None
    }


def _place_to_unset(item: str) -> Place:
    place = tokens_of(item) if item.startswith("/") else (item,)
    return place[1:] if len(place) > 1 and place[0] == ROOT else place


def _within(place: Place, other: Place) -> bool:
    return place[: len(other)] == other


def _overlap(place: Place, other: Place) -> bool:
    """Whether one of two places is the other one or inside it."""
    return all(one == two for one, two in zip(place, other))


def _at(tree: Mapping[str, Any], place: Place) -> Any:
    return value_at(tree, place)


def _is_there(tree: Mapping[str, Any], place: Place) -> bool:
    above = _at(tree, place[:-1])
    return isinstance(above, dict) and place[-1] in above


def add(place: Place, value: Any) -> Operation:
    """The operation that makes a setting or replaces it."""
    return {"op": "add", "path": pointer((ROOT, *place)), "value": value}


def _patched(tree: Mapping[str, Any], place: Place, operation: Operation) -> Plain:
    name, *rest = place
    if rest:
        return {**tree, name: _patched(tree[name], tuple(rest), operation)}
    if operation["op"] == "remove":
        return {key: value for key, value in tree.items() if key != name}
    return {**tree, name: operation["value"]}


def _put(tree: Plain, place: Place, value: Any) -> None:
    for name in place[:-1]:
        tree = tree.setdefault(name, {})
    tree[place[-1]] = value
