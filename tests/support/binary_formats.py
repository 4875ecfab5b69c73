"""Binary formats that write a string as its length and its bytes, as builders of small files."""

from __future__ import annotations

import marshal
import pickle
import plistlib
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

Build = Callable[[bytes], bytes]
"""Builds the content of a file that holds one key."""


def varint(number: int) -> bytes:
    """Encode a number as Protocol Buffers and .NET do."""
    low, high = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(high) if high else bytes([low])


def number(size: int, order: str) -> Callable[[int], bytes]:
    """Return an encoder of integers of `size` bytes."""
    return lambda value: value.to_bytes(size, "big" if order == "big" else "little")


def byte(value: int) -> bytes:
    return bytes([value])


def cbor(text: bytes) -> bytes:
    """Encode a short text as CBOR does."""
    return byte(0x60 + len(text)) + text if len(text) < 24 else b"x" + byte(len(text)) + text


def field(name: int, text: bytes) -> bytes:
    """Encode a field of Protocol Buffers."""
    return varint(name << 3 | 2) + varint(len(text)) + text


def counted(length: Callable[[int], bytes], before: bytes, behind: bytes, key: bytes) -> bytes:
    """Build a file with the length of a key before it, and other bytes around both."""
    return before + length(len(key)) + key + behind


def compiled(key: bytes) -> bytes:
    code = compile(f"KEY = {key.decode()!r}\nOTHER = None\nX = 'abc'\n", "m.py", "exec")
    return marshal.dumps(code)


def pickled(protocol: int, key: bytes) -> bytes:
    return pickle.dumps({"token": (text := key.decode()), "n": [1, text], "zz": b"abc"}, protocol)


def der(key: bytes) -> bytes:
    length = byte(len(key)) if len(key) < 0x80 else b"\x81" + byte(len(key))
    return b"\x30\x0e\x06\x03\x55\x04\x03\x0c" + length + key + b"\x30\x0e"


def lua_54(key: bytes) -> bytes:
    high, low = divmod(len(key) + 1, 0x80)
    return (
        b"\x1bLua\x54\0\x04"
        + (byte(high) if high else b"")
        + byte(low | 0x80)
        + key
        + b"\x04\x86print"
    )


def ruby(behind: bytes, key: bytes) -> bytes:
    size = len(key)
    return (
        b'\x04\x08[\x07"'
        + (byte(size + 5) if size < 0x7B - 5 else b"\x01" + byte(size))
        + key
        + behind
    )


def rows(length: Callable[[int], bytes], key: bytes) -> bytes:
    """Build three strings in a row."""
    long = b"w" * 66
    return b"".join(length(len(text)) + text for text in (b"hello", key, long)) + length(3) + b"abc"


