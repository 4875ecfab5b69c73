"""Assembly of keys from string literals: follow operators and variables from the key prefix.

A chain starts at a literal with the prefix or a part of it. It continues over operators, adjacent
literals, templates, formats, and lists that are joined. A value that is only known at run time
ends the key.

The time is linear in the size of the text: a chain ends where another key starts, the places of a
name are read once, and each use of a name is followed once.
"""

from __future__ import annotations

import re
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders.concatenation import continuations, operators, references
from wakeyscan.decoders.concatenation.chain import (
    Chain,
    append_literal,
    append_part,
    follow_literals,
    joins_prefix,
)
from wakeyscan.decoders.concatenation.items import find_rest
from wakeyscan.decoders.concatenation.prefix import (
    BARE_ENDS,
    PREFIX,
    find_open_prefixes,
    strip_opening,
)
from wakeyscan.decoders.concatenation.source import SourceText
from wakeyscan.decoders.concatenation.variables import Variable

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.references import Part
    from wakeyscan.decoders.decoder import FoundAnchors, Span

_PREFIX_PART = lazy_pattern(
    b"(?:" + b"|".join(PREFIX[:n] for n in range(len(PREFIX) - 1, 0, -1)) + rb")(?=[\"'`\\$#{%])"
)
"""First part of a split prefix."""
_BARE_PART = lazy_pattern(rb"wa_(?<![\w$-]wa_)(?:l(?:i(?:ve?)?)?)?(?=[\s;)\],<])")
_SHORT_BARE_PART = lazy_pattern(rb"(?:(?<=[=:>])|(?<=[=:] )|(?<=\w ))wa?(?=[\s;)\],<])")
"""First part of a split prefix that is a value without quotes."""
_MIN_PART = 3
"""Letters of a prefix that are rare enough to be followed wherever they end a literal."""
_SEPARATED = PREFIX[3:4]
"""The letter after the first underscore, which may be the separator of two literals."""
_MAX_PARTS_AFTER_LETTER = 3
"""Maximum parts of a prefix that starts with a single letter: every text has many such parts."""

_RESULT_BACKWARDS = lazy_pattern(
    rb"[ \t]{0,4}[({]{0,2}[$#]?[\"'`]?[bfs$@]{0,2}[ \t]{0,8}(?:=[:?]?|-<)[ \t]{0,8}(\w{1,61}+)"
)
"""The name that is given an expression, up to the variable that starts it."""
_MAX_RESULT = 80


class _Value(NamedTuple):
    """The start of a key that a name holds from an offset on."""

    at: int
    chain: Chain


_Holders = dict[bytes, list[_Value]]
"""For each name, the starts of keys that it holds, in their order."""


def assemble_keys(content: bytes, path: str, found: FoundAnchors) -> Iterator[Chain]:
    """Yield the parts of each key that is concatenated from several literals.

    The path determines the language.
    """
    source = SourceText(content, path)
    prefixes = list(_find_prefixes(source, found))
    source.split_prefixes = frozenset(one.start for one in prefixes if len(one.spans) > 1)
    holders: _Holders = defaultdict(list)
    followed: set[int] = set()
    for prefix in prefixes:
        if not source.is_alone(prefix.start):
            yield from _follow_prefix(source, prefix, holders, followed)
    for start, end in _find_parts(content, found):
        if start not in followed and not source.is_alone(start):
            yield from _follow_literal(source, Chain(((start, end),)), holders)
    names = list(holders)
    for name in names:
        yield from _follow_uses(source, name, holders)
        added = len(holders) - len(names)  # names that are given a longer part
        names += [*islice(reversed(holders), added)][::-1]


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


def list_next_rests(source: SourceText, parts: Iterable[Span]) -> list[tuple[Span, ...]]:
    """Return where a key continues in what an operator, a call or a list joins to its last part."""
    chain = Chain(tuple(parts))
    added = references.find_continuation(source.content, chain.end)
    items = find_rest(source, chain.start, chain.end, is_bare=False)
    longer = (_extend(source, chain, one, near=chain.end) for one in (added, items) if one)
    return [one.spans[len(chain.spans) :] for one in longer if len(one.spans) > len(chain.spans)]


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
            if chain := _join_prefix(source, part.span(), operator):
                yield chain


def _follow_prefix(
    source: SourceText, prefix: Chain, holders: _Holders, followed: set[int]
) -> Iterator[Chain]:
    """Yield the key that starts with a prefix, or those in which variables follow it.

    Add its start to those that are `followed`, unless its first part may also be a literal that
    nothing is joined to.
    """
    if len(prefix.spans) == 1 and _is_last(source, *prefix.spans[0]):  # as nearly all
        followed.add(prefix.start)
        if not prefix.is_key:
            _record_names(source, prefix, holders)
        return
    chain = follow_literals(source, prefix)
    if len(chain.spans) == 1 or not (prefix.is_guess or prefix.has_commas):
        followed.add(prefix.start)
    if len(chain.spans) > 1 and chain.is_key:
        yield chain
    if chain.is_guess and chain.is_key:
        chain = Chain(chain.spans[: len(prefix.spans)])
    if not chain.is_key:
        yield from _follow_literal(source, chain, holders)


