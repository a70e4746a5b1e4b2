# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role failover, as a user runs its playbook: planned, in an outage, back, broken and killed on the way."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator import Settings, Simulator
from support.playbooks import Played, kill_when, run_file
from support.roles import as_text, numbers

PLAYBOOK = "qlik.enterprise_manager.failover"
PRD, QAS = "Replicate PRD 1", "replicate-qas"
ORA = {"server": PRD, "endpoint": "ORA", "configuration": "Standby"}
QAS_ORACLE = {"server": QAS, "endpoint": "QAS Oracle", "configuration": "Standby"}
RAN = ["Orders to DW", "Orders to Kafka"]
STOP_AND_RUN = ("StopTask", "RunTask")
STANDBY, PRIMARY = "ora-b.corp.example", "ora-a.corp.example"


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for the tests of this module."""
    with Simulator(Settings(start_seconds=0.2, stop_seconds=0.2)) as simulator:
        yield simulator


@dataclass(frozen=True)
class Site:
    """An Enterprise Manager with its estate as at the start, and the folder of the role."""

    em: Simulator
    folder: Path

    def arguments(self, *switches: dict[str, str], **options: Any) -> list[str]:
        """The variables of the role on the command line."""
        named = {f"failover_{name}": value for name, value in options.items()}
        given = {"failover_endpoints": list(switches or [ORA]), "failover_dir": str(self.folder), **named}
        return ["-e", json.dumps(given)]

    def run(self, *switches: dict[str, str], flags: Sequence[str] = (), **options: Any) -> Played:
        """Run the playbook."""
        self.em.clear_log()
        return run_file(self.em, PLAYBOOK, *flags, *self.arguments(*switches, **options))

    def writes(self) -> list[str]:
        """The API methods that were called since and write."""
        return [entry["api_method"] for entry in self.em.log() if entry["writes"]]

    def states(self, server: str = PRD) -> dict[str, str]:
        """The states of the tasks of a server."""
        estate = self.em.estate()
        found = next(item for item in estate["servers"] if item["name"] == server)
        return {task["name"]: task["state"] for task in found["tasks"]}

    def database(self, server: str = PRD, endpoint: str = "ORA") -> str:
        """The address of the database that an endpoint has in its settings."""
        found = next(item for item in self.em.estate()["servers"] if item["name"] == server)
        endpoints = found["definition"]["cmd.replication_definition"]["databases"]
        return str(next(item for item in endpoints if item["name"] == endpoint)["db_settings"]["server"])

    def is_as_after_a_failover(self) -> bool:
        """Whether the end is that of a run that nothing disturbed."""
        return STANDBY in self.database() and self.states() == self.before and not self.records()

    def is_as_before(self) -> bool:
        """Whether nothing is left of a failover."""
        return PRIMARY in self.database() and self.states() == self.before and not self.records()

    @property
    def before(self) -> dict[str, str]:
        """The states of the tasks at the start."""
        return {**self.states(), **dict.fromkeys(RAN, "RUNNING"), "Orders archive": "STOPPED"}

    def records(self) -> list[Path]:
        """What has been left to remember which tasks ran."""
        return list(self.folder.glob("*/records/*/*.json"))

    def reports(self) -> list[Path]:
        """The reports that have been written."""
        return list(self.folder.glob("*/*.md"))


@pytest.fixture
def site(em: Simulator, tmp_path: Path) -> Site:
    """The Enterprise Manager with its estate as at the start."""
    em.reset()
    em.clear_faults()
    return Site(em, tmp_path)


def lines(played: Played) -> str:
    """What the run tells at its end."""
    return str(played["Tell what became of each task"].result["msg"])


def test_a_planned_failover_there_again_and_back(site: Site) -> None:
    checked = site.run(flags=("--check", "--diff"), latency=60)
    assert checked.return_code == 0, checked.output
    assert site.writes() == []
    assert list(site.folder.iterdir()) == []
    plan = str(checked["Say what will be done"].result["msg"])
    assert "ORA goes from Primary to Standby. Tasks: RUNNING: Orders to DW, Orders to Kafka; STOPPED" in plan
    assert "exactly these tasks are resumed" in plan
    assert checked["Stop the tasks"].changed
    assert checked["Switch the endpoints"].changed

    # Every boolean and number as the command line gives it: as text.
    done = site.run(flags=as_text("failover", failover_latency="60"))
    assert done.return_code == 0, done.output
    assert site.is_as_after_a_failover()
    assert site.writes() == ["StopTask"] * 2 + ["ReconfigureEndpointNoWait"] + ["RunTask"] * 2
    assert "was RUNNING, is RUNNING; stopped in" in lines(done)
    (report,) = site.reports()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert "| Replicate PRD 1 | ORA | Primary | Standby |" in report.read_text(encoding="utf-8")
    told = done["Put the report together"].result["ansible_facts"]["failover_report"]
    assert (told["outcome"], told["failure"]) == ("switched", "")
    assert [row["name"] for row in told["tasks"]] == [*RAN, "Orders archive"]

    again = site.run(latency=60)
    assert (again.return_code, site.writes()) == (0, [])
    assert not any(step.changed for step in again.steps)
    assert len(site.reports()) == 1

    back = site.run({**ORA, "configuration": "Primary"})
    assert back.return_code == 0, back.output
    assert site.is_as_before()


def test_an_outage_of_two_servers_at_once(site: Site) -> None:
    running = site.states(QAS)
    flipped = {"failover_recycle": "true", "failover_include_failed": "yes", "failover_test": "no"}
    played = site.run(ORA, QAS_ORACLE, flags=as_text("failover", failover_report_file="off", **flipped))
    assert (site.reports(), "TestEndpoint" in [entry["api_method"] for entry in site.em.log()]) == ([], False)
    assert played.return_code == 0, played.output
    assert site.is_as_after_a_failover()
    assert site.database(QAS, "QAS Oracle") == "//qas-ora-b:1521/QAS"
    # A task that was recovering runs again, and so does one that the outage has ended.
    assert site.states(QAS) == {**running, "Regression changes": "RUNNING", "Regression load": "RUNNING"}
    assert site.writes() == ["ReconfigureEndpointNoWait"] * 2 + ["RunTask"]
    assert "Nightly 21 returns was RUNNING, is RUNNING; recycled in" in lines(played)


def test_several_enterprise_managers_are_several_hosts(site: Site, tmp_path: Path) -> None:
    with Simulator(Settings(start_seconds=0.2, stop_seconds=0.2)) as other:
        hosts = {
            f"em-{number}": {
                "ansible_connection": "local",
                "aem_url": em.url,
                "aem_username": em.username,
                "aem_password": em.password,
                "aem_ca_path": str(em.ca_path),
            }
            for number, em in enumerate((site.em, other))
        }
        inventory = tmp_path / "inventory.yml"
        inventory.write_text(json.dumps({"enterprise_managers": {"hosts": hosts}}), encoding="utf-8")
        played = site.run(flags=("-i", str(inventory), "-e", "aem_hosts=enterprise_managers"))
        assert played.return_code == 0, played.output
        assert site.is_as_after_a_failover()
        assert Site(other, site.folder).is_as_after_a_failover()
        assert sorted(path.parent.name for path in site.reports()) == ["em-0", "em-1"]


def out_of_reach(site: Site, test_result: str | None = None) -> None:
    """Let the other database be out of reach, whatever a connection test says."""
    estate = site.em.estate()
    estate["unreachable_hosts"].append(STANDBY)
    server = next(item for item in estate["servers"] if item["name"] == PRD)
    if test_result:
        endpoint = next(item for item in server["endpoints"] if item["name"] == "ORA__Standby")
        endpoint["test_result"] = test_result
    site.em.set_estate(estate)


def test_what_is_not_ready_is_left_alone_and_all_of_it_is_told(site: Site) -> None:
    out_of_reach(site)
    played = site.run(ORA, {**QAS_ORACLE, "configuration": "Third"}, {**ORA, "endpoint": "POS SQL Server"})
    assert played.return_code != 0
    told = played["Look whether the endpoints are ready"].result["msg"]
    for words in (
        "ora-b.corp.example cannot be reached",
        "has no configuration 'Third'",
        "only ORACLE_COMPONENT_TYPE can be reconfigured",
    ):
        assert words in told
    assert (site.writes(), site.records()) == ([], [])


@pytest.mark.parametrize("recycle", [False, True])
def test_a_database_that_is_lost_after_the_check_means_return(site: Site, recycle: bool) -> None:
    out_of_reach(site, test_result="CONNECTED")
    played = site.run(recycle=recycle)
    assert played.return_code != 0
    assert site.is_as_before()
    assert site.writes().count("ReconfigureEndpointNoWait") == 2
    assert "have their former settings, and the tasks that ran before run" in lines(played)
    failed = played["Fail, since not all is as it should be"].result["msg"]
    assert "host ora-b.corp.example cannot be reached" in failed
    (report,) = site.reports()
    assert "Failed at:" in report.read_text(encoding="utf-8")


def test_latency_above_the_limit_means_return_unless_told_not_to(site: Site) -> None:
    # As -e key=value gives it: text.
    stays = site.run(flags=("-e", "failover_revert=false"), latency=2, health_timeout=1)
    assert stays.return_code != 0
    assert STANDBY in site.database()
    assert [path.name for path in site.records()] == ["ORA.json"]
    assert "its latency of 3 s is above 2 s" in stays["Fail, since not all is as it should be"].result["msg"]
    assert "was not taken back. The tasks that ran before run." in lines(stays)
    # What it left is known to the next run, also where it came from.
    returned = site.run(latency=2, health_timeout=1)
    assert returned.return_code != 0
    assert "An earlier run was interrupted" in str(returned["Say what will be done"].result["msg"])
    assert site.is_as_before()


def test_a_return_that_fails_keeps_what_is_to_be_brought_back(site: Site) -> None:
    out_of_reach(site, test_result="CONNECTED")
    code = "AEM_RECONFIGURE_ENDPOINT_INNER_ERR"
    fault = {"kind": "error", "api_method": "ReconfigureEndpointNoWait", "error_code": code, "skip": 1}
    site.em.inject(fault)
    played = site.run()
    assert played.return_code != 0
    assert code in played["Fail, since not all is as it should be"].result["msg"]
    assert len(site.records()) == 1
    estate = site.em.estate()
    estate["unreachable_hosts"].remove(STANDBY)
    site.em.set_estate(estate)
    assert site.run().return_code == 0
    assert site.is_as_after_a_failover()


def seen(site: Site, api_method: str, count: int, answered: bool) -> Callable[[], bool]:
    """Whether so many of these calls have come in, or have been answered."""

    def look() -> bool:
        found = [entry for entry in site.em.log() if entry["api_method"] == api_method]
        return len([entry for entry in found if entry["status"] or not answered]) >= count

    return look


@pytest.mark.parametrize(
    ("slow", "api_method", "count", "answered"),
    [
        # Killed while the switch is still planned: the tasks are stopped.
        ({"api_method": "ExportAll", "skip": 1}, "ExportAll", 2, False),
        # Killed while it is looked whether the endpoint has its new settings: it has.
        ({"api_method": "ExportAll", "skip": 2}, "ExportAll", 3, False),
        # Killed while one task runs again and the other does not yet.
        ({"api_method": "RunTask", "task": "Orders to Kafka"}, "RunTask", 2, False),
    ],
    ids=["after the stop", "after the switch", "during the resume"],
)
def test_a_run_that_is_killed_is_ended_by_the_next(
    site: Site, slow: dict[str, Any], api_method: str, count: int, answered: bool
) -> None:
    site.em.clear_log()
    site.em.inject({"kind": "slow", "seconds": 20, "times": 1, **slow})
    kill_when(site.em, seen(site, api_method, count, answered), PLAYBOOK, *site.arguments())
    site.em.clear_faults()
    assert len(site.records()) == 1
    assert not site.is_as_after_a_failover()
    done = site.run()
    assert done.return_code == 0, done.output
    assert "An earlier run was interrupted" in str(done["Say what will be done"].result["msg"])
    assert site.is_as_after_a_failover()
    assert site.states()["Orders archive"] == "STOPPED"


def change_live_settings(site: Site) -> None:
    """Give the live endpoint of ORA settings of no configuration."""
    estate = site.em.estate()
    server = next(item for item in estate["servers"] if item["name"] == PRD)
    endpoints = server["definition"]["cmd.replication_definition"]["databases"]
    next(item for item in endpoints if item["name"] == "ORA")["db_settings"]["server"] = "//by-hand:1521/ORA"
    site.em.set_estate(estate)


@pytest.mark.parametrize("recycle", [False, True])
def test_what_passes_does_not_undo_a_good_failover(site: Site, recycle: bool) -> None:
    assert site.run(recycle=recycle, latency=60).return_code == 0
    methods = [entry["api_method"] for entry in site.em.log()]
    switch = methods.index("ReconfigureEndpointNoWait")
    after = set(methods[switch + 1 :]) - {"Login", "Logout"}
    assert after >= {"ExportAll", "GetTaskList", "GetTaskDetails", "GetTableList"}
    for passing in (
        {"kind": "error", "error_code": "AEM_SERVER_NOT_CONNECTED"},
        {"kind": "truncate", "cut": "json"},
        {"kind": "status", "status": 500},
    ):
        site.em.reset()
        again = dict.fromkeys(after, 0)
        # The first of each call after the switch gets no usable answer, and neither do some of the later ones.
        for method in sorted(after) * 4:
            site.em.inject({**passing, "api_method": method, "skip": methods[:switch].count(method) + again[method]})
            again[method] += 1
        played = site.run(recycle=recycle, latency=60)
        site.em.clear_faults()
        assert played.return_code == 0, played.output
        assert outcome(played) == "switched"
        assert site.is_as_after_a_failover()


def fail(site: Site, api_method: str, error_code: str, **more: Any) -> None:
    """Let a method fail from now on."""
    site.em.inject({"kind": "error", "api_method": api_method, "error_code": error_code, "times": None, **more})


def outcome(played: Played) -> str:
    """The outcome in the report."""
    report = played["Put the report together"].result["ansible_facts"]["failover_report"]
    return str(report["outcome"])


@pytest.mark.parametrize("step", ["StopTask", "ReconfigureEndpointNoWait"])
@pytest.mark.parametrize("way_back", ["none", "not wanted", "there"])
def test_the_tasks_that_ran_run_whatever_way_back_there_is(site: Site, step: str, way_back: str) -> None:
    if way_back == "none":
        change_live_settings(site)
    before = site.database()
    if step == "StopTask":
        fail(site, step, "AEM_STOP_TASK_INNER_ERR", task="Orders to Kafka")
    else:
        fail(site, step, "AEM_RECONFIGURE_ENDPOINT_INNER_ERR")
    played = site.run(revert=way_back != "not wanted")
    assert played.return_code != 0
    assert site.states() == site.before
    # Nothing was switched, so all is as before, whatever the way back is like.
    assert (outcome(played), site.database(), site.records()) == ("reverted", before, [])
    assert "_INNER_ERR" in played["Fail, since not all is as it should be"].result["msg"]


def test_what_cannot_be_taken_back_is_not_called_so(site: Site) -> None:
    change_live_settings(site)
    running, before = site.states(QAS), site.database(QAS, "QAS Oracle")
    played = site.run(ORA, QAS_ORACLE, latency=2, health_timeout=0)
    assert played.return_code != 0
    assert outcome(played) == "not_reverted"
    assert (site.states(), site.states(QAS)) == (site.before, {**running, "Regression changes": "RUNNING"})
    # One is taken back, the other has no way back, and what it was is still known.
    assert site.database(QAS, "QAS Oracle") == before
    assert STANDBY in site.database()
    assert [path.parent.name for path in site.records()] == [PRD]
    told = played["Fail, since not all is as it should be"].result["msg"]
    assert "ORA has the settings of Standby, its former ones were of no configuration" in told
    assert "QAS Oracle has its former settings, those of Primary" in told
    assert "The tasks that ran before run." in told


def test_a_record_of_another_switch_does_not_say_where_to_return_to(site: Site) -> None:
    assert site.run(revert=False, latency=2, health_timeout=0).return_code != 0
    (record,) = site.records()
    assert json.loads(record.read_text(encoding="utf-8"))["tasks"] == []
    # Days later, the other way round, which fails too.
    back = site.run({**ORA, "configuration": "Primary"}, latency=2, health_timeout=0)
    assert back.return_code != 0
    assert outcome(back) == "reverted"
    assert STANDBY in site.database()
    assert site.states() == site.before
    assert (site.records(), len(list(record.parent.glob("*.aside")))) == ([], 1)
    told = str(back["Say what will be done"].result["msg"])
    assert "an earlier failover of ORA from Primary to Standby, begun" in told
    assert "its record is set aside" in told
    assert "was of something else (configuration Standby)" in back.output


def test_giving_up_an_interrupted_switch_brings_its_tasks_back(site: Site) -> None:
    site.em.clear_log()
    site.em.inject({"kind": "slow", "api_method": "ReconfigureEndpointNoWait", "seconds": 20, "times": 1})
    kill_when(site.em, seen(site, "ReconfigureEndpointNoWait", 1, False), PLAYBOOK, *site.arguments())
    site.em.clear_faults()
    assert {site.states()[name] for name in RAN} == {"STOPPED"}
    # What it left is told first, with the way out, also where it is only looked, and where the check fails.
    looked = site.run(flags=("--tags", "failover_check"))
    assert looked.return_code != 0
    way_out = "To give it up, run the failover to Primary."
    assert way_out in looked["Fail, since an earlier run has not come to its end"].result["msg"]
    out_of_reach(site)
    not_ready = site.run()
    assert not_ready.return_code != 0
    told = not_ready["Look whether the endpoints are ready"].result["msg"]
    assert told.startswith("Replicate PRD 1: an earlier failover of ORA from Primary to Standby, begun 2")
    assert "Orders to DW (STOPPED), Orders to Kafka (STOPPED)" in told
    assert way_out in told
    assert "this run has changed nothing. Endpoint ORA__Standby failed its test" in told
    given_up = site.run({**ORA, "configuration": "Primary"})
    assert given_up.return_code == 0, given_up.output
    assert site.is_as_before()
    assert site.run({**ORA, "configuration": "Primary"}, flags=("--tags", "failover_check")).return_code == 0


def test_a_recorded_task_that_is_gone_does_not_hold_up_the_others(site: Site) -> None:
    site.em.clear_log()
    site.em.inject({"kind": "slow", "api_method": "ReconfigureEndpointNoWait", "seconds": 20, "times": 1})
    kill_when(site.em, seen(site, "ReconfigureEndpointNoWait", 1, False), PLAYBOOK, *site.arguments())
    site.em.clear_faults()
    estate = site.em.estate()
    server = next(item for item in estate["servers"] if item["name"] == PRD)
    server["tasks"] = [task for task in server["tasks"] if task["name"] != "Orders to Kafka"]
    sections = server["definition"]["cmd.replication_definition"]
    sections["tasks"] = [task for task in sections["tasks"] if task["task"]["name"] != "Orders to Kafka"]
    site.em.set_estate(estate)
    done = site.run()
    assert done.return_code == 0, done.output
    assert site.states()["Orders to DW"] == "RUNNING"
    assert STANDBY in site.database()
    assert site.records() == []
    assert "There is no task 'Orders to Kafka' on server Replicate PRD 1 any more" in done.output


@pytest.mark.parametrize("number", numbers("failover"))
def test_a_number_that_cannot_be_meant_is_refused_before_any_call(site: Site, number: str) -> None:
    refused = site.run(flags=("-e", f"{number}=-1"))
    assert refused.return_code != 0
    assert f"{number} must be" in refused.output
    assert site.em.log() == []


def test_names_that_are_long_and_not_ascii(site: Site) -> None:
    long = "Оракл заказов и счетов, основная база данных, цех два"
    text = json.dumps(site.em.estate(), ensure_ascii=False)
    for name in ("ORA", "ORA__Primary", "ORA__Standby"):
        text = text.replace(f'"{name}"', f'"{name.replace("ORA", long)}"')
    site.em.set_estate(json.loads(text))
    played = site.run({**ORA, "endpoint": long})
    assert played.return_code == 0, played.output
    assert STANDBY in site.database(PRD, long)


def test_a_log_stream_is_written_before_it_is_read_and_after(site: Site) -> None:
    estate = site.em.estate()
    server = next(item for item in estate["servers"] if item["name"] == PRD)
    sections = server["definition"]["cmd.replication_definition"]
    # What "Orders to DW" writes, tasks on another endpoint of the same database read.
    live = next(item for item in sections["databases"] if item["name"] == "ORA")
    text = json.dumps(live).replace("//ora-a", "//ora-ls")
    reader = {**json.loads(text), "name": "ORA LS"}
    reader["db_settings"]["logstreamstagingtask"] = "Orders to DW"
    standby = {**reader, "name": "ORA LS__Standby", "db_settings": {**reader["db_settings"], "server": "//x:1521/X"}}
    sections["databases"] += [reader, standby]
    task = next(item for item in sections["tasks"] if item["task"]["name"] == "Orders to Kafka")
    changed = json.loads(json.dumps(task).replace('"ORA"', '"ORA LS"'))
    sections["tasks"][sections["tasks"].index(task)] = changed
    site.em.set_estate(estate)
    played = site.run(ORA, {**ORA, "endpoint": "ORA LS"}, test=False, parallel=1)
    assert played.return_code == 0, played.output
    told = [(entry["api_method"], entry["path"]) for entry in site.em.log() if entry["api_method"] in STOP_AND_RUN]
    assert [(method, "Kafka" in path) for method, path in told] == [
        *(("StopTask", kafka) for kafka in (True, False)),
        *(("RunTask", kafka) for kafka in (False, True)),
    ]
    assert site.states() == site.before
