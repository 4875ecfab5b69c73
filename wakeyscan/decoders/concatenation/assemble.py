"""Assembly of keys from string literals: follow operators and variables from the key prefix.

A chain starts at a literal with the prefix or a part of it. It continues over operators, adjacent
literals, templates, formats, and lists that are joined. A value that is only known at run time
ends the key.

The time is linear in the size of the text: a chain ends where another key starts, the places of a
name are read once, and each use of a name is followed once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.concatenation import operators, references
from wakeyscan.decoders.concatenation.chain import (
    Chain,
    append_literal,
    append_part,
    follow_literals,
    joins_prefix,
)
from wakeyscan.decoders.concatenation.prefix import PREFIX, QUOTES, find_open_prefixes
from wakeyscan.decoders.concatenation.source import SourceText
from wakeyscan.decoders.concatenation.variables import Variable, find_names

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.references import Part
    from wakeyscan.decoders.decoder import FoundAnchors, Span

_PREFIX_PART = lazy_pattern(
    b"(?:" + b"|".join(PREFIX[:n] for n in range(len(PREFIX) - 1, 0, -1)) + rb")(?=[\"'`\\$#{%])"
)
"""First part of a split prefix."""
_MAX_PARTS_AFTER_LETTER = 3
"""Maximum parts of a prefix that starts with a single letter: every text has many such parts."""

_Holders = dict[bytes, list[Chain]]
"""For each name, the chains at whose end it is the name of the literal, by their start."""


def assemble_keys(content: bytes, path: str, found: FoundAnchors) -> Iterator[Chain]:
    """Yield the parts of each key that is concatenated from several literals.

    The path determines the language.
    """
    source = SourceText(content, path)
    prefixes = list(_find_prefixes(source, found))
    source.split_prefixes = frozenset(one.start for one in prefixes if len(one.spans) > 1)
    holders: _Holders = defaultdict(list)
    for prefix in prefixes:
        chain = follow_literals(source, prefix)
        if len(chain.spans) > 1 and chain.is_key:
            yield chain
        if not chain.is_key:
            yield from _follow_literal(source, chain, holders)
    for part in _find_parts(content, found):
        yield from _follow_literal(source, part, holders)
    for name, chains in holders.items():
        yield from _follow_uses(source, name, chains)


def list_rests(
    source: SourceText, parts: Iterable[Span], names: Iterable[bytes]
) -> list[tuple[Span, ...]]:
    """Return where a key whose first parts have these names continues, for each use of a name."""
    chain = Chain(tuple(parts))
    longer = (
        _extend(source, chain, continuation, use)
        for name in names
        for use, continuation in references.find_uses(source, name)
    )
    rests = (one.spans[len(chain.spans) :] for one in longer)
    return [spans for spans in dict.fromkeys(rests) if spans]


def _find_prefixes(source: SourceText, found: FoundAnchors) -> Iterator[Chain]:
    if PREFIX in found:
        for span in find_open_prefixes(source.content):
            yield Chain((span,))
    if found.keys() - {PREFIX}:
        for part in _PREFIX_PART.finditer(source.content):
            operator = operators.OPERATOR.match(source.content, part.end())
            following = PREFIX[len(part[0]) :][:1]
            if not operator or not source.content.startswith(following, operator.end()):
                continue  # as nearly all in a text of many
            if chain := _join_prefix(source, part.start()):
                yield chain


def _find_parts(content: bytes, found: FoundAnchors) -> Iterator[Chain]:
    """Yield the first parts of prefixes that may continue in a variable.

    Two letters occur in every text, so they count only if the next letter starts a literal.
    """
    if not found.keys() - {PREFIX}:
        return
    first_letters = {text[1:2] for text in found if text[:1] in QUOTES}
    min_size = 2 if PREFIX[2:3] in first_letters else 3
    for part in _PREFIX_PART.finditer(content):
        if len(part[0]) >= min_size:
            yield Chain((part.span(),))


def _join_prefix(source: SourceText, start: int) -> Chain | None:
    """Return the prefix that starts at `start` and may be split over one literal per letter."""
    chain, rest, operator = Chain(()), PREFIX, None
    while rest:
        count = _count_common_letters(source.content, start, rest)
        if not count:
            return None
        chain = append_part(source, chain, (start, start + count), operator)
        rest = rest[count:]
        operator = operators.OPERATOR.match(source.content, start + count) if rest else None
        if rest and (not operator or not joins_prefix(source, operator, chain)):
            return None
        if operator:
            start = operator.end()
    first, last = chain.spans[0]
    is_rare = last - first > 1 or len(chain.spans) <= _MAX_PARTS_AFTER_LETTER
    return chain if is_rare else None


def _count_common_letters(content: bytes, start: int, letters: bytes) -> int:
    count = 0
    while count < len(letters) and content.startswith(letters[count : count + 1], start + count):
        count += 1
    return count


def _follow_literal(source: SourceText, chain: Chain, holders: _Holders) -> Iterator[Chain]:
    """Yield the keys in which variables follow a literal directly; record the names it has."""
    content, start, end = source.content, chain.start, chain.end
    continuations: list[Iterator[Part]] = []
    if (parts := references.find_continuation(content, end)) is not None:
        continuations.append(parts)
    if (rest := references.find_format_rest(content, start, end)) is not None:
        continuations.append(iter((rest,)))
    yield from _extend_all(source, chain, continuations, near=end)
    for name in find_names(content, start, end):
        if chain.length >= len(PREFIX) or _is_only_value(source, chain, name):
            holders[name].append(chain)


def _is_only_value(source: SourceText, chain: Chain, name: bytes) -> bool:
    """Return whether a part of the prefix, which is a common word, is all that a name holds."""
    value = source.values.find(Variable(name, is_expanded=True), chain.start)
    return value is not None and source.content[slice(*value)] == chain.read(source.content)


def _follow_uses(source: SourceText, name: bytes, chains: list[Chain]) -> Iterator[Chain]:
    """Yield the keys that continue where a name is used; it has the last value before its use."""
    chains.sort(key=lambda chain: (chain.start, chain.length))
    starts = [chain.start for chain in chains]
    for use, continuation in references.find_uses(source, name):
        chain = chains[max(0, bisect_right(starts, use) - 1)]
        yield from _extend_all(source, chain, [continuation], near=use)


def _extend_all(
    source: SourceText, chain: Chain, continuations: Iterable[Iterator[Part]], near: int
) -> Iterator[Chain]:
    for continuation in continuations:
        longer = _extend(source, chain, continuation, near)
        if longer.is_key and not longer.is_too_long:
            yield longer._replace(is_scattered=True)


def _extend(source: SourceText, chain: Chain, parts: Iterator[Part], near: int) -> Chain:
    """Extend a chain by variables and literals in turn, as long as it may be a key."""
    while not chain.is_too_long and _may_start_key(chain.read(source.content)):
        part = next(parts, None)
        if part is None:
            break
        if isinstance(part, Variable):
            value = source.values.find(part, near)
            if not value or source.is_key_start(value[0]):
                break
            chain = chain.append(value)
        elif longer := append_literal(source, chain, part):
            chain = follow_literals(source, longer)
            parts = references.find_continuation(source.content, chain.end) or iter(())
        else:
            break
    return chain if chain.read(source.content).startswith(PREFIX) else Chain(chain.spans[:1])


def _may_start_key(text: bytes) -> bool:
    return text.startswith(PREFIX) or PREFIX.startswith(text)
