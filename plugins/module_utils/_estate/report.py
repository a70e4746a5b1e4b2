# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a run: one object, which is JSON, Markdown for a merge request, and JUnit for a pipeline's own view.

The object is made of results of aem_estate, one or one for each server, and of what is known about the run. It has no
secrets, as those have none. All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from .._core.plan import CREATE, DELETE
from . import attention, drift
from .item import BLOCKED, DONE, FAILED, OBSERVED, PLANNED, RUN_STATE, SKIPPED, TABLES, TASK
from .text import STOPS, SYMBOLS, WAITS, left_alone, without_left_alone
from .wording import changes_told, contents_told

FORMAT = 1
VALID, IN_SYNC, CHANGES, APPLIED, WAITING, REFUSED = "valid", "in_sync", "changes", "applied", "blocked", "refused"
# From the best to the worst; the report of several results has the worst of them.
_PASSED_OVER = (SKIPPED, OBSERVED)
STATUSES = (VALID, IN_SYNC, CHANGES, APPLIED, WAITING, REFUSED, FAILED)
# GitLab and GitHub refuse a comment of more than 65,535 signs.
LONGEST = 60_000
_LONGEST_MESSAGE = 5_000
_LONGEST_LINE = 1_000
# What titles and fences of all sections take.
_FRAMES = 3_000
# How a line of a plan begins that cannot wait, see text.not_running.
LOOK_FIRST = "LOOK FIRST"
# The stage that looks at more than the plan.
DRIFT = "drift"
_NOT_IN_GIT = "Not in git"
_LEFT_ALONE = "left_alone"
_OF_TASKS = {TABLES: TASK, RUN_STATE: TASK}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Plain = dict[str, Any]


def report(
    about: Mapping[str, Any], results: Sequence[Mapping[str, Any]], places: Iterable[Mapping[str, Any]]
) -> Plain:
    """The report.

    ``about`` has what is known of the run: ``host``, ``stage``, ``url``, ``commit``, ``uncommitted``, ``begun``,
    ``ended``, and what went wrong beside the results: ``problems`` of the folder, ``failure``, ``refused`` for a run
    that was not allowed, ``untouched`` where it failed before it changed anything, ``left_out`` for servers that could
    not be backed up. ``whole`` is the plan of all servers, where the results are one for each. For the rest see
    :mod:`.attention`: ``is_part``, ``servers`` that git has, ``seen`` servers with their details, ``license_days``, and
    ``unmanaged_blocks``. ``places`` say where things stand in files.
    """
    whole = about.get("whole") or {}
    results = [_without_undone(result, about) for result in results]
    planned = [whole] if whole else results
    unmanaged = attention.unmanaged(
        planned, bool(about.get("is_part")), about.get("servers") or (), about.get("unmanaged_blocks") or ()
    )
    failures = [str(about[word]) for word in ("failure", "refused") if about.get(word)]
    failures += [_left_as_it_is(server) for server in about.get("left_out") or ()]
    told = [str(result["msg"]) for result in results if result.get("msg")]
    changes = [change for result in results for change in result.get("changes") or ()]
    return {
        "format": FORMAT,
        "status": _status(about, results, any(item["blocks"] for item in unmanaged)),
        **{name: about.get(name) for name in ("host", "stage", "commit", "uncommitted", "begun", "ended")},
        "url": about.get("url") or next(filter(None, map(_address, results)), None),
        "plan_id": about.get("plan_id") or next((result.get("plan_id") for result in results), None),
        "message": " ".join(dict.fromkeys([*failures, *told])),
        "problems": [dict(problem) for problem in about.get("problems") or ()],
        "warnings": _warnings(about, results),
        "not_reached": list(about.get("not_reached") or ()),
        "restore": list(about.get("restore") or ()),
        "summary": _summed([result.get("summary") or {} for result in results], whole),
        "plan": [*_plan_lines(results, whole)],
        "changes": list(_placed(changes, places)),
        "drift": [dict(item) for item in about.get("drift") or ()],
        attention.UNMANAGED: unmanaged,
        attention.LICENSES: attention.licenses(about.get("seen") or (), int(about.get("license_days") or 0)),
        attention.UNREACHABLE: attention.unreachable(about.get("seen") or ()),
    }


def as_json(found: Mapping[str, Any]) -> str:
    """The report as JSON, the status in a line of its own."""
    return json.dumps(found, indent=2, ensure_ascii=False, default=str) + "\n"


def headline(found: Mapping[str, Any]) -> str:
    """What came of it, in one line."""
    summary, short = found["summary"], str(found["plan_id"] or "")[:8]
    counted = [f"{number} {word}" for word, number in summary.items() if number and word != "unchanged"]
    counted.append(f"{summary.get('unchanged', 0)} unchanged")
    told = f" ({', '.join(counted)})" if summary else ""
    return f"{' '.join(filter(None, ['Plan', short, 'of', str(found['host'])]))}: {found['status']}{told}"


