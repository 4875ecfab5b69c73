"""Scans and audits that other commands run: again for a report, or over the whole repository."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from wakeyscan.audit.audit import audit
from wakeyscan.audit.options import AuditOptions
from wakeyscan.audit.scope import AuditScope
from wakeyscan.cli.pipeline import open_targets, run_scan
from wakeyscan.core.errors import SourceError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.git.mirror import open_repository

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.git.repository import Repository
    from wakeyscan.scanner.result import RunResult


def rescan_repository(settings: Config, command: str) -> RunResult:
    """Scan or audit the whole current repository, or the current directory without one."""
    top = os.path.relpath(worktree.find_work_tree(".") or ".")
    return rescan(command, [top], settings._replace(ignore_file=""))


def rescan(command: str, targets: list[str], settings: Config) -> RunResult:
    """Scan or audit the targets of a report again; raise `SourceError`."""
    if command == "audit" and len(targets) == 1:
        with open_repository(targets[0]) as (_, repository):
            return audit_untrusted(repository, settings)
    if command != "scan":
        raise SourceError(
            f"a report of {command!r} cannot be scanned again; use one of scan, audit or fleet"
        )
    if "-" in targets and not os.path.lexists("-"):
        raise SourceError("standard input cannot be scanned again; pass the keys there instead")
    result = run_scan(command, tuple(targets), open_targets(targets, settings), settings)
    if result.interrupted:
        raise KeyboardInterrupt
    return result


def audit_untrusted(repository: Repository, settings: Config) -> RunResult:
    """Audit all of a repository without its own suppressions; raise `KeyboardInterrupt`."""
    options = AuditOptions(
        rules_folder=settings.rules,
        jobs=settings.jobs,
        honor_inline=False,
        scope=AuditScope(),
        now=datetime.now(UTC),
        include_suppressed=True,
    )
    return _run_audit(repository, options)


def audit_trusted(repository: Repository, settings: Config) -> RunResult:
    """Audit all of a repository with its own suppressions; raise `KeyboardInterrupt`."""
    options = AuditOptions(
        rules_folder=settings.rules,
        jobs=settings.jobs,
        honor_inline=True,
        scope=AuditScope(),
        now=datetime.now(UTC),
        include_suppressed=settings.show_suppressed or settings.verification is not None,
        policy=settings.policy,
        base_revision=settings.revision,
    )
    return _run_audit(repository, options)


def _run_audit(repository: Repository, options: AuditOptions) -> RunResult:
    result = audit(repository, options, lambda *_: None)
    if result.interrupted:
        raise KeyboardInterrupt
    return result
