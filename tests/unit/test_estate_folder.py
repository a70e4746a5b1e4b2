# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of an estate is read by the lookup: values filled in, everything wrong told with its file and line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible.template import Templar

from ansible_collections.qlik.enterprise_manager.plugins.lookup import estate_folder as lookup
from ansible_collections.qlik.enterprise_manager.plugins.plugin_utils._filling import Evaluation
from support.definitions import FIXTURES

RULES = "format: 1\n"
VARIABLES = {
    "the_port": 3552,
    "the_host": "repl-1.example",
    "groups_of_admins": ["CORP\\Admins"],
}


def write(root: Path, files: Mapping[str, str]) -> Path:
    """A folder with these files, and with rules where none are given."""
    for name, text in {"estate.yml": RULES, **files}.items():
        path = root / "estate" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root / "estate"


def read(folder: Path, secrets: Any = None, chosen: Any = None, with_lines: bool = False) -> dict[str, Any]:
    """What the lookup says of a folder."""
    loader = DataLoader()
    loader.set_vault_secrets(secrets or [])
    fill = Evaluation(Templar(loader, VARIABLES), loader, VARIABLES)
    return lookup.evaluated(folder, "em-prd", fill, chosen, with_lines)


def places(folder: Path, variables: dict[str, Any]) -> list[dict[str, Any]]:
    """Where the things of a folder stand, with their lines."""
    loader = DataLoader()
    fill = Evaluation(Templar(loader, variables), loader, variables)
    found = lookup.evaluated(folder, "em-prd", fill, None, with_lines=True)
    assert found["problems"] == []
    return list(found["places"])


def problems(folder: Path, offline: bool = False, **options: Any) -> list[str]:
    """What is wrong with a folder."""
    found = lookup.looked_at(folder) if offline else read(folder, **options)
    return [problem["text"] for problem in found["problems"]]


def one_server(text: str) -> dict[str, str]:
    """The folder of one server."""
    return {"em-prd/servers/repl-1.yml": text}


def test_servers_are_options_of_aem_estate(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "em-prd/servers/repl-1.yml": "name: repl-1\nhost: '{{ the_host }}'\nport: '{{ the_port }}'\n"
            "acl: {admin_role: {groups: '{{ groups_of_admins }}'}}\n",
            "shared/servers/repl-2.yaml": "name: repl-2\ndescription: of {{ the_host }}\nendpoints: []\n",
            "em-dev/servers/repl-9.yml": "nothing: of this host\n",
            "shared/servers/notes.txt": "no server",
            "shared/servers/.hidden.yml": "no: server",
        },
    )
    found = read(folder)
    assert found["problems"] == []
    assert found["servers"] == [
        {
            "name": "repl-1",
            "host": "repl-1.example",
            "port": 3552,
            "acl": {"admin_role": {"groups": ["CORP\\Admins"]}},
        },
        {"name": "repl-2", "description": "of repl-1.example", "endpoints": []},
    ]
    assert found["rules"] == {
        "protected": None,
        "observe": [],
        "ignore": [],
        "windows": [],
        "unmanaged_blocks": [],
        "prune_kinds": ["tasks", "endpoints"],
        "prune_max": 5,
        "prune_max_percent": 20,
        "known_servers": ["*", "repl-1", "repl-2"],
    }


def test_only_values_of_files_are_evaluated_and_only_once(tmp_path: Path) -> None:
    braces = '{{ "{" ~ "{ x }" ~ "}" }}'
    text = "name: repl-1\nendpoints:\n  - name: E\n    settings:\n      a: !unsafe '{{ x }}'\n"
    text += f"      b: '{braces}'\n"
    found = read(write(tmp_path, one_server(text)))
    assert found["servers"][0]["endpoints"][0]["settings"] == {"a": "{{ x }}", "b": "{{ x }}"}


