"""Says whether words of a shell's command are printed as one: by `printf '%s%s'`, not by `echo`."""

from __future__ import annotations

import re

_REACH = 512
"""Bytes before a word in which its command begins."""
_BLANK = rb"(?: [ \t]{1,64}+ | \\\r?\n )++"
_WORD = rb"(?: \" (?: [^\"\\] | \\. )*+ \" | ' [^']*+ ' | [^\s\"'`;|&()<>\\] | \\[^\n] )++"
_COMMAND = re.compile(
    rb"(?sx) (?<! [\w.$/-] ) (?: echo | (?P<printf> printf )"
    rb" (?: " + _BLANK + rb" -v " + _BLANK + rb" \w{1,60} )? (?: " + _BLANK + rb" -- )?"
    + _BLANK + rb"(?P<format> " + _WORD + rb" ) )"
    rb" (?P<words> (?: " + _BLANK + _WORD + rb" )*+ ) " + _BLANK
    + rb" (?: \"[^\"\n]{0,128} | '[^'\n]{0,128} ) \Z"
)  # fmt: skip
_WORDS = re.compile(rb"(?sx)" + _BLANK + _WORD)
_FILLED = re.compile(rb"%[-+ #0-9.*]*[A-Za-z]")
_TEXTS = (b"%s", b"%b")


def are_one(content: bytes, start: int) -> bool:
    """Say whether the word at `start`, in quotes, and the one behind it may be printed as one.

    Where no command prints them, they may be: another language joins what stands side by side.
    """
    found = _COMMAND.search(content[max(0, start - _REACH) : start])
    if not found:
        return True
    if not found["printf"]:
        return False
    return _is_glued(found["format"].strip(b"\"'"), len(_WORDS.findall(found["words"])))


def _is_glued(form: bytes, number: int) -> bool:
    """Say whether a format has nothing between an argument and the next: it may begin once more."""
    form = form.replace(b"%%", b"\0")
    filled = _FILLED.findall(form)
    if not filled:
        return False
    first, *between, last = _FILLED.split(form)
    gaps = [*between, last + first]
    at = number % len(filled)
    return not gaps[at] and {filled[at], filled[(at + 1) % len(filled)]} <= set(_TEXTS)


_STATEMENT_REACH = 1024
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
    window = content[max(0, start - _STATEMENT_REACH) : start]
    if _BLOCK.search(window):
        return True
    statement = _OTHER.split(window)[-1]
    return any(_goes_on(statement, found) for found in _BEGUN.finditer(statement))


def _goes_on(statement: bytes, begun: re.Match[bytes]) -> bool:
    """Say whether a statement goes on to the end of a text: not in a comment, nor as a literal."""
    line = statement[statement.rfind(b"\n", 0, begun.start()) + 1 : begun.start()]
    behind = statement[begun.end() :]
    return not _COMMENT.search(line) and not any(behind.count(quote) % 2 for quote in _OUTER)
