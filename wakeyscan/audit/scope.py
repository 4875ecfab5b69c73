"""Limits of an audit: a date, a branch, or what refs reach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from wakeyscan.core.errors import UsageError
from wakeyscan.core.redaction import redact
from wakeyscan.core.timestamps import format_timestamp
from wakeyscan.git.command import Git
from wakeyscan.git.repository import Repository
from wakeyscan.scanner.result import Restriction


class AuditScope(NamedTuple):
    """The part of a history that a user asks for; empty: every object of the repository."""

    since: datetime | None = None
    branch: str = ""
    reachable: bool = False


def starts(limits: AuditScope, tips: dict[str, str], repository: Repository) -> tuple[str, ...]:
    """Return the ids to start from; raises `UsageError` where there is no such branch."""
    if not limits.branch:
        return tuple(sorted(set(tips.values())))
    names = (f"refs/heads/{limits.branch}", f"refs/remotes/{limits.branch}")
    known = [tips[ref] for ref in names if ref in tips]
    if not known:
        raise UsageError(f"no branch {limits.branch!r} in {repository.folder}")
    return (known[0],)


def within(limits: AuditScope, chosen: Iterable[str], sterile: Git) -> set[str]:
    """Return the ids of the objects that the limits leave; raises `GitError`."""
    asked = ("--objects", "--no-object-names", *_options(limits))
    return set(_listed(asked, chosen, sterile).split())


def restriction(
    limits: AuditScope, chosen: Iterable[str], tips: dict[str, str], sterile: Git
) -> Restriction:
    """Describe the limits, with how many commits they leave; raises `GitError`."""
    told = described(limits)
    if not (limits.since or limits.branch):
        return told
    left = int(_listed(("--count", *_options(limits)), chosen, sterile) or 0)
    every = int(_listed(("--count",), set(tips.values()), sterile) or 0)
    return told._replace(commits=(left, every))


def described(limits: AuditScope) -> Restriction:
    """Describe the limits."""
    return Restriction(
        format_timestamp(limits.since) if limits.since else "",
        (redact(limits.branch),) if limits.branch else (),
        limits.reachable,
    )


def _options(limits: AuditScope) -> tuple[str, ...]:
    # Not --since, for which git guesses at dates; git takes a negative time for a late one.
    return (f"--max-age={max(0, int(limits.since.timestamp()))}",) if limits.since else ()


def _listed(options: tuple[str, ...], ids: Iterable[str], sterile: Git) -> str:
    stdin = "".join(f"{name}\n" for name in ids).encode()
    if not stdin:
        return ""  # git would ask for a revision
    return sterile.run("rev-list", "--ignore-missing", *options, "--stdin", stdin=stdin).decode(
        "ascii"
    )