def test_src_is_taken_from_the_file(tmp_path: Path) -> None:
    text = (
        "name: repl-1\nlicense: {src: repl-1/license.txt}\n"
        "tasks:\n  - {name: T, src: ../../definitions/t.json}\n  - {name: U, src: ../../../defs/u.json}\n"
    )
    folder = write(tmp_path, one_server(text))
    told = problems(folder)
    elsewhere = tmp_path / "defs/u.json"
    license_file, definition = folder / "em-prd/servers/repl-1/license.txt", folder / "definitions/t.json"
    assert told[0].startswith(f"estate/em-prd/servers/repl-1.yml:2: license: {license_file} cannot be read")
    assert told[1].startswith(f"estate/em-prd/servers/repl-1.yml:4: tasks[0] T: {definition} cannot be read")
    assert told[2].startswith(f"estate/em-prd/servers/repl-1.yml:5: tasks[1] U: {elsewhere} cannot be read")


def test_a_vault_is_opened(tmp_path: Path) -> None:
    secrets = [("default", VaultSecret(b"password"))]
    sealed = VaultLib(secrets).encrypt(b"geheim").decode().replace("\n", "\n  ")
    folder = write(tmp_path, one_server(f"name: repl-1\npassword: !vault |\n  {sealed}\n"))
    assert read(folder, secrets)["servers"] == [{"name": "repl-1", "password": "geheim"}]
    (told,) = problems(folder)
    assert told.startswith("estate/em-prd/servers/repl-1.yml:2: password: The value cannot be decrypted:")
    assert problems(folder, offline=True) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("nmae: x\n", "1: nmae: is not known. Did you mean name?"),
        ("name: repl-1\nport: x\n", "2: port: 'x' is not a whole number."),
        (
            "name: repl-1\ntasks:\n  - name: ERP to DW\n    overides: {}\n",
            "4: tasks[0] ERP to DW: overides: is not known. Did you mean overrides?",
        ),
        ("name: repl-1\ntasks:\n  - name: a\n  - name: A\n", "4: tasks[1] A: name: 'A' is given twice:"),
        ("name: repl-1\nhost: '{{ no_such_variable }}'\n", "2: host: The expression cannot be evaluated: "),
        ("name: repl-1\nhost: '{{ broken'\n", "2: host: The expression cannot be evaluated: "),
        ("name: repl-1\nname: repl-2\n", "2: name is given twice."),
        ("- name: repl-1\n", "1: The file must hold one mapping."),
        ("", "1: The file is empty."),
        ("name: repl-1\nacl:\n  admin_role: {users: [me]}\n", "2: acl: admin_role: user 'me' must be of the form"),
        (
            "name: repl-1\nendpoints:\n- name: E\n  settings:\n    x: 1\n    password: '{Z0F}'\n",
            "6: endpoints[0] E: settings.password: is a mask or an encrypted secret",
        ),
        ("$ANSIBLE_VAULT;1.1;AES256\n6162\n", "1: The file must hold one mapping. A file that is encrypted as a whole"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_key(tmp_path: Path, text: str, told: str) -> None:
    found = problems(write(tmp_path, one_server(text)))
    assert found[0].startswith(f"estate/em-prd/servers/repl-1.yml:{told}")
    assert read(write(tmp_path, one_server(text)))["servers"] == []


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("format: 2\n", "1: format: is 2, and this release knows no newer one than 1. Update it."),
        ("format: '2'\n", "1: format: is 2, and this release knows no newer one than 1. Update it."),
        ("format: 1\nignore:\n  - {at: x, why: y}\n", "3: ignore[0].at: 'x' is not a JSON pointer"),
        ("protect: {}\nformat: 1\n", "1: protect: is not known. Did you mean protected?"),
        ("observe: []\n", "1: format is missing."),
        ("format: 1\nprune: {kinds: [acls]}\n", "2: prune.kinds: 'acls' must be one of servers, endpoints, tasks."),
        ("format: 1\nprune:\n  max: -1\n", "3: prune.max: must be 0 or more, not -1."),
        ("format: 1\nignore:\n  - tasks: ['*']\n", "3: ignore[0]: why is missing."),
        ("format: 1\nignore:\n  - why: because\n", "3: ignore[0]: one of the following is required:"),
        (
            "format: 1\nignore:\n  - {tasks: ['*/x'], why: y}\n  - tasks: ['*/x']\n    why: z\n    until: tomorrow\n",
            "6: ignore[1].until: must be a date",
        ),
        ("format: 1\nwindows:\n  - {from: '1 am'}\n", "3: windows[0].from: must be a time of the day"),
        ("- format\n", "1: The file must hold one mapping."),
    ],
)
def test_what_is_wrong_with_the_rules_is_told_too(tmp_path: Path, rules: str, told: str) -> None:
    folder = write(tmp_path, {"estate.yml": rules, **one_server("name: repl-1\n")})
    for offline in (False, True):
        assert problems(folder, offline)[0].startswith(f"estate/estate.yml:{told}")


