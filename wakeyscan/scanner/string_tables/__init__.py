"""String tables: formats that define where each of their strings starts and ends.

A program has no table of strings, but its code and its data name the length of each.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.registry import Registry
from wakeyscan.core.secret import MIN_KEY
from wakeyscan.core.typing import Protocol
from wakeyscan.extractors.file_types import SIGNATURES as _FORMATS
from wakeyscan.extractors.file_types import UNREAD_SIGNATURES

Span = tuple[int, int]
"""Start and end offset of a string, half-open."""


class StringTable(Protocol):
    """A module for one format, or an object in one."""

    def find_strings(self, content: bytes, offsets: Sequence[int]) -> Iterator[Span]:
        """Yield the strings in which one of the offsets lies; the offsets ascend.

        Content that does not follow the format has none. The cost is linear in its size.
        """


STRING_TABLES: Registry[StringTable] = Registry(
    "format with a string table",
    {
        "cbor": "wakeyscan.scanner.string_tables.cbor",
        "compiled_python": "wakeyscan.scanner.string_tables.compiled_python",
        "elf": "wakeyscan.scanner.string_tables.elf",
        "hermes": "wakeyscan.scanner.string_tables.hermes",
        "mach_o": "wakeyscan.scanner.string_tables.mach_o",
        "message_pack": "wakeyscan.scanner.string_tables.message_pack",
        "numpy_array": "wakeyscan.scanner.string_tables.numpy_array",
        "pickle_stream": "wakeyscan.scanner.string_tables.pickle_stream",
        "portable_executable": "wakeyscan.scanner.string_tables.portable_executable",
        "property_list": "wakeyscan.scanner.string_tables.property_list",
        "ruby_marshal": "wakeyscan.scanner.string_tables.ruby_marshal",
        "web_assembly": "wakeyscan.scanner.string_tables.web_assembly",
    },
)

SIGNATURES: dict[bytes, str] = {
    b"\0asm": "web_assembly",
    b"\x7fELF": "elf",
    b"MZ": "portable_executable",
    b"\xce\xfa\xed\xfe": "mach_o",
    b"\xcf\xfa\xed\xfe": "mach_o",
    b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f": "hermes",
    b"bplist0": "property_list",
    b"\x93NUMPY": "numpy_array",
    **dict.fromkeys((b"\x80%c" % protocol for protocol in range(2, 6)), "pickle_stream"),
    b"\xe3\0\0\0\0": "compiled_python",
    b"c\0\0\0\0": "compiled_python",
    b"\x04\x08": "ruby_marshal",
}
"""The names in `STRING_TABLES`, by the first bytes of the format."""

_HEADS = tuple(SIGNATURES)
_NOT_IN_TEXT = bytes(code for code in range(0x20) if code not in b"\t\n\r\x1b")
_PYTHON = lazy_pattern(rb"(?s).[\x0c-\x0e\xf3]\r\n")
"""First bytes of compiled Python: 3.3 to 3.14, and 2.7."""
FIRST_TYPES: dict[bytes, tuple[str, ...]] = {
    **dict.fromkeys((bytes([code]) for code in range(0x81, 0xA0)), ("message_pack", "cbor")),
    **dict.fromkeys((bytes([code]) for code in (*range(0xA1, 0xC0), 0xD9)), ("cbor",)),
    **dict.fromkeys((bytes([code]) for code in range(0xDC, 0xE0)), ("message_pack",)),
}
"""Formats without a signature that the content may have, by its first byte: a type of records."""

_BARE, _NATIVE = ("hermes", "web_assembly"), ("elf", "mach_o", "portable_executable")
_COMPRESSED = (
    *(head for heads in UNREAD_SIGNATURES.values() for head in heads),
    *(
        head
        for name in ("arrow", "bzip2", "gzip", "orc", "parquet", "rar", "sevenzip", "xz", "zstd")
        for head in _FORMATS[name]
    ),
)
"""First bytes of formats in which a compressor may cut a text that it copies, and of columns.

A column of strings stores their lengths elsewhere.
"""
_COMPILERS = (b"\xff Go build", b"/rustc/", b"rustc version ")
"""Texts in each program of Go and of Rust, also without symbols."""


def is_program(content: bytes) -> bool:
    """Return whether the content begins like a program, in which literals follow each other."""
    return find_format(content) in (*_BARE, *_NATIVE)


def has_bare_strings(content: bytes) -> bool:
    """Return whether neither NUL nor a length before it ends a string in the content.

    C ends a literal with NUL. Go, Rust and WebAssembly store the next one directly after it. A
    compressor ends it anywhere.
    """
    if content.startswith(_COMPRESSED):
        return True
    name = find_format(content)
    return name in _BARE or (name in _NATIVE and any(mark in content for mark in _COMPILERS))


def has_controls(content: bytes) -> bool:
    """Return whether a NUL, or a control character that no text has, is in a content."""
    return len(content.translate(None, _NOT_IN_TEXT)) < len(content)


def find_format(content: bytes) -> str | None:
    """Return the name of the format whose signature the content begins with, if it has strings."""
    if content.startswith(_HEADS):
        return next(name for head, name in SIGNATURES.items() if content.startswith(head))
    return "compiled_python" if _PYTHON.match(content) else None


def find_table_strings(content: bytes, offsets: Sequence[int]) -> dict[int, list[Span]]:
    """Return the strings in which each offset lies, the longest first.

    A string that the content truncates is omitted: its end is unknown.
    """
    if name := find_format(content):
        return _find_in_table(name, content, offsets)
    for name in FIRST_TYPES.get(content[:1], ()):
        found = _find_in_table(name, content, offsets)
        if found and not any(_cuts_key(content, at, spans) for at, spans in found.items()):
            return found
    return {}


def _find_in_table(name: str, content: bytes, offsets: Sequence[int]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for start, end in STRING_TABLES[name].find_strings(content, offsets):
        if end > len(content):
            continue
        for offset in select_within(offsets, start, end):
            found.setdefault(offset, []).append((start, end))
    return {offset: sorted(set(spans), key=_measure) for offset, spans in found.items()}


def _cuts_key(content: bytes, at: int, spans: Sequence[Span]) -> bool:
    """Return whether letters of a key follow its string, so that a text looks like values."""
    end = max(end for _, end in spans)
    return end - at < MIN_KEY and content[end : end + 1].isalnum()


def select_within(offsets: Sequence[int], start: int, end: int) -> Sequence[int]:
    """Return the offsets from `start` up to, but not including, `end`."""
    first = bisect_left(offsets, start)
    return offsets[first : bisect_left(offsets, end, first)]


def _measure(span: Span) -> int:
    return span[0] - span[1]
