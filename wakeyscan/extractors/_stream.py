"""Compressed streams of any codec, read piece by piece within the budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple, Protocol
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import CUT, ExtractionError, LimitExceeded, ReadBytes

if TYPE_CHECKING:
    from typing import BinaryIO

CHUNK = 32 << 10
"""Compressed bytes to read at once."""

_MAX_JOINED = 1 << 20
"""Maximum bytes of pieces that are joined for one read."""


class Decompressor(Protocol):
    """The interface of `bz2`, `lzma` and, since Python 3.14, `compression.zstd`."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class SkippableFrames:
    """The content of frames that are no part of the output, up to `max_size` bytes in all."""

    def __init__(self, max_size: int) -> None:
        self.contents: list[bytes] = []
        self.room, self.is_cut = max_size, False

    def add(self, content: bytes) -> None:
        """Hold the content of a frame."""
        self.contents.append(content)
        self.room -= len(content)


class Codec(NamedTuple):
    """A compression method."""

    start: Callable[[], Decompressor]
    errors: tuple[type[Exception], ...]
    """Exceptions that a decompressor raises for damaged input."""
    frames: SkippableFrames | None = None
    """Holds the content that decompressors skip; `None` if the format has no such content."""
    explain: Callable[[Exception, bytes], ExtractionError | None] | None = None
    """Returns the reason for an error in the first bytes, if a stream does begin with them."""


class Stream:
    """The output of one or more compressed streams in a row, as `gunzip` and `xz -d` read them.

    Zeros after a stream are padding; `read_rest` reads what else follows the last one. A signature
    that many files share is weak: if no output follows it, the file need not be a stream at all.
    """

    def __init__(
        self,
        read: ReadBytes,
        codec: Codec,
        budget: ExtractionBudget,
        *,
        signatures: tuple[bytes, ...] = (),
        is_weak: bool = False,
    ) -> None:
        self._read, self._codec, self._budget = read, codec, budget
        self._signatures, self._is_weak = signatures, is_weak
        self._decompressor = codec.start()
        self._input = b""
        self._has_output, self._is_first = False, True
        self._end: ExtractionError | bool = False

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes; raise `ExtractionError` at damage and at each later call."""
        while size > 0 and not self._end:  # a limit of 0 means no limit to zlib
            try:
                if piece := self._decompress(size):
                    self._has_output = True
                    return piece
            except ExtractionError as error:
                self._end = error
        if isinstance(self._end, ExtractionError):
            raise self._end
        return b""

    def read_rest(self, size: int) -> bytes:
        """Read at most `size` bytes after the last stream; none before its end was reached."""
        if self._end is not True:
            return b""
        piece = self._input[:size] or self._read(size)
        self._input = self._input[size:]
        return piece

    def _decompress(self, size: int) -> bytes:
        decompressor = self._decompressor
        if decompressor.eof:
            self._end = not self._start_next(decompressor.unused_data)
            return b""
        data, is_hungry = b"", decompressor.needs_input
        if is_hungry:
            data, self._input = self._input or self._read(CHUNK), b""
        is_first, self._is_first = self._is_first, False
        try:
            piece = decompressor.decompress(data, size)
        except self._codec.errors as error:
            if is_first and (piece := self._recover_output(data, size)):
                self._end = _build_error(error, gap=True)
                return piece
            if is_first and self._codec.explain and (reason := self._codec.explain(error, data)):
                raise reason from None
            raise _build_error(error, gap=self._has_output or not self._is_weak) from None
        if is_hungry and not data and not piece and not decompressor.eof:
            raise ExtractionError(CUT)
        self._budget.count_output(len(piece))
        return piece

    def _recover_output(self, data: bytes, size: int) -> bytes:
        """Decompress again byte by byte: the failed call lost the output before the damage."""
        decompressor, pieces, left = self._codec.start(), list[bytes](), size
        with suppress(*self._codec.errors):
            for at in range(len(data)):
                pieces.append(decompressor.decompress(data[at : at + 1], left))
                self._budget.count_output(len(pieces[-1]))
                left -= len(pieces[-1])
                if left <= 0 or decompressor.eof:
                    break
        return b"".join(pieces)

    def _start_next(self, rest: bytes) -> bool:
        """Start the next stream, if there is one; zeros may pad the space between."""
        self._budget.check_time()
        needed = max(map(len, self._signatures), default=0)
        while needed and len(rest := rest.lstrip(b"\0")) < needed and (more := self._read(CHUNK)):
            rest += more
        self._input = rest
        if not rest.startswith(self._signatures):
            return False
        self._decompressor = self._codec.start()
        return True


def _build_error(error: Exception, gap: bool) -> ExtractionError:
    if "memory" in str(error).lower():  # zstd and lzma: the window exceeds the limit
        return ExtractionError("needs a larger window than the memory limit allows")
    return ExtractionError(f"damaged: {str(error) or type(error).__name__}", gap)


class PieceReader:
    """A stream of joined pieces; the bytes before an error are read first."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._buffer = pieces, bytearray()
        self._error: ExtractionError | LimitExceeded | None = None

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes; raise the error of the pieces now and at each later call."""
        while len(self._buffer) < min(size, _MAX_JOINED) and self._read_piece():
            pass
        if self._error and not self._buffer:
            raise self._error
        piece = bytes(self._buffer[:size])
        del self._buffer[:size]
        return piece

    def _read_piece(self) -> bool:
        try:
            self._buffer += next(self._pieces)
        except StopIteration:
            return False
        except (ExtractionError, LimitExceeded) as error:
            self._error = error
        return self._error is None


class FileRange:
    """A part of a file; other readers may move the file position in between."""

    def __init__(self, file: BinaryIO, offset: int, size: int) -> None:
        self._file, self._offset, self._left = file, offset, size

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes of the part."""
        self._file.seek(self._offset)
        piece = self._file.read(min(size, self._left))
        self._offset += len(piece)
        self._left -= len(piece)
        return piece
