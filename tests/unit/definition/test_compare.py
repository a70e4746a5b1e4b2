# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an import would change: nothing that is none, everything that is one, and never a secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition import compare, rules, secrets
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.compare import Difference, diff
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import read
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.paths import (
    pointer,
    tokens_of,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.secrets import MASK
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.tree import DefinitionError
from simulator.repository import STYLES, Repository, apply_import, export_all, plan_import
from simulator.repository import defaults as simulated
from support.definitions import (
    CANARY,
    EXPORTS,
    SEALED,
    SECTIONS,
    copied,
    definitions,
    export,
    leaves,
    shuffled,
    thorough,
    with_value,
)

IDENTITIES = {"name", "owner", "target_name", "target_names", "tasks"}
NOT_COMPARED = {"task_uuid", "is_licensed", "$type"}


def differences(wanted: Any, current: Any, **options: Any) -> list[Difference]:
    """The differences of plain data."""
    return compare.differences(read(wanted), None if current is None else read(current), **options)


def same_but_volatile(one: Any, other: Any) -> bool:
    """The same question about plain data."""
    return compare.same_but_volatile(read(one), read(other))


def of_task(**changed: Any) -> dict[str, Any]:
    """A definition of one small task with other parts."""
    task = {
        "task": {"name": "T", "source_name": "S", "target_names": ["D"]},
        "source": {"source_tables": {"explicit_included_tables": [{"owner": "A", "name": "B", "load_order": 1}]}},
        "task_settings": {"common_settings": {"lob_max_size": 64, "some_flag": False}},
    }
    return {SECTIONS: {"tasks": [{**task, **changed}]}}


def common(**common_settings: Any) -> dict[str, Any]:
    """The part of a task that holds its common settings."""
    return {"task_settings": {"common_settings": common_settings}}


def of_endpoint(**db_settings: Any) -> dict[str, Any]:
    """A definition of one endpoint."""
    return {SECTIONS: {"databases": [{"name": "E", "db_settings": db_settings}]}}


def found(wanted: Any, current: Any, **options: Any) -> dict[str, tuple[Any, Any]]:
    """Before and after of each difference by its pointer."""
    return {item.path: (item.before, item.after) for item in differences(wanted, current, **options)}


@pytest.mark.parametrize("name", EXPORTS)
def test_a_definition_does_not_differ_from_itself(name: str) -> None:
    assert differences(export(name), copied(export(name))) == []
    assert differences(export(name), export(name), exact=False) == []


def test_an_export_of_one_task_does_not_differ_from_that_of_its_server() -> None:
    for name in ("export_task_2018.json", "export_task_windows.json"):
        assert differences(export(name), export("export_all.json")) == []


@given(definitions())
@thorough
def test_no_definition_differs_from_itself(one: dict[str, Any]) -> None:
    assert differences(one, copied(one)) == []
    assert differences(one, copied(one), exact=False) == []
    assert differences({SECTIONS: {}}, one) == []


@given(definitions(), st.data())
@thorough
def test_order_means_nothing(one: dict[str, Any], data: st.DataObject) -> None:
    other = shuffled(one, data.draw)
    assert differences(one, other) == []
    assert differences(other, one) == []


@pytest.mark.parametrize(("flag", "differing"), [(1, []), (True, ["some_flag"]), (2, ["some_flag"])])
@pytest.mark.parametrize("theirs", [{"task_uuid": "2"}, {"task_uuid": None}, {}])
def test_what_each_server_has_of_its_own_hides_nothing_beside_it(
    theirs: dict[str, Any], flag: Any, differing: list[str]
) -> None:
    mine = of_task(**common(task_uuid="1", some_flag=1))
    assert [path.rpartition("/")[2] for path in found(mine, of_task(**common(some_flag=flag, **theirs)))] == differing


def with_defaults(one: dict[str, Any]) -> dict[str, Any]:
    """A definition with every default spelled out that is not set."""
    spelled: dict[str, Any] = copied(one)
    for path, default in rules.DEFAULTS.items():
        spell(spelled[SECTIONS], tokens_of(path), default)
    return spelled


def spell(tree: Any, tokens: tuple[str, ...], default: Any) -> None:
    """Set what ``tokens`` lead to to its default where it is not set."""
    token, *rest = tokens
    if token == "*":
        for item in tree if isinstance(tree, list) else [value for value in tree.values() if isinstance(value, list)]:
            spell(item, tuple(rest), default)
    elif rest:
        spell(tree.setdefault(token, {}), tuple(rest), default)
    else:
        tree.setdefault(token, default)


@given(definitions(min_tasks=1))
@thorough
def test_a_default_may_be_spelled_out_or_left_out(one: dict[str, Any]) -> None:
    spelled = with_defaults(one)
    assert spelled != one
    assert differences(spelled, one) == []
    assert differences(one, spelled) == []
    assert differences(spelled, one, exact=False) == []


def as_text(value: Any) -> Any:
    """``value`` with its numbers and booleans as text."""
    if isinstance(value, dict):
        return {key: as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_text(item) for item in value]
    return value if isinstance(value, str) else json.dumps(value)


@given(definitions())
@thorough
def test_numbers_and_booleans_may_be_text(one: dict[str, Any]) -> None:
    assert differences(as_text(one), one) == []
    assert differences(one, as_text(one)) == []


def can_be_changed(named_path: tuple[str, ...]) -> bool:
    """Whether a change of what a pointer leads to is a change of one setting, and of no name or secret."""
    key = named_path[-1]
    return not (
        IDENTITIES.intersection(named_path[1:] if named_path[0] == "tasks" else named_path[2:])
        or key in NOT_COMPARED
        or secrets.is_secret_name(key)
    )


def another(value: Any) -> Any:
    """A value that is not ``value``."""
    if isinstance(value, bool):
        return not value
    return f"{value} x" if isinstance(value, str) else value + 1_000_000


@given(definitions(min_tasks=1), st.data())
@thorough
def test_a_changed_setting_is_found_named_and_can_be_ignored(one: dict[str, Any], data: st.DataObject) -> None:
    choices = [leaf for leaf in leaves(one[SECTIONS]) if can_be_changed(leaf[1]) and not secrets.is_sealed(leaf[2])]
    assume(len(choices) > 1)
    path, named_path, value = data.draw(st.sampled_from(choices))
    other = with_value(one, (SECTIONS, *path), another(value))
    [difference] = differences(other, one)
    assert difference.path == pointer(named_path)
    assert (difference.before, difference.after) == (secrets.masked(value), secrets.masked(another(value)))
    assert difference.section == named_path[0]
    assert [found.path for found in differences(one, other)] == [difference.path]
    assert differences(other, one, ignore=[difference.path]) == []
    assert differences(other, one, ignore=[f"/{SECTIONS}{difference.path}"]) == []
    assert differences(other, one, ignore=[pointer(("", *map(str, path)))[1:]]) == []
    assert differences(other, one, ignore=[f"{difference.path}x"]) == [difference]


@given(definitions(min_tasks=1), st.data())
@thorough
def test_a_pointer_silences_nothing_else(one: dict[str, Any], data: st.DataObject) -> None:
    choices = [leaf for leaf in leaves(one[SECTIONS]) if can_be_changed(leaf[1]) and not secrets.is_sealed(leaf[2])]
    changed = data.draw(st.lists(st.sampled_from(choices), min_size=2, max_size=4, unique_by=lambda leaf: leaf[1]))
    other = one
    for path, _named_path, value in changed:
        other = with_value(other, (SECTIONS, *path), another(value))
    everything = differences(other, one)
    assert {item.path for item in everything} == {pointer(named_path) for _path, named_path, _value in changed}
    ignored = everything[0].path
    assert differences(other, one, ignore=[ignored]) == everything[1:]


@given(definitions(), definitions())
@thorough
def test_no_secret_is_shown(wanted: dict[str, Any], current: dict[str, Any]) -> None:
    for other in (current, None, {SECTIONS: {}}):
        for exact in (True, False):
            items = differences(wanted, other, exact=exact)
            assert_no_secret(json.dumps([items, diff(items)]))
    assert_no_secret(json.dumps(secrets.masked(wanted)))


def assert_no_secret(text: str) -> None:
    assert CANARY not in text
    assert SEALED[2:-1] not in text


@given(definitions(), st.sampled_from(STYLES))
@thorough
def test_what_was_imported_does_not_differ(one: dict[str, Any], style: str) -> None:
    wanted = read(one).with_version("2023.5.0.322").data
    repository = Repository.from_document({SECTIONS: {}, "_version": wanted["_version"]}, "key")
    imported = plan_import(repository, read(wanted).write(), server="s", task=None, running=set())
    apply_import(repository, imported)
    now = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    text = export_all(repository, style=style, host="h", now=now, version="2023.5.0.322")
    assert compare.differences(read(wanted), read(text)) == []


def test_defaults_that_servers_leave_out_are_known() -> None:
    for default in simulated.DEFAULTS:
        assert rules.DEFAULTS[pointer(("tasks", "*", *default.path))] == default.value


def test_a_setting_that_only_the_server_has_is_reset_by_a_whole_task() -> None:
    wanted = of_task(**common(some_flag=False))
    assert found(wanted, of_task()) == {"/tasks/T/task_settings/common_settings/lob_max_size": (64, 8)}
    assert found(wanted, of_task(), exact=False) == {}
    assert found(of_task(**common()), of_task(**common(some_flag=False))) == {
        "/tasks/T/task_settings/common_settings/some_flag": (False, None)
    }


def test_of_merged_sections_only_what_is_named_counts() -> None:
    server = {
        "replication_environment": {"a": 1, "b": 2},
        "notifications": [{"name": "N", "c": 1, "d": 1}, {"name": "O"}],
    }
    wanted = {"replication_environment": {"b": 3}, "notifications": [{"name": "N", "c": 1}]}
    assert found({SECTIONS: wanted}, {SECTIONS: server}) == {
        "/replication_environment/b": (2, 3),
        "/notifications/N/d": (1, None),
    }


def test_tables_are_a_set_with_attributes() -> None:
    tables = [{"owner": "A", "name": "B"}, {"owner": "A", "name": "C"}]
    wanted = of_task(source={"source_tables": {"explicit_included_tables": tables}})
    place = "/tasks/T/source/source_tables/explicit_included_tables"
    assert found(wanted, of_task()) == {
        f"{place}/A.B/load_order": (1, 0),
        f"{place}/A.C": (None, {"owner": "A", "name": "C"}),
    }
    assert found(of_task(), wanted) == {
        f"{place}/A.B/load_order": (0, 1),
        f"{place}/A.C": ({"owner": "A", "name": "C"}, None),
    }
    assert found(of_task(source={}), of_task()) == {
        f"{place}/A.B": ({"owner": "A", "name": "B", "load_order": 1}, None)
    }


def test_what_the_server_fills_in_counts_only_where_it_is_said() -> None:
    def with_size(**size: int) -> dict[str, Any]:
        return of_task(source={"source_tables": {"included_pattern": [{"owner": "A", "name": "%", **size}]}})

    place = "/tasks/T/source/source_tables/included_pattern/A.%/estimated_size"
    assert found(with_size(), with_size(estimated_size=7)) == {}
    assert found(with_size(estimated_size=0), with_size(estimated_size=7)) == {place: (7, 0)}
    assert found(with_size(estimated_size=7), with_size()) == {place: (0, 7)}


def test_lists_without_names_are_compared_by_place() -> None:
    def columns(*names: str) -> dict[str, Any]:
        return of_task(columns=[{"column_name": name} for name in names], words=list(names))

    assert found(columns("a", "b"), columns("a", "c")) == {
        "/tasks/T/columns/1/column_name": ("c", "b"),
        "/tasks/T/words": (["a", "c"], ["a", "b"]),
    }
    same_name = [{"name": "a", "b": 1}, {"name": "a", "b": 2}]
    assert found(of_task(x=same_name), of_task(x=[{"name": "a", "b": 3}, same_name[1]])) == {"/tasks/T/x/0/b": (3, 1)}
    assert found(columns("a"), columns("a", "c")) == {
        "/tasks/T/columns": ([{"column_name": "a"}, {"column_name": "c"}], [{"column_name": "a"}]),
        "/tasks/T/words": (["a", "c"], ["a"]),
    }


@pytest.mark.parametrize(("one", "other"), [("a", ["b"]), ("a", {"b": 1}), ([None], "a")])
def test_both_ways_items_of_lists_differ_at_one_place(one: Any, other: Any) -> None:
    there, back = found(of_task(x=[one]), of_task(x=[other])), found(of_task(x=[other]), of_task(x=[one]))
    assert set(there) == set(back) == {"/tasks/T/x/0"}


def test_a_list_counts_as_a_whole_even_in_part_of_a_task() -> None:
    only = {"source": {"source_tables": {"explicit_included_tables": [{"owner": "A", "name": "C"}]}}}
    part = {SECTIONS: {"tasks": [{"task": {"name": "T"}, **only}]}}
    place = "/tasks/T/source/source_tables/explicit_included_tables"
    assert set(found(part, of_task(), exact=False)) == {f"{place}/A.B", f"{place}/A.C"}


@pytest.mark.parametrize("nothing", [None, {}, [], {"a": {"b": None}}, {"a": [], "c": {}}])
def test_what_is_empty_is_nothing(nothing: Any) -> None:
    for one, other in ((nothing, None), (None, nothing), (nothing, {}), ([], nothing)):
        assert found(of_task(x=one), of_task(x=other)) == {}
    assert found(of_task(x=nothing), of_task()) == {}
    assert found(of_task(), of_task(x=nothing)) == {}


@pytest.mark.parametrize(
    ("wanted", "current", "same"),
    [
        (443, "443", True),
        (443, " 443 ", True),
        (1.5, "1.50", True),
        (1000, "1e3", True),
        (443, "0443", False),
        (True, "True", True),
        (False, "false", True),
        (True, 1, False),
        (True, "1", False),
        (0, False, False),
        (1, 1.0, True),
        ("443", "0443", False),
        ("a", "A", False),
        (1, "one", False),
        ("", None, False),
        ({"a": 1}, [1], False),
        ({"a": 1}, "a", False),
        ([1, "2"], ["1", 2], True),
        ([1, 2], [2, 1], False),
    ],
)
def test_values(wanted: Any, current: Any, same: bool) -> None:
    assert (found(of_task(x=wanted), of_task(x=current)) == {}) is same
    assert (found(of_task(x=current), of_task(x=wanted)) == {}) is same


def test_what_is_new_is_shown_whole_without_its_secrets() -> None:
    wanted = of_endpoint(server="h", password="tiger", empty={}, apiKeys=["a"], clientSecret={"value": "lion"})
    [difference] = differences(wanted, None)
    assert (difference.task, difference.endpoint, difference.setting) == (None, "E", "")
    assert difference.before is None
    shown = {"server": "h", "password": "********", "apiKeys": ["********"], "clientSecret": {"value": "********"}}
    assert difference.after == {"name": "E", "db_settings": shown}


@pytest.mark.parametrize(
    "pair",
    [
        ({"password": "tiger"}, {"password": "lion"}),
        ({"password": "tiger"}, {}),
        ({}, {"password": SEALED}),
        ({"odd": "tiger"}, {"odd": SEALED}),
        ({"odd": SEALED}, {"odd": "{Z00FF}"}),
        ({"secretKeys": ["tiger"]}, {"secretKeys": [SEALED, SEALED]}),
        ({"odd": ["tiger"]}, {"odd": [SEALED]}),
        ({"pwd": 1234}, {"pwd": SEALED}),
        ({"secrets": [{"name": "tiger", "a": 1}]}, {"secrets": [{"name": "lion", "a": 2}]}),
        ({"secrets": {"a": {"b": "tiger"}}}, {"secrets": {"a": {"b": "lion"}}}),
    ],
)
def test_secrets_are_not_compared(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    wanted, current = pair
    assert found(of_endpoint(**wanted), of_endpoint(**current)) == {}


@pytest.mark.parametrize(
    ("wanted", "current", "before", "after"),
    [
        ("x;PWD=tiger;y", "x;PWD=tiger;z", "x;PWD=********;z", "x;PWD=********;y"),
        ("pg://u:tiger@h", "pg://u:lion@g", "pg://u:********@g", "pg://u:********@h"),
        (f"a {SEALED} b", "c", "c", "a ******** b"),
        (["password = 'ti ger'"], ["a"], ["a"], ["password = '********'"]),
    ],
)
def test_secrets_inside_text_are_masked(wanted: Any, current: Any, before: Any, after: Any) -> None:
    shown = found(of_endpoint(more=wanted), of_endpoint(more=current))
    assert shown == {"/databases/E/db_settings/more": (before, after)}


def test_a_boolean_is_no_secret() -> None:
    place = "/databases/E/db_settings/useSecret"
    assert found(of_endpoint(useSecret=True), of_endpoint(useSecret=False)) == {place: (False, True)}
    assert found(of_endpoint(useSecret=True), of_endpoint(useSecret="tiger")) == {place: ("********", True)}


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *((name, True) for name in ("password", "asm_password", "adlsclientappkey", "sharedAccessKey", "SASToken")),
        *((name, True) for name in ("client_secret", "passphrase", "Pwd", "jsonCredentials", "private-key")),
        *((name, False) for name in ("username", "server", "keyPath", "passwordFile", "tokenEndpoint", "key_shape")),
        *((name, False) for name in ("create_pk_after_data_load", "primaryKey", "secretName", "maxFileSize")),
    ],
)
def test_names_of_secrets(name: str, secret: bool) -> None:
    assert secrets.is_secret(name, "x") is secret
    assert secrets.is_secret(name, True) is False
    assert secrets.is_secret(name, SEALED) is True


