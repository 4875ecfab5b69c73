"""Staged content: the blobs in git's index, never the files in the work tree."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import GitError, UsageError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import diff, worktree
from wakeyscan.git.command import Git, open_own
from wakeyscan.git.objects import EMPTY_TREE_IDS
from wakeyscan.sources.changed_files import ChangedFile, list_changed_files, read_changed_files
from wakeyscan.sources.options import build_excuse_check

if TYPE_CHECKING:
    from wakeyscan.sources import staged_names
    from wakeyscan.sources.options import SourceOptions
else:
    # Only a name that is not a staged path needs it.
    staged_names = lazy_import("wakeyscan.sources.staged_names")

PARALLEL = False

_DIFF_INDEX = (
    *("diff-index", "--cached", "--raw", "-z", "-r", "--no-abbrev", "--no-renames"),
    "--ignore-submodules=none",
)
_MERGE_VARIABLE = "GITHEAD_"


def list_units(target: str, options: SourceOptions) -> Iterator[str | Skipped]:
    """Yield the one unit, the index."""
    if target:
        raise UsageError(f"'staged:' takes no argument, got {target!r}")
    return iter(["staged:"])


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Yield the staged content that no parent of the next commit has."""
    git = open_own()
    changes = list_staged(git)
    paths = {change.path for change in changes}
    if not paths.issuperset(options.only):
        options = options._replace(only=staged_names.match_names(options.only, paths, git))
        if not options.only:
            return
    changed: list[ChangedFile] = []
    is_excused = build_excuse_check(options)
    for item in list_changed_files(changes, options, _build_origin, is_excused):
        if isinstance(item, Skipped):
            yield item
        else:
            changed.append(item)
    yield from read_changed_files(changed, git, options)


def _build_origin(change: diff.Change) -> Origin:
    return Origin(change.path)


def list_staged(git: Git) -> list[diff.Change]:
    """List the staged changes to HEAD; during a merge, only changes to every parent."""
    try:
        changes = _diff_index("HEAD", git)
    except GitError as error:
        if "HEAD" not in str(error):
            raise
        return _diff_index(_find_empty_tree(git), git)  # there is no commit yet
    for parent in _list_merge_parents():
        theirs = {change.path: change for change in _diff_index(parent, git)}
        changes = [
            change._replace(old_ids=change.old_ids + theirs[change.path].old_ids)
            for change in changes
            if change.path in theirs
        ]
    return changes


def _diff_index(tree: str, git: Git) -> list[diff.Change]:
    return list(diff.parse_changes(git.run(*_DIFF_INDEX, tree, "--")))


def _find_empty_tree(git: Git) -> str:
    object_format = git.run("rev-parse", "--show-object-format").decode().strip()
    return EMPTY_TREE_IDS["sha256" if object_format == "sha256" else "sha1"]


def _list_merge_parents() -> list[str]:
    """List the commits that a merge in progress adds as parents.

    MERGE_HEAD names them. The pre-merge-commit hook runs before git writes that file, but git sets
    a variable for each of them.
    """
    directory = os.environ.get("GIT_DIR") or worktree.find_git_folder(".")
    file = os.path.join(directory, "MERGE_HEAD")
    try:
        return (
            worktree.read_small_file(file).split() if os.path.lexists(file) else _read_variables()
        )
    except OSError:
        return _read_variables()


def _read_variables() -> list[str]:
    variables = (name for name in os.environ if name.startswith(_MERGE_VARIABLE))
    commits = (name.removeprefix(_MERGE_VARIABLE) for name in variables)
    return [commit for commit in commits if not commit.strip("0123456789abcdef")]