PLAIN: dict[str, Build] = {
    "Python, compiled": compiled,
    **{f"pickle-{protocol}": partial(pickled, protocol) for protocol in range(1, 6)},
    "pickle of Python 2": partial(counted, byte, b"\x80\x02U", b"q\x01."),
    "pickle, bytes": partial(counted, byte, b"\x80\x03C", b"q\x01."),
    "Java, compiled": partial(
        counted, number(2, "big"), b"\x01\x00\x05Other\x08\x00\x12\x01", b"\x01\x00\x04Code"
    ),
    "Java, serialized": partial(
        counted, number(2, "big"), b"\xac\xed\0\x05ur\0\x13t", b"t\0\x03abcx"
    ),
    "Protocol Buffers": lambda key: b"\x08\x96\x01" + field(2, key) + field(6, b"hello") + b"8\x01",
    "Protocol Buffers, fields by letters": lambda key: (
        field(1, b"hello") + field(12, key) + field(13, b"world")
    ),
    "Protocol Buffers, nested": lambda key: (
        field(15, field(14, key) + field(9, b"abc")) + b"\x10\x01"
    ),
    "Protocol Buffers, repeated": lambda key: (
        b"\x18\x01" + field(4, key) + field(4, key[::-1]) + b"\0"
    ),
    "MessagePack": partial(counted, byte, b"\x82\xa5token\xd9", b"\xa1a\x01"),
    "MessagePack, letters after": partial(counted, byte, b"\x93\x01\xd9", b"AB\x07\x05"),
    "CBOR": lambda key: b"\xa3" + cbor(b"token") + cbor(key) + cbor(b"a") + b"\x01\x03",
    "CBOR, bytes": lambda key: (
        b"\xa2" + cbor(b"key") + b"X" + cbor(key)[1:] + cbor(b"name") + b"\x01"
    ),
    "DEX": partial(counted, varint, b"\x05hello\0", b"\0\x05world\0"),
    "DER": der,
    "Erlang": partial(counted, number(2, "big"), b"\x83l\0\0\0\x01k", b"a\x01j"),
    "Erlang, binary": partial(counted, number(4, "big"), b"\x83h\x02m", b"d\0\x02ok"),
    "UBJSON": partial(counted, byte, b"SU", b"U\x03abc"),
    "UBJSON, object": partial(counted, byte, b"{U\x03keySU", b"U\x01zi\x05}"),
    "AMQP 1.0": partial(counted, byte, b"\xa1\x05hello\xa1", b"\xa1\x03abc"),
    "AMQP 0.9": partial(counted, number(4, "big"), b"\x08passwordS", b"\x04userS\0\0\0\x03bob"),
    "Thrift": partial(counted, number(4, "big"), b"\x0b\0\x01", b"\x0b\0\x02\0\0\0\x03abc\0"),
    "Thrift, compact": partial(counted, varint, b"\x18\x05hello\x18", b"\x18\x03abc\0"),
    "MySQL": partial(counted, byte, b"\0\0\x01\xff\x05hello", b"\x05world\0"),
    "Lua 5.3": lambda key: b"\x1bLua\x53\0\x04" + byte(len(key) + 1) + key + b"\x04\x06print",
    "Ruby": partial(ruby, b"i\x06"),
    "Ruby, encoded": partial(ruby, b"\x06:\x06ET"),
    "16 bits": partial(rows, number(2, "little")),
    "16 bits, big-endian": partial(rows, number(2, "big")),
    "32 bits": partial(rows, number(4, "little")),
    "32 bits, big-endian": partial(rows, number(4, "big")),
    "64 bits": partial(rows, number(8, "little")),
    "64 bits, big-endian": partial(rows, number(8, "big")),
    "32 bits, a type after": partial(counted, number(4, "little"), b"\x01\x02", b"q\x01"),
    "64 bits, a type after": partial(counted, number(8, "little"), b"\x01\x02", b"q\x01"),
    "a length of a whole value": lambda key: field(2, b"Bearer " + key) + field(15, b"abc"),
}
"""Formats in which the length is that of the key, and another value follows."""

OTHER: dict[str, Build] = {
    "CBOR, names": lambda key: b"\xa2" + cbor(b"k") + cbor(key) + cbor(b"session") + cbor(b"value"),
    "Lua 5.4": lua_54,
    "a length of a URL": lambda key: (
        field(2, b"https://x.org/?k=" + key) + field(3, b"abc") + b"\0"
    ),
    "BinaryWriter": partial(counted, varint, b"\x05hello", b"Bworld\0"),
    "Avro": lambda key: (
        b"Obj\x01" + bytes(16) + b"\x06abc" + varint(2 * len(key)) + key + b"\x04zz"
    ),
    "Avro, a long text after": lambda key: (
        b"Obj\x01"
        + bytes(16)
        + b"\x06abc"
        + varint(2 * len(key))
        + key
        + b"B"
        + b"w" * 33
        + b"\x02"
    ),
    "FlatBuffers": lambda key: b"\0\0" + varint(len(key) + 1) + key + b"\0\0",
    "BSON": lambda key: (
        b"\x50\0\0\0\x02key\0" + number(4, "little")(len(key) + 1) + key + b"\0\x10z\0\x01\0\0\0\0"
    ),
    "Kafka, compact": lambda key: (
        b"\x06hello" + varint(len(key) + 1) + key + b"A" + b"w" * 64 + b"\0"
    ),
    "32 bits, text after": partial(
        counted, number(4, "little"), b"\x05\0\0\0hello", b"plain text follows"
    ),
    "binary property list, data": lambda key: plistlib.dumps(
        {"K": key, "Zed": "zz"}, fmt=plistlib.FMT_BINARY
    ),
}
"""Formats in which the length counts other things, or in which what follows may be text."""

