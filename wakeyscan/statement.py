"""Says whether a literal is in a statement of SQL: there `||` joins, elsewhere it means `or`."""

from __future__ import annotations

import re

_REACH = 1024
"""Bytes before a literal that tell of the statement it is in."""

_OTHER = re.compile(rb"[;{}]|=>|\b(?:const|let|var)\s")
"""What ends a statement of SQL, or stands in none."""
_BEGUN = re.compile(
    rb"(?ix) (?<! [\w$.] ) (?: select \s | insert \s+ into \s | delete \s+ from \s | values \s* \("
    rb" | update \s+ [\w.\[\]]+ \s+ set \s | merge \s+ into \s | execute \s+ immediate \s"
    rb" | (?: create | alter ) \s+ \w+ \s | set \s+ @?[\w.]+ \s* (?: = | to \s ) | declare \s )"
    rb" | :="
)
_BLOCK = re.compile(
    rb"(?im)^[ \t]*(?:begin|declare|(?:is|as)(?:[ \t]+begin)?|[^\n]*\bas[ \t]+\$\w*\$)[ \t]*\r?$"
)
"""A line that a block of PL/SQL or PL/pgSQL has, and no other language that has the operator."""
_COMMENT = re.compile(rb"//|\*|#|<!--")
_OUTER = (b'"', b"`")
"""Quotes that a statement may be a literal in, but holds in pairs only."""


def in_sql(content: bytes, start: int) -> bool:
    """Say whether the text at `start` is in a statement of SQL, or in a block of such."""
    window = content[max(0, start - _REACH) : start]
    if _BLOCK.search(window):
        return True
    statement = _OTHER.split(window)[-1]
    return any(_goes_on(statement, found) for found in _BEGUN.finditer(statement))


def _goes_on(statement: bytes, begun: re.Match[bytes]) -> bool:
    """Say whether a statement goes on to the end of a text: not in a comment, nor as a literal."""
    line = statement[statement.rfind(b"\n", 0, begun.start()) + 1 : begun.start()]
    behind = statement[begun.end() :]
    return not _COMMENT.search(line) and not any(behind.count(quote) % 2 for quote in _OUTER)
