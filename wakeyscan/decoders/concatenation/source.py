"""A text with string literals, and what is known about it: each place is read at most once."""

from __future__ import annotations

import re
from functools import cached_property

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders.concatenation import dialects
from wakeyscan.decoders.concatenation.adjacency import Adjacency, find_adjacency
from wakeyscan.decoders.concatenation.lists import JoinedLists
from wakeyscan.decoders.concatenation.prefix import PREFIX
from wakeyscan.decoders.concatenation.values import VariableValues
from wakeyscan.decoders.concatenation.words import WordIndex

_MAX_STATEMENT = 2048
"""Maximum bytes before a literal that are searched for an open bracket."""

_CONTINUED_LINE = lazy_pattern(rb"\\\r?\n")
_BRACKET_OR_STATEMENT = lazy_pattern(rb"[()\[\]{}]|\n(?=[A-Za-z_@\0])")


class SourceText:
    """A text whose literals are concatenated."""

    def __init__(self, content: bytes, path: str) -> None:
        self.content = content
        self._path = path
        self.words = WordIndex(content)
        self.values = VariableValues(content, self.words)
        self.lists = JoinedLists(content, self.words)
        self.sql = dialects.SqlStatements(content)
        self.split_prefixes: frozenset[int] = frozenset()
        """Offsets at which a prefix in several parts starts."""

    @cached_property
    def adjacency(self) -> Adjacency:
        """Where the language joins adjacent literals."""
        return find_adjacency(self._path, self.content)

    def is_key_start(self, offset: int) -> bool:
        """Return whether a prefix, whole or in parts, starts at an offset."""
        return offset in self.split_prefixes or self.content.startswith(PREFIX, offset)

    def joins_adjacent(self, operator: re.Match[bytes], start: int, *, is_key: bool) -> bool:
        """Return whether the literal with its text at `start` is joined with the next one.

        In an unknown language they may be two values, so a literal that `is_key` alone stays what
        it is.
        """
        content, between = self.content, _CONTINUED_LINE.sub(b"", operator[0])
        match self.adjacency:
            case Adjacency.ANYWHERE:
                return True
            case Adjacency.IN_BRACKETS:
                return b"\n" not in between or _is_in_brackets(content, start)
            case Adjacency.ON_A_LINE:
                return b"\n" not in between
            case Adjacency.WITHOUT_BLANK:
                printed = dialects.are_printed_together(content, start)
                return not re.search(rb"\s", between) if printed is None else printed
            case Adjacency.UNKNOWN:
                return not is_key and dialects.are_printed_together(content, start) is not False
            case Adjacency.NOWHERE:
                return False


def _is_in_brackets(content: bytes, start: int) -> bool:
    """Return whether a bracket is open at `start`; a line that is not indented has none before."""
    depth = 0
    before = content[max(0, start - _MAX_STATEMENT) : start]
    for found in reversed(_BRACKET_OR_STATEMENT.findall(before)):
        if found == b"\n":
            return False
        depth += 1 if found in b"([{" else -1
        if depth > 0:
            return True
    return False
