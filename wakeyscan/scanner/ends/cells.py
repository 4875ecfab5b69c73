"""Cells: the parts of a line that signs divide, and the columns of the screen in them."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_starts import CELL_SEPARATOR
from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.ends.text_end import TAB, TextEnd

_PATTERNS = {
    "bar": CELL_SEPARATOR,
    "tab": rb"\t",
    "semicolon": rb";",
    "comma": rb",",
    "colon": rb"(?<![^ ]):(?![^ ])",
    "ampersand": rb"(?<![^ ])&(?![^ ])",
    "exclamation": rb"(?<![^ ])!(?![^ ])",
}
"""Signs that divide cells, by the name of their group in the patterns below."""
_NAMED_SIGNS = b"|".join(b"(?P<%b>%b)" % (name.encode(), sign) for name, sign in _PATTERNS.items())
_SIGN_NEXT = lazy_pattern(
    rb"""(?x) (?: [.+] | \xe2\x80\xa6 )? ["']? (?: [ ] | \xc2\xa0 )*+
    (?: """
    + _NAMED_SIGNS
    + rb""" ) (?: (?<![;,]) | [ ]? [\w"',;] )"""
)
_SIGN_BEFORE = lazy_pattern(rb"(?x) (?:" + _NAMED_SIGNS + rb""") (?: [ ] | \xc2\xa0 )* ["']? \Z""")
_SIGNS = {name: lazy_pattern(sign) for name, sign in _PATTERNS.items()}


class Cell(NamedTuple):
    """The cell of a line in which the secret is, or in which its rest may be."""

    text: bytes
    start: int
    """Its offset in the line."""
    others: tuple[bytes, ...]
    """The other cells of the line."""


class Place(NamedTuple):
    """The place of a secret in its line."""

    name: str
    """The name of the sign that divides the line, or empty: the whole line is the cell."""
    number: int
    """The number of the cell of the secret."""
    cell: Cell
    """The cell up to the secret, and the other ones."""
    row: bytes
    """The text of the cell after the secret."""
    size: int
    """Columns of the secret."""
    path: str

    @property
    def stop(self) -> int:
        """The column after the secret."""
        return measure(self.cell.text) + self.size


def list_places(end: TextEnd, row: bytes) -> Iterator[Place]:
    """Yield the place of the secret as a cell, if signs are beside it, and as a column."""
    dashes = len(row) - len(row.lstrip(b"-_"))
    row, size = row[dashes:], end.size + dashes
    found = _SIGN_NEXT.match(row) or _SIGN_BEFORE.search(end.line)
    names = [found.lastgroup or ""] if found else []
    names += ["tab"] if TAB in row or TAB in end.line else []
    for name in dict.fromkeys(names):
        *before, text = _SIGNS[name].split(end.line)
        own, *after = _SIGNS[name].split(row)
        cell = Cell(text, 0, (*before, *after))
        yield Place(name, len(before), cell, own, size, end.path)
    yield Place("", 0, Cell(end.line, 0, ()), row, size, end.path)


def read_cell(place: Place, line: bytes) -> Cell | None:
    """Return the cell with the number of that of the secret, in a line with as many cells."""
    if not place.name:
        return Cell(line, 0, ())
    sign, number = _SIGNS[place.name], place.number
    cells = sign.split(line)
    if len(cells) != len(place.cell.others) + 1:
        return None
    starts = [0, *(found.end() for found in sign.finditer(line))]
    return Cell(cells[number], starts[number], (*cells[:number], *cells[number + 1 :]))


def measure(text: bytes) -> int:
    """Return the columns of a text; a letter has one, whatever its bytes are."""
    return len(text) if text.isascii() else len(text.decode("utf-8", "surrogateescape"))


def cut_at(text: bytes, column: int) -> int:
    """Return the offset of a column in a text."""
    if text.isascii():
        return column
    letters = text.decode("utf-8", "surrogateescape")[:column]
    return len(letters.encode("utf-8", "surrogateescape"))
