"""Letters that a page of a PDF draws one at a time, each after a move of the pen.

    1 0 0 1 72 700 Tm (w) Tj 1 0 0 1 80.7 700 Tm (a) Tj        places on the page
    BT 72 700 Td (w) Tj ET BT 80.7 700 Td (a) Tj ET            the same
    (w) Tj 8.7 0 Td (a) Tj                                     moves

Two of them belong to one word if the move is about as wide as the first letter.
"""

from __future__ import annotations

from wakeyscan.core.typing import NamedTuple

_MAX_GAP = 400
"""Bytes between two letters; with more, something else is drawn between them."""
MAX_LETTERS = 3
"""Letters of a string that are still drawn one at a time: a kerned pair, or a ligature."""
_SAME_LINE = 0.2
"""Ems that a letter may be above or below another one of its line."""
_LIMITS = {
    letter: limit
    for letters, limit in (
        (b"ijlftrI.,:;'|!()[]/- ", 0.45),
        (b"s", 0.62),
        (b"BEFJLPST", 0.7),
        (b"mwMW@%", 1.08),
    )
    for letter in letters
}
_CAPITAL, _OTHER = 0.82, 0.68
"""Ems of a letter in the widest of the usual fonts; in the slimmest one, a blank adds more."""
_FIXED, _SAME_WIDTH = 0.75, 0.02
"""Ems of the widest letter in a font of one width, and of rounding."""


class Position(NamedTuple):
    """Where a letter is drawn."""

    x: float
    y: float
    scale: float
    """Units of the page per unit of the text."""
    is_relative: bool
    """Whether it is counted from the letter before."""


_NO_MOVE = Position(0, 0, 1, is_relative=True)


class Step(NamedTuple):
    """The move from one letter to the next one on the same line, in ems."""

    width: float

    def joins(self, text: bytes, previous: Step | None) -> bool:
        """Return whether no space follows a text; `previous` is the step to it."""
        if not 0 < len(text) <= MAX_LETTERS:
            return False
        is_fixed = previous and len(text) == 1 and abs(self.width - previous.width) < _SAME_WIDTH
        if is_fixed and self.width <= _FIXED:
            return True
        return self.width <= sum(map(_find_limit, text))


def read_position(gap: bytes) -> Position:
    """Return the position after the operators between two strings."""
    base = current = _NO_MOVE
    if len(gap) > _MAX_GAP:
        return current
    operands: list[bytes] = []
    for token in gap.split():
        if token == b"BT":
            current = base._replace(is_relative=False)
        elif token in (b"Td", b"TD"):
            current = _move(current, [b"1", b"0", b"0", b"1", *operands[-2:]])
        elif token == b"Tm":
            current = _move(base, operands[-6:])._replace(is_relative=False)
        elif token == b"cm":
            base = current = _move(base, operands[-6:])._replace(is_relative=False)
        operands.append(token)
    return current


def find_step(start: Position | None, end: Position, size: float) -> Step | None:
    """Return the step between the positions of two strings; `None` if they are not on one line.

    `start` may be unknown. `size` is the size of the font.
    """
    if end.is_relative:
        start = _NO_MOVE
    elif not start or start.is_relative or start.scale != end.scale:
        return None
    em = end.scale * size
    if not em:
        return None
    width, height = (end.x - start.x) / em, (end.y - start.y) / em
    return Step(width) if width > 0 and abs(height) <= _SAME_LINE else None


def _move(position: Position, matrix: list[bytes]) -> Position:
    """Return the position after a matrix; the position itself if the matrix is invalid."""
    try:
        scale, _, _, _, x, y = map(float, matrix)
    except ValueError:
        return position
    factor = position.scale
    return position._replace(
        x=position.x + factor * x, y=position.y + abs(factor) * y, scale=factor * scale
    )


def _find_limit(letter: int) -> float:
    if letter in _LIMITS:
        return _LIMITS[letter]
    return _CAPITAL if chr(letter).isupper() else _OTHER
