"""zip (APPNOTE.TXT 6.3.10): jar, war, whl, apk, ipa, docx, xlsx, nupkg, vsix, behind a program too.

Not with `zipfile`: it makes an object of each entry of the directory before it gives the first (a
million entries are 20 s and 1 GB), and believes the sizes that stand there. Here entries are read
one by one, to the end of what is compressed.
"""

from __future__ import annotations

import struct
import zlib
from bz2 import BZ2Decompressor
from collections.abc import Iterator
from functools import partial
from lzma import FILTER_LZMA1, FORMAT_RAW, FORMAT_XZ, LZMADecompressor, LZMAError
from typing import BinaryIO, NamedTuple

from wakeyscan.core.inflate import INFLATE_ERRORS, RAW, Inflater
from wakeyscan.extractors import zstd
from wakeyscan.extractors._office import runs_joined
from wakeyscan.extractors._stream import Stream
from wakeyscan.extractors.extractor import ExtractionBudget, ExtractionError, Member, ReadBytes

SEEKS = True

_ENTRY = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_LONG_END = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_FURTHEST = _END.size + 0xFFFF
"""Bytes from the end of the file to the record that ends a zip, with the longest comment."""

_LONGEST = _ENTRY.size + 3 * 0xFFFF
"""Bytes of an entry of the directory, with name, extra field and comment."""
_FULL = 0xFFFF_FFFF
_ENCRYPTED, _UTF_8 = 1, 0x800
_STORED, _DEFLATED, _BZIP2, _LZMA, _ZSTD, _XZ = 0, 8, 12, 14, 93, 95


class _Entry(NamedTuple):
    name: bytes
    flags: int
    method: int
    check: int
    packed: int
    size: int
    offset: int


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield all entries of the directory, folders too, for their names."""
    at, size, shift = _directory(file)
    for entry in _entries(file, at, size):
        content = _Content(file, entry._replace(offset=entry.offset + shift), budget)
        name = _name(entry)
        yield Member(name, runs_joined(name, content.read), entry.size)


def _directory(file: BinaryIO) -> tuple[int, int, int]:
    """Find the directory: where it is, its bytes, and by how much its offsets are too small."""
    end = file.seek(0, 2)
    low = file.seek(max(0, end - _FURTHEST))
    tail = file.read(_FURTHEST)
    found = tail.rfind(b"PK\5\6", 0, len(tail) - _END.size + 4)
    if found < 0:
        raise ExtractionError("its directory is missing: cut short, or part of several")
    *_, size, offset, _ = _END.unpack_from(tail, found)
    stop = low + found
    if found >= _LOCATOR.size and tail.startswith(b"PK\6\7", found - _LOCATOR.size):
        _, _, at, _ = _LOCATOR.unpack_from(tail, found - _LOCATOR.size)
        # A program may stand before it all, so it is looked for where it has to be, too.
        for place in (at, stop - _LOCATOR.size - _LONG_END.size):
            file.seek(max(0, place))
            record = file.read(_LONG_END.size)
            if len(record) == _LONG_END.size and record.startswith(b"PK\6\6"):
                *_, size, offset = _LONG_END.unpack(record)
                stop = max(0, place)
                break
    shift = stop - size - offset
    if shift < 0:
        raise ExtractionError("damaged: its directory is not where it says")
    return offset + shift, size, shift


def _entries(file: BinaryIO, at: int, size: int) -> Iterator[_Entry]:
    """Yield the entries of the directory, which may be larger than memory."""
    held, start = b"", 0
    while size > 0 or start < len(held):
        if len(held) - start < _LONGEST and size > 0:
            file.seek(at)
            more = file.read(min(size, 4 * _LONGEST))
            at, size = at + len(more), size - len(more) if more else 0
            held, start = held[start:] + more, 0
        if len(held) - start < _ENTRY.size or not held.startswith(b"PK\1\2", start):
            raise ExtractionError("damaged: its directory is not as the format says")
        used, entry = _parsed(held, start)
        start += used
        if start > len(held):
            raise ExtractionError("damaged: its directory is cut short")
        yield entry


def _parsed(held: bytes, start: int) -> tuple[int, _Entry]:
    fields = _ENTRY.unpack_from(held, start)
    flags, method = fields[3:5]
    check, packed, size, named, extra, commented = fields[7:13]
    offset = fields[16]
    start += _ENTRY.size
    name = held[start : start + named]
    more = held[start + named : start + named + extra]
    if _FULL in (packed, size, offset):
        size, packed, offset = _longer(more, size, packed, offset)
    entry = _Entry(name, flags, method, check, packed, size, offset)
    return _ENTRY.size + named + extra + commented, entry


def _longer(extra: bytes, *numbers: int) -> tuple[int, ...]:
    """Take from the ZIP64 field, in order, what did not fit into 32 bits."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            longer = (n for (n,) in struct.iter_unpack("<Q", extra[at + 4 :][: size - size % 8]))
            return tuple(next(longer, n) if n == _FULL else n for n in numbers)
        at += 4 + size
    return numbers


