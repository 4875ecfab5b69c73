"""Avro object container files (Avro 1.12, "Object Container Files"): the records of all blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO

from wakeyscan.core.inflate import RAW
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors._stream import Codec, PieceReader, Stream
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.columnar.block_codecs import decompress_snappy
from wakeyscan.extractors.compressed import (
    build_bzip2_codec,
    build_inflate_codec,
    build_xz_codec,
    build_zstd_codec,
)
from wakeyscan.extractors.extractor import (
    CUT,
    DAMAGED,
    ExtractionError,
    Member,
    OpaqueContent,
    ReadBytes,
)

if TYPE_CHECKING:
    from typing import BinaryIO

SEEKS = False

_MAGIC = b"Obj\x01"
_SYNC_SIZE, _CHECKSUM_SIZE = 16, 4
_MAX_METADATA = 16 << 20
"""Maximum bytes of the header: a schema of many thousand fields is smaller."""
_MAX_BITS = 64
_PIECE = 1 << 20

_CODECS: dict[bytes, Callable[[ExtractionBudget], Codec]] = {
    b"deflate": lambda _: build_inflate_codec(RAW),
    b"bzip2": lambda _: build_bzip2_codec(),
    b"xz": build_xz_codec,
    b"zstandard": build_zstd_codec,
}


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield the records of all blocks, in which a length precedes each string."""
    read = partial(_read_exactly, file.read)
    if read(len(_MAGIC)) != _MAGIC:
        raise ExtractionError(DAMAGED, gap=False)
    metadata = dict(_read_metadata(read))
    codec, sync = metadata.get(b"avro.codec", b"null"), read(_SYNC_SIZE)
    if codec not in (b"null", b"snappy", *_CODECS):
        name = codec[:20].decode("ascii", "replace")
        raise OpaqueContent(f"compressed with {name}, which is not supported")
    yield Member("records", PieceReader(_read_blocks(file.read, codec, sync, budget)).read)


def _read_metadata(read: ReadBytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the pairs of the header; a map is written in blocks, and the last one is empty."""
    left = _MAX_METADATA
    while count := _read_long(read):
        if count < 0:
            count = -count
            _read_long(read)  # the bytes of the block
        for _ in range(count):
            pair = []
            for _ in range(2):
                size = _read_long(read)
                left -= size + 1
                if size < 0 or left < 0:
                    raise ExtractionError(f"{DAMAGED} (its header)")
                pair.append(read(size))
            yield pair[0], pair[1]


def _read_blocks(
    read: ReadBytes, codec: bytes, sync: bytes, budget: ExtractionBudget
) -> Iterator[bytes]:
    while first := read(1):
        count = _read_long(partial(_read_exactly, _prepend(first, read)))
        block = _Block(read, _read_long(partial(_read_exactly, read)))
        if count < 0 or block.left < 0:
            raise ExtractionError(f"{DAMAGED} (a block)")
        yield from _decode_block(block, codec, budget)
        while block.left:
            block.read(_PIECE)
        if _read_exactly(read, _SYNC_SIZE) != sync:
            raise ExtractionError("damaged: a block does not end with the marker of the file")
        budget.check_time()


def _decode_block(block: _Block, codec: bytes, budget: ExtractionBudget) -> Iterator[bytes]:
    if codec == b"snappy":
        if block.left > budget.limits.max_memory:
            raise ExtractionError(f"a block of {block.left:,} bytes, over the limit")
        packed = b"".join(iter(lambda: block.read(_PIECE), b""))
        yield decompress_snappy(packed[:-_CHECKSUM_SIZE], budget)
        return
    if codec == b"null":
        read = block.read
    else:
        read = Stream(block.read, _CODECS[codec](budget), budget).read
    while piece := read(_PIECE):
        yield piece


class _Block:
    """The content of a block."""

    def __init__(self, read: ReadBytes, size: int) -> None:
        self._read, self.left = read, size

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes; raise `ExtractionError` if the file ends before the block."""
        piece = self._read(min(size, self.left))
        if not piece and size and self.left:
            raise ExtractionError(CUT)
        self.left -= len(piece)
        return piece


def _prepend(first: bytes, read: ReadBytes) -> ReadBytes:
    ahead = BytesIO(first)
    return lambda size: ahead.read(size) or read(size)


def _read_long(read: ReadBytes) -> int:
    """Read a number of up to 64 bits: seven bits per byte, low bits first, the sign at the end."""
    number = shift = 0
    while shift < _MAX_BITS:
        (byte,) = read(1)
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number >> 1 ^ -(number & 1)
        shift += 7
    raise ExtractionError(f"{DAMAGED} (a number)")


def _read_exactly(read: ReadBytes, size: int) -> bytes:
    pieces, left = [], size
    while left:
        if not (piece := read(left)):
            raise ExtractionError(CUT)
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
