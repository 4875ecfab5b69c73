"""The `pre-push` hook: scans the commits and tags, of every ref, that the remote does not have."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wakeyscan.git import rev_list
from wakeyscan.git.command import Git, open_own
from wakeyscan.integrations.hooks.hook_input import HookInput, read_updates
from wakeyscan.sources import commit_range, commits

if TYPE_CHECKING:
    from wakeyscan.sources.options import SourceOptions

ADVICE = (
    "Push blocked. Remove the key from the commits (git rebase -i), not only from the files. "
    "If it was ever pushed or shared, revoke it too."
)

_REMOTE = "PRE_COMMIT_REMOTE_NAME"


def open_input(arguments: list[str], options: SourceOptions) -> HookInput:
    """Open the pushed commits: from stdin as git writes it, or from the variables of pre-commit."""
    own = open_own()
    if _REMOTE in os.environ:
        unit = _build_framework_unit(own, os.environ[_REMOTE])
        return HookInput(commit_range, [unit], options)
    updates = [*read_updates()]
    if not updates:
        return HookInput(commit_range, [], options)
    remote = arguments[0] if arguments else ""
    known = tuple(update.old for update in updates if update.has_old)
    tips = tuple(update.new for update in updates)
    pushed = rev_list.CommitSelection(tips, known, _exclude_remote(remote), "the pushed commits")
    names = [update.ref for update in updates]
    return HookInput(commit_range, [commits.build_unit(pushed, tips, names, own)], options)


def _build_framework_unit(own: Git, remote: str) -> str:
    """Return the unit for the pre-commit framework.

    The framework names only the first ref, so the unit covers all commits that no remote has.
    """
    ends = [os.environ.get(f"PRE_COMMIT_{end}_REF", "") for end in ("TO", "FROM")]
    selection = ("--branches", "--tags", *_exclude_remote(remote))
    unpushed = rev_list.CommitSelection((), (), selection, "the unpushed commits")
    names = [os.environ.get("PRE_COMMIT_REMOTE_BRANCH", "")]
    if not all(ends):
        return commits.build_unit(unpushed, (), names, own)
    to, since = (rev_list.resolve_commit(end, own) for end in ends)
    pushed = rev_list.CommitSelection((to,), (since,), (), "the pushed commits")
    return commits.join_units(
        commits.build_unit(pushed, (), names, own), commits.build_unit(unpushed, (), [], own)
    )


def _exclude_remote(remote: str) -> tuple[str, ...]:
    return ("--not", f"--remotes={remote}") if remote else ()
