"""Which keys a mark hid already at a revision: a change can't excuse itself by marks of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from wakeyscan.core.document import Document
from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.finding import Standing
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.detector import detect_in_document
from wakeyscan.scanner.embedded import EmbeddedArchives
from wakeyscan.sources.revision import Revision


class BaseSuppressions:
    """The keys that marks hid at a revision, looked up when the first mark is met.

    A mark counts for a key, not for a line: another key beside a mark of old is no precedent.
    """

    def __init__(self, revision: Revision, context: ScanContext) -> None:
        self._revision, self._through = revision, context
        self._known: frozenset[tuple[str, str]] | None = None

    def __call__(self, rule: str, fingerprint: str) -> bool:
        """Say whether a mark hid a key of this rule and fingerprint."""
        return (rule, fingerprint) in self.learn()

    def learn(self) -> frozenset[tuple[str, str]]:
        """Look at all files of the revision, once; what can't be read excuses nothing."""
        if self._known is None:
            documents = (i for i in self._revision.read_documents() if isinstance(i, Document))
            self._known = frozenset(known for one in documents for known in self._marked(one))
        return self._known

    def _marked(self, document: Document) -> Iterator[tuple[str, str]]:
        with suppress(TimeoutExceeded):
            enclosed = EmbeddedArchives(document, self._through)
            for finding in detect_in_document(document, self._through, opener=enclosed):
                if finding.standing is Standing.IGNORED:
                    yield finding.rule, finding.secret.fingerprint
