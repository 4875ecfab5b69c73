"""Files and folders on disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from wakeyscan.core.chunks import CHUNK_SIZE, format_too_large, read_chunks
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import SourceError
from wakeyscan.core.redaction import redact
from wakeyscan.extractors.file_types import detect_format
from wakeyscan.git import worktree
from wakeyscan.sources.options import SourceOptions

if TYPE_CHECKING:
    from wakeyscan.sources import AnchorSearch

PARALLEL = True
"""Whether units can be opened in any process."""

_SMALL = 1 << 20
"""Bytes of a file that are read at once where there are many."""

_OPEN = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)  # a link's own text is looked at, not what it points to
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not hold us up
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def list_units(target: str, options: SourceOptions) -> Iterator[str | Skipped]:
    """Yield the paths of the files below `target`, or itself; raises `SourceError` at once."""
    try:
        mode = os.stat(target).st_mode
        if stat.S_ISDIR(mode):
            os.scandir(target).close()
        elif stat.S_ISREG(mode):
            os.close(os.open(target, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)))
    except OSError as error:
        what = "no such file or folder" if error.errno == 2 else f"can't be read: {error.strerror}"
        raise SourceError(f"{target}: {what}") from None
    if stat.S_ISDIR(mode):
        return _below(target, options)
    if not stat.S_ISREG(mode):
        return iter([Skipped(Origin(target.replace(os.sep, "/")), _kind(mode))])
    return iter([os.path.realpath(target) if os.path.islink(target) else _lead(target)[:-1]])


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Read one file; a folder in a file's place (a submodule) is looked through."""
    origin = Origin(unit.replace(os.sep, "/"))
    try:
        descriptor = os.open(unit, _OPEN)
    except OSError as error:
        yield from _unopened(unit, origin, error)
        return
    try:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode):
            yield from _read(unit, descriptor, status.st_size, origin, options)
        elif stat.S_ISDIR(status.st_mode):
            yield from _nested(unit, options)
        else:
            yield Skipped(origin, _kind(status.st_mode))
    except OSError as error:
        yield Skipped(origin, f"can't be read: {error.strerror}")
    finally:
        os.close(descriptor)


def sift(
    units: list[str], options: SourceOptions, searches: tuple[AnchorSearch, AnchorSearch]
) -> tuple[int, int, list[str]]:
    """Count the files, and their bytes, in which no anchor stands; list the units that are left.

    The tight loop of a large scan, with no more than four system calls a file. Whatever is not
    plainly a small regular file without an anchor is left to `documents`.
    """
    if not hasattr(os, "readv"):  # Windows
        return 0, 0, units
    look, look_wide = searches
    buffer = bytearray(_SMALL)
    view, buffers = memoryview(buffer), [buffer]
    most = _SMALL if options.max_file_size is None else min(_SMALL, options.max_file_size)
    if look(os.fsencode("\n".join(units))):  # one of the names has an anchor in it
        return 0, 0, units
    clean, size, left = 0, 0, []
    for unit in units:
        count = _read_into(buffers, unit)
        if not 0 < count < most:
            left.append(unit)
            continue
        content = view[:count]
        if (
            detect_format(buffer, count)
            or look(content)
            or (buffer.find(b"\0", 0, count) >= 0 and look_wide(content))
        ):
            left.append(unit)
        else:
            clean += 1
            size += count
    return clean, size, left


def _read_into(buffers: list[bytearray], unit: str) -> int:
    """Read the beginning of a file, and give its bytes; -1 where that can't be done."""
    try:
        descriptor = os.open(unit, _OPEN)
    except OSError:
        return -1
    try:
        return os.readv(descriptor, buffers)
    except OSError:
        return -1
    finally:
        os.close(descriptor)


