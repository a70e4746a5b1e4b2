# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role estate: a folder is validated, planned, applied and watched, and the report is the answer."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml

from simulator import Simulator
from support.estate_folder import FILES, ONE, TWO, Repository, description, writes
from support.playbooks import run_file
from support.roles import as_text


@pytest.fixture
def em(folder_em: Simulator) -> Simulator:
    """An Enterprise Manager as at its start."""
    return folder_em


@pytest.fixture
def estate(em: Simulator, tmp_path: Path) -> Repository:
    """A repository that says what the simulator has, but for the descriptions."""
    return Repository(em, tmp_path / "git repository", FILES)


DESCRIBED = [(ONE, "server", ONE, "planned"), (TWO, "server", TWO, "planned")]


def test_a_folder_is_planned_applied_and_then_in_sync(estate: Repository, em: Simulator) -> None:
    played = estate.play("plan")
    assert played.return_code == 0, played.output
    planned = estate.report
    assert (planned["status"], estate.statuses(), writes(em)) == ("changes", DESCRIBED, [])
    assert (planned["host"], planned["stage"]) == ("localhost", "plan")
    assert planned["url"].startswith(em.url)
    assert (planned["commit"], planned["uncommitted"]) == (estate.git("rev-parse", "HEAD"), False)
    assert planned["changes"][0]["file"] == "estate/localhost/servers/one.yml"
    assert any("description" in line and "the first" in line for line in planned["plan"])

    played = estate.play("apply", estate_plan_id=planned["plan_id"])
    assert played.return_code == 0, played.output
    assert (estate.report["status"], estate.report["stage"]) == ("applied", "apply")
    assert [status for *_thing, status in estate.statuses()] == ["done", "done"]
    assert description(em, ONE) == "the first"

    played = estate.play("apply", estate_plan_id=planned["plan_id"])
    assert (played.return_code, estate.report["status"], writes(em)) == (0, "in_sync", [])
    assert [step for step in played.steps if step.changed] == []


def test_the_report_has_three_forms_that_agree(estate: Repository) -> None:
    estate.play("plan")
    markdown = (estate.reports / "localhost.md").read_text(encoding="utf-8")
    assert markdown.startswith(f"### Plan {estate.report['plan_id'][:8]} of localhost: changes (2 update")
    suites = ET.parse(estate.reports / "localhost.xml").getroot()
    assert [suite.get("name") for suite in suites] == [ONE, TWO]
    assert {path.name for path in estate.reports.iterdir()} == {f"localhost.{end}" for end in ("json", "md", "xml")}


def test_check_mode_is_the_plan(estate: Repository, em: Simulator) -> None:
    played = estate.play("apply", "--check")
    assert played.return_code == 0, played.output
    assert (estate.report["status"], writes(em)) == ("changes", [])


@pytest.mark.parametrize("stage", ["plan", "apply"])
def test_another_plan_than_the_approved_one_is_refused(estate: Repository, em: Simulator, stage: str) -> None:
    played = estate.play(stage, estate_plan_id="0" * 64)
    assert played.return_code == 2
    assert (estate.report["status"], writes(em)) == ("refused", [])
    assert "was expected" in estate.report["message"]
    assert "was expected" in (estate.reports / "localhost.md").read_text(encoding="utf-8")


def test_a_folder_is_validated_without_enterprise_manager_and_variables(estate: Repository, em: Simulator) -> None:
    played = estate.play("validate", AEM_URL="https://127.0.0.1:1")
    assert played.return_code == 0, played.output
    assert (estate.report["status"], em.log()) == ("valid", [])
    estate.write({"localhost/servers/one.yml": "name: repl-one\nprot: 1\ntasks:\n  - nmae: x\n"})
    for stage in ("validate", "plan", "apply", "drift"):
        played = estate.play(stage)
        assert played.return_code == 2
        assert estate.report["status"] == "failed"
        assert [problem["text"] for problem in estate.report["problems"]] == [
            "estate/localhost/servers/one.yml:2: prot: is not known. Did you mean port?",
            "estate/localhost/servers/one.yml:4: tasks[0]: nmae: is not known. Did you mean name?",
            "estate/localhost/servers/one.yml:4: tasks[0]: name is missing.",
        ]
        assert em.log() == []


