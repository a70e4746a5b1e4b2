# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canaries in playbooks: in loops, in the background, in failures, in files, and in what other processes can see.

A play is run as a user runs it, at the highest verbosity, in both hosts of a module. Meanwhile somebody looks at the
arguments and the environment of all its processes, and afterwards at all files.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.display import MASK
from simulator import Settings, Simulator
from support.api_calls import DEV, endpoint, one_task
from support.canaries import NAMES, SECRETS, hatched
from support.cases import Cases
from support.playbooks import Played, family, run
from support.sandbox import Sandbox

FQCN = "qlik.enterprise_manager."
BESIDE = {"username": "REPL_2", "more": {"pwd": "{{ secret }}"}}
DATABASE = {**endpoint("canary files", "TARGET"), "db_settings": {"$type": "FileSettings", "password": "{{ secret }}"}}
DEFINITION = one_task("canary", "DEV Oracle", "canary files", databases=[DATABASE])
INFO = "{{ {'host': 'h', 'auth': {'password': secret}} | to_json }}"


def task(name: str, module: str, options: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A task whose failure does not end the play."""
    return {"name": name, f"{FQCN}{module}": options, "ignore_errors": True, **more}


def loops() -> list[dict[str, Any]]:
    """Secrets in items of a loop, some of which fail."""
    of_item = {"server": DEV, "name": "DEV Oracle", "settings": "{{ beside | combine({item: secret}) }}"}
    return [
        task("Loop", "aem_endpoint", {**of_item, "update_secrets": "always"}, loop=NAMES, vars={"beside": BESIDE}),
        task(
            "Loop that fails", "aem_endpoint", {**of_item, "server": "{{ item }}"}, loop=NAMES[:2], vars={"beside": {}}
        ),
        task(
            "Loop of texts",
            "aem_server_license",
            {"server": DEV, "content": "{{ item }}={{ secret }}"},
            loop=["a", "b"],
        ),
    ]


def background() -> list[dict[str, Any]]:
    """Secrets in jobs that Ansible has made wait for, or looked at later."""
    document = {"server": DEV, "definition": DEFINITION, "timeout": 5}
    waiting: dict[str, Any] = {"async": 60, "poll": 1}
    later: dict[str, Any] = {"async": 60, "poll": 0, "register": "job"}
    status = {
        "ansible.builtin.async_status": {"jid": "{{ job.ansible_job_id }}"},
        "register": "seen",
        "until": "seen.finished",
    }
    return [
        task("Wait", "aem_import", document, **waiting),
        task(
            "Fail in the background",
            "aem_server",
            {"name": DEV, "type": "compose", "password": "{{ secret }}"},
            **waiting,
        ),
        task("Look later", "aem_endpoint", {"server": DEV, "name": "DEV Oracle", "settings": BESIDE}, **later),
        {"name": "Look", **status, "retries": 60, "delay": 0, "ignore_errors": True},
        {"name": "Show", "ansible.builtin.debug": {"var": "seen"}},
    ]


def files(folder: Path) -> list[dict[str, Any]]:
    """Work that writes files, after secrets were sent."""
    selection = {"server": DEV, "tasks": ["*"]}
    sent = {"server": DEV, "name": "DEV Oracle", "update_secrets": "always"}
    name = "{{ secret | urlencode | replace('/', '%2F') }}"
    return [
        task("Send", "aem_endpoint", {**sent, "settings": {**BESIDE, "connectioninfo": INFO}}),
        task("Import", "aem_task", {"server": DEV, "name": "canary", "definition": DEFINITION, "with_endpoints": True}),
        task("Export", "aem_export", {"server": DEV, "dest": f"{folder}/export.json"}),
        task("Back up", "aem_backup", {"path": f"{folder}/backups", "servers": [DEV]}),
        task("Record", "aem_task_record", {"path": f"{folder}/record.json", **selection}),
        task("Report", "aem_report", {"path": f"{folder}/report"}),
        task("Adopt", "aem_estate_adopt", {"path": f"{folder}/estate", "environment": "prd", "servers": [DEV]}),
        task("Tell", "aem_estate_info", {"servers": [DEV]}, register="told"),
        {"name": "Show", "ansible.builtin.debug": {"var": "told"}},
        task(
            "Restore",
            "aem_restore",
            {"path": f"{folder}/backups", "server": DEV, "secrets": {"DEV Oracle": {"pwd": name}}},
        ),
    ]


def failures() -> list[dict[str, Any]]:
    """Secrets in options that are refused, and in answers that echo them."""
    server = {"name": "new", "type": "replicate", "host": "h.example", "port": 1, "username": "CORP\\a"}
    return [
        task("Echo", "aem_server", {**server, "password": "{{ secret }}"}),
        task("Echo of a license", "aem_server_license", {"server": DEV, "content": "checksum={{ secret }}"}),
        task("Echo of a definition", "aem_import", {"server": DEV, "definition": DEFINITION, "timeout": 3}),
        task("No choice", "aem_server", {**server, "password": "{{ secret }}", "type": "x"}),
        task(
            "No definition",
            "aem_import",
            {"server": DEV, "definition": "{{ document | to_json }}, broken"},
            vars={"document": DEFINITION},
        ),
        task("Not known", "aem_server", {**server, "password": "{{ secret }}", "unknown": 1}),
        task("Login", "aem_server_info", {"aem_password": "{{ secret }}"}),
    ]


PLAYS: dict[str, Callable[[Path], list[dict[str, Any]]]] = {
    "failures": lambda _folder: failures(),
    "loops": lambda _folder: loops(),
    "background": lambda _folder: background(),
    "files": files,
}

# Which of the tasks are meant to fail.
FAILED = {
    "loops": [False, True, True],
    "background": [False, True, False, False, False],
    "files": [False] * 10,
    "failures": [True] * 7,
}
ECHOES = ("PutServer", "PutServerLicense", "ImportAll")


def echo(em: Simulator, secret: str) -> None:
    """Have calls that write refused in words that hold the secret in several forms."""
    told = f"wrong: {secret} {quote(secret, safe='')} {json.dumps(secret)} {base64.b64encode(secret.encode()).decode()}"
    body = {"error_code": "AEM_TASK_NOT_FOUND", "error_message": told}
    for method in ECHOES:
        em.inject({"kind": "json", "status": 500, "api_method": method, "times": None, "body": body})


@contextmanager
def watched() -> Iterator[set[str]]:
    """What was in the arguments and the environment of all descendants of this process meanwhile."""
    seen: set[str] = set()
    ended, root = threading.Event(), os.getpid()

    def look() -> None:
        while not ended.wait(0.02):
            for pid in family(root)[1:]:
                for what in ("cmdline", "environ"):
                    with suppress(OSError):
                        seen.add(Path(f"/proc/{pid}/{what}").read_bytes().decode("utf-8", "replace"))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def played(em: Simulator, sandbox: Sandbox, secret: str, tasks: list[dict[str, Any]], *arguments: str) -> Played:
    """The play with a secret that comes from a file, as one from a vault does."""
    variables = sandbox.root / "vars.json"
    variables.write_text(json.dumps({"secret": secret}), encoding="utf-8")
    try:
        return run(
            em,
            tasks,
            *("-vvvv", "--diff", "-e", f"@{variables}", *arguments),
            ANSIBLE_HOME=str(sandbox.home / "ansible"),
            ANSIBLE_ASYNC_DIR=str(sandbox.home / "async"),
            ANSIBLE_LOG_PATH=str(sandbox.home / "log"),
        )
    finally:
        variables.unlink()


def test_no_canary_flies_out_of_a_play(sandbox: Sandbox, cases: Cases) -> None:
    every = list(itertools.product(PLAYS, ("true", "false"), SECRETS, ((), ("--check",))))
    # The others take from five seconds to a minute each.
    for case in every if cases.whole else every[:1]:
        kind, in_worker, secret, mode = case
        tasks = PLAYS[kind](sandbox.folder)
        with Simulator(Settings(import_seconds=0.01)) as em:
            if kind == "failures":
                echo(em, secret)
            with watched() as seen:
                done = played(em, sandbox, secret, tasks, "-e", f"aem_in_worker={in_worker}", *mode)
        assert mode or [step.failed for step in done.steps] == FAILED[kind], done.output[-3000:]
        assert len(done.steps) == len(tasks)
        assert mode or kind != "failures" or done.output.count(f"wrong: {MASK}") >= len(ECHOES)
        cases.counted[f"canaries: {kind} in plays"] += len(done.steps)
        printed = done.output + json.dumps([dict(step.result) for step in done.steps], ensure_ascii=False)
        for text in (printed, *seen):
            for form in hatched(text):
                place = text.index(form)
                raise AssertionError(f"{case}: ...{text[max(0, place - 300) : place + 100]}")
        # By its own files Ansible hands options to a job in the background, which removes them in the end.
        for path in set(sandbox.root.rglob("*")).difference(sandbox.home.glob("ansible/tmp/*/*")):
            assert not path.is_file() or not hatched(path.read_bytes().decode("utf-8", "replace")), (case, path)
