"""Compiled Python: code objects, written by `marshal`, after a header with the release.

    header    magic number with CR LF, flags since 3.7, time and size of the source, or its hash
    values    each with its type: 7 bits, and a bit for one that others refer to
    code      integers, values, the number of the first line, values; the release decides how many

Bytes of the standard library's `marshal` are walked, but never loaded, which is not safe.

Source: `Python/marshal.c` and `Lib/importlib/_bootstrap_external.py` of CPython 2.7 to 3.14.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.string_tables._values import VALUE, Value, list_texts

_LINE = 1
"""Kind of a part: the number of the first line."""
_CODE, _TYPE = ord("c"), 0x7F
_FIXED = {
    **dict.fromkeys(b"0NFTS.", 0),
    **dict.fromkeys(b"irR", 4),
    **dict.fromkeys(b"Ig", 8),
    ord("y"): 16,
}
"""Bytes of values without a length, by their type."""
_COUNTED = {**dict.fromkeys(b"stuaA", 4), **dict.fromkeys(b"zZf", 1)}
_LISTS = {**dict.fromkeys(b"([<>", 4), ord(")"): 1}
"""Bytes of the length, or of the number of values."""
_BIG = ord("l")


class _Release(NamedTuple):
    magic: int
    """The first magic number with this layout."""
    header: int
    """Bytes before the values."""
    integers: int
    """Of a code object."""
    last: int
    """Values after the number of the first line."""


_RELEASES = (
    _Release(20_000, 8, 4, 1),  # 2.7
    _Release(3_450, 16, 5, 2),  # 3.11
    _Release(3_400, 16, 6, 1),  # 3.8
    _Release(3_390, 16, 5, 1),  # 3.7
    _Release(3_190, 12, 5, 1),  # 3.3
)
"""The newest of the releases with a layout, by the magic number; Python 2 has the largest ones."""
_BARE = (b"\xe3\0\0\0\0", b"c\0\0\0\0")


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the strings, also of bytes, in which one of the offsets lies."""
    magic = int.from_bytes(content[:2], "little")
    is_bare = content.startswith(_BARE)
    releases = [release for release in _RELEASES if is_bare or release.magic <= magic]
    for release in releases if is_bare else releases[:1]:
        start = 0 if is_bare else release.header
        found = list_texts(content, start, partial(_read_part, release), offsets)
        if found is not None:
            yield from found
            return


def _read_part(release: _Release, content: bytes, at: int, kind: int) -> Value | None:
    if kind == _LINE:
        return Value(at + 4)
    code, at = content[at] & _TYPE, at + 1
    if code in _FIXED:
        return Value(at + _FIXED[code])
    if code == _CODE:
        return Value(
            at + 4 * release.integers, parts=((release.last, VALUE), (1, _LINE), (8, VALUE))
        )
    width = _COUNTED.get(code) or _LISTS.get(code) or 4 * (code == _BIG)
    end = at + width
    number = int.from_bytes(content[at:end], "little", signed=code == _BIG)
    if code in _COUNTED:
        return Value(end + number, (end, end + number))
    if code == _BIG:
        return Value(end + 2 * abs(number))
    return Value(end, parts=((number, VALUE),)) if width else None