def test_no_file_of_a_server_is_passed_over(tmp_path: Path) -> None:
    files = {
        "em-prd/servers/a.YML": "name: a\n",
        "em-prd/servers/b/b.yml": "name: b\n",
        "em-prd/servers/a/a.json": "{}",
    }
    folder = write(tmp_path, files)
    assert problems(folder) == [
        "estate/em-prd/servers/b/b.yml:1: The file is not read: servers lie in em-prd/servers. Move it there."
    ]
    (folder / "em-prd/servers/b/b.yml").unlink()
    assert [server["name"] for server in read(folder)["servers"]] == ["a"]


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("em-prd/s2.yml", "servers lie in em-prd/servers. Move it there."),
        ("em-prd/server/s3.yml", "servers lie in em-prd/servers. Move it there."),
        ("servers/s4.yaml", "servers lie in <host>/servers. Move it there."),
        ("shared/deeper/servers/s5.yml", "servers lie in shared/servers. Move it there."),
        ("estate.yaml", "rules are in estate.yml. Rename it."),
    ],
)
def test_a_file_in_the_wrong_place_is_told(tmp_path: Path, file: str, told: str) -> None:
    others = ("definitions/a.yml", ".ci.yml", ".github/b.yml", "c.txt", "inventory.yml", "host_vars/em-prd/vars.yml")
    passed_over = dict.fromkeys(others, "no: server\n")
    folder = write(tmp_path, {file: "name: x\n", **passed_over, **one_server("name: repl-1\n")})
    for offline in (False, True):
        assert problems(folder, offline) == [f"estate/{file}:1: The file is not read: {told}"]


def test_a_file_of_another_host_is_told_for_that_host(tmp_path: Path) -> None:
    files = {"em-dev/servers/a.yml": "name: a\n", "em-dev/b.yml": "name: b\n", **one_server("name: repl-1\n")}
    folder = write(tmp_path, files)
    assert problems(folder) == []
    assert len(problems(folder, offline=True)) == 1


@pytest.mark.parametrize("src", ["/etc/passwd", "~/x.json", "../../../../../x.json", "link.json"])
def test_what_leads_out_of_the_repository_is_not_read(tmp_path: Path, src: str) -> None:
    (tmp_path / "x.json").write_text("{}", encoding="utf-8")
    text = f"name: repl-1\nlicense: {{src: {src}}}\ntasks:\n  - name: T\n    src: {src}\n"
    folder = write(tmp_path / "repository" / "gitops", one_server(text))
    (tmp_path / "repository/.git").mkdir()
    (folder / "em-prd/servers/link.json").symlink_to(tmp_path / "x.json")
    for offline in (False, True):
        license_told, task_told = problems(folder, offline)
        assert license_told.startswith("estate/em-prd/servers/repl-1.yml:2: license.src: leads out of ")
        assert task_told.startswith("estate/em-prd/servers/repl-1.yml:5: tasks[0].src: leads out of ")


def test_what_is_elsewhere_in_the_repository_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "gitops", one_server("name: repl-1\nlicense: {src: ../../../../license.txt}\n"))
    (tmp_path / ".git").mkdir()
    (tmp_path / "license.txt").write_text("text", encoding="utf-8")
    assert read(folder)["servers"][0]["license"] == {"src": str(tmp_path / "license.txt")}


