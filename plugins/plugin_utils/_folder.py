# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of an estate: rules, and a file a server, read into the options of aem_estate.

Nothing is merged silently, and whatever is wrong is told with its file, line and key. Values are filled in after the
YAML was read, so that a file is valid YAML whatever is in its variables.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from functools import cached_property
from pathlib import Path
from typing import Any

from ..module_utils._estate import rules_file, spec
from ..module_utils._estate.adopted_files import ENDINGS
from ..module_utils._estate.idle_rules import ANY
from ..module_utils._estate.model import Problem
from ..module_utils._estate.options import Options, Reader
from ..module_utils._estate.parsing import parse
from ..module_utils._estate.place import path_told
from ..module_utils._estate.rules import BadRule, Globs, Rules
from ..module_utils._estate.windows import Windows
from . import _yaml
from ._places import THINGS, places
from ._written import wrong

RULES = "estate.yml"
SHARED = "shared"
SERVERS = "servers"
_SERVER = Options.of(spec.SERVER)

Fill = Callable[[str], Any]


class NotFilled(Exception):
    """A value cannot be filled in: why."""


@dataclass(frozen=True)
class Trouble:
    """What is wrong in a file. ``file`` is told from the folder above the estate, ``line`` counts from 1."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (f"{self.file}:{self.line}", self.key, self.message)))

    def told(self) -> dict[str, Any]:
        """The trouble as data, ``text`` being all of it."""
        return {"file": self.file, "line": self.line, "key": self.key, "message": self.message, "text": str(self)}


@dataclass
class _File:
    """A file that was read: its data with all values filled in."""

    name: str
    path: Path
    document: _yaml.Document
    data: dict[str, Any]


@dataclass
class Folder:
    """What a folder says of one Enterprise Manager.

    ``servers`` and ``rules`` are options of aem_estate. With any of ``troubles`` they must not be used.
    """

    root: Path
    servers: list[dict[str, Any]] = field(default_factory=list)
    rules: dict[str, Any] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    files: list[_File] = field(default_factory=list)

    def places(self, with_lines: bool = False) -> list[dict[str, Any]]:
        """Where each thing stands: ``server``, ``kind``, ``name``, ``file`` and ``line``.

        With lines, ``lines`` says where each of its keys does, by its way from the thing, as a JSON pointer.
        """
        found = (places(file.name, self.root.parent, file.data, file.document, with_lines) for file in self.files)
        return [place for places_of_file in found for place in places_of_file]


def hosts_of(root: Path) -> list[str]:
    """The Enterprise Managers that the folder has files for."""
    try:
        return sorted(item.parent.name for item in root.glob(f"*/{SERVERS}") if item.parent.name != SHARED)
    except OSError:
        return []


def read(root: Path, host: str, fill: Fill, chosen: Sequence[str] | None = None, with_open: bool = False) -> Folder:
    """What the folder says of the Enterprise Manager ``host``; of an empty one, what is shared.

    ``fill`` makes of a text what it stands for, and raises NotFilled. ``chosen`` are patterns of servers, None for all.
    ``with_open`` says that ``fill`` may answer what is not known yet.
    """
    found = Folder(root)
    reading = _Reading(root, fill, found.troubles)
    found.rules = _rules(reading, with_open)
    if host and (host != Path(host).name or host == ".."):
        reading.note(root, f"{host!r} is not the name of a folder, so it has no files of servers.")
        host = ""
    reading.note_misplaced(host)
    found.files = [file for path in reading.server_files(host) for file in reading.file(path, _SERVER)]
    if not found.files and not found.troubles:
        where = " or ".join(reading.told(root / name / SERVERS) for name in filter(None, (host, SHARED)))
        reading.note(root, f"There is no file of a server in {where}.")
    twice = {("servers", number, "name") for number in _names_given_twice(found)}
    found.servers = [file.data for file in found.files]
    _wishes, problems = parse(found.servers, with_open)
    for problem in problems:
        if problem.path not in twice:
            reading.add(_trouble(found.files, problem))
    if found.rules and not with_open:
        found.rules["known_servers"] = _known_servers(found, reading, host)
    if chosen is not None:
        _choose(found, reading, chosen)
    found.troubles.sort(key=lambda trouble: (trouble.file, trouble.line))
    return found


@dataclass
class _Reading:
    """Reads files, and notes what is wrong with them."""

    root: Path
    fill: Fill
    troubles: list[Trouble]

    def told(self, path: Path) -> str:
        """A path as messages have it."""
        return str(Path(self.root.name) / path.relative_to(self.root)) if path != self.root else self.root.name

    def note(self, path: Path, message: str, line: int = 1, key: str = "") -> None:
        self.add(Trouble(self.told(path), line, key, message))

    def add(self, trouble: Trouble) -> None:
        """Note a trouble; of one key the first is enough."""
        if not trouble.key or all((trouble.file, trouble.key) != (one.file, one.key) for one in self.troubles):
            self.troubles.append(trouble)

    def server_files(self, host: str) -> list[Path]:
        """The files of servers, those of the Enterprise Manager itself first, each folder sorted by name."""
        found = []
        for name in filter(None, (host, SHARED)):
            folder = self.root / name / SERVERS
            try:
                inside = sorted(folder.iterdir()) if folder.is_dir() else []
            except OSError as error:
                self.note(folder, f"The folder cannot be read: {error.strerror}.")
                continue
            found += [path for path in inside if _is_of_a_server(path)]
        return found

    def note_misplaced(self, host: str) -> None:
        """Note each file that looks like one of a server, or like the rules, and is not read where it lies.

        What else lies in the folder, such as an inventory with its variables, is no file of the estate.
        """
        for path in (self.root.joinpath(RULES).with_suffix(ending) for ending in ENDINGS):
            if path.name != RULES and path.is_file():
                self.note(path, f"The file is not read: rules are in {RULES}. Rename it.")
        for name in filter(None, (host, SHARED, SERVERS)):
            where = f"{name if name != SERVERS else '<host>'}/{SERVERS}"
            for path in sorted(self.root.joinpath(name).rglob("*")):
                if path.parent != self.root / name / SERVERS and _is_of_a_server(path):
                    self.note(path, f"The file is not read: servers lie in {where}. Move it there.")

    def file(self, path: Path, options: Options) -> list[_File]:
        """The file with such options, if it can be used."""
        before = len(self.troubles)
        if not self.is_inside(path):
            self.note(path, f"The file leads out of {self.beside}, and is not read.")
            return []
        try:
            document = _yaml.read(path.read_text(encoding="utf-8"))
        except _yaml.Unreadable as error:
            self.note(path, error.message, error.line)
            return []
        except UnicodeDecodeError:
            self.note(path, "The file is not UTF-8.")
            return []
        except OSError as error:
            self.note(path, f"The file cannot be read: {error.strerror}.")
            return []
        if not isinstance(document.data, dict):
            encrypted = isinstance(document.data, str) and document.data.startswith("$ANSIBLE_VAULT")
            hint = (
                " A file that is encrypted as a whole cannot be reviewed; encrypt single values." if encrypted else ""
            )
            self.note(path, f"The file must hold one mapping.{hint}")
            return []
        data = self.with_sources(path, document, self.filled(path, document, document.data, ()))
        # Whoever cannot fill in all of it has no file, as an unfilled value would look as if it had been left out.
        is_whole = len(self.troubles) == before
        for way, told in wrong(options, document.data):
            self.note(path, told, document.line(way), _key(data, way))
        return [_File(self.told(path), path, document, data)] if is_whole else []

    def with_sources(self, path: Path, document: _yaml.Document, data: dict[str, Any]) -> dict[str, Any]:
        """The data of a file with ``src`` of its tasks and license from the root, where it was given from the file."""

        def resolved(item: Any, *way: str | int) -> Any:
            src = item.get("src") if isinstance(item, dict) else None
            if not isinstance(src, str) or not src:
                return item
            target = os.path.normpath(path.parent.absolute() / Path(src).expanduser())
            if not self.is_inside(Path(target)):
                told = f"leads out of {self.beside}. What an estate is made of lies in its repository."
                self.note(path, told, document.line((*way, "src")), path_told((*way, "src")))
            return {**item, "src": target}

        found = dict(data)
        if isinstance(data.get("tasks"), list):
            found["tasks"] = [resolved(item, "tasks", number) for number, item in enumerate(data["tasks"])]
        if "license" in data:
            found["license"] = resolved(data["license"], "license")
        return found

    def is_inside(self, path: Path) -> bool:
        """Whether a path leads to what is in the repository of the estate, links followed.

        Whoever opens a merge request writes these files, and whoever checks it must not be made to read others.
        """
        return Path(os.path.realpath(path)).is_relative_to(self.beside)

    @cached_property
    def beside(self) -> Path:
        """The top of the repository that the folder of the estate is in; without one, the folder above it."""
        above = Path(os.path.realpath(self.root)).parents
        return next((folder for folder in above if (folder / ".git").exists()), above[0])

    def filled(self, path: Path, document: _yaml.Document, value: Any, way: tuple[str | int, ...]) -> Any:
        """A value with all texts in it filled in, of plain types."""
        if isinstance(value, dict):
            return {key: self.filled(path, document, item, (*way, str(key))) for key, item in value.items()}
        if isinstance(value, list):
            return [self.filled(path, document, item, (*way, number)) for number, item in enumerate(value)]
        if isinstance(value, str):
            try:
                return self.fill(value)
            except NotFilled as error:
                self.note(path, str(error), document.line(way), path_told(way))
                return None
        return value.isoformat() if isinstance(value, date) else value


def _is_of_a_server(path: Path) -> bool:
    """Whether a path looks like that of the file of a server."""
    return path.suffix.lower() in ENDINGS and not path.name.startswith(".")


def _rules(reading: _Reading, with_open: bool) -> dict[str, Any]:
    """The rules of the folder, as options of aem_estate."""
    path = reading.root / RULES
    if not path.is_file():
        missing = (
            "There is no such folder." if not reading.root.is_dir() else f"There is no {RULES}; it says format: 1."
        )
        reading.note(path, missing)
        return {}
    for file in reading.file(path, rules_file.OPTIONS):
        reader = Reader(with_open)
        rules = rules_file.read(reader, file.data)
        for problem in reader.problems:
            reading.note(path, problem.message, file.document.line(problem.path), path_told(problem.path))
        if not reader.problems and not reader.has_open(rules):
            _check_rules(reading, file, rules)
        return rules
    return {}


def _check_rules(reading: _Reading, file: _File, rules: Mapping[str, Any]) -> None:
    """Note what the rules themselves refuse."""
    try:
        Rules.from_options(rules, datetime.now(timezone.utc).date())
        Windows.from_options(rules["windows"])
    except BadRule as error:
        way = rules_file.way_in_file(error.way)
        reading.note(file.path, error.told, file.document.line(way), path_told(way))


def _names_given_twice(folder: Folder) -> Iterator[int]:
    """Note a server that two files have, and answer their numbers. Case makes no difference to Enterprise Manager."""
    first: dict[str, _File] = {}
    for number, file in enumerate(folder.files):
        name = file.data.get("name")
        if not isinstance(name, str):
            continue
        other = first.setdefault(name.casefold(), file)
        if other is not file:
            line, at = file.document.line(["name"]), f"{other.name}:{other.document.line(['name'])}"
            folder.troubles.append(Trouble(file.name, line, "name", f"Server {name!r} is in {at} too."))
            yield number


def _trouble(files: Sequence[_File], problem: Problem) -> Trouble:
    """A problem of the wish, with the file and the line that it comes from."""
    if len(problem.path) < 2 or not isinstance(problem.path[1], int):
        return Trouble("", 1, "", str(problem))
    file, way = files[problem.path[1]], problem.path[2:]
    return Trouble(file.name, file.document.line(way), _key(file.data, way), problem.message)


def _key(data: Mapping[str, Any], way: Sequence[str | int]) -> str:
    """The keys that lead somewhere, with the name of a thing in a list of them: ``tasks[2] ERP to DW: overides``."""
    if len(way) < 2 or way[0] not in THINGS or not isinstance(way[1], int):
        return path_told(tuple(way))
    things = data.get(str(way[0]))
    thing = things[way[1]] if isinstance(things, list) and way[1] < len(things) else None
    name = thing.get("name") if isinstance(thing, dict) else None
    label = f"{way[0]}[{way[1]}]" + (f" {name}" if isinstance(name, str) else "")
    return ": ".join(filter(None, (label, path_told(tuple(way[2:])))))


def _known_servers(folder: Folder, reading: _Reading, host: str) -> list[str]:
    """The servers of which any file is. The rules are those of all hosts, so they may name each of them."""
    names = {str(file.data.get("name")) for file in folder.files}
    for path in folder.root.glob(f"*/{SERVERS}/*"):
        is_read = path.parent.parent.name in (host, SHARED)
        if not is_read and _is_of_a_server(path) and reading.is_inside(path):
            names.add(_name_in(path))
    return sorted(names)


def _name_in(path: Path) -> str:
    """The name of the server in a file of another host, whose variables are not known here."""
    try:
        name = _yaml.read(path.read_text(encoding="utf-8")).data["name"]
    except (_yaml.Unreadable, ValueError, OSError, LookupError, TypeError):
        return ANY
    return ANY if "{" in str(name) else str(name)


def _choose(folder: Folder, reading: _Reading, patterns: Iterable[str]) -> None:
    """Keep only the servers whose names match a pattern."""
    globs = Globs(patterns)
    folder.files = [file for file in folder.files if str(file.data.get("name")) in globs]
    folder.servers = [file.data for file in folder.files]
    if not folder.files and not folder.troubles:
        reading.note(reading.root, f"No server here matches {', '.join(patterns)}.")
