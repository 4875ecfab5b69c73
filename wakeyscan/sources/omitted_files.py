"""Tracked files that are not checked out, as the index has them.

A sparse checkout omits them. They are in the repository that a scan of its folder is to cover.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.core.document import Origin
from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import file_lists, worktree
from wakeyscan.git.command import open_foreign
from wakeyscan.sources.changed_files import ChangedFile, read_changed_files

if TYPE_CHECKING:
    from wakeyscan.core.document import Document, Skipped
    from wakeyscan.sources.options import SourceOptions

PARALLEL = False


def list_units(target: str, options: SourceOptions) -> Iterator[str | Skipped]:
    """Yield one unit that names all omitted files below a folder, if there are any."""
    try:
        files = list(file_lists.list_omitted_files(target))
    except GitError:  # not a work tree: it has no index
        return
    if files:
        yield "\0".join([target, *(f"{file.blob} {file.path}" for file in files)])


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Read the files from the index. Paths are relative to the top of the current work tree."""
    folder, *entries = unit.split("\0")
    base = worktree.find_work_tree(".") or "."
    prefix = os.path.relpath(os.path.realpath(folder), base).replace(os.sep, "/")
    pairs = (entry.partition(" ") for entry in entries)
    files = [
        ChangedFile(Origin(os.path.normpath(f"{prefix}/{path}")), blob, (), is_new_path=True)
        for blob, _, path in pairs
    ]
    yield from read_changed_files(files, open_foreign(folder), options._replace(whole_files=True))
