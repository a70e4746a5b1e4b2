# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this machine remembers of the tasks that it has stopped for a change, until they run again.

Enterprise Manager tells that a task is stopped, but not by whom, nor that it is to run again. So there is a file for
each such task in a folder of Ansible's own. It is written before the task is told to stop, and removed once the task
runs again or somebody wants it stopped. What it says decides nothing but that: a task that is found running needs none.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

from .._client.api import Api
from .._core.errors import AemError
from .._core.files import checksum, make_folder, read_text, remove, write_atomically
from .._core.time import with_z

FOLDER = "qlik.enterprise_manager/stopped"
# Who comes back later than that has other plans with the task.
LASTS = 7 * 24 * 3600.0


def remember(api: Api, server: str, tasks: Sequence[str]) -> Sequence[str]:
    """Note that the tasks are going to be stopped; a warning where that cannot be noted."""
    try:
        _tidy()
        for task in tasks:
            said = {"url": _address(api), "server": server, "task": task, "since": with_z(datetime.now(timezone.utc))}
            make_folder(str(_folder()))
            write_atomically(str(_file(api, server, task)), json.dumps(said, ensure_ascii=False, indent=2) + "\n")
    except AemError as error:
        return (f"{error.message} If the tasks cannot be resumed, a later run will not know that they were stopped.",)
    return ()


def forget(api: Api, server: str, tasks: Collection[str]) -> None:
    """Note that the tasks run again, or are to stay stopped."""
    for task in tasks:
        # A file that cannot be removed does no harm while the task runs, and it grows old.
        with suppress(AemError):
            remove(str(_file(api, server, task)))


def since(api: Api, server: str, tasks: Collection[str]) -> dict[str, str]:
    """Those of the tasks that were stopped and not resumed, as far as noted, each with the UTC time of that."""
    found: dict[str, str] = {}
    if not _folder().is_dir():
        return found
    for task in tasks:
        path = _file(api, server, task)
        # Whatever is wrong with the file, the task is then as if nothing had been noted.
        with suppress(AemError, OSError, ValueError, TypeError, KeyError):
            if path.exists() and not _is_old(path):
                found[task] = str(json.loads(read_text(str(path)))["since"])
    return found


def _folder() -> Path:
    home = os.environ.get("ANSIBLE_HOME") or "~/.ansible"
    return Path(os.path.expandvars(home)).expanduser() / FOLDER


def _file(api: Api, server: str, task: str) -> Path:
    # Enterprise Manager finds names whatever their case.
    names = json.dumps([_address(api), server.casefold(), task.casefold()])
    return _folder() / f"{checksum(names)}.json"


def _address(api: Api) -> str:
    return api.session.connection.base_url


def _is_old(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > LASTS


def _tidy() -> None:
    """Remove what is too old to count."""
    with suppress(OSError):
        for path in _folder().glob("*.json"):
            if _is_old(path):
                path.unlink()
