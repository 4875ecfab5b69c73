"""Other ends that a key may have: a byte near it may be a length by coincidence.

An end that only such a length proves is not that of a parser. If the API rejects the key, it is
asked about these ends too, before the key counts as revoked:

    all       the letters may all belong to the key
    near      the next value begins with a letter or two, or the key ends with them
    shown     the last letters are a type, a length or a word of the next value; or a length
              before the key, whatever its evidence, names this end
    record    the length is that of a record, and a short field follows the key
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import MAX_KEY, MIN_KEY
from wakeyscan.scanner.strings.lengths import (
    BYTES,
    MAX_MARKS,
    NO_STRING,
    find_text_end,
    find_text_start,
    read_lengths,
)

MAX_OTHER_ENDS = 8
"""Other ends of one key: each costs a request, once the API has rejected the key."""
_MAX_WORD = 64
_QUOTES = (b'"\0', b"'\0", b"`\0")
"""The end of a string in quotes, or an integer after one that looks like a letter."""
_WORD = lazy_pattern(rb"[a-z]{4,}+\Z")
_NULS = lazy_pattern(rb"\0{1,7}(?=[^\0])")
_FIELDS = (8, 4)
"""Bytes of a short field after the key, if the length is that of a record."""
_MORE = (5, -1)
"""What a length may count besides the bytes (Ruby, LuaJIT), or not (Snappy)."""
_MIN_LETTER, _MAX_LETTER = ord("-"), ord("z") + 1
"""Lengths that look like a letter of a key."""
_LESS = (0, 1)
"""What the length of the next string may count besides its bytes."""


def list_other_ends(content: bytes, start: int, run_end: int, end: int) -> tuple[int, ...]:
    """Return the other ends of the key at `start:end`, the likeliest first.

    Its letters end at `run_end`.
    """
    near = (run_end, end - 1, end + 1, end - 2, end + 2)
    records = (end - size for size in _FIELDS)
    others = chain(near, _list_shown(content, start, run_end), records)
    return _select(content, start, run_end, end, others)


def list_shown_ends(content: bytes, start: int, run_end: int, end: int) -> tuple[int, ...]:
    """Return only the other ends that bytes around the letters show."""
    return _select(content, start, run_end, end, _list_shown(content, start, run_end))


def _select(
    content: bytes, start: int, run_end: int, end: int, others: Iterable[int]
) -> tuple[int, ...]:
    """Return the ends at which a key may end, each once."""
    high = min(run_end, start + MAX_KEY)
    valid = (
        other
        for other in dict.fromkeys(others)
        if start + MIN_KEY <= other <= high and other != end and content[other - 1] not in b"-_"
    )
    return tuple(valid)[:MAX_OTHER_ENDS]


def _list_shown(content: bytes, start: int, run_end: int) -> Iterator[int]:
    """Yield the ends that bytes show: NULs, a quote, a word, a length of the key, other lengths."""
    if content.startswith(_QUOTES, run_end):
        yield run_end - 1
    if _has_text_after_nuls(content, run_end):
        yield from (run_end - 1, run_end - 2)
    if word := _WORD.search(content, max(start, run_end - _MAX_WORD), run_end):
        yield from (word.start(), word.start() - 1, word.start() + 1)
    own = list(read_lengths(content, start, NO_STRING))
    yield from (reading.end for reading in own)
    yield from _list_next(content, start, run_end)
    plain = [reading.end for reading in own if reading.kind == BYTES]
    yield from (end - more for more in _MORE for end in plain)
    text = find_text_start(content, start)
    for string in range(text, min(start, text + MAX_MARKS)):
        yield from (reading.end for reading in read_lengths(content, string, NO_STRING))


def _list_next(content: bytes, start: int, run_end: int) -> Iterator[int]:
    """Yield where the length of the next text may be, and the type before it."""
    text_end = find_text_end(content, run_end)
    low, high = max(start + MIN_KEY, text_end - _MAX_LETTER), text_end - _MIN_LETTER
    for at in range(low, min(high, run_end)):
        if content[at] - (text_end - at - 1) in _LESS:
            yield from (at, at - 1)


def _has_text_after_nuls(content: bytes, at: int) -> bool:
    """Return whether NULs belong to the length of a text, as does the byte before or after them."""
    nuls = _NULS.match(content, at)
    if not nuls:
        return False
    text, before = nuls.end(), content[at - 1]
    ends = (text + before, text + 1 + content[text])
    low, high = text, find_text_end(content, text + 1)
    return any(
        low < end <= high
        and (end == high or content[end] == before or content.startswith(b"\0", end + 1))
        for end in ends
    )
