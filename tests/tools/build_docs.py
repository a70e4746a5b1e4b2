# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the documentation site of the collection: its guides and the reference of its plugins, without a network.

    python tests/tools/build_docs.py FOLDER

The pages are FOLDER/html. A reference that leads nowhere, in the collection's own pages, fails the build.
What is shown, and in which order, is in docs/docsite/site.yml.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

SETTINGS = Path("docs/docsite/sphinx")
CONTENTS = Path("docs/docsite/site.yml")
# Laid out as in the repository, so that links between them hold. What guides merely link to is there to be read too.
GUIDES = ("docs/*.md",)
LINKED = (
    "roles/*/README.md",
    "docs/examples/awx/README.md",
    "docs/examples/estate/README.md",
    "docs/images/*.svg",
    "roles/estate/files/estate_status.py",
    "tests/contract/wire-notes.md",
    "tests/simulator/estate.yml",
)
COLLECTION = "qlik.enterprise_manager"
OWN_CONTENTS = re.compile(r"^\.\. contents::\n(?: +.*\n)*", re.MULTILINE)
# The places of Ansible's documentation that antsibull-docs refers to, in the format of Sphinx's inventories.
INVENTORY_HEADER = b"""\
# Sphinx inventory version 2
# Project: Ansible
# Version: devel
# The remainder of this file is compressed using zlib.
"""
# What the pages refer to outside of them: name, path below the address of Ansible's documentation, title.
REFERENCES = (
    ("action_plugins", "plugins/action.html#action-plugins", "Action plugins"),
    ("ansible_configuration_settings", "reference_appendices/config.html#ansible-configuration-settings", "Settings"),
    ("common_return_values", "reference_appendices/common_return_values.html#common-return-values", "Return Values"),
    (
        "ansible_collections.ansible.builtin.from_json_filter",
        "collections/ansible/builtin/from_json_filter.html",
        "from_json",
    ),
)
# The environment variables of Ansible's that the options of plugins name.
VARIABLES = (
    "ANSIBLE_CACHE_PLUGIN",
    "ANSIBLE_CACHE_PLUGIN_CONNECTION",
    "ANSIBLE_CACHE_PLUGIN_PREFIX",
    "ANSIBLE_CACHE_PLUGIN_TIMEOUT",
    "ANSIBLE_INVENTORY_CACHE",
    "ANSIBLE_INVENTORY_CACHE_CONNECTION",
    "ANSIBLE_INVENTORY_CACHE_PLUGIN",
    "ANSIBLE_INVENTORY_CACHE_PLUGIN_PREFIX",
    "ANSIBLE_INVENTORY_CACHE_TIMEOUT",
    "ANSIBLE_INVENTORY_USE_EXTRA_VARS",
)
INVENTORY = "".join(
    (
        *(f"{name} std:label -1 {path} {title}\n" for name, path, title in REFERENCES),
        *(f"{name} std:envvar -1 reference_appendices/config.html#envvar-{name} -\n" for name in VARIABLES),
    )
).encode()


def main(folder: Path) -> None:
    """Build the site; a step that fails ends it with that step's exit code."""
    shutil.rmtree(folder, ignore_errors=True)
    source = folder / "source"
    source.mkdir(parents=True)
    # antsibull-docs refuses a folder that others may write to.
    reference = source / "reference"
    reference.mkdir()
    reference.chmod(0o700)
    lay_out(source)
    (folder / "ansible_devel.inv").write_bytes(INVENTORY_HEADER + zlib.compress(INVENTORY))
    run(
        *("antsibull-docs", "--config-file", str(SETTINGS / "antsibull-docs.cfg"), "collection", "--use-current"),
        *("--squash-hierarchy", "--fail-on-error", "--cleanup", "everything", "--dest-dir", str(reference), COLLECTION),
    )
    write_contents(source, yaml.safe_load(CONTENTS.read_text(encoding="utf-8")))
    run(
        *("sphinx-build", "-b", "html", "-c", str(SETTINGS), "-d", str(folder / "doctrees")),
        *("--fail-on-warning", "--keep-going", str(source), str(folder / "html")),
    )


def lay_out(source: Path) -> None:
    """Copy the guides, the front page and what they link to."""
    shutil.copyfile(SETTINGS / "index.md", source / "index.md")
    for pattern in (*GUIDES, *LINKED):
        for file in sorted(Path().glob(pattern)):
            (source / file).parent.mkdir(parents=True, exist_ok=True)
            # What is reached by a link only has no place in the contents, and says so.
            mark = "---\norphan: true\n---\n\n" if pattern in LINKED and file.suffix == ".md" else ""
            (source / file).write_text(mark + file.read_text(encoding="utf-8"), encoding="utf-8")


def write_contents(source: Path, contents: Mapping[str, Any]) -> None:
    """Write the tables of contents: guides on the front page, and the reference by what it is about."""
    guides = {title: [f"docs/{name}" for name in names] for title, names in contents["guides"].items()}
    pages = {page_name(path): path for path in (source / "reference").glob("*_*.rst")}
    groups = {title: [entry(pages[name]) for name in names] for title, names in contents["reference"].items()}
    with (source / "index.md").open("a", encoding="utf-8") as index:
        index.writelines(contents_table(title, names) for title, names in guides.items())
        index.write(contents_table("Reference", ["reference/index", "reference/environment_variables"]))
    lines = ["# Reference\n", *(f"\n## {title}\n\n{contents_table('', names)}" for title, names in groups.items())]
    (source / "reference/index.rst").unlink()
    (source / "reference/index.md").write_text("".join(lines), encoding="utf-8")
    for page in (source / "reference").glob("*.rst"):
        # The theme has a table of contents beside each page.
        page.write_text(OWN_CONTENTS.sub("", page.read_text(encoding="utf-8")), encoding="utf-8")


def page_name(page: Path) -> str:
    """The name of the plugin or role whose page it is."""
    return page.stem.rpartition("_")[0]


def entry(page: Path) -> str:
    """A page as the contents have it: without the name of the collection, which all share."""
    title = next(line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith(f"{COLLECTION}."))
    return f"{title.removeprefix(COLLECTION + '.').replace(' -- ', ': ')} <{page.stem}>"


def contents_table(title: str, names: Sequence[str]) -> str:
    """A table of contents, in MyST."""
    caption = f":caption: {title}\n" if title else ""
    return "\n".join(["```{toctree}", f":maxdepth: 1\n{caption}", *names, "```", "", ""])


def run(*command: str) -> None:
    """Run a command; ends the program where it fails."""
    done = subprocess.run(command, check=False)
    if done.returncode != 0:
        raise SystemExit(done.returncode)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
