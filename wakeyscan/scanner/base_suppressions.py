"""Keys that inline comments ignored at the base revision.

A change cannot suppress its own findings: a comment that it adds counts only for a key that a
comment ignored before the change.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from wakeyscan.core.document import Document
from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.finding import Standing
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.embedded import EmbeddedArchives

if TYPE_CHECKING:
    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.sources.revision import Revision


def ignore_nothing(rule: str, fingerprint: str) -> bool:
    """Return that no comment ignored a key: without a revision, all comments may be new."""
    return False


class BaseSuppressions:
    """The keys that inline comments ignored at a revision; read when they are first needed.

    A comment counts for a key, not for a line: it does not ignore another key on its line.
    """

    def __init__(self, revision: Revision, context: ScanContext) -> None:
        self._revision, self._context = revision, context
        self._ignored: frozenset[tuple[str, str]] | None = None

    def __call__(self, rule: str, fingerprint: str) -> bool:
        """Return whether a comment ignored the key with this rule and fingerprint."""
        return (rule, fingerprint) in self.load()

    def load(self) -> frozenset[tuple[str, str]]:
        """Return the ignored keys; files that cannot be read ignore none."""
        if self._ignored is None:
            documents = self._revision.read_documents()
            self._ignored = frozenset(
                key
                for document in documents
                if isinstance(document, Document)
                for key in self._find_ignored(document)
            )
        return self._ignored

    def _find_ignored(self, document: Document) -> Iterator[tuple[str, str]]:
        with suppress(TimeoutExceeded):
            archives = EmbeddedArchives(document, self._context)
            for finding in detect_in_document(document, self._context, archives=archives):
                if finding.standing is Standing.IGNORED:
                    yield finding.rule, finding.secret.fingerprint
