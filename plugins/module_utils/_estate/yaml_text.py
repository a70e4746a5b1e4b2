# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data as YAML, as a person would write it. Whatever reads YAML 1.1 or 1.2 reads the same data.

The machines that modules run on need not have a library for it. All functions are pure.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .variables import EXPRESSIONS, Reference

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.\\/-]*(?: [A-Za-z0-9_.\\/-]+)*")
# What stands for something else than text.
_WORDS = frozenset({"y", "yes", "n", "no", "true", "false", "on", "off", "null", "none"})
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_STEP = "  "


def written(data: Mapping[str, Any]) -> str:
    """A mapping as YAML. Text that Ansible would evaluate and that is no Reference is tagged as unsafe."""
    return "".join(f"{line}\n" for line in _lines(data))


def on_one_line(value: Any) -> str:
    """Any value as YAML on one line, as it may follow on a key; text is tagged as in ``written``."""
    if isinstance(value, Mapping) and value:
        return f"{{{', '.join(f'{_text(name)}: {on_one_line(item)}' for name, item in value.items())}}}"
    if isinstance(value, list) and value:
        return f"[{', '.join(map(on_one_line, value))}]"
    return _scalar(value)


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    for name, value in data.items():
        key = _text(name)
        if _is_block(value):
            yield f"{key}:"
            yield from (_STEP + line for line in _below(value))
        else:
            yield f"{key}: {_scalar(value)}"


def _below(value: Any) -> Iterator[str]:
    return _lines(value) if isinstance(value, Mapping) else _items(value)


def _items(items: Sequence[Any]) -> Iterator[str]:
    for item in items:
        lines = _below(item) if _is_block(item) else [_scalar(item)]
        yield from (f"{_STEP if number else '- '}{line}" for number, line in enumerate(lines))


def _is_block(value: Any) -> bool:
    return isinstance(value, (Mapping, list)) and bool(value)


def _scalar(value: Any) -> str:
    if isinstance(value, (Mapping, list)):
        return "{}" if isinstance(value, Mapping) else "[]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, int):
        return str(value)
    is_data = not isinstance(value, Reference) and any(sign in value for sign in EXPRESSIONS)
    return f"!unsafe {_text(value)}" if is_data else _text(value)


def _float(value: float) -> str:
    """A number with a point, without which it would be text."""
    mantissa, sign, exponent = repr(value).partition("e")
    return f"{mantissa if '.' in mantissa else f'{mantissa}.0'}{sign}{exponent}"


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return f'"{"".join(_sign(sign) for sign in text)}"'


def _sign(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    if sign.isprintable():
        return sign
    number = ord(sign)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
