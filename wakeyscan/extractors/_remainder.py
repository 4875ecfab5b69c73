"""What follows the end of a container in the same file: bytes of no format, and containers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import chain

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.extractors.extractor import Member, ReadBytes
from wakeyscan.extractors.file_types import (
    PROBE_SIZE,
    SIGNATURES,
    UNREAD_SIGNATURES,
    detect_beginning,
    inflates,
)

_PIECE = 1 << 20
"""Bytes in which a container is searched at once."""

_OVERLAP = 4096
"""Bytes of a piece that the next one repeats: they may be the beginning of a container."""

_MIN_SIGNATURE = 4
_STRONG = lazy_pattern(
    b"|".join(
        re.escape(one)
        for some in (SIGNATURES | UNREAD_SIGNATURES).values()
        for one in some
        if len(one) >= _MIN_SIGNATURE
    )
)
_ZLIB = lazy_pattern(
    b"(?:%b)[%b]"
    % (
        b"|".join(map(re.escape, SIGNATURES["zlib"])),
        b"".join(re.escape(bytes([code])) for code in range(256) if code & 6 != 6),
    )
)
"""A signature, and the first byte of a block: three of its four types exist."""

_PADDING = b"\0 \r\n"


def split_remainder(read: ReadBytes) -> Iterator[Member]:
    """Yield the bytes before the first container as members, and the rest as another one."""
    rest = _Rest(read)
    while head := rest.peek(_PIECE):
        at = _find_container(head)
        if at == 0:
            yield Member("", rest.read)
            return
        size = at or (len(head) if len(head) < _PIECE else _PIECE - _OVERLAP)
        piece = rest.read(size)
        if piece.strip(_PADDING):
            yield Member("", BytesIO(piece).read, content=piece)


def _find_container(content: bytes) -> int | None:
    """Return where a container in a content begins; `None` if there is none.

    Random bytes have a short signature by chance, so one with four bytes comes first.
    """
    if detect_beginning(content, len(content)):
        return 0
    return next(chain(_list_strong(content), _list_zlib(content)), None)


def _list_strong(content: bytes) -> Iterator[int]:
    for found in _STRONG.finditer(content):
        beginning = content[found.start() : found.start() + _OVERLAP]
        if detect_beginning(beginning, len(beginning)):
            yield found.start()


def _list_zlib(content: bytes) -> Iterator[int]:
    """Yield where a zlib stream begins; a signature may be at every second byte."""
    for found in _ZLIB.finditer(content):
        at = found.start()
        if _may_be_block(content, at + 2) and inflates(content[at : at + PROBE_SIZE]):
            yield at


def _may_be_block(content: bytes, at: int) -> bool:
    """Return whether a deflate block may begin at an offset: a stored one has its size twice."""
    if content[at] & 6:
        return True
    size, inverse = content[at + 1 : at + 3], content[at + 3 : at + 5]
    return int.from_bytes(size) ^ int.from_bytes(inverse) == 0xFFFF


class _Rest:
    """A reader that can look ahead."""

    def __init__(self, read: ReadBytes) -> None:
        self._read, self._ahead = read, b""

    def peek(self, size: int) -> bytes:
        """Return the first `size` bytes, which `read` returns again."""
        while len(self._ahead) < size and (piece := self._read(size - len(self._ahead))):
            self._ahead += piece
        return self._ahead

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes."""
        if not self._ahead:
            return self._read(size)
        piece, self._ahead = self._ahead[:size], self._ahead[size:]
        return piece