@pytest.mark.parametrize(
    "name",
    [
        *("authPrivateKeyPass", "securityDbEncryption", "sharedAccessSignature", "jsonCredentials", "adlsclientappkey"),
        *("userPass", "keystorePass", "keystorepass", "passkey", "sas", "sig", "tokenValue", "privateKeyPem", "jwt"),
        *("serviceAccountJson", "passcode", "PASSWD", "db_pass", "Trust Store Password", "sasToken", "clientsecret"),
        *("aws_secret_access_key", "accessKey", "functionKey", "consumerKey", "hostkey", "sslKeyPassphrase", "apiKeys"),
        *("bearerToken", "authorization", "sessionId", "hmac", "otp", "creds", "userPw", "privatekey", "sshKeyData"),
        *("asm_password", "standbyPwd", "secret", "encryption-key", "oauthRefreshToken", "pem", "ssl.key.password"),
    ],
)
def test_names_of_secrets_are_known_however_they_are_spelled(name: str) -> None:
    assert secrets.is_secret(name, "x")


@pytest.mark.parametrize(
    "name",
    [
        *("keyFormat", "messageKey", "message_key", "key_shape", "key", "keys", "primaryKey", "foreignKeys", "keyPath"),
        *(
            "passwordFile",
            "tokenEndpoint",
            "token_uri",
            "tokenLifetime",
            "credentialsType",
            "keystoreType",
            "keyColumn",
        ),
        *(
            "secretName",
            "privateKeyFile",
            "private_key_id",
            "keyAlias",
            "partitionKey",
            "tokenizer",
            "bypass",
            "compass",
        ),
        *("passThrough", "passiveMode", "username", "server", "author", "design", "signal", "monkey", "pinned", "spin"),
        *("additionalConnectionProperties", "useKerberos", "certificateFile", "sslMode", "passwordPolicy", "publicKey"),
    ],
)
def test_names_that_only_sound_like_secrets(name: str) -> None:
    assert not secrets.is_secret(name, "x")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Timeout=5;Password=a,b;x=1", "Timeout=5;Password=********;x=1"),
        ("user=u,password=a b,x=c", "user=u,password=********,x=c"),
        ("a=1 pwd='x y' b=2", "a=1 pwd='********' b=2"),
        ("UID=u;PWD={a;b};c=1", "UID=u;PWD={********};c=1"),
        ("Trust Store Password: geheim", "Trust Store Password: ********"),
        ("Account Key = a b", "Account Key = ********"),
        ("jdbc:oracle:thin:scott/tiger@//db:1521/x", "jdbc:oracle:thin:scott/********@//db:1521/x"),
        ("jdbc:u/PW@h", "jdbc:u/********@h"),
        ("https://u:p@ss@host/a?b=1", "https://u:********@host/a?b=1"),
        ("https://u:pa/ss@host", "https://u:********@host"),
        ("https://host:8443/a@b", "https://host:8443/a@b"),
        (
            "sb://x;SharedAccessKeyName=n;SharedAccessKey=abc=;q",
            "sb://x;SharedAccessKeyName=n;SharedAccessKey=********;q",
        ),
        ("https://s.blob/c?sv=1&sig=a%2Bb&se=2", "https://s.blob/c?sv=1&sig=********&se=2"),
        (
            "<a><n:password x='1'>tiger</n:password><b>c</b></a>",
            "<a><n:password x='1'>********</n:password><b>c</b></a>",
        ),
        ('<c user="u" password="tiger"/>', '<c user="u" password="********"/>'),
        ('{"host": "a", "password": "tiger", "n": [{"token": 7}]}', None),
        ('{"password": "tiger", ', '{"password": "********", '),
        ("key=1;keyFormat=JSON;messageKey=x", "key=1;keyFormat=JSON;messageKey=x"),
        ("a{ZQ12FF}b {Zone} {ZA0}", "a********b {Zone} ********"),
        ("nothing: here, at all = true", "nothing: here, at all = true"),
        ("a=" * 5000, "a=" * 5000),
    ],
)
def test_secrets_within_text_are_not_shown(text: str, shown: str | None) -> None:
    masked = secrets.masked({"x": text})["x"]
    assert masked == (shown or '{"host": "a", "password": "********", "n": [{"token": "********"}]}')
    assert secrets.masked({"x": masked})["x"] == masked
    wanted, current = of_endpoint(x=text), of_endpoint(x=text.replace("tiger", "lion"))
    assert differences(wanted, current) == []


