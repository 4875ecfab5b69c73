"""The files that a fix may change: the scanned ones, and their state in git."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from wakeyscan.cli import fix_plan
from wakeyscan.cli.fix_access import FileAccess
from wakeyscan.cli.pipeline import open_path
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers.batch import LeftAlone
from wakeyscan.git import worktree
from wakeyscan.git.own_repository import (
    has_unstaged_changes,
    list_tracked_files,
    open_own_repository,
)
from wakeyscan.rules.loader import load_rules
from wakeyscan.scanner.context import build_scan_context

if TYPE_CHECKING:
    from wakeyscan.cli.fix_plan import PlannedFile
    from wakeyscan.config.config import Config
    from wakeyscan.git.own_repository import OwnRepository
    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.scanner.result import RunResult

_DIRTY = "the file has unstaged changes; stage or stash them first, or use --force"


def build_context(settings: Config) -> ScanContext:
    """Return the context in which repaired files are scanned again."""
    context = build_scan_context(load_rules(settings.rules), settings.source)
    return context._replace(honor_foreign=settings.honor_foreign_ignores)


def add_replacements(result: RunResult, settings: Config) -> RunResult:
    """Return the result of a scan of files, whose findings have the edits that fix them."""
    return fix_plan.add_replacements(result, build_access(), build_context(settings))


def add_replacements_at_head(result: RunResult, settings: Config) -> RunResult:
    """Return the result of an audit, whose findings in files of HEAD have the edits."""
    at_head = {
        (k.secret, place.path, place.line) for k in result.keys for place in k.places_at_head
    }
    findings = [
        finding
        for finding in result.findings
        if (finding.secret, finding.origin.path, finding.position.line) in at_head
        and not finding.origin.part
    ]
    fixed = add_replacements(result._replace(findings=tuple(findings)), settings).findings
    known = dict(zip(findings, fixed, strict=True))
    return result._replace(findings=tuple(known.get(one, one) for one in result.findings))


def list_units(paths: Iterable[str], settings: Config) -> Iterator[str]:
    """Yield the files below the paths."""
    for path in paths:
        for _, listed in open_path(path, settings):
            yield from (unit for unit in listed if isinstance(unit, str))


def build_access() -> FileAccess:
    """Return how the files of the current work tree are found."""
    top = worktree.find_work_tree(".")
    repository = open_own_repository(top) if top else None
    tracked = list_tracked_files(repository) if repository else frozenset()
    return FileAccess(top or "", tracked, repository)


def build_refusal(
    paths: Iterable[str], settings: Config, repository: OwnRepository | None
) -> Callable[[PlannedFile], PlannedFile]:
    """Return what leaves a file alone: one with unstaged changes, or that only a link names.

    Without a repository, unstaged changes do not matter.
    """
    links = _find_links(paths, settings)

    def refuse(file: PlannedFile) -> PlannedFile:
        if link := links.get(os.path.realpath(file.file), ""):
            return _leave_alone(file, f"{link} is a link; name the file that it leads to")
        if repository is None or not file.repair.fixed:
            return file
        is_dirty = has_unstaged_changes(repository, file.path, file.before)
        return _leave_alone(file, _DIRTY) if is_dirty else file

    return refuse


def _find_links(paths: Iterable[str], settings: Config) -> dict[str, str]:
    """Return the links among the paths, by the files that no other path names."""
    named = {path: _is_file_link(path) for path in paths}
    links = {os.path.realpath(path): path for path, is_link in named.items() if is_link}
    others = [path for path, is_link in named.items() if not is_link] if links else []
    for unit in list_units(others, settings):
        links.pop(os.path.realpath(unit), None)
    return links


def _is_file_link(path: str) -> bool:
    return os.path.islink(path) and not os.path.isdir(path)


def _leave_alone(file: PlannedFile, reason: str) -> PlannedFile:
    refused = tuple(LeftAlone(finding, reason) for finding in file.repair.fixed)
    left = (*refused, *file.repair.left)
    return file._replace(
        repair=file.repair._replace(content=file.before, fixed=(), left=left, fixes=())
    )
