"""What the reports of an audit know beyond its keys: variables, their users, and edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.cli.key_variables import add_variables
from wakeyscan.core.lazy import lazy_import
from wakeyscan.git import worktree

if TYPE_CHECKING:
    from wakeyscan.cli import fix_targets
    from wakeyscan.config.config import Config
    from wakeyscan.git.repository import Repository
    from wakeyscan.scanner.result import RunResult
else:
    fix_targets = lazy_import("wakeyscan.cli.fix_targets")  # only for SARIF


def add_facts(
    result: RunResult, repository: Repository, settings: Config, *, is_current: bool
) -> RunResult:
    """Return a result with the variables of its keys, and the edits that SARIF carries."""
    if result.interrupted or not result.keys:
        return result
    result = add_variables(result, repository)
    if is_current and _needs_replacements(result, settings):
        result = fix_targets.add_replacements_at_head(result, settings)
    return result


def _needs_replacements(result: RunResult, settings: Config) -> bool:
    """Return whether a report has edits: only SARIF, and only beside the files on disk."""
    formats = (settings.format, *(name for name, _ in settings.reports))
    has_findings = "sarif" in formats and bool(result.reported())
    return has_findings and worktree.find_work_tree(".") is not None
