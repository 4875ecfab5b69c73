"""The brackets around the literal of a secret: what precedes each of them, and what follows it."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import NamedTuple

REACH = 320
"""Bytes on either side of a literal in which brackets are read."""
_MAX_LEVELS = 4
_TEXT = rb"""(?P<text> "[^"\r\n]{0,200}" | '[^'\r\n]{0,200}' | `[^`\r\n]{0,200}` )"""
_TOKEN = lazy_pattern(
    rb"(?x) " + _TEXT + rb" | (?P<close> [)\]}] ) | (?P<open> [(\[{] ) | (?P<comma> , )"
    rb" | (?P<end> ; | \n )"
)
_TOKEN_BACKWARDS = lazy_pattern(
    rb"(?x) " + _TEXT + rb" | (?P<open> [)\]}] ) | (?P<close> [(\[{] ) | (?P<comma> , )"
    rb" | (?P<end> ; | \n (?! \s* [,(\[{=+.|&-] ) )"
)
"""A statement goes on after a line that ends with a comma, a bracket or an operator."""
_QUOTE_BEFORE = lazy_pattern(rb"(?x) (?: << )? [bBfFrRuULN@$&]{0,2} \\{0,3} [\"'`]{1,3} \Z")
_QUOTE_AFTER = lazy_pattern(rb"\\{0,3}[\"'`]{1,3}s?(?:>>)?")


class Level(NamedTuple):
    """A pair of brackets around a literal."""

    opening: int
    """Offset of the opening bracket in the text before the literal."""
    commas: int
    """Number of commas between it and the literal, or the inner bracket."""
    close: int
    """Offset after the closing bracket in the text after the literal; its end if there is none."""
    next_item: int
    """Offset after the first comma after the literal, or the inner bracket; -1 if none follows."""


class Place(NamedTuple):
    """A literal with the text of its statement on either side, and the brackets around it."""

    before: bytes
    """Up to the literal, without its quote."""
    after: bytes
    """After the literal and its quote."""
    levels: tuple[Level, ...]
    """The innermost brackets first."""
    is_quoted: bool


def read_place(before: bytes, after: bytes) -> Place:
    """Return the place of a secret between two texts."""
    before, after = before[-REACH:], after[:REACH]
    opening, closing = _QUOTE_BEFORE.search(before[-8:]), _QUOTE_AFTER.match(after)
    if opening:
        before = before[: len(before) - len(opening[0])]
    if closing:
        after = after[closing.end() :]
    openings = _read_openings(before)
    closings = _read_closings(after, len(openings))
    levels = (Level(*one, *other) for one, other in zip(openings, closings, strict=True))
    return Place(before, after, tuple(levels), opening is not None)


def _read_openings(before: bytes) -> list[tuple[int, int]]:
    """Return the offset of each open bracket, and the commas after it."""
    openings: list[tuple[int, int]] = []
    depth = commas = 0
    for found in _TOKEN_BACKWARDS.finditer(before[::-1]):
        kind = found.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close" and depth:
            depth -= 1
        elif kind == "close":
            openings.append((len(before) - found.end(), commas))
            commas = 0
        elif kind == "comma" and not depth:
            commas += 1
        if len(openings) == _MAX_LEVELS or (kind == "end" and not depth):
            break
    return openings


def _read_closings(after: bytes, count: int) -> list[tuple[int, int]]:
    """Return the end of each of `count` open brackets, and where the next item before it starts."""
    closings: list[tuple[int, int]] = []
    depth, item = 0, -1
    for found in _TOKEN.finditer(after):
        kind = found.lastgroup
        if len(closings) == count:
            break
        if kind == "open":
            depth += 1
        elif kind == "close" and depth:
            depth -= 1
        elif kind == "close":
            closings.append((found.end(), item))
            item = -1
        elif not depth and item < 0 and (kind == "comma" or found[0] == b";"):
            item = found.end()
    while len(closings) < count:
        closings.append((len(after), item))
        item = -1
    return closings
