"""Builders of small programs, whose strings are end to end, and of references to a string."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import NamedTuple

from tests.support.binary_formats import varint

BASE = 0x400000
"""Address of the content."""
HEADER = 0x400
"""Bytes before the code; the code is followed by the data, the data by the strings."""


class Layout(NamedTuple):
    """Where the parts of a program are loaded."""

    code: int
    data: int
    strings: int


Refer = Callable[[Layout, int, int], tuple[bytes, bytes]]
"""Builds code and data that refer to a string: takes the layout, the address and the length."""


def align(content: bytes, size: int = 16) -> bytes:
    return content.ljust(-(-len(content) // size) * size, b"\0")


def _address(layout: Layout, at: int, place: int, register: bytes = b"\x48\x8d\x05") -> bytes:
    """Encode `lea register, [address]` at a place in the code."""
    return register + struct.pack("<i", at - (layout.code + place + 7))


def _stored(before: bytes, store: bytes) -> Refer:
    return lambda layout, at, size: (
        before + struct.pack("<I", size) + _address(layout, at, len(before) + 4) + store,
        b"",
    )


REFERENCES: dict[str, Refer] = {
    "a pointer and a length": lambda layout, at, size: (b"\x90", struct.pack("<QQ", at, size)),
    "a relocation of AMD64": lambda layout, at, size: (
        b"\x90",
        struct.pack("<QQQ3Q", layout.data + 24, 8, at, 0, size, 0),
    ),
    "a relocation of ARM64": lambda layout, at, size: (
        b"\x90",
        struct.pack("<QQQ3Q", layout.data + 24, 0x403, at, 0, size, 0),
    ),
    "registers of Go": lambda layout, at, size: (
        _address(layout, at, 0) + b"\xbb" + struct.pack("<I", size) + b"\xe8\0\0\0\0",
        b"",
    ),
    "registers of Go, the length before": lambda layout, at, size: (
        b"\xb9"
        + struct.pack("<I", size)
        + _address(layout, at, 5, b"\x48\x8d\x1d")
        + b"\xe8\0\0\0\0",
        b"",
    ),
    "registers of System V": lambda layout, at, size: (
        _address(layout, at, 0, b"\x48\x8d\x35") + b"\xba" + struct.pack("<I", size),
        b"",
    ),
    "registers of Windows": lambda layout, at, size: (
        _address(layout, at, 0, b"\x48\x8d\x15") + b"\x41\xb8" + struct.pack("<I", size),
        b"",
    ),
    "later registers": lambda layout, at, size: (
        _address(layout, at, 0, b"\x4c\x8d\x05") + b"\x90\x41\xb9" + struct.pack("<I", size),
        b"",
    ),
    "a field": _stored(b"\x48\xc7\x40\x08", b"\x48\x89\x00"),
    "a field after others": _stored(b"\x49\xc7\x43\x18", b"\x49\x89\x43\x10"),
    "a variable": _stored(b"\x48\xc7\x44\x24\x28", b"\x48\x89\x44\x24\x20"),
    "a variable, far": _stored(b"\x48\xc7\x84\x24\xc8\0\0\0", b"\x48\x89\x84\x24\xc0\0\0\0"),
    "a field after a call": _stored(b"\x48\xc7\x40\x08", b"\xe9\0\0\0\0\x48\x89\x00"),
}
"""Ways in which a program for AMD64 refers to a string."""


def place(strings: bytes, start: int, size: int, refer: Refer) -> tuple[bytes, Layout]:
    """Return the content behind a header: code, data and strings."""
    layout = Layout(BASE + HEADER, 0, 0)
    for _ in range(2):  # the sizes do not depend on the addresses
        code, data = refer(layout, layout.strings + start, size)
        data_at = layout.code + len(align(code))
        layout = Layout(layout.code, data_at, data_at + len(align(data)))
    code, data = refer(layout, layout.strings + start, size)
    return align(code) + align(data) + strings, layout


def elf(strings: bytes, start: int, size: int, refer: Refer) -> bytes:
    body = place(strings, start, size, refer)[0]
    header = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, BASE, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    total = HEADER + len(body)
    header += struct.pack("<IIQQQQQQ", 1, 5, 0, BASE, BASE, total, total, 0x1000)
    return header.ljust(HEADER, b"\0") + body


def elf_32(strings: bytes, start: int, size: int) -> bytes:
    header = b"\x7fELF\x01\x01\x01".ljust(16, b"\0")
    header += struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, BASE, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    total = HEADER + 16 + len(strings)
    header += struct.pack("<8I", 1, 0, BASE, BASE, total, total, 5, 0x1000)
    pair = struct.pack("<II8x", BASE + HEADER + 16 + start, size)
    return header.ljust(HEADER, b"\0") + pair + strings


def portable_executable(strings: bytes, start: int, size: int, refer: Refer) -> bytes:
    body = place(strings, start, size, refer)[0]
    header = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40)
    header += b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 112, 2)
    header += struct.pack("<H22xQ", 0x20B, BASE).ljust(112, b"\0")
    header += struct.pack("<8sIIII16x", b".text", len(body), HEADER, len(body), HEADER)
    return header.ljust(HEADER, b"\0") + body


def mach_o(strings: bytes, start: int, size: int, refer: Refer) -> bytes:
    body = place(strings, start, size, refer)[0]
    total = HEADER + len(body)
    header = b"\xcf\xfa\xed\xfe" + struct.pack("<IIIII8x", 0x01000007, 3, 2, 2, 96)
    header += struct.pack("<II16x", 0x1B, 24)
    header += struct.pack("<II16sQQQQ16x", 0x19, 72, b"__TEXT", BASE, total, 0, total)
    return header.ljust(HEADER, b"\0") + body


def signed(value: int) -> bytes:
    """Encode a number in LEB128."""
    low, high = value & 0x7F, value >> 7
    is_last = high == (-1 if low & 0x40 else 0)
    return bytes([low]) if is_last else bytes([low | 0x80]) + signed(high)


def web_assembly(strings: bytes, code: bytes, data: bytes = b"", address: int = 1 << 20) -> bytes:
    """Build a module with two segments, the strings at an address and the data after them."""
    segments = [(address, strings), (address + (1 << 16), data)]
    content = varint(len(segments)) + b"".join(
        b"\0\x41" + signed(at) + b"\x0b" + varint(len(part)) + part for at, part in segments
    )
    sections = ((10, code), (11, content), (0, b"\x04nameabc"))
    return b"\0asm\x01\0\0\0" + b"".join(
        bytes([number]) + varint(len(section)) + section for number, section in sections
    )


def constants(start: int, size: int, address: int = 1 << 20) -> bytes:
    """Encode the code that passes a string."""
    return b"\x20\0\x41" + signed(address + start) + b"\x41" + signed(size) + b"\x10\x05\x0b"
