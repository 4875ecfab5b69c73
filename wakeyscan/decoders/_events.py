"""Events of a stream: the lines in which a language model, or another program, sends a text.

Each line is an object with one piece of the text, such as a server-sent event or a line of JSON.
The lines differ in their piece, in numbers and in what follows it.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders._gaps import LETTER

if TYPE_CHECKING:
    from wakeyscan.decoders._gaps import Part

_MAX_LINE = 1 << 11
"""Bytes of an event before and after its piece that are read."""
_MAX_LINES = 4
"""Lines after an event up to the next one: a blank one, a name, a number."""

_FIELD = lazy_pattern(
    rb"(?:\b(?:arguments|chunk|completion|content|data|delta|generated_text|output|output_text"
    rb"|partial_json|reasoning|reasoning_content|response|text|thinking|token|v|value)"
    rb"[\"']?[ ]{0,2}[:=][ ]{0,2}|^[0-9]:)[\"']\Z"
)
"""The start of an event, up to its piece."""
_MAX_FIELD = 40
"""Bytes of the start of an event that hold the name of its field."""
_MAX_STRING = 1 << 10
_LAST_QUOTE = lazy_pattern(rb"[\"'](?:[^\"'\\]|\\.){0,%d}\Z" % _MAX_STRING)
_OTHER_LINE = lazy_pattern(rb"(?:event|id|retry)?:|\s*\Z")
"""A line of a server-sent event that has no data."""
_TOKEN = lazy_pattern(rb"[0-9]+|[^0-9]+")


def find_next_piece(content: bytes, part: Part) -> int | None:
    """Return where a part of a key goes on in the next event; nothing if it does not.

    The part must be the end of its piece, and its rest the start of the next one.
    """
    low = max(0, part.end - _MAX_LINE)
    line = content[content.rfind(b"\n", low, part.end) + 1 or low : part.end]
    quote = _find_last_quote(line)
    if quote < 0 or content[part.end : part.end + 1] != line[quote : quote + 1]:
        return None
    start = line[: quote + 1]
    if not _FIELD.search(start, max(0, quote - _MAX_FIELD)):
        return None
    for offset, following in _list_lines(content, part.end):
        size = _measure_same(start, following)
        if size:
            return offset + size if LETTER.match(following, size) else None
        if not _OTHER_LINE.match(following):
            return None
    return None


def _find_last_quote(line: bytes) -> int:
    """Return where the string starts that is open at the end of a line, or -1."""
    at = max(line.rfind(b'"'), line.rfind(b"'"))
    if at >= 0 and len(line) - at <= _MAX_STRING and b"\\" not in line[max(0, at - 1) :]:
        return at  # as mostly; the pattern searches from each quote
    found = _LAST_QUOTE.search(line)
    return found.start() if found else -1


def _list_lines(content: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the lines after the one at an offset, with their own offsets."""
    at = content.find(b"\n", at, at + _MAX_LINE) + 1
    for _ in range(_MAX_LINES if at else 0):
        stop = content.find(b"\n", at, at + _MAX_LINE)
        yield at, content[at : stop if stop >= 0 else at + _MAX_LINE]
        if stop < 0:
            return
        at = stop + 1


def _measure_same(start: bytes, line: bytes) -> int:
    """Return the size of the start of a line that is the same as another one but for numbers."""
    size = 0
    for token in _TOKEN.finditer(start):
        if token[0].isdigit():
            digits = _TOKEN.match(line, size)
            if not digits or not digits[0].isdigit():
                return 0
            size = digits.end()
        elif line.startswith(token[0], size):
            size += len(token[0])
        else:
            return 0
    return size
