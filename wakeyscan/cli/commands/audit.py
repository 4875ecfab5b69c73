"""`wakeyscan audit`: scans the whole history of a repository, with a timeline of each key."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

from wakeyscan.audit.audit import audit
from wakeyscan.audit.cache import find_cache_file
from wakeyscan.audit.options import AuditOptions
from wakeyscan.audit.scope import AuditScope
from wakeyscan.cli import output
from wakeyscan.cli.pipeline import apply_ignore_file, check_endpoint, verify_keys
from wakeyscan.cli.progress import Progress
from wakeyscan.config import build, config
from wakeyscan.config.options import SCANNING, Option, Parameters, Values
from wakeyscan.core.errors import GitError, UsageError
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.timestamps import parse_timestamp
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.git.mirror import open_repository

if TYPE_CHECKING:
    from wakeyscan.cli import audit_facts, purge_file, run_details
    from wakeyscan.git.repository import Repository
else:
    audit_facts = lazy_import("wakeyscan.cli.audit_facts")  # only an audit with keys
    purge_file = lazy_import("wakeyscan.cli.purge_file")  # few audits are followed by a purge
    run_details = lazy_import("wakeyscan.cli.run_details")  # only for --verbose

HELP = """Scan a whole history, and show a timeline of each key.

Every object is scanned, even one that no branch or tag reaches.

REPO is a folder (default: current directory), bare or not, or a URL (https:// or file://), which is
cloned to a temporary mirror."""

PARAMETERS = Parameters(
    (
        *SCANNING,
        Option("reachable", "Only scan objects reachable from refs, indexes and other work trees."),
        Option("branch", "Only scan objects reachable from this branch.", "NAME"),
        Option("since", "Only scan objects reachable from commits since DATE: 2026-01-31, "
               "2026-01-31T10:00Z (UTC unless it has an offset), today, yesterday, '3 days ago' "
               "(seconds, minutes, hours, days, weeks, months, years; also 2.weeks.ago).", "DATE"),
        Option("no-cache", "Ignore the cache and rescan everything."),
        Option("trust-repo", "Honor inline ignore comments (wakeyscan:ignore) in the repository's "
               "files; the default for the current repository."),
        Option("purge-file", "Also write all keys in the clear to FILE, a new file, for git "
               "filter-repo --replace-text.", "FILE"),
    ),
    "REPO",
    takes_many=False,
)  # fmt: skip


def run(values: Values, operands: list[str]) -> int:
    """Audit a repository, write the reports and return the exit code."""
    if len(operands) > 1:
        raise UsageError("wakeyscan audit: expected one repository, got several; run it for each")
    if operands == [""]:
        raise UsageError("REPO is empty: name a folder or a URL, or omit it")
    settings = build.build_config(values, PARAMETERS.options, os.environ)
    output.check_formats(settings, operands or ["."])
    check_endpoint(settings)
    given = {**build.read_environment(PARAMETERS.options, os.environ), **values}
    target = operands[0] if operands else "."
    if "purge_file" in given:
        purge_file.check_purge_file(str(given["purge_file"]), target)
    with (
        Progress(sys.stderr, settings.quiet) as progress,
        open_repository(target, progress.show) as (folder, repository),
    ):
        progress.end()
        is_current = _is_current(repository)
        if settings.revision and not is_current:
            raise UsageError("--policy-from: only works for the current repository")
        options = _build_options(given, settings, is_current, cached=folder == target)
        applied = options.honor_inline or bool(settings.ignore_file)  # not an untrusted one
        if settings.verbose:
            ignore_file = settings.find_ignore_file(folder) if applied else ""
            run_details.print_settings(values, PARAMETERS.options, os.environ, ignore_file)
        result = audit(repository, options, progress.advance)
        progress.end()
        result = result.judge_opaque(settings.strict)
        if applied:
            result = apply_ignore_file(result, settings, folder)
        if result.keys:
            result = audit_facts.add_facts(result, repository, settings, is_current=is_current)
    if not result.interrupted:
        result = verify_keys(result, settings)
    output.write_reports(result, settings)
    if "purge_file" in given and not result.interrupted:
        purge_file.write_purge_file(str(given["purge_file"]), target, result)
    return result.exit_code(settings.fail_on, settings.strict_ignores)


def _build_options(
    given: Values, settings: config.Config, is_current: bool, *, cached: bool
) -> AuditOptions:
    is_trusted = is_current or bool(given.get("trust_repo"))
    now = datetime.now(UTC)
    return AuditOptions(
        rules_folder=settings.rules,
        jobs=settings.jobs,
        honor_inline=is_trusted,
        scope=_parse_scope(given, now),
        now=now,
        include_suppressed=settings.show_suppressed or settings.verification is not None,
        # An allowed path of this repository means nothing in another one.
        policy=settings.policy if is_trusted else settings.policy._replace(allowed_paths=()),
        base_revision=settings.revision,
        honor_foreign=settings.honor_foreign_ignores,
        cache_file=find_cache_file() if cached and not given.get("no_cache") else "",
    )


def _is_current(repository: Repository) -> bool:
    """Return whether the current directory belongs to the repository, not to one around it."""
    try:
        here = worktree.find_git_folder(".")
    except GitError:
        here = "."
    current = {os.path.realpath(folder) for folder in (here, ".")}
    return os.path.realpath(repository.git_folder) in current


def _parse_scope(given: Values, now: datetime) -> AuditScope:
    """Parse the options that limit an audit; raise `UsageError`."""
    since = None
    if "since" in given:
        try:
            since = parse_timestamp(str(given["since"]), now)
        except ValueError as refused:
            raise UsageError(f"--since: {refused}, got {given['since']!r}") from None
    branch = str(given.get("branch", ""))
    if "branch" in given and not branch:
        raise UsageError("--branch is empty: name a branch, or omit the option")
    return AuditScope(since, branch, bool(given.get("reachable")))