def as_markdown(found: Mapping[str, Any], longest: int = LONGEST) -> str:
    """The report for a comment on a merge request: what needs eyes first, the rest folded, cut where it is too long."""
    parts = [f"### {_inline(headline(found))}", "", _facts(found), ""]
    if found["message"]:
        parts += [*_fenced(_cut(str(found["message"]), _LONGEST_MESSAGE).splitlines()), ""]
    text = "\n".join(parts) + "\n"
    for title, lines, is_folded in _sections(found):
        text += _section(title, lines, is_folded, longest - len(text) - _FRAMES)
    return text


def as_lines(found: Mapping[str, Any]) -> list[str]:
    """The report for a screen: what went wrong, the plan, and the causes of drift with what is not known of them."""
    wrong = [str(problem["text"]) for problem in found["problems"]] or found["message"].splitlines()
    causes = ["", "Causes:", *map(drift_line, found["drift"])] if found["drift"] else []
    back = ["", "The way back:", *found["restore"]] if found["restore"] else []
    warned = [f"Warning: {warning}" for warning in found["warnings"]]
    groups = attention.groups(found) if found["stage"] == DRIFT else []
    looked = [line for group in groups for line in ("", f"{group.title}:", *group.lines)]
    left = [f"Not reached: {', '.join(found['not_reached'])}"] if found["not_reached"] else []
    return [*wrong, *found["plan"], *causes, *looked, *back, *left, *warned, headline(found)]


def as_junit(found: Mapping[str, Any]) -> str:
    """The report as JUnit XML: a suite a server, a case a change. What waits or failed is a failure."""
    servers: dict[str, list[Mapping[str, Any]]] = {}
    for change in found["changes"]:
        servers.setdefault(str(change["server"]), []).append(change)
    # What nobody has asked for is what drift looks for; to be changed is what a plan is for.
    failing = {FAILED, BLOCKED, *((PLANNED, OBSERVED) if found["stage"] == DRIFT else ())}
    suites = [_suite(server, changes, failing) for server, changes in servers.items()]
    if found["stage"] == DRIFT:
        suites += _suites_of_attention(found)
    name = _attribute(f"estate {found['stage']} {found['host']}")
    bad = found["problems"] or (found["message"] and found["status"] in (FAILED, REFUSED))
    if bad or not suites:
        texts = [str(problem["text"]) for problem in found["problems"]] or [str(found["message"] or found["status"])]
        suites.insert(0, _suite_of_run(str(found["status"]), texts, is_failure=bool(bad)))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={name}>\n{"".join(suites)}</testsuites>\n'


def change_line(change: Mapping[str, Any]) -> str:
    """A change in one line: where, what, what differs, and what became of it."""
    symbol = WAITS if change["status"] == BLOCKED else SYMBOLS.get(str(change["action"]), WAITS)
    kind, name, server = change["kind"], change["name"], change["server"]
    thing = str(kind) if name == server and kind != TASK else f"{kind} {name}"
    became = "" if change["status"] in ("planned", DONE) else str(change["status"])
    words = [became, str(change.get("reason") or ""), *_settings(change)]
    place = f"  [{change['file']}:{change['line']}]" if change.get("file") else ""
    told = f"{symbol} {server}: {thing} {STOPS if change.get('stops') else ''}".rstrip()
    return _one_line(f"{told}  {'; '.join(filter(None, words))}".rstrip() + place)


def _status(about: Mapping[str, Any], results: Sequence[Mapping[str, Any]], has_to_decide: bool) -> str:
    if about.get("problems") or about.get("failure") or about.get("left_out"):
        return FAILED
    if about.get("refused"):
        return REFUSED
    if not results:
        return VALID
    found = [str(result.get("status") or FAILED) for result in results]
    if about.get("stage") == DRIFT:
        # Nothing is written to what is observed, and what differs there is drift all the same.
        found += [CHANGES for result in results if (result.get("summary") or {}).get("observed")]
        found += [WAITING] if has_to_decide else []
    return max((status if status in STATUSES else FAILED for status in found), key=STATUSES.index)


def _address(result: Mapping[str, Any]) -> str | None:
    """The address of the Enterprise Manager, which stands in the first line of a plan."""
    first = str(next(iter(result.get("plan") or ()), ""))
    found = re.match(r"Plan \S+\s+(https?://\S+)", first)
    return found[1] if found else None


def _warnings(about: Mapping[str, Any], results: Iterable[Mapping[str, Any]]) -> list[str]:
    found = [word for result in results for word in result.get("warnings") or ()]
    return list(dict.fromkeys(map(str, [*(about.get("warnings") or ()), *found])))


