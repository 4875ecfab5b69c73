"""The scan of the GitHub Action: the commits of an event, the tree, or the whole history."""

from __future__ import annotations

from wakeyscan.cli.pipeline import (
    apply_ignore_file,
    check_endpoint,
    count_ignored_files,
    open_path,
    run_scan,
    verify_keys,
)
from wakeyscan.cli.rescans import audit_trusted
from wakeyscan.core.errors import SourceError, UsageError
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.git.command import open_own
from wakeyscan.git.repository import find_repository
from wakeyscan.integrations import github_event
from wakeyscan.reports.web_links import parse_commit
from wakeyscan.sources import SOURCES
from wakeyscan.sources.commits import list_ids, skip_empty_range
from wakeyscan.sources.tip_files import TipFiles

if TYPE_CHECKING:
    from wakeyscan.config.config import Config
    from wakeyscan.integrations.github_event import Event, PushedRange
    from wakeyscan.scanner.result import RunResult


_NO_FILES = "no file in {} to scan; does a step with actions/checkout precede this one?"


class EventScan(NamedTuple):
    """The result of a scan, and what a reader must know about its scope."""

    result: RunResult
    notes: tuple[str, ...] = ()


def scan_event(mode: str, paths: str, event: Event, settings: Config) -> EventScan:
    """Scan what a mode of the action selects: `diff`, `tree` or `audit`."""
    if mode == "audit":
        return EventScan(_audit(settings))
    note = ""
    if mode == "diff":
        pushed = github_event.find_pushed_range(event, open_own())
        if pushed is not None:
            return EventScan(_scan_range(pushed, settings), (pushed.note,) * bool(pushed.note))
        note = github_event.explain_tree(event, open_own())
    return EventScan(_scan_tree(paths, settings), (note,) * bool(note))


def _scan_range(pushed: PushedRange, settings: Config) -> RunResult:
    units = [pushed.unit or skip_empty_range(pushed.name)]
    result = run_scan("action", (pushed.name,), [(SOURCES["git"], units)], settings)
    found = [finding for finding in result.reported() if parse_commit(finding.origin)]
    if not found or result.interrupted:
        return result
    added = {finding.secret.fingerprint for finding in found if not finding.origin.part}
    removed = _find_removed(added, pushed, settings) if added else frozenset()
    return result._replace(commits=list_ids(pushed.unit), removed=removed)


def _find_removed(added: set[str], pushed: PushedRange, settings: Config) -> frozenset[str]:
    """Return which of the added secrets are in no file of the newest commit."""
    source = TipFiles(pushed.tip)
    targets = [(source, source.list_units(pushed.unit, settings.source))]
    everything = settings.source._replace(exclude=())  # an excluded file may have them too
    settings = settings._replace(verification=None, source=everything)
    left = run_scan("action", (pushed.name,), targets, settings)
    if not left.complete:
        return frozenset()  # a file that was not scanned may still have them
    return frozenset(added.difference(f.secret.fingerprint for f in left.findings))


def _scan_tree(paths: str, settings: Config) -> RunResult:
    lines = [line for line in map(str.strip, paths.splitlines()) if line]
    if not lines:
        raise UsageError("input 'paths': empty; name at least one file or folder")
    # The input names no other targets.
    opened = [target for path in lines for target in open_path(path, settings)]
    result = run_scan("action", tuple(lines), opened, settings)
    result = count_ignored_files(result, lines, settings)
    coverage = result.coverage
    if not (coverage.documents or coverage.excluded or result.ignored_by_git or result.skipped):
        raise SourceError(_NO_FILES.format(", ".join(lines)))
    return result


def _audit(settings: Config) -> RunResult:
    check_endpoint(settings)
    result = audit_trusted(find_repository("."), settings).judge_opaque(settings.strict)
    return verify_keys(apply_ignore_file(result, settings), settings)
