# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules in both of their hosts, in this process, on a simulator without sockets and without waiting.

Some hundred runs a second, with all that a task says: what AnsibleModule prints, and what the action plugin returns.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import pytest
import requests
from ansible.module_utils.testing import patch_module_args
from requests.adapters import BaseAdapter

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import http
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._module import declaration_of
from ansible_collections.qlik.enterprise_manager.plugins.plugin_utils import _worker
from ansible_collections.qlik.enterprise_manager.plugins.plugin_utils._action import admitted, on_one_line
from simulator import Settings, dumping
from support.desk import ADMIN, PASSWORD, Desk, FakeClock

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("aem_*.py"))
COLLECTION = "ansible_collections.qlik.enterprise_manager.plugins"
WORKER, PROCESS = "worker", "process"
HOSTS = (WORKER, PROCESS)
URL = "https://em.example.com"
CONNECTION = {"aem_url": URL, "aem_username": ADMIN, "aem_password": PASSWORD, "aem_retries": 1, "aem_concurrency": 2}


@dataclass(frozen=True)
class Told:
    """What a task says: its result, and all that was printed on the way."""

    result: Mapping[str, Any]
    printed: str

    @property
    def failed(self) -> bool:
        """Whether the task failed."""
        return bool(self.result.get("failed"))

    @property
    def message(self) -> str:
        """What it says of that."""
        return str(self.result.get("msg", ""))


class _Time:
    """The module ``time``, with the clock of a simulator."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._naps = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def monotonic(self) -> float:
        """Seconds that only grow."""
        return self._clock.seconds

    def sleep(self, seconds: float) -> None:
        """Let time pass at once, and the faster the longer somebody waits: some may wait for a year."""
        self._naps += 1
        self._clock.seconds += seconds * 2 ** (self._naps // 100)

    def rested(self) -> None:
        """Begin anew with seconds as long as they are."""
        self._naps = 0


class Direct(BaseAdapter):
    """Hands requests to a simulator's service, one at a time, and keeps all that was sent."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.sent: list[requests.PreparedRequest] = []
        # Whether every call that writes is refused in words that hold all that was sent.
        self.echoes = False
        # What becomes of an answer before it is read: called with the number of its request since the last reset.
        self.spoil: Callable[[int, requests.Response], None] | None = None
        self._lock = threading.Lock()

    def send(self, request: requests.PreparedRequest, **_arguments: Any) -> requests.Response:
        """Answer a request."""
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        headers = {name.replace("-", "_"): str(value) for name, value in request.headers.items()}
        with self._lock:
            self.sent.append(request)
            answer = self.desk.raw(str(request.method), str(request.path_url), content, **headers).answer
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        if answer.content_type:
            response.headers["Content-Type"] = answer.content_type
        response.raw, response.url, response.request = io.BytesIO(answer.body), str(request.url), request
        if self.echoes and (request.method != "GET" or "Authorization" in request.headers):
            told = f"wrong: {content.decode()} {quote(content)} {request.headers}"
            response.status_code = 500
            response.raw = io.BytesIO(json.dumps({"error_code": "X", "error_message": told}).encode())
        if self.spoil:
            self.spoil(len(self.sent) - 1, response)
        return response

    def close(self) -> None:
        """Nothing to close."""


class Hosts:
    """Runs modules on a simulator of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, estate: Any) -> None:
        self.desk = Desk(Settings(), estate)
        self.adapter = Direct(self.desk)
        self._at_start: dict[str, Any] | None = None
        original = http.http_session

        def session_of(connection: Any) -> requests.Session:
            session = original(connection)
            session.mount("https://", self.adapter)
            return session

        monkeypatch.setattr(http, "http_session", session_of)
        for name in ("AEM_URL", "AEM_USERNAME", "AEM_PASSWORD", "AEM_TOKEN", "AEM_JWT", "AEM_SESSION_ID"):
            monkeypatch.delenv(name, raising=False)
        for name in MODULES:
            module_named(name)
        self._time = _Time(self.desk.clock)
        for module in _modules_with_time():
            monkeypatch.setattr(module, "time", self._time)

    def reset(self) -> None:
        """The estate as at the start, and an empty log."""
        if self.adapter.sent:
            self.desk.world.reset()
        self.desk.tokens.clear()
        self.adapter.sent.clear()

    def estate(self) -> dict[str, Any]:
        """The present estate as plain data, without secrets, and without what happens by itself.

        It takes most of the time of a case, so where no request wrote anything it is made once.
        """
        if any(entry["writes"] for entry in self.log()):
            return self._dumped()
        if self._at_start is None:
            self._at_start = self._dumped()
        return self._at_start

    def _dumped(self) -> dict[str, Any]:
        self.desk.world.catch_up()
        return dumping.dump(self.desk.estate)

    def log(self) -> list[dict[str, Any]]:
        """All requests since the last reset."""
        return self.desk.world.log.entries()

    def run(self, host: str, module: str, options: Mapping[Any, Any], check_mode: bool = False) -> Told:
        """A task with the ``options`` of a user, and the connection: all that Ansible can tell of it is asked for."""
        self._time.rested()
        try:
            arguments = admitted(declaration_of(module_named(module).main), {**CONNECTION, **options})
        except Refused as refused:
            # The action plugin says so before either host is asked.
            return Told({"failed": True, "changed": False, "msg": refused.message}, "")
        return (_in_worker if host == WORKER else _in_process)(module, arguments, check_mode)


def module_named(name: str) -> ModuleType:
    """A module of the collection."""
    return importlib.import_module(f"{COLLECTION}.modules.{name}")


def _modules_with_time() -> Iterator[ModuleType]:
    for name, module in list(sys.modules.items()):
        if name.startswith(COLLECTION) and getattr(module, "time", None) is time:
            yield module


def _in_worker(name: str, arguments: dict[str, Any], check_mode: bool) -> Told:
    result = _worker.run(
        f"qlik.enterprise_manager.{name}",
        declaration_of(module_named(name).main),
        arguments,
        check_mode=check_mode,
        with_diff=True,
        with_options=True,
    )
    return Told(result, "")


def _in_process(name: str, arguments: dict[str, Any], check_mode: bool) -> Told:
    printed, said = io.StringIO(), io.StringIO()
    internal = {"_ansible_check_mode": check_mode, "_ansible_diff": True, "_ansible_verbosity": 4}
    with (
        patch_module_args({**json.loads(json.dumps(arguments)), **internal}),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(said),
        contextlib.suppress(SystemExit),
    ):
        module_named(name).main()
    return Told(on_one_line(json.loads(printed.getvalue())), printed.getvalue() + said.getvalue())
