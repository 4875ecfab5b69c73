"""Audit of the current repository, whose configuration and inline comments are trusted."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from wakeyscan.audit.audit import audit
from wakeyscan.audit.cache import find_cache_file
from wakeyscan.audit.options import AuditOptions
from wakeyscan.audit.scope import AuditScope
from wakeyscan.cli.pipeline import apply_ignore_file
from wakeyscan.cli.progress import Progress
from wakeyscan.core.errors import UsageError
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.git.repository import find_repository

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.scanner.result import RunResult


def audit_current(settings: Config) -> RunResult:
    """Audit the current repository; raise `UsageError` outside of one."""
    top = worktree.find_work_tree(".")
    if top is None:
        raise UsageError("wakeyscan fix --plan: the current directory is in no git repository")
    options = AuditOptions(
        rules_folder=settings.rules,
        jobs=settings.jobs,
        honor_inline=True,
        scope=AuditScope(None, "", False),
        now=datetime.now(UTC),
        policy=settings.policy,
        honor_foreign=settings.honor_foreign_ignores,
        cache_file=find_cache_file(),
    )
    with Progress(sys.stderr, settings.quiet) as progress:
        result = audit(find_repository(top), options, progress.advance)
    return apply_ignore_file(result, settings, top)
