"""Findings in the current repository that an entry of a baseline may be about."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from functools import cache

from wakeyscan.baselines.file_versions import FileVersions, UnresolvedError
from wakeyscan.core.document import Document, Skipped
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders import DECODERS
from wakeyscan.git import worktree
from wakeyscan.git.lfs import build_lfs_opener
from wakeyscan.rules import loader
from wakeyscan.scanner.context import build_context
from wakeyscan.scanner.documents import scan_documents
from wakeyscan.scanner.result import RunResult
from wakeyscan.scanner.scan_result import Coverage
from wakeyscan.sources import SOURCES

if TYPE_CHECKING:
    from wakeyscan.baselines.maintain import Rescan
    from wakeyscan.config.config import Config
    from wakeyscan.core.finding import Finding
    from wakeyscan.core.secret import Secret

_SCHEMES = (b"", b"Bearer ", b"Basic ", b"Token ", b"bearer ", b"basic ", b"token ")
"""Prefixes that other scanners include in the secret of a header."""

_ListVersions = Callable[[str], Iterable[tuple[str, str]]]
"""Lists the paths and commits that entries name, for the top of the repository."""


class FindingLookup:
    """Findings by location; each place is scanned at most once, when an entry needs it."""

    def __init__(self, config: Config, rescan: Rescan, list_versions: _ListVersions) -> None:
        self.top = worktree.find_work_tree(".") or os.path.realpath(".")
        self._config = config
        self._rescan_repository = rescan
        self._context = build_context(loader.load_rules(config.rules), DECODERS)._replace(
            open_lfs_object=build_lfs_opener(False)
        )
        self.hash_secret = cache(_hash_secret)
        self.scan_file = cache(self._scan_file)
        self.scan_version = FileVersions(self.top, list_versions(self.top), self._scan).find
        self.rescan = cache(self._rescan)
        self.load_history = cache(self._load_history)

    def _scan_file(self, path: str) -> tuple[Finding, ...] | None:
        """Return the findings in a file of the work tree; `None` if there is no such file."""
        file = os.path.join(self.top, path)
        if not os.path.isfile(file):
            return None
        documents = SOURCES["path"].read_documents(os.path.relpath(file), self._config.source)
        return self._scan(documents)

    def _scan(self, documents: Iterable[Document | Skipped]) -> tuple[Finding, ...]:
        result = scan_documents(documents, self._context)
        if result.skipped:
            raise UnresolvedError(result.skipped[0].reason)
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


def _hash_secret(secret: Secret, algorithm: str) -> frozenset[str]:
    """Return the hashes of a secret, with each prefix that another scanner may include."""
    text = secret.reveal()
    hashes = (hashlib.new(algorithm, scheme + text, usedforsecurity=False) for scheme in _SCHEMES)
    return frozenset(digest.hexdigest() for digest in hashes)
