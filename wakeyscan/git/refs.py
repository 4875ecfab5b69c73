"""Refs, HEAD and reflogs, read as files without git."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError
from wakeyscan.git import ref_files

if TYPE_CHECKING:
    from wakeyscan.git.repository import Repository


def read_refs(repository: Repository) -> dict[str, str]:
    """Return the ids of refs by their full names, with HEAD if it names an object.

    An unreadable ref is omitted. The objects that it reached are scanned anyway, as all objects
    are.
    """
    refs = _read_packed_refs(os.path.join(repository.common_folder, "packed-refs"))
    for folder in dict.fromkeys((repository.common_folder, repository.git_folder)):
        refs |= ref_files.read_refs_in(folder, refs)
    head = ref_files.read_ref(os.path.join(repository.git_folder, "HEAD"), refs)
    return {**refs, "HEAD": head} if head else refs


def uses_reftable(repository: Repository) -> bool:
    """Return whether the refs are in the reftable format, which is not supported here."""
    return os.path.isdir(os.path.join(repository.common_folder, "reftable"))


def read_reflogs(repository: Repository) -> dict[str, set[str]]:
    """Return the ids in each reflog, by the names of the refs; raise `SourceError`."""
    logs: dict[str, set[str]] = {}
    for folder in dict.fromkeys((repository.common_folder, repository.git_folder)):
        top = os.path.join(folder, "logs")
        for path in ref_files.list_files(top):
            name = os.path.relpath(path, top).replace(os.sep, "/")
            logs.setdefault(name, set()).update(ref_files.read_first_ids(path, 2))
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
        if ref_files.is_id(object_id) and name.startswith(b"refs/")
    }
