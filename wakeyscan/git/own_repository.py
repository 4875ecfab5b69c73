"""Facts about the user's own repository, through GitPython: what is staged, committed, pushed.

Hooks and scans of foreign repositories never use this module.
"""

from __future__ import annotations

from git import InvalidGitRepositoryError, NoSuchPathError, Repo

_PINS = ("core.fsmonitor=false", "core.pager=cat")
"""Settings that would start a program."""


def open_own_repository(folder: str) -> Repo | None:
    """Open the repository of a folder; `None` if there is none, or if it has no work tree."""
    try:
        repository = Repo(folder, search_parent_directories=True)
    except (InvalidGitRepositoryError, NoSuchPathError):
        return None
    if repository.bare:
        return None
    repository.git.set_persistent_git_options(c=list(_PINS))
    return repository


def has_unstaged_changes(repository: Repo, path: str, content: bytes) -> bool:
    """Return whether the content of a tracked file differs from the index, but for line ends.

    Unlike `git diff`, this runs no filter of the repository, and leaves the index as it is.
    """
    entry = repository.index.entries.get((path, 0))
    if entry is None:
        return any(str(name) == path for name, _ in repository.index.entries)  # a conflict
    staged: bytes = repository.odb.stream(entry.binsha).read()
    return staged != content and _unify_line_ends(staged) != _unify_line_ends(content)


def _unify_line_ends(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")


def list_tracked_files(repository: Repo) -> frozenset[str]:
    """Return the paths of all files in the index."""
    return frozenset(str(path) for path, stage in repository.index.entries)
