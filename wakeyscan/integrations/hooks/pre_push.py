"""The `pre-push` hook: scans the commits and tags, of every ref, that the remote does not have.

`pre-receive` does the same on a server, which knows what it has.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from wakeyscan.core.errors import SourceError, UsageError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import rev_list
from wakeyscan.git.command import Git, open_own
from wakeyscan.integrations.hooks.ref_updates import RefUpdate, read_updates
from wakeyscan.integrations.hooks.tracked_commits import exclude_remote
from wakeyscan.sources import commit_range, commits
from wakeyscan.sources.merged_trees import Pair

if TYPE_CHECKING:
    from wakeyscan.integrations.hooks import HookInput
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
        return commit_range, [unit], options
    remote, address, *_ = (*arguments, "", "")
    lines = read_updates()
    if not lines:
        return commit_range, _build_head_units(own, remote, address), options
    updates = [update for update in lines if not update.is_deletion]
    if not updates:
        return commit_range, [], options
    known = tuple(update.old for update in updates if update.has_old)
    others = exclude_remote(remote, own, updates, address)
    unit = _build_unit(updates, known, others, f"refs/remotes/{remote}/HEAD", own)
    return commit_range, [unit], options


def _build_unit(
    updates: Sequence[RefUpdate],
    known: tuple[str, ...],
    others: tuple[str, ...],
    default: str,
    own: Git,
) -> str:
    """Return the unit for the commits of updates, without the `known` and the `others` ones.

    `default` is the default branch of the remote.
    """
    tips = tuple(update.new for update in updates)
    pushed = rev_list.CommitSelection(tips, known, others, "the pushed commits")
    names = [update.ref for update in updates]
    pairs = _pair_updates(updates, default, own)
    return commits.build_unit(pushed, tips, names, own, pairs, has_all_tips=True)


def _pair_updates(updates: Iterable[RefUpdate], default: str, own: Git) -> Iterator[Pair]:
    """Yield each pushed commit with the one it replaces, and with that of the default branch.

    A branch that is pushed may be merged on the server later, in a way that no hook sees. One that
    moves back gets no new commit, but maybe a key that it had removed, and the default branch too.
    """
    for update in updates:
        yield Pair(update.new, (default,))
        if not update.has_old:
            continue
        if update.is_branch and rev_list.is_ancestor(update.new, update.old, own):
            yield Pair(update.new, (update.old, default), is_replacement=True)
        else:
            yield Pair(update.new, (update.old,))


def _build_head_units(own: Git, remote: str, address: str) -> list[str]:
    """Return the units for a push whose refs are unknown: commits of HEAD that the remote lacks.

    git writes no refs if there is nothing to push. But another command of the hook may have read
    them, such as `git lfs pre-push`, or the hook manager may not pass them on.
    """
    try:
        head = rev_list.resolve_commit("HEAD", own)
    except SourceError:  # there is no commit yet
        return []
    others = exclude_remote(remote, own, (), address) if remote else ("--not", "--remotes")
    unpushed = rev_list.CommitSelection((head,), (), others, "the unpushed commits")
    return [commits.build_unit(unpushed, (), (), own)]


def _build_framework_unit(own: Git, remote: str) -> str:
    """Return the unit for the pre-commit framework.

    The framework names only the first ref, so the unit covers all commits that the remote lacks.
    """
    ends = [os.environ.get(f"PRE_COMMIT_{end}_REF", "") for end in ("TO", "FROM")]
    others = exclude_remote(remote, own, (), os.environ.get("PRE_COMMIT_REMOTE_URL", ""))
    selection = ("--branches", "--tags", *others)
    # A commit on no branch may be pushed, too.
    named = ("HEAD", os.environ.get("PRE_COMMIT_LOCAL_BRANCH", ""))
    tips = [rev_list.resolve_commit(one, own) for one in named if rev_list.has_commit(one, own)]
    unpushed = rev_list.CommitSelection(tuple(tips), (), selection, "the unpushed commits")
    names = [os.environ.get("PRE_COMMIT_REMOTE_BRANCH", "")]
    if not all(ends):
        return commits.build_unit(unpushed, (), names, own)
    to, since = (rev_list.resolve_commit(end, own) for end in ends)
    pushed = rev_list.CommitSelection((to,), (since,), (), "the pushed commits")
    return commits.join_units(
        commits.build_unit(pushed, (), names, own), commits.build_unit(unpushed, (), [], own)
    )


class _ServerStage:
    """The `pre-receive` hook of a server."""

    ADVICE = (
        "Push rejected. Nothing was stored. Remove the key from your commits (git rebase -i), not "
        "only from the files, and push again. If it was ever pushed or shared, revoke it too."
    )

    def open_input(self, arguments: list[str], options: SourceOptions) -> HookInput:
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
        unit = _build_unit(updates, (), ("--not", "--all"), "HEAD", open_own())
        return commit_range, [unit], options


SERVER_STAGE = _ServerStage()
