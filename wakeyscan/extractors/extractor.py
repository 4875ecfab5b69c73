"""The interface of an extractor: members of an archive, read within a budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, Protocol

from wakeyscan.extractors.limits import Limits

ReadBytes = Callable[[int], bytes]
"""Reads at most that many bytes, none at the end.

Raises `ExtractionError` and `LimitExceeded`.
"""

CUT = "cut short"
"""The last message of an archive that is incomplete."""

DAMAGED = "damaged: does not follow the format"


class ExtractionError(Exception):
    """An archive, or the rest of it, cannot be opened; the text says why.

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
    """What `read` reads, if it is in memory: small members take a shorter path."""
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


class ExtractionBudget:
    """The part of the limits that is left for one file; `limits` are the defaults if `None`.

    `read_count` returns how many bytes of the file were read so far. `open_lfs_object` opens
    content in the Git LFS store of the repository by its SHA-256 in hex. It returns `None` if the
    store lacks the content, and raises `OSError`.
    """

    def __init__(
        self,
        limits: Limits | None,
        read_count: Callable[[], int],
        open_lfs_object: Callable[[str], BinaryIO | None] | None = None,
    ) -> None:
        self.limits, self.open_lfs_object = limits or Limits(), open_lfs_object
        self._read_count = read_count
        self._output = self._members = self._extra_input = 0
        self._deadline = time.process_time() + self.limits.max_seconds

    def count_input(self, count: int) -> None:
        """Count bytes that the file refers to, as if they were its own."""
        self._extra_input += count

    def count_output(self, count: int) -> None:
        """Count unpacked bytes; raise `LimitExceeded`."""
        self._output += count
        limits = self.limits
        if self._output > limits.max_bytes:
            raise LimitExceeded(f"unpacks to over {limits.max_bytes:,} bytes; the rest is skipped")
        over = self._output - limits.free_bytes
        if over > 0 and over > limits.max_ratio * (self._read_count() + self._extra_input):
            raise LimitExceeded(
                f"decompression bomb: unpacks to over {limits.max_ratio} times its size;"
                " the rest is skipped"
            )
        self.check_time()

    def count_member(self) -> None:
        """Count a member; raise `LimitExceeded`."""
        self._members += 1
        if self._members > self.limits.max_members:
            raise LimitExceeded(
                f"has over {self.limits.max_members:,} members; the rest is skipped"
            )
        self.check_time()

    def count_seconds(self, seconds: float) -> None:
        """Count the processor time of another process."""
        self._deadline -= seconds

    def seconds_left(self) -> float:
        """Return the processor time that is left; 0 or less if it is used up."""
        return self._deadline - time.process_time()

    def check_time(self) -> None:
        """Raise `LimitExceeded` if the processor time is used up."""
        if time.process_time() > self._deadline:
            raise LimitExceeded(f"takes over {self.limits.max_seconds:g} s; the rest is skipped")


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
