"""Files that wakeyscan writes: atomically, and never through a link in a scanned tree.

A repository may contain a link at the path of a report. Writing through it would replace one of
the user's files. Links inside the trees that a caller names are refused; other links belong to the
user and are followed.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from wakeyscan.core.typing import NamedTuple

_MAX_LINKS = 40
"""Maximum number of links to follow before a path counts as a loop, as on Linux."""

_CREATE_FLAGS = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_FOLDER_FLAGS = (
    getattr(os, "O_PATH", os.O_RDONLY)
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_DEVICES = "/dev/"
_OTHER_FILE = "name another file, or remove it"


class _Folder(NamedTuple):
    """A folder, held open so that no link can take its place."""

    path: str
    descriptor: int | None
    """`None` on Windows, where folders cannot be opened; paths are used instead."""

    def path_of(self, name: str) -> str:
        """Return the path of a file in the folder, relative to the descriptor if there is one."""
        return os.path.join(self.path, name) if self.descriptor is None else name


def write_atomically(file: str, content: bytes, mode: int) -> None:
    """Replace a file, or a link at its path; raise `OSError` and leave the old one intact."""
    folder, name = os.path.split(file)
    _replace(_Folder(folder, None), name, content, mode)


def write(file: str, content: bytes, trees: Iterable[str]) -> None:
    """Write a file that the user named; raise `OSError` if `check` does, or if writing fails.

    A file is replaced atomically and keeps its mode. Standard streams and devices are written to.
    """
    stream = _parse_stream(file)
    if stream is not None:
        _write_to(os.dup(stream), content)
        return
    target = check(file, trees)
    if _is_device(target):
        _write_to(os.open(target, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)), content)
        return
    path, name = os.path.split(target)
    with _open_folder(path) as folder:
        _replace(folder, name, content, _read_mode(target))


def create_private(file: str, content: bytes, trees: Iterable[str]) -> None:
    """Create a file that only the user may read.

    Raise `OSError` if anything is in its place, or if a link inside `trees` leads out of them.
    """
    file = check_links(file, trees)
    descriptor = os.open(file, _CREATE_FLAGS, 0o600)
    try:
        _write_to(descriptor, content, 0o600)
    except BaseException:
        os.unlink(file)
        raise


def check(file: str, trees: Iterable[str]) -> str:
    """Return the physical path of an output file; raise `OSError` if it must not be written.

    These are refused: links inside `trees` (physical paths of folders), folders, and anything else
    that is not a regular file, except for a device that the user named.
    """
    if _parse_stream(file) is not None:
        return file
    tree_paths = tuple(trees)
    target = check_links(file, tree_paths)
    try:
        mode = os.lstat(target).st_mode
    except FileNotFoundError:
        return target
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode) and not _is_named_device(file, target, tree_paths):
        raise OSError(errno.EINVAL, f"{_describe_type(mode)} is in its place; {_OTHER_FILE}")
    return target


def check_links(path: str, trees: Iterable[str]) -> str:
    """Return the physical path of an output; raise `OSError` for a link inside `trees`."""
    tree_paths = tuple(trees)

    def check_link(link: str, is_last: bool) -> None:
        for tree in tree_paths:
            _check_link(link, tree, is_last)

    return _resolve(path, check_link)


def is_linked(path: str, tree: str) -> bool:
    """Return whether a path leads through a link inside a tree, a physical path of a folder."""
    links: list[str] = []
    with suppress(OSError):  # a loop
        _resolve(path, lambda link, _: links.append(link))
    return any(is_inside(link, tree) for link in links)


def leads_through(path: str, tree: str) -> bool:
    """Return whether a path is inside a tree, a physical path of a folder, or a link in it is."""
    return is_linked(path, tree) or is_inside(os.path.realpath(path), tree)


def list_other_names(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each file that has further names (hard links) than these, and how to find them.

    They keep the old content of a file that is replaced.
    """
    names: dict[tuple[int, int, int], list[str]] = {}
    for path in paths:
        with suppress(OSError):
            status = os.stat(path)
            names.setdefault((status.st_dev, status.st_ino, status.st_nlink), []).append(path)
    for (_, inode, count), known in names.items():
        if count > len(known):
            yield known[0], f"{count - len(known)} more, to be found by the inode: {inode}"


def _parse_stream(file: str) -> int | None:
    """Return the descriptor that a path such as /dev/stdout or /dev/fd/3 names.

    Opening a redirected stream by its path would truncate the file behind it.
    """
    path = _make_absolute(file)
    folder, name = os.path.split(path)
    if folder in ("/dev/fd", "/proc/self/fd") and name.isascii() and name.isdigit():
        return int(name)
    return {"/dev/stdout": 1, "/dev/stderr": 2}.get(path)


