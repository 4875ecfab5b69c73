"""Before a push: every commit and tag, of every ref, that the remote does not have."""

from __future__ import annotations

import os

from wakeyscan.git import command
from wakeyscan.integrations.hooks.hook_input import HookInput, read_updates
from wakeyscan.sources import commit_range as commit_source
from wakeyscan.sources import commits
from wakeyscan.sources.options import SourceOptions

ADVICE = (
    "Not pushed. Take the key out of the commits (git rebase -i), not only out of the files, "
    "and revoke it if it was ever pushed or shared."
)

_REMOTE = "PRE_COMMIT_REMOTE_NAME"


def open_input(arguments: list[str], options: SourceOptions) -> HookInput:
    """Open what is pushed: from stdin, as git gives it, or what pre-commit's variables say.

    The pre-commit framework tells of the first ref alone, so all that no remote has is taken.
    """
    own = command.open_own()
    if _REMOTE in os.environ:
        return HookInput(commit_source, [_of_framework(own, os.environ[_REMOTE])], options)
    remote = arguments[0] if arguments else ""
    updates = [update for update in read_updates() if not update.deletes]
    if not updates:
        return HookInput(commit_source, [], options)
    known = tuple(update.old for update in updates if update.has_old)
    tips = tuple(update.new for update in updates)
    wanted = commits.Commits(tips, known, _not_on(remote), "what is pushed")
    names = [update.ref for update in updates]
    return HookInput(commit_source, [commits.format_unit(wanted, tips, names, own)], options)


def _of_framework(own: command.Git, remote: str) -> str:
    ends = [os.environ.get(f"PRE_COMMIT_{end}_REF", "") for end in ("TO", "FROM")]
    options = ("--branches", "--tags", *_not_on(remote))
    unpushed = commits.Commits((), (), options, "what is not pushed")
    names = [os.environ.get("PRE_COMMIT_REMOTE_BRANCH", "")]
    if not all(ends):
        return commits.format_unit(unpushed, (), names, own)
    to, since = (commits.commit_id(end, own) for end in ends)
    pushed = commits.Commits((to,), (since,), (), "what is pushed")
    return commits.join(
        commits.format_unit(pushed, (), names, own), commits.format_unit(unpushed, (), [], own)
    )


def _not_on(remote: str) -> tuple[str, ...]:
    return ("--not", f"--remotes={remote}") if remote else ()
