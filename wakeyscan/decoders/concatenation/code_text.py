"""Source code inside another text, and where each of its bytes comes from."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Span

_GetText = Callable[[re.Match[bytes]], bytes]
"""Returns the text that replaces a match; the same text whenever it is asked."""

BARRIER = b"\n\0\n"
"""Text between two pieces of code: it ends the statement before, and no operator contains it."""


class CodeText(NamedTuple):
    """A text of source code, whose literals are joined by the rules of its own language."""

    content: bytes
    path: str
    """Path that determines the language; empty if it is not known."""
    find_offset: Callable[[int], int] = int
    """Returns the offset, in the text of the document, of a byte of the code."""

    @property
    def is_inner(self) -> bool:
        """Whether it is inside another text, so that the bytes between may be missing."""
        return self.find_offset is not int

    def find_source(self, span: Span) -> Span:
        """Return the bounds, in the text of the document, of a part of the code."""
        start, end = span
        if start == end:
            return self.find_offset(start), self.find_offset(start)
        return self.find_offset(start), self.find_offset(end - 1) + 1

    def select(self, start: int, end: int) -> CodeText:
        """Return a part of the code."""
        return CodeText(
            self.content[start:end], self.path, lambda offset: self.find_offset(start + offset)
        )

    def replace(self, pattern: re.Pattern[bytes], get_text: _GetText, path: str) -> CodeText:
        """Return the code with each match of a pattern replaced, which is never empty."""
        edits = _Edits(self.content, pattern, get_text)
        return CodeText(
            pattern.sub(get_text, self.content),
            path,
            lambda offset: self.find_offset(edits.find_offset(offset)),
        )


class _Edits:
    """Replacements in a text; most texts have no key, and their places are not asked for."""

    def __init__(self, content: bytes, pattern: re.Pattern[bytes], get_text: _GetText) -> None:
        self._content, self._pattern, self._get_text = content, pattern, get_text

    def find_offset(self, offset: int) -> int:
        """Return the offset, in the text before the replacements, of a byte after them."""
        after, before = self._ends
        number = bisect_right(after, offset) - 1
        return before[number] + offset - after[number]

    @cached_property
    def _ends(self) -> tuple[array[int], array[int]]:
        """The ends of the replacements, in the text after and before them."""
        after, before = array("Q", (0,)), array("Q", (0,))
        for found in self._pattern.finditer(self._content):
            after.append(after[-1] + found.start() - before[-1] + len(self._get_text(found)))
            before.append(found.end())
        return after, before
