"""zip (APPNOTE.TXT 6.3.10): jar, war, whl, apk, ipa, docx, xlsx, nupkg, vsix.

A program may precede the archive. `zipfile` is not used: it builds an object for each entry of
the directory before it returns the first (a million entries take 20 s and 1 GB), and it trusts the
sizes in the directory. Here entries are read one by one, to the end of the compressed data.
"""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Iterator

from wakeyscan.core.inflate import INFLATE_ERRORS, RAW, Inflater, fast_zlib
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors._stream import FileRange, Stream
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import ExtractionError, Member, OpaqueContent, ReadBytes
from wakeyscan.extractors.office_xml import join_runs
from wakeyscan.extractors.zip_methods import DEFLATED, METHODS, STORED, build_codec

if TYPE_CHECKING:
    from typing import BinaryIO

SEEKS = True

_ENTRY = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_LOCAL_SIGNATURE = b"PK\3\4"
_END = struct.Struct("<4s4H2IH")
_ZIP64_END = struct.Struct("<4sQ2H2I4Q")
_ZIP64_LOCATOR = struct.Struct("<4sIQI")
_MAX_END = _END.size + 0xFFFF
"""Bytes of the record that ends a zip, with the longest comment."""

_MAX_ENTRY = _ENTRY.size + 3 * 0xFFFF
"""Maximum bytes of an entry of the directory, with name, extra field and comment."""

_MAX_VERSION = 63
"""The version of the specification, times ten."""

_IN_ZIP64_FIELD = 0xFFFF_FFFF
"""Sentinel for a number that does not fit into 32 bits."""

_MAX_OFFSET = (1 << 63) - 1
_MAX_DESCRIPTOR = 24
"""Maximum bytes after the compressed data of an entry that repeat its sizes."""

_SMALL = 1 << 20
"""Bytes of an entry that is read with one call."""

_DAMAGE: tuple[type[Exception], ...] = (ExtractionError, *INFLATE_ERRORS)

_ENCRYPTED, _DESCRIPTOR, _UTF_8 = 1, 8, 0x800


class _Directory(NamedTuple):
    offset: int
    size: int
    shift: int
    """Bytes of the program before the archive, which its offsets do not include."""


class _Listed(NamedTuple):
    """The entries of a directory."""

    starts: array[int]
    sizes: array[int]
    """The bytes of their compressed data."""


