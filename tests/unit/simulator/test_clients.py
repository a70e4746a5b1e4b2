# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients of three kinds over TLS: one with the habits of the SDK of 2018, one with those of 2021, requests, curl."""

from __future__ import annotations

import base64
import json
import shutil
import ssl
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

import pytest
import requests

from simulator import Simulator
from simulator.contract import load_contract
from support.api_calls import ACL, CALLS, COMPOSE, PRD, QAS, SERVER, one_task

TASKS = ("servers", PRD, "tasks")
API = "/attunityenterprisemanager/api/v1"
SESSION = "EnterpriseManager.APISessionID"


class Refused(Exception):
    """An error of the API."""


@dataclass
class OldClient:
    """The wire habits of both generations of the vendor's Python SDK.

    In the first one names are encoded twice, a slash stands before the query, login is a GET whose answer's headers
    are sent back with every request. In the second one names are encoded once and login is an empty POST. Both send
    a content type with everything, `True` and `False`, and `None` for what is left out.
    """

    em: Simulator
    twice: bool
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=self.em.ca_path)),
        )
        credential = base64.b64encode(f"{self.em.username}:{self.em.password}".encode()).decode()
        login = {"Authorization": f"Basic {credential}", "Content-Type": "application/json"}
        url = f"{self.em.url}{API}/login"
        request = urllib.request.Request(url, headers=login, data=None if self.twice else b"")
        with self.opener.open(request, timeout=10) as answer:
            found = dict(answer.headers.items())
        assert found["Content-Length"] == "0"
        assert "Transfer-Encoding" not in found
        assert found["Content-Type"] == "text/html"
        self.headers = found if self.twice else {SESSION: found[SESSION]}
        # An own length is put in its place wherever there is a body.
        self.headers.pop("Content-Length", None)
        self.headers["Content-Type"] = "application/json"

    def encoded(self, value: Any) -> str:
        once = quote(str(value))
        return quote(once) if self.twice else once

    def call(self, http: str, *path: str, body: Any = None, **query: Any) -> Any:
        target = "/".join(self.encoded(segment) for segment in path)
        if query:
            values = "&".join(f"{name}={self.encoded(value)}" for name, value in query.items())
            target += f"{'/' if self.twice else ''}?{values}"
        data = body.encode() if isinstance(body, str) else None
        if body is not None and data is None:
            data = json.dumps(body, sort_keys=True).encode()
        if data is None and http in ("POST", "PUT"):
            data = b""
        request = urllib.request.Request(f"{self.em.url}{API}/{target}", data, self.headers, method=http)
        try:
            with self.opener.open(request, timeout=10) as answer:
                content = answer.read()
        except HTTPError as error:
            raise Refused(json.loads(error.read())["error_code"]) from error
        if not content:
            return None
        return content.decode() if query.get("action") == "export" else json.loads(content)


@pytest.fixture(params=[True, False], ids=["2018", "2021"])
def client(em: Simulator, request: pytest.FixtureRequest) -> OldClient:
    em.reset()
    return OldClient(em, request.param)


def server_body() -> dict[str, Any]:
    return {**SERVER, "type": "REPLICATE", "verify_server_certificate": True}


def acl_body() -> dict[str, Any]:
    admin = {"$type": "AemUserRef", "name": r"CORP\admin"}
    return {
        "$type": "AemAuthorizationAcl",
        "admin_role": {"$type": "AemRoleDef", "groups": [], "users": [admin]},
        "designer_role": None,
        "operator_role": None,
        "viewer_role": None,
        "disable_inheritance": False,
    }


def test_all_methods(client: OldClient) -> None:
    drive_servers(client.call)
    drive_tasks(client.call)
    drive_tables(client.call)
    drive_endpoints(client.call)
    drive_change_data(client.call)
    client.call("GET", "logout")
    with pytest.raises(Refused, match="INVALID_SESSION_ID"):
        client.call("GET", "servers")
    done = {entry["api_method"] for entry in client.em.log() if entry["status"] == 200}
    assert done == set(load_contract().methods)


def drive_servers(call: Callable[..., Any]) -> None:
    assert [item["$type"] for item in call("GET", "servers")["serverList"]].count("ReplicateServerInfo") == 5
    assert call("GET", "servers", PRD)["server_details"]["task_summary"]["total"] == 6
    call("PUT", "servers", "replicate new", "def", body={**server_body(), "name": "replicate new"})
    known = call("GET", "servers", "replicate new", "def")
    call("PUT", "servers", "replicate new", "def", body={**known, "description": "again"})
    call("PUT", "servers", "replicate new", "license", "def", body=CALLS["PutServerLicense"].body)
    call("PUT", "servers", "replicate new", body=acl_body(), action="acl")
    assert call("GET", "servers", "replicate new", action="acl")["admin_role"]["users"] == [{"name": r"CORP\admin"}]
    call("DELETE", "servers", "replicate new", action="acl")
    call("DELETE", "servers", "replicate new", "def")