def test_a_file_that_is_a_link_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.yml").write_text("root: x:0:0\n", encoding="utf-8")
    folder = write(tmp_path / "repository", one_server("name: repl-1\n"))
    (tmp_path / "repository/.git").mkdir()
    for name in ("estate.yml", "em-prd/servers/link.yml"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(tmp_path / "elsewhere.yml")
    told = problems(folder)
    assert [line.partition(" leads out")[0] for line in told] == [
        "estate/em-prd/servers/link.yml:1: The file",
        "estate/estate.yml:1: The file",
    ]


IN_CLEAR = "is a secret in clear."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("password: hunter2\n", f"2: password: {IN_CLEAR}"),
        ("password: !unsafe '{{ x }}'\n", f"2: password: {IN_CLEAR}"),
        ("license:\n  content: abc\n", f"3: license.content: {IN_CLEAR}"),
        (
            "endpoints:\n  - name: E\n    settings:\n      info: {clientSecret: hunter2}\n",
            f"5: endpoints[0] E: settings.info.clientSecret: {IN_CLEAR}",
        ),
        ("endpoints:\n  - {name: E, settings: {password: 123}}\n", f"3: endpoints[0] E: settings.password: {IN_CLEAR}"),
        ("description: [a, b]\n", "2: description: must be text."),
        ("description: yes\n", "2: description: is true, which YAML makes of a word without quotes."),
        ("port: true\n", "2: port: must be a number."),
        ("monitored: 1\n", "2: monitored: must be true or false."),
        ("acl:\n  admin_role:\n    users: 'CORP\\joe'\n", "4: acl.admin_role.users: must be a list."),
        ("acl: {admin_role: {users: [null]}}\n", "2: acl.admin_role.users[0]: must be text."),
        ("acl: state=absent\n", "2: acl: must be a mapping."),
        ("tasks: T\n", "2: tasks: must be a list."),
        ("port: 99999\nhost: x\n", "2: port: 99999 must be a number between 1 and 65535."),
    ],
)
def test_what_editors_underline_is_refused_too(tmp_path: Path, text: str, told: str) -> None:
    folder = write(tmp_path, one_server(f"name: repl-1\n{text}"))
    for offline in (False, True):
        found = problems(folder, offline)
        assert found[0].startswith(f"estate/em-prd/servers/repl-1.yml:{told}")
        assert "hunter2" not in "".join(found)


def test_what_is_an_expression_may_be_anything(tmp_path: Path) -> None:
    text = (
        "name: repl-1\nport: '{{ the_port }}'\nhost: repl-{{ 1 }}.example\npassword: ' {{ the_host }} '\n"
        "acl: {admin_role: {groups: '{{ groups_of_admins }}', users: []}}\n"
        "endpoints:\n  - {name: E, settings: {password: '{{ the_host }}', usePassword: true, tokens: {a: 1}}}\n"
    )
    folder = write(tmp_path, one_server(text))
    assert problems(folder) == problems(folder, offline=True) == []


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ("observe: repl\n", "2: observe: must be a list."),
        ("observe: [1, null]\n", "2: observe[1]: must be text."),
        ("prune:\n  max_percent: 200\n", "3: prune.max_percent: must be 0 to 100, not 200."),
        (
            "protected:\n  tasks:\n    - '*/a'\n    - Nightly 07*\n",
            "5: protected.tasks[1]: must be server/name, such as '*/Nightly 07*', not 'Nightly 07*'.",
        ),
        ("ignore:\n  - {why: y, endpoints: [E]}\n", "3: ignore[0].endpoints[0]: must be server/name, such as '*/E'"),
        (
            "ignore:\n  - why: y\n    tasks: ['*']\n    until: 2027-13-31\n",
            "5: ignore[0].until: must be a date such as 2027-01-31, not '2027-13-31'.",
        ),
    ],
)
def test_what_editors_underline_in_rules_is_refused_too(tmp_path: Path, rules: str, told: str) -> None:
    folder = write(tmp_path, {"estate.yml": f"format: 1\n{rules}", **one_server("name: repl-1\n")})
    for offline in (False, True):
        (found,) = problems(folder, offline)
        assert found.startswith(f"estate/estate.yml:{told}")


@pytest.mark.parametrize(("number", "told"), [("0", "is 0, and there is none but 1."), ("true", "must be a number.")])
def test_there_is_one_format(tmp_path: Path, number: str, told: str) -> None:
    folder = write(tmp_path, {"estate.yml": f"format: {number}\n", **one_server("name: repl-1\n")})
    assert problems(folder) == [f"estate/estate.yml:1: format: {told}"]


