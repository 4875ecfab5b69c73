"""Bytes after a string with a length: the type, the length or the text of the next value."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.scanner.strings.lengths import (
    CBOR_TEXT,
    CBOR_TYPES,
    MAX_CBOR_TEXT,
    MAX_MARKS,
    LengthReading,
    is_text,
    is_visible,
)

_MARK = 7
"""Bits of a byte of a type or of a length that looks like a letter."""
_LENGTH, _CBOR_LENGTH = 2, 3
"""Bits of a length that fits the text after it."""
_C_STRING = 10
"""Bits of such a byte before a NUL, which more likely ends the string."""
_QUOTES = b"\"'`"
_DELIMITERS = (b"\0", b"\t", b"\n", b"\r\n", b'"', b"'", b"`")


def find_next_texts(
    content: bytes, end: int, run_end: int, reading: LengthReading
) -> Iterator[tuple[int, int]]:
    """Yield how `content[end:run_end]` may begin the next value: bits, and the start of a text.

    `reading` is the length of the string that ends at `end`. The bits do not include the text. The
    last bytes of the content begin no value: a type or a length precedes something.
    """
    size = run_end - end
    if size <= MAX_MARKS and run_end < len(content) and not is_visible(content, run_end):
        yield _MARK * size + _weigh_c_string(content, run_end, reading), run_end
    for types in range(min(size, MAX_MARKS)):
        at = end + types
        if text := _find_text(content, at, run_end, reading):
            yield _MARK * types + _LENGTH, text
        if _is_cbor(content, at, run_end, reading):
            yield _MARK * types + _CBOR_LENGTH, at + 1


def list_next_strings(
    content: bytes, end: int, run_end: int, reading: LengthReading
) -> Iterator[tuple[int, int]]:
    """Yield where the strings may start and end to which the letters `content[end:run_end]` belong.

    The letters are the type or the length of a string, and maybe its first letters. The start is
    that of the only byte of the length that is not NUL; for short texts of CBOR, that of the first.
    """
    for at in range(end, min(run_end, end + MAX_MARKS) + 1):
        if _is_cbor(content, at, run_end, reading):
            yield at, run_end
        for zeros in {reading.zeros, (0, 0)}:
            if text_end := _find_text_end(content, at, run_end, zeros):
                yield at + zeros[0], text_end


def _find_text_end(content: bytes, at: int, run_end: int, zeros: tuple[int, int]) -> int:
    """Return where a visible text ends if an integer at an offset names its size; or 0."""
    length = at + zeros[0]
    text = length + 1 + zeros[1]
    if text >= len(content) or any(content[at:length]) or any(content[length + 1 : text]):
        return 0
    end = text + content[length]
    is_valid = end >= max(run_end, text + MAX_MARKS) and is_text(content, text, end)
    return end if is_valid else 0


def _weigh_c_string(content: bytes, run_end: int, reading: LengthReading) -> int:
    """Return the bits of letters before a NUL, which more likely ends a string without a length."""
    is_short = reading.zeros in ((0, 0), (0, 1)) and content[run_end : run_end + 1] == b"\0"
    return _C_STRING * is_short


def is_delimiter(content: bytes, at: int, reading: LengthReading) -> bool:
    """Return whether a delimiter is at an offset, and not the length of the text after it."""
    if not content.startswith(_DELIMITERS, at):
        return False
    zeros = reading.zeros[0]
    text = at + 1 + zeros
    number = int.from_bytes(content[at:text], "big")
    size = 0 if content[at] in _QUOTES else reading.kind.find_size(number)
    following = content[text : text + size]
    return not following or len(following) < size or not is_text(following, 0, size)


def _find_text(content: bytes, at: int, run_end: int, reading: LengthReading) -> int:
    """Return where a text starts if a length at an offset, of the same kind, names its end; or 0.

    Nothing visible follows the text.
    """
    before, after = reading.zeros
    length = at + before
    text = length + 1 + after
    if length >= run_end or any(content[at:length]) or any(content[length + 1 : text]):
        return 0
    end = text + reading.kind.find_size(content[length])
    is_valid = text < end >= run_end and end <= len(content) and is_text(content, text, end)
    return text if is_valid else 0


def _is_cbor(content: bytes, at: int, run_end: int, reading: LengthReading) -> bool:
    """Return whether short texts of CBOR, after another text, end where the letters end."""
    before, after = reading.zeros
    is_after_text = reading.start and before < len(CBOR_TYPES) and not after
    if not is_after_text or content[reading.start - 1] not in CBOR_TYPES[before]:
        return False
    end = at
    while end < run_end and 0 < content[end] - CBOR_TEXT <= MAX_CBOR_TEXT:
        end += 1 + content[end] - CBOR_TEXT
    return end == run_end > at and not is_visible(content, run_end)
