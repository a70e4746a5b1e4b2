# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of variables that stand for the secrets of an estate.

All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from .._core.errors import Refused
from .._core.files import checksum

# What leads to a secret on a server: its password, or an endpoint and the names of settings.
Place = tuple[str, ...]

# What begins an expression, or a comment, in a text that is evaluated.
EXPRESSIONS = ("{{", "{%", "{#")

_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OTHERS = re.compile(r"[^a-z0-9]+")
_DIGITS = 8


class Reference(str):
    """Text that refers to variables. All other text is data, whatever signs are in it."""

    __slots__ = ()

    @classmethod
    def to(cls, name: str) -> Reference:
        """The reference to a variable."""
        return cls(f"{{{{ {name} }}}}")


class Variables:
    """The names of the variables for the secrets of some servers, which are all different.

    A name is the prefix, the server, the endpoint and the setting, in letters, digits and underscores. Where two would
    be the same, or could be that of another server, each has a checksum at its end. So the names depend on the names of
    all ``servers`` and of what is on the one server, and on nothing else.
    """

    def __init__(self, prefix: str, servers: Iterable[str]) -> None:
        """Raise Refused for a prefix that no variable could have."""
        if not _PREFIX.fullmatch(prefix):
            raise Refused(
                f"secret_variables {prefix!r} must begin with a letter or an underscore, and have letters, digits and"
                " underscores only, such as vault_."
            )
        self._prefix = prefix
        self._words = Counter(_word(server) for server in servers)

    def of(self, server: str, places: Sequence[Place]) -> Mapping[Place, str]:
        """The name for each of the places of secrets on a server."""
        plain = {place: self._plain(server, place) for place in places}
        counts = Counter(plain.values())
        word = _word(server)
        others = tuple(f"{self._prefix}{other}_" for other in self._words if other.startswith(f"{word}_"))
        is_alone = bool(word) and self._words[word] == 1

        def is_certain(name: str) -> bool:
            return is_alone and counts[name] == 1 and not f"{name}_".startswith(others)

        return {place: name if is_certain(name) else _told(name, server, place) for place, name in plain.items()}

    def _plain(self, server: str, place: Place) -> str:
        return self._prefix + "_".join(filter(None, map(_word, (server, *place))))


def _word(name: str) -> str:
    return _OTHERS.sub("_", name.lower()).strip("_")


def _told(name: str, server: str, place: Place) -> str:
    return f"{name.rstrip('_')}_{checksum(repr((server, place)))[:_DIGITS]}"
