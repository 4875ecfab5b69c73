"""Checks for a language: shell words that `printf` joins, and statements of SQL."""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.occurrences import Occurrences

_MAX_COMMAND = 512
"""Maximum bytes before a word within which its command starts."""
_BLANK = rb"(?: [ \t]{1,64}+ | \\\r?\n )++"
_WORD = rb"(?: \" (?: [^\"\\] | \\. )*+ \" | ' [^']*+ ' | [^\s\"'`;|&()<>\\] | \\[^\n] )++"
_JOINING = (
    rb"\( (?: str | string-append | concat | concatenate [ ] 'string | mconcat )"
    rb" | string [ ] cat"
    rb" | string [ ] join [ ] (?: '' | \"\" )"
    rb" | (?i: string ) \( \s? (?: CONCAT | JOIN \s \"\" ) \s \w{1,60}"
    rb"   (?: \s{1,64} \"[\w-]{0,128}\" )*+ \s*?"
    rb" | append [ ] [A-Za-z_]\w{0,60} | CONCATENATE | print"
)
"""Calls without parentheses or commas, of Lisp, Tcl, CMake, ABAP and Go templates."""
_COMMAND = lazy_pattern(
    rb"(?sx) (?<! [\w.$/-] ) (?: echo | (?P<joining> " + _JOINING + rb" ) | (?P<printf> s? printf )"
    rb" (?: " + _BLANK + rb" -v " + _BLANK + rb" \w{1,60} )? (?: " + _BLANK + rb" -- )?"
    + _BLANK + rb"(?P<format> " + _WORD + rb" ) )"
    rb" (?P<words> (?: " + _BLANK + _WORD + rb" )*+ ) " + _BLANK
    + rb" (?: \"[^\"\n]{0,128} | '[^'\n]{0,128} ) \Z"
)  # fmt: skip
_COMMANDS = (
    *(b"echo", b"printf", b"(str ", b"concat", b"string", b"append ", b"CONCAT", b"JOIN", b"print"),
)
_MAX_NAME = 16
"""Bytes from the start of a command to such a word."""
_WORDS = lazy_pattern(rb"(?sx)" + _BLANK + _WORD)
_PLACEHOLDER = lazy_pattern(rb"%[-+ #0-9.*]*[A-Za-z]")
_STRING_PLACEHOLDERS = (b"%s", b"%b")


def has_commands(content: bytes) -> bool:
    """Return whether a command that may join words may be somewhere."""
    return any(map(content.__contains__, _COMMANDS))


def are_joined_words(content: bytes, start: int) -> bool | None:
    """Return whether a command joins the quoted word at `start` and the next one without a gap.

    Return nothing if no command has them as arguments.
    """
    before = content[max(0, start - _MAX_COMMAND) : start]
    last = max(map(before.rfind, _COMMANDS))
    if last < 0:
        return None  # the pattern takes 50 µs
    command = _COMMAND.search(before, max(0, last - _MAX_NAME))
    if not command:
        return None
    if command["joining"] or not command["printf"]:
        return command["joining"] is not None
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
_NOT_IN_SQL = lazy_pattern(rb"[;{}]|=>|\b(?:const|let|var)\s")
"""Text that ends a statement of SQL, or that SQL does not contain."""
_STATEMENT_START = lazy_pattern(
    rb"(?ix) (?<! [\w$.] ) (?: select \s | insert \s+ into \s | delete \s+ from \s | values \s* \("
    rb" | update \s+ [\w.\[\]]+ \s+ set \s | merge \s+ into \s | execute \s+ immediate \s"
    rb" | (?: create | alter ) \s+ \w+ \s | set \s+ @?[\w.]+ \s* (?: = | to \s ) | declare \s )"
    rb" | :="
)
_BLOCK = lazy_pattern(
    rb"(?im)^[ \t]*(?:begin|declare|(?:is|as)(?:[ \t]+begin)?|[^\n]*\bas[ \t]+\$\w*\$)[ \t]*\r?$"
)
"""A line of a PL/SQL or PL/pgSQL block; no other language with this operator has such a line."""
_COMMENT = lazy_pattern(rb"//|\*|#|<!--")
_HOST_QUOTES = (b'"', b"`")
"""Quotes of a literal that holds a statement; within a statement, they come in pairs."""


class SqlStatements:
    """The statements of SQL in a text; each part of the text is searched once."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._blocks = Occurrences(content, _BLOCK)
        self._limits = Occurrences(content, _NOT_IN_SQL)
        self._starts = Occurrences(content, _STATEMENT_START)

    def contain(self, offset: int) -> bool:
        """Return whether an offset is in a statement, or in a block of statements."""
        low = max(0, offset - _MAX_STATEMENT)
        if self._blocks.find_first(low, offset):
            return True
        if limit := self._limits.find_last(low, offset):
            low = limit.end()
        starts = self._starts.find_all(low, offset)
        return any(self._reaches(start, low, offset) for start in starts)

    def _reaches(self, start: re.Match[bytes], low: int, offset: int) -> bool:
        """Return whether a statement continues to `offset`.

        It does not if it is in a comment, or in a literal that ends before.
        """
        line = self._content[low : start.start()].rpartition(b"\n")[2]
        rest = self._content[start.end() : offset]
        return not _COMMENT.search(line) and not any(
            rest.count(quote) % 2 for quote in _HOST_QUOTES
        )
