"""Output files: written in one step, and never through a link that a scanned tree brings.

A repository may hold a link where a report is to go: written through it, the report would replace
a file of the user's. Links of the trees that a caller names are refused; other links are the
user's own.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

_MOST_LINKS = 40
"""Links that are followed before a path counts as a loop, as on Linux."""
_NEW = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_FOLDER = (
    getattr(os, "O_PATH", os.O_RDONLY)
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_DEVICES = "/dev/"
_OTHER_FILE = "name another file, or remove it"


class _Folder(NamedTuple):
    """A folder that is held open, so that a link can't take its place meanwhile."""

    path: str
    descriptor: int | None
    """None where the system opens no folder (Windows): then paths have to do."""

    def place(self, name: str) -> str:
        """Return what names a file in the folder, together with the descriptor."""
        return os.path.join(self.path, name) if self.descriptor is None else name


def write_atomically(file: str, text: bytes, mode: int) -> None:
    """Write a whole file; raises `OSError`, and then the old one is as it was.

    A link in its place is replaced, too.
    """
    folder, name = os.path.split(file)
    _exchange(_Folder(folder, None), name, text, mode)


def write(file: str, text: bytes, trees: Iterable[str]) -> None:
    """Write a file that the user named; raises `OSError` where `check` does, or at any failure.

    The file keeps its mode. `trees`: the physical paths of folders whose links are not followed.
    Standard streams and devices get the text as it is.
    """
    stream = _stream(file)
    if stream is not None:
        _write_to(os.dup(stream), text)
        return
    place = check(file, trees)
    if _is_device(place):
        _write_to(os.open(place, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)), text)
        return
    folder, name = os.path.split(place)
    with _opened(folder) as opened:
        _exchange(opened, name, text, _mode(place))


def check(file: str, trees: Iterable[str]) -> str:
    """Return the physical path of an output file; raises `OSError` where it must not be written.

    That is a link of one of the trees, a folder, and whatever is no regular file, unless it is a
    device that the user named.
    """
    if _stream(file) is not None:
        return file
    listed = tuple(trees)
    place = _resolved(file, listed)
    try:
        mode = os.lstat(place).st_mode
    except FileNotFoundError:
        return place
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    named = _typed(file).startswith(_DEVICES) and _is_device(place)
    if not stat.S_ISREG(mode) and (not named or any(_inside(place, tree) for tree in listed)):
        raise OSError(errno.EINVAL, f"{_kind(mode)} is in its place; {_OTHER_FILE}")
    return place


def _stream(file: str) -> int | None:
    """Return the descriptor that a path such as /dev/stdout or /dev/fd/3 names.

    Opened by its path, a stream that leads to a file would lose what is in there already.
    """
    path = _typed(file)
    folder, name = os.path.split(path)
    if folder in ("/dev/fd", "/proc/self/fd") and name.isascii() and name.isdigit():
        return int(name)
    return {"/dev/stdout": 1, "/dev/stderr": 2}.get(path)


def _typed(file: str) -> str:
    """Return the absolute path without following links; `abspath` keeps a leading `//`."""
    path = os.path.abspath(file)
    return path[1:] if path.startswith("//") else path


def _is_device(place: str) -> bool:
    return place.startswith(_DEVICES) and os.path.lexists(place) and not os.path.isfile(place)


