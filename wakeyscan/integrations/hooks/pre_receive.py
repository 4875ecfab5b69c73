"""On a server, before refs are updated: every commit and tag that the repository does not have."""

from __future__ import annotations

from wakeyscan.git import command
from wakeyscan.integrations.hooks.hook_input import HookInput, read_updates
from wakeyscan.sources import commit_range as commit_source
from wakeyscan.sources import commits
from wakeyscan.sources.options import SourceOptions

ADVICE = (
    "Push rejected. Nothing of it was kept. Take the key out of your commits (git rebase -i), not "
    "only out of the files, and push again. Revoke the key if it was ever pushed or shared."
)


def open_input(arguments: list[str], options: SourceOptions) -> HookInput:
    """Open what is pushed; git holds it in quarantine, where its variables let us see it."""
    own = command.open_own()
    updates = [update for update in read_updates() if not update.deletes]
    if not updates:
        return HookInput(commit_source, [], options)
    tips = tuple(update.new for update in updates)
    wanted = commits.Commits(tips, (), ("--not", "--all"), "what is pushed")
    names = [update.ref for update in updates]
    return HookInput(commit_source, [commits.format_unit(wanted, tips, names, own)], options)
