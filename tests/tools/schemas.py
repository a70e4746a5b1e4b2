# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the JSON Schemas of an estate's files from the argument specs and the documentation of the modules.

Run as ``PYTHONPATH=.build/link .build/venv/bin/python tests/tools/schemas.py`` to write them. A test compares what it
would write with what is there.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import rules_file, spec
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.schema import schema

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "roles/estate/files/schema"
MODULES = "ansible_collections.qlik.enterprise_manager.plugins.modules"

Described = dict[str, Any]

# What is said of the rules where they stand in a file, and not of options of the module.
FORMAT = "The form of this folder. A release that does not know it refuses it."
UNMANAGED = "Kinds of things for which drift is blocked, so that a person decides, where these files do not have them."
PRUNE = "What may be deleted when it is no longer here, in a run that prunes."


def options_of(module: str) -> Described:
    """The documentation of the options of a module."""
    documented = yaml.safe_load(importlib.import_module(f"{MODULES}.{module}").DOCUMENTATION)
    return dict(documented["options"])


def described_rules(options: Described) -> Described:
    """The documentation of the rules of a file, which are options of the module under other names."""
    prune = {name.removeprefix("prune_"): option for name, option in options.items() if name.startswith("prune_")}
    return {
        **options,
        "format": {"description": FORMAT},
        "prune": {"description": PRUNE, "suboptions": prune},
        "unmanaged_blocks": {"description": UNMANAGED},
    }


def schemas() -> dict[str, Any]:
    """The schemas by the names of their files."""
    options = options_of("aem_estate")
    servers, rules = options["servers"]["suboptions"], described_rules(options)
    return {
        "server.json": schema("A server of Qlik Enterprise Manager, and what is on it", spec.SERVER, servers),
        "rules.json": schema("The rules of an estate of Qlik Enterprise Manager", rules_file.ARGUMENTS, rules),
    }


def written(data: Any) -> str:
    """A schema as its file has it."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in schemas().items():
        (FOLDER / name).write_text(written(data), encoding="utf-8")
