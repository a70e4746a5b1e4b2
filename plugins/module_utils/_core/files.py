# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that a module writes: a reader sees the old content or the new one, never half of it.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, unquote

from .display import printable
from .errors import Refused

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700

_PIECE = 1 << 20
# What a file is called while it is written, so that what a killed run has left is known for what it is.
_HALF_WRITTEN = re.compile(r"\..+\.[a-z0-9_]{8}\.aem_part", re.DOTALL)
_HALF_WRITTEN_END = ".aem_part"
# In bytes, of the name of the file that it is to be.
_LONGEST_OF_HALF = 100
# Seconds. Nobody writes for so long at one file.
_LEFT = 3600.0
# In bytes. The longest name that file systems take, and the one before what is added to it, such as .json.
_LONGEST = 255
_LONGEST_NAME = 200
# What Windows has no files of, whatever follows a dot; so a repository with one cannot be checked out there.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d) *(?:\..*)?", re.IGNORECASE)
# What hides a file, or makes it an option of a command; and what Windows takes away from the end of a name.
_BAD_BEGINNINGS = (".", "-")
_BAD_ENDS = (".", " ")


def file_name(name: str, safe: str = " ", longest: int = _LONGEST_NAME) -> str:
    """The name of a file or folder for a thing called ``name``: no two names have the same, and none leaves its folder.

    What is not ASCII, and signs other than ``safe``, are percent-encoded, and so is a sign at the beginning or the end
    that would hide the file, be taken for an option, or be no name on Windows. What is longer than ``longest`` bytes is
    cut, and told apart by a checksum after ``%~``, see :func:`name_of`; so is no name at all.
    """
    data = name.encode("utf-8", "surrogatepass")
    quoted = quote(data, safe=safe)
    if quoted.startswith(_BAD_BEGINNINGS) or _DEVICES.fullmatch(quoted):
        quoted = _encoded(quoted[0]) + quoted[1:]
    if quoted.endswith(_BAD_ENDS):
        quoted = quoted[:-1] + _encoded(quoted[-1])
    if 0 < len(quoted) <= longest:
        return quoted
    return f"{quoted[: longest - 18]}%~{checksum(data)[:16]}"


def name_of(file: str) -> str | None:
    """What :func:`file_name` was given; None where it was cut, so that only the file itself can tell."""
    return None if "%~" in file else unquote(file)


def beside(path: str, end: str) -> str:
    """The path of a file in the same folder, whose name is that of ``path`` with ``end`` after it.

    Where that is more than file systems take, the name before ``end`` is cut, and told apart by a checksum.
    """
    target = Path(path)
    room = _LONGEST - len(os.fsencode(end))
    if len(os.fsencode(target.name)) <= room:
        return f"{path}{end}"
    return str(target.with_name(f"{_cut(target.name, room - 17)}~{checksum(os.fsencode(target.name))[:16]}{end}"))


def _encoded(sign: str) -> str:
    return f"%{ord(sign):02X}"


def _cut(name: str, longest: int) -> str:
    """The beginning of a name, of no more bytes than that, without half a sign."""
    return os.fsencode(name)[:longest].decode("utf-8", "ignore")


def check_destination(path: str) -> None:
    """Raise Refused where no file can be written to ``path``, as far as a look tells; for use before any call."""
    target = Path(path)
    with refusing(f"{path} cannot be written"):
        is_folder, has_folder = target.is_dir(), target.parent.is_dir()
    if is_folder:
        raise Refused(f"{path} is a directory; give the name of a file.")
    if not has_folder:
        raise Refused(f"{path} cannot be written: there is no directory {target.parent}.")
    refuse_special(path)


def refuse_special(path: str) -> None:
    """Raise Refused for a pipe, a socket or a device: to read one may wait for ever, and none is to be replaced."""
    with refusing(f"{path} cannot be looked at"):
        try:
            mode = Path(path).stat().st_mode
        except FileNotFoundError:
            return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise Refused(f"{path} is a pipe, a socket or a device; give the name of a file.")


def make_folder(path: str, mode: int = PRIVATE_FOLDER) -> None:
    """Have a folder; if it is made now, only its owner may look into it, or whom ``mode`` says.

    Raise Refused where that cannot be.
    """
    with refusing(f"The folder {path} cannot be made"):
        Path(path).mkdir(mode=mode, parents=True, exist_ok=True)


def remove(path: str) -> bool:
    """Remove a file, and tell whether there was one. Raise Refused where that cannot be."""
    with refusing(f"{path} cannot be removed"):
        try:
            Path(path).unlink()
        except FileNotFoundError:
            return False
        finally:
            _sweep(Path(path).parent)
        _sync_directory(Path(path).parent)
        return True


