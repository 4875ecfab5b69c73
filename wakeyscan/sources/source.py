"""The interface of a source of documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from wakeyscan.core.document import Document, Skipped
    from wakeyscan.sources.options import SourceOptions


class Source(Protocol):
    """A module that lists the units of a target and reads their documents.

    A unit is a string that names a part of the target: a file path, or a list of commits.
    """

    PARALLEL: bool
    """Whether units are paths of files, which worker processes can read too."""

    def list_units(self, target: str, options: SourceOptions) -> Iterable[str | Skipped]:
        """List the units of a target; raise `SourceError` at once if it cannot be read."""

    def read_documents(self, unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
        """Yield the documents of a unit, and the parts of it that were skipped."""
