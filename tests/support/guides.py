# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The code blocks of a page of documentation, and one shell script that does with them what a reader does."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import yaml

FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
# A reader types the connection and a password; here they are given from outside.
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
class Given:
    """It sets the connection, which is given from outside."""


@dataclass(frozen=True)
class Shown:
    """It is read as what it is, and not run, for that reason."""

    reason: str


Dealt = Run | Write | Given | Shown


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
    return "\n".join([*lines, ""])


def run(number: int, block: Block, arguments: str) -> list[str]:
    """The commands that run a block."""
    if block.language == "shell":
        return [f"(\n{CONNECTION.sub('', block.text)})"]
    if block.language == "python":
        return [here("block.py", block.text), "python block.py"]
    play = block.text if "hosts" in block.data[0] else in_play(block.text)
    return [here(f"block-{number}.yml", play), f"ansible-playbook -i localhost, block-{number}.yml {arguments}"]


def in_play(tasks: str) -> str:
    """A play of some tasks."""
    return f"- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n{indent(tasks, '    ')}"


def here(name: str, text: str) -> str:
    """The command that writes a file."""
    return f"cat > '{name}' <<'END_OF_BLOCK'\n{text}END_OF_BLOCK"
