"""tar: ustar, pax and GNU, read front to back, including several archives in a row.

`tarfile` is not used: it reads extended headers of any claimed size into memory. Without the fixes
of CVE-2024-6232 and CVE-2025-8194, a few bytes keep it busy forever.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors._remainder import split_remainder
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import CUT, ExtractionError, Member, ReadBytes
from wakeyscan.extractors.file_types import TAR_OFFSET, TAR_SIGNATURE

if TYPE_CHECKING:
    from typing import BinaryIO

SEEKS = False

_BLOCK = 512
_ZERO_BLOCK = bytes(_BLOCK)
_MAX_EXTENDED = 1 << 20
"""Maximum bytes of an extended header; no system allows paths of more than 4096."""

_LINKS, _FOLDER, _SPECIAL = (b"1", b"2"), b"5", (b"3", b"4", b"6")
_LONG_NAME, _LONG_LINK, _PAX, _GLOBAL_PAX, _SPARSE = b"L", b"K", b"x", b"g", b"S"


class _Header(NamedTuple):
    name: bytes
    kind: bytes
    size: int
    link: bytes
    has_hole_blocks: bool
    """Whether blocks follow that list the holes of a sparse file."""


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield all entries, including folders, for their names; a link contains its target.

    What follows the end and is no further archive is yielded too.
    """
    extended: dict[bytes, bytes] = {}
    is_first, is_end = True, False
    while block := _read_exactly(file.read, _BLOCK, may_be_short=is_end):
        if block == _ZERO_BLOCK:  # the end of an archive, or the padding after it
            budget.check_time()
            is_end = True
            continue
        if is_end and not _is_header(block):
            yield from split_remainder(_read_again(block, file.read))
            return
        header = _parse_header(block, is_first)
        is_first = is_end = False
        if header.kind in (_LONG_NAME, _LONG_LINK, _PAX, _GLOBAL_PAX):
            extended |= _read_extended(header, file.read)
            continue
        yield from _read_entry(header, extended, file)
        extended = {}


def _is_header(block: bytes) -> bool:
    """Return whether a block is a header, which may be damaged if it has the signature."""
    if block.startswith(TAR_SIGNATURE, TAR_OFFSET):
        return True
    try:
        return len(block) == _BLOCK and bool(_parse_header(block, is_first=False))
    except ExtractionError:
        return False


def _read_again(head: bytes, read: ReadBytes) -> ReadBytes:
    """Return a function that reads `head` first."""
    ahead = BytesIO(head)
    return lambda size: ahead.read(size) or read(size)


def _read_entry(header: _Header, extended: dict[bytes, bytes], file: BinaryIO) -> Iterator[Member]:
    has_hole_blocks = header.has_hole_blocks
    while has_hole_blocks:
        has_hole_blocks = _read_exactly(file.read, _BLOCK)[504:505] == b"\1"
    name = extended.get(b"GNU.sparse.name") or extended.get(b"path", header.name)
    path = os.fsdecode(name).removeprefix("./")
    if header.kind in _LINKS:
        link = extended.get(b"linkpath", header.link)
        yield Member(path, BytesIO(link).read, len(link))
        return
    is_empty = header.kind in (_FOLDER, *_SPECIAL)
    size = 0 if is_empty else _find_size(extended, header.size)
    content = _EntryReader(file.read, size)
    yield Member(path, content.read, size)
    content.skip(-size % _BLOCK)


class _EntryReader:
    """The content of an entry; the caller may leave a part of it unread."""

    def __init__(self, read: ReadBytes, size: int) -> None:
        self._read, self._left = read, size

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes of the rest."""
        piece = self._read(min(size, self._left))
        self._left -= len(piece)
        if not piece and self._left and size:
            raise ExtractionError(CUT)
        return piece

    def skip(self, padding: int) -> None:
        """Skip the rest and the padding, which may be missing at the end of the file."""
        while self._left:
            self.read(1 << 20)
        _read_exactly(self._read, padding, may_be_short=True)


def _parse_header(block: bytes, is_first: bool) -> _Header:
    """Parse a header (POSIX ustar, GNU); if the first is invalid, the file is not a tar."""
    claimed = _parse_number(block[148:156])
    blanked = block[:148] + b" " * 8 + block[156:]
    checksum = sum(blanked)
    if claimed != checksum:  # some old writers sum signed bytes
        checksum = sum(byte - 256 * (byte > 127) for byte in blanked)
    size = _parse_number(block[124:136])
    if claimed != checksum or size is None or size < 0:
        raise ExtractionError("damaged: a header does not follow the format", gap=not is_first)
    name, kind, is_gnu = _read_text(block[:100]), block[156:157], block[257:265] == b"ustar  \0"
    if not is_gnu and (prefix := _read_text(block[345:500])):
        name = prefix + b"/" + name
    has_hole_blocks = is_gnu and kind == _SPARSE and block[482:483] == b"\1"
    return _Header(name, kind, size, _read_text(block[157:257]), has_hole_blocks)


def _read_text(field: bytes) -> bytes:
    return field.partition(b"\0")[0]


def _parse_number(field: bytes) -> int | None:
    """Parse octal digits, or GNU's two's complement after a byte with the high bit."""
    if field[0] in (0x80, 0xFF):
        return int.from_bytes(field[1:], signed=field[0] == 0xFF)
    digits = _read_text(field).strip(b" ")
    if digits.strip(b"01234567"):
        return None
    return int(digits or b"0", 8)


def _read_extended(header: _Header, read: ReadBytes) -> dict[bytes, bytes]:
    """Return the fields that an extended header sets for the next entry, or for all."""
    if header.size > _MAX_EXTENDED:
        raise ExtractionError(f"damaged: a header of {header.size:,} bytes")
    text = _read_exactly(read, header.size)
    _read_exactly(read, -header.size % _BLOCK, may_be_short=True)
    if header.kind == _LONG_NAME:
        return {b"path": _read_text(text)}
    if header.kind == _LONG_LINK:
        return {b"linkpath": _read_text(text)}
    return dict(_parse_records(text)) if header.kind == _PAX else {}


def _parse_records(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the records of a pax header, each `LENGTH NAME=VALUE` and a line end."""
    at = 0
    while at < len(text) and (blank := text.find(b" ", at, at + 20)) > at:
        digits = text[at:blank]
        if not digits.isdigit() or (end := at + int(digits)) <= blank:
            return
        name, _, value = text[blank + 1 : end - 1].partition(b"=")
        yield name, value
        at = end


def _find_size(extended: dict[bytes, bytes], size: int) -> int:
    digits = extended.get(b"size", b"")
    return int(digits) if digits.isdigit() and len(digits) < 20 else size


def _read_exactly(read: ReadBytes, size: int, may_be_short: bool = False) -> bytes:
    """Read `size` bytes, or none at the end of the file; raise `ExtractionError` in between."""
    pieces: list[bytes] = []
    left = size
    while left and (piece := read(left)):
        pieces.append(piece)
        left -= len(piece)
    if left and pieces and not may_be_short:
        raise ExtractionError(CUT)
    return b"".join(pieces)
