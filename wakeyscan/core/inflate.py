"""Decompression of deflate streams with the fastest zlib that is installed."""

from __future__ import annotations

import zlib
from importlib import import_module
from importlib.util import find_spec
from typing import Any

# isal is 1.6 times as fast as zlib, but has no wheel for some platforms.
fast_zlib: Any = import_module("isal.isal_zlib" if find_spec("isal") else "zlib")

INFLATE_ERRORS: tuple[type[Exception], ...] = (zlib.error, fast_zlib.error)

RAW, ZLIB, GZIP = -15, 15, 31
"""Formats of a deflate stream: zlib's values of `wbits`."""


class Inflater:
    """A decompressor with the interface of `bz2.BZ2Decompressor`."""

    def __init__(self, stream_format: int) -> None:
        self._inflater = fast_zlib.decompressobj(stream_format)

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""
        return bool(self._inflater.eof)

    @property
    def needs_input(self) -> bool:
        """Whether all input was consumed."""
        return not self._inflater.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """Input after the end of the stream."""
        return bytes(self._inflater.unused_data)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return at most `max_length` decompressed bytes; raise one of `INFLATE_ERRORS`.

        `data` is ignored while `needs_input` is false.
        """
        pending = self._inflater.unconsumed_tail or data
        return bytes(self._inflater.decompress(pending, max_length))
