# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings that were sent and that a server does not keep, so that they are sent once and not each night.

A note has a digest of each such setting with both values, that of the server and that of git. Where one of them is
another, or the note is old, the setting is sent again. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from .._client.api import Api
from .._core.errors import AemError, ended
from .._core.files import checksum
from .._core.notes import Notes
from .._core.plan import UPDATE
from .._core.time import with_z
from .item import Item, Key

# After that a server is asked again: it may be of a newer version.
LASTS = 30 * 24 * 3600.0
REMEMBERED = "That is remembered: they are sent again when git or the server has another value, or after 30 days"
_NOTES = Notes("not_taken", LASTS)
_MARKS = "settings"

Path = tuple[str, ...]
State = Mapping[str, Any]


def settings(before: State | None, after: State | None) -> dict[Path, str]:
    """The settings that differ between two states, each with a mark for the two values."""
    return {path: _mark(path, values) for path, *values in _differing(before or {}, after or {}, ())}


def known_of(api: Api, item: Item) -> list[Path]:
    """The settings of an item, where the server was seen not to keep any of them; none where one is to be sent."""
    change = item.change
    if change is None or item.action != UPDATE or not _NOTES.are_there():
        return []
    noted = (_NOTES.read(_about(api, item.key)) or {}).get(_MARKS)
    wanted = settings(change.before, change.after)
    return list(wanted) if isinstance(noted, list) and wanted and set(wanted.values()) <= set(map(str, noted)) else []


def remember(api: Api, key: Key, before: State, after: State) -> list[str]:
    """Note what a server, which has ``before``, does not keep of ``after``; warnings, which tell what."""
    left = settings(before, after)
    if not left:
        _NOTES.drop(_about(api, key))
        return []
    said = {"url": _address(api), **key._asdict(), "since": with_z(datetime.now(timezone.utc))}
    try:
        _NOTES.write(_about(api, key), {**said, _MARKS: sorted(left.values())})
    except AemError as error:
        return [f"{ended(error.message)} So what server {key.server} does not keep is sent to it again by each run."]
    return []


def _about(api: Api, key: Key) -> list[str]:
    return [_address(api), key.kind, key.server.casefold(), key.name.casefold()]


def _address(api: Api) -> str:
    return api.session.connection.base_url


def _differing(before: Any, after: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    if all(side is None or isinstance(side, Mapping) for side in (before, after)):
        for name in {**(before or {}), **(after or {})}:
            yield from _differing((before or {}).get(name), (after or {}).get(name), (*path, str(name)))
    elif before != after:
        yield path, before, after


def _mark(path: Path, values: list[Any]) -> str:
    return checksum(json.dumps([path, *values], sort_keys=True, default=str))
