"""Parquet (parquet-format 2.11): the strings of each column, one per line.

Only pages of byte arrays are read. Most are stored with a length before each value, in a page of
values or in a dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from wakeyscan.core.inflate import GZIP
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors._rows import Row, list_members
from wakeyscan.extractors._stream import Codec, Stream
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.columnar.block_codecs import decompress_lz4, decompress_snappy
from wakeyscan.extractors.columnar.deltas import DELTA_LENGTHS, DELTAS, split_deltas
from wakeyscan.extractors.columnar.thrift import (
    Struct,
    ThriftReader,
    get_number,
    get_struct,
    get_structs,
)
from wakeyscan.extractors.compressed import build_inflate_codec, build_zstd_codec
from wakeyscan.extractors.extractor import CUT, DAMAGED, ExtractionError, Member, OpaqueContent

if TYPE_CHECKING:
    from typing import BinaryIO

SEEKS = True

_MAGIC, _ENCRYPTED_MAGIC = b"PAR1", b"PARE"
_END_SIZE = 8
"""Bytes of the length of the footer and the signature at the end."""

_BYTE_ARRAY, _FIXED_SIZE = 6, 7
"""Physical types of strings and bytes; numbers hold no key."""

_DICTIONARY_PAGE, _DATA_PAGE_2 = 2, 3
_PLAIN, _INDEXES = 0, (2, 8)
"""Encodings: values after their lengths, and numbers of values in a dictionary."""
_MAX_PAGE_HEADER = 1 << 20
_UNCOMPRESSED, _SNAPPY, _GZIP, _ZSTD, _LZ4 = 0, 1, 2, 6, 7
_UNREAD_CODECS = {3: "LZO", 4: "Brotli", 5: "Hadoop's variant of LZ4"}
_CODECS: dict[int, Callable[[ExtractionBudget], Codec]] = {
    _GZIP: lambda _: build_inflate_codec(GZIP),
    _ZSTD: build_zstd_codec,
}
_BLOCK_CODECS = {_SNAPPY: decompress_snappy, _LZ4: decompress_lz4}


class _Column(NamedTuple):
    """A chunk of a column, which is stored in one piece."""

    name: str
    codec: int
    start: int
    size: int
    has_lengths: bool
    """Whether a length precedes each value; else all have the same."""


class _Page(NamedTuple):
    kind: int
    encoding: int
    max_count: int
    """Values at most: nulls are among them."""
    level_size: int
    """Bytes before the values, which are not compressed, in a page of version 2."""
    is_compressed: bool
    size: int
    """Bytes after decompression."""
    content: bytes


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield the columns of byte arrays; raise `OpaqueContent` for a codec that is not read."""
    unread: set[str] = set()
    for column in _list_columns(_read_footer(file, budget)):
        budget.check_time()
        if column.codec in _UNREAD_CODECS:
            unread.add(f"compressed with {_UNREAD_CODECS[column.codec]}")
            continue
        read = partial(_read_values, file, column, budget, unread)
        for member in list_members(column.name, read, budget):
            yield member._replace(is_counted=False)
    if unread:
        raise OpaqueContent(f"has columns that cannot be read: {', '.join(sorted(unread))}")


def _read_footer(file: BinaryIO, budget: ExtractionBudget) -> Struct:
    size = file.seek(0, 2)
    file.seek(max(0, size - _END_SIZE))
    end = file.read(_END_SIZE)
    if end[4:] == _ENCRYPTED_MAGIC:
        raise OpaqueContent("encrypted")
    length = int.from_bytes(end[:4], "little")
    if end[4:] != _MAGIC:
        raise ExtractionError(CUT)
    if not 0 < length <= min(size - _END_SIZE, budget.limits.max_memory):
        raise ExtractionError("damaged: its footer is not at the given offset")
    file.seek(size - _END_SIZE - length)
    return ThriftReader(file.read(length), budget).read_struct()


def _list_columns(footer: Struct) -> Iterator[_Column]:
    """Yield the chunks of byte arrays in all row groups."""
    for group in get_structs(footer, 4):
        for chunk in get_structs(group, 1):
            if 8 in chunk and 3 not in chunk:
                raise OpaqueContent("has encrypted columns")
            about = get_struct(chunk, 3)
            if get_number(about, 1) in (_BYTE_ARRAY, _FIXED_SIZE) and not chunk.get(1):
                yield _build_column(about)


