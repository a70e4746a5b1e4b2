# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator in the foreground."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from . import control, faults
from .errors import EstateError, SettingsError
from .log import Entry
from .runner import Listener, first_user, make_world
from .settings import Settings

_INTRODUCTION = """\
An embedded Qlik Enterprise Manager: all 35 methods of its API, stateful, over TLS.

The first line on standard output is one JSON object:
  url          what to give as aem_url
  ca_path      the authority that signed its certificate, for aem_ca_path; gone when the simulator ends
  username     and
  password     of the first user in the estate
  control_url  where the control calls below are
or, if it cannot start,
  error        why; the exit code is 2
Ctrl-C or SIGTERM ends it. Nothing is kept: every start begins with the estate file."""

_EXAMPLES = """\
examples:
  python -m simulator
  python -m simulator --port 8443 --verbose
  python -m simulator --estate my-estate.yml --start-seconds 3
  python -m simulator --dialect guide --export-style 2018
  curl --cacert CA_PATH URL/simulator/log
  curl --cacert CA_PATH -X POST -d '{"kind": "status", "status": 503, "times": 2}' URL/simulator/faults"""


class _Parser(argparse.ArgumentParser):
    """A command line whose refusals reach a program that waits for the first line, too."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and end with 2."""
        _tell_failure(message)
        super().error(message)


def parser() -> argparse.ArgumentParser:
    """The command line: one option for each setting."""
    result = _Parser(
        prog="python -m simulator",
        description=_INTRODUCTION,
        epilog=f"{_control_help()}\n\n{_fault_help()}\n\n{_EXAMPLES}",
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
    return result


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until a signal comes; the exit code is 0, or 2 for options that cannot be."""
    options = vars(parser().parse_args(arguments))
    verbose = options.pop("verbose")
    try:
        asyncio.run(_serve(Settings(**options), verbose=verbose))
    except (EstateError, SettingsError, OSError) as error:
        _tell_failure(str(error))
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    return 0


async def _serve(settings: Settings, *, verbose: bool) -> None:
    world = make_world(settings)
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
    }
    print(json.dumps(facts), flush=True)
    await end.wait()
    await listener.stop()


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