def test_json_within_text_is_compared_as_data() -> None:
    one = of_endpoint(info='{"host": "a", "port": 1, "password": "tiger", "x": {"y": []}}')
    other = of_endpoint(info='{"x": {}, "password": "lion", "port": "1",  "host": "a"}')
    assert found(one, other) == found(other, one) == {}
    assert found(of_endpoint(info={"host": "b", "port": 1}), other) == {
        "/databases/E/db_settings/info/host": ("b", "a")[::-1]
    }
    assert (
        found(one, of_endpoint(info='{"host": "b"}'), ignore=["/db_settings/info/host", "/db_settings/info/port"]) == {}
    )
    assert found(of_endpoint(info="[a"), of_endpoint(info="[b")) == {"/databases/E/db_settings/info": ("[b", "[a")}


def test_what_sounds_like_a_secret_in_a_task_is_compared_and_not_shown() -> None:
    assert found(of_task(x={"hostKey": "a"}), of_task(x={"hostKey": "b"})) == {"/tasks/T/x/hostKey": (MASK, MASK)}
    assert found(of_task(x={"password": "a"}), of_task(x={"password": "b"})) == {}
    assert found(of_task(x={"y": "Password: see A"}), of_task(x={"y": "Password: see B"})) != {}


def test_encrypted_secrets_are_found_and_taken_out() -> None:
    whole = export("export_task_2021.json")
    places = read(whole).sealed_secrets
    assert places == [
        "/databases/Core AS400/db_settings/password",
        "/databases/Lake Delta/db_settings/password",
        "/databases/Lake Delta/db_settings/adlsclientappkey",
    ]
    stripped = read(whole).without_sealed().data
    assert read(stripped).sealed_secrets == []
    assert "adlsclientappkey" not in json.dumps(stripped)
    assert differences(stripped, whole) == []
    assert whole == export("export_task_2021.json")


