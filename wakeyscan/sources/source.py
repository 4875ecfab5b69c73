"""The interface of a source of documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wakeyscan.core.document import Document, Skipped
    from wakeyscan.sources import AnchorSearch, PrefilterResult
    from wakeyscan.sources.options import SourceOptions


class Source(Protocol):
    """A module that lists the units of a target and reads their documents.

    A unit is a string that names a part of the target: a file path, or a list of commits.
    """

    PARALLEL: bool
    """Whether worker processes can read units too; such a source is a `ParallelSource`."""

    def list_units(self, target: str, options: SourceOptions) -> Iterable[str | Skipped]:
        """List the units of a target; raise `SourceError` at once if it cannot be read."""

    def read_documents(self, unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
        """Yield the documents of a unit, and the parts of it that were skipped."""


class ParallelSource(Source, Protocol):
    """A source whose units are file paths."""

    def prefilter_files(
        self,
        units: list[str],
        options: SourceOptions,
        searches: tuple[AnchorSearch, AnchorSearch],
    ) -> PrefilterResult:
        """Count the files without an anchor, and list the units that need a full scan.

        `searches` are those for content without and with a NUL.
        """
