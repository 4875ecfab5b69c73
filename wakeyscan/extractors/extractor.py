"""The interface of an extractor: members of an archive, read within a budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from typing import BinaryIO

    from wakeyscan.extractors.budget import ExtractionBudget


ReadBytes = Callable[[int], bytes]
"""Reads at most that many bytes, none at the end.

Raises `ExtractionError` and `LimitExceeded`.
"""

CUT = "cut short"
"""The last message of an archive that is incomplete."""

DAMAGED = "damaged: does not follow the format"


class ExtractionError(Exception):
    """An archive, or the rest of it, cannot be opened; the text states why.

    If no member was extracted, this is not a gap: the file only looks like an archive. It is
    scanned as plain bytes, so the scan stays complete.
    """

    def __init__(self, reason: str, gap: bool = True) -> None:
        super().__init__(reason)
        self.gap = gap


class OpaqueContent(ExtractionError):
    """Intact content that cannot be opened: it is encrypted, or nothing here reads its format.

    It is listed, but the scan stays complete unless `--strict` is set. Damage is never opaque.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason, gap=False)


class NotAvailable(OpaqueContent):
    """A file refers to content that is not on this machine; the text needs no context."""


class LimitExceeded(Exception):
    """A limit was reached, so the rest of the file is skipped; the text names the limit."""


class Member(NamedTuple):
    """A member of an archive."""

    name: str
    """Path in the archive, with `/`; empty if the format has none, such as gzip."""
    read: ReadBytes
    size: int | None = None
    """Bytes according to the archive, which may be wrong on purpose."""
    within: str = ""
    """Version of the member, if an archive has several."""
    file: BinaryIO | None = None
    """The file on disk that `read` reads, if there is one."""
    content: bytes | None = None
    """The content, if it is in memory: small members take a shorter path."""
    is_counted: bool = True
    """Whether the member counts towards `Limits.max_members`."""


class Extractor(Protocol):
    """An archive format: a module, or an object such as those of `compressed`."""

    @property
    def SEEKS(self) -> bool:  # a constant in modules
        """Whether `open` needs random access instead of reading front to back."""

    def open(self, file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
        """Yield the members; the caller reads each before it takes the next.

        Raise `ExtractionError` if it cannot continue, and `LimitExceeded`.
        """


def read_whole(file: BinaryIO, budget: ExtractionBudget, too_large: str) -> bytes:
    """Read an archive that needs random access.

    Raise `ExtractionError` if it exceeds `max_memory`; the text is `too_large`, formatted with
    the size and the limit.
    """
    size, limit = file.seek(0, 2), budget.limits.max_memory
    if size > limit:
        raise ExtractionError(too_large.format(size, limit))
    file.seek(0)
    return file.read()
