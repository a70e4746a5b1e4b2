# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator in the background, as the role simulator starts and stops it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = ROOT / "roles/simulator/files/background.py"


class Unsafe(yaml.SafeLoader):
    """YAML with Ansible's tag for what is no template."""


def as_it_is(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    return str(node.value)


Unsafe.add_constructor("!unsafe", as_it_is)


class Background:
    """A folder, and what is done with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def process(self, action: str, settings: dict[str, Any], *more: str) -> subprocess.Popen[str]:
        given = [str(ROOT / "tests"), json.dumps({"port": 0, "estate": "", "more": {}, **settings})]
        arguments = [action, str(self.folder), *(given if action == "start" else []), *more]
        return subprocess.Popen([sys.executable, "-I", str(PROGRAM), *arguments], stdout=subprocess.PIPE, text=True)

    def start(self, *more: str, **settings: Any) -> dict[str, Any]:
        return answer(self.process("start", settings, *more))

    def stop(self, *more: str) -> dict[str, Any]:
        return answer(self.process("stop", {}, *more))

    def connection(self) -> dict[str, Any]:
        text = (self.folder / "connection.yml").read_text(encoding="utf-8")
        return dict(yaml.load(text, Loader=Unsafe))


def answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What it told; there is an error if, and only if, the exit code says so."""
    told = dict(json.loads(process.communicate(timeout=120)[0]))
    assert (process.returncode == 1) == ("error" in told)
    return told


def has_ended(pid: int) -> bool:
    """Whether a process is over; it may still wait to be noticed by its parent."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in {"Z", "X"}


def wait_for_end(pid: int) -> None:
    while not has_ended(pid):
        time.sleep(0.02)


@pytest.fixture
def background(tmp_path: Path) -> Iterator[Background]:
    made = Background(tmp_path / "a folder" / "em")
    yield made
    made.stop()


def test_it_is_started_once_and_stopped_once(background: Background) -> None:
    assert background.start("--check") == {"changed": True, "told": []}
    assert not background.folder.exists()
    assert background.stop() == {"changed": False, "told": []}
    first = background.start()
    assert (first["changed"], first["told"], has_ended(first["pid"])) == (True, [], False)
    again = background.start()
    assert again == {**first, "changed": False}
    assert background.start("--check") == again
    assert background.stop("--check") == {"changed": True, "told": []}
    assert not has_ended(first["pid"])
    assert background.stop() == {"changed": True, "told": []}
    wait_for_end(first["pid"])
    assert background.stop() == {"changed": False, "told": []}
    assert sorted(path.name for path in background.folder.iterdir()) == ["lock", "simulator.log"]


def test_the_password_is_said_to_its_owner_alone(background: Background) -> None:
    told = background.start()
    connection = background.connection()
    password = connection["aem_password"]
    assert len(password) > 20
    assert connection == {
        "aem_url": told["url"],
        "aem_username": told["username"],
        "aem_password": password,
        "aem_ca_path": told["ca_path"],
        "aem_use_proxy": False,
    }
    shell = f'. "{background.folder}/connection.env"; printf "%s\\n" "$AEM_URL" "$AEM_USERNAME" "$AEM_PASSWORD"'
    said = subprocess.run(["sh", "-c", shell], check=True, capture_output=True, text=True).stdout
    assert said.split("\n")[:3] == [told["url"], told["username"], password]
    for path in [background.folder, *background.folder.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0 or path.parent.parent == background.folder / "run", path
    command_line = Path(f"/proc/{told['pid']}/cmdline").read_text(encoding="utf-8")
    log = (background.folder / "simulator.log").read_text(encoding="utf-8")
    assert password not in str(told) + command_line + log


def test_one_that_is_gone_is_told_of_and_cleaned_up(background: Background) -> None:
    gone = background.start()["pid"]
    password = background.connection()["aem_password"]
    os.kill(gone, signal.SIGKILL)
    told = background.start()
    assert told["changed"]
    assert background.connection()["aem_password"] == password
    assert [f"(process {gone}) was gone" in text for text in told["told"]] == [True]
    os.kill(told["pid"], signal.SIGKILL)
    assert background.stop("--check")["changed"]
    end = background.stop()
    assert end["changed"]
    assert f"(process {told['pid']}) was gone" in end["told"][0]
    assert not (background.folder / "run").exists()


def test_another_process_of_that_number_is_left_alone(background: Background) -> None:
    pid = background.start()["pid"]
    os.kill(pid, signal.SIGKILL)
    identity = background.folder / "run/process.json"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        identity.write_text(json.dumps({"pid": other.pid, "wish": {}}), encoding="utf-8")
        background.stop()
        assert other.poll() is None
        other.communicate(b"\n")
        assert other.returncode == 0


def test_other_settings_are_another_simulator(background: Background, tmp_path: Path) -> None:
    estate = tmp_path / "estate.yml"
    estate.write_text("users: [{name: 'CORP\\me'}]", encoding="utf-8")
    first = background.start(estate=str(estate), more={"start_seconds": 0.1})
    assert first["username"] == "CORP\\me"
    estate.write_text("users: [{name: 'CORP\\you'}]", encoding="utf-8")
    assert background.start("--check", estate=str(estate), more={"start_seconds": 0.1})["changed"]
    second = background.start(estate=str(estate), more={"start_seconds": 0.1})
    assert second["username"] == "CORP\\you"
    assert second["told"] == [f"The simulator ran with other settings (process {first['pid']}), so it is started anew."]
    wait_for_end(first["pid"])
    (background.folder / "password").write_text("given", encoding="utf-8")
    assert background.start(estate=str(estate), more={"start_seconds": 0.1})["changed"]
    assert background.connection()["aem_password"] == "given"


def test_two_that_start_it_at_once_share_it(background: Background) -> None:
    told = [answer(process) for process in [background.process("start", {}) for _unused in range(3)]]
    assert [item["error"] for item in told if "error" in item] == []
    assert sorted(item["changed"] for item in told) == [False, False, True]
    assert len({item["pid"] for item in told}) == 1


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"estate": "/nowhere.yml"}, "simulator_estate: /nowhere.yml cannot be read: No such file or directory."),
        ({"more": {"port": 1}}, "simulator_settings: port is no setting, or has an option of its own."),
        ({"more": {"colour": "red"}}, "The simulator did not start. unrecognized arguments: --colour=red"),
        ({"more": {"dialect": "latin"}}, "The simulator did not start. argument --dialect: invalid choice"),
    ],
)
def test_what_cannot_be_is_told(background: Background, settings: dict[str, Any], text: str) -> None:
    assert background.start(**settings)["error"].startswith(text)
    assert not (background.folder / "run").exists()