def test_encrypted_secrets_in_lists_are_found_too() -> None:
    one = of_task(x=[{"a": SEALED}, SEALED], y=[{"name": "n/m", "z": SEALED}])
    assert read(one).sealed_secrets == ["/tasks/T/x/0/a", "/tasks/T/x/1", "/tasks/T/y/n~1m/z"]
    assert read(one).without_sealed().tasks[0].data["x"] == [{}]


def test_the_diff_holds_only_what_differs() -> None:
    wanted = read(export("export_task_windows.json")).with_overrides(
        {
            "task": {"description": "New"},
            "task_settings": {"common_settings": {"lob_max_size": None, "new_flag": True}},
        },
    )
    assert diff(differences(wanted.data, export("export_all.json"))) == {
        "before": {
            "tasks": {
                "ERP to DW": {
                    "task": {"description": "Orders, customers and stock, near real time"},
                    "task_settings": {"common_settings": {"lob_max_size": 64}},
                }
            }
        },
        "after": {
            "tasks": {
                "ERP to DW": {
                    "task": {"description": "New"},
                    "task_settings": {"common_settings": {"lob_max_size": 8, "new_flag": True}},
                }
            }
        },
    }


def test_a_difference_within_another_one_is_shown_by_that() -> None:
    whole, within = (
        Difference(path, "tasks", "T", "x", before, after)
        for path, before, after in (("/tasks/T/x", ["a"], ["b"]), ("/tasks/T/x/0", "a", "b"))
    )
    shown = {"before": {"tasks": {"T": {"x": ["a"]}}}, "after": {"tasks": {"T": {"x": ["b"]}}}}
    assert diff([whole, within]) == diff([within, whole]) == shown


