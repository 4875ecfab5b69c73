"""UTF-16 and UTF-32, with or without a byte-order mark.

Windows tools write UTF-16, such as the `>` of PowerShell.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator

from wakeyscan.core.line_index import find_all
from wakeyscan.decoders import numpy_texts
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors, TextEncoding

_CONTEXT_SIZE = 1024
"""Bytes before and after an anchor that are examined; a run of text usually ends within them."""


class _UtfDecoder:
    """A decoder of documents with one or three NULs between ASCII characters."""

    def __init__(
        self,
        name: str,
        byte_order_marks: dict[str, bytes],
        find_encoding: Callable[[bytes, int], TextEncoding],
        list_cells: Callable[[bytes, Iterable[int]], Iterable[DecodedText]] = lambda *_: (),
    ) -> None:
        """Take the mark of each codec, and a function that determines the encoding at an anchor.

        The last function lists the texts at the anchors if they are cells of one width.
        """
        self.NAME = name
        self._byte_order_marks = byte_order_marks
        self._find_encoding = find_encoding
        self._list_cells = list_cells
        self._nuls = b"\0" * (len(next(iter(byte_order_marks.values()))) - 1)

    def encoded_anchors(self, anchor: bytes, exact_case: bool) -> Iterator[bytes]:
        """Yield the anchor with NULs between its letters, as both byte orders contain it."""
        yield self._nuls.join(bytes([letter]) for letter in anchor)

    def encode(self, anchor: bytes) -> Iterator[bytes]:
        """Yield the anchor with NULs between its letters."""
        yield from self.encoded_anchors(anchor, True)

    def encode_again(self, text: bytes) -> Iterator[bytes]:
        """Yield nothing: the prefilter recognizes UTF-16 by its start, not by its text.

        Encoded text inside UTF-32 is not searched for.
        """
        yield from ()

    def decode(self, content: bytes, found: FoundAnchors) -> Iterator[TextEncoding | DecodedText]:
        """Yield each byte order and offset at which `content` holds an encoded anchor.

        A byte-order mark does not hold for the whole file: a tool may append text in another
        encoding, and so move the rest by an odd number of bytes. An array of NumPy has its texts
        in UTF-32.
        """
        marked = self._find_marked(content)
        lowered = content.lower()
        texts = [text for text in found if text not in self._byte_order_marks.values()]
        offsets = [offset for text in texts for offset in find_all(lowered, text.lower())]
        if cells := [*self._list_cells(content, offsets)]:
            yield from cells
            return
        others = sorted({self._find_encoding(content, offset) for offset in offsets})
        if marked is None:
            yield from others
            return
        yield marked
        others = [other for other in others if not _are_aligned(marked, other)]
        yield from others or _list_shifted(content, marked)

    def _find_marked(self, content: bytes) -> TextEncoding | None:
        for codec, byte_order_mark in self._byte_order_marks.items():
            if content.startswith(byte_order_mark):
                return TextEncoding(codec, len(byte_order_mark))
        return None


def _are_aligned(one: TextEncoding, other: TextEncoding) -> bool:
    """Return whether two encodings read the same characters."""
    return one.codec == other.codec and one.align(other.bom_size) == other.bom_size


def _list_shifted(content: bytes, marked: TextEncoding) -> Iterator[TextEncoding]:
    """Yield the other alignment of UTF-16 if a part of the content may have it.

    A NUL is then where aligned text has letters. Of other text, few characters have one there.
    """
    is_big = marked.codec == "utf-16-be"
    if marked.width == 2 and b"\0" in content[marked.bom_size + is_big :: 2]:
        yield TextEncoding(marked.codec, 1)


def _find_utf_16(content: bytes, anchor: int) -> TextEncoding:
    """Return the byte order at the offset of an anchor, and the offset of the text.

    The letters of little-endian text at an even offset have even offsets. Text in a binary file
    starts anywhere. The byte before its first letter, or after its last, then decides.
    """
    if anchor % 2:
        is_big = content[anchor - 1] == 0
        return TextEncoding("utf-16-be") if is_big else TextEncoding("utf-16-le", 1)
    run = re.compile(rb"(?:[\w-]\0)*[\w-](\0?)").match(content, anchor, anchor + _CONTEXT_SIZE)
    ends_without_nul = (
        run is not None and not run[1] and run.end() < _end_of_context(content, anchor)
    )
    before = re.match(rb"(?:\0[\s!-~])*", _reverse_before(content, anchor))
    if ends_without_nul and before and 0 < before.end() < min(anchor, _CONTEXT_SIZE):
        return TextEncoding("utf-16-be", 1)
    return TextEncoding("utf-16-le")


def _find_utf_32(content: bytes, anchor: int) -> TextEncoding:
    """Return the byte order at the offset of an anchor, and the offset of the text.

    In big-endian text, three NULs precede each letter.
    """
    run = re.compile(rb"(?:[\w-]\0\0\0)*[\w-](\0{0,3})").match(
        content, anchor, anchor + _CONTEXT_SIZE
    )
    is_short = run is not None and len(run[1]) < 3 and run.end() < _end_of_context(content, anchor)
    before = re.match(rb"(?:\0{3}[\s!-~])*", _reverse_before(content, anchor))
    size = before.end() if before else 0
    starts_in_run = 0 < size < min(anchor, _CONTEXT_SIZE) and content[anchor - size - 1] != 0
    is_misaligned = anchor % 4 == 3 or (is_short and (anchor % 4 or starts_in_run))
    if content[max(0, anchor - 3) : anchor] == b"\0\0\0" and is_misaligned:
        return TextEncoding("utf-32-be", (anchor - 3) % 4)
    return TextEncoding("utf-32-le", anchor % 4)


def _end_of_context(content: bytes, anchor: int) -> int:
    return min(anchor + _CONTEXT_SIZE, len(content))


def _reverse_before(content: bytes, anchor: int) -> bytes:
    return content[max(0, anchor - _CONTEXT_SIZE) : anchor][::-1]


UTF_16 = _UtfDecoder(
    "utf-16",
    {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE},
    _find_utf_16,
)
UTF_32 = _UtfDecoder(
    "utf-32",
    {"utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE},
    _find_utf_32,
    numpy_texts.list_texts,
)
