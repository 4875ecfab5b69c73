"""Base64, standard and URL-safe, in one line or many: decoded only where an anchor is in it."""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator

from wakeyscan.layer import Layer, Piece
from wakeyscan.words import from_base64

NAME = "base64"

_LONGEST = 1 << 20
"""Characters of one run that are decoded; what lies behind is left to the next anchor."""
_LINES = 1 << 12
"""Characters of further lines that are joined to a run, before and behind: many times a key."""
_HALF = 8
"""Characters of a wrapped anchor that are looked for: a line may end inside the others."""

_HEAD = 12
"""Bytes of an escaped anchor that are enough to know it by."""


_END = rb"(?:\\[nr]|\\u000[aAdD]|\\x0[aAdD]|%0[aAdD]|&\#(?:x[aAdD]|10|13);|\\?[\r\n])"
_BREAK = _END + rb"{1,2}[ \t]{0,64}"
"""What may stand between two lines: in a text, in a string literal, in a form, in an attribute."""
_LETTERED_END = rb"(?:\\[nr]|\\u000[aAdD]|\\x0[aAdD]|%0[aAdD])"
"""Such an end that looks, but for its first character, like base64."""


def disguise(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give the characters that depend on the anchor alone, for its three alignments.

    An anchor at byte `3k + shift` shares its first and last character with its neighbours
    unless it ends on a border of three; those characters are left out. Of the others a half
    is enough, so that a line may end anywhere; the middle, too, for two ends in lines of eight.
    What may be written in any case has too many forms: only a key inside it is found.
    """
    for text in spell(anchor) if exact_case else ():
        half = min(_HALF, len(text) // 2)
        middle = (len(text) - half) // 2
        yield from (text[:half], text[middle : middle + half], text[-half:])


def spell(anchor: bytes) -> Iterator[bytes]:
    """Give the characters that depend on the anchor alone, for its three alignments."""
    for shift in range(3):
        text = b2a_base64(b"\0" * shift + anchor + b"\0" * (-(shift + len(anchor)) % 3))
        first = (8 * shift + 5) // 6
        last = 8 * (shift + len(anchor)) // 6
        yield text[first:last]


def rewrap(text: bytes) -> Iterator[bytes]:
    """Give the characters that depend on an escaped anchor alone; a line may end in one half."""
    for wrapped in spell(text[:_HEAD]):
        half = min(_HALF, len(wrapped) // 2)
        yield from (wrapped[:half], wrapped[-half:])


def unwrap(content: bytes, marks: frozenset[bytes]) -> Iterator[Layer]:
    """Yield the text of each run of base64 that holds one of `marks`."""
    done = -1
    pattern = b"|".join(re.escape(mark) for mark in sorted(marks))
    for hit in re.finditer(pattern, content):
        if hit.start() < done:
            continue
        lines = _lines_around(content, *_run_around(content, hit.start()))
        done = lines[-1][1]
        yield from _decoded(content, lines)


def _run_around(content: bytes, at: int) -> tuple[int, int]:
    return at - _before(content, at), _behind(content, at)


def _before(content: bytes, at: int) -> int:
    """Count the characters of base64 right before an offset."""
    for most in (256, _LONGEST):  # most runs are short
        before = content[max(0, at - most) : at][::-1]
        run = re.match(rb"[A-Za-z0-9+/_-]*", before)
        count = run.end() if run else 0
        if count < most:
            break
    return count


def _behind(content: bytes, at: int) -> int:
    """Give the offset behind the run that begins here, its padding included."""
    run = re.compile(rb"[A-Za-z0-9+/_-]*={0,2}").match(content, at, at + _LONGEST)
    return run.end() if run else at


def _lines_around(content: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """List the lines of the run: as long as one fills its line, the next belongs to it."""
    lines = [(start, end)]
    while start - lines[0][0] < _LINES:
        low, high = lines[0]
        if glued := re.match(_LETTERED_END, content[max(0, low - 1) : low + 5]):
            low += glued.end() - 1
            lines[0] = (low, high)
        gap = _gap_before(content, low)
        if not gap:
            break
        count = _before(content, low - gap)
        if count < 4:
            break
        lines.insert(0, (low - gap - count, low - gap))
    while lines[-1][1] - end < _LINES:
        gap_behind = re.compile(_BREAK).match(content, lines[-1][1])
        if not gap_behind or content[lines[-1][1] - 1 : lines[-1][1]] == b"=":
            break
        begin = gap_behind.end()
        beyond = _behind(content, begin)
        if beyond == begin:
            break
        lines.append((begin, beyond))
    return lines


def _gap_before(content: bytes, at: int) -> int:
    """Count the bytes of the break, and the indentation, right before an offset."""
    found = re.search(b"(?:" + _BREAK + rb")\Z", content[max(0, at - 72) : at])
    return len(found[0]) if found else 0


def _decoded(content: bytes, lines: list[tuple[int, int]]) -> Iterator[Layer]:
    """Decode at every alignment: the run may be glued to letters that are no part of it."""
    whole = b"".join(content[start:end] for start, end in lines)
    for shift in range(4):
        plain = from_base64(whole[shift:].rstrip(b"="))
        yield Layer(plain, (lines[0][0], lines[-1][1]), _pieces(lines, shift, len(plain)))


def _pieces(lines: list[tuple[int, int]], shift: int, size: int) -> tuple[Piece, ...]:
    """Say which line holds which bytes: of a single one all, so there is nothing to say."""
    if len(lines) == 1:
        return ()
    pieces = []
    at = -shift
    for start, end in lines:
        pieces.append(Piece(max(0, at * 3 // 4), start, end))
        at += end - start
    return tuple(piece for piece in pieces if piece.at < size)
