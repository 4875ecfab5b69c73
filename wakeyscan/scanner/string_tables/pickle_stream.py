"""Pickles of Python, since protocol 2: instructions, with the length of a string before it.

They are read, and never executed, which would not be safe. Older protocols have no signature. Of a
pickle that is cut, or that raw data interrupts, the strings before that place are known.

Source: `Lib/pickletools.py` of CPython.
"""

from __future__ import annotations

import pickletools
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import islice

from wakeyscan.scanner.string_tables import select_within
from wakeyscan.scanner.string_tables._values import is_text

_PROTOCOL = b"\x80"
_WIDTHS = {
    pickletools.TAKEN_FROM_ARGUMENT1: 1,
    pickletools.TAKEN_FROM_ARGUMENT4: 4,
    pickletools.TAKEN_FROM_ARGUMENT4U: 4,
    pickletools.TAKEN_FROM_ARGUMENT8U: 8,
}
"""Bytes of a length."""
_MAX_INSTRUCTIONS = 1 << 18


def find_strings(content: bytes, offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the strings in which one of the offsets lies, of each pickle in the content."""
    stream = BytesIO(content)
    try:
        for code, _, at in islice(_list_instructions(content, stream), _MAX_INSTRUCTIONS):
            end = stream.tell()
            width = _WIDTHS.get(code.arg.n, 0) if code.arg else 0
            start = at + 1 + width
            if width and select_within(offsets, start, end) and is_text(content, start, end):
                yield start, end
            if end > offsets[-1]:
                return
    except ValueError:  # no pickle, or one that is damaged
        return


def _list_instructions(
    content: bytes, stream: BytesIO
) -> Iterator[tuple[pickletools.OpcodeInfo, object, int]]:
    while content.startswith(_PROTOCOL, stream.tell()):
        for code, argument, at in pickletools.genops(stream):
            yield code, argument, at or 0
