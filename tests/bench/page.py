# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/performance.md out of what was measured. All functions are pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .contests import (
    ACLS,
    CHANGES,
    EMPTY,
    ESTATE,
    FLOOR,
    LARGE,
    READING,
    SERVERS,
    TASKS,
    WIDE_ESTATE,
    WIDE_FLOOR,
    Contest,
)
from .targets import Judged

TITLES = {
    ACLS: "Servers with an ACL each, nothing to change",
    TASKS: "Servers with an ACL and ten tasks each, nothing to change",
    CHANGES: "Servers with an ACL each, all of them to change",
    LARGE: "Servers with an ACL and fifty tasks each, nothing to change",
    SERVERS: "A loop of aem_server, nothing to change",
}
TOP = """\
# Performance

How long does it take to see that an estate of a thousand servers is as git says? This page is written by
`make bench`, which runs everything on one machine, in turns, against the embedded Enterprise Manager. The seconds are
of a machine with 2 cores, which the simulator shares. The ratios are what to look at.

- **bare script** is the floor: Python with `requests`, over one session, in 8 threads like `aem_concurrency`.
  It makes the same reads, parses them, and does nothing else.
  Where all is to change it looks again before each write and after it, as `aem_estate` does, so that nobody else's
  change is overwritten and what is not taken is told. The **careless script** reads, and writes.
- **aem_estate** is one task of a playbook. The estate is in `group_vars`, definitions of tasks in files.
- **aem_estate of JSON** is the same with the variables in JSON, which Ansible reads faster than YAML.
- **play that reads the estate** starts Ansible and has it read the same variables, and nothing else.
- **loop of modules** is one task with a loop of `aem_server_acl`, `aem_task` or `aem_server`, in Ansible's worker, over
  one login.
- **at once** says that there are more than 8 requests at once, here and in the script.
- **loop of uri** is a login and a loop of `ansible.builtin.uri`, which reads the same and compares nothing.

Seconds are those of the whole command, the start of `ansible-playbook` included. Each figure is the best of a few
turns. Memory is that of the largest process. A latency is the pause that the simulator makes before each answer.
Figures with a * are extrapolated: some items of the loop were measured, and the rest taken as slow as these.

![Seconds by number of servers, with a latency of 20 ms](images/performance.svg)
"""
ADVICE = """
## What to do with it

- Keep the variables of an estate in `group_vars`, or use the role `estate`. A file that a play names in `vars_files` is
  read by Ansible several times in each run: with a thousand servers this takes longer than all requests.
- `aem_concurrency` says how many requests are under way at once. With a latency of 20 ms, time goes down with it.
- Where a program writes the variables, let it write JSON (`group_vars/all.json`). Ansible takes a good part of the time
  to read thousands of tasks in YAML.
- Without any latency, which no network has, most of the time is that of Ansible, of reading variables and files, and of
  comparing. The script does none of that, so a large estate takes several times as long as it.
- Where one thing is to be changed on many servers, declare it for all of them in one `aem_estate` instead of a loop.
"""


def page(contests: Sequence[Contest], promises: Iterable[Judged]) -> str:
    """The page."""
    parts = [TOP, "\n## What is promised\n\n", table(("what", "limit", "measured", ""), map(_promise, promises))]
    for kind in dict.fromkeys(contest.kind for contest in contests):
        found = [contest for contest in contests if contest.kind == kind]
        parts += [f"\n## {TITLES[kind]}\n\n", measures(found)]
    return "".join([*parts, ADVICE])


def measures(contests: Sequence[Contest]) -> str:
    """The table of one kind of contest: a row for each contestant."""
    heads = ("servers", "latency", "contestant", "seconds", "of the bare script", "requests", "logins", "memory")
    return table(heads, (row for contest in contests for row in _rows(contest)))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _rows(contest: Contest) -> Iterable[Sequence[str]]:
    for name, took in contest.took.items():
        floor = contest.took[WIDE_FLOOR if name in (WIDE_FLOOR, WIDE_ESTATE) else FLOOR].seconds
        mark = "*" if took.of is not None else ""
        ratio = "" if name in (EMPTY, READING) else f"{took.seconds / floor:.1f}{mark}"
        shown = f"**{name}**" if name == ESTATE else name
        yield (
            *(f"{contest.size.servers:,}", f"{contest.latency} ms", shown, f"{took.seconds:,.1f}{mark}", ratio),
            *(f"{took.requests:,}{mark}", str(took.logins), f"{took.memory:.0f} MB"),
        )


def _promise(promise: Judged) -> Sequence[str]:
    return promise.what, promise.limit, promise.measured, "met" if promise.met else "**not met**"