def _find_parts(content: bytes, found: FoundAnchors) -> Iterator[Span]:
    """Yield the first parts of prefixes that may continue in a variable.

    One or two letters occur in every text, so they count only if the next ones start a literal.
    """
    if not found.keys() - {PREFIX}:
        return
    next_letters = {strip_opening(text)[:1] for text in found if not PREFIX.startswith(text[:2])}
    sizes = [size for size in (1, 2) if PREFIX[size : size + 1] in next_letters]
    if _SEPARATED in next_letters:
        sizes.append(2)
    min_size = min(sizes, default=_MIN_PART)
    bare_patterns = (_BARE_PART, _SHORT_BARE_PART) if sizes else (_BARE_PART,)
    for pattern in (_PREFIX_PART, *bare_patterns):
        for part in pattern.finditer(content):
            start, end = part.span()
            if end - start >= min_size:
                yield start, end


def _join_prefix(source: SourceText, part: Span, operator: re.Match[bytes] | None) -> Chain | None:
    """Return the prefix that may be split over one literal per letter.

    It starts with a part before an operator.
    """
    chain, rest = Chain((part,)), PREFIX[part[1] - part[0] :]
    while rest:
        if not operator or not joins_prefix(source, operator, chain):
            return None
        start = operator.end()
        count = _count_common_letters(source.content, start, rest)
        if not count:
            return None
        chain = append_part(source, chain, (start, start + count), operator)
        rest = rest[count:]
        operator = operators.OPERATOR.match(source.content, start + count) if rest else None
    first, last = chain.spans[0]
    is_rare = last - first > 1 or len(chain.spans) <= _MAX_PARTS_AFTER_LETTER
    return chain if is_rare else None


def _count_common_letters(content: bytes, start: int, letters: bytes) -> int:
    text = content[start : start + len(letters)]
    if text == letters:  # as mostly
        return len(letters)
    pairs = enumerate(zip(text, letters, strict=False))
    return next((count for count, (one, other) in pairs if one != other), len(text))


def _is_last(source: SourceText, start: int, end: int) -> bool:
    """Return whether nothing is joined to the literal at `start:end`, which has quotes."""
    is_bare = source.content[end : end + 1] in BARE_ENDS
    return not (is_bare or continuations.may_continue(source, start, end))


def _follow_literal(source: SourceText, chain: Chain, holders: _Holders) -> list[Chain]:
    """Return the keys in which variables follow a literal directly; record the names it has."""
    content, start, end = source.content, chain.spans[0][0], chain.spans[-1][1]
    names = _record_names(source, chain, holders)
    is_bare = content[end : end + 1] in BARE_ENDS
    found: list[Iterator[Part]] = []
    if not is_bare and (parts := references.find_continuation(content, end)) is not None:
        found.append(parts)
    if not (is_bare and names) and (items := find_rest(source, start, end, is_bare=is_bare)):
        found.append(items)
    if not found:
        return []  # as nearly all
    keys = [_extend(source, chain, continuation, near=end) for continuation in found]
    return [key._replace(is_scattered=True) for key in keys if key.is_key and not key.is_too_long]


def _record_names(source: SourceText, chain: Chain, holders: _Holders) -> list[bytes]:
    """Record the names that a literal may be assigned to, and return them all."""
    names = source.find_names(chain.spans[0][0], chain.spans[-1][1])
    for name in names:
        if chain.length >= len(PREFIX) or _is_only_value(source, chain, name):
            insort(holders[name], _Value(chain.start, chain))
    return names


def _is_only_value(source: SourceText, chain: Chain, name: bytes) -> bool:
    """Return whether a part of the prefix, which is a common word, is all that a name holds."""
    variable = Variable(name, is_expanded=True, is_template=True)
    value = source.values.find(variable, chain.start)
    return value is not None and source.content[slice(*value)] == chain.read(source.content)


def _follow_uses(source: SourceText, name: bytes, holders: _Holders) -> Iterator[Chain]:
    """Yield the keys that continue where a name is used; it has the last value before its use.

    Record the names that are given a longer part there; the name itself may be among them.
    """
    values = holders[name]
    for use, continuation in references.find_uses(source, name):
        chain = values[max(0, bisect_right(values, (use,)) - 1)].chain
        longer = _extend(source, chain, continuation, near=use)
        if longer.is_too_long or not _is_new_part(chain, longer, use):
            continue
        if longer.is_key:
            yield longer._replace(is_scattered=True)
        before = source.content[max(0, use - _MAX_RESULT) : use]
        result = _RESULT_BACKWARDS.match(before[::-1])
        if result and (result[1] == name[::-1] or not longer.is_key):
            insort(holders[result[1][::-1]], _Value(use, longer))


def _is_new_part(chain: Chain, longer: Chain, use: int) -> bool:
    """Return whether a use adds a part, and no literal that an operator has joined already."""
    added = longer.spans[len(chain.spans) :]
    return bool(added) and not any(span in chain.spans and span[0] > use for span in added)


def _extend(source: SourceText, chain: Chain, parts: Iterator[Part], near: int) -> Chain:
    """Extend a chain by variables and literals in turn, as long as it may be a key."""
    while not chain.is_too_long and _may_start_key(chain.read(source.content)):
        part = next(parts, None)
        if part is None:
            break
        if isinstance(part, int):
            longer = append_literal(source, chain, part)
            if not longer:
                break
            chain = follow_literals(source, longer)
            parts = references.find_continuation(source.content, chain.end) or iter(())
            continue
        value = source.values.find(part, near) if isinstance(part, Variable) else part
        if not value or source.is_key_start(value[0]):
            chain = chain._replace(is_guess=True)
            break
        chain = chain.append(value)
    return chain if _may_start_key(chain.read(source.content)) else Chain(chain.spans[:1])


def _may_start_key(text: bytes) -> bool:
    return text.startswith(PREFIX) or PREFIX.startswith(text)
