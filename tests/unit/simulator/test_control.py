# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control calls, the class Simulator, the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator import EstateError, FaultError, Settings, SettingsError, Simulator
from simulator.__main__ import parser
from simulator.app import _is_local
from simulator.loading import give_password, load

API = "/attunityenterprisemanager/api/v1"
TESTS = Path(__file__).resolve().parents[2]


@pytest.fixture
def http(em: Simulator) -> Iterator[requests.Session]:
    em.reset()
    em.update_settings(dialect="sdk")
    with requests.Session() as session:
        session.trust_env = False
        session.verify = em.ca_path
        yield session


def login(em: Simulator, http: requests.Session) -> int:
    return http.get(f"{em.url}{API}/login", auth=(em.username, em.password), timeout=10).status_code


def test_the_log(em: Simulator, http: requests.Session) -> None:
    login(em, http)
    found = http.get(f"{em.control_url}/log", timeout=10).json()
    assert [entry["api_method"] for entry in found] == ["Login"]
    assert found == em.log()
    assert http.delete(f"{em.control_url}/log", timeout=10).status_code == 200
    assert em.log() == []


def test_the_estate(em: Simulator, http: requests.Session) -> None:
    data = http.get(f"{em.control_url}/estate", timeout=10).json()
    assert data == em.estate()
    data["servers"] = data["servers"][:1]
    assert http.put(f"{em.control_url}/estate", json=data, timeout=10).status_code == 200
    assert len(em.estate()["servers"]) == 1
    assert login(em, http) == 200
    text = http.get(f"{em.control_url}/estate?format=yaml", timeout=10).text
    assert text.startswith("users:\n- name: CORP\\admin\n")
    assert http.put(f"{em.control_url}/estate", data=text.encode(), timeout=10).status_code == 200
    answer = http.put(f"{em.control_url}/estate", data=b"servers: 1", timeout=10)
    assert (answer.status_code, answer.text) == (400, "estate: servers is not a list.")
    assert http.post(f"{em.control_url}/reset", timeout=10).status_code == 200
    assert len(em.estate()["servers"]) == 6


def test_time_can_be_let_pass_at_once(em: Simulator, http: requests.Session) -> None:
    answer = http.get(f"{em.url}{API}/login", auth=(em.username, em.password), timeout=10)
    header = "EnterpriseManager.APISessionID"
    mine = {header: answer.headers[header]}
    for seconds, status in ((299, 200), (299, 200), (301, 440)):
        em.advance(seconds)
        assert http.get(f"{em.url}{API}/servers", headers=mine, timeout=10).status_code == status


def test_an_answer_is_held_until_the_faults_are_cleared(em: Simulator, http: requests.Session) -> None:
    em.inject({"kind": "hold", "skip": 1})
    login(em, http)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(login, em, http)
        while not em.held():
            time.sleep(0.01)
        assert not waiting.done()
        assert [entry["fault"] for entry in em.log()] == [None, "hold"]
        em.clear_faults()
        assert waiting.result() == 200
    assert em.held() == 0


def test_faults(em: Simulator, http: requests.Session) -> None:
    assert http.post(f"{em.control_url}/faults", json={"kind": "status"}, timeout=10).status_code == 200
    assert [fault["kind"] for fault in http.get(f"{em.control_url}/faults", timeout=10).json()] == ["status"]
    assert login(em, http) == 503
    assert login(em, http) == 200
    em.inject({"kind": "status", "times": None})
    assert http.delete(f"{em.control_url}/faults", timeout=10).status_code == 200
    assert login(em, http) == 200
    for body in (b"{}", b"[]", b"{", b"1"):
        assert http.post(f"{em.control_url}/faults", data=body, timeout=10).status_code == 400


def test_settings(em: Simulator, http: requests.Session) -> None:
    changed = http.patch(f"{em.control_url}/settings", json={"dialect": "guide"}, timeout=10).json()
    assert changed["dialect"] == "guide"
    assert em.settings.dialect == "guide"
    assert http.get(f"{em.control_url}/settings", timeout=10).json() == changed
    for body in (b'{"dialect": "x"}', b'{"port": 1}', b"[]", b"{"):
        assert http.patch(f"{em.control_url}/settings", data=body, timeout=10).status_code == 400


def test_an_unknown_control_call_tells_what_there_is(em: Simulator, http: requests.Session) -> None:
    answer = http.get(f"{em.url}/simulator/", timeout=10)
    assert answer.status_code == 404
    assert "GET /simulator/log" in answer.json()