def _name(entry: _Entry) -> str:
    """Read a name: as UTF-8, which many write without saying so, else as the code page of DOS."""
    try:
        name = entry.name.decode("utf-8", "surrogateescape" if entry.flags & _UTF_8 else "strict")
    except UnicodeDecodeError:
        name = entry.name.decode("cp437")
    return name.replace("\\", "/")


class _Content:
    """What an entry holds; it is opened when it is first read."""

    def __init__(self, file: BinaryIO, entry: _Entry, budget: ExtractionBudget) -> None:
        self._file, self._entry, self._budget = file, entry, budget
        self._unpacked: ReadBytes | None = None
        self._count = self._check = 0

    def read(self, size: int) -> bytes:
        """Read at most so many bytes; raises `ExtractionError` at the end, where it is not what it says."""
        if self._unpacked is None:
            self._unpacked = self._opened()
        piece = self._unpacked(size)
        self._count += len(piece)
        self._check = zlib.crc32(piece, self._check)
        if not piece and size:
            said = self._entry
            if self._count != said.size:
                raise ExtractionError(
                    f"has {self._count:,} bytes and not the {said.size:,} that it says"
                )
            if self._check != said.check:
                raise ExtractionError("damaged: its check sum is wrong")
        return piece

    def _opened(self) -> ReadBytes:
        entry = self._entry
        self._file.seek(entry.offset)
        local = self._file.read(_LOCAL.size)
        if len(local) < _LOCAL.size or not local.startswith(b"PK\3\4"):
            raise ExtractionError("damaged: it is not where the directory says")
        if entry.flags & _ENCRYPTED:
            raise ExtractionError("encrypted")
        named, extra = _LOCAL.unpack(local)[-2:]
        packed = _Range(self._file, entry.offset + _LOCAL.size + named + extra, entry.packed)
        return _unpacked(entry.method, packed.read, self._budget)


class _Range:
    """A part of a file; others may read other parts of it in between."""

    def __init__(self, file: BinaryIO, at: int, size: int) -> None:
        self._file, self._at, self._left = file, at, size

    def read(self, size: int) -> bytes:
        """Read at most so many bytes of the part."""
        self._file.seek(self._at)
        piece = self._file.read(min(size, self._left))
        self._at += len(piece)
        self._left -= len(piece)
        return piece


def _unpacked(method: int, packed: ReadBytes, budget: ExtractionBudget) -> ReadBytes:
    if method == _STORED:
        return packed
    if method == _DEFLATED:
        return Stream(packed, partial(Inflater, RAW), INFLATE_ERRORS, budget).read
    if method == _BZIP2:
        return Stream(packed, BZ2Decompressor, (OSError,), budget).read
    if method == _LZMA:
        return Stream(packed, partial(_lzma, packed(9), budget), (LZMAError,), budget).read
    if method == _XZ:
        start = partial(LZMADecompressor, FORMAT_XZ, budget.bounds.held)
        return Stream(packed, start, (LZMAError,), budget).read
    if method == _ZSTD:
        begin, fault = zstd.decompressor(budget)
        return Stream(packed, begin, (fault,), budget).read
    raise ExtractionError(f"compressed by a method that is not known here ({method})")


def _lzma(head: bytes, budget: ExtractionBudget) -> LZMADecompressor:
    """Start to decompress what has a version, a length and five bytes of properties before it."""
    if len(head) < 9 or head[2:4] != b"\5\0" or head[4] >= 9 * 5 * 5:
        raise ExtractionError("damaged: the properties of LZMA are not as the format says")
    rest, lc = divmod(head[4], 9)
    pb, lp = divmod(rest, 5)
    window = int.from_bytes(head[5:9], "little")
    if window > budget.bounds.held or lc + lp > 4:
        raise ExtractionError(f"needs a window of {window:,} bytes, or what no decoder knows")
    filters = [{"id": FILTER_LZMA1, "dict_size": max(window, 4096), "lc": lc, "lp": lp, "pb": pb}]
    return LZMADecompressor(FORMAT_RAW, filters=filters)
