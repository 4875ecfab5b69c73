"""Columnar files, written by hand as their specifications say."""

from __future__ import annotations

import bz2
import itertools
import lzma
import struct
import zlib
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NamedTuple

from tests.support.archives import zst

SYNC = bytes(range(16))


def varint(number: int) -> bytes:
    """Write a number in groups of seven bits, low ones first."""
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*made, number))


def long(number: int) -> bytes:
    """Write a number as Avro and Thrift do: the sign at the end."""
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def raw_deflate(content: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    return compressor.compress(content) + compressor.flush()


def snappy(content: bytes) -> bytes:
    """Compress with Snappy, greedily: literals, and copies of four bytes or more."""
    made, at, literal, seen = bytearray(varint(len(content))), 0, 0, dict[bytes, int]()
    while at < len(content):
        start = seen.get(content[at : at + 4], -1)
        seen[content[at : at + 4]] = at
        size = 4
        if start < 0 or at - start > 0xFFFF or at + 4 > len(content):
            at += 1
            continue
        while (
            size < 64
            and content[start + size : start + size + 1]
            == content[at + size : at + size + 1]
            != b""
        ):
            size += 1
        made += _snappy_literal(content[literal:at])
        made += bytes([size - 1 << 2 | 2]) + struct.pack("<H", at - start)
        at += size
        literal = at
    return bytes(made + _snappy_literal(content[literal:]))


def _snappy_literal(content: bytes) -> bytes:
    made = bytearray()
    for start in range(0, len(content), 1 << 16):
        part = content[start : start + (1 << 16)]
        size = len(part) - 1
        head = bytes([size << 2]) if size < 60 else bytes([61 << 2]) + struct.pack("<H", size)
        made += head + part
    return bytes(made)


def lz4(content: bytes) -> bytes:
    """Compress to an LZ4 block, greedily."""
    made, at, literal, seen = bytearray(), 0, 0, dict[bytes, int]()
    while at < len(content) - 12:
        start = seen.get(content[at : at + 4], -1)
        seen[content[at : at + 4]] = at
        size = 4
        if start < 0 or at - start > 0xFFFF:
            at += 1
            continue
        while at + size < len(content) - 5 and content[start + size] == content[at + size]:
            size += 1
        made += _lz4_sequence(content[literal:at], size - 4, struct.pack("<H", at - start))
        at += size
        literal = at
    return bytes(made + _lz4_sequence(content[literal:], 0, b""))


def _lz4_sequence(literal: bytes, size: int, offset: bytes) -> bytes:
    def rest(number: int) -> bytes:
        number -= 15
        return b"" if number < 0 else b"\xff" * (number // 255) + bytes([number % 255])

    token = min(len(literal), 15) << 4 | min(size, 15)
    return bytes([token]) + rest(len(literal)) + literal + offset + rest(size) * bool(offset)


def lz4_frame(content: bytes) -> bytes:
    """Write a frame with a compressed block and one that is stored."""
    half = len(content) // 2
    first, second = lz4(content[:half]), content[half:]
    blocks = struct.pack("<I", len(first)) + first if first else b""
    if second:
        blocks += struct.pack("<I", len(second) | 1 << 31) + second
    return b"\x04\x22\x4d\x18\x40\x40\0" + blocks + bytes(4)


AVRO_CODECS: dict[str, Callable[[bytes], bytes]] = {
    "null": bytes,
    "deflate": raw_deflate,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstandard": zst,
    "snappy": lambda content: snappy(content) + struct.pack(">I", zlib.crc32(content)),
}


def avro(records: Sequence[Sequence[bytes]], codec: str = "null", per_block: int = 3) -> bytes:
    """Write records of strings."""

    def text(value: bytes) -> bytes:
        return long(len(value)) + value

    schema = b'{"type":"record","name":"r","fields":[]}'
    header = b"Obj\x01" + long(2) + text(b"avro.schema") + text(schema)
    made = header + text(b"avro.codec") + text(codec.encode()) + b"\0" + SYNC
    for start in range(0, len(records), per_block):
        part = records[start : start + per_block]
        packed = AVRO_CODECS.get(codec, bytes)(b"".join(text(v) for record in part for v in record))
        made += long(len(part)) + long(len(packed)) + packed + SYNC
    return made


def thrift(fields: dict[int, Any]) -> bytes:
    """Write a structure in the compact protocol, from numbers, bytes, lists and structures."""
    made, last = bytearray(), 0
    for number, value in fields.items():
        kind = 12 if isinstance(value, dict) else 9 if isinstance(value, list) else 0
        kind = kind or (8 if isinstance(value, bytes) else 6)
        made.append(number - last << 4 | kind)
        made += _thrift_value(value)
        last = number
    return bytes(made) + b"\0"


def _thrift_value(value: Any) -> bytes:
    if isinstance(value, dict):
        return thrift(value)
    if isinstance(value, list):
        kind = 12 if isinstance(value[0], dict) else 8
        size = bytes([len(value) << 4 | kind]) if len(value) < 15 else bytes([0xF0 | kind])
        more = varint(len(value)) if len(value) >= 15 else b""
        return size + more + b"".join(map(_thrift_value, value))
    return varint(len(value)) + value if isinstance(value, bytes) else long(value)


PARQUET_CODECS: dict[int, Callable[[bytes], bytes]] = {
    0: bytes,
    1: snappy,
    2: lambda content: zlib.compress(content, wbits=31),
    6: zst,
    7: lz4,
}


def parquet(columns: dict[str, list[bytes]], codec: int = 0, **options: Any) -> bytes:
    """Write columns of byte arrays, each a page of values.

    Options: `kind` and `encoding` of the page, `levels` before its values, physical `type`, `claim`
    for its size.
    """
    made, chunks = bytearray(b"PAR1"), []
    for name, values in columns.items():
        plain = options.get("levels", b"") + _encode_values(values, options.get("encoding", 0))
        packed = PARQUET_CODECS.get(codec, bytes)(plain)
        about = {1: len(values), 2: options.get("encoding", 0)}
        head = {1: options.get("kind", 0), 2: options.get("claim", len(plain)), 3: len(packed)}
        page = thrift({**head, 5 if not options.get("kind") else 7: about}) + packed
        meta = {1: options.get("type", 6), 3: [name.encode()], 4: codec, 5: len(values)}
        chunks.append({2: len(made), 3: {**meta, 6: len(plain), 7: len(page), 9: len(made)}})
        made += page
    footer = thrift({1: 1, 4: [{1: chunks, 2: 0, 3: 1}]})
    return bytes(made + footer) + struct.pack("<I", len(footer)) + b"PAR1"


def _encode_values(values: list[bytes], encoding: int) -> bytes:
    if encoding not in (6, 7):
        return b"".join(struct.pack("<I", len(value)) + value for value in values)
    shared = [0] * len(values)
    if encoding == 7:
        pairs = zip([b"", *values], values, strict=False)
        shared = [_count_shared(*pair) for pair in pairs]
    rests = [value[count:] for count, value in zip(shared, values, strict=True)]
    head = _pack_numbers(shared) if encoding == 7 else b""
    return head + _pack_numbers([*map(len, rests)]) + b"".join(rests)


def _count_shared(one: bytes, other: bytes) -> int:
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0) or (
        len(one) if other.startswith(one) else 0
    )


def zigzag(number: int) -> bytes:
    """Write a number that may be negative."""
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def _pack_numbers(numbers: list[int], block: int = 128, parts: int = 4) -> bytes:
    """Write numbers as differences to the one before, in bits."""
    made = varint(block) + varint(parts) + varint(len(numbers)) + zigzag(numbers[0])
    deltas = [after - before for before, after in itertools.pairwise(numbers)]
    for start in range(0, len(deltas), block):
        some = deltas[start : start + block]
        least, size = min(some), block // parts
        packed = []
        for at in range(0, block, size):
            part = [delta - least for delta in some[at : at + size]]
            width = max(part, default=0).bit_length()
            bits = sum(value << number * width for number, value in enumerate(part))
            packed.append((width, bits.to_bytes(size * width // 8 if part else 0, "little")))
        made += zigzag(least) + bytes(width for width, _ in packed)
        made += b"".join(content for _, content in packed)
    return made


def parquet_column(values: list[bytes], codec: int, **options: Any) -> bytes:
    """Write a file of one column."""
    return parquet({"key": values}, codec, **options)


class Table(NamedTuple):
    """A table of FlatBuffers, and where it starts after its list of fields."""

    content: bytes
    start: int


class Number(NamedTuple):
    code: str
    """That of `struct`."""
    value: int


def table(*fields: Number | Table | bytes | None) -> Table:
    """Write a table; a field is a number, a vector, another table, or absent."""
    inline, later = bytearray(4), list[tuple[int, Table]]()
    offsets: list[int] = []
    for field in fields:
        if field is None:
            offsets.append(0)
            continue
        number = field if isinstance(field, Number) else Number("<I", 0)
        inline += bytes(-len(inline) % struct.calcsize(number.code))
        offsets.append(len(inline))
        if not isinstance(field, Number):
            later.append((len(inline), field if isinstance(field, Table) else Table(field, 0)))
        inline += struct.pack(number.code, number.value)
    names = struct.pack(f"<{2 + len(offsets)}H", 4 + 2 * len(offsets), len(inline), *offsets)
    names += bytes(-len(names) % 8)
    struct.pack_into("<i", inline, 0, len(names))
    tail = bytearray()
    for at, (content, start) in later:
        tail += bytes(-(len(names) + len(inline) + len(tail)) % 8)
        struct.pack_into("<I", inline, at, len(inline) + len(tail) + start - at)
        tail += content
    return Table(bytes(names + inline + tail), len(names))


ARROW_CODECS: dict[int, Callable[[bytes], bytes]] = {0: lz4_frame, 1: zst}


def arrow(
    batches: Sequence[Sequence[bytes]],
    codec: int | None = None,
    wide: bool = False,
    is_stream: bool = False,
) -> bytes:
    """Write batches of one column of strings; codec 0: LZ4, 1: Zstandard."""
    made = bytearray(b"ARROW1\0\0")
    if is_stream:
        made = bytearray(_frame_message(Number("<B", 1), table(Number("<h", 0)), b""))
    for values in batches:
        ends = [sum(map(len, values[:count])) for count in range(len(values) + 1)]
        parts = (b"", struct.pack(f"<{len(ends)}{'q' if wide else 'i'}", *ends), b"".join(values))
        body, places = bytearray(), []
        for part in parts:
            packed = part
            if codec is not None and part:
                packed = struct.pack("<q", len(part)) + ARROW_CODECS[codec](part)
            places.append((len(body), len(packed)))
            body += packed + bytes(-len(packed) % 8)
        buffers = struct.pack("<I", 3) + b"".join(struct.pack("<2q", *place) for place in places)
        nodes = struct.pack("<I2q", 1, len(values), 0)
        compression = None if codec is None else table(Number("<b", codec))
        batch = table(Number("<q", len(values)), nodes, buffers, compression)
        made += _frame_message(Number("<B", 3), batch, body)
    made += struct.pack("<Ii", 0xFFFFFFFF, 0)
    if is_stream:
        return bytes(made)
    footer = b"\0" * 16
    return bytes(made + footer) + struct.pack("<i", len(footer)) + b"ARROW1"


def _frame_message(kind: Number, header: Any, body: bytes | bytearray) -> bytes:
    content, start = table(Number("<h", 4), kind, header, Number("<q", len(body)))
    message = struct.pack("<I", 4 + start) + content
    message += bytes(-len(message) % 8)
    return struct.pack("<Ii", 0xFFFFFFFF, len(message)) + message + body


def orc(content: bytes, codec: int) -> bytes:
    """Write an ORC file with a postscript; codec 0: none, 1: zlib, 2: Snappy."""
    postscript = bytes([0x08, 5, 0x10, codec, 0x18, 0x80, 0x10]) + b"\x82\xf4\x03\x03ORC"
    return b"ORC\x01\x02" + content + postscript + bytes([len(postscript)])


def load_optional(name: str) -> Any:
    """Import a library that writes real files; it is no dependency of the tests."""
    return import_module(name)
