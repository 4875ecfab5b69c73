"""Decompression of deflate streams with the fastest zlib that is installed."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    import mmap
    from typing import Any

# isal is 1.6 times as fast as zlib, but has no wheel for some platforms.
fast_zlib: Any = import_module("isal.isal_zlib" if find_spec("isal") else "zlib")

INFLATE_ERRORS: tuple[type[Exception], ...] = (zlib.error, fast_zlib.error)

RAW, ZLIB, GZIP = -15, 15, 31
"""Formats of a deflate stream: zlib's values of `wbits`."""

_FIRST_INPUT = 4 << 10
"""Bytes to inflate first; most streams in a pack are shorter."""

_INPUT = 64 << 10
_OUTPUT = 1 << 20
"""Bytes to inflate between two calls of `count_output`."""


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


def find_end(data: mmap.mmap | bytes, at: int, count_output: Callable[[int], None]) -> int:
    """Return the end of the zlib stream at `at`; raise `IndexError` if it is cut short.

    `count_output` is called with numbers of inflated bytes. Raise one of `INFLATE_ERRORS`.
    """
    inflater = fast_zlib.decompressobj()
    piece = data[at : at + _FIRST_INPUT]
    while True:
        count_output(len(inflater.decompress(piece, _OUTPUT)))
        if inflater.eof:
            return at + len(piece) - len(inflater.unused_data)
        at += len(piece) - len(inflater.unconsumed_tail)
        piece = data[at : at + _INPUT]
        if not piece:
            raise IndexError
