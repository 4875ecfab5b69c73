"""Import of baselines: find the secrets that their entries accept, by scanning again."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial

from wakeyscan.baselines.file_versions import UnresolvedError
from wakeyscan.baselines.finding_lookup import FindingLookup
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.baselines.baseline import BaselineEntry
    from wakeyscan.baselines.maintain import Rescan
    from wakeyscan.config.config import Config
    from wakeyscan.core.secret import Secret

_COLUMN_TOLERANCE = 2
"""Columns by which scanners differ on the start of a match."""


class ImportResult(NamedTuple):
    """The entries of a baseline, by outcome."""

    imported: tuple[tuple[str, BaselineEntry], ...]
    """Distinct fingerprints, each with the entry that accepts it."""
    unnecessary: tuple[tuple[BaselineEntry, str], ...]
    """Entries that accept nothing that wakeyscan reports, with the reason."""
    unresolved: tuple[tuple[BaselineEntry, str], ...]
    """Entries whose secret is unknown, with the reason."""


def resolve_entries(
    entries: Iterable[BaselineEntry], config: Config, rescan: Rescan
) -> ImportResult:
    """Return the secrets that the entries accept."""
    items = list(entries)
    lookup = FindingLookup(config, rescan, lambda top: _list_versions(items, top))
    shared = Counter((item.path, item.commit, item.line) for item in items)
    imported: dict[str, BaselineEntry] = {}
    unnecessary: list[tuple[BaselineEntry, str]] = []
    unresolved: list[tuple[BaselineEntry, str]] = []
    for item in items:
        try:
            findings = _resolve(item, shared[item.path, item.commit, item.line], lookup)
        except UnresolvedError as reason:
            unresolved.append((item, str(reason)))
            continue
        reported = [finding for finding in findings if finding.standing is Standing.REPORTED]
        for finding in reported:
            imported.setdefault(finding.secret.fingerprint, item)
        if not reported:
            unnecessary.append((item, _explain_unnecessary(findings)))
    return ImportResult(tuple(imported.items()), tuple(unnecessary), tuple(unresolved))


def _list_versions(items: Iterable[BaselineEntry], top: str) -> Iterator[tuple[str, str]]:
    """Yield the path and the commit of each entry that names both."""
    for item in items:
        if item.path and item.commit and not item.problem:
            with suppress(UnresolvedError):
                yield _normalize_path(item.path, top), item.commit


def _explain_unnecessary(findings: list[Finding]) -> str:
    if not findings:
        return "wakeyscan reports nothing there"
    return f"already {findings[0].standing}: {findings[0].reason}"


def _resolve(item: BaselineEntry, shared: int, lookup: FindingLookup) -> list[Finding]:
    """Return the findings that an entry accepts; raise `UnresolvedError`.

    `shared`: the number of entries with the same location.
    """
    if item.problem:
        raise UnresolvedError(item.problem)
    path = _normalize_path(item.path, lookup.top)
    if item.digest or item.secret:
        return _find_same_secret(item, path, lookup)
    if item.commit:
        findings = _find_at_location(item, lookup.scan_version(path, item.commit))
        return _check_count(item, findings, shared)
    current = lookup.scan_file(path)
    findings = _find_at_location(item, current or ())
    findings = findings or lookup.load_history().get((path, item.line), [])
    if not findings and current is None:
        raise UnresolvedError("no such file now, and no key on that line in the history")
    return _check_count(item, findings, shared)


def _normalize_path(path: str, top: str) -> str:
    """Return a path relative to the top of the repository, with forward slashes."""
    if "/" not in path:
        path = path.replace("\\", "/")  # written on Windows
    relative = os.path.relpath(os.path.join(top, path), top).replace(os.sep, "/")
    if relative.startswith("../"):
        raise UnresolvedError("the path is outside this repository")
    return relative


def _find_same_secret(item: BaselineEntry, path: str, lookup: FindingLookup) -> list[Finding]:
    """Return the finding of the accepted secret, at its location or anywhere else."""
    problem, local = "", None
    try:
        if item.path:
            by_commit = partial(lookup.scan_version, path, item.commit)
            local = by_commit() if item.commit else lookup.scan_file(path)
    except UnresolvedError as reason:
        problem = str(reason)
    if finding := _find_first(item, local, lookup):
        return [finding]
    if local and item.line and any(f.position.line == item.line for f in local):
        problem = "a different secret is there now"
    if problem:
        raise UnresolvedError(problem)
    return []


def _find_first(
    item: BaselineEntry, local: tuple[Finding, ...] | None, lookup: FindingLookup
) -> Finding | None:
    """Return the first finding of the accepted secret; search the history last."""
    searches: list[Callable[[], Iterable[Finding]]] = [
        lambda: local or (),
        lambda: lookup.rescan("scan").findings,
        lambda: lookup.rescan("audit").findings,
    ]
    for search in searches:
        for finding in search():
            if _is_same_secret(item, finding.secret, lookup):
                return finding
    return None


def _is_same_secret(item: BaselineEntry, secret: Secret, lookup: FindingLookup) -> bool:
    if item.secret is not None and secret.reveal() in item.secret.reveal():
        return True
    return item.digest is not None and item.digest[1] in lookup.hash_secret(secret, item.digest[0])


def _find_at_location(item: BaselineEntry, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings on the lines of an entry, by column if that matches any."""
    on_line = [f for f in findings if item.line <= f.position.line <= item.last_line]
    if not item.columns:
        return on_line
    low, high = item.columns[0] - _COLUMN_TOLERANCE, item.columns[1] + _COLUMN_TOLERANCE
    in_columns = [f for f in on_line if f.position.column < high and f.position.end_column > low]
    return in_columns or on_line


def _check_count(item: BaselineEntry, findings: list[Finding], shared: int) -> list[Finding]:
    """Return the findings; raise `UnresolvedError` if the entry accepts only some of them."""
    count = len({finding.secret for finding in findings})
    if count > shared and not item.covers_line:
        raise UnresolvedError(f"{count} secrets are there, but only {shared} was accepted")
    return findings