def _build_column(about: Struct) -> _Column:
    dictionary = get_number(about, 11, 0)
    start = get_number(about, 9)
    names = about.get(3)
    parts = names if isinstance(names, list) else []
    return _Column(
        name=b".".join(filter(_is_bytes, parts)).decode("utf-8", "surrogateescape"),
        codec=get_number(about, 4),
        start=min(start, dictionary) if dictionary else start,
        size=get_number(about, 7),
        has_lengths=about[1] == _BYTE_ARRAY,
    )


def _is_bytes(value: object) -> bool:
    return isinstance(value, bytes)


def _read_values(
    file: BinaryIO, column: _Column, budget: ExtractionBudget, unread: set[str]
) -> Iterator[Row]:
    """Yield the values of a column; add to `unread` what is encoded in another way."""
    for page in _read_pages(file, column, budget):
        if page.kind != _DICTIONARY_PAGE and page.encoding in _INDEXES:
            continue
        content = _decompress(page, column.codec, budget)
        if column.has_lengths and (page.kind == _DICTIONARY_PAGE or page.encoding == _PLAIN):
            for value in _split_values(content):
                yield (value,)
            continue
        if page.encoding in (DELTA_LENGTHS, DELTAS):
            values = split_deltas(content, page.encoding, page.max_count, budget)
            yield from ((value,) for value in values)
            continue
        yield (content,)
        if page.encoding != _PLAIN:
            unread.add(f"stored by an unknown method ({page.encoding})")


def _read_pages(file: BinaryIO, column: _Column, budget: ExtractionBudget) -> Iterator[_Page]:
    at, end = column.start, column.start + column.size
    while at < end:
        budget.check_time()
        file.seek(at)
        reader = ThriftReader(file.read(min(end - at, _MAX_PAGE_HEADER)), budget)
        header = reader.read_struct()
        size = get_number(header, 3)
        if size > min(end - at - reader.at, budget.limits.max_memory):
            raise ExtractionError(f"{DAMAGED} (the size of a page)")
        file.seek(at + reader.at)
        content = file.read(size)
        if len(content) < size:
            raise ExtractionError(CUT)
        at += reader.at + size
        yield _build_page(header, content)


def _build_page(header: Struct, content: bytes) -> _Page:
    kind = get_number(header, 1)
    if kind == _DICTIONARY_PAGE:
        return _Page(kind, _PLAIN, 0, 0, True, get_number(header, 2), content)
    if kind != _DATA_PAGE_2:
        about = get_struct(header, 5)
        encoding, count = get_number(about, 2), get_number(about, 1)
        return _Page(kind, encoding, count, 0, True, get_number(header, 2), content)
    about = get_struct(header, 8)
    levels = get_number(about, 5) + get_number(about, 6)
    is_compressed = about.get(7) is not False
    encoding, count = get_number(about, 4), get_number(about, 1)
    return _Page(kind, encoding, count, levels, is_compressed, get_number(header, 2), content)


def _decompress(page: _Page, codec: int, budget: ExtractionBudget) -> bytes:
    """Return the values of a page, after the levels if it has version 2."""
    content = page.content[page.level_size :]
    if codec == _UNCOMPRESSED or not page.is_compressed or not content:
        return content
    if page.size > budget.limits.max_memory:
        raise ExtractionError(f"a page of {page.size:,} bytes, over the limit")
    if codec in _BLOCK_CODECS:
        return _BLOCK_CODECS[codec](content, budget)
    if codec not in _CODECS:
        raise ExtractionError(f"compressed by an unknown method ({codec})")
    parts = [content]
    stream = Stream(lambda _: parts.pop() if parts else b"", _CODECS[codec](budget), budget)
    pieces, left = [], budget.limits.max_memory
    while left > 0 and (piece := stream.read(left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)


def _split_values(content: bytes) -> Iterator[bytes]:
    """Yield the values of a page, each after its length in four bytes.

    The levels of nested values, which precede them in a data page of version 1, also have lengths.
    """
    at = 0
    while at + 4 <= len(content):
        size = int.from_bytes(content[at : at + 4], "little")
        yield content[at + 4 : at + 4 + size]
        at += 4 + size
    if at != len(content):
        raise ExtractionError(f"{DAMAGED} (a page)")
