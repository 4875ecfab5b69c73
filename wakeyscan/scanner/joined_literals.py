"""Credentials of headers in several literals, which the language joins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.secret import APP_KEY, HEADER, Secret
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation import credentials
    from wakeyscan.decoders.concatenation.chain import Chain
    from wakeyscan.scanner.matcher import Match
else:
    # Few credentials are in several literals, and the patterns of operators take 20 ms to compile.
    credentials = lazy_import("wakeyscan.decoders.concatenation.credentials")

JOINED_RULES = frozenset((HEADER, APP_KEY))
"""Rules whose literals are joined here; parts of a key are found by its prefix."""

_PIECES = "pieces"
_MAY_CONTINUE = lazy_pattern(
    rb"""(?xs)
    \\{0,3} ["'`] [\s()\\]{0,80}
    (?: [+&~<^|] | \.(?![a-z]) | [bBfFrRuULN@$]{0,2} ["'] | .{0,64}? [+.]= | .{0,64}? cat\( )
"""
)
"""Text after a literal that may be joined to another."""


def join_literals(matches: Sequence[Match], content: bytes, path: str) -> Iterator[Match]:
    """Yield matches, each with the literals that are joined to its own.

    A match whose credential ends in a value that is looked up at run time is dropped.
    """
    spans = [
        (match.start, match.end) for match in matches if _MAY_CONTINUE.match(content, match.end)
    ]
    joined = credentials.join_literals(content, path, spans) if spans else {}
    for match in matches:
        span = match.start, match.end
        if span not in joined:
            yield match
        elif chain := joined[span]:
            yield _join_parts(match, content, chain)


def _join_parts(match: Match, content: bytes, chain: Chain) -> Match:
    return match._replace(
        secret=Secret(chain.read(content), match.rule.id),
        elsewhere=chain.spans[1:],
        encoding=_PIECES,
        bounds=Bounds.OPEN if chain.is_guess else Bounds.CERTAIN,
    )
