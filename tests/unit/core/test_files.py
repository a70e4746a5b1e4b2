# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files are replaced as a whole, with their permissions, or not at all. No network."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import files
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused


@pytest.fixture
def dest(tmp_path: Path) -> Path:
    """A file that is not there yet, in a folder of its own."""
    return tmp_path / "out.json"


def mode_of(path: Path) -> int:
    """The permissions of a file."""
    return path.stat().st_mode & 0o7777


def full(_handle: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_new_file_is_private_whatever_the_umask(dest: Path) -> None:
    before = os.umask(0)
    try:
        assert files.write_atomically(str(dest), "größe\r\n") is None
    finally:
        os.umask(before)
    assert dest.read_bytes() == "größe\r\n".encode()
    assert mode_of(dest) == 0o600
    assert list(dest.parent.iterdir()) == [dest]


def test_a_file_is_replaced_with_the_permissions_that_are_asked_for(dest: Path) -> None:
    dest.write_text("old", encoding="utf-8")
    dest.chmod(0o666)
    number = dest.stat().st_ino
    files.write_atomically(str(dest), b"new", mode=0o640)
    assert (dest.read_bytes(), mode_of(dest)) == (b"new", 0o640)
    assert dest.stat().st_ino != number


def test_a_backup_keeps_content_and_permissions(dest: Path) -> None:
    assert files.write_atomically(str(dest), "first", backup=True) is None
    dest.chmod(0o400)
    kept = files.write_atomically(str(dest), "second", backup=True)
    assert kept is not None
    assert Path(kept).parent == dest.parent
    assert Path(kept).name.startswith("out.json.")
    assert (Path(kept).read_bytes(), mode_of(Path(kept))) == (b"first", 0o400)
    assert dest.read_bytes() == b"second"


def test_a_link_is_replaced_and_what_it_points_to_stays(dest: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("other", encoding="utf-8")
    dest.symlink_to(other)
    files.write_atomically(str(dest), "new")
    assert not dest.is_symlink()
    assert other.read_text(encoding="utf-8") == "other"


def test_a_failure_leaves_the_old_file_and_no_other(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dest.write_text("old", encoding="utf-8")
    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(Refused, match=r"out\.json cannot be written: No space left on device\."):
        files.write_atomically(str(dest), "new")
    assert dest.read_text(encoding="utf-8") == "old"
    assert list(dest.parent.iterdir()) == [dest]


def test_a_destination_that_cannot_be_is_refused_beforehand(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is a directory"):
        files.check_destination(str(tmp_path))
    with pytest.raises(Refused, match="there is no directory"):
        files.check_destination(str(tmp_path / "none/out.json"))
    files.check_destination(str(tmp_path / "out.json"))


def test_the_same_content(dest: Path) -> None:
    assert not files.same_content(str(dest), "")
    dest.write_bytes("größe\r\n".encode())
    assert files.same_content(str(dest), "größe\r\n")
    assert files.same_content(str(dest), "größe\r\n".encode())
    assert not files.same_content(str(dest), "größe\n")


def test_reading_a_text(dest: Path) -> None:
    with pytest.raises(Refused, match=r"out\.json cannot be read: No such file"):
        files.read_text(str(dest))
    dest.write_bytes(b"a\r\n\xff")
    with pytest.raises(Refused, match="is no text in UTF-8"):
        files.read_text(str(dest))
    dest.write_bytes("\ufeffa\r\nß".encode())
    assert files.read_text(str(dest)) == "\ufeffa\r\nß"


def test_the_checksum_is_that_of_the_bytes() -> None:
    assert files.checksum("ß") == files.checksum("ß".encode())
    assert files.checksum("").startswith("e3b0c44298fc1c14")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Replicate PRD 1", "Replicate PRD 1"),
        ("a/b", "a%2Fb"),
        ("..", "%2E%2E"),
        ("-rf", "%2Drf"),
        (" after ", " after%20"),
        ("dot.", "dot%2E"),
        ("con", "%63on"),
        ("NUL.tar.gz", "%4EUL.tar.gz"),
        ("LPT1 .x", "%4CPT1 .x"),
        ("console", "console"),
        ('a:b*c?"<>|\\\n\0', "a%3Ab%2Ac%3F%22%3C%3E%7C%5C%0A%00"),
        ("e\u0301", "e%CC%81"),
        ("\u00e9", "%C3%A9"),
        (".git", "%2Egit"),
        ("ü", "%C3%BC"),
        ("100%~", "100%25~"),
    ],
)
def test_any_name_is_the_name_of_one_file(name: str, file: str) -> None:
    assert files.file_name(name) == file
    assert files.name_of(file) == name


def test_a_long_name_fits_and_is_told_apart(tmp_path: Path) -> None:
    long = "Репликация заказов и счетов в хранилище " * 2
    made = [files.file_name(name) for name in (long, f"{long}2")]
    assert [len(file) for file in made] == [200, 200]
    assert len(set(made)) == 2
    assert [files.name_of(file) for file in made] == [None, None]
    files.write_atomically(str(tmp_path / f"{made[0]}.json"), "x")
    assert len(files.file_name(long, longest=80)) == 80


def test_half_a_sign_and_no_name_become_one_too() -> None:
    made = [files.file_name(name) for name in ("\ud800", "\ud801", "")]
    assert len(set(made)) == 3
    assert all(made)
    assert files.name_of(made[2]) is None


@pytest.mark.parametrize("name", ["x" * 255, "\u0416" * 127, "\U0001f600" * 63, "x" * 250 + ".json"])
def test_a_file_may_have_the_longest_name_that_there_is(tmp_path: Path, name: str) -> None:
    dest = tmp_path / name
    files.write_atomically(str(dest), "first")
    kept = files.write_atomically(str(dest), "second", backup=True)
    assert kept is not None
    assert Path(kept).read_text(encoding="utf-8") == "first"
    assert sorted(tmp_path.iterdir()) == sorted([dest, Path(kept)])


def test_names_beside_long_ones_are_told_apart() -> None:
    names = {files.beside(f"/folder/{'x' * 254}{last}", ".aside") for last in "ab"}
    assert len(names) == 2
    assert {len(name) for name in names} == {len("/folder/") + 255}
    assert files.beside("/folder/x", ".aside") == "/folder/x.aside"


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/null")):
        with pytest.raises(Refused, match="is a pipe, a socket or a device"):
            files.check_destination(str(path))
        assert files.file_checksum(str(path)) is None
    (tmp_path / "link").symlink_to(tmp_path / "not there")
    files.check_destination(str(tmp_path / "link"))


def test_what_a_killed_run_has_half_written_goes_when_it_is_old(dest: Path) -> None:
    left = [dest.parent / name for name in (".out.json.abcd_123.aem_part", ".other.abcdefgh.aem_part")]
    young, theirs = dest.parent / ".out.json.zbcdefgh.aem_part", dest.parent / ".out.json.swp"
    for path in (*left, young, theirs):
        path.write_text("half", encoding="utf-8")
    for path in (*left, theirs):
        os.utime(path, (1, 1))
    files.write_atomically(str(dest), "new")
    assert sorted(dest.parent.iterdir()) == sorted([young, theirs, dest])
    os.utime(young, (1, 1))
    assert files.remove(str(dest))
    assert list(dest.parent.iterdir()) == [theirs]


def test_a_failure_leaves_no_backup_of_what_was_not_replaced(dest: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dest.write_text("old", encoding="utf-8")
    calls: list[int] = []

    def full_at_the_third(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 3:
            full(handle)

    monkeypatch.setattr(files.os, "fsync", full_at_the_third)
    with pytest.raises(Refused, match="No space left on device"):
        files.write_atomically(str(dest), "new", backup=True)
    assert list(dest.parent.iterdir()) == [dest]


def test_files_that_belong_together_are_all_old_or_all_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files.write_together(str(tmp_path), {"a": "1", "b": "1"}, 0o640)
    found = {path.name: (path.read_text(encoding="utf-8"), mode_of(path)) for path in tmp_path.iterdir()}
    assert found == {"a": ("1", 0o640), "b": ("1", 0o640)}
    written: list[int] = []

    def full_at_the_second(handle: int) -> None:
        written.append(handle)
        if len(written) == 2:
            full(handle)

    monkeypatch.setattr(files.os, "fsync", full_at_the_second)
    with pytest.raises(Refused, match=r"/b cannot be written: No space left on device"):
        files.write_together(str(tmp_path), {"a": "2", "b": "2"}, 0o640)
    assert [(path.name, path.read_text(encoding="utf-8")) for path in sorted(tmp_path.iterdir())] == [
        ("a", "1"),
        ("b", "1"),
    ]
