"""Texts in an array of NumPy: UTF-32 of one width, which NULs fill if they are shorter.

A text that has the full width is directly before the next one, so only the width ends it. In a
record with several fields, the texts are read like others in UTF-32.

Source: `numpy/lib/format.py` of NumPy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders.decoder import DecodedText, Segment

_SIGNATURE = b"\x93NUMPY"
_HEADER = lazy_pattern(
    rb"(?s)\x93NUMPY(?:\x01.(?P<short>..)|[\x02\x03].(?P<long>.{4}))"
    rb"\{[^\[\]]{0,200}?'descr': '(?P<order>[<>])U(?P<size>[0-9]{1,9})'"
)
_CODECS = {b"<": "utf-32-le", b">": "utf-32-be"}
_WIDTH = 4
"""Bytes of a character."""


def list_texts(content: bytes, offsets: Iterable[int]) -> Iterator[DecodedText]:
    """Yield the texts of an array in which one of the offsets lies; none of another content."""
    header = _HEADER.match(content) if content.startswith(_SIGNATURE) else None
    if not header:
        return
    length = header["short"] or header["long"]
    first = header.end("short" if header["short"] else "long") + int.from_bytes(length, "little")
    size = int(header["size"]) * _WIDTH
    numbers = {(offset - first) // size for offset in offsets if size and offset >= first}
    for number in sorted(numbers):
        yield _decode(content, first + number * size, size, _CODECS[header["order"]])


def _decode(content: bytes, start: int, size: int, codec: str) -> DecodedText:
    """Return a text with the source of each character."""
    characters = content[start : start + size].decode(codec, "replace").rstrip("\0")
    encoded = [character.encode("utf-8", "replace") for character in characters]
    places = accumulate(map(len, encoded), initial=0)
    sources = range(start, start + _WIDTH * len(encoded), _WIDTH)
    segments = tuple(
        Segment(offset, at, at + _WIDTH) for offset, at in zip(places, sources, strict=False)
    )
    return DecodedText(b"".join(encoded), (start, sources.stop), segments)
