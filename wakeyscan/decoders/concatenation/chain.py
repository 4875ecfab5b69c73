"""Parts of a key in consecutive literals: follow operators from one literal to the next."""

from __future__ import annotations

import re

from wakeyscan.core.secret import MAX_KEY, MIN_KEY
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.decoders.concatenation import data_lists, lists, operators
from wakeyscan.decoders.concatenation.prefix import PREFIX

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.source import SourceText
    from wakeyscan.decoders.decoder import Span

_CHECKED = frozenset(
    ("sql", "augmented", "appended", "cmake", "strcat", "word", "default", "gap", "bars")
)
"""Operators that join two literals only where more than the text between them says so."""


class Chain(NamedTuple):
    """The parts of a key so far, in its order; the next operator follows the last part."""

    spans: tuple[Span, ...]
    has_commas: bool = False
    """Whether a comma precedes a part, so that only a call or a list can join them."""
    is_call: bool = False
    """Whether the last part is an argument of a call that joins all of its arguments."""
    is_guess: bool = False
    """Whether adjacent literals are joined, although the language is not known."""
    is_scattered: bool = False
    """Whether variables join the parts, so that the text between them never belongs to the key."""

    @property
    def start(self) -> int:
        """Start of the first part."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """End of the last part."""
        return self.spans[-1][1]

    @property
    def length(self) -> int:
        """Characters in all parts."""
        if len(self.spans) == 1:  # most chains
            return self.spans[0][1] - self.spans[0][0]
        return sum([end - start for start, end in self.spans])

    @property
    def is_key(self) -> bool:
        """Whether the parts are long enough to be a key."""
        return self.length >= MIN_KEY

    @property
    def is_too_long(self) -> bool:
        """Whether the parts are longer than any key."""
        return self.length > MAX_KEY

    def read(self, content: bytes) -> bytes:
        """Return the text of all parts."""
        if len(self.spans) == 1:
            return content[slice(*self.spans[0])]
        return b"".join([content[start:end] for start, end in self.spans])

    def append(
        self, span: Span, operator: re.Match[bytes] | None = None, *, is_guess: bool = False
    ) -> Chain:
        """Return a chain with one more part, after the operator that joins it.

        `is_guess`: it joins the part only if the language is a certain one.
        """
        is_call = operator is not None and (
            b".concat(" in operator[0] or (self.is_call and operator.lastgroup == "comma")
        )
        has_commas = self.has_commas or self.needs_list(operator)
        return Chain((*self.spans, span), has_commas, is_call, self.is_guess or is_guess)

    def needs_list(self, operator: re.Match[bytes] | None) -> bool:
        """Return whether an operator joins its part only if a list around both is joined."""
        return operator is not None and operator.lastgroup == "comma" and not self.is_call


def append_literal(source: SourceText, chain: Chain, start: int) -> Chain | None:
    """Return the chain with the literal text at `start`; nothing if that is another key."""
    body = operators.BODY.match(source.content, start)
    return chain.append(body.span()) if body and not source.is_key_start(start) else None


def follow_literals(source: SourceText, chain: Chain) -> Chain:
    """Extend a chain by the literals that operators join to it.

    Parts after a comma are dropped again unless a call or a list joins them.
    """
    content, start = source.content, chain.start
    before_comma = Chain(chain.spans[:1]) if chain.has_commas else None
    chain = _extend_last_part(content, chain)
    length, end = chain.length, chain.end
    while length <= MAX_KEY:
        operator = operators.OPERATOR.match(content, end)
        body = operator and operators.BODY.match(content, operator.end())
        if not operator or not body or source.is_key_start(operator.end()):
            break  # as after nearly all literals
        if not joins_literals(source, operator, body.end(), chain):
            if operators.AMBIGUOUS_OPERATOR.match(content, operator.start()):
                chain = chain._replace(is_guess=True)
            break
        if chain.needs_list(operator) and before_comma is None:
            before_comma = chain
        chain = append_part(source, chain, body.span(), operator)
        length, end = length + body.end() - body.start(), body.end()
    if before_comma is None or source.joins_commas(start) or source.lists.contain(start, chain.end):
        return chain
    if not before_comma.is_key and _is_key_in_list(source, chain):
        return chain._replace(is_guess=True)
    return before_comma


def _is_key_in_list(source: SourceText, chain: Chain) -> bool:
    if not chain.is_key or chain.is_too_long:
        return False
    body = chain.read(source.content).removeprefix(PREFIX)
    first, *_, last = chain.spans
    return data_lists.is_key_in_list(source.content, source.path, first, last, body)


def append_part(
    source: SourceText, chain: Chain, span: Span, operator: re.Match[bytes] | None
) -> Chain:
    """Return a chain with one more part, and whether it is a guess that an operator joins it."""
    is_guess = operator is not None and source.is_guess(operator, chain.spans[-1][0])
    return chain.append(span, operator, is_guess=is_guess)


def _extend_last_part(content: bytes, chain: Chain) -> Chain:
    start, end = chain.spans[-1]
    rest = operators.BODY.match(content, end)
    return Chain((*chain.spans[:-1], (start, rest.end())), *chain[1:]) if rest else chain


def joins_prefix(source: SourceText, operator: re.Match[bytes], chain: Chain) -> bool:
    """Return whether an operator that may split the prefix really joins its parts."""
    content = source.content
    match operator.lastgroup:
        case "sql":
            return source.sql.contain(chain.start)
        case "augmented" | "appended":
            receiver = operator["receiver"] or operator["appended_to"]
            return receiver in source.find_names(*chain.spans[0])
        case "cmake":
            return operator["variable"] in source.find_names(*chain.spans[0])
        case "strcat":
            return operators.is_written_to(content, chain.spans[-1][0], operator["buffer"])
        case "adjacent":
            return source.joins_adjacent(operator, chain.spans[-1][0], is_key=chain.is_key)
        case "gap" | "bars":
            return source.has_operator(operator)
        case "default":
            return operators.is_default(content, chain.start)
        case "word":
            words = lists.find_joined_words(content, chain.end) if source.has_word_lists else None
            return words is not None and words[0] == words[1]
        case _:
            return True


def joins_literals(source: SourceText, operator: re.Match[bytes], end: int, chain: Chain) -> bool:
    """Return whether an operator joins the literal that ends at `end` to the chain.

    After a complete key, an ambiguous operator joins nothing.
    """
    if operator.lastgroup in _CHECKED:
        return joins_prefix(source, operator, chain)
    match operator.lastgroup:
        case "slashes":
            return not chain.is_key or source.has_operator(operator)
        case "touching" | "builder" | "bare_builder":
            return not chain.is_key
        case "adjacent":
            is_closed = operators.CLOSING_QUOTE.match(source.content, end) is not None
            is_value = is_closed and not operators.NAME_END.match(source.content, end)
            return is_value and joins_prefix(source, operator, chain)
        case "template_end":
            start = chain.spans[-1][0]
            return operators.is_in_template(source.content, start, unambiguous=chain.is_key)
        case _:
            is_ambiguous = operators.AMBIGUOUS_OPERATOR.match(source.content, operator.start())
            return not chain.is_key or not is_ambiguous or source.has_operator(operator)