def _kind(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a FIFO"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _resolved(file: str, trees: tuple[str, ...]) -> str:
    """Follow the links on the way to a file; raises `OSError` at one of the trees' own."""
    drive, path = os.path.splitdrive(os.path.join(os.getcwd(), file))
    at = top = drive + os.sep
    pending, followed = _steps(path), 0
    while pending:
        step = pending.pop()
        here = os.path.dirname(at) if step == os.pardir else os.path.join(at, step)
        target = _link(here)
        if target is None:
            at = here
            continue
        followed += 1
        if followed > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        for tree in trees:
            _check_link(here, tree, last=not pending)
        at = top if os.path.isabs(target) else at
        pending += _steps(os.path.splitdrive(target)[1])
    return at


def _steps(path: str) -> list[str]:
    """Return the parts of a path, the last one first."""
    steps = path.replace("/", os.sep).split(os.sep)
    return [step for step in reversed(steps) if step not in ("", os.curdir)]


def _link(path: str) -> str | None:
    try:
        return os.readlink(path)
    except OSError:
        return None


def _check_link(link: str, tree: str, last: bool) -> None:
    """Refuse a link of a tree, unless it is one to a folder of the same tree."""
    if not _inside(link, tree):
        return
    if last:
        raise OSError(errno.ELOOP, f"a link of the scanned tree is in its place; {_OTHER_FILE}")
    whole = os.path.realpath(link)
    within = _inside(os.path.join(whole, ""), tree)
    if not within or ".git" in os.path.relpath(whole, tree).split(os.sep):
        raise OSError(
            errno.ELOOP, f"{link} is a link that leads out of the scanned tree; {_OTHER_FILE}"
        )


def _inside(path: str, tree: str) -> bool:
    return path.startswith(os.path.join(tree, ""))


@contextmanager
def _opened(path: str) -> Iterator[_Folder]:
    """Open a folder step by step, so that a link that came meanwhile fails."""
    if os.open not in os.supports_dir_fd:
        yield _Folder(path, None)
        return
    descriptor = os.open(os.sep, _FOLDER)
    try:
        for step in reversed(_steps(path)):
            above = descriptor
            descriptor = os.open(step, _FOLDER, dir_fd=above)
            os.close(above)
        yield _Folder(path, descriptor)
    finally:
        os.close(descriptor)


def _exchange(folder: _Folder, name: str, text: bytes, mode: int) -> None:
    draft, at = folder.place(f".wakeyscan-{os.urandom(8).hex()}"), folder.descriptor
    descriptor = os.open(draft, _NEW, 0o600, dir_fd=at)
    try:
        _write_to(descriptor, text, mode)
        os.replace(draft, folder.place(name), src_dir_fd=at, dst_dir_fd=at)
    except BaseException:
        os.unlink(draft, dir_fd=at)
        raise


def _write_to(descriptor: int, text: bytes, mode: int | None = None) -> None:
    with open(descriptor, "wb") as stream:
        stream.write(text)
        stream.flush()
        if mode is not None:
            os.fsync(descriptor)
            if hasattr(os, "fchmod"):  # Windows has no such modes
                os.fchmod(descriptor, mode)


def _mode(file: str) -> int:
    try:
        return os.lstat(file).st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def find_cache_folder() -> str:
    """Give wakeyscan's folder among the user's caches; empty where there is none to speak of."""
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", home)
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "wakeyscan") if os.path.isabs(base) else ""


PathMatcher = Callable[[str, str], bool]
"""Says whether patterns match a path, which is relative to a folder (empty: the present one)."""


_BACKEND = "simple"
"""The `re` module. Other backends of pathspec encode a path as UTF-8, and not every name is."""


_NEWLINE = "\udc0a"
"""Stands for a newline, at which `.` and `$` of `re` stop; no decoded file name holds it."""


def build_path_matcher(patterns: Iterable[str], root: str) -> PathMatcher:
    """Compile patterns that are relative to `root`; raises `ValueError` where one is none."""
    import re

    import pathspec  # 40 ms that only who excludes something pays

    lines = (pattern.replace("\n", _NEWLINE) for pattern in patterns)
    try:
        matches = pathspec.GitIgnoreSpec.from_lines(lines, backend=_BACKEND).match_file
    except re.error as error:
        raise ValueError(str(error)) from None
    top = os.path.abspath(root)

    def match(path: str, base: str) -> bool:
        inside = os.path.relpath(os.path.join(os.path.abspath(base), path), top)
        return bool(matches(inside.replace(os.sep, "/").replace("\n", _NEWLINE)))

    return match
