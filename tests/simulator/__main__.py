# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator in the foreground."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from . import control, faults
from .errors import EstateError, SettingsError
from .log import Entry
from .runner import Listener, first_user, make_world
from .settings import Settings
from .world import World

_INTRODUCTION = """\
An embedded Qlik Enterprise Manager: all 35 methods of its API, stateful, over TLS.

The first line on standard output is one JSON object:
  url          what to give as aem_url
  ca_path      the authority that signed its certificate, for aem_ca_path; gone when the simulator ends
  username     and
  password     of the first user in the estate
  control_url  where the control calls below are
  pid          the process
or, if it cannot start,
  error        why; the exit code is 2
Ctrl-C or SIGTERM ends it. Nothing is kept: every start begins with the estate file."""

_EXAMPLES = """\
examples:
  {program}
  {program} --port 8443 --verbose
  {program} --estate my-estate.yml --start-seconds 3
  {program} --dialect guide --export-style 2018
  curl --cacert CA_PATH URL/simulator/log
  curl --cacert CA_PATH -X POST -d '{{"kind": "status", "status": 503, "times": 2}}' URL/simulator/faults"""


class _Parser(argparse.ArgumentParser):
    """A command line whose refusals reach a program that waits for the first line, too."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with 2."""
        _tell_failure(message)
        super().error(message)


def parser() -> argparse.ArgumentParser:
    """The command line: one option for each setting."""
    program = _program()
    result = _Parser(
        prog=program,
        description=_INTRODUCTION,
        epilog=f"{_control_help()}\n\n{_fault_help()}\n\n{_EXAMPLES.format(program=program)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for item in dataclasses.fields(Settings):
        result.add_argument(
            f"--{item.name.replace('_', '-')}",
            type=type(item.default),
            default=item.default,
            choices=item.metadata["choices"] or None,
            metavar=None if item.metadata["choices"] else item.name.rpartition("_")[2].upper(),
            help=f"{item.metadata['help']} ({_shown_default(item.name, item.default)})",
        )
    result.add_argument("--verbose", action="store_true", help="print a line for every request")
    result.add_argument(
        "--password-file", metavar="FILE", help="file with a password for the user whom the first line names"
    )
    result.add_argument(
        "--ready-file",
        metavar="FILE",
        help="file, readable by its owner only, that gets what is the first line otherwise; gone in the end",
    )
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal comes; the exit code is 0, or 2 for options that cannot be."""
    options = vars(parser().parse_args(arguments))
    verbose, password_file, ready_file = (options.pop(name) for name in ("verbose", "password_file", "ready_file"))
    try:
        world = make_world(Settings(**options), _password(password_file))
        try:
            asyncio.run(_serve(world, ready_file, verbose=verbose))
        finally:
            if ready_file:
                Path(ready_file).unlink(missing_ok=True)
    except (EstateError, SettingsError, OSError) as error:
        _tell_failure(str(error))
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    return 0


async def _serve(world: World, ready_file: str | None, *, verbose: bool) -> None:
    listener = Listener(world, _print_entry if verbose else None)
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    await listener.start()
    user = first_user(world)
    facts = {
        "url": listener.root,
        "ca_path": listener.ca_path,
        "username": user.name,
        "password": user.password,
        "control_url": f"{listener.root}/{control.CONTROL}",
        "pid": os.getpid(),
    }
    _announce(json.dumps(facts), ready_file)
    await end.wait()
    await listener.stop()


def _announce(line: str, ready_file: str | None) -> None:
    """Print the first line, or write it to a file that is there as a whole or not at all."""
    if not ready_file:
        print(line, flush=True)
        return
    unfinished = Path(f"{ready_file}.new")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600, exist_ok=False)
    unfinished.write_text(f"{line}\n", encoding="utf-8")
    unfinished.replace(ready_file)


def _password(file: str | None) -> str:
    """The first line of a file with a password. Raises SettingsError."""
    if file is None:
        return ""
    try:
        password = Path(file).read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The file with the password cannot be read: {error}") from error
    if not password:
        raise SettingsError(f"There is no password in {file}.")
    return password


def _program() -> str:
    """How this program was called."""
    called = Path(sys.argv[0]).name
    return f"python -m {__package__}" if called in {"__main__.py", "-m"} else called


def _tell_failure(reason: str) -> None:
    print(json.dumps({"error": reason}), flush=True)


def _print_entry(entry: Entry) -> None:
    words = [entry.error_code or "", f"fault: {entry.fault}" if entry.fault else ""]
    told = " ".join([entry.api_method or "-", entry.user or "-", *filter(None, words)])
    print(f"{entry.status} {entry.http} {entry.path} {told} {entry.seconds:.3f}s", flush=True)


def _shown_default(name: str, default: object) -> str:
    return "default: the one that comes with it" if name == "estate" else f"default: {default}"


def _control_help() -> str:
    lines = [f"  {call:<28} {text}" for call, text in control.HELP.items()]
    return "\n".join(["control, without a session, from this machine only:", *lines])


def _fault_help() -> str:
    lines = [f"  {kind:<15} {text}" for kind, text in faults.KINDS.items()]
    more = (
        "  Every fault takes api_method (* for any), server, task, times (1; null without end), skip (0);\n"
        "  status, html and json take status and retry_after, json takes body, slow takes seconds, error takes\n"
        "  error_code and message."
    )
    return "\n".join(["faults to inject, by kind:", *lines, more])


if __name__ == "__main__":
    sys.exit(main())
