"""TODO"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from wakeyscan.cli.progress import Progress
from wakeyscan.config import config, config_file
from wakeyscan.core.errors import ConfigError
from wakeyscan.git import worktree
from wakeyscan.rules import loader
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.pipeline import merge_sorted
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan import Opened, _lens, _looks
from wakeyscan.sources.options import PathFilter
from wakeyscan.suppression import policy
from wakeyscan.suppression.ignore_file import IGNORE_FILE

if TYPE_CHECKING:
    from wakeyscan.scanner.base_suppressions import BaseSuppressions


def inspect(
    command: str, targets: tuple[str, ...], opened: Opened, settings: config.Config
) -> RunResult:
    """Look at all units of all sources, and sum up what was found."""
    check(settings)
    rules = loader.load_rules(settings.rules)
    policy.check_policy(settings.policy, rules)
    excluded = PathFilter(settings.scope)
    context = _lens(rules, settings.scope)._replace(honor_foreign=settings.honor_foreign_ignores)
    context = context._replace(precedents=precedents(settings, context))
    looks = _looks(opened, settings, context, excluded)
    looked = merge_sorted(Progress(sys.stderr, settings.quiet).follow(looks))
    coverage = looked.coverage._replace(excluded=excluded.count)
    outcome = RunResult(
        command,
        targets,
        policy.apply_rule_overrides(rules, settings.policy),
        looked.findings,
        looked.skipped,
        coverage,
        policy=settings.policy,
    )
    return asked_about(heeded(outcome, settings), settings)


def precedents(settings: config.Config, context: ScanContext) -> BaseSuppressions | None:
    """Give the keys that marks hid at the revision that decides on them, if one does."""
    if settings.revision is None:
        return None
    from wakeyscan.scanner.base_suppressions import BaseSuppressions

    return BaseSuppressions(settings.revision, context)


def heeded(outcome: RunResult, settings: config.Config, folder: str = ".") -> RunResult:
    """Mark what the ignore file of a folder's repository accepts.

    Raises `ConfigError` where a file that was named is missing. Entries count as unused only where
    the whole repository was looked at.
    """
    file = ignore_file(settings, folder)
    there, held = config_file.read_at_revision(file, settings.revision)
    here = os.path.lexists(file)
    if settings.ignore_file and not here and held is None:
        raise ConfigError(f"{file}: there is no such ignore file")
    if held is None and (there or not here):
        return outcome
    from datetime import UTC, datetime  # with what follows 6 ms that most hooks never pay

    from wakeyscan.suppression import ignore_file as ignorefile

    entries, today = ignorefile.read_ignore_file(file, held), datetime.now(UTC).date()
    findings, ignores = ignorefile.apply_ignore_file(outcome.findings, entries, today)
    top = worktree.find_work_tree(folder) or os.path.realpath(folder)
    whole = any(os.path.realpath(target) == top for target in outcome.targets)
    if not whole or str(outcome.restriction):
        ignores = ignores._replace(unused=0)
    return outcome._replace(findings=findings, ignores=ignores)


def ignore_file(settings: config.Config, folder: str = ".") -> str:
    """Say where accepted findings are kept: as was said, or at the top of the repository."""
    top = worktree.find_work_tree(folder) or folder
    return settings.ignore_file or os.path.relpath(os.path.join(top, IGNORE_FILE))


def check(settings: config.Config) -> None:
    """Refuse, before any work is done, an address that no key may be sent to."""
    if settings.asking.wanted:
        from wakeyscan.verification.verify import build_endpoint

        build_endpoint(settings.asking)


def asked_about(outcome: RunResult, settings: config.Config) -> RunResult:
    """Ask about the keys of an outcome, where that is wanted."""
    if not settings.asking.wanted:
        return outcome
    from wakeyscan.verification.rate_limit import RateLimiter
    from wakeyscan.verification.verify import verify_result  # 10 ms that a hook never pays

    progress = Progress(sys.stderr, settings.quiet)
    pace = RateLimiter(sleep=progress.sleep)
    try:
        return verify_result(outcome, settings.asking, progress.advance, pace)
    finally:
        progress.end()
