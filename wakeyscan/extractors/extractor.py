"""What a container gives: members, each a name and a stream of bytes, within bounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import BinaryIO, NamedTuple, Protocol

ReadBytes = Callable[[int], bytes]
"""Reads at most so many bytes; none at the end. Raises `ExtractionError` and `LimitExceeded`."""


CUT = "cut short"
"""What a container says last that is not whole."""


class ExtractionError(Exception):
    """Something can't be opened, or not to its end; its text says why.

    It is no gap where nothing came out at all: then it only begins like a container, and its bytes
    are looked at as those of any file.
    """

    def __init__(self, reason: str, gap: bool = True) -> None:
        super().__init__(reason)
        self.gap = gap


class NotAvailable(ExtractionError):
    """What stands for something that is kept elsewhere, and isn't there; its text says it all."""


class LimitExceeded(Exception):
    """A bound was reached: the rest of the file is left; its text says which one."""


class Member(NamedTuple):
    """Something in a container."""

    name: str
    """As the container has it, with `/`; empty where it has none, as gzip."""
    read: ReadBytes
    size: int | None = None
    """Bytes, as the container says, which may be a lie."""
    within: str = ""
    """Which version of the member it is, where a container has several."""
    file: BinaryIO | None = None
    """What `read` reads, where it is a file on disk."""


class Extractor(Protocol):
    """What a module of the family `containers` is: one format, and how to open it."""

    SEEKS: bool
    """Whether it is read here and there, not from front to back."""

    def open(self, file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
        """Yield the members; each is to be read before the next is asked for.

        Raises `ExtractionError` where it can't go on, and `LimitExceeded`.
        """


class ExtractionBudget:
    """What is left to spend on one file; `size` says how many bytes of it were read so far.

    `kept` opens content that Git LFS keeps for its repository, by the SHA-256 in hex; it gives
    `None` where that is not here, and raises `OSError`.
    """

    def __init__(
        self,
        bounds: Limits,
        size: Callable[[], int],
        kept: Callable[[str], BinaryIO | None] | None = None,
    ) -> None:
        self.bounds, self.kept = bounds, kept
        self._size = size
        self._unpacked = self._members = self._beside = 0
        self._until = time.process_time() + bounds.seconds

    def take_in(self, count: int) -> None:
        """Count bytes that the file stands for, as if they were its own."""
        self._beside += count

    def unpack(self, count: int) -> None:
        """Count bytes that were made of fewer; raises `LimitExceeded`."""
        self._unpacked += count
        bounds = self.bounds
        if self._unpacked > bounds.total:
            raise LimitExceeded(f"unpacks to over {bounds.total:,} bytes; the rest is left")
        over = self._unpacked - bounds.grace
        if over > 0 and over > bounds.ratio * (self._size() + self._beside):
            raise LimitExceeded(f"a bomb: over {bounds.ratio} bytes out of each; the rest is left")
        self.wait()

    def enter(self) -> None:
        """Count a member; raises `LimitExceeded`."""
        self._members += 1
        if self._members > self.bounds.members:
            raise LimitExceeded(f"has over {self.bounds.members:,} members; the rest is left")
        self.wait()

    def wait(self) -> None:
        """See how late it is; raises `LimitExceeded`."""
        if time.process_time() > self._until:
            raise LimitExceeded(f"takes over {self.bounds.seconds:g} s; the rest is left")


def read_whole(file: BinaryIO, budget: ExtractionBudget, too_large: str) -> bytes:
    """Read a container that can't be read bit by bit; raises `ExtractionError` where that is too much.

    `too_large` says so, of its size and of the bound.
    """
    size, held = file.seek(0, 2), budget.bounds.held
    if size > held:
        raise ExtractionError(too_large.format(size, held))
    file.seek(0)
    return file.read()


class Limits(NamedTuple):
    """How far one file is opened, whatever is in it: what a bomb may cost, and no more."""

    depth: int = 8
    """Containers within containers: a jar in a layer of an image that was gzipped is the fifth."""
    grace: int = 256 << 20
    """Bytes that anything may unpack to: about a second of work."""
    ratio: int = 100
    """Bytes that each byte read may unpack to beyond the grace; logs make 10 to 60."""
    total: int = 16 << 30
    """Bytes that one file may unpack to, however large it is."""
    members: int = 100_000
    """Members of one file, those of containers within it too."""
    seconds: float = 120
    """Of processor time for one file."""
    held: int = 128 << 20
    """Bytes of what can't be read from front to back (zip, SQLite, PDF, git bundle) that are held
    in memory, where it is no file on disk; and of the window of a zstd or xz stream."""
    largest: int | None = None
    """Bytes of a member that is looked at, as --max-file-size says; `None`: no limit."""
