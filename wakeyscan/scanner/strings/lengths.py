"""Lengths before strings: where a string ends according to the bytes before it.

Serialized data, compiled Python and Java, DEX and LevelDB write a string as its length and its
bytes, without a terminator. The length, and the type of the next string, may look like letters.

Any byte may be a fitting length by chance. So each length has a weight, in bits of evidence: a
byte that names the right one of 256 lengths has 8.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import NamedTuple

_TEXT = lazy_pattern(rb"[ -~]*+")
_MAX_BEFORE = 256
"""Maximum bytes before an offset in which a text starts, or after it in which one ends."""
MAX_MARKS = 3
"""Bytes of a type or of a length that may look like letters."""
NO_STRING = -MAX_MARKS
"""End of the preceding string if there is none."""
_WIDEST = 8
"""Bytes of the longest integer."""

_BYTE, _VARINT = 8, 12
_ZEROS = {0: 0, 1: 3, 3: 12, 7: 12}
"""Evidence of the NULs that make a byte an integer of two, four or eight bytes."""
_NEIGHBOR = 6
"""Evidence of a string with a length of the same kind before."""
_NOT_TEXT, _IN_TEXT = 2, -6
"""Evidence of a byte before a length that never occurs in text, and of any other."""

STRING_TYPES = b"BCJRSTUVXZbjkmrstxz"
"""Types of strings that look like letters: compiled Python, CBOR, pickle, Protocol Buffers."""
_STRING_TYPE = lazy_pattern(rb"""(?s)[^ -~](?:[*2:"]|.*[%b])\Z""" % STRING_TYPES)
"""A type that looks like text, after a byte that does not."""
_TYPES_BEFORE_LENGTH = frozenset(
    STRING_TYPES
    + bytes(range(0x0A, 0x80, 8))  # Protocol Buffers
    + b"\xd9\xda\xdb\xfa\x8c\x0c\x13\x16\x81"  # MessagePack, compiled Python, pickle, DER
)
"""Bytes directly before a length that name a string in a common format."""
_TYPE_CONTEXT = 6
"""Bytes before a length in which a type is searched."""
CBOR_TYPES, CBOR_TEXT, MAX_CBOR_TEXT = (b"xX", b"yY"), 0x60, 23
"""In CBOR, types before a length of one byte and of two, and the type in that of a short text."""


class Kind(NamedTuple):
    """What a length counts: `(length & mask - less) / parts` bytes, if its other bits are `tag`."""

    mask: int = 0xFFFF
    tag: int = 0
    less: int = 0
    parts: int = 1
    doubt: int = 0
    """Bits of evidence that it lacks, since few formats have it."""

    def find_size(self, length: int) -> int:
        """Return the number of bytes, or 0 if it cannot be such a length."""
        size = (length & self.mask) - self.less
        is_valid = length & ~self.mask == self.tag and size % self.parts == 0
        return max(0, size // self.parts) if is_valid else 0


BYTES = Kind()
_KINDS = (
    BYTES,
    Kind(less=1, doubt=7),  # it counts a NUL, or 0 means null (Kafka, Lua)
    Kind(parts=2, doubt=7),  # it counts halves, or has a sign (Avro, UTF-16)
    Kind(0x7F, 0x80, doubt=5),  # its last byte is marked (Dart, Ion)
    Kind(0x1F, 0xA0, doubt=3),  # it shares a byte with the type (MessagePack)
)
_FORMATS: dict[bytes, tuple[Kind, ...]] = {
    b"\x1bLua": (Kind(less=1), Kind(0x7F, 0x80, less=1)),
    b"Obj\x01": (Kind(parts=2),),  # Avro
    b"\x04\x08": (Kind(less=5), BYTES),  # Ruby
    b"\xe0\x01\x00\xea": (Kind(0x7F, 0x80),),  # Ion
}
"""Kinds of lengths in formats that are known by their first bytes."""
_FORMATS_WITH_LENGTHS = (
    *(b"\x80%c" % protocol for protocol in range(2, 6)),  # pickle
    *(b"\xe3\0\0\0\0", b"\xca\xfe\xba\xbe", b"\xac\xed\0\x05"),  # Python and Java, compiled
    *(b"dex\n", b"\x83h", b"\x83l", b"\x83t"),  # Android, Erlang
)
"""First bytes of other formats whose strings have lengths of the usual kind."""


class _Number(NamedTuple):
    """An integer directly before a string."""

    value: int
    start: int
    zeros: tuple[int, int]
    """NULs before and after its only other byte."""
    weight: int


class LengthReading(NamedTuple):
    """The end of a string according to a length before it."""

    end: int
    weight: int
    """Bits of evidence."""
    kind: Kind
    zeros: tuple[int, int]
    """NULs of the length, before and after its only other byte."""
    start: int
    """Offset of the length."""
    is_typed: bool
    """Whether a type of strings, or the format, shows that it is a length."""
    is_in_known_format: bool
    """Whether the first bytes of the content show that its strings have lengths."""


def read_lengths(content: bytes, start: int, previous_end: int) -> Iterator[LengthReading]:
    """Yield the ends of the string at an offset according to the bytes before it.

    Another string with a length is known to end at `previous_end`.
    """
    known = next((kinds for head, kinds in _FORMATS.items() if content.startswith(head)), None)
    is_known = known is not None or content.startswith(_FORMATS_WITH_LENGTHS)
    for value, first, zeros, weight in _read_numbers(content, start):
        context = _weigh_before(content, first, zeros)
        is_typed = known is not None or is_type(content, first - 1)
        for kind in known or _KINDS:
            if size := kind.find_size(value):
                has_string = 0 <= first - previous_end < MAX_MARKS or has_string_before(
                    content, first, zeros[1], kind
                )
                bits = _NEIGHBOR if has_string else max(0, context) if known else context
                bits += weight - kind.doubt
                end = start + size
                yield LengthReading(end, bits, kind, zeros, first, is_typed, is_known)


def _read_numbers(content: bytes, start: int) -> Iterator[_Number]:
    """Yield the integers that may precede an offset, in either byte order."""
    head = content[max(0, start - _WIDEST) : start]
    low = head.rstrip(b"\0")
    zeros = len(head) - len(low)
    if low and zeros in _ZEROS and zeros:
        first = start - 1 - zeros
        yield _Number(low[-1], first, (0, zeros), _BYTE + _ZEROS[zeros])
    elif low and not zeros:
        high = head[:-1].rstrip(b"\0")
        zeros = max(width for width in _ZEROS if width < len(head) - len(high))
        yield _Number(low[-1], start - 1 - zeros, (zeros, 0), _BYTE + _ZEROS[zeros])
        if low[-1] < 4 and high[-1:] >= b"\x80" and not zeros:
            yield _Number(high[-1] & 0x7F | low[-1] << 7, start - 2, (0, 0), _VARINT)


def _weigh_before(content: bytes, start: int, zeros: tuple[int, int]) -> int:
    """Return the evidence of the bytes before a length at an offset."""
    if start and not is_visible(content, start - 1):
        return _NOT_TEXT
    if not any(zeros) and has_cbor_before(content, start):
        return _NEIGHBOR
    before = content[max(0, start - _TYPE_CONTEXT) : start]
    is_typed = start <= MAX_MARKS or _STRING_TYPE.search(before)
    return 0 if is_typed and not zeros[1] else _IN_TEXT


def has_string_before(content: bytes, start: int, zeros: int, kind: Kind) -> bool:
    """Return whether a text with such a length precedes an offset, or the type at this offset."""
    text = find_text_start(content, start)
    length = text - zeros - 1
    if length < 0 or any(content[length + 1 : text]):
        return False
    size = kind.find_size(content[length])
    return size >= MAX_MARKS and 0 <= start - text - size < MAX_MARKS


def has_cbor_before(content: bytes, start: int) -> bool:
    """Return whether a short text of CBOR and a type precede an offset."""
    if start < 2 or content[start - 1] not in CBOR_TYPES[0]:
        return False
    text = find_text_start(content, start - 1)
    return content[text] - CBOR_TEXT == start - 2 - text


def find_text_start(content: bytes, end: int) -> int:
    """Return where the visible characters before an offset start, up to a limit."""
    before = content[max(0, end - _MAX_BEFORE) : end]
    text = _TEXT.match(before[::-1])
    return end - text.end() if text else end


def find_text_end(content: bytes, start: int) -> int:
    """Return where the visible characters from an offset end, up to a limit."""
    text = _TEXT.match(content, start, start + _MAX_BEFORE)
    return text.end() if text else start


def is_text(content: bytes, start: int, end: int) -> bool:
    """Return whether the visible characters at `start` end exactly at `end`."""
    text = _TEXT.match(content, start, end + 1)
    return text is not None and text.end() == end


def is_type(content: bytes, at: int) -> bool:
    """Return whether a type of strings in a common format is at an offset."""
    return at >= 0 and content[at] in _TYPES_BEFORE_LENGTH


def is_visible(content: bytes, at: int) -> bool:
    """Return whether a visible character is at an offset."""
    return b" " <= content[at : at + 1] <= b"~"
