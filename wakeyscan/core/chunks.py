"""A document that came in windows, in one piece again."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import BinaryIO

from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.line_index import find_positions

_PIECE = 1 << 20


class ChunkStream:
    """A document as a stream, read as far as anybody wants; each of its windows is shown to `see`.

    So what is in a container of any size can be looked at while the container itself is.
    """

    def __init__(
        self,
        first: Document,
        window: Callable[[], Document | None],
        see: Callable[[Document], object],
    ) -> None:
        self._first, self._window, self._see = first, window, see
        self._held = self._shown(first)
        self.size = len(self._held.getbuffer())
        """Bytes that were read so far."""

    def read(self, size: int) -> bytes:
        """Read at most so many bytes; reading none, as a tar does at a member's end, takes none."""
        while not (piece := self._held.read(size)) and size and (window := self._window()):
            self._held = self._shown(window)
            self.size += len(self._held.getbuffer())
        return piece

    def seekable(self, most: int) -> BinaryIO | None:
        """Give it to be read here and there; `None` where it is over `most` bytes, and no file."""
        first = self._first
        if first.own is None or first.own[1] == len(first.content):
            return BytesIO(first.content)
        if first.whole is not None:
            file = first.whole()
            self.size = file.seek(0, 2)
            return file
        pieces, left = [], most
        while left >= 0 and (piece := self.read(_PIECE)):
            pieces.append(piece)
            left -= len(piece)
        return BytesIO(b"".join(pieces)) if left >= 0 else None

    def drain(self) -> None:
        """Show the windows that nobody wanted."""
        while window := self._window():
            self._shown(window)

    def _shown(self, window: Document) -> BytesIO:
        self._see(window)
        low, high = window.own or (0, len(window.content))
        return BytesIO(window.content[low:high])


CHUNK_SIZE = 16 << 20


OVERLAP = 256 << 10
"""Bytes on either side of a window that are context: more than any match reaches."""


_CODECS = (
    (BOM_UTF32_LE, "utf-32-le"),
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)


def read_chunks(
    origin: Origin, read: Callable[[int], bytes], most: int | None
) -> Iterator[Document | Skipped]:
    """Yield what `read` gives: one document, or windows of one where it is larger than a window.

    Behind `most` bytes it stops, and says so.
    """
    held = _fill(read, CHUNK_SIZE)
    codec = next((codec for mark, codec in _CODECS if held.startswith(mark)), "utf-8")
    line = column = 1
    low, total = 0, len(held)
    if most is not None and total > most:
        yield Skipped(origin, format_too_large(total, most))
        return
    while len(held) >= CHUNK_SIZE and (more := _fill(read, CHUNK_SIZE - 2 * OVERLAP)):
        total += len(more)
        if most is not None and total > most:
            yield Skipped(origin, format_too_large(total, most))
            return
        high = _border(held, len(held) - OVERLAP, codec)
        yield Document(origin, held, line=line, column=column, own=(low, high))
        cut = _border(held, high - OVERLAP, codec)
        line, column = _place_after(held[:cut], codec, line, column)
        low, held = high - cut, held[cut:] + more
        if len(more) < CHUNK_SIZE - 2 * OVERLAP:
            break
    own = (low, len(held)) if low else None
    yield Document(origin, held, line=line, column=column, own=own)


def format_too_large(size: int, most: int) -> str:
    """Say why a file of `size` bytes was skipped."""
    return f"larger than --max-file-size: {size:,} of {most:,} bytes"


def _fill(read: Callable[[int], bytes], wanted: int) -> bytes:
    pieces = []
    while wanted > 0 and (piece := read(wanted)):
        pieces.append(piece)
        wanted -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _border(content: bytes, at: int, codec: str) -> int:
    """Move a cut back to where no character and no CR LF is cut in two."""
    if codec != "utf-8":
        at -= at % 4
        width = 2 if codec.startswith("utf-16") else 4
        around = content[at - width : at + width].decode(codec, "replace")
        return at - width if len(around) == 1 or around == "\r\n" else at
    least = at - 3  # no character is longer than four bytes; behind that it is a binary
    while at > least and (0x80 <= content[at] < 0xC0 or content[at - 1 : at + 1] == b"\r\n"):
        at -= 1
    return at


def _place_after(passed: bytes, codec: str, line: int, column: int) -> tuple[int, int]:
    if codec != "utf-8":
        passed = passed.decode(codec, "replace").encode("utf-8", "replace")
    return next(find_positions(passed, [len(passed)], line, column))
