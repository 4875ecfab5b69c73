"""Inflates what was deflated: the fastest zlib there is, and a decompressor as `bz2` has it."""

from __future__ import annotations

import zlib
from importlib import import_module
from importlib.util import find_spec
from typing import Any

# isal is 1.6 times as fast; where there is no wheel of it, zlib does.
fast_zlib: Any = import_module("isal.isal_zlib" if find_spec("isal") else "zlib")

FAULTS: tuple[type[Exception], ...] = (zlib.error, fast_zlib.error)

RAW, ZLIB, GZIP = -15, 15, 31
"""What stands around the deflated bytes; numbers of zlib's."""


class Inflater:
    """A decompressor with the methods of `bz2.BZ2Decompressor`."""

    def __init__(self, wrapping: int) -> None:
        self._inflater = fast_zlib.decompressobj(wrapping)

    @property
    def eof(self) -> bool:
        """Whether the stream is over."""
        return bool(self._inflater.eof)

    @property
    def needs_input(self) -> bool:
        """Whether all that was fed in has come out."""
        return not self._inflater.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What was fed in behind the end of the stream."""
        return bytes(self._inflater.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Feed in bytes, and give at most so many; raises one of `FAULTS`."""
        fed = self._inflater.unconsumed_tail or data
        return bytes(self._inflater.decompress(fed, max_length))
