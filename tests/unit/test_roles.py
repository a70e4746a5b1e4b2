# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each role has all that a role has, and its parts agree with each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._module import CONNECTION_ARGUMENTS

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())


def load(path: str) -> Any:
    """The data of a YAML file of the collection."""
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def options(role: str) -> dict[str, Any]:
    """The options of a role, by its argument specification."""
    return dict(load(f"roles/{role}/meta/argument_specs.yml")["argument_specs"]["main"]["options"])


def nested(specification: dict[str, Any], path: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Every option with its path, those within others too."""
    found = []
    for name, option in specification.items():
        found.append((f"{path}{name}", option))
        found += nested(option.get("options") or {}, f"{path}{name}.")
    return found


def test_there_are_roles() -> None:
    assert ROLES


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_complete(role: str) -> None:
    for path in (
        f"roles/{role}/README.md",
        f"roles/{role}/meta/main.yml",
        f"roles/{role}/tasks/main.yml",
        f"playbooks/{role}.yml",
        f"docs/{role}.md",
        f"tests/integration/test_role_{role}.py",
    ):
        assert (ROOT / path).is_file(), path


@pytest.mark.parametrize("role", ROLES)
def test_every_option_is_named_typed_and_described(role: str) -> None:
    for path, option in nested(options(role)):
        assert path.startswith(f"{role}_"), path
        assert option.get("type"), path
        assert option.get("description"), path


@pytest.mark.parametrize("role", ROLES)
def test_defaults_are_those_of_the_specification(role: str) -> None:
    specified = {name: option["default"] for name, option in options(role).items() if "default" in option}
    assert load(f"roles/{role}/defaults/main.yml") == specified


@pytest.mark.parametrize("role", ROLES)
def test_the_readme_tells_of_every_option(role: str) -> None:
    readme = (ROOT / f"roles/{role}/README.md").read_text(encoding="utf-8")
    assert [name for name in options(role) if f"`{name}`" not in readme] == []


@pytest.mark.parametrize("role", sorted({*ROLES} - {"simulator"}))
def test_the_playbook_runs_the_role_with_any_connection(role: str) -> None:
    (play,) = load(f"playbooks/{role}.yml")
    # A session would end before a long run does.
    given = {name: f"{{{{ {name} | default(omit) }}}}" for name in CONNECTION_ARGUMENTS if name != "aem_session_id"}
    assert play["module_defaults"]["group/qlik.enterprise_manager.aem"] == given
    assert play["hosts"] == "{{ aem_hosts | default('all') }}"
    assert play["roles"] == [{"role": f"qlik.enterprise_manager.{role}"}]


@pytest.mark.parametrize(("playbook", "given"), [("simulator", {}), ("simulator_stop", {"simulator_state": "stopped"})])
def test_the_playbooks_of_the_simulator_run_on_this_machine(playbook: str, given: dict[str, str]) -> None:
    (play,) = load(f"playbooks/{playbook}.yml")
    assert play["hosts"] == "{{ aem_hosts | default('localhost') }}"
    (role,) = play["roles"]
    assert role == {"role": "qlik.enterprise_manager.simulator", **({"vars": given} if given else {})}


def not_text(role: str) -> dict[str, str]:
    """The variables of a role that are no text, with their types."""
    return {name: option["type"] for name, option in options(role).items() if option["type"] not in ("str", "path")}


def strings(data: Any) -> Iterator[str]:
    """Every text in some data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from strings(value)
    elif isinstance(data, list):
        for item in data:
            yield from strings(item)


def steps(data: Any) -> Iterator[dict[str, Any]]:
    """The tasks of a file of tasks, those in blocks too."""
    for item in data or []:
        inner = [item.get(part) for part in ("block", "rescue", "always") if part in item]
        if not inner:
            yield item
        for part in inner:
            yield from steps(part)


def handed_on(step: dict[str, Any]) -> list[str]:
    """What a step gives to options of our modules as it is: these read text as what it means."""
    options_of = [value for name, value in step.items() if name.startswith("qlik.enterprise_manager.")]
    values = [value for given in options_of for value in given.values() if isinstance(value, str)]
    return [value for value in values if re.fullmatch(r"\{\{ \w+( \| default\(omit\))? \}\}", value)]


def expressions(text: str) -> str:
    """What Ansible evaluates in a text; the rest is said to a person."""
    return " ".join(re.findall(r"\{\{.*?\}\}|\{%.*?%\}", text, re.DOTALL))


def evaluated(role: str) -> Iterator[tuple[Path, str]]:
    """Everything that is evaluated in the tasks and templates of a role, but for what is only handed on."""
    for file in sorted((ROOT / f"roles/{role}/tasks").glob("*.yml")):
        for step in steps(yaml.safe_load(file.read_text(encoding="utf-8"))):
            alone = handed_on(step)
            yield from ((file, expressions(text)) for text in strings(step) if text not in alone)
            conditions = [step.get(name, []) for name in ("when", "failed_when", "changed_when", "until")]
            yield from ((file, text) for text in strings(conditions))
    for file in sorted((ROOT / f"roles/{role}/templates").glob("*")):
        yield file, expressions(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("role", ROLES)
def test_a_variable_gets_its_type_before_anything_is_made_of_it(role: str) -> None:
    """Whoever gives one as text, on the command line or in a survey, means what it says."""
    named = re.compile(r"\b(" + "|".join(not_text(role)) + r")\b")
    assert [(file.name, text) for file, text in evaluated(role) if named.search(text)] == []
    variables = ROOT / f"roles/{role}/vars/main.yml"
    typed = re.compile(r"\b(\w+)(?: \| default\([^()]+\))? \| qlik\.enterprise_manager\.typed\('(\w+)'\)")
    for text in map(expressions, strings(load(str(variables)) if variables.exists() else {})):
        made = dict(typed.findall(text))
        assert {name: made.get(name) for name in named.findall(text)} == {
            name: not_text(role)[name] for name in named.findall(text)
        }
