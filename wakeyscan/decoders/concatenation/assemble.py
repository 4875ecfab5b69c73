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

from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.decoders.concatenation import dialects, operators, variables
from wakeyscan.decoders.concatenation.dialects import in_sql
from wakeyscan.decoders.concatenation.prefix import QUOTES
from wakeyscan.decoders.concatenation.variables import literal_of
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors, Segment, Span

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
_MOST_TURNS = 8
"""Times that names follow a literal."""
_MOST_NAMED = 64
"""Prefixes without a body of one text whose names are followed."""
_LEAST = 16
"""Characters behind the prefix that make a key (contract, section 1)."""


def joined(content: bytes, marks: FoundAnchors) -> Iterator[DecodedText]:
    """Yield each key that is in pieces, put together."""
    followed = 0
    for first in _beginnings(content, marks):
        walk = _walked(content, first)
        if len(walk.spans) > 1:
            yield _layer(content, walk)
        if walk.length - len(_PREFIX) < _LEAST and followed < _MOST_NAMED:
            followed += 1
            for further in _by_name(content, walk):
                yield _layer(content, further)._replace(is_scattered=True)
    if marks.keys() - {_PREFIX}:
        yield from _with_prefix_by_name(content, marks)


class _Walk(NamedTuple):
    """The pieces of a key so far, in its order; the last ends where the next may begin."""

    spans: tuple[Span, ...]
    listed: bool = False
    """Whether one followed by a comma, which joins only in a call or a list that does."""
    called: bool = False
    """Whether the last is an argument of a call that joins all of them."""

    @property
    def end(self) -> int:
        return self.spans[-1][1]

    @property
    def length(self) -> int:
        return sum(end - start for start, end in self.spans)

    def plus(self, start: int, end: int, joint: re.Match[bytes] | None = None) -> _Walk:
        comma = self.lists(joint)
        called = joint is not None and (
            b".concat(" in joint[0] or (self.called and joint.lastgroup == "comma")
        )
        return _Walk((*self.spans, (start, end)), self.listed or comma, called)

    def lists(self, joint: re.Match[bytes] | None) -> bool:
        """Say whether what a joint adds needs a list around it that is joined."""
        return joint is not None and joint.lastgroup == "comma" and not self.called


def _beginnings(content: bytes, marks: FoundAnchors) -> Iterator[_Walk]:
    """Yield the prefixes that the marks are, or are a part of."""
    if _PREFIX in marks:
        for found in re.finditer(_PREFIX, content):
            yield _Walk((found.span(),))
    if marks.keys() - {_PREFIX}:
        for found in _HEAD.finditer(content):
            if walk := _prefix_at(content, found.start()):
                yield walk


