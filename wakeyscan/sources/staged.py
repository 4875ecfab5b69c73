"""What a commit would add: the blobs of the index, never the files of the work tree."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import GitError, UsageError
from wakeyscan.git import command, diff, worktree
from wakeyscan.git.objects import EMPTY_TREE_IDS
from wakeyscan.sources import changed_files
from wakeyscan.sources.options import SourceOptions

PARALLEL = False

_RAW = ("--cached", "--raw", "-z", "-r", "--no-abbrev", "--no-renames", "--ignore-submodules=none")


def list_units(target: str, options: SourceOptions) -> Iterator[str | Skipped]:
    """Yield the one index there is."""
    if target:
        raise UsageError(f"'staged:' takes nothing behind it, not {target!r}")
    return iter(["staged:"])


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Yield what the index has and no parent of the coming commit has."""
    own = command.open_own()
    wanted = []
    for item in changed_files.list_changed_files(
        list_staged(own), options, lambda change: Origin(change.path)
    ):
        if isinstance(item, Skipped):
            yield item
        else:
            wanted.append(item)
    yield from changed_files.read_changed_files(wanted, own, options)


def list_staged(own: command.Git) -> list[diff.Change]:
    """List what the index has otherwise than HEAD, and in a merge than what is merged too."""
    try:
        listed = list(diff.parse_changes(own.run("diff-index", *_RAW, "HEAD", "--")))
    except GitError as error:
        if "HEAD" not in str(error):
            raise
        return _first(own)
    for parent in _merged():
        theirs = {c.path: c for c in diff.parse_changes(own.run("diff-index", *_RAW, parent, "--"))}
        listed = [
            change._replace(old=change.old + theirs[change.path].old)
            for change in listed
            if change.path in theirs
        ]
    return listed


def _first(own: command.Git) -> list[diff.Change]:
    """List the whole index: there is no commit yet."""
    format_ = own.run("rev-parse", "--show-object-format").decode().strip()
    empty = EMPTY_TREE_IDS["sha256" if format_ == "sha256" else "sha1"]
    return list(diff.parse_changes(own.run("diff-index", *_RAW, empty, "--")))


def _merged() -> list[str]:
    """Give the commits that a merge under way brings in.

    MERGE_HEAD names them; before pre-merge-commit it is not written yet, but variables do.
    """
    announced = [name[8:] for name in os.environ if name.startswith("GITHEAD_")]
    folder = os.environ.get("GIT_DIR") or worktree.find_git_folder(".")
    try:
        return worktree.read_small_file(os.path.join(folder, "MERGE_HEAD")).split()
    except OSError:
        return [name for name in announced if not name.strip("0123456789abcdef")]
