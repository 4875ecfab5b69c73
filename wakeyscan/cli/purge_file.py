"""The file of `audit --purge-file`, the only one with keys, and the commands that use it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

from wakeyscan.audit.purge import build_purge_list
from wakeyscan.cli.output import write_stderr
from wakeyscan.core import files
from wakeyscan.core.errors import GitError, ReportError, UsageError
from wakeyscan.core.redaction import escape_for_terminal, redact
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree

if TYPE_CHECKING:
    from wakeyscan.audit.purge import PurgeList
    from wakeyscan.scanner.result import RunResult

_MAX_PLACES = 20
"""Places that are listed because the replacement does not reach them."""

_LIMITS = (
    "Purging does not reach forks, other clones (their stashes and worktrees too), pull-request",
    "refs and caches of the host, and backups: a key that was pushed is still a leak. Revoke it",
    "first; see docs/incident.md.",
)


def check_purge_file(file: str, target: str) -> None:
    """Reject a file that exists, that a commit could include, or behind a link in a repository.

    Raise `UsageError`.
    """
    if not file:
        raise UsageError("--purge-file is empty: name a file outside of the work tree")
    if os.path.lexists(file):
        raise UsageError(f"--purge-file: {file} already exists; name another file, or remove it")
    try:
        files.check_links(file, worktree.find_untrusted_folders([target]))
    except OSError as error:
        raise UsageError(f"--purge-file: {file}: {error.strerror}") from None
    folder = os.path.dirname(file) or "."
    if not os.path.isdir(folder):
        raise UsageError(f"--purge-file: {folder} is not a folder; create it first")
    if worktree.find_work_tree(folder) and not _is_ignored(file):
        raise UsageError(
            f"--purge-file: {file} is inside a work tree, where a commit could pick it up; "
            "name a file outside, or one that git ignores"
        )


def write_purge_file(file: str, target: str, result: RunResult) -> None:
    """Write the secrets of an audit to a private file, and the next commands to stderr.

    Without secrets, no file is written. Raise `ReportError`.
    """
    purge = build_purge_list(result)
    if purge.secrets:
        try:
            files.create_private(file, purge.content, worktree.find_untrusted_folders([target]))
        except OSError as error:
            raise ReportError(
                f"--purge-file: {file}: cannot be written: {error.strerror}"
            ) from None
    lines = _explain(file, purge, result)
    write_stderr("".join(f"{escape_for_terminal(redact(line))}\n" for line in lines))


def _is_ignored(file: str) -> bool:
    try:
        return worktree.is_ignored(file)
    except GitError:  # inside .git, where no file can be ignored
        return False


def _explain(file: str, purge: PurgeList, result: RunResult) -> Iterator[str]:
    if not purge.secrets:
        yield f"wakeyscan: --purge-file: no keys to purge, so {file} was not written"
        return
    count = len(purge.secrets)
    keys = f"{count} key{'s' * (count != 1)}"
    yield f"wakeyscan: {file} holds {keys} in the clear; only you can read it"
    if not result.complete or result.limits():
        yield "The audit does not cover the whole history, so the file may lack keys."
    yield "To purge, run these commands in a fresh clone (git clone --mirror URL):"
    name = shlex.quote(os.path.abspath(file))
    yield f"  git filter-repo --replace-text {name} --replace-message {name}"
    yield "  git reflog expire --expire=now --expire-unreachable=now --all"
    yield "  git gc --prune=now"
    yield "  wakeyscan audit .           # must find nothing"
    yield "  git push --mirror --force URL"
    yield f"  rm {name}"
    yield from _list_places(purge.not_reached)
    yield from _LIMITS


def _list_places(places: tuple[str, ...]) -> Iterator[str]:
    yield "git filter-repo leaves binary files as they are; remove one with --invert-paths --path."
    if places:
        yield "It does not reach:"
        yield from (f"  {place}" for place in places[:_MAX_PLACES])
    if len(places) > _MAX_PLACES:
        yield f"  and {len(places) - _MAX_PLACES} more places"
