# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people write in the files of an estate, before any value is filled in, as the JSON Schemas of editors have it.

Ansible makes text of nearly everything, and a list of a text; what was meant is lost then without a word. And only here
can be seen whether a secret stands in clear. All functions are pure.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..module_utils._definition.secrets import is_unusable
from ..module_utils._estate.options import Option, Options
from ..module_utils._estate.place import Path
from ..module_utils._estate.schema import EXPRESSION, secret_setting
from ._yaml import Literal, Vaulted

# What is wrong, and the way to it.
Wrong = tuple[Path, str]

_EXPRESSION = re.compile(EXPRESSION["pattern"])
_SECRET = re.compile(secret_setting())
_IN_CLEAR = "is a secret in clear. Give an expression such as '{{ vault_password }}', or encrypt it for !vault."


def wrong(options: Options, given: Mapping[Any, Any], way: Path = ()) -> Iterator[Wrong]:
    """What is wrong with how options are written; what is not known at all is left to whoever reads them."""
    for name, value in given.items():
        option = options.known.get(name) if isinstance(name, str) else None
        if option is not None and value is not None and not _is_expression(value):
            yield from _settings(value, (*way, name)) if name == "settings" else _option(option, value, (*way, name))


def _option(option: Option, value: Any, way: Path) -> Iterator[Wrong]:
    # Of a definition nobody sees more than that secrets may be in it.
    if option.is_secret and option.kind == "str" and not _is_hidden(value):
        yield way, _IN_CLEAR
    elif option.kind == "list":
        yield from _list(option, value, way)
    elif option.kind == "dict":
        if not isinstance(value, Mapping):
            yield way, "must be a mapping."
        elif option.sub is not None:
            yield from wrong(option.sub, value, way)
    elif option.kind in ("bool", "int", "float") and not isinstance(value, str):
        # A number or a boolean in quotes is as good as without.
        if isinstance(value, bool) is not (option.kind == "bool"):
            yield way, f"must be {'true or false' if option.kind == 'bool' else 'a number'}."
    elif option.kind in ("str", "path"):
        yield from _text(value, way)


def _list(option: Option, value: Any, way: Path) -> Iterator[Wrong]:
    if not isinstance(value, list):
        yield way, "must be a list."
        return
    for number, item in enumerate(value):
        if _is_expression(item):
            continue
        if option.elements != "dict":
            yield from _text(item, (*way, number))
        elif not isinstance(item, Mapping):
            yield (*way, number), "must be a mapping."
        elif option.sub is not None:
            yield from wrong(option.sub, item, (*way, number))


def _text(value: Any, way: Path) -> Iterator[Wrong]:
    if isinstance(value, bool):
        yield way, f"is {str(value).lower()}, which YAML makes of a word without quotes. Put it in quotes."
    elif value is None or isinstance(value, (list, Mapping)):
        yield way, "must be text."


def _settings(value: Any, way: Path) -> Iterator[Wrong]:
    """Secrets in clear in the settings of an endpoint, of any depth."""
    for name, item in value.items() if isinstance(value, Mapping) else ():
        inner = (*way, str(name))
        if isinstance(item, Mapping):
            yield from _settings(item, inner)
        elif _SECRET.search(str(name)) and isinstance(item, (str, int, float)) and not _is_hidden(item):
            yield inner, _IN_CLEAR


def _is_expression(value: Any) -> bool:
    """Whether a value is one expression and nothing else, of which only its variables tell what it is."""
    return isinstance(value, str) and not isinstance(value, Literal) and _EXPRESSION.match(value) is not None


def _is_hidden(value: Any) -> bool:
    """Whether a value shows no secret. What no server could use is refused for that."""
    if not isinstance(value, str):
        return isinstance(value, bool)
    return isinstance(value, Vaulted) or not value or is_unusable(value) or _is_expression(value)
