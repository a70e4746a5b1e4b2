# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What roles write for people: whatever things are called, a table stays a table and a list a list."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible.plugins.filter.core import FilterModule
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from support.hostile import NAMES
from support.roles import ROLES

TIMES = {"stop_seconds": 2.1, "recycle_seconds": None, "start_seconds": 2.4, "latency_seconds": 0}


def rendered(role: str, template: str, **variables: Any) -> str:
    """A template of a role, as Ansible renders it."""
    environment = Environment(
        loader=FileSystemLoader(ROLES / role / "templates"),
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(FilterModule().filters())
    return environment.get_template(template).render(**variables)


def cells(line: str) -> list[str]:
    """The cells of a row, as whoever reads Markdown takes them."""
    found = re.findall(r"((?:[^|\\]|\\.)*)\|", line.strip())[1:]
    return [re.sub(r"\\(.)", r"\1", cell.strip()) for cell in found]


def failover_report(name: str) -> list[str]:
    """The lines of a report in which all is called by one name."""
    report = {
        "begun": "2026-03-07T11:19:03Z",
        "ended": "2026-03-07T11:20:03Z",
        **dict.fromkeys(("failure", "revert_failure", "resume_failure", "tidy_failure"), name),
        "ends": [{"line": name}],
        "endpoints": [{"server": name, "endpoint": name, "active_configuration": name, "configuration": name}],
        "tasks": [
            {"server": name, "name": name, "before": "RUNNING", "after": "ERROR", **TIMES, "problems": [name, "b"]}
        ],
    }
    variables = {"inventory_hostname": name, "failover__said": name, "failover__way": name, "failover_report": report}
    return rendered("failover", "report.md.j2", **variables).splitlines()


@pytest.mark.parametrize("odd", NAMES, ids=ascii)
def test_the_report_of_a_failover_is_one_of_any_names(odd: str) -> None:
    name, harmless = f"a{odd}z", failover_report("az")
    lines = failover_report(name)
    assert [len(cells(line)) for line in lines] == [len(cells(line)) for line in harmless]
    assert [line[:1] for line in lines] == [line[:1] for line in harmless]
    plain = " ".join(name.split())
    endpoint, task = (cells(line) for line in lines if line.startswith("| a"))
    assert endpoint == [plain] * 4
    assert task == [plain, plain, "RUNNING", "ERROR", "2.1", "", "2.4", "0", f"{plain}; b"]
