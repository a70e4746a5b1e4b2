# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML as a person wrote it: data, and the line of each key.

Ansible's own loader keeps the last of two equal keys, and does not tell in which line a key stands. It is read here on
the controller only, and nothing is evaluated. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Union

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..module_utils._core.plain import MOST_VALUES

Path = Sequence[Union[str, int]]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_LEVELS = 100
_TOO_DEEP = "This is within itself, or nested too deeply."
_MERGE = "tag:yaml.org,2002:merge"
_DATE = "tag:yaml.org,2002:timestamp"
_VAULT = ("!vault", "!vault-encrypted")
_UNSAFE = "!unsafe"


class Literal(str):
    """Text that is data whatever signs are in it, as ``!unsafe`` says."""

    __slots__ = ()


class Vaulted(str):
    """Text that a vault has encrypted, as ``!vault`` says."""

    __slots__ = ()


class Unreadable(Exception):
    """A file is no YAML that can be used: what is wrong, and in which line, which counts from 1."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True)
class Document:
    """The one document of a file. ``data`` has plain types, but for Literal and Vaulted."""

    data: Any
    _root: Node

    def line(self, path: Path) -> int:
        """The line of what ``path`` leads to, or of what comes nearest."""
        node, line = self._root, self._root.start_mark.line
        for step in path:
            found = _below(node, step)
            if found is None:
                break
            line, node = found
        return int(line) + 1


def read(text: str) -> Document:
    """The document that a text holds. Raise Unreadable for none, for several, and for a key given twice."""
    try:
        _check_depth(text)
        loader = _LOADER(text)
        try:
            root = loader.get_single_node()
            if root is None:
                raise Unreadable("The file is empty.")
            return Document(_Construction(loader).value(root, is_literal=False, above=()), root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = " ".join(filter(None, (error.context, error.problem)))
        raise Unreadable(f"This is no YAML: {words}.", mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(f"This is no YAML: {error}.") from error


@dataclass
class _Construction:
    """Makes data of nodes. An anchor that is used again and again in others would make too much of it."""

    loader: Any
    made: int = 0
    merged: dict[int, int] = field(default_factory=dict)

    def value(self, node: Node, is_literal: bool, above: tuple[int, ...]) -> Any:
        line = node.start_mark.line + 1
        above = _deeper(node, above)
        self.made += 1
        _check_many(self.made, line)
        _check_tag(node, line)
        is_literal = is_literal or node.tag == _UNSAFE
        if isinstance(node, MappingNode):
            return {self.key(key): self.value(item, is_literal, above) for key, item in self.pairs(node)}
        if isinstance(node, SequenceNode):
            return [self.value(item, is_literal, above) for item in node.value]
        return self.scalar(node, is_literal)

    def pairs(self, node: MappingNode) -> list[tuple[Node, Node]]:
        """The pairs of a mapping, those of merge keys too. Raise Unreadable for a key that is given twice."""
        own = [(str(self.key(key)), key) for key, _item in node.value if key.tag != _MERGE]
        seen: set[str] = set()
        for name, key in own:
            if name in seen:
                raise Unreadable(f"{name} is given twice.", key.start_mark.line + 1)
            seen.add(name)
        if len(own) < len(node.value):
            self.count_merged(node, ())
            # What is merged comes first, so that the mapping's own keys beat it.
            self.loader.flatten_mapping(node)
        return list(node.value)

    def count_merged(self, node: MappingNode, above: tuple[int, ...]) -> int:
        """How many pairs a mapping has with all that is merged into it. Raise Unreadable for too many."""
        above = _deeper(node, above)
        if id(node) not in self.merged:
            count = 0
            for key, item in node.value:
                parts = item.value if isinstance(item, SequenceNode) else [item]
                mappings = [part for part in parts if isinstance(part, MappingNode)]
                count += sum(self.count_merged(part, above) for part in mappings) if key.tag == _MERGE else 1
            _check_many(count, node.start_mark.line + 1)
            self.merged[id(node)] = count
        return self.merged[id(node)]

    def key(self, node: Node) -> Any:
        if not isinstance(node, ScalarNode):
            raise Unreadable("A key must be text.", node.start_mark.line + 1)
        return self.plain(node)

    def scalar(self, node: Node, is_literal: bool) -> Any:
        if node.tag in _VAULT:
            return Vaulted(node.value)
        if node.tag == _UNSAFE:
            return Literal(node.value)
        value = self.plain(node)
        return Literal(value) if is_literal and isinstance(value, str) else value

    def plain(self, node: Node) -> Any:
        """The value of a scalar. What looks like a date and is none, such as 2027-13-31, is text."""
        try:
            return self.loader.construct_object(node)
        except ValueError as error:
            if node.tag == _DATE:
                return node.value
            raise Unreadable(f"This is no YAML: {error}.", node.start_mark.line + 1) from error


def _check_tag(node: Node, line: int) -> None:
    """Raise Unreadable for a tag that is not known, or that does not go with what it is on."""
    known = (_UNSAFE, *_VAULT) if isinstance(node, ScalarNode) else (_UNSAFE,)
    if not node.tag.startswith("!") or node.tag in known:
        return
    if node.tag in _VAULT:
        raise Unreadable(f"The tag {node.tag} goes with text only.", line)
    raise Unreadable(f"The tag {node.tag} is not known. These are: !unsafe, !vault.", line)


def _check_depth(text: str) -> None:
    """Raise Unreadable for what is nested so deep that the parser, which goes down by itself, would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, CollectionStartEvent):
            depth += 1
            if depth > _MOST_LEVELS:
                raise Unreadable(_TOO_DEEP, event.start_mark.line + 1 if event.start_mark else 1)
        elif isinstance(event, CollectionEndEvent):
            depth -= 1


def _deeper(node: Node, above: tuple[int, ...]) -> tuple[int, ...]:
    """What a node is in, and it itself. Raise Unreadable where that never ends."""
    if id(node) in above or len(above) > _MOST_LEVELS:
        raise Unreadable(_TOO_DEEP, node.start_mark.line + 1)
    return (*above, id(node))


def _check_many(count: int, line: int) -> None:
    if count > MOST_VALUES:
        raise Unreadable(f"The file holds more than {MOST_VALUES} values.", line)


def _below(node: Node, step: str | int) -> tuple[int, Node] | None:
    """The line and the node of a key of a mapping, or of an item of a list."""
    if isinstance(node, MappingNode):
        # What was merged into it stands before its own keys, which beat it.
        for key, value in reversed(node.value):
            if isinstance(key, ScalarNode) and key.value == str(step):
                return key.start_mark.line, value
    elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    return None