def test_a_difference_says_where_it_is() -> None:
    wanted = {SECTIONS: {"scheduler": {"jobs": [{"name": "J", "task": "T"}]}, **of_task()[SECTIONS]}}
    current = {SECTIONS: {"scheduler": {"jobs": [{"name": "J", "task": "U"}]}, **of_task(x=1)[SECTIONS]}}
    job, task = differences(wanted, current)
    assert (job.section, job.name, job.setting) == ("scheduler", None, "jobs.J.task")
    assert (task.section, task.task, task.endpoint, task.setting) == ("tasks", "T", None, "x")


@pytest.mark.parametrize(
    "ignore",
    [
        "/task_settings/common_settings/lob_max_size",
        "/task_settings",
        "/tasks/T/task_settings/common_settings/lob_max_size",
        "/tasks/*/task_settings/*/lob_max_size",
        "/tasks/0/task_settings",
        f"/{SECTIONS}/tasks/0/task_settings/common_settings/lob_max_size",
        "/tasks",
    ],
)
def test_pointers_that_mean_the_same(ignore: str) -> None:
    assert found(of_task(), of_task(**common(lob_max_size=9, some_flag=False)), ignore=[ignore]) == {}


@pytest.mark.parametrize("ignore", ["/task_settings/lob_max_size", "/databases/*", "/tasks/1", "/tasks/T/task"])
def test_pointers_that_mean_something_else(ignore: str) -> None:
    assert len(found(of_task(), of_task(**common(some_flag=False)), ignore=[ignore])) == 1


