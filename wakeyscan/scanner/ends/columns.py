"""Columns: a text that a program wraps continues in the same place of the next lines.

The place is a cell between the signs that divide both lines, such as bars and tabs. Else it is a
column of the screen, up to that of the secret, in which a word of its line starts too.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_starts import CELL_SEPARATOR
from wakeyscan.scanner.ends.cells import (
    Cell,
    Place,
    cut_at,
    list_places,
    measure,
    read_cell,
)
from wakeyscan.scanner.ends.file_kinds import is_markdown, is_table
from wakeyscan.scanner.ends.text_end import ELLIPSIS, Rest, TextEnd, split_line
from wakeyscan.scanner.ends.words import looks_random, read_piece

_MAX_LINES = 12
"""Lines after that of the secret that are read, with blank ones; a key has six parts at most."""

_LONG = 16
"""Letters of a word that may be a part of a key, although other lines are longer."""

_WORD = lazy_pattern(rb"[A-Za-z0-9]")
_WORDS = lazy_pattern(rb"[A-Za-z0-9]\S*")
_IN_WORD = lazy_pattern(rb"[A-Za-z0-9_\\-]")
"""A letter before another one in a word or in an escape."""
_WORD_CHARACTERS = lazy_pattern(rb"[A-Za-z0-9_-]++")
_GAP = lazy_pattern(rb"(?:(?![-_]{0,2}[A-Za-z0-9])[\s\S])*+")
_COLUMN = lazy_pattern(rb"[\s\S]*[ ]{2}")
"""A line up to its last column, if two blanks precede each."""
_NEXT_COLUMN = lazy_pattern(rb"(?:[ ]{2}|[ ]*(?:\t|" + CELL_SEPARATOR + rb"))")
_CELL_END = lazy_pattern(rb"[^\sA-Za-z0-9]{0,3}(?:[ ]{2}|[^A-Za-z0-9]*\Z)")
_BLANKS = lazy_pattern(rb"[ ]{2,}(?=\S)")
_VALUE = lazy_pattern(rb"""\w\\*["']?[ \t]*[:=][ \t]*\\*["'`]?\Z""")
_NUMBER = lazy_pattern(rb"\W*[0-9]+\b")


def find_below(end: TextEnd) -> list[Rest]:
    """Return the words in the place of the secret on the next lines, if they may be its rest."""
    row, text = split_line(end.after)
    if not text or is_table(end.path):
        return []
    row = row.removeprefix(ELLIPSIS)
    for place in list_places(end, row):
        if rests := _find_words(place, text, len(end.after) - len(text)):
            return rests
    return []


def follow(end: TextEnd, rest: Rest) -> list[Rest]:
    """Return a rest on one of the next lines, and the words below it that may continue it."""
    line = end.after.rfind(b"\n", 0, rest.start) + 1
    text = end.after[line:]
    place = Place("", 0, Cell(end.line, 0, ()), b"", end.size, end.path)
    return _find_words(place, text, line, measure(end.after[line : rest.start])) or [rest]


def _find_words(place: Place, text: bytes, offset: int, column: int = -1) -> list[Rest]:
    """Return words in one column; another one follows only if the last one fills its line."""
    rests: list[Rest] = []
    for line, shift in _list_lines(text):
        cell = read_cell(place, line)
        if not cell:
            break
        at = _find_first(place, cell) if column < 0 else _find_next(place, cell, column)
        word = read_piece(cell.text[at:]) if _starts_word(cell.text, at) else b""
        if not word:
            break
        start = offset + shift + cell.start + at
        rests.append(Rest(word, start, start + len(word)))
        column = measure(cell.text[:at])
        is_full = column + len(word) == place.stop or len(word) >= _LONG
        if not is_full or not _CELL_END.match(cell.text, at + len(word)) or _is_literal(cell, at):
            break
    return rests


def _is_literal(cell: Cell, at: int) -> bool:
    """Return whether a word is in quotes in a line without cells: a list has others below it."""
    return not cell.others and cell.text[at - 1 : at] in (b'"', b"'", b"`")


def _list_lines(text: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield the lines that are not blank, and their offsets."""
    offset = 0
    for _ in range(_MAX_LINES):
        line, later = split_line(text)
        if line.strip():
            yield line, offset
        if not later:
            break
        offset += len(text) - len(later)
        text = later


def _find_first(place: Place, cell: Cell) -> int:
    """Return the offset of the first word in the place of a secret, or -1.

    It must look random, unless the line has no words where the line of the secret has some.
    """
    at = _skip_gap(cell.text, 0) if place.name else _find_in_column(place, cell)
    if at < 0 or _is_wrapped(place, cell, at) or _is_side(place, cell, at):
        return at
    is_other = not looks_random(cell.text[at:]) or _is_record(place, cell, at)
    return -1 if is_other or not _is_in_row(place, cell, at) else at


def _find_next(place: Place, cell: Cell, column: int) -> int:
    """Return the offset of a word below another one in a column; cells may be centered."""
    return _skip_gap(cell.text, 0) if place.name else cut_at(cell.text, column)


def _find_in_column(place: Place, cell: Cell) -> int:
    """Return the offset of the first word in the column of the screen that holds the secret."""
    own = place.cell.text
    before = _COLUMN.match(own)
    start = cut_at(cell.text, measure(before[0])) if before else 0
    if cell.text[max(0, start - 1) : start].strip():
        return -1
    at = _skip_gap(cell.text, start)
    column = measure(cell.text[:at])
    if column <= measure(own):
        return at if _starts_word(own + b"w", cut_at(own, column)) else -1
    is_centered = column < place.stop and _NEXT_COLUMN.match(place.row)
    return at if is_centered else -1


def _is_wrapped(place: Place, cell: Cell, at: int) -> bool:
    """Return whether a line continues only some of the cells of the line of a secret."""
    if place.name:
        pairs = zip(place.cell.others, cell.others, strict=True)
        return any(_WORD.search(own) and not _WORD.search(other) for own, other in pairs)
    row, left, own = place.row, cell.text[:at], place.cell.text
    if _is_left_empty(place, left):
        is_prose = row.strip() and not _NEXT_COLUMN.match(row)
        return not is_prose or _is_last(cell, at)
    gap = _BLANKS.match(row)
    if not gap or measure(left) < measure(own):
        return False
    below = cut_at(cell.text, place.stop + measure(gap[0]))
    return not cell.text[below - 1 : below + 1].strip()


def _is_side(place: Place, cell: Cell, at: int) -> bool:
    """Return whether a line continues the left one of two texts with one blank between them.

    The left text of the line of the secret is full; that of the next line has blanks up to there.
    """
    if place.name or at or place.row[:1] != b" " or not place.row[1:2].strip():
        return False
    padding = cell.text[_end_word(cell.text, at) : cut_at(cell.text, place.stop) + 1]
    return len(padding) > 1 and not padding.strip()


def _is_left_empty(place: Place, left: bytes) -> bool:
    """Return whether a line has nothing below the first word of the line of the secret."""
    first = _WORDS.search(place.cell.text, 0, cut_at(place.cell.text, measure(left)))
    start, stop = (measure(place.cell.text[:at]) for at in first.span()) if first else (0, 0)
    return first is not None and not left[cut_at(left, start) : cut_at(left, stop)].strip()


def _is_in_row(place: Place, cell: Cell, at: int) -> bool:
    """Return whether a line in which no cell is empty may be a row of the same table."""
    if place.name:
        return place.name in ("bar", "tab")
    if _NEXT_COLUMN.match(place.row):
        return True
    is_second = _WORD.search(cell.text, 0, at) is not None
    if is_second or not place.row.strip():
        return is_second and not place.row.strip()
    left = cell.text[:at]
    if _is_left_empty(place, left):
        return True
    return (
        _is_last(cell, at) and place.row[:1].isspace() and measure(left) == measure(place.cell.text)
    )


def _is_record(place: Place, cell: Cell, at: int) -> bool:
    """Return whether a line is another record: it has a number of its own, or another name."""
    if place.name:
        left, own = (b" ".join(one.others[: place.number]) for one in (cell, place.cell))
    else:
        left, own = cell.text[:at], place.cell.text
    if _NUMBER.match(left) and _NUMBER.match(own):
        return True
    if place.name == "tab" and len(left.split()) == len(own.split()) == 1:
        return True
    # No program wraps the rows of a Markdown file.
    return bool(_VALUE.search(left) or (is_markdown(place.path) and _WORD.search(left)))


def _is_last(cell: Cell, at: int) -> bool:
    """Return whether no other word follows one."""
    return _skip_gap(cell.text, _end_word(cell.text, at)) == len(cell.text)


def _skip_gap(text: bytes, at: int) -> int:
    """Return the offset of the first word from an offset on, or the end of the text."""
    gap = _GAP.match(text, at)
    return gap.end() if gap else at


def _end_word(text: bytes, at: int) -> int:
    word = _WORD_CHARACTERS.match(text, at)
    return word.end() if word else at


def _starts_word(text: bytes, at: int) -> bool:
    return 0 <= at < len(text) and not _IN_WORD.match(text[max(0, at - 1) : at])
