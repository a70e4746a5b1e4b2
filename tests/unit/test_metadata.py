# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files around the code agree with it: lists of modules, versions, licences, documentation, requirements."""

from __future__ import annotations

import ast
import json
import os
import pwd
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
LISTS = ("requirements-dev.txt", "tests/requirements/tests.txt", "tests/requirements/simulator.txt")
PIN = re.compile(r"^([\w.-]+)==(\S+)$", re.MULTILINE)
# Galaxy wants one of these of a collection that means to be certified.
CERTIFIED_TAGS = {
    *("application", "cloud", "database", "eda", "infrastructure", "linux", "monitoring", "networking"),
    *("security", "storage", "tools", "windows"),
}
HEADER = """\
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""


def load(path: str) -> Any:
    """The data of a YAML file of the collection."""
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def files() -> list[Path]:
    """The files of the collection that git keeps, or all of them where there is no git."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        made = {".ansible", ".build", ".git", "__pycache__"}
        found = [path for path in ROOT.rglob("*") if not made.intersection(path.relative_to(ROOT).parts)]
    return sorted({path for path in found if path.is_file()})


@pytest.fixture(scope="module")
def documentation(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What ansible-doc makes of each module, with the fragments filled in."""
    temporary = str(tmp_path_factory.mktemp("ansible"))
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build/link"),
        "ANSIBLE_HOME": temporary,
        "ANSIBLE_LOCAL_TEMP": temporary,
    }
    names = [f"qlik.enterprise_manager.{name}" for name in MODULES]
    command = [sys.executable, "-m", "ansible", "doc", "--type", "module", "--json", *names]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name.rsplit(".", 1)[1]: entry for name, entry in json.loads(done.stdout).items()}


def test_there_are_modules() -> None:
    assert MODULES


def test_action_group_holds_every_module() -> None:
    assert load("meta/runtime.yml")["action_groups"] == {"aem": MODULES}


def test_every_module_can_run_in_the_worker() -> None:
    actions = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "plugins/action").glob("*.py")}
    assert sorted(actions) == MODULES
    assert len(set(actions.values())) == 1


def test_galaxy_metadata() -> None:
    galaxy = load("galaxy.yml")
    assert (galaxy["namespace"], galaxy["name"]) == ("qlik", "enterprise_manager")
    assert galaxy["license"] == ["GPL-3.0-or-later"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", galaxy["version"])
    assert len(galaxy["tags"]) <= 20
    assert CERTIFIED_TAGS.intersection(galaxy["tags"])
    assert (ROOT / galaxy["readme"]).is_file()


def test_nothing_that_users_need_is_left_out_of_the_archive() -> None:
    kept = ("meta", "playbooks", "plugins", "requirements.txt", "roles", "tests/config.yml", "tests/simulator")
    assert not set(kept).intersection(load("galaxy.yml")["build_ignore"])


def test_license_is_the_one_that_is_named() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 29 June 2007" in text


def test_users_install_requests_and_nothing_else() -> None:
    assert re.fullmatch(r"requests>=[\d.]+\n", (ROOT / "requirements.txt").read_text(encoding="utf-8"))
    assert load("meta/execution-environment.yml")["dependencies"] == {
        "python": "requirements.txt",
        "system": "bindep.txt",
    }


@pytest.mark.parametrize("name", LISTS)
def test_pins_agree(name: str) -> None:
    constraints = dict(PIN.findall((ROOT / "tests/requirements/constraints.txt").read_text(encoding="utf-8")))
    by_name = {normal(package): version for package, version in constraints.items()}
    pinned = {normal(package): version for package, version in PIN.findall((ROOT / name).read_text(encoding="utf-8"))}
    assert pinned
    assert {package: by_name.get(package) for package in pinned} == pinned


def normal(package: str) -> str:
    """The name of a package as pip compares it."""
    return re.sub(r"[-_.]+", "-", package).lower()


def test_no_sanity_fault_is_ignored() -> None:
    assert not list((ROOT / "tests/sanity").glob("ignore-*.txt"))


def test_packages_of_module_utils_are_empty() -> None:
    found = list((ROOT / "plugins/module_utils").rglob("__init__.py"))
    assert found
    assert [str(path) for path in found if path.stat().st_size] == [], "ansible-test of 2.16 wants them so"


def test_examples_are_one_document() -> None:
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES":
                # ansible-test of 2.16 reads no more than one.
                assert yaml.safe_load(ast.literal_eval(node.value)), path


@pytest.mark.parametrize("module", MODULES)
def test_module_shares_the_options_of_the_connection(module: str, documentation: dict[str, Any]) -> None:
    doc = documentation[module]["doc"]
    assert {"aem_url", "aem_username", "aem_password", "aem_session_id", "aem_ca_path"} <= set(doc["options"])
    assert any("requests" in requirement for requirement in doc["requirements"])


@pytest.mark.parametrize("module", MODULES)
def test_module_says_what_it_supports(module: str, documentation: dict[str, Any]) -> None:
    attributes = documentation[module]["doc"]["attributes"]
    assert {"action_group", "check_mode", "diff_mode"} <= set(attributes)
    assert attributes["action_group"]["membership"] == ["qlik.enterprise_manager.aem"]


@pytest.mark.parametrize("module", MODULES)
def test_module_is_documented_in_full(module: str, documentation: dict[str, Any]) -> None:
    entry = documentation[module]
    assert entry["examples"].strip()
    assert entry["return"]
    added = tuple(map(int, str(entry["doc"]["version_added"]).split(".")))
    assert added <= tuple(map(int, load("galaxy.yml")["version"].split(".")))


@pytest.mark.parametrize("module", MODULES)
def test_a_template_reaches_all_that_a_module_returns(module: str, documentation: dict[str, Any]) -> None:
    # What a dictionary has by itself, a template takes in place of a value; ansible-test of 2.21 looks for that.
    assert [path for path in returned(documentation[module]["return"]) if hasattr({}, path.rsplit(".")[-1])] == []


def returned(values: dict[str, Any], above: str = "") -> list[str]:
    """The paths of all values that a module says it returns."""
    found = []
    for name, value in values.items():
        found += [f"{above}{name}", *returned(value.get("contains", {}), f"{above}{name}.")]
    return found


def test_every_source_file_names_its_licence() -> None:
    sources = [path for path in files() if path.suffix in {".py", ".sh"} or path == ROOT / ".ci/run"]
    assert sources
    bare = []
    for path in sources:
        text = path.read_text(encoding="utf-8")
        without_shebang = text.split("\n", 1)[1] if text.startswith("#!") else text
        if text and not without_shebang.startswith(HEADER):
            bare.append(str(path.relative_to(ROOT)))
    assert not bare


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    # Where this checkout, its Python and its user live, whatever machine this is, and where homes usually are.
    here = {str(ROOT), sys.prefix, sys.base_prefix, pwd.getpwuid(os.getuid()).pw_dir}
    folders = [re.escape(path) for path in here if len(path) > 4 and path not in {"/usr", "/usr/local"}]
    machine = re.compile(r"(?<![\w.*~}/-])(?:" + "|".join([*folders, r"/home/\w+", r"/Users/\w+"]) + r")(?![\w-])")
    found = []
    for path in files():
        if path == Path(__file__).resolve():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if machine.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert not found
