# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role promote: tasks from one server to another, twice; what it refuses; and what a kill leaves behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_import, aem_task_record, aem_task_state
from simulator import Settings, Simulator
from support.definitions import SECTIONS
from support.inprocess import perform
from support.playbooks import Played, kill_when, run_file
from support.roles import as_text, numbers
from support.simulated import ADMIN

PLAYBOOK = "qlik.enterprise_manager.promote"
DEV, PROD = "replicate-dev", "replicate-prd"
ESTATE = (
    ADMIN
    + r"""
  - {name: 'CORP\pipeline', token: pat-simulator-pipeline, groups: ['CORP\EM Admins']}
servers:
  - name: replicate-dev
    host: repl-dev.corp.example
    username: CORP\svc
    password: example
    endpoints:
      - {name: Core DEV, type_id: ORACLE_COMPONENT_TYPE, db_settings: {server: //dev:1521/CORE}}
      - {name: Lake DEV, type_id: FILE_COMPONENT_TYPE, role: TARGET, db_settings: {csvTargetPath: /dev}}
    tasks:
      - name: DEV Claims
        source: Core DEV
        targets: [Lake DEV]
        explicit_included_tables: [$POLLIB.CLAIM]
        state: RUNNING
        tags: [release-7]
      - {name: DEV in/out, like: DEV Claims, included_pattern: [$POLLIB.%]}
      - {name: DEV Experiment, like: DEV Claims, tags: [mine]}
  - name: replicate-prd
    host: repl-prd.corp.example
    username: CORP\svc
    password: example
    endpoints:
      - {name: Core, type_id: ORACLE_COMPONENT_TYPE, db_settings: {server: //prd:1521/CORE, password: prd-canary}}
      - {name: Lake, type_id: FILE_COMPONENT_TYPE, role: TARGET, db_settings: {csvTargetPath: /prd}}
    tasks:
      - name: Claims
        source: Core
        targets: [Lake]
        explicit_included_tables: [POLLIB.CLAIM, POLLIB.OLD]
        state: STOPPED
      - {name: Billing, like: Claims, state: RUNNING}
"""
)
PROMOTION = {
    "promote_source": DEV,
    "promote_target": PROD,
    "promote_tags": ["release-7"],
    "promote_endpoints": {"Core DEV": "Core", "Lake DEV": "Lake", "Core UAT": "Core"},
    "promote_owners": {"$POLLIB": "POLLIB"},
    "promote_rename": {"pattern": "^DEV ", "replacement": ""},
}
CSV = """\
task;list;owner;name;load_order;table_type
DEV in/out;explicit_included_tables;$POLLIB;CLAIM;HIGH;
DEV in/out;explicit_included_tables;$POLLIB;AGENT;;view
DEV in/out;excluded_pattern;$POLLIB;TMP%;;
"""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One simulator for all tests."""
    estate = tmp_path_factory.mktemp("estate") / "estate.yml"
    estate.write_text(ESTATE, encoding="utf-8")
    settings = Settings(estate=estate, start_seconds=0.01, stop_seconds=0.01, import_seconds=0.02)
    with Simulator(settings) as simulator:
        yield simulator


@pytest.fixture
def em(simulated: Simulator) -> Iterator[Simulator]:
    """An Enterprise Manager as at its start."""
    simulated.reset()
    simulated.clear_log()
    yield simulated
    simulated.clear_faults()


def variables(folder: Path, **more: Any) -> tuple[str, str]:
    """The arguments of a promotion whose files lie in ``folder``."""
    return "-e", json.dumps({**PROMOTION, "promote_state_dir": str(folder / "state"), **more})


def promote(em: Simulator, folder: Path, *arguments: str, **more: Any) -> Played:
    """Run the playbook; the log begins with it."""
    em.clear_log()
    return run_file(em, PLAYBOOK, *variables(folder, **more), *arguments)


def calls(em: Simulator) -> list[str]:
    """The calls that write, in order."""
    return [entry["api_method"] for entry in em.log() if entry["writes"]]


def task(em: Simulator, name: str, server: str = PROD) -> dict[str, Any]:
    """How a task is, and its definition."""
    found = next(item for item in em.estate()["servers"] if item["name"] == server)
    state = next((item["state"] for item in found["tasks"] if item["name"] == name), None)
    definitions = [item for item in found["definition"][SECTIONS]["tasks"] if item["task"]["name"] == name]
    return {"state": state, **(definitions[0] if definitions else {})}


def endpoints(em: Simulator) -> Any:
    """The endpoints of the target, with their secrets."""
    found = next(item for item in em.estate()["servers"] if item["name"] == PROD)
    return found["definition"][SECTIONS]["databases"]


def report(played: Played) -> dict[str, Any]:
    """The rows of the report by the names of the tasks."""
    facts = played["Keep the report"].result["ansible_facts"]
    return {row["name"]: row for row in facts["promote_report"]["tasks"]}


def changed(played: Played) -> list[str]:
    """The steps that reported a change."""
    return [step.name.rsplit(" : ")[-1] for step in played.steps if step.changed]


def test_a_second_promotion_changes_nothing(em: Simulator, tmp_path: Path) -> None:
    (tmp_path / "tables.csv").write_text(CSV, encoding="utf-8")
    options = {
        "promote_overrides": {"task_settings": {"common_settings": {"lob_max_size": 64}}},
        "promote_task_overrides": {"DEV Claims": {"task": {"description": "By hand: never"}}},
        "promote_tables_file": str(tmp_path / "tables.csv"),
        "promote_path": str(tmp_path / "git"),
    }
    before = endpoints(em)
    checked = promote(em, tmp_path, "--check", "--diff", **options)
    assert checked.return_code == 0, checked.output
    assert calls(em) == []
    assert not (tmp_path / "git").exists()
    assert "No task that is promoted uses these of endpoints: Core UAT." in checked.output
    assert "lob_max_size" in checked.output

    done = promote(em, tmp_path, **options)
    assert done.return_code == 0, done.output
    assert calls(em) == ["ImportTask"] * 2
    assert not any("databases" in entry["body"] for entry in em.log() if entry["writes"])
    assert endpoints(em) == before
    rows = report(done)
    assert {name: row["status"] for name, row in rows.items()} == {
        "Claims": "changed",
        "in/out": "created",
    }
    assert {name: row["status"] for name, row in report(checked).items()} == {
        name: row["status"] for name, row in rows.items()
    }
    assert rows["Claims"]["tables_changed"] == 1
    assert rows["Claims"]["settings"] == [
        'task.description: "" -> By hand: never',
        "task_settings.common_settings.lob_max_size: 8 -> 64",
        "tables and patterns changed: 1",
    ]
    created = task(em, "in/out")
    assert created["state"] == "STOPPED"
    assert created["source"]["rep_source"]["source_name"] == "Core"
    selection = created["source"]["source_tables"]
    assert {
        (item["owner"], item["name"], item.get("load_order", 0), item.get("table_type", "TABLE"))
        for item in selection["explicit_included_tables"]
    } == {("POLLIB", "CLAIM", 1000, "TABLE"), ("POLLIB", "AGENT", 0, "VIEW")}
    assert [(item["owner"], item["name"]) for item in selection["included_pattern"]] == [("POLLIB", "%")]
    assert [(item["owner"], item["name"]) for item in selection["excluded_pattern"]] == [("POLLIB", "TMP%")]
    kept = tmp_path / "git/promoted" / PROD / "in%2Fout.json"
    assert json.loads(kept.read_text(encoding="utf-8"))[SECTIONS]["tasks"][0]["task"]["source_name"] == "Core"
    assert (tmp_path / "git/exported" / DEV / "DEV in%2Fout.json").stat().st_mode & 0o777 == 0o600
    assert task(em, "Experiment") == {"state": None}

    again = promote(em, tmp_path, **options)
    assert again.return_code == 0, again.output
    assert (calls(em), changed(again)) == ([], [])
    assert "changed=0" in again.output
    assert {row["status"] for row in report(again).values()} == {"unchanged"}


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_changed(em: Simulator, tmp_path: Path) -> None:
    (tmp_path / "tables.csv").write_text(
        CSV.replace("HIGH", "SOON").replace("DEV in/out;ex", "DEV in;ex"), encoding="utf-8"
    )
    refused = promote(
        em,
        tmp_path,
        promote_tasks=["DEV *", "DEV Claim"],
        promote_tags=[],
        promote_endpoints={"Core DEV": "Lake", "Lake DEV": "Lak"},
        promote_rename={"pattern": "^DEV .*", "replacement": "New"},
        promote_tables_file=str(tmp_path / "tables.csv"),
    )
    assert refused.return_code == 2
    assert calls(em) == []
    message = next(step for step in refused.steps if step.failed).result["msg"]
    for told in (
        "Nothing was changed. To be mended first: 6",
        "tables.csv, line 2: explicit_included_tables: load_order 'SOON' must be a number or one of",
        "There is no task 'DEV Claim' on server replicate-dev. Did you mean 'DEV Claims'?",
        "There is no task with tables 'DEV in' on server replicate-dev. Did you mean 'DEV in/out'?",
        "tasks 'DEV Claims', 'DEV in/out', 'DEV Experiment' would all be 'New'.",
        "Endpoint 'Lake' of server replicate-prd is a target, and tasks 'DEV Claims', ",
        "Server replicate-prd has no target endpoint 'Lak', for tasks 'DEV Claims', ",
        "(endpoints maps 'Lake DEV' to it). Did you mean 'Lake'?",
    ):
        assert told in message

    everything = promote(em, tmp_path, promote_tags=[])
    assert everything.return_code == 2
    assert "Choose tasks with promote_tasks or promote_tags" in everything.output
    assert em.log() == []


def test_tasks_that_run_are_changed_by_force_only_and_run_again_after_a_kill(em: Simulator, tmp_path: Path) -> None:
    options = {
        "promote_tags": [],
        "promote_tasks": ["DEV Claims"],
        "promote_rename": {"pattern": ".*Claims", "replacement": "Billing"},
    }
    # As text, as the command line gives it.
    planned = promote(em, tmp_path, "--tags", "promote_plan", *as_text("promote", promote_force="no"), **options)
    assert planned.return_code == 2
    assert "These tasks of replicate-prd run and would change: Billing. Set promote_force" in planned.output
    assert (calls(em), task(em, "Billing")["state"]) == ([], "RUNNING")

    em.inject({"kind": "slow", "api_method": "ImportTask", "seconds": 3600})
    begun = (*variables(tmp_path, **options), *as_text("promote", promote_force="yes"))
    kill_when(em, lambda: "ImportTask" in calls(em), PLAYBOOK, *begun)
    em.clear_faults()
    assert task(em, "Billing")["state"] == "STOPPED"
    (record,) = (tmp_path / "state").iterdir()
    looked = promote(em, tmp_path, "--tags", "promote_check", **options, promote_force=True)
    assert looked.return_code == 2
    assert "This was only a look: run it without tags" in looked.output
    # A task that is gone does not hold up the others.
    written = json.loads(record.read_text(encoding="utf-8"))
    written["tasks"].insert(0, {"server": PROD, "name": "Gone"})
    record.write_text(json.dumps(written), encoding="utf-8")

    done = promote(em, tmp_path, **options, promote_force=True)
    assert done.return_code == 0, done.output
    assert "An earlier run was interrupted. These tasks ran before it" in done.output
    assert "There is no task 'Gone' on server replicate-prd any more" in done.output
    assert calls(em) == ["ImportTask", "RunTask"]
    assert report(done)["Billing"]["line"] == "DEV Claims -> Billing: changed, RUNNING, tables and patterns changed: 1"
    billing = task(em, "Billing")
    assert billing["state"] == "RUNNING"
    tables = billing["source"]["source_tables"]["explicit_included_tables"]
    assert [(item["owner"], item["name"]) for item in tables] == [("POLLIB", "CLAIM")]
    assert not record.exists()

    # A run that cannot promote can still bring back what an interrupted one has stopped.
    here = {"server": PROD, "tasks": ["Billing"]}
    assert perform(em, aem_task_record, path=str(record), state="present", **here).error is None
    assert perform(em, aem_task_state, **here, state="stopped").error is None
    refused = promote(em, tmp_path, **options, promote_tables_file=str(tmp_path / "missing.csv"))
    assert refused.return_code == 2
    assert (calls(em), task(em, "Billing")["state"]) == (["RunTask"], "RUNNING")
    assert "missing.csv" in refused.output
    assert refused["Keep the report"].status == "skipped"
    assert not record.exists()


def test_the_source_may_be_elsewhere_and_tasks_are_started_and_stopped(em: Simulator, tmp_path: Path) -> None:
    elsewhere = {
        "promote_source_connection": {
            "aem_url": em.url,
            "aem_token": "pat-simulator-pipeline",
            "aem_ca_path": str(em.ca_path),
        }
    }
    started = promote(em, tmp_path, **elsewhere, promote_run_state="started", promote_run_option="reload_target")
    assert started.return_code == 0, started.output
    reached = [entry for entry in em.log() if "/servers/" in entry["path"]]
    users = {(entry["path"].split("/servers/")[1].split("/")[0], entry["user"]) for entry in reached}
    assert users == {(DEV, r"CORP\pipeline"), (PROD, em.username)}
    assert calls(em) == ["ImportTask"] * 2 + ["RunTask"] * 2
    assert {row["state"] for row in report(started).values()} == {"RUNNING"}
    assert "pat-simulator-pipeline" not in started.output

    overrides = {"task_settings": {"common_settings": {"lob_max_size": 64}}}
    em.inject({"kind": "error", "api_method": "ImportTask", "error_code": "AEM_IMPORT_TASK_NAME_DIFFER", "times": 1})
    failed = promote(em, tmp_path, promote_overrides=overrides, promote_force=True)
    assert failed.return_code == 2
    rows = report(failed)
    assert {row["state"] for row in rows.values()} == {"RUNNING"}
    assert (rows["Claims"]["status"], rows["in/out"]["status"]) == ("failed", "changed")
    assert "AEM_IMPORT_TASK_NAME_DIFFER" in rows["Claims"]["error"]
    assert list((tmp_path / "state").iterdir()) == []

    checked = promote(em, tmp_path, "--check", promote_overrides=overrides, promote_run_state="stopped")
    assert checked.return_code == 0, checked.output
    assert calls(em) == []
    stopped = promote(em, tmp_path, promote_overrides=overrides, promote_run_state="stopped")
    assert stopped.return_code == 0, stopped.output
    assert calls(em) == ["StopTask", "StopTask", "ImportTask"]
    assert {row["state"] for row in report(stopped).values()} == {"STOPPED"}


@pytest.mark.parametrize("number", numbers("promote"))
def test_a_number_that_cannot_be_meant_is_refused_before_anything_is_written(
    em: Simulator, tmp_path: Path, number: str
) -> None:
    refused = promote(em, tmp_path, "-e", f"{number}=0")
    assert refused.return_code != 0
    assert f"{number} must be 1" in refused.output
    assert em.log() == []


def test_a_long_name_that_is_not_ascii_is_one_of_files_too(em: Simulator, tmp_path: Path) -> None:
    long = "Заказы и счета, второй склад, ночная выгрузка в хранил"
    done = promote(
        em,
        tmp_path,
        promote_rename={"pattern": "^DEV Claims$", "replacement": long},
        promote_path=str(tmp_path / "git"),
    )
    assert done.return_code == 0, done.output
    assert task(em, long)["state"] == "STOPPED"
    assert len(list((tmp_path / f"git/promoted/{PROD}").iterdir())) == 2


JOBS = [
    {"name": "Claims at night", "task": "DEV Claims", "schedule": "0 2 * * *"},
    {"name": "Experiment", "task": "DEV Experiment", "schedule": "0 3 * * *"},
]
NOTIFICATIONS = [
    {"name": "Stopped", "enabled": True, "trigger_type": "TASK_STOPPED", "tasks": ["DEV Claims", "DEV Experiment"]},
    {"name": "Mine", "enabled": True, "trigger_type": "TASK_STOPPED", "tasks": ["DEV Experiment"]},
]


def has(em: Simulator, server: str, **sections: Any) -> None:
    """Let a server have these sections."""
    done = perform(em, aem_import, server=server, definition={SECTIONS: sections})
    assert done.error is None, done.error


def sections_of(em: Simulator, server: str) -> dict[str, Any]:
    """The sections of a server."""
    found = next(item for item in em.estate()["servers"] if item["name"] == server)
    return dict(found["definition"][SECTIONS])


def test_schedules_and_notifications_come_along(em: Simulator, tmp_path: Path) -> None:
    has(em, DEV, scheduler={"jobs": JOBS}, notifications={"notifications_list": NOTIFICATIONS})
    stopped = {**NOTIFICATIONS[0], "tasks": ["Billing"]}
    has(em, PROD, notifications={"notifications_list": [stopped]}, scheduler={"jobs": [{**JOBS[1], "task": "Billing"}]})
    before = sections_of(em, PROD)
    # As text, as the command line gives it.
    wanted = {"promote_schedules": "true", "promote_notifications": "yes"}
    checked = promote(em, tmp_path, "--check", **wanted)
    assert (checked.return_code, calls(em)) == (0, []), checked.output
    played = promote(em, tmp_path, **wanted)
    assert played.return_code == 0, played.output
    after = sections_of(em, PROD)
    jobs = {job["name"]: job["task"] for job in after["scheduler"]["jobs"]}
    assert jobs == {"Claims at night": "Claims", "Experiment": "Billing"}
    told = {one["name"]: one["tasks"] for one in after["notifications"]["notifications_list"]}
    assert told == {"Stopped": ["Billing", "Claims"]}
    facts = played["Keep the report"].result["ansible_facts"]["promote_report"]
    assert (facts["schedules"], facts["notifications"]) == (["Claims at night"], ["Stopped"])
    assert sections_of(em, PROD)["databases"] == before["databases"]

    assert promote(em, tmp_path, **wanted).return_code == 0
    assert calls(em) == []


def test_a_schedule_of_another_task_is_not_replaced(em: Simulator, tmp_path: Path) -> None:
    has(em, DEV, scheduler={"jobs": JOBS})
    has(em, PROD, scheduler={"jobs": [{**JOBS[0], "task": "Billing"}]})
    played = promote(em, tmp_path, promote_schedules=True)
    assert played.return_code != 0
    assert "'Claims at night' of task 'DEV Claims' would replace that of task 'Billing'" in played.output
    assert calls(em) == []
