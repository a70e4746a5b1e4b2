# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers with a wrong value in any field, and answers that are none, to every request of every module.

The requests are those of a healthy run. How a slow, an endless or a packed answer is met stands in ``test_wire.py``.
"""

from __future__ import annotations

import io
import itertools
import json
import math
from collections.abc import Iterator
from typing import Any

import requests

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._module import declaration_of
from support import hostile
from support.cases import Cases
from support.hosts import CONNECTION, Hosts, Told, module_named
from support.sandbox import Sandbox

SAMPLE = 3
# An export alone has thousands of places.
MOST = 500
TEMPLATE = "{{ lookup('ansible.builtin.pipe', 'touch templated') }}"
FAULT = "has met what it did not expect"
# Written as they travel: some of them are no JSON that could be made of data.
VALUES = [
    *("null", "true", "7", "-1", "0.5", '""', '"x"', '"NONE"', "[]", "{}", "[[]]", '[{"name": 7}]', '{"a": [null]}'),
    *(
        '["x"]',
        "[null]",
        '"\\ud800"',
        '"\\u001b[2J\\nok: [forged]"',
        '"\\u0661\\u0662"',
        '"99:99:99"',
        '"0x10"',
        '"1e999"',
    ),
    *("9" * 30, "9" * 5000, "NaN", "-Infinity", "1e999", "[" * 90 + "]" * 90, "[" * 5000 + "]" * 5000, '"2026-99-99T"'),
    *(json.dumps(TEMPLATE), json.dumps("x" * 100_000), '"../../etc/passwd"', '"UNKNOWN_ENUM"', '{"$type": "x"}'),
]
BODIES = [
    *(
        b"",
        b" ",
        b"null",
        b"7",
        b"[]",
        b"{}",
        b'"x"',
        b"{",
        b'{"a": 1} x',
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf{}",
        b"\x00" * 9,
    ),
    *(b'{"error_code": 7}', b'{"error_code": ["x"], "error_message": {}}', b'{"error_code": "\\u001b[2J"}', b"<html>x"),
    *(b'{"serverList": [], "serverList": 7}', b"[" * 100_000, b"{" * 100_000, b'{"a": "\xc3"}', b"x" * 100_000),
    *(b'{"error_code": "AEM_X", "error_message": "\\nfatal: [forged]\\u001b[2J {{ 7 * 7 }}"}', b"// comment\n{}"),
]
STATUSES = (200, 204, 302, 400, 401, 418, 500)


def spots(value: Any, above: hostile.Place = ()) -> Iterator[hostile.Place]:
    """The places in an answer; of each list those in the first item."""
    items = value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    for key, item in items:
        yield (*above, key)
        yield from spots(item, (*above, key))


def answers(hosts: Hosts, host: str, module: str, options: dict[str, Any]) -> list[bytes]:
    """What the requests of a healthy run were answered."""
    found: list[bytes] = []

    def keep(_number: int, response: requests.Response) -> None:
        found.append(response.raw.getvalue())

    spoiled(hosts, host, module, options, keep)
    return found


def spoiled(hosts: Hosts, host: str, module: str, options: dict[str, Any], spoil: Any) -> Told:
    """A run whose answers are spoiled."""
    hosts.reset()
    hosts.adapter.spoil = spoil
    try:
        return hosts.run(host, module, options)
    finally:
        hosts.adapter.spoil = None


def with_value(body: bytes, place: hostile.Place, value: str) -> bytes:
    """A body with another value at a place, written as it is given."""
    mark = "the value that is put in its place"
    changed = hostile.put({"": json.loads(body)}, ("", *place), mark)[""]
    return json.dumps(changed).replace(json.dumps(mark), value).encode()


def check(hosts: Hosts, sandbox: Sandbox, told: Told) -> None:
    """Nothing crashed, nothing moves a cursor, nothing was evaluated, and all went to the one address."""
    assert FAULT not in told.message, told.message
    assert "Traceback" not in told.printed
    assert bool(told.message) or not told.failed
    for text in (told.message, *map(str, told.result.get("warnings", ()))):
        assert text.isprintable(), text
    assert not list(sandbox.root.rglob("templated"))
    assert sandbox.strays() == set()
    assert {str(request.url).split("/")[2] for request in hosts.adapter.sent} <= {CONNECTION["aem_url"].split("/")[2]}
    json.dumps(told.result, allow_nan=False)


def test_a_wrong_value_in_a_field(hosts: Hosts, host: str, module: str, sandbox: Sandbox, cases: Cases) -> None:
    options = hostile.options_of(module, declaration_of(module_named(module).main).arguments, sandbox.folder)
    bodies = answers(hosts, host, module, options)
    every = []
    for number, body in enumerate(bodies):
        if body[:1] == b"{":
            every += list(itertools.product([number], spots(json.loads(body)), VALUES))
    every = every[:: math.ceil(len(every) / MOST) or 1]
    for number, place, value in cases.some(every, SAMPLE, f"answers: {module} {host}"):
        body = with_value(bodies[number], place, value)

        def spoil(current: int, response: requests.Response, number: int = number, body: bytes = body) -> None:
            if current == number:
                response.raw = io.BytesIO(body)

        check(hosts, sandbox, spoiled(hosts, host, module, options, spoil))


def test_an_answer_that_is_none(hosts: Hosts, host: str, module: str, sandbox: Sandbox, cases: Cases) -> None:
    options = hostile.options_of(module, declaration_of(module_named(module).main).arguments, sandbox.folder)
    numbers = range(min(12, len(answers(hosts, host, module, options))))
    every = list(itertools.product(numbers, BODIES, STATUSES))
    every = every[:: math.ceil(len(every) / MOST) or 1]
    for number, body, status in cases.some(every, SAMPLE, f"bodies: {module} {host}"):

        def spoil(
            current: int, response: requests.Response, number: int = number, body: bytes = body, status: int = status
        ) -> None:
            if current >= number:
                response.status_code, response.raw = status, io.BytesIO(body)
                response.headers["Location"] = "https://elsewhere.example.com/\x1b[2J"
                response.headers["Content-Type"] = "text/html\x1b[2J"

        told = spoiled(hosts, host, module, options, spoil)
        check(hosts, sandbox, told)
        if told.failed and "api_method" in told.result:
            assert str(told.result["api_method"]) in told.message