def test_all_folders_are_validated_at_once(estate: Repository) -> None:
    estate.write({"em-other/servers/x.yml": "name: x\nhots: y\n"})
    played = estate.play("validate", estate_environment="")
    assert played.return_code == 2
    assert [problem["file"] for problem in estate.report["problems"]] == ["estate/em-other/servers/x.yml"]


def test_a_variable_that_is_not_defined_is_told_with_its_line(estate: Repository, em: Simulator) -> None:
    estate.write({"localhost/servers/one.yml": "name: repl-one\ndescription: '{{ nobody_knows }}'\n"})
    assert estate.play("validate").return_code == 0
    assert estate.play("plan", estate_prune=True).return_code == 2
    (problem,) = estate.report["problems"]
    assert problem["text"].startswith("estate/localhost/servers/one.yml:2: description: The expression cannot be")
    assert "nobody_knows" in problem["text"]
    assert em.log() == []


@pytest.mark.parametrize(
    ("arguments", "stage"),
    [
        (["--tags", "apply"], "apply"),
        (["--tags", "validate"], "validate"),
        (["--tags", "drift"], "drift"),
        ([], "plan"),
    ],
)
def test_a_tag_says_the_stage(estate: Repository, arguments: list[str], stage: str) -> None:
    played = estate.play("plan", *arguments)
    assert played.return_code == 0, played.output
    assert estate.report["stage"] == stage


@pytest.mark.parametrize("stage", ["validate", "plan", "apply", "drift"])
def test_a_file_of_tasks_says_the_stage(estate: Repository, em: Simulator, tmp_path: Path, stage: str) -> None:
    include = {"name": "qlik.enterprise_manager.estate", "tasks_from": stage}
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.include_role": include}]}]
    playbook = tmp_path / "play.yml"
    playbook.write_text(yaml.safe_dump(play), encoding="utf-8")
    given = {"estate_path": str(estate.root / "estate"), "estate_report": str(tmp_path), "purpose": "x"}
    played = run_file(em, playbook, "-e", json.dumps(given))
    assert played.return_code == 0, played.output
    assert json.loads((tmp_path / "localhost.json").read_text(encoding="utf-8"))["stage"] == stage


def test_text_means_what_it_says(estate: Repository, em: Simulator) -> None:
    played = estate.play("plan", *as_text("estate"))
    assert played.return_code == 0, played.output
    assert estate.report["status"] == "changes"
    played = estate.play("plan", *as_text("estate", estate_fail_on_changes="yes", estate_servers=ONE))
    assert played.return_code == 2
    assert writes(em) == []


