"""Facts about the user's own repository, through GitPython: what is staged, committed, pushed.

Hooks and scans of foreign repositories never use this module.
"""

from __future__ import annotations

import os

from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import NamedTuple
from wakeyscan.git.environment import (
    ReplacedEnvironment,
    build_environment,
    find_executable,
    list_own_settings,
)
from wakeyscan.git.special_files import describe_blocker, find_special_file

try:
    with ReplacedEnvironment(build_environment(())):  # to load GitPython runs `git version`
        from git import BadName, InvalidGitRepositoryError, NoSuchPathError, Repo
        from git.exc import GitCommandError as GitCommandError
except ModuleNotFoundError:  # a wheel is built without GitPython
    raise
except ImportError:  # GitPython looks for git when it is loaded
    raise GitError(f"{find_executable()} cannot be run; see wakeyscan doctor") from None

OwnRepository = Repo
"""The type of an open repository, for modules that do not use GitPython themselves."""

_PINS = ("core.fsmonitor=false", "core.pager=cat")
"""Settings that would start a program."""


def open_own_repository(folder: str) -> Repo | None:
    """Open the repository of a folder; `None` if there is none, or if it has no work tree.

    Raise `GitError` for a special file in it, which would block git.
    """
    if special := find_special_file(folder):
        raise GitError(f"git {describe_blocker(special)}")
    try:
        repository = Repo(folder, search_parent_directories=True)
    except (InvalidGitRepositoryError, NoSuchPathError):
        return None
    if repository.bare:
        return None
    repository.git.set_persistent_git_options(c=list(_PINS))
    repository.git.update_environment(**dict.fromkeys(list_own_settings(), ""))
    return repository


def has_unstaged_changes(repository: Repo, path: str, content: bytes) -> bool:
    """Return whether the content of a tracked file differs from the index, but for line ends.

    Unlike `git diff`, this runs no filter of the repository, and leaves the index as it is.
    """
    entries = _list_entries(repository, path)
    if not entries:
        return False
    (_, blob, stage), _ = entries[0]
    if stage != "0":  # a conflict
        return True
    staged = _run(repository, "cat-file", "blob", blob)
    return staged != content and _unify_line_ends(staged) != _unify_line_ends(content)


def _unify_line_ends(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")


def has_remotes(repository: Repo) -> bool:
    """Return whether any remote is configured; GitPython reads no settings that are not UTF-8."""
    return bool(_run(repository, "remote"))


def list_tracked_files(repository: Repo) -> frozenset[str]:
    """Return the paths of all files in the index."""
    return frozenset(path for _, path in _list_entries(repository))


def _list_entries(repository: Repo, *paths: str) -> list[tuple[list[str], str]]:
    """Return the mode, blob and stage of each entry of the index, with its path.

    git reads the index: GitPython knows neither its version 4 nor SHA-256.
    """
    literal = (f":(top,literal){path}" for path in paths)
    output = _run(repository, "ls-files", "-z", "--stage", "--", *literal)
    entries = (os.fsdecode(entry).partition("\t") for entry in output.split(b"\0") if entry)
    return [(head.split(), path) for head, _, path in entries]


def _run(repository: Repo, command: str, *arguments: str) -> bytes:
    """Return the output of a git command; raise `GitError`."""
    run = getattr(repository.git, command)
    try:
        output: bytes = run(*arguments, stdout_as_string=False, strip_newline_in_stdout=False)
    except GitCommandError as error:
        message = str(error.stderr).strip().removeprefix("stderr: ").strip("'")
        raise GitError(f"git {command} failed: {message}; run git fsck") from None
    return output


class CommitFacts(NamedTuple):
    """Facts that the rewrite of a commit needs."""

    is_on_branch: bool
    """Whether the commit is an ancestor of HEAD."""
    is_first: bool
    """Whether it has no parent."""
    has_merges: bool
    """Whether there are merges after it."""


def find_commit_facts(repository: Repo, commit: str) -> CommitFacts | None:
    """Return the facts about a commit; `None` if it or HEAD does not exist."""
    try:
        found = repository.commit(commit)
        is_on_branch = repository.is_ancestor(found, repository.head.commit)
        merges = repository.git.rev_list("--merges", "-n1", f"{commit}..HEAD", "--")
    except (ValueError, TypeError, GitCommandError, BadName):  # `TypeError`: HEAD is no commit
        return None
    return CommitFacts(is_on_branch, not found.parents, bool(merges))


def list_users(repository: Repo, name: str) -> tuple[str, ...]:
    """Return the tracked files that contain a name as a word."""
    try:
        output = repository.git.grep("-l", "-z", "-w", "-F", "-e", name, "--", ".")
    except GitCommandError:  # none contains it
        return ()
    return tuple(str(output).rstrip("\0").split("\0"))