class _Entry(NamedTuple):
    name: bytes
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    """Inflated bytes; -1 if they are not known, and neither is the checksum."""
    offset: int


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield all entries of the directory, including folders, whose names are also scanned.

    Then yield the entries that the directory omits, such as deleted ones.
    """
    directory = _find_directory(file)
    listed = _Listed(array("Q"), array("Q"))
    for entry in _read_entries(file, directory.offset, directory.size):
        offset = min(entry.offset + directory.shift, _MAX_OFFSET)
        listed.starts.append(offset)
        listed.sizes.append(entry.packed_size)
        content = _Content(file, entry._replace(offset=offset), budget)
        name = _decode_name(entry)
        read = join_runs(name, content.read)
        is_joined = read != content.read
        whole = None if is_joined else content.read_whole()
        yield Member(name, read, entry.size, content=whole)
    for start, end in _find_gaps(file, listed, directory.offset):
        for entry in _find_omitted(file, start, end):
            yield Member(_decode_name(entry), _Content(file, entry, budget).read)


def _find_directory(file: BinaryIO) -> _Directory:
    file_size = file.seek(0, 2)
    tail_start = file.seek(max(0, file_size - _MAX_END))
    tail = file.read(_MAX_END)
    at = tail.rfind(b"PK\5\6", 0, max(0, len(tail) - _END.size + 4))
    if at < 0:
        raise ExtractionError("its directory is missing: cut short, or one part of several")
    *_, size, offset, _ = _END.unpack_from(tail, at)
    end = tail_start + at
    if at >= _ZIP64_LOCATOR.size and tail.startswith(b"PK\6\7", at - _ZIP64_LOCATOR.size):
        _, _, located, _ = _ZIP64_LOCATOR.unpack_from(tail, at - _ZIP64_LOCATOR.size)
        # With a program before the archive the offset is wrong, so try the usual place too.
        for place in (located, end - _ZIP64_LOCATOR.size - _ZIP64_END.size):
            file.seek(max(0, place))
            record = file.read(_ZIP64_END.size)
            if len(record) == _ZIP64_END.size and record.startswith(b"PK\6\6"):
                *_, size, offset = _ZIP64_END.unpack(record)
                end = max(0, place)
                break
    shift = end - size - offset
    if shift < 0:
        raise ExtractionError("damaged: its directory is not at the given offset")
    return _Directory(offset + shift, size, shift)


def _read_entries(file: BinaryIO, offset: int, size: int) -> Iterator[_Entry]:
    """Yield the entries of the directory, which may be larger than memory."""
    buffer, at = b"", 0
    while size > 0 or at < len(buffer):
        if len(buffer) - at < _MAX_ENTRY and size > 0:
            file.seek(offset)
            more = file.read(min(size, 4 * _MAX_ENTRY))
            offset, size = offset + len(more), size - len(more) if more else 0
            buffer, at = buffer[at:] + more, 0
        if len(buffer) - at < _ENTRY.size or not buffer.startswith(b"PK\1\2", at):
            raise ExtractionError("damaged: its directory does not follow the format")
        entry_size, entry = _parse_entry(buffer, at)
        at += entry_size
        if at > len(buffer):
            raise ExtractionError("damaged: its directory is cut short")
        yield entry


def _parse_entry(buffer: bytes, at: int) -> tuple[int, _Entry]:
    fields = _ENTRY.unpack_from(buffer, at)
    flags, method = fields[3:5]
    crc, packed_size, size, name_size, extra_size, comment_size = fields[7:13]
    offset = fields[16]
    at += _ENTRY.size
    extra = buffer[at + name_size : at + name_size + extra_size]
    if _IN_ZIP64_FIELD in (packed_size, size, offset):
        size, packed_size, offset = _read_zip64(extra, size, packed_size, offset)
    entry = _Entry(
        name=buffer[at : at + name_size],
        flags=flags,
        method=method,
        crc=crc,
        packed_size=packed_size,
        size=size,
        offset=offset,
    )
    return _ENTRY.size + name_size + extra_size + comment_size, entry


def _read_zip64(extra: bytes, *numbers: int) -> tuple[int, ...]:
    """Replace the numbers that do not fit into 32 bits by those of the ZIP64 field, in order."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            field = extra[at + 4 : at + 4 + size]  # it may say that it is longer
            large = (n for (n,) in struct.iter_unpack("<Q", field[: len(field) & ~7]))
            return tuple(next(large, n) if n == _IN_ZIP64_FIELD else n for n in numbers)
        at += 4 + size
    return numbers


