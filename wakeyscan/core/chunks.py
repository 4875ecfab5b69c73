"""Chunks: overlapping parts of a document that is too large to hold in memory."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Callable, Iterator
from io import BytesIO

from wakeyscan.core.document import CHUNK_SIZE, Document, Origin, Skipped
from wakeyscan.core.line_index import find_positions
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

OVERLAP = 256 << 10
"""Bytes of context on either side of a chunk. No match is longer."""

_READ_SIZE = 1 << 20

_CODECS = (
    (BOM_UTF32_LE, "utf-32-le"),
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)


class ChunkStream:
    """The chunks of one document as a stream, read only as far as the caller needs.

    Each chunk is passed to `scan_chunk` when it is read. An extractor can therefore read a
    container of any size while its raw bytes are scanned.
    """

    def __init__(
        self,
        first: Document,
        next_chunk: Callable[[], Document | None],
        scan_chunk: Callable[[Document], object],
    ) -> None:
        self._first, self._next_chunk, self._scan_chunk = first, next_chunk, scan_chunk
        self._buffer = self._scan_and_buffer(first)
        self.size = len(self._buffer.getbuffer())
        """Number of bytes read so far."""

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes; `size` 0, which a tar reader asks for, reads no chunk."""
        while not (data := self._buffer.read(size)) and size and (chunk := self._next_chunk()):
            self._buffer = self._scan_and_buffer(chunk)
            self.size += len(self._buffer.getbuffer())
        return data

    def open_seekable(self, max_size: int) -> BinaryIO | None:
        """Return the document as a seekable file.

        Return `None` if it has more than `max_size` bytes and is not a file on disk.
        """
        first = self._first
        if first.own is None or first.own == (0, len(first.content)):
            return BytesIO(first.content)
        if first.open_file is not None:
            file = first.open_file()
            self.size = file.seek(0, 2)
            return file
        blocks, left = [], max_size
        while left >= 0 and (block := self.read(_READ_SIZE)):
            blocks.append(block)
            left -= len(block)
        return BytesIO(b"".join(blocks)) if left >= 0 else None

    def drain(self) -> None:
        """Scan the remaining chunks."""
        while chunk := self._next_chunk():
            self._scan_and_buffer(chunk)

    def _scan_and_buffer(self, chunk: Document) -> BytesIO:
        self._scan_chunk(chunk)
        start, end = chunk.own or (0, len(chunk.content))
        return BytesIO(chunk.content[start:end])


def read_chunks(
    origin: Origin,
    read: Callable[[int], bytes],
    max_size: int | None,
    counts_lines: bool = True,
    rewind: Callable[[int], object] | None = None,
) -> Iterator[Document | Skipped]:
    """Yield one document, or its chunks if it is larger than `CHUNK_SIZE`.

    Counting lines takes a tenth of the time of a large file; without it, each chunk starts at
    line 1. `rewind` moves a file back by a number of bytes.
    Stop with a `Skipped` as soon as more than `max_size` bytes were read.
    """
    content = _read_fully(read, CHUNK_SIZE)
    total = len(content)
    if max_size is not None and total > max_size:
        yield Skipped(origin, format_too_large(total, max_size))
        return
    codec = next((codec for mark, codec in _CODECS if content.startswith(mark)), "utf-8")
    chunk = _Chunk(content, codec)
    while len(chunk.content) >= CHUNK_SIZE:
        end = _find_safe_cut(chunk.content, len(chunk.content) - OVERLAP, codec)
        cut = _find_safe_cut(chunk.content, end - OVERLAP, codec)
        context = chunk.content[cut:]
        content = _read_next(context, read, rewind)
        if len(content) == len(context):
            break
        total += len(content) - len(context)
        if max_size is not None and total > max_size:
            yield Skipped(origin, format_too_large(total, max_size))
            return
        yield chunk.as_document(origin, end)
        line, column = _find_position(chunk, cut) if counts_lines else (1, 1)
        chunk = _Chunk(content, codec, end - cut, line, column)
    yield chunk.as_document(origin, len(chunk.content))


class _Chunk(NamedTuple):
    content: bytes
    codec: str
    start: int = 0
    """Offset after the context, which the preceding chunk has scanned already."""
    line: int = 1
    column: int = 1

    def as_document(self, origin: Origin, end: int) -> Document:
        is_whole = not self.start and end == len(self.content)
        return Document(
            origin,
            self.content,
            line=self.line,
            column=self.column,
            own=None if is_whole else (self.start, end),
        )


def _read_next(
    context: bytes, read: Callable[[int], bytes], rewind: Callable[[int], object] | None
) -> bytes:
    """Return the next chunk, which begins with the end of the preceding one.

    Reading this context again is faster than copying the rest of the chunk behind it. A file that
    has changed is read on from where it was.
    """
    if rewind is None:
        return context + _read_fully(read, CHUNK_SIZE - len(context))
    rewind(len(context))
    content = _read_fully(read, CHUNK_SIZE)
    return content if content.startswith(context) else context + content[len(context) :]


def _find_position(chunk: _Chunk, cut: int) -> tuple[int, int]:
    """Return the line and column of an offset in a chunk."""
    content = chunk.content
    if chunk.codec != "utf-8":
        content = content[:cut].decode(chunk.codec, "replace").encode("utf-8", "replace")
        cut = len(content)
    return next(find_positions(content, [cut], chunk.line, chunk.column))


def format_too_large(size: int, max_size: int) -> str:
    """Return the reason to skip a file of `size` bytes."""
    return f"larger than --max-file-size: {size:,} of {max_size:,} bytes"


def _read_fully(read: Callable[[int], bytes], size: int) -> bytes:
    blocks = []
    while size > 0 and (block := read(size)):
        blocks.append(block)
        size -= len(block)
    return blocks[0] if len(blocks) == 1 else b"".join(blocks)


def _find_safe_cut(content: bytes, at: int, codec: str) -> int:
    """Return the last offset up to `at` that splits neither a character nor a CR LF."""
    if codec != "utf-8":
        at -= at % 4
        width = 2 if codec.startswith("utf-16") else 4
        around = content[at - width : at + width].decode(codec, "replace")
        return at - width if len(around) == 1 or around == "\r\n" else at
    lowest = at - 3  # a character has at most four bytes; a longer run is binary data
    while at > lowest and (0x80 <= content[at] < 0xC0 or content[at - 1 : at + 1] == b"\r\n"):
        at -= 1
    return at