def test_relative_paths_begin_where_the_playbook_is_run(estate: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(estate.root)
    played = estate.play("plan", estate_path="estate", estate_report="told")
    assert played.return_code == 0, played.output
    report = json.loads((estate.root / "told/localhost.json").read_text(encoding="utf-8"))
    assert (report["status"], report["commit"]) == ("changes", estate.git("rev-parse", "HEAD"))


def test_without_a_folder_for_it_there_is_no_report(estate: Repository) -> None:
    played = estate.play("plan", estate_report="")
    assert played.return_code == 0, played.output
    assert list(estate.reports.iterdir()) == []


def test_a_part_of_the_servers_prunes_nothing_and_says_so(estate: Repository, em: Simulator) -> None:
    played = estate.play("plan", estate_prune=True, estate_servers=["repl-o*"])
    assert estate.statuses() == DESCRIBED[:1]
    told = "Nothing is pruned, since estate_servers leaves servers out."
    assert estate.report["warnings"] == [told]
    assert f"Warning: {told}" in played.output
    estate.write({"estate.yml": "format: 1\nprune: {max_percent: 60}\n"})
    estate.play("plan", estate_prune=True)
    assert (ONE, "task", "Old", "planned") in estate.statuses()
    assert writes(em) == []


def test_rules_hold_whatever_the_file_of_a_server_says(estate: Repository, em: Simulator) -> None:
    rules = "format: 1\nprotected: {tasks: ['*/Old']}\nprune: {max_percent: 100}\nobserve: [repl-two]\n"
    estate.write({"estate.yml": rules})
    assert estate.play("apply", estate_prune=True).return_code == 2
    assert estate.report["status"] == "refused"
    assert "Old" in estate.report["message"]
    assert writes(em) == []
    (estate.root / "estate/shared/servers/two.yml").unlink()
    estate.write(
        {"estate.yml": "format: 1\nprotected: {servers: ['*-two']}\nprune: {kinds: [servers], max_percent: 100}\n"}
    )
    assert estate.play("apply", estate_prune=True).return_code == 2
    assert estate.report["status"] == "refused"
    assert f"protected, and never deleted: server {TWO}" in estate.report["message"]
    assert writes(em) == []
    estate.write({"estate.yml": rules, "shared/servers/two.yml": FILES["shared/servers/two.yml"]})
    assert estate.play("apply").return_code == 0
    assert (TWO, "server", TWO, "observed") in estate.statuses()
    assert description(em, TWO) == ""


def test_what_fails_is_reported_and_the_rest_is_done(estate: Repository, em: Simulator) -> None:
    em.inject(
        {
            "kind": "error",
            "api_method": "PutServer",
            "server": ONE,
            "error_code": "AEM_SERVER_NOT_CONNECTED",
            "times": None,
        }
    )
    played = estate.play("apply")
    assert played.return_code == 2
    assert estate.report["status"] == "failed"
    assert sorted(status for *_thing, status in estate.statuses()) == ["done", "failed"]


def test_a_server_that_does_not_answer_leaves_a_report(estate: Repository) -> None:
    estate.play("plan")
    played = estate.play("plan", aem_url="https://127.0.0.1:1/x", aem_retries=0)
    assert played.return_code == 2
    assert estate.report["status"] == "failed"
    assert "Login" in estate.report["message"]


@pytest.mark.parametrize(
    ("arguments", "return_code"),
    [(("-e", "estate_stage=nonsense"), 2), (("-e", "estate_fail_on_changes=maybe"), 2), (("--tags", "aply"), 0)],
)
def test_no_older_report_is_taken_for_that_of_a_run_that_did_nothing(
    estate: Repository, arguments: tuple[str, ...], return_code: int
) -> None:
    for end in ("json", "md", "xml"):
        estate.reports.mkdir(exist_ok=True)
        (estate.reports / f"localhost.{end}").write_text("of an older run", encoding="utf-8")
    played = estate.play("plan", *arguments)
    assert played.return_code == return_code, played.output
    assert list(estate.reports.iterdir()) == []


def test_two_stages_at_once_are_refused(estate: Repository, em: Simulator) -> None:
    played = estate.play("plan", "--tags", "plan,apply")
    assert played.return_code == 2
    assert (estate.report["status"], em.log()) == ("refused", [])
    told = "Nothing was changed. apply and plan are tags of different stages. Give one of them."
    assert estate.report["message"] == told
    assert played["Fail, since not all is as it should be"].result["msg"] == told


def test_a_report_that_cannot_be_written_is_told_before_anything_is_done(estate: Repository, em: Simulator) -> None:
    estate.reports.mkdir(exist_ok=True)
    (estate.reports / "a file").write_text("", encoding="utf-8")
    folder = estate.reports / "a file/reports"
    played = estate.play("apply", estate_report=str(folder))
    assert (played.return_code, em.log()) == (2, [])
    assert f"Nothing was changed. The report cannot be written to {folder}." in played.output


def test_what_came_of_an_apply_is_told_also_where_its_report_cannot_be_written(estate: Repository) -> None:
    # The folder is there when the run begins, and lost when the estate is read.
    folder = shlex.quote(str(estate.root / "told"))
    lose = f"rm -rf {folder}; touch {folder}"
    purpose = f"{{{{ lookup('ansible.builtin.pipe', {lose!r}) or 'the first' }}}}"
    played = estate.play("apply", estate_report=str(estate.root / "told"), purpose=purpose)
    assert played.return_code == 2
    assert "of localhost: applied (2 update" in played.output
    assert f"The report cannot be written to {estate.root / 'told'}" in played["Write the report"].result["stderr"]


def test_changes_can_be_a_failure(estate: Repository) -> None:
    assert estate.play("plan", estate_fail_on_changes=True).return_code == 2
    assert estate.report["status"] == "changes"
    estate.play("apply")
    assert estate.play("plan", estate_fail_on_changes=True).return_code == 0
