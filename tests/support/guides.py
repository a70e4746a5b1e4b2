# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code blocks of a page of documentation, and one shell script that does with them what a reader does."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import yaml
from ansible.cli.playbook import PlaybookCLI

from support import roles

FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
# A reader types the connection and a password; here they are given from outside.
# The numbers of a run are its own.
NUMBER = re.compile(r"\d+(\.\d+)?")
CRON_LINE = re.compile(r"(?:[\d*,/-]+ ){4}[\d*,/-]+ +(?P<command>.+)\n")
COLLECTION = "qlik.enterprise_manager."
CONNECTION = re.compile(r"^(export AEM_|read -rs).*\n", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, and its text without the indentation of its fence."""

    language: str
    text: str

    def problem(self) -> str:
        """Why its text is nothing of its language; empty where it is, or where nobody can tell."""
        try:
            if self.language == "yaml":
                list(yaml.safe_load_all(self.text))
            elif self.language == "json":
                json.loads(self.text)
            elif self.language == "python":
                compile(self.text, "block", "exec")
        except (SyntaxError, ValueError, yaml.YAMLError) as error:
            return str(error)
        if self.language == "shell":
            # What stands for something else, as in <the collection>, is no redirection.
            text = re.sub(r"<[\w /.-]+>", "something", self.text)
            done = subprocess.run(["bash", "-n"], input=text, check=False, capture_output=True, text=True)
            return done.stderr
        return "" if self.language in {"json", "python", "text", "yaml"} else f"nobody knows {self.language}"

    @property
    def data(self) -> Any:
        """What a YAML block says."""
        return yaml.safe_load(self.text)


@dataclass(frozen=True)
class Run:
    """It is run: commands by the shell, plays and tasks by ansible-playbook. ``before`` is run before it."""

    arguments: str = ""
    before: str = ""


@dataclass(frozen=True)
class Write:
    """It is a file of that name. ``then`` is run after it is written."""

    name: str
    then: str = ""


@dataclass(frozen=True)
class Printed:
    """Each of its lines is printed by what was run before it, but for numbers."""


@dataclass(frozen=True)
class Files:
    """Each of its lines begins with a file, or folder, that what was run before it has made below ``folder``."""

    folder: str


@dataclass(frozen=True)
class Variables:
    """It is a file of variables, which that role takes."""

    role: str


@dataclass(frozen=True)
class Cron:
    """A line for cron. It is not run; what it runs is a playbook that takes what it is given."""


@dataclass(frozen=True)
class Given:
    """It sets the connection, which is given from outside."""


@dataclass(frozen=True)
class Shown:
    """It is read as what it is, and not run, for that reason."""

    reason: str


Dealt = Run | Write | Printed | Files | Variables | Cron | Given | Shown


def blocks(page: Path) -> list[Block]:
    """The blocks of a page that say their language, in order."""
    return [Block(language, dedent(text)) for _fence, language, text in FENCE.findall(page.read_text(encoding="utf-8"))]


def script(found: Sequence[Block], dealt: Sequence[Dealt]) -> str:
    """The commands that a reader of the page gives, in order."""
    lines = ["set -euo pipefail"]
    for number, (block, what) in enumerate(zip(found, dealt, strict=True)):
        lines.append(f"echo '=== block {number}'")
        if isinstance(what, Write):
            lines += [here(what.name, block.text), what.then]
        elif isinstance(what, Run):
            lines += [what.before, *run(number, block, what.arguments)]
        elif isinstance(what, Files):
            lines += [f"test -e {shlex.quote(str(Path(what.folder, name)))}" for name in named(block)]
    return "\n".join([*lines, ""])


def run(number: int, block: Block, arguments: str) -> list[str]:
    """The commands that run a block."""
    if block.language == "shell":
        return [f"(\n{CONNECTION.sub('', block.text)})"]
    if block.language == "python":
        return [here("block.py", block.text), "python block.py"]
    play = block.text if "hosts" in block.data[0] else in_play(block.text)
    return [here(f"block-{number}.yml", play), f"ansible-playbook -i localhost, block-{number}.yml {arguments}"]


def named(block: Block) -> list[str]:
    """The files that a block lists; what they are stands after them, behind two spaces or more."""
    return [re.split(" {2,}", line)[0] for line in block.text.splitlines()]


def not_printed(block: Block, printed: str) -> list[str]:
    """The lines of a block that are not part of what was printed, but for their numbers."""
    found = NUMBER.sub("0", printed)
    return [line for line in block.text.splitlines() if NUMBER.sub("0", line) not in found]


def problems_of_cron(text: str) -> Iterator[str]:
    """What is wrong with a line for cron: its times, an option of its playbook's command, or a variable of no role."""
    line = CRON_LINE.fullmatch(text)
    if line is None:
        yield f"no line for cron: {text}"
        return
    words = shlex.split(re.sub(r"(\|\||&&|[>;]).*", "", line["command"].split("ansible-playbook ", 1)[1]))
    parser = PlaybookCLI(["ansible-playbook", "nothing"])
    parser.init_parser()
    try:
        given = parser.parser.parse_args(words)
    except SystemExit:
        yield f"ansible-playbook does not take {words}"
        return
    for playbook in given.args:
        role = playbook.removeprefix(COLLECTION)
        known = roles.options(role)
        yield from (
            f"{role} has no variable {name}"
            for name in (told.partition("=")[0] for told in given.extra_vars if not told.startswith("@"))
            if name not in known
        )


def in_play(tasks: str) -> str:
    """A play of some tasks."""
    return f"- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n{indent(tasks, '    ')}"


def here(name: str, text: str) -> str:
    """The command that writes a file."""
    return f"cat > '{name}' <<'END_OF_BLOCK'\n{text}END_OF_BLOCK"
