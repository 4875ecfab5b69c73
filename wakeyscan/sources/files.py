"""Files and directories on disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from functools import partial

from wakeyscan.core.document import CHUNK_SIZE, Document, Origin, Skipped
from wakeyscan.core.errors import GitError, SourceError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.redaction import redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree

if TYPE_CHECKING:
    from typing import BinaryIO

    from wakeyscan.core import chunks
    from wakeyscan.sources.options import SourceOptions
else:
    chunks = lazy_import("wakeyscan.core.chunks")  # most files are small

PARALLEL = True
"""Worker processes can also read units."""

OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)  # a link is scanned as the text it stores, not as its target
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not block the scan
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
"""Flags to open a file of an untrusted tree."""

_SPECIAL_FILES: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_NO_WORK_TREE = "must be run in a work tree"
"""Message of git for a directory with a bare repository, whose work trees are below it."""
_VANISHED = "was deleted or moved during the scan"


def list_units(target: str, options: SourceOptions) -> Iterator[str | Skipped]:
    """Yield the files below `target`, or `target` itself; raise `SourceError` at once."""
    mode = _check_readable(target)
    if stat.S_ISDIR(mode):
        return _list_directory(target, options)
    if not stat.S_ISREG(mode):
        return iter([Skipped(Origin(target.replace(os.sep, "/")), _describe_special(mode))])
    return iter([os.path.realpath(target) if os.path.islink(target) else _prefix(target)[:-1]])


def _check_readable(target: str) -> int:
    """Return the mode of a file or directory; raise `SourceError` if it cannot be read."""
    try:
        mode = os.stat(target).st_mode
        if stat.S_ISDIR(mode):
            os.scandir(target).close()
        elif stat.S_ISREG(mode):
            os.close(os.open(target, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)))
    except FileNotFoundError:
        raise SourceError(f"{target}: no such file or directory") from None
    except OSError as error:
        raise SourceError(f"{target}: {_describe_error(error)}") from None
    return mode


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Read one file; if it is a directory, such as a submodule, read every file below it."""
    origin = Origin(unit.replace(os.sep, "/"))
    try:
        descriptor = os.open(unit, OPEN_FLAGS)
    except OSError as error:
        yield from _read_unopened(unit, origin, error)
        return
    try:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            yield from _read_regular(unit, descriptor, status.st_size, origin, options)
        elif stat.S_ISDIR(status.st_mode):
            yield from _read_directory(unit, options)
        else:
            yield Skipped(origin, _describe_special(status.st_mode))
    except OSError as error:
        yield Skipped(origin, _describe_error(error))
    finally:
        os.close(descriptor)


def _read_regular(
    unit: str, descriptor: int, size: int, origin: Origin, options: SourceOptions
) -> Iterator[Document | Skipped]:
    limit = options.max_file_size
    if limit is not None and size > limit:
        yield Skipped(origin, chunks.format_too_large(size, limit))
    elif 0 < size < CHUNK_SIZE and len(content := os.read(descriptor, size + 1)) == size:
        yield Document(origin, content)
    else:  # large, or not of the stated size: below /proc, or changing
        os.lseek(descriptor, 0, os.SEEK_SET)
        reopen = partial(_open_binary, unit)
        read, rewind = partial(os.read, descriptor), partial(_rewind, descriptor)
        for item in chunks.read_chunks(origin, read, limit, options.counts_lines, rewind):
            yield item._replace(open_file=reopen) if isinstance(item, Document) else item


def _rewind(descriptor: int, size: int) -> None:
    os.lseek(descriptor, -size, os.SEEK_CUR)


def _open_binary(unit: str) -> BinaryIO:
    # Unlike `fdopen`, `open` gives the file its name, by which SQLite opens a database.
    return open(unit, "rb", opener=lambda path, _: os.open(path, OPEN_FLAGS))


