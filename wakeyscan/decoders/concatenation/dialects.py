"""Checks for a language: shell words that `printf` joins, and statements of SQL."""

from __future__ import annotations

import re

_MAX_COMMAND = 512
"""Maximum bytes before a word within which its command starts."""
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
_PLACEHOLDER = re.compile(rb"%[-+ #0-9.*]*[A-Za-z]")
_STRING_PLACEHOLDERS = (b"%s", b"%b")


def may_print_adjacent(content: bytes, start: int) -> bool:
    """Return whether the quoted word at `start` and the next word may be printed without a gap.

    They may if no shell command prints them: other languages join adjacent literals.
    """
    command = _COMMAND.search(content[max(0, start - _MAX_COMMAND) : start])
    if not command:
        return True
    if not command["printf"]:
        return False
    words = _WORDS.findall(command["words"])
    return _prints_without_gap(command["format"].strip(b"\"'"), len(words))


def _prints_without_gap(format_string: bytes, number: int) -> bool:
    """Return whether nothing separates an argument from the next; a format may be reused."""
    format_string = format_string.replace(b"%%", b"\0")
    placeholders = _PLACEHOLDER.findall(format_string)
    if not placeholders:
        return False
    first, *between, last = _PLACEHOLDER.split(format_string)
    gaps = [*between, last + first]
    index = number % len(placeholders)
    pair = {placeholders[index], placeholders[(index + 1) % len(placeholders)]}
    return not gaps[index] and pair <= set(_STRING_PLACEHOLDERS)


_MAX_STATEMENT = 1024
"""Maximum bytes before a literal within which its statement starts."""
_NOT_IN_SQL = re.compile(rb"[;{}]|=>|\b(?:const|let|var)\s")
"""Text that ends a statement of SQL, or that SQL does not contain."""
_STATEMENT_START = re.compile(
    rb"(?ix) (?<! [\w$.] ) (?: select \s | insert \s+ into \s | delete \s+ from \s | values \s* \("
    rb" | update \s+ [\w.\[\]]+ \s+ set \s | merge \s+ into \s | execute \s+ immediate \s"
    rb" | (?: create | alter ) \s+ \w+ \s | set \s+ @?[\w.]+ \s* (?: = | to \s ) | declare \s )"
    rb" | :="
)
_BLOCK = re.compile(
    rb"(?im)^[ \t]*(?:begin|declare|(?:is|as)(?:[ \t]+begin)?|[^\n]*\bas[ \t]+\$\w*\$)[ \t]*\r?$"
)
"""A line of a PL/SQL or PL/pgSQL block; no other language with this operator has such a line."""
_COMMENT = re.compile(rb"//|\*|#|<!--")
_HOST_QUOTES = (b'"', b"`")
"""Quotes of a literal that holds a statement; within a statement, they come in pairs."""


def is_in_sql(content: bytes, start: int) -> bool:
    """Return whether the text at `start` is in a statement of SQL, or in a block of statements."""
    before = content[max(0, start - _MAX_STATEMENT) : start]
    if _BLOCK.search(before):
        return True
    statement = _NOT_IN_SQL.split(before)[-1]
    return any(_reaches_end(statement, found) for found in _STATEMENT_START.finditer(statement))


def _reaches_end(text: bytes, start: re.Match[bytes]) -> bool:
    """Return whether a statement continues to the end of `text`.

    It does not if it is in a comment, or in a literal that ends before.
    """
    line = text[text.rfind(b"\n", 0, start.start()) + 1 : start.start()]
    rest = text[start.end() :]
    return not _COMMENT.search(line) and not any(rest.count(quote) % 2 for quote in _HOST_QUOTES)
