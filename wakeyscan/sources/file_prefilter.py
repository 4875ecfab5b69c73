"""Prefilter of many files: a quick search for anchors, in the tight loop of a large scan."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Sequence

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors.file_types import detect_format, may_have_format
from wakeyscan.sources.files import OPEN_FLAGS

if TYPE_CHECKING:
    from wakeyscan.sources.options import SourceOptions

AnchorSearch = Callable[[bytes | memoryview], Sequence[object]]
"""Lists the anchors in a content; empty if a scan of it would find nothing."""

_PIECE = 1 << 20
"""Bytes to search at once; a smaller file is read with one call."""

_OVERLAP = 16 << 10
"""Bytes of a piece to search again with the next one; an anchor and what proves it is shorter."""

_UTF16_MARKS, _UTF16_HEAD = (b"\xff\xfe", b"\xfe\xff"), 32
"""Byte-order marks, and the bytes that show UTF-16 without one: every other byte is NUL."""


class PrefilterResult(NamedTuple):
    """The result of a quick search for anchors in many files."""

    clean_files: int
    """Number of files without an anchor."""
    clean_bytes: int
    remaining: list[str]
    """The units that need a full scan."""


def prefilter_files(
    units: list[str], options: SourceOptions, searches: tuple[AnchorSearch, AnchorSearch]
) -> PrefilterResult:
    """Count the files without an anchor, and list the units that need a full scan.

    This is the tight loop of a large scan, with four system calls per file. A unit remains unless
    it is a regular file without an anchor, of a size that is scanned, and no archive.
    """
    if not hasattr(os, "readv"):  # Windows
        return PrefilterResult(0, 0, units)
    measure_clean = _FilePrefilter(searches, options.max_file_size).measure_clean
    named = _find_named(units, searches[0])
    sizes = [None if unit in named else measure_clean(unit) for unit in units]
    clean = [size for size in sizes if size is not None]
    remaining = [unit for unit, size in zip(units, sizes, strict=True) if size is None]
    return PrefilterResult(len(clean), sum(clean), remaining)


def _find_named(units: list[str], find_anchors: AnchorSearch) -> frozenset[str]:
    """Return the units whose names hold an anchor; names are also scanned."""
    if not find_anchors(os.fsencode("\n".join(units))):
        return frozenset()
    return frozenset(unit for unit in units if find_anchors(os.fsencode(unit)))


class _FilePrefilter:
    """Searches files for anchors, in one buffer."""

    def __init__(self, searches: tuple[AnchorSearch, AnchorSearch], max_size: int | None) -> None:
        self._find_anchors, self._find_wide_anchors = searches
        self._max_size = sys.maxsize if max_size is None else max_size
        self._buffer = bytearray(_PIECE)
        self._buffers, self._view = [self._buffer], memoryview(self._buffer)

    def measure_clean(self, unit: str) -> int | None:
        """Return the size of a file that needs no full scan."""
        try:
            descriptor = os.open(unit, OPEN_FLAGS)
        except OSError:
            return None
        try:
            size = os.readv(descriptor, self._buffers)
            if 0 < size < _PIECE:
                return size if self._is_clean(size, size) else None
            return self._measure_rest(descriptor, size)
        except OSError:
            return None
        finally:
            os.close(descriptor)

    def _is_clean(self, end: int, total: int) -> bool:
        """Return whether `end` bytes of the buffer need no full scan, after `total` bytes read."""
        content, has_nul = self._view[:end], self._buffer.find(b"\0", 0, end) >= 0
        may_be_archive = has_nul or may_have_format(self._buffer, end)
        return not (
            total > self._max_size
            or (may_be_archive and detect_format(self._buffer, end))
            or self._find_anchors(content)
            or (has_nul and self._find_wide_anchors(content))
        )

    def _measure_rest(self, descriptor: int, size: int) -> int | None:
        """Return the size of a file that is empty, or large and clean; `None` for any other.

        `size` bytes of it were read. Its pieces overlap. An archive may also follow a program, at
        the end of the last piece.
        """
        if not stat.S_ISREG(os.fstat(descriptor).st_mode) or (size and self._is_utf16()):
            return None
        total = end = size
        while end:
            if not self._is_clean(end, total):
                return None
            kept = min(end, _OVERLAP)
            self._view[:kept] = self._view[end - kept : end]
            count = os.readv(descriptor, [self._view[kept:]])
            total, end = total + count, kept + count if count else 0
        return total

    def _is_utf16(self) -> bool:
        """Return whether the content starts as UTF-16, which may not show in a later piece."""
        head = self._buffer[:_UTF16_HEAD]
        has_nuls = not head[::2].strip(b"\0") or not head[1::2].strip(b"\0")
        return has_nuls or head.startswith(_UTF16_MARKS)
