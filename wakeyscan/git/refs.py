"""Refs, HEAD and reflogs, read as files without git."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError
from wakeyscan.git.objects import is_object_id

if TYPE_CHECKING:
    from wakeyscan.git.repository import Repository

_MAX_LINE = 1 << 16
"""Maximum bytes of a line; a longer line is read in parts, and no part names an object."""


def read_refs(repository: Repository) -> dict[str, str]:
    """Return the ids of refs by their full names, with HEAD if it names an object.

    An unreadable ref is omitted. The objects that it reached are scanned anyway, as all objects
    are.
    """
    refs = _read_packed_refs(os.path.join(repository.common_folder, "packed-refs"))
    _add_loose_refs(repository.common_folder, refs)
    head = _read_first_line(os.path.join(repository.git_folder, "HEAD"))
    if head.startswith(b"ref: "):
        name = os.fsdecode(head[5:].strip())
        if name in refs:
            refs["HEAD"] = refs[name]
    elif _is_id(head):
        refs["HEAD"] = head.decode("ascii")
    return refs


def uses_reftable(repository: Repository) -> bool:
    """Return whether the refs are in the reftable format, which is not supported here."""
    return os.path.isdir(os.path.join(repository.common_folder, "reftable"))


def read_reflogs(repository: Repository) -> dict[str, set[str]]:
    """Return the ids in each reflog, by the names of the refs."""
    logs: dict[str, set[str]] = {}
    for folder in dict.fromkeys((repository.common_folder, repository.git_folder)):
        top = os.path.join(folder, "logs")
        for path in _list_files(top):
            ids = logs.setdefault(os.path.relpath(path, top).replace(os.sep, "/"), set())
            with open(path, "rb") as file:
                for line in iter(partial(file.readline, _MAX_LINE), b""):
                    pair = line.split(b" ", 2)[:2]
                    ids |= {i.decode("ascii") for i in pair if _is_id(i) and i.strip(b"0")}
    return logs


def _read_packed_refs(path: str) -> dict[str, str]:
    try:
        lines = small_files.read_small_file(path, small_files.MAX_DATA_SIZE).split(b"\n")
    except small_files.FileRefused as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None
    except OSError:
        return {}
    pairs = (line.partition(b" ") for line in lines)
    return {
        os.fsdecode(name): object_id.decode("ascii")
        for object_id, _, name in pairs
        if _is_id(object_id) and name.startswith(b"refs/")
    }


def _add_loose_refs(folder: str, refs: dict[str, str]) -> None:
    symbolic: dict[str, str] = {}
    for path in _list_files(os.path.join(folder, "refs")):
        name = os.path.relpath(path, folder).replace(os.sep, "/")
        line = _read_first_line(path)
        if _is_id(line):
            refs[name] = line.decode("ascii")
        elif line.startswith(b"ref: "):
            symbolic[name] = os.fsdecode(line[5:].strip())
    for name, target in symbolic.items():
        if target in refs:
            refs[name] = refs[target]


def _list_files(top: str) -> Iterator[str]:
    """Yield the regular files below a folder; links are not followed."""
    pending = [top]
    while pending:
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        yield entry.path
        except OSError:
            continue


def _read_first_line(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.readline(_MAX_LINE).strip()
    except OSError:
        return b""


def _is_id(text: bytes) -> bool:
    return is_object_id(text.decode("latin-1"))