def _without_undone(result: Mapping[str, Any], about: Mapping[str, Any]) -> Mapping[str, Any]:
    """A result in which nothing is called planned or observed that was to be done and was not."""
    left_out = {str(server["server"]).casefold() for server in about.get("left_out") or ()}
    changes, summary = [], dict(result.get("summary") or {})
    for change in result.get("changes") or ():
        status, reason = change["status"], ""
        if status == OBSERVED and str(change["server"]).casefold() in left_out:
            reason = "its server could not be backed up"
        elif status == PLANNED and about.get("untouched"):
            reason = "the run ended before it"
        if reason:
            counted = OBSERVED if status == OBSERVED else str(change["action"])
            summary.update({counted: summary.get(counted, 0) - 1, SKIPPED: summary.get(SKIPPED, 0) + 1})
        undone = {"status": SKIPPED, "reason": change.get("reason") or reason} if reason else {}
        changes.append({**change, **undone})
    return {**result, "changes": changes, "summary": summary}


def _left_as_it_is(server: Mapping[str, Any]) -> str:
    return f"Server {server['server']} was left as it is, since it could not be backed up: {server['error']}"


def _plan_lines(results: Sequence[Mapping[str, Any]], whole: Mapping[str, Any]) -> Iterator[str]:
    """The plans as text. Of several, each takes the servers of the others for left alone, so the whole one tells."""
    if not whole or len(results) <= 1:
        yield from (str(line) for result in results for line in result.get("plan") or ())
        return
    for result in results:
        yield from without_left_alone(result.get("plan") or ())
    yield from left_alone(whole.get("plan") or ())


def _summed(summaries: Iterable[Mapping[str, int]], whole: Mapping[str, Any]) -> dict[str, int]:
    total: dict[str, int] = {}
    for summary in summaries:
        for word, number in summary.items():
            total[word] = total.get(word, 0) + number
    if _LEFT_ALONE in (whole.get("summary") or {}):
        total[_LEFT_ALONE] = whole["summary"][_LEFT_ALONE]
    return total


def _placed(changes: Iterable[Mapping[str, Any]], places: Iterable[Mapping[str, Any]]) -> Iterator[Plain]:
    """The changes, each with the file and the line of what it is about, where there is one."""
    known = {(place["server"], place["kind"], place["name"]): place for place in places}
    for change in changes:
        kind = _OF_TASKS.get(str(change["kind"]), change["kind"])
        place = known.get((change["server"], kind, change["name"]))
        where = {"file": place["file"], "line": place["line"]} if place else {"file": None, "line": None}
        yield {**change, **where}


def _settings(change: Mapping[str, Any]) -> list[str]:
    before, after = change.get("before"), change.get("after")
    if change["action"] == DELETE:
        return []
    return contents_told(after or {}) if change["action"] == CREATE else changes_told(before, after)


def _sections(found: Mapping[str, Any]) -> Iterator[tuple[str, list[str], bool]]:
    """Title, lines and whether it is folded, in the order in which a person should look."""
    changes = found["changes"]
    rest = list(changes)

    def taken(title: str, wanted: Any) -> tuple[str, list[str], bool]:
        chosen = [change for change in rest if wanted(change)]
        rest[:] = [change for change in rest if not wanted(change)]
        return title, [change_line(change) for change in chosen], False

    yield "Problems in files", [str(problem["text"]) for problem in found["problems"]], False
    yield "Look first", [line for line in found["plan"] if line.startswith(LOOK_FIRST)], False
    yield taken("Failed and skipped", lambda change: change["status"] in (FAILED, SKIPPED))
    yield taken("Blocked: waits for a person", lambda change: change["status"] == BLOCKED)
    yield taken("Deletions", lambda change: change["action"] == DELETE and change["status"] != OBSERVED)
    yield taken("Stops running tasks", lambda change: change.get("stops") and change["status"] != OBSERVED)
    yield "Causes", [drift_line(item) for item in found["drift"]], False
    for group in attention.groups(found, most=None):
        yield group.title, group.lines, group.title.startswith(_NOT_IN_GIT)
    title, lines, _is_folded = taken("Observed: nothing is written", lambda change: change["status"] == OBSERVED)
    yield title, lines, True
    yield "Other changes", [change_line(change) for change in rest], True
    yield "Servers that were not reached", list(found["not_reached"]), False
    yield "The way back", list(found["restore"]), True
    yield "Warnings", list(found["warnings"]), True
    yield "The plan as text", list(found["plan"]), True


