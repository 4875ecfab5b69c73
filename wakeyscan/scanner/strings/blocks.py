"""Blocks: literals that a compiler stores as constants of a register's size.

With -O2, GCC and Clang copy a literal by blocks of 32, 16 or 8 bytes. The last block has the full
size too, so it repeats the end of the one before. Or it is a number in an instruction, and the file
has only the first blocks. Observed with GCC 12; sections of constants are aligned in the file.
"""

from __future__ import annotations

from wakeyscan.scanner.string_tables import Span, is_program

_ALIGNMENT = 16
_SIZES = (32, 16, 8)
"""Bytes of a block; the largest registers come first."""


def may_end_block(content: bytes, start: int, end: int) -> bool:
    """Return whether the word at `start:end` of a program may be a part of a literal in blocks."""
    if not is_program(content):
        return False
    return end % _ALIGNMENT == 0 or _find_repeated(content, start, end) is not None


def join_blocks(content: bytes, start: int, end: int) -> bytes:
    """Return the word at `start:end` without the bytes that its last block repeats."""
    low, high = _find_repeated(content, start, end) or (end, end)
    return content[start:low] + content[high:end]


def _find_repeated(content: bytes, start: int, end: int) -> Span | None:
    """Return where the last block repeats bytes; it ends with the word, or the NUL after it.

    A single byte may be repeated by chance, so the block that repeats the most is the last one.
    """
    blocks = (
        (stop - size, stop)
        for stop in (end, end + content.startswith(b"\0", end))
        for size in _SIZES
        if stop % size == 0
    )
    repeated = (
        (block, block + _count_repeated(content, start, block, stop)) for block, stop in blocks
    )
    low, high = max(repeated, key=lambda span: span[1] - span[0], default=(0, 0))
    return (low, high) if low < high else None


def _count_repeated(content: bytes, start: int, block: int, stop: int) -> int:
    """Return how many bytes before a block it begins with, at most all but one."""
    for size in range(min(stop - block - 1, block - start), 0, -1):
        if content.startswith(content[block - size : block], block):
            return size
    return 0
