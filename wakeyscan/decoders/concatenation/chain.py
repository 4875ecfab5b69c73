"""Parts of a key in consecutive literals: follow operators from one literal to the next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from wakeyscan.decoders.concatenation import dialects, lists, operators, variables
from wakeyscan.decoders.concatenation.prefix import PREFIX

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Span

_MAX_PARTS = 160
"""Maximum number of parts of one key: enough for one per character."""
_MAX_LIST_REACH = 4096
"""Maximum bytes after a list that are searched for a call that joins it by its name."""
_MIN_BODY = 16
"""Characters after the prefix of the shortest key (contract, section 1)."""


class Chain(NamedTuple):
    """The parts of a key so far, in its order; the next operator follows the last part."""

    spans: tuple[Span, ...]
    has_commas: bool = False
    """Whether a comma precedes a part, so that only a call or a list can join them."""
    is_call: bool = False
    """Whether the last part is an argument of a call that joins all of its arguments."""

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
        return sum(end - start for start, end in self.spans)

    @property
    def is_key(self) -> bool:
        """Whether the parts are long enough to be a key."""
        return self.length - len(PREFIX) >= _MIN_BODY

    def read(self, content: bytes) -> bytes:
        """Return the text of all parts."""
        return b"".join(content[start:end] for start, end in self.spans)

    def append(self, span: Span, operator: re.Match[bytes] | None = None) -> Chain:
        """Return a chain with one more part, after the operator that joins it."""
        is_call = operator is not None and (
            b".concat(" in operator[0] or (self.is_call and operator.lastgroup == "comma")
        )
        has_commas = self.has_commas or self.needs_list(operator)
        return Chain((*self.spans, span), has_commas, is_call)

    def needs_list(self, operator: re.Match[bytes] | None) -> bool:
        """Return whether an operator joins its part only if a list around both is joined."""
        return operator is not None and operator.lastgroup == "comma" and not self.is_call


def append_literal(content: bytes, chain: Chain, start: int) -> Chain | None:
    """Return the chain with the literal text at `start`; nothing if that is another key."""
    body = operators.BODY.match(content, start)
    return chain.append(body.span()) if body and not content.startswith(PREFIX, start) else None


def follow_literals(content: bytes, chain: Chain) -> Chain:
    """Extend a chain by the literals that operators join to it.

    Parts after a comma are dropped again unless a call or a list joins them.
    """
    start = chain.start
    before_comma = Chain(chain.spans[:1]) if chain.has_commas else None
    while len(chain.spans) < _MAX_PARTS:
        chain = _extend_last_part(content, chain)
        operator = operators.OPERATOR.match(content, chain.end)
        body = operator and operators.BODY.match(content, operator.end())
        if not operator or not body or content.startswith(PREFIX, operator.end()):
            break
        if not _joins_literals(content, operator, body.end(), chain):
            break
        if chain.needs_list(operator) and before_comma is None:
            before_comma = chain
        chain = chain.append(body.span(), operator)
    if before_comma is None or lists.is_joined_list(content, start, chain.end, _MAX_LIST_REACH):
        return chain
    return before_comma


def _extend_last_part(content: bytes, chain: Chain) -> Chain:
    start, end = chain.spans[-1]
    rest = operators.BODY.match(content, end)
    return chain._replace(spans=(*chain.spans[:-1], (start, rest.end()))) if rest else chain


def joins_prefix(content: bytes, operator: re.Match[bytes], chain: Chain) -> bool:
    """Return whether an operator that may split the prefix really joins its parts."""
    match operator.lastgroup:
        case "sql":
            return dialects.is_in_sql(content, chain.start)
        case "augmented":
            return operator["receiver"] in variables.find_names(content, *chain.spans[0])
        case "strcat":
            return operators.is_written_to(content, chain.spans[-1][0], operator["buffer"])
        case "adjacent":
            return dialects.may_print_adjacent(content, chain.spans[-1][0])
        case "word":
            return lists.is_in_joined_words(content, chain.end)
        case _:
            return True


def _joins_literals(content: bytes, operator: re.Match[bytes], end: int, chain: Chain) -> bool:
    """Return whether an operator joins the literal that ends at `end` to the chain.

    Adjacent literals are mostly arguments. After a complete key, an ambiguous operator joins
    nothing.
    """
    match operator.lastgroup:
        case "sql" | "augmented" | "strcat" | "word":
            return joins_prefix(content, operator, chain)
        case "touching" | "builder":
            return not chain.is_key
        case "adjacent":
            is_closed = operators.CLOSING_QUOTE.match(content, end) is not None
            is_value = is_closed and not operators.NAME_END.match(content, end)
            may_join = is_value and (not chain.is_key or b"\n" in operator[0])
            return may_join and joins_prefix(content, operator, chain)
        case "template_end":
            start = chain.spans[-1][0]
            return operators.is_in_template(content, start, unambiguous=chain.is_key)
        case _:
            is_ambiguous = operators.AMBIGUOUS_OPERATOR.match(content, operator.start())
            return not chain.is_key or not is_ambiguous
