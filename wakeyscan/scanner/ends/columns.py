"""Columns: a cell of a table may be wrapped, and continues in the same column of the next line."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.ends.file_kinds import is_markdown
from wakeyscan.scanner.ends.text_end import KEY_PREFIX, TextEnd, split_line
from wakeyscan.scanner.ends.words import begins_with_word, is_name

SEPARATOR = rb"(?:\||\xc2\xa6|\xe2[\x94\x95][\x80-\xbf])"
"""Pattern of a line between two cells: a bar, or any sign of a frame, U+2500 to U+257F.

One table may have several: npm's `table` writes its edges with other signs than its columns.
"""
_SEPARATOR = lazy_pattern(SEPARATOR)
_SEPARATOR_NEXT = lazy_pattern(rb"[.+]?(?:[ \t]|\xc2\xa0)*" + SEPARATOR)
_WORD = lazy_pattern(rb"[A-Za-z0-9]")
_PIECE = lazy_pattern(rb"[ .+\xe2\xa6]*([-_]{0,2}[A-Za-z0-9][A-Za-z0-9_-]*)")
"""A word at the start of a cell; psql puts a dot before the rest of a wrapped one."""
_LONE = lazy_pattern(
    rb"[-_]{0,2}[A-Za-z0-9][A-Za-z0-9_-]*(?=[ ]{2}|[ ]*(?:\Z|" + SEPARATOR + rb"))"
)
_MORE_BLANKS = lazy_pattern(rb"[ ]{2}")
_FRAME = lazy_pattern(rb"(?:[ \t]|" + SEPARATOR + rb")*")
_EDGE = lazy_pattern(rb"(?:\A|[ \t]|" + SEPARATOR + rb")\Z")


def is_cell_certain(end: TextEnd) -> bool:
    """Return whether a cell that ends with a secret is not continued in the next row."""
    row, following = _split_rows(end)
    cells, own = _SEPARATOR.split(following), _SEPARATOR.split(end.line + row)
    if len(cells) == 1 or not _WORD.search(following):
        return True
    if len(cells) != len(own):
        return False
    number = len(_SEPARATOR.findall(end.line))
    cell = cells[number].strip()
    if not cell:  # then no other cell may be the rest, as in a table inside a table
        return all(_is_plain(other.strip()) for other in cells)
    if not _PIECE.match(cell) or KEY_PREFIX in cell or begins_with_word(cell):
        return True
    # No program wraps the rows of a Markdown file: the next row, with a name, is another one.
    first = 0 if cells[0].strip() else 1
    return is_markdown(end.path) and number > first and bool(cells[first].strip())


def _is_plain(cell: bytes) -> bool:
    piece = _PIECE.match(cell)
    return not piece or KEY_PREFIX in cell or piece[1].isdigit() or is_name(piece[1])


def is_column_certain(end: TextEnd) -> bool:
    """Return whether no word is below a secret that blanks end, as in a table without lines."""
    row, following = _split_rows(end)
    left, below = following[: len(end.line)], following[len(end.line) :]
    piece = _LONE.match(below)
    if not piece or below.startswith(KEY_PREFIX) or begins_with_word(below):
        return True
    if not _EDGE.search(left):
        return True
    is_alone = _FRAME.fullmatch(left) and _FRAME.fullmatch(below, piece.end())
    return not is_alone and not _MORE_BLANKS.match(row)


def is_before_cell(end: TextEnd) -> bool:
    """Return whether a line between two cells follows the secret."""
    return _SEPARATOR_NEXT.match(end.after) is not None


def has_cells(line: bytes) -> bool:
    """Return whether a line between two cells precedes the secret."""
    return _SEPARATOR.search(line) is not None


def find_next_cell(end: TextEnd) -> tuple[int, int] | None:
    """Return the offsets, after the secret, of the first word in the same cell of the next row."""
    following = _split_rows(end)[1]
    starts = [0, *(line.end() for line in _SEPARATOR.finditer(following))]
    number = len(_SEPARATOR.findall(end.line))
    piece = _PIECE.match(following, starts[number]) if number < len(starts) else None
    if not piece:
        return None
    at = len(end.after) - len(split_line(end.after)[1])
    return at + piece.start(1), at + piece.end(1)


def find_below(end: TextEnd) -> tuple[int, int] | None:
    """Return the offsets, after the secret, of the word below it."""
    following = _split_rows(end)[1]
    at = len(end.after) - len(split_line(end.after)[1])
    piece = _LONE.match(following, len(end.line))
    return (at + piece.start(), at + piece.end()) if piece else None


def _split_rows(end: TextEnd) -> tuple[bytes, bytes]:
    """Return the rest of the line of the secret, and the next line."""
    row, text = split_line(end.after)
    return row, split_line(text)[0]
