"""Sources: where documents come from, one module per kind of target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.core.document import Document, Skipped
    from wakeyscan.sources.options import SourceOptions

AnchorSearch = Callable[[bytes | memoryview], Sequence[object]]
"""Lists the anchors in a content; empty if a scan of it would find nothing."""

ReadDocuments = Callable[[str, "SourceOptions"], Iterator["Document | Skipped"]]
Sift = Callable[
    [list[str], "SourceOptions", tuple[AnchorSearch, AnchorSearch]], tuple[int, int, list[str]]
]


class Source(Protocol):
    """A module that lists the units of a target and reads their documents."""

    PARALLEL: bool
    """Whether a worker process can read a unit too; such a source is a `ParallelSource`."""

    def list_units(self, target: str, options: SourceOptions) -> Iterable[str | Skipped]:
        """List what a target names; raises `SourceError` at once if it cannot be read."""

    def read_documents(self, unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
        """Yield the documents of a unit, and what of it was skipped."""


class ParallelSource(Source, Protocol):
    """A source whose units are file paths."""

    def sift(
        self,
        units: list[str],
        options: SourceOptions,
        searches: tuple[AnchorSearch, AnchorSearch],
    ) -> tuple[int, int, list[str]]:
        """Count the files without an anchor, and their bytes; list the other units.

        `searches` are those for content without and with a NUL.
        """


SOURCES: Registry[Source] = Registry(
    "target",
    {
        "git": "wakeyscan.sources.commit_range",
        "message": "wakeyscan.sources.commit_message",
        "path": "wakeyscan.sources.files",
        "staged": "wakeyscan.sources.staged",
        "stdin": "wakeyscan.sources.stdin",
    },
)