def test_the_servers_of_all_hosts_are_known(tmp_path: Path) -> None:
    files = {
        "em-dev/servers/a.yml": "name: repl-dev\n",
        **one_server("name: repl-1\n"),
        "shared/servers/x.yml": "name: s\n",
    }
    assert read(write(tmp_path, files))["rules"]["known_servers"] == ["repl-1", "repl-dev", "s"]


def test_dates_in_rules_need_no_quotes(tmp_path: Path) -> None:
    rules = "format: 1\nignore:\n  - {tasks: ['*/x'], why: y, until: 2999-01-31}\n"
    found = read(write(tmp_path, {"estate.yml": rules, **one_server("name: repl-1\n")}))
    assert found["rules"]["ignore"][0]["until"] == "2999-01-31"


def test_a_server_in_two_files_is_told_with_both(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {"em-prd/servers/a.yml": "host: x\nname: repl-1\n", "shared/servers/b.yml": "name: '{{ \"REPL-1\" }}'\n"},
    )
    assert problems(folder) == [
        "estate/shared/servers/b.yml:1: name: Server 'REPL-1' is in estate/em-prd/servers/a.yml:2 too."
    ]


@pytest.mark.parametrize("host", ["/etc", "..", "../em-prd", "em-prd/servers"])
def test_a_host_that_leads_elsewhere_is_told(tmp_path: Path, host: str) -> None:
    folder = write(tmp_path, one_server("name: repl-1\n"))
    found = [problem["text"] for problem in lookup.looked_at(folder, host)["problems"]]
    assert f"estate:1: {host!r} is not the name of a folder, so it has no files of servers." in found


def test_a_folder_that_is_empty_or_missing_is_no_wish_for_nothing(tmp_path: Path) -> None:
    assert problems(tmp_path / "estate") == ["estate/estate.yml:1: There is no such folder."]
    folder = write(tmp_path, {"em-dev/servers/x.yml": "name: x\n"})
    assert problems(folder) == [
        "estate:1: There is no file of a server in estate/em-prd/servers or estate/shared/servers."
    ]
    (folder / "estate.yml").unlink()
    assert problems(folder)[0] == "estate/estate.yml:1: There is no estate.yml; it says format: 1."


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, one_server("name: repl-1\n"))
    (folder / "em-prd/servers/folder.yml").mkdir()
    (folder / "em-prd/servers/latin.yml").write_bytes(b"name: \xe9\n")
    assert problems(folder) == [
        "estate/em-prd/servers/folder.yml:1: The file cannot be read: Is a directory.",
        "estate/em-prd/servers/latin.yml:1: The file is not UTF-8.",
    ]


def test_offline_no_variable_is_needed(tmp_path: Path) -> None:
    folder = write(
        tmp_path,
        {
            "em-prd/servers/a.yml": "name: '{{ a }}'\nport: '{{ b }}'\nacl: {admin_role: '{{ c }}'}\n",
            "em-dev/servers/a.yml": "name: a\nport: '{{ b }}'\nhots: x\nhost: '{{ broken'\n",
            "shared/servers/b.yml": "name: b\nprot: 1\n",
        },
    )
    told = problems(folder, offline=True)
    assert [line.partition(": unexpected")[0] for line in told] == [
        "estate/em-dev/servers/a.yml:4: host: The expression cannot be understood",
        "estate/shared/servers/b.yml:2: prot: is not known. Did you mean port?",
    ]
    folder = write(tmp_path, {"em-dev/servers/a.yml": "name: a\nport: '{{ b }}'\nhots: x\n"})
    assert problems(folder, offline=True)[0] == "estate/em-dev/servers/a.yml:3: hots: is not known. Did you mean host?"


def test_some_servers_can_be_chosen_and_all_are_checked(tmp_path: Path) -> None:
    files = {f"em-prd/servers/{name}.yml": f"name: {name}\n" for name in ("repl-prd-1", "repl-prd-2", "repl-qas")}
    folder = write(tmp_path, files)
    assert [server["name"] for server in read(folder, chosen=["*PRD*"])["servers"]] == ["repl-prd-1", "repl-prd-2"]
    assert problems(folder, chosen=["dev"]) == ["estate:1: No server here matches dev."]
    folder = write(tmp_path, {"em-prd/servers/repl-qas.yml": "name: repl-qas\nprot: 1\n"})
    assert len(problems(folder, chosen=["*prd*"])) == 1


