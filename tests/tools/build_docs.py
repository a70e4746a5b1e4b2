# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the documentation site of the collection from its modules, without a network.

    python tests/tools/build_docs.py FOLDER

The pages are FOLDER/html. A reference that leads nowhere, in the collection's own pages, fails the build.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zlib
from pathlib import Path

SETTINGS = Path("docs/docsite/sphinx")
COLLECTION = "qlik.enterprise_manager"
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
    # antsibull-docs refuses a folder that others may write to.
    source.mkdir(parents=True)
    source.chmod(0o700)
    shutil.copyfile(SETTINGS / "index.rst", source / "index.rst")
    (folder / "ansible_devel.inv").write_bytes(INVENTORY_HEADER + zlib.compress(INVENTORY))
    run(
        *("antsibull-docs", "--config-file", str(SETTINGS / "antsibull-docs.cfg"), "collection", "--use-current"),
        *("--squash-hierarchy", "--fail-on-error", "--cleanup", "everything", "--dest-dir", str(source), COLLECTION),
    )
    run(
        *("sphinx-build", "-b", "html", "-c", str(SETTINGS), "-d", str(folder / "doctrees")),
        *("--fail-on-warning", "--keep-going", str(source), str(folder / "html")),
    )


def run(*command: str) -> None:
    """Run a command; ends the program where it fails."""
    done = subprocess.run(command, check=False)
    if done.returncode != 0:
        raise SystemExit(done.returncode)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
