"""The `pre-receive` hook of a server: scans the commits and tags that the repository lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.git import rev_list
from wakeyscan.git.command import open_own
from wakeyscan.integrations.hooks.hook_input import HookInput, read_updates
from wakeyscan.sources import commit_range, commits

if TYPE_CHECKING:
    from wakeyscan.sources.options import SourceOptions

ADVICE = (
    "Push rejected. Nothing was stored. Remove the key from your commits (git rebase -i), not only "
    "from the files, and push again. If it was ever pushed or shared, revoke it too."
)


def open_input(arguments: list[str], options: SourceOptions) -> HookInput:
    """Open the pushed commits. git holds them in quarantine; its variables let us read them."""
    own = open_own()
    updates = [*read_updates()]
    if not updates:
        return HookInput(commit_range, [], options)
    tips = tuple(update.new for update in updates)
    pushed = rev_list.CommitSelection(tips, (), ("--not", "--all"), "the pushed commits")
    names = [update.ref for update in updates]
    return HookInput(commit_range, [commits.build_unit(pushed, tips, names, own)], options)
