"""Puts together keys whose pieces are literals: follows one from the prefix to its end.

A literal that holds the prefix, or a part of it, and those that follow by an operator, by standing
next to it, in a template, a format or a list that is joined. What is looked up at run time is no
literal, and ends the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from wakeyscan import joints, named
from wakeyscan.display import KEY_PREFIX
from wakeyscan.layer import Layer, Marks, Piece, Span
from wakeyscan.statement import in_sql

_PREFIX = KEY_PREFIX.encode()
_BEFORE = 64
"""Bytes before the first piece that tell whether the prefix begins there."""
_FAR = 4096
"""Bytes to either side of a prefix within which its name, and that of a body, counts."""
_MOST = 160
"""Pieces of one key: one for each character, and some."""
_HEAD = re.compile(
    b"(?:" + b"|".join(_PREFIX[:n] for n in range(len(_PREFIX) - 1, 0, -1)) + rb")(?=[\"'`\\$#{%])"
)
"""How a prefix begins that is cut."""
_MOST_BEHIND_ONE = 3
"""Pieces of a prefix whose first is a single letter: of such, every text has many."""
_MOST_USES = 16
_MOST_NAMED = 64
"""Prefixes without a body of one text whose names are followed."""
_LEAST = 16
"""Characters behind the prefix that make a key (contract, section 1)."""


def joined(content: bytes, marks: Marks) -> Iterator[Layer]:
    """Yield each key that is in pieces, put together."""
    followed = 0
    for first in _beginnings(content, marks):
        walk = _walked(content, first)
        if len(walk.spans) > 1:
            yield _layer(content, walk)
        if walk.length - len(_PREFIX) < _LEAST and followed < _MOST_NAMED:
            followed += 1
            for further in _by_name(content, walk):
                yield _layer(content, further)._replace(apart=True)


class _Walk(NamedTuple):
    """The pieces of a key so far, in its order; the last ends where the next may begin."""

    spans: tuple[Span, ...]
    listed: bool = False
    """Whether one followed by a comma, which joins only in a call or a list that does."""

    @property
    def end(self) -> int:
        return self.spans[-1][1]

    @property
    def length(self) -> int:
        return sum(end - start for start, end in self.spans)

    def plus(self, start: int, end: int, listed: bool = False) -> _Walk:
        return _Walk((*self.spans, (start, end)), self.listed or listed)


def _beginnings(content: bytes, marks: Marks) -> Iterator[_Walk]:
    """Yield the prefixes that the marks are, or are a part of."""
    if _PREFIX in marks:
        for found in re.finditer(_PREFIX, content):
            yield _Walk((found.span(),))
    if marks.keys() - {_PREFIX}:
        for found in _HEAD.finditer(content):
            if walk := _prefix_at(content, found.start()):
                yield walk


def _prefix_at(content: bytes, at: int) -> _Walk | None:
    """Put the prefix that begins at an offset together, from as many literals as it has letters."""
    walk, rest, listed = _Walk(()), _PREFIX, False
    while rest:
        count = next(n for n in range(len(rest), -1, -1) if content.startswith(rest[:n], at))
        if not count:
            return None
        walk, rest = walk.plus(at, at + count, listed), rest[count:]
        joint = joints.JOINT.match(content, at + count) if rest else None
        if rest and (not joint or not _cuts(content, joint, walk)):
            return None
        if joint:
            at, listed = joint.end(), joint.lastgroup == "comma"
    low, high = walk.spans[0]
    return walk if high - low > 1 or len(walk.spans) <= _MOST_BEHIND_ONE else None


def _cuts(content: bytes, joint: re.Match[bytes], walk: _Walk) -> bool:
    """Say whether a joint holds that the prefix itself may be cut at."""
    match joint.lastgroup:
        case "sql":
            return in_sql(content, walk.spans[0][0])
        case "augmented":
            return joint["receiver"] in named.names_of(content, *walk.spans[0])
        case _:
            return True


def _walked(content: bytes, walk: _Walk) -> _Walk:
    """Follow a key from literal to literal, as far as they are joined."""
    start = walk.spans[0][0]
    unlisted = _Walk(walk.spans[:1]) if walk.listed else None
    while len(walk.spans) < _MOST:
        walk = _lengthened(content, walk)
        joint = joints.JOINT.match(content, walk.end)
        following = joint and joints.BODY.match(content, joint.end())
        if not joint or not following or content.startswith(_PREFIX, joint.end()):
            break
        if not _joins(content, joint, following.end(), walk):
            break
        if joint.lastgroup == "comma" and unlisted is None:
            unlisted = walk
        walk = walk.plus(*following.span(), joint.lastgroup == "comma")
    if unlisted is not None and not joints.is_list(content, start, walk.end, _FAR):
        return unlisted
    return walk


def _lengthened(content: bytes, walk: _Walk) -> _Walk:
    start, end = walk.spans[-1]
    more = joints.BODY.match(content, end)
    return walk._replace(spans=(*walk.spans[:-1], (start, more.end()))) if more else walk


def _joins(content: bytes, joint: re.Match[bytes], end: int, walk: _Walk) -> bool:
    """Say whether a joint holds; literals without anything between are mostly arguments.

    Where a whole key stands already, what could be something else than a joint is none.
    """
    whole = walk.length - len(_PREFIX) >= _LEAST
    match joint.lastgroup:
        case "sql" | "augmented":
            return _cuts(content, joint, walk)
        case "glued" | "builder":
            return not whole
        case "adjacent":
            return bool(joints.CLOSED.match(content, end)) and (not whole or b"\n" in joint[0])
        case "behind":
            return joints.in_template(content, walk.spans[-1][0], sure=whole)
        case _:
            return not whole or not joints.DOUBTFUL.match(content, joint.start())


def _layer(content: bytes, walk: _Walk) -> Layer:
    start, end = walk.spans[0][0], walk.end
    spans = [(max(0, start - _BEFORE), start), *walk.spans, (end, min(len(content), end + 1))]
    pieces, at = [], 0
    for low, high in spans:
        pieces.append(Piece(at, low, high))
        at += high - low
    text = b"".join(content[low:high] for low, high in spans)
    whole = (min(low for low, _ in spans), max(high for _, high in spans))
    return Layer(text, whole, tuple(piece for piece in pieces if piece.start < piece.end), True)


def _by_name(content: bytes, walk: _Walk) -> Iterator[_Walk]:
    """Yield the keys whose body, or whose prefix, is told by a name that a literal has."""
    low, high = max(0, walk.spans[0][0] - _FAR), walk.end + _FAR
    window = content[low:high]
    if (name := named.named_behind(content, walk.end)) and (body := named.literal_of(window, name)):
        yield walk.plus(low + body[0], low + body[1])
    rest = named.formatted(window, walk.spans[0][0] - low, walk.end - low)
    if rest is not None and (whole := _with_body(content, walk, low + rest)):
        yield whole
    for name in named.names_of(content, walk.spans[0][0], walk.end):
        for use in islice(named.uses(window, name), _MOST_USES):
            if isinstance(use, bytes):
                if body := named.literal_of(window, use):
                    yield walk.plus(low + body[0], low + body[1])
            elif following := _with_body(content, walk, low + use):
                yield _walked(content, following)


def _with_body(content: bytes, walk: _Walk, at: int) -> _Walk | None:
    body = joints.BODY.match(content, at)
    return walk.plus(*body.span()) if body and not content.startswith(_PREFIX, at) else None
