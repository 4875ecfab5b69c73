"""Audits in the process of a test."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from wakeyscan.audit.audit import audit
from wakeyscan.audit.options import AuditOptions
from wakeyscan.audit.scope import AuditScope
from wakeyscan.git.repository import find_repository
from wakeyscan.scanner.result import RunResult


def build_options() -> AuditOptions:
    """Return the options of an audit by one process, with our rules and without a cache."""
    return AuditOptions(
        rules_folder="",
        jobs=1,
        honor_inline=False,
        scope=AuditScope(),
        now=datetime.now(UTC),
        cache_file="",
    )


def ignore_progress(done: int, size: int, what: str, share: float) -> None:
    """Show nothing."""


def run_audit(folder: Path) -> RunResult:
    """Return the result of an audit."""
    return audit(find_repository(str(folder)), build_options(), ignore_progress)