def drift_line(item: Mapping[str, Any]) -> str:
    """The cause of one difference, in one line."""
    who = f"by {item['user']} at {item['time']}" if item.get("user") else ""
    if who and item["cause"] not in (drift.BY_HAND, drift.REMOVED):
        who = f"(last changed {who})"
    place = f"  [{item['file']}:{item['line']}]" if item.get("file") else ""
    told = f"{item['server']}: {item['kind']} {item['name']}: {item['cause']} {who}".rstrip()
    told += f"; {item['advice']}" if item["advice"] else ""
    return _one_line(told) + place


def _section(title: str, lines: Sequence[str], is_folded: bool, room: int) -> str:
    """A section that is no longer than ``room``; of lines that do not fit, there is a number."""
    if not lines:
        return ""
    kept: list[str] = []
    for line in lines:
        cut = _cut(line, _LONGEST_LINE)
        room -= len(cut) + 1
        if room < 0:
            break
        kept.append(cut)
    if len(kept) < len(lines):
        kept.append(f"... and {len(lines) - len(kept)} more, in the JSON report")
    body = "\n".join(_fenced(kept))
    label = f"{title} ({len(lines)})"
    if is_folded:
        return f"<details><summary>{label}</summary>\n\n{body}\n\n</details>\n\n"
    return f"**{label}**\n\n{body}\n\n"


def _facts(found: Mapping[str, Any]) -> str:
    commit = str(found["commit"] or "")[:12]
    if commit and found["uncommitted"]:
        commit += " with changes that are not committed"
    parts = [found["stage"], found["url"], commit and f"commit {commit}", found["ended"]]
    return " · ".join(_inline(str(part)) for part in parts if part)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}..."


def _fenced(lines: Sequence[str]) -> list[str]:
    """Lines that Markdown leaves alone, whatever is in them."""
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *lines, fence]


def _inline(text: str) -> str:
    """Text among other text, with no sign that Markdown would take for its own."""
    return re.sub(r"([\\`*_{}\[\]<>#|~])", r"\\\1", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split("\n")).replace("\r", " ")


def _suite(server: str, changes: Sequence[Mapping[str, Any]], failing: Collection[str]) -> str:
    """The suite of a server; ``failing`` are the statuses of changes that fail."""
    failures = sum(change["status"] in failing for change in changes)
    skipped = sum(change["status"] in _PASSED_OVER and change["status"] not in failing for change in changes)
    cases = "".join(_case(server, change, failing) for change in changes)
    head = f'tests="{len(changes)}" failures="{failures}" skipped="{skipped}"'
    return f"<testsuite name={_attribute(server)} {head}>\n{cases}</testsuite>\n"


def _case(server: str, change: Mapping[str, Any], failing: Collection[str]) -> str:
    name = _attribute(f"{change['action']} {change['kind']} {change['name']}")
    seconds = change.get("seconds") or 0
    where = f" file={_attribute(change['file'])}" if change.get("file") else ""
    line, reason = escape(_clean(change_line(change))), _attribute(str(change.get("reason") or change["status"]))
    inner = f"<system-out>{line}</system-out>"
    if change["status"] in failing:
        inner = f"<failure message={reason}>{line}</failure>"
    elif change["status"] in _PASSED_OVER:
        inner = f"<skipped message={reason}/>"
    return f'<testcase classname={_attribute(server)} name={name} time="{seconds}"{where}>{inner}</testcase>\n'


def _suites_of_attention(found: Mapping[str, Any]) -> list[str]:
    """What somebody should look at: skipped tests, or failures where a person has to decide."""
    cases = []
    for server, name, told, is_failure in attention.cases(found):
        inner = f"<{'failure' if is_failure else 'skipped'} message={_attribute(told)}/>"
        cases.append(f"<testcase classname={_attribute(server)} name={_attribute(name)}>{inner}</testcase>\n")
    failures = sum(is_failure for *_told, is_failure in attention.cases(found))
    head = f'tests="{len(cases)}" failures="{failures}" skipped="{len(cases) - failures}"'
    return [f'<testsuite name="to look at" {head}>\n{"".join(cases)}</testsuite>\n'] if cases else []


def _suite_of_run(status: str, texts: Sequence[str], is_failure: bool) -> str:
    cases = "".join(
        f'<testcase classname="estate" name={_attribute(text)}>'
        + (f"<failure message={_attribute(text)}/>" if is_failure else "")
        + "</testcase>\n"
        for text in texts
    )
    failures = len(texts) if is_failure else 0
    head = f'tests="{len(texts)}" failures="{failures}" skipped="0"'
    return f"<testsuite name={_attribute(status)} {head}>\n{cases}</testsuite>\n"


def _attribute(text: Any) -> str:
    return quoteattr(_clean(_one_line(str(text))))


def _clean(text: str) -> str:
    """Text without signs that XML does not have."""
    return _NOT_IN_XML.sub("?", text)
