"""Limits of extraction, against decompression bombs, and what one file has used of them."""

from __future__ import annotations

import time
from collections.abc import Callable

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors.extractor import LimitExceeded

if TYPE_CHECKING:
    from typing import BinaryIO


class Limits(NamedTuple):
    """Limits for opening one file, which bound the cost of a decompression bomb."""

    max_depth: int = 8
    """Archives within archives: a jar in a layer of a gzipped image is the fifth."""
    free_bytes: int = 256 << 20
    """Unpacked bytes to which `max_ratio` does not apply: about a second of work."""
    max_ratio: int = 100
    """Unpacked bytes per byte read beyond `free_bytes`; logs have a ratio of 10 to 60."""
    max_bytes: int = 16 << 30
    """Unpacked bytes of one file, however large it is."""
    max_members: int = 100_000
    """Members of one file, including those of archives within it."""
    max_seconds: float = 120
    """Processor time for one file."""
    max_memory: int = 128 << 20
    """Bytes of an archive that is held in memory, since it needs random access and is not on disk.

    It also limits the window of a zstd or xz stream.
    """
    max_member_size: int | None = None
    """Bytes of a member that is scanned (--max-file-size); `None`: no limit."""


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