def test_places_tell_file_and_line(tmp_path: Path) -> None:
    text = (
        "# a comment\nname: repl-1\nhost: x\nacl:\n  viewer_role: {users: ['CORP\\a']}\n"
        "tasks:\n  - name: T\n    run_state: stopped\n    tables:\n      purge: false\n"
    )
    folder = write(tmp_path, one_server(text))
    file = "estate/em-prd/servers/repl-1.yml"
    found = read(folder)["places"]
    assert found == [
        {"server": "repl-1", "kind": "server", "name": "repl-1", "file": file, "line": 2},
        {"server": "repl-1", "kind": "acl", "name": "repl-1", "file": file, "line": 4},
        {"server": "repl-1", "kind": "task", "name": "T", "file": file, "line": 7},
    ]
    found = read(folder, with_lines=True)["places"]
    assert found[0]["lines"] == {"/name": 2, "/host": 3}
    assert found[2]["lines"] == {"/name": 7, "/run_state": 8, "/tables": 9, "/tables/purge": 10}


def test_places_tell_what_is_made_of_variables(tmp_path: Path) -> None:
    text = (
        "name: s\nhost: '{{ qas_host }}'\ndescription: !unsafe '{{ data }}'\nacl: '{{ roles }}'\n"
        "tasks:\n  - name: Policies\n    src: ../t.json\n    owners: {A: '{{ owner }}'}\n"
    )
    definition = (FIXTURES / "export_task_2021.json").read_text(encoding="utf-8")
    folder = write(tmp_path, {**one_server(text), "em-prd/t.json": definition})
    own, acl, task = places(folder, {"qas_host": "h", "roles": {"viewer_role": {"users": []}}, "owner": "B"})
    assert own["templates"]["/host"] == "{{ qas_host }}"
    assert "/description" not in own["templates"]
    assert acl["templates"] == {"": "{{ roles }}"}
    assert task["templates"] == {"/owners/A": "{{ owner }}"}
    assert (task["src"], task["src_path"]) == ("estate/em-prd/t.json", str(folder / "em-prd/t.json"))


def test_files_that_are_right_are_read_where_others_are_not(tmp_path: Path) -> None:
    files = {"a": "name: a\ndescription: '{{ not_there }}'\n", "b": "name: b\n", "c": "name: c\nprot: 1\n"}
    folder = write(tmp_path, {f"em-prd/servers/{name}.yml": text for name, text in files.items()})
    assert read(folder)["servers"] == []
    loader = DataLoader()
    found = lookup.partly_evaluated(folder, "em-prd", Evaluation(Templar(loader, {}), loader, {}))
    assert [server["name"] for server in found["servers"]] == ["b"]
    assert [problem["line"] for problem in found["problems"]] == [2, 2]


def test_what_is_not_at_hand_is_stood_in_for(tmp_path: Path) -> None:
    text = (
        "name: s\npassword: '{{ vault_a }}'\ndescription: '{{ vault_b }}'\n"
        'endpoints:\n  - name: e\n    settings:\n      text: \'{"k": "{{ vault_c }}"}\'\n'
        "      live: !unsafe '{{ vault_a }}'\n"
    )
    folder = write(tmp_path / "estate", one_server(text))
    loader = DataLoader()
    variables = {"vault_b": "at hand"}
    stand_ins = ["vault_a", "vault_b", "vault_c"]
    evaluation = Evaluation(Templar(loader, variables=variables), loader, variables, stand_ins)
    found = lookup.evaluated(folder, "em-prd", evaluation)
    assert found["problems"] == []
    (server,) = found["servers"]
    assert (server["password"], server["description"]) == ("value of vault_a", "at hand")
    (endpoint,) = server["endpoints"]
    assert endpoint["settings"]["live"] == "{{ vault_a }}"
    assert "value of vault_c" in str(endpoint["settings"]["text"])
