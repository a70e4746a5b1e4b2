# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page of figures says of hostile input, hostile answers and canaries."""

from __future__ import annotations

from collections.abc import Mapping

from support.reliability import Figures, Table

_TOLD = {
    "inputs": "hostile values in every option of every module, in both hosts of a module",
    "files": "names that became names of files, and paths that were given, with every sign and length there is",
    "answers": "answers with a wrong value in a field, for every request of every module",
    "bodies": "answers that are none: broken, endless, huge, packed, of somebody else",
    "canaries": "secrets, each looked for in all forms in all that was printed, returned, sent or written",
}
_TEXT = """\
Names with every sign that has a meaning somewhere, numbers, dates and lists where text belongs, values that are huge,
deep or hold themselves, definitions that are none, and some of ten megabytes went into every option of every module
that takes them. Right is that the value is refused before anything is changed, or arrives as it was given; that nothing
else is touched; that no file leaves its folder; and that what is said is a sentence of ours on one line, without
control characters.

The same names were given to servers, tasks and endpoints, and all of it was adopted, backed up, exported, recorded and
promoted. Right is that each has a file of its own, in its folder, under a name that all file systems take; that the
files of others stay; and that what was written is found again by whoever reads it.

In the same way every answer was spoiled, field by field and as a whole. Right is an error that names the call, or that
the field did not matter; no password or session goes anywhere else, and nothing in an answer is evaluated.

Canaries are secrets that are given in every option that takes one. Right is that none of them is found, in clear,
percent-encoded, escaped as in JSON or in base64, but in what is sent to Enterprise Manager and in files that were asked
for. Playbooks with loops, jobs in the background, failures and files were looked through in the same way, and so were
the arguments and the environments of their processes meanwhile.
"""


def figures(counted: Mapping[str, int]) -> Figures:
    """The figures of a whole run, by what was counted: a kind, a colon, and more."""
    totals = dict.fromkeys(_TOLD, 0)
    for of, number in counted.items():
        totals[of.partition(":")[0]] += number
    rows = [(_TOLD[kind], number) for kind, number in totals.items()]
    return Figures(
        name="hostile",
        place=30,
        title="Hostile input and answers",
        command="make hostile",
        what="cases",
        tried=sum(totals.values()),
        wrong=0,
        text=_TEXT,
        tables=[Table(("what", "cases"), rows)],
    )