def _read_unopened(unit: str, origin: Origin, error: OSError) -> Iterator[Document | Skipped]:
    """Yield the text of a symbolic link, or the reason why a file cannot be opened."""
    try:
        mode = os.lstat(unit).st_mode
        if stat.S_ISLNK(mode):
            yield Document(origin, os.fsencode(os.readlink(unit)))
        elif not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            yield Skipped(origin, _describe_special(mode))
        else:
            yield Skipped(origin, _describe_error(error))
    except FileNotFoundError:
        yield Skipped(origin, _VANISHED)
    except OSError as lstat_error:
        yield Skipped(origin, _describe_error(lstat_error))


def _describe_error(error: OSError) -> str:
    return f"cannot be read: {error.strerror}"


def _describe_special(mode: int) -> str:
    kind = next((name for is_kind, name in _SPECIAL_FILES if is_kind(mode)), "a special file")
    return f"{kind}, not scanned"


def _read_directory(directory: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    for unit in _walk(directory):
        if isinstance(unit, Skipped):
            yield unit
        else:
            yield from read_documents(unit, options)


def _list_directory(directory: str, options: SourceOptions) -> Iterator[str | Skipped]:
    top = worktree.find_work_tree(directory)
    if top is None:
        yield from _walk(directory, skip_git=False)
    elif not options.gitignore or _is_in_git_directory(directory, top):
        yield from _walk(directory)
    else:
        yield from _list_work_tree(directory, top)


def _is_in_git_directory(directory: str, top: str) -> bool:
    """Return whether a directory is `.git` or below it; git does not list files there."""
    return ".git" in os.path.relpath(os.path.realpath(directory), top).split(os.sep)


def _list_work_tree(directory: str, top: str) -> Iterator[str | Skipped]:
    try:
        paths, warnings = worktree.list_files(directory)
    except GitError as error:
        if _NO_WORK_TREE not in str(error):
            raise
        yield from _walk(directory, in_container=True)
        return
    if not paths and os.path.realpath(directory) != top and worktree.is_ignored(directory):
        yield from _walk(directory)  # git ignores it, but the user named it
        return
    for warning in warnings:
        yield Skipped(Origin(directory), f"git cannot list all files: {redact(warning)}")
    prefix = _prefix(directory)
    for path in paths:
        yield prefix + os.fsdecode(path).rstrip("/")


def _walk(
    directory: str, skip_git: bool = True, in_container: bool = False
) -> Iterator[str | Skipped]:
    """Yield every file below a directory; iterative, since a tree may be thousands deep.

    A directory with a bare repository is a container: the work trees in it are listed by git.
    """
    pending = [_prefix(directory)]
    while pending:
        prefix = pending.pop()
        try:
            with os.scandir(prefix or ".") as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False) or entry.is_symlink():
                        yield prefix + entry.name
                    elif not entry.is_dir(follow_symlinks=False):
                        mode = entry.stat(follow_symlinks=False).st_mode
                        yield Skipped(Origin(prefix + entry.name), _describe_special(mode))
                    elif in_container and os.path.lexists(f"{entry.path}/.git"):
                        yield from _list_work_tree(entry.path, os.path.realpath(entry.path))
                    elif not (skip_git and _is_git_folder(entry, in_container)):
                        pending.append(f"{prefix}{entry.name}/")
        except OSError as error:
            yield Skipped(Origin(prefix.rstrip("/") or "."), _describe_error(error))


def _is_git_folder(entry: os.DirEntry[str], is_bare: bool) -> bool:
    """Return whether a directory is `.git`, or has the parts of a bare repository."""
    parts = ("HEAD", "objects", "refs")
    is_bare = is_bare and all(os.path.lexists(f"{entry.path}/{part}") for part in parts)
    return is_bare or entry.name == ".git"


def _prefix(directory: str) -> str:
    """Return the text before a file's name in its path: empty for the current directory."""
    bare = directory.rstrip("/" + os.sep)
    while bare.startswith("./"):
        bare = bare[2:].lstrip("/")
    if bare in ("", "."):
        return "/" if directory.startswith("/") else ""
    return bare + "/"
