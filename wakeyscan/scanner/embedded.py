"""Archives that are encoded in a text, opened within the limits of one file."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.document import Document, Skipped
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import CUT, LimitExceeded
from wakeyscan.scanner.detector import mask_name

if TYPE_CHECKING:
    from wakeyscan.extractors import extract
    from wakeyscan.scanner.context import ScanContext
else:
    extract = lazy_import("wakeyscan.extractors.extract")  # few texts hold an archive


class EmbeddedArchives:
    """The archives encoded in one document, opened on demand; collects the skipped items.

    `budget` is that of the archive from which the document was extracted. Any other document has
    its own budget, for everything embedded in it.
    """

    def __init__(
        self, document: Document, context: ScanContext, budget: ExtractionBudget | None = None
    ) -> None:
        self._document, self._context, self._budget = document, context, budget
        self._skipped: dict[Skipped, None] = {}
        self._is_over_limit = False

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """The items that were not scanned, each once, with secrets in their names masked."""
        return tuple(self._skipped)

    def extract(self, archive_format: str, content: bytes) -> Iterator[Document]:
        """Yield the documents in an archive, and in the archives inside it."""
        if self._is_over_limit:
            return
        origin = self._document.origin
        if self._budget is None:
            self._budget = ExtractionBudget(
                self._context.limits, lambda: len(self._document.content)
            )
        try:
            for item in extract.extract_embedded(origin, archive_format, content, self._budget):
                if isinstance(item, Document):
                    yield item
                else:
                    self._add_skipped(item)
        except LimitExceeded as error:
            self._is_over_limit = True
            self.skip(str(error))

    def skip(self, reason: str) -> None:
        """Report that a part of an archive was skipped."""
        self._skipped[Skipped(self._document.origin, reason)] = None

    def _add_skipped(self, item: Skipped) -> None:
        """Add a skipped item; a truncated archive is not a gap, since manuals contain such
        examples.

        In a chunk it is a gap: the rest may be in the next chunk.
        """
        is_archive = item.origin == self._document.origin
        if is_archive and not item.gap:
            return  # it only looks like an archive, as random letters may
        if self._document.own is None and (is_archive or item.reason.endswith(CUT)):
            item = item._replace(gap=False)
        masked = item._replace(origin=mask_name(item.origin, self._context))
        self._skipped[masked] = None
