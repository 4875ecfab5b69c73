"""Looks again at what a report was made from."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from wakeyscan.audit.audit import AuditOptions, audit
from wakeyscan.audit.scope import AuditScope
from wakeyscan.cli.pipeline import open_targets, run_scan
from wakeyscan.config.config import Config
from wakeyscan.core.errors import SourceError
from wakeyscan.git import worktree
from wakeyscan.git.mirror import open_repository
from wakeyscan.scanner.result import RunResult


def rescan_repository(settings: Config, command: str) -> RunResult:
    """Scan or audit the whole repository at hand, or the current directory without one."""
    top = os.path.relpath(worktree.find_work_tree(".") or ".")
    return rescan(command, [top], settings._replace(ignore_file=""))


def rescan(command: str, targets: list[str], settings: Config) -> RunResult:
    """Scan or audit the targets of a report; raises `SourceError` where one can't be read."""
    if command == "audit" and len(targets) == 1:
        return _audited(targets[0], settings)
    if command != "scan":
        raise SourceError(
            f"a report of {command!r} can't be looked at again; scan or audit instead"
        )
    if "-" in targets and not os.path.lexists("-"):
        raise SourceError("standard input can't be looked at again; give its keys there instead")
    return run_scan(command, tuple(targets), open_targets(targets, settings), settings)


def _audited(target: str, settings: Config) -> RunResult:
    plan = AuditOptions(
        settings.rules, settings.jobs, False, AuditScope(), datetime.now(UTC), suppressed=True
    )
    with open_repository(target) as (_, repository):
        outcome, interrupted = audit(repository, plan, lambda *_: None)
    if interrupted:
        raise KeyboardInterrupt
    return outcome
