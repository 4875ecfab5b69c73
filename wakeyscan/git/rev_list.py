"""Revisions resolved to commit ids, and the commits that `git rev-list` selects."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

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

_CHECK = "--batch-check=%(objectname)"


class CommitSelection(NamedTuple):
    """The commits to select, as arguments of `git rev-list`; every id is in hex."""

    include: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    """Written by us, never text from a user: `--branches`, `--not`, `--remotes=origin`."""
    name: str = ""
    """The user's name for these commits, for messages."""


class SelectedCommits(NamedTuple):
    """The commits of a selection, and those on which it is built."""

    parents: dict[str, list[str]]
    """The parents of each selected commit; newest first."""
    boundary: tuple[str, ...]
    """The commits that are not selected, but are parents of selected ones."""

    def find_after_merges(self) -> frozenset[str]:
        """Return the merges, and all selected commits that have one among their ancestors."""
        children: dict[str, list[str]] = {}
        for commit, parents in self.parents.items():
            for parent in parents:
                children.setdefault(parent, []).append(commit)
        pending = [commit for commit, parents in self.parents.items() if len(parents) > 1]
        found = set(pending)
        while pending:
            new = set(children.get(pending.pop(), ())) - found
            found |= new
            pending += new
        return frozenset(found)


def select_commits(selection: CommitSelection, git: Git) -> SelectedCommits:
    """Find the selected commits; raise `SourceError` if a shallow clone lacks some of them."""
    if not selection.include and not selection.options:
        return SelectedCommits({}, ())
    # After a forced push by another user, commits of the remote may be missing here.
    excluded = [f"^{found.id}" for found in git.read_objects(selection.exclude) if found.type]
    stdin = "".join(f"{name}\n" for name in (*selection.include, *excluded)).encode()
    arguments = ("--parents", "--boundary", "--stdin", *selection.options)
    rows = [line.split() for line in git.run_ascii("rev-list", *arguments, stdin=stdin).split("\n")]
    if not all(is_object_id(name.removeprefix("-")) for row in rows for name in row):
        raise git.build_output_error("rev-list")
    commits = {row[0]: row[1:] for row in rows if row and not row[0].startswith("-")}
    if not _list_shallow_commits(git).isdisjoint(commits):
        raise SourceError(SHALLOW.format(selection.name or "the commits"))
    return SelectedCommits(commits, tuple(row[0][1:] for row in rows if row and row[0][0] == "-"))


def find_merge_bases(tip: str, others: Iterable[str], git: Git) -> list[str]:
    """Find the newest commits that a commit and any of the others have in common."""
    output = git.run_ascii("merge-base", "--all", tip, *others, allowed_codes=(0, 1))
    return _check_ids(output.split(), "merge-base", git)


def is_ancestor(commit: str, descendant: str, git: Git) -> bool:
    """Return whether a commit is an ancestor of another one; false if one of them is missing."""
    output = git.run_ascii("merge-base", commit, descendant, allowed_codes=(0, 1, 128))
    return output.strip() == commit


def drop_ancestors(commits: Iterable[str], git: Git) -> list[str]:
    """Return the commits that are not ancestors of another of them."""
    names = list(dict.fromkeys(commits))
    if len(names) < 2:
        return names
    output = git.run_ascii("merge-base", "--independent", *names)
    return _check_ids(output.split(), "merge-base", git)


def find_objects(names: Sequence[str], git: Git) -> list[str]:
    """Return the id of each named object, such as `REV:PATH`; empty if there is none.

    One process of git answers for all. In a partial clone, it ends at the first missing object.
    """
    found: list[str] = []
    while len(found) < len(names):
        wanted = names[len(found) :]
        stdin = "".join(f"{name}\n" for name in wanted).encode("utf-8", "surrogateescape")
        output = git.run("cat-file", _CHECK, stdin=stdin, allowed_codes=(0, 128))
        ids = [line.decode("ascii", "replace") for line in output.split(b"\n")[: len(wanted)]]
        found += [name if is_object_id(name) else "" for name in ids]
    return found


def _check_ids(names: list[str], command: str, git: Git) -> list[str]:
    if not all(map(is_object_id, names)):
        raise git.build_output_error(command)
    return names


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
