"""Assembly of keys from string literals: follow operators and variables from the key prefix.

A chain starts at a literal with the prefix or a part of it. It continues over operators, adjacent
literals, templates, formats, and lists that are joined. A value that is only known at run time
ends the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from wakeyscan.decoders.concatenation import operators, references
from wakeyscan.decoders.concatenation.chain import (
    Chain,
    append_literal,
    follow_literals,
    joins_prefix,
)
from wakeyscan.decoders.concatenation.prefix import PREFIX, QUOTES
from wakeyscan.decoders.concatenation.references import Continuation
from wakeyscan.decoders.concatenation.variables import Variable, find_names, find_value
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors, Segment, Span

_KEY_CONTEXT = 64
"""Bytes before the first part that determine whether the prefix starts a word."""
_MAX_DISTANCE = 4096
"""Maximum bytes before and after a chain within which its variables are declared and used."""
_PREFIX_PART = re.compile(
    b"(?:" + b"|".join(PREFIX[:n] for n in range(len(PREFIX) - 1, 0, -1)) + rb")(?=[\"'`\\$#{%])"
)
"""First part of a split prefix."""
_MAX_PARTS_AFTER_LETTER = 3
"""Maximum parts of a prefix whose first is a single letter: every text has many such parts."""
_MAX_USES = 16
_MAX_TURNS = 8
"""Maximum number of times that variables continue a chain after a literal."""
_MAX_CHAINS = 64
"""Maximum number of prefixes without a body in one text whose variables are followed."""


def assemble_keys(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield each key that is concatenated from several literals."""
    followed = 0
    for prefix in _find_prefixes(content, found):
        chain = follow_literals(content, prefix)
        if len(chain.spans) > 1:
            yield _build_decoded_text(content, chain)
        if not chain.is_key and followed < _MAX_CHAINS:
            followed += 1
            for longer in _follow_variables(content, chain):
                yield _build_decoded_text(content, longer)._replace(is_scattered=True)
    if found.keys() - {PREFIX}:
        yield from _find_prefixes_in_variables(content, found)


def _find_prefixes(content: bytes, found: FoundAnchors) -> Iterator[Chain]:
    if PREFIX in found:
        for whole in re.finditer(PREFIX, content):
            yield Chain((whole.span(),))
    if found.keys() - {PREFIX}:
        for part in _PREFIX_PART.finditer(content):
            if chain := _join_prefix(content, part.start()):
                yield chain


def _find_prefixes_in_variables(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the keys whose prefix continues in a variable.

    Two letters occur in every text, so they count only if the next letter starts a literal.
    """
    first_letters = {text[1:2] for text in found if text[:1] in QUOTES}
    parts = (
        part.span()
        for part in _PREFIX_PART.finditer(content)
        if len(part[0]) > 2 or (len(part[0]) == 2 and PREFIX[2:3] in first_letters)
    )
    for part in islice(parts, _MAX_CHAINS):
        for chain in _follow_variables(content, Chain((part,))):
            if chain.read(content).startswith(PREFIX):
                yield _build_decoded_text(content, chain)._replace(is_scattered=True)


def _join_prefix(content: bytes, start: int) -> Chain | None:
    """Return the prefix that starts at `start` and may be split over one literal per letter."""
    chain, rest, operator = Chain(()), PREFIX, None
    while rest:
        count = _count_common_letters(content, start, rest)
        if not count:
            return None
        chain, rest = chain.append((start, start + count), operator), rest[count:]
        operator = operators.OPERATOR.match(content, start + count) if rest else None
        if rest and (not operator or not joins_prefix(content, operator, chain)):
            return None
        if operator:
            start = operator.end()
    first, last = chain.spans[0]
    is_rare = last - first > 1 or len(chain.spans) <= _MAX_PARTS_AFTER_LETTER
    return chain if is_rare else None


def _count_common_letters(content: bytes, start: int, letters: bytes) -> int:
    return next(n for n in range(len(letters), -1, -1) if content.startswith(letters[:n], start))


def _build_decoded_text(content: bytes, chain: Chain) -> DecodedText:
    start, end = chain.start, chain.end
    context = max(0, start - _KEY_CONTEXT), min(len(content), end + 1)
    spans = [(context[0], start), *chain.spans, (end, context[1])]
    segments, offset = [], 0
    for low, high in spans:
        if low < high:
            segments.append(Segment(offset, low, high))
        offset += high - low
    return DecodedText(
        b"".join(content[low:high] for low, high in spans),
        (min(low for low, _ in spans), max(high for _, high in spans)),
        tuple(segments),
        is_concatenated=True,
    )


def _follow_variables(content: bytes, chain: Chain) -> Iterator[Chain]:
    """Yield the chains that variables continue: the value of one, or the uses of another."""
    window = max(0, chain.start - _MAX_DISTANCE), chain.end + _MAX_DISTANCE
    for continuation in _find_continuations(content[slice(*window)], chain, window[0]):
        longer = _extend(content, chain, window, continuation)
        if len(longer.spans) > len(chain.spans):
            yield longer


def _find_continuations(window: bytes, chain: Chain, low: int) -> Iterator[Continuation]:
    start, end = chain.start - low, chain.end - low
    yield references.find_continuation(window, end)
    if (rest := references.find_format_rest(window, start, end)) is not None:
        yield Continuation((), rest)
    for name in find_names(window, start, end):
        # A part of the prefix is a common word: it must be the whole value of the variable.
        is_part = chain.length < len(PREFIX)
        if not is_part or find_value(window, Variable(name, is_expanded=True)) == (start, end):
            yield from islice(references.find_references(window, name), _MAX_USES)


def _extend(content: bytes, chain: Chain, bounds: Span, continuation: Continuation) -> Chain:
    """Extend a chain by variables and literals in turn, within the bounds of a window."""
    low, high = bounds
    window = content[low:high]
    for _ in range(_MAX_TURNS):
        for variable in continuation.variables:
            value = find_value(window, variable)
            if not value or window.startswith(PREFIX, value[0]):
                return chain
            chain = chain.append((low + value[0], low + value[1]))
        start = continuation.literal_start
        longer = append_literal(content, chain, low + start) if start is not None else None
        if not longer:
            break
        chain = follow_literals(content, longer)
        continuation = references.find_continuation(window, chain.end - low)
    return chain
