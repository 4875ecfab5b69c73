"""Opens the containers that a text holds in some wrapping, within the bounds of one file."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.document import Document, Skipped
from wakeyscan.extractors.extractor import CUT, ExtractionBudget, LimitExceeded
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.detector import detect_in_name


class EmbeddedArchives:
    """What is enclosed in one document, opened when it is met; keeps what could not be had.

    `budget` is that of the container which the document came out of, if it did; else it has one
    of its own, for all that is enclosed in it.
    """

    def __init__(
        self, document: Document, context: ScanContext, budget: ExtractionBudget | None = None
    ) -> None:
        self._document, self._through, self._budget = document, context, budget
        self._told: dict[Skipped, None] = {}
        self._over = False

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be opened or looked at, each once, with its name masked."""
        return tuple(self._told)

    def texts(self, form: str, content: bytes) -> Iterator[Document]:
        """Yield what is in a container, and in those within it."""
        from wakeyscan.extractors import (
            extract,  # which few texts need, and nothing of it those that do not
        )

        if self._over:
            return
        if self._budget is None:
            self._budget = ExtractionBudget(
                self._through.bounds, lambda: len(self._document.content)
            )
        try:
            for item in extract.extract_embedded(
                self._document.origin, form, content, self._budget
            ):
                if isinstance(item, Document):
                    yield item
                else:
                    self._tell(item)
        except LimitExceeded as spent:
            self._over = True
            self.leave(str(spent))

    def leave(self, reason: str) -> None:
        """Say that something that is enclosed is left, and why."""
        self._told[Skipped(self._document.origin, reason)] = None

    def _tell(self, item: Skipped) -> None:
        """Keep what a container says; that a sample in a manual is cut short is no gap.

        Of a window it is one: the rest may be in the next.
        """
        own = item.origin == self._document.origin
        if own and not item.gap:
            return  # it only began like one, as any run of letters may
        if self._document.own is None and (own or item.reason.endswith(CUT)):
            item = item._replace(gap=False)
        masked, _ = detect_in_name(item.origin, self._through)
        self._told[item._replace(origin=masked)] = None
