"""`wakeyscan audit`: every key that ever was in a repository, and the life of each."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

from wakeyscan.audit.audit import AuditOptions, audit
from wakeyscan.audit.cache import find_cache_file
from wakeyscan.audit.scope import AuditScope
from wakeyscan.cli import output
from wakeyscan.cli.pipeline import (
    apply_ignore_file,
    check_endpoint,
    verify_keys,
)
from wakeyscan.cli.progress import Progress
from wakeyscan.config import config
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import GitError, UsageError
from wakeyscan.core.timestamps import parse_timestamp
from wakeyscan.git import worktree
from wakeyscan.git.mirror import open_repository
from wakeyscan.git.repository import Repository

HELP = """Look at every object of a repository, unreachable ones too, and tell the life of each key.

REPO is a folder (default: the present one), bare or not, or a URL (https:// or file://), of which
a temporary mirror is made."""

PARAMETERS = Parameters(
    (
        *SCANNING,
        Option("reachable", "Only what refs reach."),
        Option("branch", "Only what this branch reaches.", "NAME"),
        Option("since", "Only what commits since then reach: 2026-01-31, 2026-01-31T10:00Z (UTC "
               "unless it has an offset), today, yesterday, '3 days ago' (seconds, minutes, "
               "hours, days, weeks, months, years; also 2.weeks.ago).", "DATE"),
        Option("no-cache", "Look at what was looked at before, too."),
        Option("trust-repo", "Heed wakeyscan:ignore in its files; the default for the repository "
               "that one stands in."),
    ),
    "REPO",
)  # fmt: skip

_INTERRUPTED = 130


def run(values: Values, operands: list[str]) -> int:
    """Audit, report, and give the exit code."""
    if len(operands) > 1:
        raise UsageError("wakeyscan audit takes one repository at a time")
    if operands == [""]:
        raise UsageError("REPO is empty: name a folder or a URL, or leave it out")
    settings = config.build_config(values, PARAMETERS.options, os.environ)
    output.check_formats(settings, operands or ["."])
    check_endpoint(settings)
    given = {**config.read_environment(PARAMETERS.options, os.environ), **values}
    now = datetime.now(UTC)
    limits = _limits(given, now)
    target = operands[0] if operands else "."
    with open_repository(target) as (folder, repository):
        at_home = _stands_in(repository)
        if settings.revision and not at_home:
            raise UsageError("--policy-from is about the repository that one stands in")
        trusted = bool(given.get("trust_repo")) or at_home
        plan = AuditOptions(
            rules_folder=settings.rules,
            jobs=settings.jobs,
            trusted=trusted,
            limits=limits,
            today=now,
            suppressed=settings.show_suppressed or settings.verification.wanted,
            # Paths that are allowed here mean nothing in another repository.
            policy=settings.policy if trusted else settings.policy._replace(allowances=()),
            revision=settings.revision,
            foreign=settings.honor_foreign_ignores,
            memory="" if given.get("no_cache") or folder != target else find_cache_file(),
        )
        progress = Progress(sys.stderr, settings.quiet)
        outcome, interrupted = audit(repository, plan, progress.advance)
        progress.end()
        if plan.trusted or settings.ignore_file:  # a stranger's own does not count
            outcome = apply_ignore_file(outcome, settings, folder)
    if not interrupted:
        outcome = verify_keys(outcome, settings)
    output.write_reports(outcome, settings)
    return (
        _INTERRUPTED
        if interrupted
        else outcome.exit_code(settings.fail_on, settings.strict_ignores)
    )


def _stands_in(repository: Repository) -> bool:
    """Say whether it is the repository that one stands in, not one within it."""
    try:
        here = worktree.find_git_folder(".")
    except GitError:
        here = "."
    standing = {os.path.realpath(folder) for folder in (here, ".")}
    return os.path.realpath(repository.git_folder) in standing


def _limits(given: Values, now: datetime) -> AuditScope:
    """Read the options that limit an audit; raises `UsageError`."""
    since = None
    if "since" in given:
        try:
            since = parse_timestamp(str(given["since"]), now)
        except ValueError as refused:
            raise UsageError(f"--since: {refused}, got {given['since']!r}") from None
    branch = str(given.get("branch", ""))
    if "branch" in given and not branch:
        raise UsageError("--branch is empty: name a branch, or leave the option out")
    return AuditScope(since, branch, bool(given.get("reachable")))
