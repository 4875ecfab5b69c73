"""Audit of a repository: scan all objects, check that none is missing, build secret histories."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

from wakeyscan.audit import histories, history_reader
from wakeyscan.audit.cache import open_cache
from wakeyscan.audit.completeness import CompletenessCheck, list_known_gaps
from wakeyscan.audit.context import AuditContext, ReportedObjects, ReportFilter
from wakeyscan.audit.native_trees import NativeTreeComparer, choose_tree_comparer
from wakeyscan.audit.object_scan import ObjectScanResult, ProgressCallback, scan_objects
from wakeyscan.audit.options import (
    AuditOptions,
    build_scan_context,
    complete_scan_context,
    prepare_scan_context,
)
from wakeyscan.audit.ref_names import list_named_objects, read_tips
from wakeyscan.audit.result import AuditRecord, build_result, complete_restriction
from wakeyscan.audit.scope import build_scope_filter, find_start_ids, include_linked_blobs
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.git import isolated

if TYPE_CHECKING:
    from wakeyscan.audit.object_findings import ObjectFindings
    from wakeyscan.git.repository import Repository
    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.scanner.result import RunResult


def audit(
    repository: Repository,
    options: AuditOptions,
    on_progress: ProgressCallback,
    prepared: ScanContext | None = None,
) -> RunResult:
    """Audit a repository; an interrupted audit returns what it has found.

    `prepared` saves a caller with many repositories from loading the rules for each.
    """
    prepared = prepared or prepare_scan_context(options)
    scan_context = complete_scan_context(prepared, options, repository)
    tips = read_tips(repository)
    start_ids = find_start_ids(options.scope, tips, repository)
    report_filter = ReportFilter(options.include_suppressed)
    with _open_context(repository, tips, scan_context, options.cache_file) as context:
        scanned = _scan_objects(context, report_filter, options, on_progress)
        context = context._replace(commit_lines=scanned.commit_lines)
        scope = build_scope_filter(options.scope, start_ids, tips, context)
        scope = include_linked_blobs(scope, scanned.objects, context)
        in_scope = {o.object_id: o for o in scanned.objects if scope.includes(o.object_id)}
        objects = ReportedObjects(in_scope, report_filter, options.now)
        outcome = histories.build_available_histories(context, objects, scanned.interrupted)
        skipped = [*scanned.skipped, *scope.skipped, *outcome.skipped]
        skipped += [item._replace(gap=options.scope.reachable) for item in context.named.skipped]
        skipped += list_known_gaps(repository)
        if not outcome.interrupted:
            history_reader.confirm_history(context)
            skipped += context.completeness.list_missing()
    restriction = complete_restriction(scope.restriction, options, outcome.commits)
    record = AuditRecord(outcome.histories, skipped, scanned.coverage, restriction)
    result = build_result(record, repository, options, scan_context.rules)
    return result._replace(interrupted=outcome.interrupted, details=scanned.details)


@contextmanager
def _open_context(
    repository: Repository, tips: dict[str, str], scan_context: ScanContext, cache_file: str
) -> Iterator[AuditContext]:
    """Open the repository for git and start the completeness check."""
    tip_ids = frozenset(tips.values())
    with (
        isolated.open_isolated(repository) as git,
        closing(open_cache(cache_file, repository.folder, scan_context.rules)) as cache,
        closing(CompletenessCheck(repository, tip_ids, git, cache)) as completeness,
    ):
        cached_history = history_reader.load_cached_history(repository, cache)
        compare_trees = choose_tree_comparer(repository)
        is_native = isinstance(compare_trees, NativeTreeComparer)
        completeness.start(trees_are_cheap=is_native and not cached_history.tips)
        named = list_named_objects(repository, tips, git)
        yield AuditContext(
            repository=repository,
            git=git,
            scan=scan_context,
            named=named,
            cache=cache,
            completeness=completeness,
            cached_history=cached_history,
            compare_trees=compare_trees,
        )


def _scan_objects(
    context: AuditContext,
    report_filter: ReportFilter,
    options: AuditOptions,
    on_progress: ProgressCallback,
) -> ObjectScanResult:
    def report_progress(objects: int, size: int, unit: str, fraction: float) -> None:
        context.completeness.advance(size)
        on_progress(objects, size, unit, fraction)

    return scan_objects(
        context.repository,
        context.scan,
        context.git,
        context.cache,
        jobs=options.jobs,
        rebuild_context=partial(build_scan_context, options, context.repository),
        on_progress=report_progress,
        on_findings=partial(_defer_completeness, context, report_filter),
    )


def _defer_completeness(
    context: AuditContext, report_filter: ReportFilter, findings: ObjectFindings
) -> None:
    """Leave the search for missing objects to the history as soon as a finding needs one.

    A full read of the history also proves completeness; a cached one does not.
    """
    if any(map(report_filter.includes, findings.refs)) and not context.cached_history.tips:
        context.completeness.defer()