def test_control_is_for_this_machine() -> None:
    assert [_is_local(name) for name in ("127.0.0.1", "::1", "192.0.2.1", None)] == [True, True, False, False]


def test_what_cannot_be_is_an_exception(em: Simulator) -> None:
    with pytest.raises(FaultError):
        em.inject({"kind": "unknown"})
    with pytest.raises(SettingsError):
        em.update_settings(colour="red")
    with pytest.raises(EstateError):
        em.set_estate({"servers": 1})
    with pytest.raises(EstateError), Simulator(Settings(estate="nowhere.yml")):
        pass


def test_a_port_that_is_taken(em: Simulator) -> None:
    port = int(em.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"), Simulator(Settings(port=port)):
        pass


def test_it_leaves_nothing_behind() -> None:
    before = threading.active_count()
    with Simulator() as other:
        ca_path = Path(other.ca_path)
        assert ca_path.exists()
    assert not ca_path.exists()
    assert threading.active_count() == before


def run(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-m", "simulator", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True, **options)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_foreground(number: int) -> None:
    with run("--verbose", "--start-seconds", "0", "--dialect", "guide") as process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        assert set(facts) == {"url", "ca_path", "username", "password", "control_url", "pid"}
        assert facts["pid"] == process.pid
        with requests.Session() as session:
            session.trust_env = False
            session.verify = facts["ca_path"]
            answer = session.get(f"{facts['url']}{API}/login", auth=(facts["username"], facts["password"]), timeout=10)
            assert answer.status_code == 200
            settings = session.get(f"{facts['control_url']}/settings", timeout=10).json()
            assert (settings["start_seconds"], settings["dialect"]) == (0, "guide")
        assert process.stdout.readline().startswith(f"200 GET {API}/login Login CORP\\admin ")
        process.send_signal(number)
        out, errors = process.communicate(timeout=20)
        assert (process.returncode, out, errors) == (0, "", "")
    assert not Path(facts["ca_path"]).exists()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--estate", "nowhere.yml"), "nowhere.yml cannot be read"),
        (("--latency-seconds", "-1"), "latency_seconds cannot be -1"),
        (("--dialect", "latin"), "invalid choice"),
        (("--colour", "red"), "unrecognized arguments: --colour red"),
        (("--host", "192.0.2.1"), "192.0.2.1"),
        (("--password-file", "nowhere"), "The file with the password cannot be read"),
        (("--password-file", os.devnull), "There is no password in"),
    ],
)
def test_options_that_cannot_be(arguments: tuple[str, ...], text: str) -> None:
    with run(*arguments) as process:
        out, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert text in errors
    # Whoever waits for the first line gets one, and knows.
    assert list(json.loads(out)) == ["error"]
    assert text in json.loads(out)["error"]
    assert "Traceback" not in errors


def test_a_password_of_ones_own_and_a_file_in_place_of_the_first_line(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("of my own\n", encoding="utf-8")
    ready = tmp_path / "ready.json"
    files = ("--password-file", str(tmp_path / "password"), "--ready-file", str(ready))
    with run("--verbose", *files) as process:
        while not ready.exists():
            assert process.poll() is None
            time.sleep(0.02)
        assert ready.stat().st_mode & 0o777 == 0o600
        facts = json.loads(ready.read_text(encoding="utf-8"))
        assert facts["password"] == "of my own"
        with requests.Session() as session:
            session.trust_env = False
            session.verify = facts["ca_path"]
            for password, status in (("of my own", 200), ("simulator", 401)):
                login = f"{facts['url']}{API}/login"
                assert session.get(login, auth=(facts["username"], password), timeout=10).status_code == status
        process.terminate()
        out, errors = process.communicate(timeout=20)
    assert "of my own" not in out + errors
    assert not ready.exists()


def test_a_password_is_given_to_the_first_user_where_none_has_one() -> None:
    estate = load({"users": [{"name": "CORP\\a"}, {"name": "CORP\\b"}]})
    give_password(estate, "geheim")
    assert [user.password for user in estate.users] == ["geheim", ""]
    with pytest.raises(EstateError, match="colon"):
        give_password(estate, "a:b")
    with pytest.raises(EstateError, match="no user"):
        give_password(load({}), "geheim")


def test_help_tells_all() -> None:
    text = parser().format_help()
    for word in ("--estate", "ca_path", "POST /simulator/faults", "drop_after", "export-style", "retry_after"):
        assert word in text
