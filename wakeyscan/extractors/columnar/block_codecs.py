"""Snappy and LZ4 blocks, the codecs of columnar files, decompressed within the budget.

Both are sequences of literal bytes and of copies from the output. The code is slow (10–100 MB/s),
but the libraries for them have no limit for their output.
"""

from __future__ import annotations

from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import CUT, DAMAGED, ExtractionError

_BAD_COPY = "damaged: a reference to bytes before the start"
_LZ4_MAGIC = b"\x04\x22\x4d\x18"
_HAS_CHECKSUMS, _HAS_SIZE, _HAS_DICTIONARY = 0x10, 0x08, 0x01
"""Flags of a frame: checksums of blocks, the size of the content, the id of a dictionary."""
_MAX_SIZE = 0x7FFF_FFFF
_STEP = 1 << 20
"""Bytes of output between two checks of the budget."""


class _Output:
    """The output of a block, counted while it grows."""

    def __init__(self, budget: ExtractionBudget) -> None:
        self.content = bytearray()
        self._budget, self._counted = budget, 0

    def copy(self, offset: int, size: int) -> None:
        """Append `size` bytes from `offset` bytes before the end; they may overlap the copy."""
        start = len(self.content) - offset
        if not offset or start < 0:
            raise ExtractionError(_BAD_COPY)
        if offset >= size:
            self.content += self.content[start : start + size]
        else:
            self._count(size)
            repeated = bytes(self.content[start:])
            self.content += (repeated * (size // offset + 1))[:size]
        if len(self.content) - self._counted > _STEP:
            self.count()

    def count(self) -> None:
        """Count what was added; raise `LimitExceeded`."""
        self._count(0)

    def _count(self, more: int) -> None:
        new = len(self.content) - self._counted + more
        self._budget.count_output(new)
        self._counted += new


def decompress_snappy(packed: bytes, budget: ExtractionBudget) -> bytes:
    """Decompress a raw Snappy block (format_description.txt of google/snappy)."""
    out = _Output(budget)
    try:
        at, size = _read_snappy_size(packed)
        while at < len(packed):
            at = _read_snappy_element(packed, at, out)
    except IndexError:
        raise ExtractionError(CUT) from None
    out.count()
    if len(out.content) != size:
        raise ExtractionError(f"damaged: has {len(out.content):,} bytes instead of {size:,}")
    return bytes(out.content)


def _read_snappy_size(packed: bytes) -> tuple[int, int]:
    size = at = 0
    for at in range(5):
        size |= (packed[at] & 0x7F) << 7 * at
        if packed[at] < 0x80:
            break
    return at + 1, size


def _read_snappy_element(packed: bytes, at: int, out: _Output) -> int:
    """Append one literal or copy; return the offset of the next element."""
    tag = packed[at]
    at += 1
    if tag & 3 == 0:
        size = tag >> 2
        if size >= 60:
            width = size - 59
            size = int.from_bytes(packed[at : at + width], "little")
            at += width
        return _append(packed, at, size + 1, out)
    if tag & 3 == 1:
        out.copy((tag >> 5) << 8 | packed[at], (tag >> 2 & 7) + 4)
        return at + 1
    width = 2 if tag & 3 == 2 else 4
    out.copy(int.from_bytes(packed[at : at + width], "little"), (tag >> 2) + 1)
    return at + width


def decompress_lz4(packed: bytes, budget: ExtractionBudget) -> bytes:
    """Decompress a raw LZ4 block (lz4_Block_format.md)."""
    out = _Output(budget)
    _add_lz4_block(packed, out)
    out.count()
    return bytes(out.content)


def decompress_lz4_frame(packed: bytes, budget: ExtractionBudget) -> bytes:
    """Decompress a frame of LZ4 blocks (lz4_Frame_format.md), which may refer to earlier ones."""
    if len(packed) < 7 or not packed.startswith(_LZ4_MAGIC):
        raise ExtractionError(f"{DAMAGED} (an LZ4 frame)")
    flags, out = packed[4], _Output(budget)
    at = 7 + 8 * bool(flags & _HAS_SIZE) + 4 * bool(flags & _HAS_DICTIONARY)
    while size := int.from_bytes(packed[at : at + 4], "little"):
        block = packed[at + 4 : at + 4 + (size & _MAX_SIZE)]
        if len(block) < size & _MAX_SIZE:
            raise ExtractionError(CUT)
        if size > _MAX_SIZE:  # it is not compressed
            out.content += block
        else:
            _add_lz4_block(block, out)
        at += 4 + len(block) + 4 * bool(flags & _HAS_CHECKSUMS)
    out.count()
    return bytes(out.content)


def _add_lz4_block(packed: bytes, out: _Output) -> None:
    at = 0
    try:
        while at < len(packed):
            token = packed[at]
            size, at = _read_lz4_size(packed, at + 1, token >> 4)
            at = _append(packed, at, size, out)
            if at == len(packed):  # the last sequence has no copy
                break
            offset = packed[at] | packed[at + 1] << 8
            size, at = _read_lz4_size(packed, at + 2, token & 15)
            out.copy(offset, size + 4)
    except IndexError:
        raise ExtractionError(CUT) from None


def _read_lz4_size(packed: bytes, at: int, size: int) -> tuple[int, int]:
    if size == 15:
        while (byte := packed[at]) == 0xFF:
            size += byte
            at += 1
        size += byte
        at += 1
    return size, at


def _append(packed: bytes, at: int, size: int, out: _Output) -> int:
    if at + size > len(packed):
        raise ExtractionError(CUT)
    out.content += packed[at : at + size]
    return at + size