def _read(
    unit: str, descriptor: int, size: int, origin: Origin, options: SourceOptions
) -> Iterator[Document | Skipped]:
    most = options.max_file_size
    if most is not None and size > most:
        yield Skipped(origin, format_too_large(size, most))
    elif 0 < size < CHUNK_SIZE and len(content := os.read(descriptor, size + 1)) == size:
        yield Document(origin, content)
    else:  # large, or not of the size that it says: /proc, or being written
        os.lseek(descriptor, 0, os.SEEK_SET)
        again = partial(_again, unit)
        for item in read_chunks(origin, lambda wanted: os.read(descriptor, wanted), most):
            yield item._replace(open_file=again) if isinstance(item, Document) else item


def _again(unit: str) -> BinaryIO:
    return os.fdopen(os.open(unit, _OPEN), "rb")


def _unopened(unit: str, origin: Origin, error: OSError) -> Iterator[Document | Skipped]:
    try:
        status = os.lstat(unit)
        if stat.S_ISLNK(status.st_mode):
            yield Document(origin, os.fsencode(os.readlink(unit)))
        elif not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
            yield Skipped(origin, _kind(status.st_mode))
        else:
            yield Skipped(origin, f"can't be read: {error.strerror}")
    except FileNotFoundError:
        yield Skipped(origin, "vanished while the scan was under way")
    except OSError as gone:
        yield Skipped(origin, f"can't be read: {gone.strerror}")


def _kind(mode: int) -> str:
    kinds: tuple[tuple[Callable[[int], bool], str], ...] = (
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    what = next((name for fits, name in kinds if fits(mode)), "something special")
    return f"{what}, which is never read"


def _nested(folder: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    for unit in _walk(folder):
        if isinstance(unit, Skipped):
            yield unit
        else:
            yield from read_documents(unit, options)


def _below(folder: str, options: SourceOptions) -> Iterator[str | Skipped]:
    top = worktree.find_work_tree(folder)
    if top is None:
        yield from _walk(folder, skip_git=False)
    elif not options.gitignore or _in_git_folder(folder, top):
        yield from _walk(folder)
    else:
        yield from _listed(folder, top)


def _in_git_folder(folder: str, top: str) -> bool:
    """Say whether git's own folder, which git does not list, or one in it was named."""
    return ".git" in os.path.relpath(os.path.realpath(folder), top).split(os.sep)


def _listed(folder: str, top: str) -> Iterator[str | Skipped]:
    paths, complaints = worktree.list_files(folder)
    if not paths and os.path.realpath(folder) != top and worktree.is_ignored(folder):
        yield from _walk(folder)  # named by the user, so meant, though git ignores it
        return
    for complaint in complaints:
        yield Skipped(Origin(folder), f"git could not look everywhere: {redact(complaint)}")
    lead = _lead(folder)
    for path in paths:
        yield lead + os.fsdecode(path).rstrip("/")


def _walk(folder: str, skip_git: bool = True) -> Iterator[str | Skipped]:
    """Yield every file below a folder; iterative, since a tree may be thousands deep."""
    pending = [_lead(folder)]
    while pending:
        lead = pending.pop()
        try:
            with os.scandir(lead or ".") as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False) or entry.is_symlink():
                        yield lead + entry.name
                    elif not entry.is_dir(follow_symlinks=False):
                        mode = entry.stat(follow_symlinks=False).st_mode
                        yield Skipped(Origin(lead + entry.name), _kind(mode))
                    elif not (skip_git and entry.name == ".git"):
                        pending.append(f"{lead}{entry.name}/")
        except OSError as error:
            yield Skipped(Origin(lead.rstrip("/") or "."), f"can't be read: {error.strerror}")


def _lead(folder: str) -> str:
    """Give what stands before the names in a folder: nothing for the present one."""
    bare = folder.rstrip("/" + os.sep)
    while bare.startswith("./"):
        bare = bare[2:].lstrip("/")
    if bare in ("", "."):
        return "/" if folder.startswith("/") else ""
    return bare + "/"
