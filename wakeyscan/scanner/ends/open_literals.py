"""Literals around an end, without their quotes and one level of their escapes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_starts import is_same_but_digits
from wakeyscan.scanner.ends.text_end import (
    BACKSLASH,
    BACKTICK,
    CONTEXT,
    DOUBLE_QUOTE,
    SPLIT_LITERAL,
    TextEnd,
    find_last_line,
    split_line,
)

_QUOTES = {quote: lazy_pattern(rb"(?s)\\.|(" + quote + rb")") for quote in (b'"', b"'", b"`")}
"""An escape, or the quote."""
_TRIPLE = (b'"""', b"'''")
_DOUBLED = b'""'
_CELL_END = lazy_pattern(rb'"(?:[\s,;)\]}]|\Z)')
_RUN = lazy_pattern(rb'"+')
_DOCSTRING = lazy_pattern(rb'[^"]*"""[^"]*\Z')
_IN_CELL = lazy_pattern(rb'\\*""')
_CELL = lazy_pattern(rb'(?:[^"]|"")*+')
_ESCAPE = lazy_pattern(rb"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))")
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def open_literals(end: TextEnd) -> Iterator[TextEnd]:
    """Yield the text in each literal around an end that holds more than one line."""
    before, after = end.before, end.after
    if (BACKSLASH in after or BACKSLASH in before) and (
        b"\\n" in after or b"\\n" in end.line or after.startswith(b"\\")
    ):
        yield from _open_escaped(end)
    if BACKTICK in before:
        yield from _open_template(end, end.line)
    if DOUBLE_QUOTE in before:
        yield from _open_cell(end, end.line)
    if b'"""' in before or b"'''" in before:
        yield from _open_docstring(end, end.line)


def _open_escaped(end: TextEnd) -> Iterator[TextEnd]:
    """Yield the text in a literal that holds escaped line ends, or an escaped quote."""
    before, after = map(_join_split, (end.before, end.after))
    line = find_last_line(before)
    is_cut = line == before and len(end.before) >= CONTEXT
    for quote in _QUOTES:
        text = _find_open_text(line, quote, is_cut=is_cut)
        if text is None:
            continue
        rest = after[: _find_quote(after, quote)].partition(b"\n")[0]
        if b"\\n" in rest or b"\\n" in text or rest.startswith(b"\\"):
            yield end.replace_text(_unescape(text), _unescape(rest))


def _join_split(text: bytes) -> bytes:
    has_quote = DOUBLE_QUOTE in text or b"'" in text
    return SPLIT_LITERAL.sub(rb"\\n", text) if has_quote else text


def _open_docstring(end: TextEnd, line: bytes) -> Iterator[TextEnd]:
    """Yield the text in three quotes."""
    for quote in _TRIPLE:
        if line.count(quote) % 2:
            yield end.replace_text(line.rpartition(quote)[2], end.after.partition(quote)[0])


def _open_template(end: TextEnd, line: bytes) -> Iterator[TextEnd]:
    """Yield the text in backticks that are on different lines."""
    text = _find_open_text(line, b"`", is_cut=len(line) >= CONTEXT)
    rest = end.after[: _find_quote(end.after, b"`")]
    if text is not None and b"\n" in rest and len(rest) < len(end.after):
        yield end.replace_text(text.replace(b"\\`", b"`"), rest.replace(b"\\`", b"`"))


def _open_cell(end: TextEnd, line: bytes) -> Iterator[TextEnd]:
    """Yield the text in a cell of CSV that holds line ends; its quotes are doubled."""
    opening = _find_cell(line)
    is_inside = not opening and _DOUBLED in line and _IN_CELL.match(end.after)
    cell = _CELL.match(end.after) if opening or is_inside else None
    if not cell or (opening and not (b"\n" in cell[0] and _CELL_END.match(end.after, cell.end()))):
        return
    before = line[opening:] if opening else end.before
    yield end.replace_text(before.replace(_DOUBLED, b'"'), cell[0].replace(_DOUBLED, b'"'))


def open_record(end: TextEnd) -> TextEnd | None:
    """Return the text in the last literal of records, if the next line begins with another one.

    A program wraps a text, and a logger stores each line of it. A literal with only the secret is
    a value.
    """
    line, (rest, later) = end.line, split_line(end.after)
    text = _find_open_text(line, b'"', is_cut=False)
    if not text and rest.startswith(b'"'):
        return None
    size = len(line) - len(text or b"")
    texts = [one[size:] for one in _list_records(later, line[:size])] if text is not None else []
    if not texts:
        return None
    after = (one[: _find_quote(one, b'"')] for one in (rest, *texts))
    return end.replace_text(_unescape(text or b""), _unescape(b"\n".join(after)))


def _list_records(text: bytes, start: bytes) -> Iterator[bytes]:
    """Yield the lines that begin with a text, up to one that does not."""
    while text:
        line, text = split_line(text)
        if not is_same_but_digits(line[: len(start)], start):
            break
        yield line


def _find_cell(line: bytes) -> int:
    """Return the offset of the text in a cell that a line opens, and does not close, or 0."""
    opening = 0
    if not _DOCSTRING.match(line):
        for run in _RUN.finditer(line):
            if len(run[0]) % 2:
                opening = 0 if opening else run.start() + 1
    return opening


def _find_open_text(line: bytes, quote: bytes, *, is_cut: bool) -> bytes | None:
    """Return the text after the quote of a literal that a line opens, and does not close.

    If its start was not read, it may be inside a literal.
    """
    if quote not in line:
        return line if is_cut and quote == b'"' else None
    quotes = [found.end() for found in _QUOTES[quote].finditer(line) if found[1]]
    return line[quotes[-1] :] if quotes and (is_cut or len(quotes) % 2) else None


def _find_quote(text: bytes, quote: bytes) -> int:
    """Return the offset of the first quote that is not escaped, or the end of the text."""
    if quote not in text:
        return len(text)
    starts = (found.start() for found in _QUOTES[quote].finditer(text) if found[1])
    return next(starts, len(text))


def _unescape(text: bytes) -> bytes:
    if b"\\\\" not in text:  # each backslash starts an escape; most are these
        for escape, letter in _LETTERS.items():
            text = text.replace(b"\\" + escape, letter)
    return _ESCAPE.sub(_decode_escape, text) if BACKSLASH in text else text


def _decode_escape(escape: re.Match[bytes]) -> bytes:
    code = escape[1] or escape[2]
    if not code:
        return _LETTERS.get(escape[3], escape[3])
    return chr(int(code, 16)).encode("utf-8", "replace")
