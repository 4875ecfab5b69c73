"""Arrow IPC files, which are also Feather files of version 2, and streams: one string per line.

The values of a column follow each other without gaps; a buffer of offsets before them has their
ends. The schema is not needed: offsets rise from 0 to the size of the next buffer.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from functools import partial
from itertools import islice, pairwise
from operator import le

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors._rows import Row, list_members
from wakeyscan.extractors._stream import Stream
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.columnar.block_codecs import decompress_lz4_frame
from wakeyscan.extractors.columnar.flatbuffer import Table, read_root
from wakeyscan.extractors.compressed import build_zstd_codec
from wakeyscan.extractors.extractor import CUT, DAMAGED, ExtractionError, Member, OpaqueContent

if TYPE_CHECKING:
    from typing import BinaryIO

SEEKS = True

_MAGIC, _START = b"ARROW1", 8
"""The signature at both ends, and the bytes before the first message."""
_CONTINUATION = 0xFFFF_FFFF
_SCHEMA, _DICTIONARY, _RECORDS = 1, 2, 3
"""Types of messages; the last two have values."""
_LZ4, _ZSTD, _NOT_COMPRESSED = 0, 1, -1
_MAX_METADATA = 16 << 20
_MAX_BUFFERS = 1 << 16
_MAX_PADDING = 64
"""A buffer may be padded to a multiple of this number of bytes."""

_UNDESCRIBED = "has content that its messages do not describe: scanned as bytes only"


class _Batch(NamedTuple):
    """Values of some rows."""

    buffers: tuple[tuple[int, int], ...]
    """Offset, from the start of the file, and size."""
    codec: int | None


def starts_stream(beginning: bytes) -> bool:
    """Return whether the bytes start with the message of a schema, as a stream does."""
    try:
        return read_root(beginning[8:]).read_number(1, "<B") == _SCHEMA
    except ExtractionError:
        return False


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield the values of each batch; raise `OpaqueContent` if the file has other content."""
    size = file.seek(0, 2)
    file.seek(0)
    is_stream = file.read(len(_MAGIC)) != _MAGIC
    at, end = (0, size) if is_stream else (_START, _find_footer(file, size))
    number = 0
    while message := _read_message(file, at, size):
        batch, at = message
        budget.check_time()
        if batch:
            read = partial(_read_values, file, batch, budget)
            for member in list_members(f"batch {number}", read, budget):
                yield member._replace(is_counted=False)
            number += 1
    if not at <= end <= at + _START:
        raise OpaqueContent(_UNDESCRIBED)


def _find_footer(file: BinaryIO, size: int) -> int:
    """Return the offset of the footer, which follows the last message of a file."""
    file.seek(max(0, size - _START - 2))
    end = file.read(_START + 2)
    if len(end) < _START + 2 or not end.endswith(_MAGIC):
        raise ExtractionError(CUT)
    return size - len(end) - int.from_bytes(end[:4], "little")


def _read_message(file: BinaryIO, at: int, size: int) -> tuple[_Batch | None, int] | None:
    """Return the batch in a message, and the end of the message; `None` at the last one."""
    file.seek(at)
    length = int.from_bytes(file.read(4), "little")
    start = at + 4
    if length == _CONTINUATION:  # it is absent in old files
        length = int.from_bytes(file.read(4), "little")
        start += 4
    if not length:
        return None
    if length > min(_MAX_METADATA, size - start):
        raise ExtractionError(f"{DAMAGED} (the size of a message)")
    message, body = read_root(file.read(length)), start + length
    end = body + message.read_number(3, "<q")
    if not body <= end <= size:
        raise ExtractionError(CUT)
    return _find_batch(message, body, end), end


def _find_batch(message: Table, start: int, end: int) -> _Batch | None:
    kind, header = message.read_number(1, "<B"), message.read_table(2)
    if header and kind == _DICTIONARY:
        header = header.read_table(1)
    if header is None or kind not in (_DICTIONARY, _RECORDS):
        return None
    compression = header.read_table(3)
    codec = compression.read_number(0, "<b") if compression else None
    buffers = tuple((start + at, size) for at, size in header.read_pairs(2, _MAX_BUFFERS))
    if any(at < start or size < 0 or at + size > end for at, size in buffers):
        raise ExtractionError(f"{DAMAGED} (a buffer)")
    return _Batch(buffers, codec)


def _read_values(file: BinaryIO, batch: _Batch, budget: ExtractionBudget) -> Iterator[Row]:
    """Yield the strings of a batch, and any other buffer if it is compressed."""
    pending = b""
    for at, size in batch.buffers:
        budget.check_time()
        buffer = _read_buffer(file, at, size, batch.codec, budget)
        values = _split_values(pending, buffer)
        if values is not None:
            yield from ((value,) for value in values)
            buffer = b""
        elif batch.codec is not None:
            yield (pending,)
        pending = buffer
    if batch.codec is not None:
        yield (pending,)


def _read_buffer(
    file: BinaryIO, at: int, size: int, codec: int | None, budget: ExtractionBudget
) -> bytes:
    if size > budget.limits.max_memory:
        raise ExtractionError(f"a buffer of {size:,} bytes, over the limit")
    file.seek(at)
    content = file.read(size)
    if codec is None or not content:
        return content
    length = int.from_bytes(content[:8], "little", signed=True)
    if length == _NOT_COMPRESSED:
        return content[8:]
    if length > budget.limits.max_memory:
        raise ExtractionError(f"a buffer of {length:,} bytes, over the limit")
    if codec == _LZ4:
        return decompress_lz4_frame(content[8:], budget)
    if codec != _ZSTD:
        raise ExtractionError(f"compressed by an unknown method ({codec})")
    parts = [content[8:]]
    stream = Stream(lambda _: parts.pop() if parts else b"", build_zstd_codec(budget), budget)
    return b"".join(iter(lambda: stream.read(max(1, length)), b""))


def _split_values(offsets: bytes, content: bytes) -> Iterator[bytes] | None:
    """Return the values in a buffer if the buffer before it has their offsets.

    Zeros may pad both buffers.
    """
    for code, width in (("i", 4), ("q", 8)):
        ends = array(code, offsets[: len(offsets) - len(offsets) % width])
        if sys.byteorder == "big":
            ends.byteswap()
        while ends and not ends[-1]:
            ends.pop()
        if not ends or ends[0] or not 0 <= len(content) - ends[-1] < _MAX_PADDING:
            continue
        if all(map(le, ends, islice(ends, 1, None))):
            return (content[start:end] for start, end in pairwise(ends))
    return None
