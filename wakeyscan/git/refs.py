"""Refs, HEAD and reflogs, read as files without git."""

from __future__ import annotations

import os
from collections.abc import Callable

from wakeyscan.core import small_files
from wakeyscan.core.errors import SourceError
from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import ref_files

if TYPE_CHECKING:
    from wakeyscan.git.repository import Repository

_PACKED_REF = lazy_pattern(r"(?m)^([0-9a-f]{64}|[0-9a-f]{40}) (refs/[^\n]*)")
"""One pattern for a whole file: a repository of pull requests has hundreds of thousands of refs."""


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


def read_reflogs(repository: Repository, refuse: Callable[[str, str], None]) -> dict[str, set[str]]:
    """Return the ids in each reflog, by the names of the refs.

    `refuse` is called with the path of each reflog or folder that cannot be read, and a reason.
    """
    logs: dict[str, set[str]] = {}
    for folder in dict.fromkeys((repository.common_folder, repository.git_folder)):
        top = os.path.join(folder, "logs")
        for path in ref_files.list_files(top, refuse):
            name = os.path.relpath(path, top).replace(os.sep, "/")
            try:
                logs.setdefault(name, set()).update(ref_files.read_first_ids(path, 2))
            except SourceError as error:
                refuse(path, str(error))
    return logs


def _read_packed_refs(path: str) -> dict[str, str]:
    try:
        content = small_files.read_small_file(path, small_files.MAX_DATA_SIZE)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror}") from None
    return {name: object_id for object_id, name in _PACKED_REF.findall(os.fsdecode(content))}
