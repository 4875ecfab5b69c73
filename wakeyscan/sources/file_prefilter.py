"""Prefilter of many files: a quick search for anchors, in the tight loop of a large scan."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wakeyscan.core.named_tuple import NamedTuple
from wakeyscan.extractors.file_types import detect_format
from wakeyscan.sources.files import OPEN_FLAGS

if TYPE_CHECKING:
    from wakeyscan.sources.options import SourceOptions

AnchorSearch = Callable[[bytes | memoryview], Sequence[object]]
"""Lists the anchors in a content; empty if a scan of it would find nothing."""

_SMALL = 1 << 20
"""Bytes of a small file, which is read with one call."""


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

    This is the tight loop of a large scan, with at most four system calls per file. A unit remains
    unless it is a small regular file.
    """
    find_anchors, find_wide_anchors = searches
    # Windows has no readv; a name with an anchor in it needs a full scan too.
    if not hasattr(os, "readv") or find_anchors(os.fsencode("\n".join(units))):
        return PrefilterResult(0, 0, units)
    buffer = bytearray(_SMALL)
    view, buffers = memoryview(buffer), [buffer]
    limit = _SMALL if options.max_file_size is None else min(_SMALL, options.max_file_size)
    clean_files, clean_bytes, remaining = 0, 0, []
    for unit in units:
        size = _read_into(buffers, unit)
        if not 0 < size < limit:
            remaining.append(unit)
            continue
        content = view[:size]
        if (
            detect_format(buffer, size)
            or find_anchors(content)
            or (buffer.find(b"\0", 0, size) >= 0 and find_wide_anchors(content))
        ):
            remaining.append(unit)
        else:
            clean_files += 1
            clean_bytes += size
    return PrefilterResult(clean_files, clean_bytes, remaining)


def _read_into(buffers: list[bytearray], unit: str) -> int:
    """Read the start of a file and return the number of bytes, or -1 if it cannot be read."""
    try:
        descriptor = os.open(unit, OPEN_FLAGS)
    except OSError:
        return -1
    try:
        return os.readv(descriptor, buffers)
    except OSError:
        return -1
    finally:
        os.close(descriptor)