@pytest.mark.parametrize("ignore", ["", "/", "task", "/a~2", "/a~", 3])
def test_what_is_no_pointer_is_refused(ignore: Any) -> None:
    with pytest.raises(DefinitionError, match="is not a JSON pointer"):
        differences(of_task(), of_task(), ignore=[ignore])


@given(st.lists(st.text(min_size=1), min_size=1))
def test_pointers_lead_through_any_name(tokens: list[str]) -> None:
    assert tokens_of(pointer(tokens)) == tuple(tokens)


def test_a_later_export_of_the_same_says_the_same() -> None:
    whole = export("export_all.json")
    later = {**whole, "name": "later", "description": "later", "_version": {"version": "2024.1"}}
    assert same_but_volatile(whole, later)
    assert not same_but_volatile(whole, {**later, SECTIONS: {}})
    assert not same_but_volatile(whole, {**later, "unheard_of": 1})


def test_the_order_of_named_things_and_of_sets_says_nothing() -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(item) for name, item in reversed(value.items())}
        return [turned(item) for item in reversed(value)] if isinstance(value, list) else value

    tables = [{"owner": owner, "name": name} for owner in "AB" for name in "XY"]
    task = {
        "task": {"name": "T", "target_names": ["B", "C"]},
        "source": {"source_tables": {"explicit_included_tables": tables}},
    }
    sections = {"tasks": [task, {"task": {"name": "U"}}], "databases": [{"name": "A"}, {"name": "B"}]}
    assert same_but_volatile({SECTIONS: sections}, {SECTIONS: turned(sections)})
    for section in ("tasks", "databases"):
        assert not same_but_volatile({SECTIONS: sections}, {SECTIONS: {**sections, section: sections[section][:1]}})
    # Of other lists it is not known that their order says nothing.
    assert not same_but_volatile({SECTIONS: {"other": [1, 2]}}, {SECTIONS: {"other": [2, 1]}})
    assert not same_but_volatile({SECTIONS: {}, "other": [{"name": "A"}]}, {SECTIONS: {}, "other": [{"name": "B"}]})


