"""A text with string literals, and what is known about it: each place is read at most once."""

from __future__ import annotations

import re
from functools import cached_property

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders.concatenation import dialects
from wakeyscan.decoders.concatenation.adjacency import Adjacency, find_adjacency
from wakeyscan.decoders.concatenation.assignments import SetForm, select_set_forms
from wakeyscan.decoders.concatenation.code_text import BARRIER
from wakeyscan.decoders.concatenation.lists import JoinedLists
from wakeyscan.decoders.concatenation.operators import ANY_PLACEHOLDER
from wakeyscan.decoders.concatenation.prefix import PREFIX, holds_word_list
from wakeyscan.decoders.concatenation.values import VariableValues
from wakeyscan.decoders.concatenation.variables import find_names
from wakeyscan.decoders.concatenation.words import WordIndex

_MAX_STATEMENT = 2048
"""Maximum bytes before a literal that are searched for an open bracket."""

_BETWEEN_BARRIERS = lazy_pattern(rb"(?<=%b)[\w-]+%b" % (BARRIER[1:], BARRIER[:2]))
_CONTINUED_LINE = lazy_pattern(rb"\\\r?\n")
_BRACKET_OR_STATEMENT = lazy_pattern(rb"[()\[\]{}]|\n(?=[A-Za-z_@\0])")

_OWN_OPERATORS = {
    "jl": b"*",
    "rb": b"<<",
    "abap": b"&&",
    **dict.fromkeys(("f", "for", "f77", "f90", "f95", "f03", "f08"), b"//"),
    **dict.fromkeys(("hs", "lhs", "purs", "idr", "sml"), b"\\"),
    **dict.fromkeys(("xq", "xql", "xqm", "xqy", "xquery", "xsl", "xslt", "rex", "rexx"), b"||"),
}
"""Operators with another meaning in other languages, by the extension of files in their own."""
_CIRCUITS = (".sv", ".svh", ".v", ".vh")
_WORD_JOINING = (".awk", ".gawk", ".mawk", ".nawk", ".rex", ".rexx")


class SourceText:
    """A text whose literals are concatenated."""

    def __init__(self, content: bytes, path: str) -> None:
        self.content = content
        self.path = path
        self.words = WordIndex(content)
        self.values = VariableValues(content, self.words)
        self.lists = JoinedLists(content, self.words)
        self.sql = dialects.SqlStatements(content)
        self.split_prefixes: frozenset[int] = frozenset()
        """Offsets at which a prefix in several parts starts."""

    @cached_property
    def adjacency(self) -> Adjacency:
        """Where the language joins adjacent literals."""
        return find_adjacency(self.path, self.content)

    def find_names(self, start: int, end: int) -> list[bytes]:
        """Return the names that the literal at `start:end` may be assigned to."""
        return find_names(self.content, start, end, self._set_forms)

    def is_alone(self, start: int) -> bool:
        """Return whether the value at an offset is all of a piece of code: it is in no expression.

        So is a string without a quote in it, in the text of the strings of a document.
        """
        return self._has_barriers and _BETWEEN_BARRIERS.match(self.content, start) is not None

    @cached_property
    def has_placeholders(self) -> bool:
        """Whether the string of a format may be somewhere."""
        return ANY_PLACEHOLDER.search(self.content) is not None

    @cached_property
    def has_word_lists(self) -> bool:
        """Whether a list of bare words may start somewhere."""
        return holds_word_list(self.content, 0, len(self.content))

    @cached_property
    def _has_barriers(self) -> bool:
        """Whether it has several pieces of code."""
        return BARRIER in self.content

    @cached_property
    def _set_forms(self) -> tuple[SetForm, ...]:
        return select_set_forms(self.content)

    def is_key_start(self, offset: int) -> bool:
        """Return whether a prefix, whole or in parts, starts at an offset."""
        return offset in self.split_prefixes or self.content.startswith(PREFIX, offset)

    def joins_adjacent(self, operator: re.Match[bytes], start: int, *, is_key: bool) -> bool:
        """Return whether the literal with its text at `start` is joined with the next one.

        In an unknown language they may be two values, so a literal that `is_key` alone stays what
        it is.
        """
        joined = self._are_joined_words(start)
        if joined:
            return True
        content, between = self.content, _CONTINUED_LINE.sub(b"", operator[0])
        match self.adjacency:
            case Adjacency.ANYWHERE:
                return True
            case Adjacency.IN_BRACKETS:
                return b"\n" not in between or _is_in_brackets(content, start)
            case Adjacency.ON_A_LINE:
                return b"\n" not in between
            case Adjacency.WITHOUT_BLANK:
                return joined is None and not re.search(rb"\s", between)
            case Adjacency.UNKNOWN:
                return joined is None and not is_key
            case Adjacency.NOWHERE:
                return False

    @cached_property
    def joins_words(self) -> bool:
        """Whether a blank joins the values of two names, as in awk."""
        return self.path.endswith(_WORD_JOINING)

    def joins_commas(self, start: int) -> bool:
        """Return whether a comma joins the literals at `start`.

        It does in Smalltalk, in brackets of MATLAB and in braces of Verilog.
        """
        if self.path.endswith(".st"):
            return True
        opening = self.content[max(0, start - 2) : start]
        return (self.path.endswith(".m") and opening == b"['") or (
            self.path.endswith(_CIRCUITS) and opening == b'{"'
        )

    def has_operator(self, operator: re.Match[bytes]) -> bool:
        """Return whether an operator that is ambiguous elsewhere joins literals in the language."""
        own = _OWN_OPERATORS.get(self.path.rpartition(".")[2].lower())
        return own is not None and own in operator[0]

    def is_guess(self, operator: re.Match[bytes], start: int) -> bool:
        """Return whether an operator joins two literals only if the language is a certain one."""
        is_adjacent = operator.lastgroup == "adjacent" and self.adjacency is Adjacency.UNKNOWN
        return is_adjacent and not self._are_joined_words(start)

    def _are_joined_words(self, start: int) -> bool | None:
        return dialects.are_joined_words(self.content, start) if self._has_commands else None

    @cached_property
    def _has_commands(self) -> bool:
        return dialects.has_commands(self.content)


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