def _make_absolute(file: str) -> str:
    """Return the absolute path without following links; `abspath` keeps a leading `//`."""
    path = os.path.abspath(file)
    return path[1:] if path.startswith("//") else path


def _is_device(path: str) -> bool:
    return path.startswith(_DEVICES) and os.path.lexists(path) and not os.path.isfile(path)


def _is_named_device(file: str, target: str, trees: tuple[str, ...]) -> bool:
    is_named = _make_absolute(file).startswith(_DEVICES) and _is_device(target)
    return is_named and not any(is_inside(target, tree) for tree in trees)


def _describe_type(mode: int) -> str:
    if stat.S_ISFIFO(mode):
        return "a FIFO"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _resolve(file: str, visit: Callable[[str, bool], None]) -> str:
    """Follow the links in a path; `visit` gets each, and whether it is the last part.

    Raise `OSError` for a loop.
    """
    drive, path = os.path.splitdrive(os.path.join(os.getcwd(), file))
    resolved = top = drive + os.sep
    pending, followed = _split_reversed(path), 0
    while pending:
        part = pending.pop()
        step = os.path.dirname(resolved) if part == os.pardir else os.path.join(resolved, part)
        target = _read_link(step)
        if target is None:
            resolved = step
            continue
        followed += 1
        if followed > _MAX_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        visit(step, not pending)
        resolved = top if os.path.isabs(target) else resolved
        pending += _split_reversed(os.path.splitdrive(target)[1])
    return resolved


def _split_reversed(path: str) -> list[str]:
    parts = path.replace("/", os.sep).split(os.sep)
    return [part for part in reversed(parts) if part not in ("", os.curdir)]


def _read_link(path: str) -> str | None:
    try:
        return os.readlink(path)
    except OSError:
        return None


def _check_link(link: str, tree: str, is_last: bool) -> None:
    """Refuse a link inside a tree, unless it leads to a folder of the same tree."""
    if not is_inside(link, tree):
        return
    if is_last:
        raise OSError(errno.ELOOP, f"a link of the scanned tree is in its place; {_OTHER_FILE}")
    target = os.path.realpath(link)
    is_same_tree = is_inside(os.path.join(target, ""), tree)
    if not is_same_tree or ".git" in os.path.relpath(target, tree).split(os.sep):
        raise OSError(
            errno.ELOOP, f"{link} is a link that leads out of the scanned tree; {_OTHER_FILE}"
        )


def is_inside(path: str, tree: str) -> bool:
    """Return whether a physical path is below a folder; with a separator at its end, or is it."""
    return path.startswith(os.path.join(tree, ""))


@contextmanager
def _open_folder(path: str) -> Iterator[_Folder]:
    """Open a folder part by part, so that a link created since `check` makes it fail."""
    if os.open not in os.supports_dir_fd:
        yield _Folder(path, None)
        return
    descriptor = os.open(os.sep, _FOLDER_FLAGS)
    try:
        for part in reversed(_split_reversed(path)):
            parent = descriptor
            descriptor = os.open(part, _FOLDER_FLAGS, dir_fd=parent)
            os.close(parent)
        yield _Folder(path, descriptor)
    finally:
        os.close(descriptor)


def _replace(folder: _Folder, name: str, content: bytes, mode: int) -> None:
    draft, folder_fd = folder.path_of(f".wakeyscan-{os.urandom(8).hex()}"), folder.descriptor
    descriptor = os.open(draft, _CREATE_FLAGS, 0o600, dir_fd=folder_fd)
    try:
        _write_to(descriptor, content, mode)
        os.replace(draft, folder.path_of(name), src_dir_fd=folder_fd, dst_dir_fd=folder_fd)
    except BaseException:
        os.unlink(draft, dir_fd=folder_fd)
        raise


def _write_to(descriptor: int, content: bytes, mode: int | None = None) -> None:
    with open(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        if mode is not None:
            os.fsync(descriptor)
            if hasattr(os, "fchmod"):  # Windows has no such modes
                os.fchmod(descriptor, mode)


def _read_mode(file: str) -> int:
    try:
        return os.lstat(file).st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def find_cache_folder() -> str:
    """Return the path of wakeyscan's cache folder; empty if the user has no home folder.

    An empty `HOME` is no home folder either; Python would return the root folder.
    """
    home = os.path.expanduser("~") if os.environ.get("HOME") != "" else ""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", home)
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "wakeyscan") if os.path.isabs(base) else ""
