"""Advice for a user whose hook found a key, with commands that can be run unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wakeyscan.core.errors import GitError, SourceError
from wakeyscan.core.finding import Finding
from wakeyscan.git.command import Git, open_own
from wakeyscan.git.rev_list import resolve_commit
from wakeyscan.integrations.hooks import Stage
from wakeyscan.reports.terminal_text import wrap_words

_COMMIT = "commit "
_MAX_LISTED = 5
"""Maximum number of commits that are named."""

_BYPASSES = {
    "pre-commit": "git commit --no-verify",
    "pre-merge-commit": "git merge --no-verify",
    "commit-msg": "git commit --no-verify",
    "pre-push": "git push --no-verify",
}
_HOOK_IDS = {
    "pre-commit": "wakeyscan",
    "pre-merge-commit": "wakeyscan",
    "commit-msg": "wakeyscan-commit-msg",
    "pre-push": "wakeyscan-push",
}
"""Ids of `.pre-commit-hooks.yaml`, which users of pre-commit name in SKIP."""


def format_advice(
    stage: str,
    member: Stage,
    findings: Iterable[Finding],
    environment: Mapping[str, str],
    width: int,
) -> str:
    """Return the lines for stderr after the report of a hook; only commands exceed the width."""
    lines = [f"wakeyscan: {member.ADVICE}"]
    if commits := _list_commits(findings):
        lines += _explain_rewriting(commits, open_own())
    if bypass := _BYPASSES.get(stage):
        if environment.get("PRE_COMMIT"):
            bypass = f"SKIP={_HOOK_IDS[stage]} {bypass.removesuffix(' --no-verify')}"
        lines.append(f"To skip this check once: {bypass}")
    shown = (line for text in lines for line in _wrap(text, width))
    return "\n" + "".join(f"{line}\n" for line in shown)


def _wrap(text: str, width: int) -> Iterator[str]:
    """Yield the lines of a sentence; a command, which is indented, stays as it is."""
    return iter([text]) if text.startswith(" ") else wrap_words(text, width, hanging="  ")


def _list_commits(findings: Iterable[Finding]) -> list[str]:
    places = (finding.origin.within for finding in findings)
    commits = (p.removeprefix(_COMMIT) for p in places if p.startswith(_COMMIT))
    return [*dict.fromkeys(commits)]


def _find_rebase_start(commits: list[str], own: Git) -> str:
    """Return the revision that a rebase of the commits begins after.

    Dates do not identify the oldest commit: a rebase gives many commits the same date.
    """
    ids = [resolve_commit(commit, own) for commit in commits]
    try:
        base = own.run_ascii("merge-base", "--octopus", *ids).strip()
        start = base[: len(commits[0])] + "^" * (base in ids)
        resolve_commit(start, own)
    except (GitError, SourceError):  # it is a root commit, or they have no common ancestor
        return "--root"
    return start


def _explain_rewriting(commits: list[str], own: Git) -> list[str]:
    """Return lines that explain how to rewrite the commits."""
    start = _find_rebase_start(commits, own)
    named = ", ".join(commits[:_MAX_LISTED])
    more = f" and {len(commits) - _MAX_LISTED} more" if len(commits) > _MAX_LISTED else ""
    return [
        f"Commits to rewrite: {named}{more}.",
        f"  git rebase -i {start}",
        "  # change `pick` to `edit` for these commits; at each of them remove the key, then:",
        "  git add -u && git commit --amend && git rebase --continue",
    ]
