# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX does with a credential of a custom type before a job: files are written, and variables made of templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

EXAMPLES = Path(__file__).resolve().parents[2] / "docs/examples/awx"


def load(name: str) -> Any:
    """A JSON file of the examples."""
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def injected(credential: Mapping[str, Any], folder: Path, strict: bool = False) -> dict[str, str]:
    """The environment of a job with that credential, whose files are written to ``folder``.

    A field that was left empty is not defined, but for one that is true or false, which is false then. With
    ``strict``, a template that uses what is not defined raises, as it does where AWX looks at a new type.
    """
    fields, injectors = load("credential_type/inputs.json")["fields"], load("credential_type/injectors.json")
    known: dict[str, Any] = {field["id"]: False for field in fields if field["type"] == "boolean"}
    known |= {name: value for name, value in credential.items() if value != ""}
    sandbox = ImmutableSandboxedEnvironment(**({"undefined": StrictUndefined} if strict else {}))
    names = SimpleNamespace()
    for label, template in injectors["file"].items():
        file = folder / label
        file.write_text(sandbox.from_string(template).render(known), encoding="utf-8")
        setattr(names, label.removeprefix("template."), str(file))
    known["tower"] = SimpleNamespace(filename=names)
    return {name: sandbox.from_string(template).render(known) for name, template in injectors["env"].items()}