def _with_prefix_by_name(content: bytes, marks: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the keys whose prefix goes on by way of a name.

    Of two letters, every text has many: of these only where the next begins a literal.
    """
    begun = {mark[1:2] for mark in marks if mark[:1] in QUOTES}
    heads = (
        found.span()
        for found in _HEAD.finditer(content)
        if len(found[0]) > 2 or (len(found[0]) == 2 and _PREFIX[2:3] in begun)
    )
    for head in islice(heads, _MOST_NAMED):
        for walk in _by_name(content, _Walk((head,))):
            if _text(content, walk).startswith(_PREFIX):
                yield _layer(content, walk)._replace(is_scattered=True)


def _prefix_at(content: bytes, at: int) -> _Walk | None:
    """Put the prefix that begins at an offset together, from as many literals as it has letters."""
    walk, rest, joint = _Walk(()), _PREFIX, None
    while rest:
        count = next(n for n in range(len(rest), -1, -1) if content.startswith(rest[:n], at))
        if not count:
            return None
        walk, rest = walk.plus(at, at + count, joint), rest[count:]
        joint = operators.JOINT.match(content, at + count) if rest else None
        if rest and (not joint or not _cuts(content, joint, walk)):
            return None
        if joint:
            at = joint.end()
    low, high = walk.spans[0]
    return walk if high - low > 1 or len(walk.spans) <= _MOST_BEHIND_ONE else None


def _cuts(content: bytes, joint: re.Match[bytes], walk: _Walk) -> bool:
    """Say whether a joint holds that the prefix itself may be cut at."""
    match joint.lastgroup:
        case "sql":
            return in_sql(content, walk.spans[0][0])
        case "augmented":
            return joint["receiver"] in variables.names_of(content, *walk.spans[0])
        case "copied":
            return operators.is_copied_to(content, walk.spans[-1][0], joint["buffer"])
        case "adjacent":
            return dialects.are_one(content, walk.spans[-1][0])
        case "word":
            return operators.in_words(content, walk.end)
        case _:
            return True


def _walked(content: bytes, walk: _Walk) -> _Walk:
    """Follow a key from literal to literal, as far as they are joined."""
    start = walk.spans[0][0]
    unlisted = _Walk(walk.spans[:1]) if walk.listed else None
    while len(walk.spans) < _MOST:
        walk = _lengthened(content, walk)
        joint = operators.JOINT.match(content, walk.end)
        following = joint and operators.BODY.match(content, joint.end())
        if not joint or not following or content.startswith(_PREFIX, joint.end()):
            break
        if not _joins(content, joint, following.end(), walk):
            break
        if walk.lists(joint) and unlisted is None:
            unlisted = walk
        walk = walk.plus(*following.span(), joint)
    if unlisted is not None and not operators.is_list(content, start, walk.end, _FAR):
        return unlisted
    return walk


def _lengthened(content: bytes, walk: _Walk) -> _Walk:
    start, end = walk.spans[-1]
    more = operators.BODY.match(content, end)
    return walk._replace(spans=(*walk.spans[:-1], (start, more.end()))) if more else walk


def _joins(content: bytes, joint: re.Match[bytes], end: int, walk: _Walk) -> bool:
    """Say whether a joint holds; literals without anything between are mostly arguments.

    Where a whole key stands already, what could be something else than a joint is none.
    """
    whole = walk.length - len(_PREFIX) >= _LEAST
    match joint.lastgroup:
        case "sql" | "augmented" | "copied" | "word":
            return _cuts(content, joint, walk)
        case "glued" | "builder":
            return not whole
        case "adjacent":
            closed = operators.CLOSED.match(content, end) and (not whole or b"\n" in joint[0])
            return bool(closed) and _cuts(content, joint, walk)
        case "behind":
            return operators.in_template(content, walk.spans[-1][0], sure=whole)
        case _:
            return not whole or not operators.DOUBTFUL.match(content, joint.start())


def _layer(content: bytes, walk: _Walk) -> DecodedText:
    start, end = walk.spans[0][0], walk.end
    spans = [(max(0, start - _BEFORE), start), *walk.spans, (end, min(len(content), end + 1))]
    pieces, at = [], 0
    for low, high in spans:
        pieces.append(Segment(at, low, high))
        at += high - low
    text = b"".join(content[low:high] for low, high in spans)
    whole = (min(low for low, _ in spans), max(high for _, high in spans))
    return DecodedText(
        text,
        whole,
        tuple(piece for piece in pieces if piece.start < piece.end),
        is_concatenated=True,
    )


def _text(content: bytes, walk: _Walk) -> bytes:
    return b"".join(content[low:high] for low, high in walk.spans)


def _by_name(content: bytes, walk: _Walk) -> Iterator[_Walk]:
    """Yield the keys whose body, or whose prefix, is told by a name that a literal has."""
    low, high = max(0, walk.spans[0][0] - _FAR), walk.end + _FAR
    window = content[low:high]
    start, end = walk.spans[0][0] - low, walk.end - low
    rests = [variables.behind(window, end)]
    if (at := variables.formatted(window, start, end)) is not None:
        rests.append(variables.Rest((), at))
    for name in variables.names_of(window, start, end):
        if walk.length < len(_PREFIX) and literal_of(window, name, b"", True) != (start, end):
            continue  # a part of the prefix is a common word: it must be all that the name is
        rests += islice(variables.uses(window, name), _MOST_USES)
    for rest in rests:
        grown = _grown(content, walk, low, high, rest)
        if len(grown.spans) > len(walk.spans):
            yield grown


def _grown(content: bytes, walk: _Walk, low: int, high: int, rest: variables.Rest) -> _Walk:
    """Follow names and literals by turns, within a window."""
    window = content[low:high]
    for _ in range(_MOST_TURNS):
        for name in rest.names:
            body = literal_of(window, *name)
            if not body or window.startswith(_PREFIX, body[0]):
                return walk
            walk = walk.plus(low + body[0], low + body[1])
        following = _with_body(content, walk, low + rest.at) if rest.at is not None else None
        if not following:
            break
        walk = _walked(content, following)
        rest = variables.behind(window, walk.end - low)
    return walk


def _with_body(content: bytes, walk: _Walk, at: int) -> _Walk | None:
    body = operators.BODY.match(content, at)
    return walk.plus(*body.span()) if body and not content.startswith(_PREFIX, at) else None