def drive_tasks(call: Callable[..., Any]) -> None:
    assert len(call("GET", *TASKS)["taskList"]) == 6
    assert call("GET", *TASKS, "ERP to DW")["state"] == "RUNNING"
    assert call("GET", "servers", COMPOSE, "tasks", "Load DWH__SALES")["$type"] == "AemComposeTaskInfoDetailed"
    assert call("POST", *TASKS, "ERP to DW", action="stop", timeout=30)["state"] == "STOPPED"
    body = {"$type": "AemRunTaskReq", "cdcposition": None}
    assert call("POST", *TASKS, "ERP to DW", body=body, action="run", option="NONE", timeout=30)["state"] == "RUNNING"
    text = call("GET", *TASKS, "Orders archive", action="export", withendpoints=True)
    call("POST", *TASKS, "Orders archive", body=text, action="import")
    call("POST", *TASKS, "Orders archive", action="delete", deletetasklogs=False)
    with pytest.raises(Refused, match="AEM_TASK_NOT_FOUND"):
        call("GET", *TASKS, "Orders archive")


def drive_tables(call: Callable[..., Any]) -> None:
    erp = (*TASKS, "ERP to DW", "tables")
    filters = dict.fromkeys(("includequeued", "includeloading", "includechangeprocessing", "includeerror"), False)
    assert len(call("GET", *erp, schema="ERP", table="%R%", **filters)["tablelist"]) == 6
    assert len(call("GET", *erp, action="getstatus", schema=None, table=None, **filters)["table_details"]) == 8
    call("POST", *erp, action="reload", schema="ERP", table="INVOICES")
    call("POST", *erp, action="Resume", schema="ERP", table="STOCK_MOVEMENTS")
    selection = call("GET", *erp, action="selection")
    items = [{"$type": "TableSelection", "table_type": None, **item} for item in selection["explicit_included_tables"]]
    body = {"$type": "TableSelectionDefinition", **selection, "explicit_included_tables": items}
    call("PUT", *erp, body=body, action="selection")


def drive_endpoints(call: Callable[..., Any]) -> None:
    endpoints = ("servers", PRD, "endpoints")
    assert "ORA" in [item["name"] for item in call("GET", *endpoints)["endpointList"]]
    call("PATCH", *endpoints, "ORA", body='[{"op": "add", "path": "/db_settings/archivedLogDestId", "value": 9}]')
    call("PUT", *endpoints, "ORA", action="reconfigure", configuration="Standby", recycle=True)
    assert call("GET", *endpoints, "ORA", action="test", timeout=60)["status"] == "CONNECTED"
    call("POST", "servers", QAS, "endpoints", "QAS files", action="delete")

    text = call("GET", "servers", PRD, action="export")
    call("POST", "servers", QAS, body=CALLS["ImportAll"].content().decode(), action="import")
    assert "cmd.replication_definition" in text


def drive_change_data(call: Callable[..., Any]) -> None:
    barrier = {
        "$type": "AemSetChangeDataRetentionBarrierReq",
        "application": "a",
        "retention_point": "2026-01-01T00:00:00Z",
    }
    call("PUT", *TASKS, "POS to Kafka", body=barrier, action="set_change_data_retention_barrier")
    found = call("GET", *TASKS, "POS to Kafka", action="get_change_data_retention_barrier")
    assert found == {"application": "a", "retention_point": "2026-01-01T00:00:00Z"}
    body = {"$type": "AemDeleteOldDataReq", "timestamp_or_offset": "P1M3DT1H2M"}
    call("POST", *TASKS, "POS to Kafka", body=body, action="delete_old_change_data")
    trail = call("GET", "security", "audit_trail", start_timestamp="2020-06-30T16:15:00Z", end_timestamp=None)
    assert trail["audit_trail"][-1]["method"] == "DeleteOldChangeData"


@pytest.fixture
def session(em: Simulator) -> Iterator[requests.Session]:
    em.reset()
    with requests.Session() as http:
        http.trust_env = False
        http.verify = em.ca_path
        answer = http.post(f"{em.url}{API}/login", auth=(em.username, em.password), data=b"", timeout=10)
        http.headers[SESSION] = answer.headers[SESSION]
        yield http


def url(em: Simulator, name: str) -> str:
    path = "/".join(quote(part, safe="") for part in CALLS[name].path)
    return f"{em.url}{API}/{path}"


@pytest.mark.parametrize("name", [name for name in CALLS if name != "Logout"])
def test_each_method_with_requests(em: Simulator, session: requests.Session, name: str) -> None:
    call = CALLS[name]
    answer = session.request(call.http, url(em, name), params=call.query, data=call.content(), timeout=10)
    assert answer.status_code == 200, answer.text
    assert bool(answer.content) == ("json" in answer.headers.get("Content-Type", ""))
    assert answer.headers["Content-Length"] == str(len(answer.content))
    assert answer.raw.version == 11


