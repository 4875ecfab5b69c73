"""The steps of a run that several commands share: scan, apply the ignore file, verify."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable

from wakeyscan.cli.progress import Progress
from wakeyscan.config import config_file
from wakeyscan.core.document import Origin, Skipped
from wakeyscan.core.errors import ConfigError, GitError, IgnoreFileRefused
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import worktree
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner import scan
from wakeyscan.scanner.context import build_scan_context
from wakeyscan.scanner.result import MAX_IGNORED, RunResult
from wakeyscan.sources import SOURCES, options, parse_target

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.git import file_lists
    from wakeyscan.scanner import base_suppressions, repository_paths
    from wakeyscan.suppression import ignore_entry, ignore_file, policy
    from wakeyscan.verification import rate_limit, verify
else:
    # A hook without configuration and ignore file needs none of these; they take 16 ms to import.
    file_lists = lazy_import("wakeyscan.git.file_lists")
    base_suppressions = lazy_import("wakeyscan.scanner.base_suppressions")
    ignore_entry = lazy_import("wakeyscan.suppression.ignore_entry")
    ignore_file = lazy_import("wakeyscan.suppression.ignore_file")
    policy = lazy_import("wakeyscan.suppression.policy")
    repository_paths = lazy_import("wakeyscan.scanner.repository_paths")
    rate_limit = lazy_import("wakeyscan.verification.rate_limit")
    verify = lazy_import("wakeyscan.verification.verify")


def open_targets(targets: Iterable[str], config: Config) -> list[scan.OpenTarget]:
    """List the units of all targets; raise `SourceError` before the scan starts."""
    opened: list[scan.OpenTarget] = []
    for source, rest in map(parse_target, targets):
        if source.PARALLEL:
            opened += open_path(rest, config)
        else:
            opened.append((source, source.list_units(rest, config.source)))
    return opened


def open_path(path: str, config: Config) -> list[scan.OpenTarget]:
    """List a file, or all files of a folder, also those that its sparse checkout omits."""
    in_work_tree = os.path.isdir(path) and worktree.find_work_tree(path)
    names = ("path", "omitted") if in_work_tree else ("path",)
    return [(SOURCES[name], SOURCES[name].list_units(path, config.source)) for name in names]


def count_ignored_files(result: RunResult, paths: Iterable[str], config: Config) -> RunResult:
    """Return the result of a scan with the number of files below folders that git ignores."""
    folders = {os.path.realpath(path): path for path in paths if os.path.isdir(path)}
    count = 0
    for folder in folders.values() if config.source.gitignore else ():
        if worktree.find_work_tree(folder) is None:
            continue  # everything is scanned
        try:
            count += file_lists.count_ignored_files(folder, MAX_IGNORED - count)
        except GitError:
            continue  # `.git` is no repository, so everything is scanned
    return result._replace(ignored_by_git=count)


def run_scan(
    command: str, names: tuple[str, ...], targets: Iterable[scan.OpenTarget], config: Config
) -> RunResult:
    """Scan targets, apply the ignore file, and verify the keys if requested.

    `names` are the targets for the report. An interrupted run verifies nothing.
    """
    check_endpoint(config)
    rules = reported_rules = load_rules(config.rules)
    if config.policy.has_effect:
        policy.check_policy(config.policy, rules)
        reported_rules = policy.apply_rule_overrides(rules, config.policy)
    context = build_scan_context(rules, config.source)
    context = context._replace(
        honor_foreign=config.honor_foreign_ignores,
        today=time.strftime("%Y-%m-%d", time.gmtime()),
    )
    if config.revision is not None:
        at_base = base_suppressions.BaseSuppressions(config.revision, context)
        context = context._replace(is_ignored_at_base=at_base)
    elif not config.honor_new_comments:
        context = context._replace(is_ignored_at_base=base_suppressions.ignore_nothing)
    paths = options.PathFilter(config.source)
    progress = Progress(sys.stderr, config.quiet)
    merged = scan.scan_targets(targets, config.scan_options, context, paths, progress.add_result)
    progress.end()
    result = RunResult(
        command=command,
        targets=names,
        rules=reported_rules,
        findings=merged.findings,
        skipped=merged.skipped,
        coverage=merged.coverage._replace(excluded=paths.count),
        policy=config.policy,
        interrupted=merged.interrupted,
    )
    if result.findings:
        foreign = repository_paths.list_foreign_ignores(result.findings)
        result = result._replace(foreign_ignores=foreign)
    result = apply_ignore_file(result.judge_opaque(config.strict), config)
    return result if result.interrupted else verify_keys(result, config)


def apply_ignore_file(result: RunResult, config: Config, folder: str = ".") -> RunResult:
    """Mark the findings that the ignore file of a folder's repository accepts.

    Entries count as unused only if the scan covered the whole repository.
    Raise `ConfigError` if a file that the user named does not exist.
    """
    file = config.find_ignore_file(folder)
    is_from_revision, content = config_file.read_at_revision(file, config.revision)
    is_on_disk = os.path.lexists(file)
    if config.ignore_file and not is_on_disk and content is None:
        raise ConfigError(f"{file}: no such file or directory")
    if content is None and (is_from_revision or not is_on_disk):
        return result
    try:
        entries = ignore_file.read_ignore_file(file, content)
    except IgnoreFileRefused as error:
        if config.ignore_file:
            raise
        # Anyone may have committed this file; an invalid one must not prevent reports of keys.
        skipped = Skipped(Origin(file), f"{error.reason}; its entries were not applied")
        return result._replace(skipped=(*result.skipped, skipped))
    findings, stats = ignore_file.apply_ignore_file(
        result.findings, entries, ignore_entry.current_day()
    )
    top = worktree.find_work_tree(folder) or os.path.realpath(folder)
    is_complete = any(os.path.realpath(target) == top for target in result.targets)
    if not is_complete or result.describe_restriction():
        stats = stats._replace(unused=0)
    return result._replace(findings=findings, ignores=stats)


def check_endpoint(config: Config) -> None:
    """Refuse an API address that must not get a key, before the scan starts."""
    if config.verification:
        verify.build_endpoint(config.verification)


def verify_keys(result: RunResult, config: Config) -> RunResult:
    """Verify the keys of a result with the API, if requested."""
    if not config.verification:
        return result
    progress = Progress(sys.stderr, config.quiet)
    limiter = rate_limit.RateLimiter(sleep=progress.sleep)
    try:
        return verify.verify_result(result, config.verification, progress.advance, limiter)
    finally:
        progress.end()