def test_secrets_of_another_server_make_way_for_those_of_the_one_it_is_for() -> None:
    def document(*endpoints: dict[str, Any]) -> dict[str, Any]:
        return {SECTIONS: {"databases": list(endpoints)}}

    theirs = document(
        {"name": "A", "db_settings": {"password": "{ZAA}", "server": "a", "more": {"key": "{ZBB}", "none": None}}},
        {"name": "B", "db_settings": {"password": "{ZCC}", "list": ["{ZDD}", "x"]}},
    )
    own = document(
        {"name": "B", "db_settings": {"password": "{Z11}", "list": ["{Z22}", "y"], "server": "b"}},
        {"name": "A", "db_settings": {"password": "clear", "more": {"key": "{Z33}"}}},
    )
    assert read(theirs).resealed(read(own)).data == document(
        {"name": "A", "db_settings": {"server": "a", "more": {"key": "{Z33}", "none": None}}},
        {"name": "B", "db_settings": {"password": "{Z11}", "list": ["{Z22}", "x"]}},
    )
    assert read(theirs).resealed(None) == read(theirs).without_sealed()


@given(definitions())
def test_with_its_own_secrets_a_definition_is_as_it_was(one: dict[str, Any]) -> None:
    assert read(one).resealed(read(one)).data == one


def test_names_of_what_changed() -> None:
    def document(tasks: dict[str, int], endpoints: dict[str, str], **others: Any) -> dict[str, Any]:
        named = {
            "tasks": [{"task": {"name": name}, "x": value} for name, value in tasks.items()],
            "databases": [{"name": name, "password": value} for name, value in endpoints.items()],
        }
        return {SECTIONS: {**named, **others}}

    one = document({"same": 1, "changed": 1, "gone": 1}, {"e": "{ZAA}"}, scheduler={"a": 1}, error_behavior={})
    other = document({"new": 1, "same": 1, "changed": 2}, {"e": "{ZBB}"}, scheduler={"a": 2}, error_behavior={})
    assert compare.changed_names(read(one), read(other)) == {
        "tasks": ["changed", "gone", "new"],
        "endpoints": ["e"],
        "sections": ["scheduler"],
    }
    assert compare.changed_names(None, read(one))["tasks"] == ["same", "changed", "gone"]
    assert compare.changed_names(read(one), read(one)) == {"tasks": [], "endpoints": [], "sections": []}
