# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold of a cell. Each rule answers what it found wrong, and nothing where all is well."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._module import Fault
from support.faults import kinds
from support.faults.cells import CONNECTION, Cell, Run, Stage
from support.faults.scenarios import TIMEOUT

# What is done each time that it is asked for, whatever is there: more of it than asked for is harm.
_ONCE = ("RunTask", "ImportAll", "ImportTask", "ReloadTable", "DeleteServer", "DeleteTask", "DeleteEndpoint")
_ALSO_ONCE = ("DeleteOldChangeData", "ReconfigureEndpointNoWait", "ResumeTable")
_TRIES = CONNECTION["aem_retries"] + 1
# A call that blocks may be waited for so long, with what the connection adds; so may what is looked for after it.
_A_CALL = CONNECTION["aem_timeout"] + TIMEOUT
# What a sentence that helps says.
_ADVICE = re.compile(
    r"\b(again|aem_\w+|check|look|needs?|give|set|log in|ask|stop|start|longer|monitored|register|see that)\b",
    re.IGNORECASE,
)


def gives_advice(words: str) -> bool:
    """Whether something that is told says what to do."""
    return bool(_ADVICE.search(words))


def faults_of(stage: Stage, cell: Cell) -> Iterator[str]:
    """All that is wrong with a cell."""
    yield from _ends(stage, cell.first)
    yield from _no_trace(cell)
    if cell.first.result.error:
        yield from _fails_clearly(cell.first)
    else:
        yield from _succeeds(stage, cell)
    yield from _told(stage, cell.first)
    yield from _nothing_twice(stage, cell)
    yield from _finished_by_the_next(stage, cell)
    yield from _logged_out(stage, cell)


def _ends(stage: Stage, run: Run) -> Iterator[str]:
    """Each request of an undisturbed run may take all its tries, and be followed by as long a look."""
    requests = len(stage.undisturbed[0].log) + 4
    if run.seconds > requests * (_TRIES * CONNECTION["aem_timeout"] + 2 * _A_CALL):
        yield f"took {run.seconds:.0f} seconds"


def _no_trace(cell: Cell) -> Iterator[str]:
    for run in (cell.first, cell.second):
        if isinstance(run.result.error, Fault):
            yield f"a trace: {run.result.error.message}"


def _fails_clearly(run: Run) -> Iterator[str]:
    error = run.result.error
    assert error is not None
    facts = error.facts()
    if not (facts.get("error_code") or facts.get("status") or facts.get("api_method")):
        yield f"no error_code, status or api_method: {error.message}"
    if not gives_advice(error.message):
        yield f"no advice: {error.message}"
    if not error.message.rstrip().endswith((".", "!", "?")) or ".." in error.message:
        yield f"no sentence: {error.message}"


def _succeeds(stage: Stage, cell: Cell) -> Iterator[str]:
    undisturbed, first = stage.undisturbed[0], cell.first
    if first.there != undisturbed.there:
        yield f"succeeded, but what is there is not as it should be: {_difference(undisturbed.there, first.there)}"
    if first.result.changed != undisturbed.result.changed:
        yield f"succeeded with changed={first.result.changed}"


def _told(stage: Stage, run: Run) -> Iterator[str]:
    """What was done is told, and so is what is left stopped."""
    result = run.result
    answered = [entry for entry in run.log if entry.writes and entry.done and entry.fault in {None, "expire_session"}]
    words = (result.error.message if result.error else "") + " ".join(result.warnings)
    if result.changed or "resumed again" in words:
        pass
    elif run.there[0] != stage.before:
        yield "something is changed, and changed is false"
    elif answered:
        yield f"changed is false after {', '.join(sorted({str(entry.api_method) for entry in answered}))}"
    said = f"{words} {result.values}"
    for server, task in sorted(stage.ran & stage.undisturbed[0].running - run.running):
        if not result.error and not result.warnings:
            yield f"task {task} of {server} was left stopped in silence"
        elif task not in said:
            yield f"task {task} of {server} was left stopped and is not named: {words}"


def _nothing_twice(stage: Stage, cell: Cell) -> Iterator[str]:
    wanted = stage.undisturbed[0].done
    for call, times in cell.first.done.items():
        if times > _most(call, wanted, cell.first.done):
            yield f"done {times} times: {call}"
    if stage.scenario.anew or cell.first.there != stage.undisturbed[0].there:
        return
    for call in cell.second.done:
        if call.startswith((*_ONCE, *_ALSO_ONCE)):
            yield f"done again by the second run: {call}"


def _most(call: str, wanted: Counter[str], done: Counter[str]) -> int:
    if not call.startswith((*_ONCE, *_ALSO_ONCE)):
        return 100
    # What was stopped may be resumed.
    stops = sum(times for other, times in done.items() if other.startswith("StopTask") and _task(other) == _task(call))
    return max(wanted[call], stops if call.startswith("RunTask") else 0, 1 if call.startswith("RunTask") else 0)


def _task(call: str) -> str:
    return call.partition(" ")[2].partition("?")[0]


def _finished_by_the_next(stage: Stage, cell: Cell) -> Iterator[str]:
    undisturbed, second, third = stage.undisturbed[0], cell.second, cell.third
    if second.result.error:
        yield f"the second run fails: {second.result.error.message}"
        return
    if not stage.scenario.anew and second.there != undisturbed.there:
        yield f"the second run does not get there: {_difference(undisturbed.there, second.there)}"
    for server, task in sorted(stage.ran & undisturbed.running - second.running):
        yield f"the second run leaves task {task} of {server} stopped"
    if not stage.scenario.anew and (third.result.changed or third.result.error):
        yield f"the third run changes something: {third.result.error or third.result.diff}"


def _logged_out(stage: Stage, cell: Cell) -> Iterator[str]:
    first, trouble = cell.first, cell.trouble
    lost = [entry for entry in first.log if entry.api_method == "Login" and entry.done and entry.fault]
    met = [entry for entry in first.log if entry.api_method == "Logout" and entry.fault]
    refused = any(entry.error_code for entry in met)
    unreached = refused or (trouble.lasts == kinds.FOR_GOOD and (met or trouble.kind.fault["kind"] == kinds.REFUSE))
    left = first.sessions - len(lost) - (1 if unreached else 0)
    if left > (1 if stage.scenario.keeps_session and not first.result.error else 0):
        yield f"{left} sessions left open"


def _difference(wanted: object, there: object, where: str = "") -> str:
    if isinstance(wanted, dict) and isinstance(there, dict):
        for key in sorted({*wanted, *there}, key=str):
            if wanted.get(key) != there.get(key):
                return _difference(wanted.get(key), there.get(key), f"{where}.{key}")
    if isinstance(wanted, (list, tuple)) and isinstance(there, (list, tuple)) and len(wanted) == len(there):
        for number, (one, other) in enumerate(zip(wanted, there, strict=True)):
            if one != other:
                return _difference(one, other, f"{where}[{number}]")
    return f"{where} {str(there)[:120]!r}, not {str(wanted)[:120]!r}"
