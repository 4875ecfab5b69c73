"""Credentials of headers that a program concatenates: the literals after their first part."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.concatenation import operators
from wakeyscan.decoders.concatenation.chain import Chain, append_part, joins_literals
from wakeyscan.decoders.concatenation.prefix import QUOTES
from wakeyscan.decoders.concatenation.source import SourceText

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from wakeyscan.decoders.decoder import Span

_BODY = lazy_pattern(rb"[A-Za-z0-9._~+/=-]{1,2048}")
"""Characters of a literal that may be part of a credential."""
_LAST_QUOTE = lazy_pattern(rb"(?:\\r)?\\n(?=[\"'])")
"""The end of the line of a header, in the last literal."""
_KINDS = frozenset(("operator", "sql", "adjacent", "augmented", "strcat", "continued_line"))
"""Operators that continue a literal; the others are too rare between two parts of a token."""
_MAX_SCHEME = 64
"""Bytes before a credential in its literal: the name of the header, and the scheme."""
_MAX_SIZE = 8192
"""Bytes of the longest credential that is joined, as in a rule."""
_LOOK_UP = lazy_pattern(
    rb"""(?x) \\{0,3}["'`] [ \t]{0,4} (?: \+ | \.\. | ~ | (?<=[ \t])\.(?=[ \t]) | \.(?=\$) )
    \s{0,64} (?! _ [ \t]{0,4} \r?\n ) [$@A-Za-z_(]"""
)
"""A value that is only known at run time, and that is joined to a literal."""


def join_literals(content: bytes, path: str, spans: Iterable[Span]) -> dict[Span, Chain | None]:
    """Return the parts of each credential that has several, by its first part.

    The value is `None` if a part is looked up at run time. The path determines the language.
    """
    source = SourceText(content, path)
    joined: dict[Span, Chain | None] = {}
    for span in spans:
        chain = _follow_literals(source, Chain((span,)))
        if len(chain.spans) > 1:
            joined[span] = None if _LOOK_UP.match(content, chain.end) else chain
    return joined


def _joins(source: SourceText, operator: re.Match[bytes], end: int, chain: Chain) -> bool:
    """Return whether an operator joins the literal that ends at `end` to the chain."""
    if operator.lastgroup != "augmented":
        return joins_literals(source, operator, end, chain)
    # Only the whole first literal, with the scheme in it, shows the name of its variable.
    before = source.content[max(0, chain.start - _MAX_SCHEME) : chain.start]
    quote = max(map(before.rfind, QUOTES))
    start = chain.start - len(before) + quote + 1
    names = source.find_names(start, chain.spans[0][1])
    return quote >= 0 and operator["receiver"] in names


def _follow_literals(source: SourceText, chain: Chain) -> Chain:
    while chain.length < _MAX_SIZE:
        operator = operators.OPERATOR.match(source.content, chain.end)
        if not operator or operator.lastgroup not in _KINDS:
            return chain
        body = _BODY.match(source.content, operator.end())
        if not body or source.is_key_start(body.start()):
            return chain
        last = _LAST_QUOTE.match(source.content, body.end())
        end = last.end() if last else body.end()
        if not operators.CLOSING_QUOTE.match(source.content, end):
            return chain
        if not _joins(source, operator, end, chain):
            return chain
        chain = append_part(source, chain, body.span(), operator)
    return chain