def test_names_arrive_as_they_were_sent(em: Simulator, session: requests.Session) -> None:
    for task in ("100% load", "in/out", "C# feed", "a+b & c?", "Größe täglich"):
        answer = session.get(f"{em.url}{API}/servers/replicate-dev/tasks/{quote(task, safe='')}", timeout=10)
        assert answer.json()["name"] == task
        assert em.log()[-1]["path"].endswith(quote(task, safe=""))


def test_a_connection_is_kept(em: Simulator, session: requests.Session) -> None:
    session.get(f"{em.url}{API}/servers", timeout=10)
    pool = session.get_adapter(em.url).poolmanager.connection_from_url(em.url)
    before = pool.num_connections
    for path in ("servers", "nothing", "servers/nowhere", f"servers/{QAS}/tasks"):
        session.get(f"{em.url}{API}/{path}", timeout=10)
    assert pool.num_connections == before


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_dropped_connection(em: Simulator, session: requests.Session, kind: str) -> None:
    em.inject({"kind": kind, "api_method": "RunTask"})
    with pytest.raises(requests.ConnectionError):
        session.post(url(em, "RunTask"), params={"action": "run"}, timeout=10)
    assert session.get(url(em, "RunTask"), timeout=10).json()["state"] == (
        "STOPPED" if kind == "drop_before" else "RUNNING"
    )
    assert [entry["fault"] for entry in em.log()[-2:]] == [kind, None]


def is_short(answer: requests.Response) -> bool:
    """Whether fewer bytes come than were announced; some releases of requests raise there, older ones say nothing."""
    came = 0
    with suppress(requests.exceptions.ChunkedEncodingError):
        for part in answer.iter_content(1):
            came += len(part)
    return came < int(answer.headers["Content-Length"])


def test_half_an_answer(em: Simulator, session: requests.Session) -> None:
    em.inject({"kind": "truncate", "times": 2})
    # An older requests, to which the answer is whole, would go on with its connection.
    session.headers["Connection"] = "close"
    assert is_short(session.get(f"{em.url}{API}/servers", timeout=10, stream=True))
    assert is_short(session.put(url(em, "PutServerAcl"), params={"action": "acl"}, json=ACL, timeout=10, stream=True))
    em.inject({"kind": "truncate", "cut": "json"})
    answer = session.get(f"{em.url}{API}/servers", timeout=10)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_slow_answer(em: Simulator, session: requests.Session) -> None:
    em.inject({"kind": "slow", "seconds": 3})
    with pytest.raises(requests.ReadTimeout):
        session.get(f"{em.url}{API}/servers", timeout=0.2)
    assert session.get(f"{em.url}{API}/servers", timeout=10).status_code == 200


def test_a_proxy_page(em: Simulator, session: requests.Session) -> None:
    em.inject({"kind": "html", "status": 200})
    answer = session.get(f"{em.url}{API}/servers", timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_a_body_without_length(em: Simulator, session: requests.Session) -> None:
    answer = session.put(url(em, "PutServer"), data=iter([CALLS["PutServer"].content()]), timeout=10)
    assert (answer.status_code, answer.text) == (411, "Length Required")
    assert session.get(f"{em.url}{API}/servers", timeout=10).status_code == 200


def test_another_authority_is_not_trusted(em: Simulator) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{em.url}{API}/servers", timeout=10)


needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")


def curl(em: Simulator, session: requests.Session, *arguments: str) -> str:
    command = ["curl", "--silent", "--show-error", "--include", "--noproxy", "*", "--cacert", em.ca_path]
    command += ["--header", f"{SESSION}: {session.headers[SESSION]}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout


@needs_curl
def test_curl_sends_a_file(em: Simulator, session: requests.Session, tmp_path: Path) -> None:
    document = one_task("Imported", "QAS Oracle", "QAS Snowflake")
    document["name"] = "x" * 2_000_000
    path = tmp_path / "task.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    target = f"{url(em, 'ImportTask')}?action=import"
    shown = curl(em, session, "-X", "POST", "--header", "Content-Type: application/json", target, "-T", str(path))
    assert "100 Continue" in shown
    assert "200 OK" in shown
    assert "Imported" in [task["name"] for task in em.estate()["servers"][1]["tasks"]]


@needs_curl
def test_curl_as_the_guide_prints_it(em: Simulator, session: requests.Session) -> None:
    target = f"{em.url}{API}/servers/{QAS}/endpoints/QAS%20files?action=delete"
    shown = curl(em, session, "-X", "POST", "--header", "Content-Length: 0", target)
    assert "200 OK" in shown
    assert "Content-Length: 0" in shown
    assert "411" in curl(em, session, "-X", "POST", target)