_ROW = b"w" * 64


class Coincidence(NamedTuple):
    """Bytes around a key of one size; one of them looks like its length by chance."""

    size: int
    """Bytes of the body of the key."""
    before: bytes
    behind: bytes


COINCIDENCES = {
    "BinaryWriter": Coincidence(33, b"\x04none*'", b"\x01\0\0\0\0"),
    "MySQL": Coincidence(33, b"\x06config*&", b"\n2026-01-01\x05\0\0\x04\xfe\0\0"),
    "SSTable": Coincidence(
        31, b"\x03200\x01\x05\0\0\0\0\0\0val\x02\x03Rtok&", b"\x01abc\n\x02\x01\x01zq\0\0\0"
    ),
    "SSTable, a quote": Coincidence(
        34, b"\x01\x05\0\0\0\0\0\0val\0\x03+tok'", b"\x01\x01\x0fzmore words here\0"
    ),
    "lengths without a control character": Coincidence(
        75, b"FK=R|F+\x84user\x8atokentoken\xd3", b"200:a\n"
    ),
    "UBJSON": Coincidence(54, b"{U\x03keySUFbuild x=", b"U\x04nameSU\x03bob}"),
    "NIB": Coincidence(92, b"\0\0\0\0\0\x8a\n;\x81a", b"\x013083 sha256,build c"),
    "git index": Coincidence(36, b"\x83\xd6\x0f\x89\xa0\0\x8c+", b"\x01region=name x:error"),
    "Ruby": Coincidence(120, b'\0\x04\x08{\x07:\x08keyI"\x01\x81~', b"\x06:\x06ET:\tnamei\x06"),
    "pickle": Coincidence(35, b"\0\x80\x02*\0\0\0*", b"q\x01."),
    "32 bits, plus 5": Coincidence(32, b"\x08\x01\x1a-\0\0\0", b"error xxxxxxxxxxxxxx"),
    "32 bits, plus 1": Coincidence(16, b"\0\0\0\0Z\0\0\0\x06alpha[Z\0\0\0\x19", b"9\ta\n"),
    "32 bits, minus 1": Coincidence(
        128, b"Vx_*xP$Q)E*O(Aq+<<9|\x87\0\0\0", b"\x05\0\0\0streammore text\n"
    ),
}
"""Files in which the end that a length names is wrong and looks certain."""

OPEN_COINCIDENCES = {
    "Kafka": Coincidence(52, b"\0\x07console\0\x06helloWaccept:object=config,\nkey;", b"A" + _ROW),
    "Kafka, a blank": Coincidence(28, b"\0\x07console\0\x08Content,x:\nkey ", b"A" + _ROW),
    "BinaryWriter, a word": Coincidence(56, b"\x05tokendy,update\nstream =", b"Bworld\0\0"),
    "Erlang": Coincidence(
        33, b"\x83t\0\0\0\x02d\0\x03keym\0\0\0Emain:stream\nkt*", b"d\0\x04namem\0\0\0\x03bob"
    ),
    "Erlang, another type": Coincidence(
        27, b"\x83d\0\x03keym\0\0\x002y index x\nname ", b"d\0\x04namem\0\0\0\x03bob"
    ),
    "Java": Coincidence(38, b"\xac\xed\0\x05t\0\x46ent,Content\n3083\ntoken=/", b"x"),
    "Java, a brace": Coincidence(
        108, b"\xac\xed\0\x05t\0\x92pdate:update=demo,id,\n\t{", b"t\0\x04namet\0\x02yyx"
    ),
}
"""Files in which a NUL, or the end of the file, follows letters of the next value: no length names
that end, and no pool of strings is there.
"""
