"""Revisions resolved to commit ids, and the commits that `git rev-list` selects."""

from __future__ import annotations

import os

from wakeyscan.core.errors import SourceError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git import worktree
from wakeyscan.git.objects import is_object_id
from wakeyscan.git.revision_names import refuse_ambiguous_name

if TYPE_CHECKING:
    from wakeyscan.git.command import Git

SHALLOW = (
    "the history of this clone is truncated (shallow), so {} cannot be scanned completely; fetch "
    "the rest first: git fetch --unshallow, or fetch-depth: 0 for actions/checkout"
)

UNKNOWN_REVISION = (
    "unknown revision {!r}; in a shallow clone, fetch it first "
    "(git fetch --unshallow, or fetch-depth: 0 for actions/checkout)"
)


class CommitSelection(NamedTuple):
    """The commits to select, as arguments of `git rev-list`; every id is in hex."""

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    """Written by us, never text from a user: `--branches`, `--not`, `--remotes=origin`."""
    name: str = ""
    """The user's name for these commits, for messages."""


def list_commit_ids(selection: CommitSelection, git: Git) -> list[str]:
    """List the selected commits, newest first.

    Raise `SourceError` if a shallow clone lacks some of them.
    """
    if not selection.include and not selection.options:
        return []
    # After a forced push by another user, commits of the remote may be missing here.
    excluded = [f"^{found.id}" for found in git.read_objects(selection.exclude) if found.type]
    stdin = "".join(f"{name}\n" for name in (*selection.include, *excluded)).encode()
    commits = git.run_ascii("rev-list", "--stdin", *selection.options, stdin=stdin).split()
    if not all(map(is_object_id, commits)):
        raise git.build_output_error("rev-list")
    if not _list_shallow_commits(git).isdisjoint(commits):
        raise SourceError(SHALLOW.format(selection.name or "the commits"))
    return commits


def _list_shallow_commits(git: Git) -> frozenset[str]:
    """List the commits whose parents a shallow clone lacks."""
    path = git.run("rev-parse", "--git-path", "shallow").decode("utf-8", "surrogateescape")
    file = os.path.join(git.folder, path.rstrip("\n"))
    try:
        return frozenset(worktree.read_small_file(file).split())
    except OSError:
        return frozenset()


def resolve_commit(revision: str, git: Git) -> str:
    """Resolve a revision to a commit id, which is hex and so cannot be taken for an option.

    Raise `SourceError` for an unknown revision, and `UsageError` for an ambiguous one.
    """
    refuse_ambiguous_name(revision, git)
    arguments = ("rev-parse", "--verify", "-q", "--end-of-options", f"{revision}^{{commit}}")
    commit = git.run_ascii(*arguments, allowed_codes=(0, 1)).strip()
    if not is_object_id(commit):  # `^REV` excludes a commit, and `A..B` names several
        raise SourceError(UNKNOWN_REVISION.format(revision))
    return commit


def has_commit(revision: str, git: Git) -> bool:
    """Return whether a revision names a commit of this clone."""
    try:
        resolve_commit(revision, git)
    except SourceError:
        return False
    return True
