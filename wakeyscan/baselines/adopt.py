"""Import of baselines: find the secrets that their entries accept, by scanning again."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import NamedTuple

from wakeyscan.baselines.baseline import BaselineEntry
from wakeyscan.baselines.maintain import Rescan
from wakeyscan.config.config import Config
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.finding import Finding, Standing
from wakeyscan.core.secret import Secret
from wakeyscan.decoders import DECODERS
from wakeyscan.git import worktree
from wakeyscan.git.command import Git, open_foreign
from wakeyscan.git.lfs import build_lfs_opener
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage
from wakeyscan.sources import SOURCES

_SCHEMES = (b"", b"Bearer ", b"Basic ", b"Token ", b"bearer ", b"basic ", b"token ")
"""Prefixes that other scanners include in the secret of a header."""

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


class _UnresolvedError(Exception):
    """The reason why the secret of an entry is unknown."""


def resolve_entries(
    entries: Iterable[BaselineEntry], config: Config, rescan: Rescan
) -> ImportResult:
    """Return the secrets that the entries accept."""
    lookup = _FindingLookup(config, rescan)
    items = list(entries)
    shared = Counter((item.path, item.commit, item.line) for item in items)
    imported: dict[str, BaselineEntry] = {}
    unnecessary: list[tuple[BaselineEntry, str]] = []
    unresolved: list[tuple[BaselineEntry, str]] = []
    for item in items:
        try:
            findings = _resolve(item, shared[item.path, item.commit, item.line], lookup)
        except _UnresolvedError as reason:
            unresolved.append((item, str(reason)))
            continue
        reported = [finding for finding in findings if finding.standing is Standing.REPORTED]
        for finding in reported:
            imported.setdefault(finding.secret.fingerprint, item)
        if not reported:
            unnecessary.append((item, _explain_unnecessary(findings)))
    return ImportResult(tuple(imported.items()), tuple(unnecessary), tuple(unresolved))


def _explain_unnecessary(findings: list[Finding]) -> str:
    if not findings:
        return "wakeyscan reports nothing there"
    return f"already {findings[0].standing}: {findings[0].reason}"


class _FindingLookup:
    """Findings by location; each place is scanned at most once, when an entry needs it."""

    def __init__(self, config: Config, rescan: Rescan) -> None:
        self.top = worktree.find_work_tree(".") or os.path.realpath(".")
        self._config = config
        self._rescan_repository = rescan
        self._context = build_context(loader.load_rules(config.rules), DECODERS)._replace(
            open_lfs_object=build_lfs_opener(False)
        )
        self.hash_secret = cache(_hash_secret)
        self.scan_file = cache(self._scan_file)
        self.scan_version = cache(self._scan_version)
        self.rescan = cache(self._rescan)
        self.load_history = cache(self._load_history)

    def _scan_file(self, path: str) -> tuple[Finding, ...] | None:
        """Return the findings in a file of the work tree; `None` if there is no such file."""
        file = os.path.join(self.top, path)
        if not os.path.isfile(file):
            return None
        documents = SOURCES["path"].read_documents(os.path.relpath(file), self._config.source)
        return self._scan(documents)

    def _scan_version(self, path: str, commit: str) -> tuple[Finding, ...]:
        """Return the findings in a file as of a commit."""
        repository = open_foreign(self.top)
        if not re.fullmatch("[0-9a-f]{4,64}", commit):
            raise _UnresolvedError(f"invalid commit {commit!r}")
        if not (name := _resolve_revision(repository, f"{commit}^{{commit}}")):
            raise _UnresolvedError(
                f"commit {commit[:12]} is not in this repository; was it squashed or rebased?"
            )
        if not (blob := _resolve_revision(repository, f"{name}:{path}")):
            raise _UnresolvedError(f"commit {commit[:12]} does not contain this file")
        origin = Origin(path, f"commit {name[:12]}")
        blobs = repository.read_objects([blob])
        return self._scan(Document(origin, content.read_all()) for content in blobs)

    def _scan(self, documents: Iterable[Document | Skipped]) -> tuple[Finding, ...]:
        result = scan_documents(documents, self._context)
        if result.skipped:
            raise _UnresolvedError(result.skipped[0].reason)
        return tuple(finding for finding in result.findings if not finding.origin.part)

    def _rescan(self, command: str) -> RunResult:
        """Return the result of a `scan` of all files, or of an `audit` of the history."""
        if command == "audit" and not worktree.find_work_tree("."):
            return RunResult(command, (), (), (), (), Coverage())
        return self._rescan_repository(command)

    def _load_history(self) -> dict[tuple[str, int], list[Finding]]:
        """Return the findings at any time, by path and line."""
        result = self.rescan("audit")
        findings = {finding.secret: finding for finding in result.findings}
        history: dict[tuple[str, int], list[Finding]] = {}
        for key in result.keys:
            for location in {(place.path, place.line) for place in key.places}:
                history.setdefault(location, []).append(findings[key.secret])
        return history


def _resolve_revision(repository: Git, revision: str) -> str:
    """Return the id of an object; empty if the repository has no such object."""
    command = ("rev-parse", "--verify", "--quiet", revision)
    return repository.run(*command, allowed_codes=(0, 1, 128)).decode("ascii", "replace").strip()


def _resolve(item: BaselineEntry, shared: int, lookup: _FindingLookup) -> list[Finding]:
    """Return the findings that an entry accepts; raise `_UnresolvedError`.

    `shared`: the number of entries with the same location.
    """
    if item.problem:
        raise _UnresolvedError(item.problem)
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
        raise _UnresolvedError("no such file, now or in history with a key at that line")
    return _check_count(item, findings, shared)


def _normalize_path(path: str, top: str) -> str:
    """Return a path relative to the top of the repository, with forward slashes."""
    if "/" not in path:
        path = path.replace("\\", "/")  # written on Windows
    relative = os.path.relpath(os.path.join(top, path), top).replace(os.sep, "/")
    if relative.startswith("../"):
        raise _UnresolvedError("the path is outside this repository")
    return relative


def _find_same_secret(item: BaselineEntry, path: str, lookup: _FindingLookup) -> list[Finding]:
    """Return the finding of the accepted secret, at its location or else anywhere."""
    problem, local = "", None
    try:
        if item.path:
            by_commit = partial(lookup.scan_version, path, item.commit)
            local = by_commit() if item.commit else lookup.scan_file(path)
    except _UnresolvedError as reason:
        problem = str(reason)
    if finding := _find_first(item, local, lookup):
        return [finding]
    if local and item.line and any(f.position.line == item.line for f in local):
        problem = "a different secret is there now"
    if problem:
        raise _UnresolvedError(problem)
    return []


def _find_first(
    item: BaselineEntry, local: tuple[Finding, ...] | None, lookup: _FindingLookup
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


def _is_same_secret(item: BaselineEntry, secret: Secret, lookup: _FindingLookup) -> bool:
    if item.secret is not None and secret.reveal() in item.secret.reveal():
        return True
    return item.digest is not None and item.digest[1] in lookup.hash_secret(secret, item.digest[0])


def _hash_secret(secret: Secret, algorithm: str) -> frozenset[str]:
    """Return the hashes of a secret, with each prefix that another scanner may include."""
    text = secret.reveal()
    hashes = (hashlib.new(algorithm, scheme + text, usedforsecurity=False) for scheme in _SCHEMES)
    return frozenset(digest.hexdigest() for digest in hashes)


def _find_at_location(item: BaselineEntry, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings on the lines of an entry, by column if that matches any."""
    on_line = [f for f in findings if item.line <= f.position.line <= item.last_line]
    if not item.columns:
        return on_line
    low, high = item.columns[0] - _COLUMN_TOLERANCE, item.columns[1] + _COLUMN_TOLERANCE
    in_columns = [f for f in on_line if f.position.column < high and f.position.end_column > low]
    return in_columns or on_line


def _check_count(item: BaselineEntry, findings: list[Finding], shared: int) -> list[Finding]:
    """Return the findings; raise `_UnresolvedError` if the entry accepts only some of them."""
    count = len({finding.secret for finding in findings})
    if count > shared and not item.covers_line:
        raise _UnresolvedError(f"{count} secrets are there, but only {shared} was accepted")
    return findings
