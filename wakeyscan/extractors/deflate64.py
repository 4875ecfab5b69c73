"""Deflate64 (method 9 of zip), which Windows uses for files over 2 GB: decompressed by inflate64.

The library returns all output of its input at once, and a bit of input may give 3,600 bytes. So it
gets little input at a time.
"""

from __future__ import annotations

from importlib import import_module
from io import BytesIO

from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

inflate64: Any = import_module("inflate64")

_STEP = 512
"""Bytes of input at a time: at most 15 MB of output."""


class Deflate64Decompressor:
    """A decompressor with the interface of `bz2.BZ2Decompressor`; raises `ValueError`."""

    def __init__(self) -> None:
        self._inflater = inflate64.Inflater()
        self._input, self._output = b"", BytesIO()
        self._left = 0
        """Bytes of output that are not read yet."""

    @property
    def eof(self) -> bool:
        """Whether all output was read."""
        return bool(self._inflater.eof) and not self._left

    @property
    def needs_input(self) -> bool:
        """Whether all input was consumed."""
        return not self._input and not self._left

    @property
    def unused_data(self) -> bytes:
        """Nothing: in a zip no other stream follows."""
        return b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return at most `max_length` decompressed bytes."""
        self._input += data
        while self._input and not self._left and not self._inflater.eof:
            step, self._input = self._input[:_STEP], self._input[_STEP:]
            output = self._inflater.inflate(step)
            self._output, self._left = BytesIO(output), len(output)
        piece = self._output.read(max_length)
        self._left -= len(piece)
        return piece
