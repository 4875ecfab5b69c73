"""Reads what names commits: refs, HEAD, reflogs; as files, without git."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError
from wakeyscan.git.objects import is_object_id
from wakeyscan.git.repository import Repository

_LONGEST_LINE = 1 << 16
"""Bytes of a line; what is longer is read in pieces, none of which names an object."""


def read_refs(repository: Repository) -> dict[str, str]:
    """Give the ids that refs name, by their full names; HEAD too, where it names something.

    A ref that is not readable is left out: what it reached is looked at all the same, as every
    object is.
    """
    refs: dict[str, str] = {}
    _packed(os.path.join(repository.common_folder, "packed-refs"), refs)
    _loose(repository.common_folder, refs)
    head = _first_line(os.path.join(repository.git_folder, "HEAD"))
    if head.startswith(b"ref: "):
        name = os.fsdecode(head[5:].strip())
        if name in refs:
            refs["HEAD"] = refs[name]
    elif _is_id(head):
        refs["HEAD"] = head.decode("ascii")
    return refs


def uses_reftable(repository: Repository) -> bool:
    """Say whether refs are kept in a format that is not read here."""
    return os.path.isdir(os.path.join(repository.common_folder, "reftable"))


def read_reflogs(repository: Repository) -> dict[str, set[str]]:
    """Give the ids in reflogs, by the names of the logs."""
    logs: dict[str, set[str]] = {}
    for folder in dict.fromkeys((repository.common_folder, repository.git_folder)):
        top = os.path.join(folder, "logs")
        for path in _files(top):
            found = logs.setdefault(os.path.relpath(path, top).replace(os.sep, "/"), set())
            with open(path, "rb") as file:
                for line in iter(partial(file.readline, _LONGEST_LINE), b""):
                    ids = line.split(b" ", 2)[:2]
                    found |= {i.decode("ascii") for i in ids if _is_id(i) and i.strip(b"0")}
    return logs


def _packed(path: str, refs: dict[str, str]) -> None:
    try:
        lines = small_files.read_small_file(path, small_files.MAX_DATA_SIZE).split(b"\n")
    except small_files.FileRefused as error:
        raise SourceError(f"{path}: can't be read: {error.strerror}") from None
    except OSError:
        return
    for line in lines:
        name, _, ref = line.partition(b" ")
        if _is_id(name) and ref.startswith(b"refs/"):
            refs[os.fsdecode(ref)] = name.decode("ascii")


def _loose(folder: str, refs: dict[str, str]) -> None:
    symbolic: dict[str, str] = {}
    for path in _files(os.path.join(folder, "refs")):
        name = os.path.relpath(path, folder).replace(os.sep, "/")
        line = _first_line(path)
        if _is_id(line):
            refs[name] = line.decode("ascii")
        elif line.startswith(b"ref: "):
            symbolic[name] = os.fsdecode(line[5:].strip())
    for name, target in symbolic.items():
        if target in refs:
            refs[name] = refs[target]


def _files(top: str) -> Iterator[str]:
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


def _first_line(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.readline(_LONGEST_LINE).strip()
    except OSError:
        return b""


def _is_id(text: bytes) -> bool:
    return is_object_id(text.decode("latin-1"))