def write_atomically(path: str, content: str | bytes, mode: int = PRIVATE, backup: bool = False) -> str | None:
    """Put ``content`` in place of whatever ``path`` holds, with the permissions ``mode``; text is written as UTF-8.

    With ``backup`` a file that was there is kept beside it; its path is returned, else None. A symbolic link is
    replaced, not followed. Raise Refused where the file cannot be written; then the old one is still there.
    """
    target = Path(path)
    with refusing(f"{path} cannot be written"):
        kept = _backup(target) if backup and target.is_file() else None
        try:
            _replace(target, _as_bytes(content), mode)
        except BaseException:
            if kept:
                Path(kept).unlink()
            raise
    return kept


def write_together(folder: str, contents: Mapping[str, str], mode: int) -> None:
    """Put files into a folder, by their names, that belong together, as :func:`write_atomically` does with one.

    They take their places once all of them are written, so a full disk leaves all old ones. Raise Refused then.
    """
    directory, written = Path(folder), {}
    try:
        for name, content in contents.items():
            with refusing(f"{directory / name} cannot be written"):
                _sweep(directory)
                written[name] = _written(directory / name, _as_bytes(content), mode)
        for name in contents:
            with refusing(f"{directory / name} cannot be written"):
                written[name].replace(directory / name)
                del written[name]
    finally:
        for left in written.values():
            left.unlink()
    _sync_directory(directory)


def same_content(path: str, content: str | bytes) -> bool:
    """Whether ``path`` is a file that holds exactly ``content``. Raise Refused where it cannot be read."""
    target = Path(path)
    with refusing(f"{path} cannot be read"):
        return target.is_file() and target.read_bytes() == _as_bytes(content)


def read_text(path: str) -> str:
    """The text of a file, which must be UTF-8, with its line ends as they are. Raise Refused where there is none."""
    with refusing(f"{path} cannot be read"):
        data = Path(path).read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{path} is no text in UTF-8.") from error


def checksum(content: str | bytes) -> str:
    """The SHA-256 of ``content``, in hexadecimal digits."""
    return hashlib.sha256(_as_bytes(content)).hexdigest()


def file_checksum(path: str) -> str | None:
    """The SHA-256 of a file, in hexadecimal digits; None where there is no file that can be read."""
    digest = hashlib.sha256()
    try:
        refuse_special(path)
        with Path(path).open("rb") as file:
            for piece in iter(lambda: file.read(_PIECE), b""):
                digest.update(piece)
    except (OSError, ValueError, Refused):
        return None
    return digest.hexdigest()


def _as_bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


@contextmanager
def refusing(what: str) -> Iterator[None]:
    """Turn an OSError, and the ValueError of a path that cannot be one, into a Refused that says ``what`` and why."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise Refused(f"{printable(what)}: {getattr(error, 'strerror', None) or error}.") from error


def _backup(target: Path) -> str:
    """Copy a file to a name of its own, with its permissions, as Ansible names its backups; return that name."""
    stamp = time.strftime("%Y-%m-%d@%H:%M:%S", time.localtime())
    kept = Path(beside(str(target), f".{os.getpid()}.{stamp}~"))
    _replace(kept, target.read_bytes(), target.stat().st_mode & 0o7777)
    return str(kept)


def _replace(target: Path, data: bytes, mode: int) -> None:
    """Write beside ``target``, where nobody else may read it before it has ``mode``, and rename."""
    _sweep(target.parent)
    written = _written(target, data, mode)
    try:
        written.replace(target)
    except BaseException:
        written.unlink()
        raise
    _sync_directory(target.parent)


def _written(target: Path, data: bytes, mode: int) -> Path:
    """A file beside ``target`` that holds ``data`` and has ``mode``, safe on the disk; none where that cannot be."""
    prefix = f".{_cut(target.name, _LONGEST_OF_HALF) or '_'}."
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=_HALF_WRITTEN_END, dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


def _sweep(directory: Path) -> None:
    """Remove what runs that were killed have left half written in a folder, some time ago."""
    with suppress(OSError), os.scandir(directory) as found:
        for item in found:
            if _HALF_WRITTEN.fullmatch(item.name) and time.time() - item.stat().st_mtime > _LEFT:
                Path(item.path).unlink()


def _sync_directory(directory: Path) -> None:
    """Let the rename itself survive a crash, where the file system can be told so."""
    with suppress(OSError):
        handle = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
