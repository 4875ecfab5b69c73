"""Limits of extraction, against decompression bombs."""

from __future__ import annotations

from typing import NamedTuple


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

    It limits the window of a zstd or xz stream too.
    """
    max_member_size: int | None = None
    """Bytes of a member that is scanned (--max-file-size); `None`: no limit."""
