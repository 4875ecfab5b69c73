"""Columns: a cell of a table may be wrapped, and continues in the same column of the next line."""

from __future__ import annotations

import re

from wakeyscan.scanner.ends.file_kinds import is_markdown
from wakeyscan.scanner.ends.text_end import KEY_PREFIX, TextEnd, split_line
from wakeyscan.scanner.ends.words import begins_with_word

SEPARATOR = rb"(?:\||\xe2\x94[\x82\x83]|\xe2\x95\x91)"
"""Pattern of a line between two cells."""
_SEPARATOR = re.compile(SEPARATOR)
_SEPARATOR_NEXT = re.compile(rb"(?:[ \t]|\xc2\xa0)*" + SEPARATOR)
_PIECE = re.compile(rb"[ .+\xe2\xa6]*([-_]{0,2}[A-Za-z0-9][A-Za-z0-9_-]*)")
"""A word at the start of a cell; psql puts a dot before the rest of a wrapped one."""
_LONE = re.compile(rb"[-_]{0,2}[A-Za-z0-9][A-Za-z0-9_-]*(?=[ ]{2}|[ ]*(?:\Z|" + SEPARATOR + rb"))")
_MORE_BLANKS = re.compile(rb"[ ]{2}")
_FRAME = re.compile(rb"(?:[ \t]|" + SEPARATOR + rb")*")
_EDGE = re.compile(rb"(?:\A|[ \t]|" + SEPARATOR + rb")\Z")


def is_cell_certain(end: TextEnd) -> bool:
    """Return whether a cell that ends with a secret is not continued in the next row."""
    row, following = _split_rows(end)
    cells = _SEPARATOR.split(following)
    number = len(_SEPARATOR.findall(end.line))
    if number >= len(cells) or len(cells) == 1:
        return True
    cell = cells[number].strip()
    if not _PIECE.match(cell) or KEY_PREFIX in cell or begins_with_word(cell):
        return True
    # No program wraps the rows of a Markdown file: the next row, with a name, is another one.
    first = 0 if cells[0].strip() else 1
    is_row = len(cells) == len(_SEPARATOR.split(end.line + row)) and cells[first].strip()
    return is_markdown(end.path) and number > first and bool(is_row)


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


def find_cell(end: TextEnd) -> bool:
    """Return whether a line between two cells follows the secret."""
    return _SEPARATOR_NEXT.match(end.after) is not None


def _split_rows(end: TextEnd) -> tuple[bytes, bytes]:
    """Return the rest of the line of the secret, and the next line."""
    row, text = split_line(end.after)
    return row, split_line(text)[0]