def _find_gaps(file: BinaryIO, listed: _Listed, end: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of the file before `end` that no listed entry covers."""
    starts, sizes, at = listed.starts, listed.sizes, 0
    for number in sorted(range(len(starts)), key=starts.__getitem__):
        start = starts[number]
        if start - at > _MAX_DESCRIPTOR:
            yield at, min(start, end)
        file.seek(start)
        header = file.read(_LOCAL.size)
        if len(header) == _LOCAL.size:
            start += _LOCAL.size + sum(_LOCAL.unpack(header)[-2:]) + sizes[number]
        at = max(at, start)
    if end - at > _MAX_DESCRIPTOR:
        yield at, end


def _find_omitted(file: BinaryIO, start: int, end: int) -> Iterator[_Entry]:
    """Yield the entries between two offsets, where the directory names none."""
    for offset in _find_signatures(file, start, end):
        if offset >= start and (entry := _read_local(file, offset, end)):
            yield entry
            if entry.size >= 0:
                start = offset + len(_LOCAL_SIGNATURE) + entry.packed_size


def _find_signatures(file: BinaryIO, start: int, end: int) -> Iterator[int]:
    """Yield where an entry may begin between two offsets; a piece may have one every four bytes."""
    while end - start > _LOCAL.size:
        file.seek(start)
        piece = file.read(min(_SMALL, end - start))
        last = end - start - _LOCAL.size + len(_LOCAL_SIGNATURE)
        for found in re.finditer(_LOCAL_SIGNATURE, piece[:last]):
            yield start + found.start()
        start += max(1, len(piece) - len(_LOCAL_SIGNATURE) + 1)


def _read_local(file: BinaryIO, offset: int, end: int) -> _Entry | None:
    """Return the entry whose header is at an offset; `None` if it is none."""
    file.seek(offset)
    header = file.read(_LOCAL.size)
    _, version, flags, method, _, _, crc, packed_size, size, *lengths = _LOCAL.unpack(header)
    left = end - offset - _LOCAL.size - sum(lengths)
    if version & 0xFF > _MAX_VERSION or method not in METHODS or not lengths[0] or left < 0:
        return None
    if flags & _DESCRIPTOR or _IN_ZIP64_FIELD in (packed_size, size):
        packed_size, size = left, -1
    name = file.read(lengths[0])
    return _Entry(name, flags, method, crc, min(packed_size, left), size, offset)


def _decode_name(entry: _Entry) -> str:
    """Decode UTF-8, which many writers use without the flag for it, or else the DOS code page."""
    try:
        name = entry.name.decode("utf-8", "surrogateescape" if entry.flags & _UTF_8 else "strict")
    except UnicodeDecodeError:
        name = entry.name.decode("cp437")
    return name.replace("\\", "/")


class _Content:
    """The content of an entry, opened at the first read."""

    def __init__(self, file: BinaryIO, entry: _Entry, budget: ExtractionBudget) -> None:
        self._file, self._entry, self._budget = file, entry, budget
        self._read: ReadBytes | None = None
        self._size = self._crc = 0

    def read(self, size: int) -> bytes:
        """Read at most `size` bytes; raise `ExtractionError` at the end if size or CRC is wrong."""
        if self._read is None:
            self._read = self._open()
        piece = self._read(size)
        self._size += len(piece)
        self._crc = fast_zlib.crc32(piece, self._crc)
        if not piece and size and self._entry.size >= 0:
            if self._size != self._entry.size:
                raise ExtractionError(
                    f"damaged: has {self._size:,} bytes instead of {self._entry.size:,}"
                )
            if self._crc != self._entry.crc:
                raise ExtractionError("damaged: its checksum is wrong")
        return piece

    def read_whole(self) -> bytes | None:
        """Return all of a small, intact entry; `read` reports what is wrong with another one."""
        entry = self._entry
        if max(entry.size, entry.packed_size) > _SMALL or entry.method not in (STORED, DEFLATED):
            return None
        try:
            self._file.seek(self._find_start())
            content = self._file.read(entry.packed_size)
            if entry.method == DEFLATED:
                content = Inflater(RAW).decompress(content, entry.size + 1)
        except _DAMAGE:
            return None
        self._budget.count_output(len(content))
        is_intact = len(content) == entry.size and fast_zlib.crc32(content) == entry.crc
        return content if is_intact else None

    def _open(self) -> ReadBytes:
        entry = self._entry
        packed = FileRange(self._file, self._find_start(), entry.packed_size)
        if entry.method == STORED:
            return packed.read
        codec = build_codec(entry.method, packed.read, self._budget)
        return Stream(packed.read, codec, self._budget).read

    def _find_start(self) -> int:
        """Return the offset of the compressed data, which a header precedes."""
        entry = self._entry
        self._file.seek(entry.offset)
        header = self._file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(_LOCAL_SIGNATURE):
            raise ExtractionError("damaged: it is not at the offset in the directory")
        if entry.flags & _ENCRYPTED:
            raise OpaqueContent("encrypted")
        name_size, extra_size = _LOCAL.unpack(header)[-2:]
        return int(entry.offset + _LOCAL.size + name_size + extra_size)
