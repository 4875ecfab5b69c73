"""The `pre-receive` hook of a server: scans the commits and tags that the repository lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.core.errors import UsageError
from wakeyscan.git import rev_list
from wakeyscan.git.command import open_own
from wakeyscan.integrations.hooks.ref_updates import read_updates
from wakeyscan.sources import commit_range, commits

if TYPE_CHECKING:
    from wakeyscan.integrations.hooks import HookInput
    from wakeyscan.sources.options import SourceOptions

ADVICE = (
    "Push rejected. Nothing was stored. Remove the key from your commits (git rebase -i), not only "
    "from the files, and push again. If it was ever pushed or shared, revoke it too."
)


def open_input(arguments: list[str], options: SourceOptions) -> HookInput:
    """Open the pushed commits. git holds them in quarantine; its variables let us read them."""
    lines = read_updates()
    if not lines:
        raise UsageError(
            "wakeyscan hook pre-receive: stdin has no ref updates, so nothing can be scanned; "
            "another command of the hook may have read them: pass them on to each command"
        )
    updates = [update for update in lines if not update.is_deletion]
    if not updates:
        return commit_range, [], options
    own = open_own()
    tips = tuple(update.new for update in updates)
    pushed = rev_list.CommitSelection(tips, (), ("--not", "--all"), "the pushed commits")
    names = [update.ref for update in updates]
    return commit_range, [commits.build_unit(pushed, tips, names, own)], options
