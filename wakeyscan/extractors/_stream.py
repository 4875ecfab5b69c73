"""Reads compressed streams piece by piece, whoever compressed them, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Protocol

from wakeyscan.extractors.extractor import (
    CUT,
    ExtractionBudget,
    ExtractionError,
    LimitExceeded,
    ReadBytes,
)

CHUNK = 32 << 10
"""Bytes that are read at once of what is compressed."""

_MOST = 1 << 20
"""Bytes of pieces that are put together, where more are wanted."""


class Decompressor(Protocol):
    """What Python's own modules give, `bz2` and `lzma` and, since 3.14, `compression.zstd`."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class Stream:
    """What comes out of a decompressor, or of one after the other, as `gunzip` and `xz -d` have it.

    What follows the last stream and begins none is padding, or was appended: no part of it. What
    many files begin with is a `weak` sign: where nothing comes, it need be no stream at all.
    """

    def __init__(
        self,
        read: ReadBytes,
        start: Callable[[], Decompressor],
        faults: tuple[type[Exception], ...],
        budget: ExtractionBudget,
        signatures: tuple[bytes, ...] = (),
        weak: bool = False,
    ) -> None:
        self._read, self._start, self._faults, self._budget = read, start, faults, budget
        self._signatures, self._weak = signatures, weak
        self._decompressor = start()
        self._fed = b""
        self._came, self._first = False, True
        self._over: ExtractionError | bool = False

    def read(self, size: int) -> bytes:
        """Read at most so many bytes; raises `ExtractionError`, again and again, where it is damaged."""
        while size > 0 and not self._over:  # to zlib, none at most are as many as there are
            try:
                if piece := self._piece(size):
                    self._came = True
                    return piece
            except ExtractionError as fault:
                self._over = fault
        if isinstance(self._over, ExtractionError):
            raise self._over
        return b""

    def _piece(self, size: int) -> bytes:
        decompressor = self._decompressor
        if decompressor.eof:
            self._over = not self._begin_next(decompressor.unused_data)
            return b""
        fed, hungry = b"", decompressor.needs_input
        if hungry:
            fed, self._fed = self._fed or self._read(CHUNK), b""
        first, self._first = self._first, False
        try:
            piece = decompressor.decompress(fed, size)
        except self._faults as error:
            if first and (piece := self._before_fault(fed, size)):
                self._over = _closed(error, gap=True)
                return piece
            raise _closed(error, gap=self._came or not self._weak) from None
        if hungry and not fed and not piece and not decompressor.eof:
            raise ExtractionError(CUT)
        self._budget.unpack(len(piece))
        return piece

    def _before_fault(self, fed: bytes, size: int) -> bytes:
        """Begin once more, byte by byte: what came out in one with a fault was lost with it."""
        decompressor, pieces, left = self._start(), list[bytes](), size
        with suppress(*self._faults):
            for at in range(len(fed)):
                pieces.append(decompressor.decompress(fed[at : at + 1], left))
                self._budget.unpack(len(pieces[-1]))
                left -= len(pieces[-1])
                if left <= 0 or decompressor.eof:
                    break
        return b"".join(pieces)

    def _begin_next(self, rest: bytes) -> bool:
        """Begin the next stream, if there is one; padding of zeros may stand between."""
        self._budget.wait()
        wanted = max(map(len, self._signatures), default=0)
        while wanted and len(rest := rest.lstrip(b"\0")) < wanted and (more := self._read(CHUNK)):
            rest += more
        if not rest.startswith(self._signatures):
            return False
        self._decompressor, self._fed = self._start(), rest
        return True


def _closed(error: Exception, gap: bool) -> ExtractionError:
    """Say what a decompressor ended for."""
    if "memory" in str(error).lower():  # of zstd and of lzma: a window over the limit
        return ExtractionError("needs a larger window than is given to it")
    return ExtractionError(f"damaged: {str(error) or type(error).__name__}", gap)


class Joined:
    """Pieces, as a stream; what came before something went wrong is given first."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._held = pieces, bytearray()
        self._fault: ExtractionError | LimitExceeded | None = None

    def read(self, size: int) -> bytes:
        """Read at most so many bytes; raises `ExtractionError` and `LimitExceeded`, again and again."""
        while len(self._held) < min(size, _MOST) and self._more():
            pass
        if self._fault and not self._held:
            raise self._fault
        piece = bytes(self._held[:size])
        del self._held[:size]
        return piece

    def _more(self) -> bool:
        try:
            self._held += next(self._pieces)
        except StopIteration:
            return False
        except (ExtractionError, LimitExceeded) as fault:
            self._fault = fault
        return self._fault is None
