# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the surveys for AWX, docs/examples/awx/surveys, from the argument specifications of the roles.

Run without arguments to write them. A test compares what it would write with what is there.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/examples/awx/surveys"

# What somebody is asked who starts the job. An answer holds for all hosts and beats the inventory, so paths and what
# differs between Enterprise Managers is not asked; neither is what has a structure, which no answer has.
ASKED = {
    "backup": ("backup_servers", "backup_keep_last", "backup_keep_days"),
    "estate": ("estate_stage", "estate_servers", "estate_plan_id", "estate_prune", "estate_serial", "estate_backup"),
    "failover": ("failover_recycle", "failover_include_failed", "failover_latency", "failover_revert"),
    "promote": (
        *("promote_source", "promote_target", "promote_tasks", "promote_tags"),
        *("promote_run_state", "promote_run_option", "promote_force"),
    ),
    "report": ("report_title", "report_servers"),
    "restore": (
        *("restore_server", "restore_from_server", "restore_time", "restore_tasks", "restore_endpoints"),
        *("restore_update_secrets", "restore_force"),
    ),
}
# What docs/examples/awx/project makes an option of.
OWN = {
    "failover": [
        {
            "question_name": "Endpoints",
            "question_description": "A line for each: - {server: NAME, endpoint: NAME, configuration: NAME}",
            "required": True,
            "type": "textarea",
            "variable": "failover_answer",
            "min": 1,
            "max": 8192,
        }
    ]
}
MARKUP = re.compile(r"\b[A-Z]\(([^()]*)\)")


def surveys() -> dict[str, dict[str, Any]]:
    """The survey of each runbook, by the name of its role, as AWX takes it."""
    return {role: survey(role, specification(role)) for role in ASKED}


def specification(role: str) -> dict[str, Any]:
    """What the argument specification of a role says of its main entry point."""
    file = ROOT / f"roles/{role}/meta/argument_specs.yml"
    return dict(yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"]["main"])


def survey(role: str, specified: dict[str, Any]) -> dict[str, Any]:
    """The survey of a role."""
    return {
        "name": "",
        "description": specified["short_description"],
        "spec": [*OWN.get(role, []), *(question(role, name, specified["options"][name]) for name in ASKED[role])],
    }


def question(role: str, name: str, option: dict[str, Any]) -> dict[str, Any]:
    """A question for an option of a role."""
    asked = {
        "question_name": name.removeprefix(f"{role}_").replace("_", " ").capitalize(),
        "question_description": description(option),
        "required": bool(option.get("required")),
        "variable": name,
        **kind(option),
    }
    default = option.get("default")
    # One that is made from variables is left to the role.
    if default not in (None, [], "") and "{{" not in str(default):
        asked["default"] = str(default).lower() if option["type"] == "bool" else default
    return asked


def kind(option: dict[str, Any]) -> dict[str, Any]:
    """The type of a question, with what AWX wants to be told for it. Raises ValueError for what nobody can answer."""
    if option["type"] == "bool":
        return {"type": "multiplechoice", "choices": ["true", "false"]}
    if option["type"] == "int":
        return {"type": "integer", "min": 0, "max": 1000000}
    if "choices" in option:
        return {"type": "multiplechoice", "choices": option["choices"]}
    if option["type"] in {"str", "path"} or (option["type"], option.get("elements")) == ("list", "str"):
        return {"type": "text", "min": 1 if option.get("required") else 0, "max": 1024}
    raise ValueError(f"no answer is a {option['type']}")


def description(option: dict[str, Any]) -> str:
    """What the documentation says of an option, without markup."""
    said = option["description"] if isinstance(option["description"], list) else [option["description"]]
    separated = ["Several are separated by commas, without blanks."] if option["type"] == "list" else []
    return " ".join([*(MARKUP.sub(r"\1", sentence) for sentence in said), *separated])


def written(data: dict[str, Any]) -> str:
    """A survey as its file has it."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in surveys().items():
        (FOLDER / f"{name}.json").write_text(written(data), encoding="utf-8")
