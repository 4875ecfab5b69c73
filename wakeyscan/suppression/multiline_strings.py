"""Finds the literal of several lines that a key stands in: no comment can stand on a line of it.

It knows what languages have in common, not languages: a guess that fails means that a mark around
a literal does not count, never that one elsewhere does.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from wakeyscan.core.line_index import find_line

REACH = 16 << 10
"""Bytes to either side within which a literal must begin and end."""

_MOST_BEFORE = 1 << 20
"""Bytes before a key that are read through; in what is larger, no literal is looked for."""

_BLOCK = rb"[:-][ \t]+(?:[!&]\S+[ \t]+)*[|>][+-]?[1-9]?[+-]?[ \t]*(?:#.*)?\r?$"
_CONTINUED = (b"\\", b" `", b" ^")
"""How a line ends that goes on in the next: in a shell, in PowerShell, in cmd."""

_OPENING = rb"""(?mx)
    (?P<triple>\"{3}|'{3})
    | ^[ \t>]*(?P<fence>`{3,}|~{3,})
    | (?P<tick>`)
    | \bR\"(?P<raw>[^()\\\s\"]{0,16})\(
    | \br(?P<hashes>\#{1,16})\"
    | \[(?P<level>=+)\[ | (?P<long>\[\[)(?=\r?$)
    | <<<?[-~]?[ ]?(?P<quote>[\"']?)(?P<word>[A-Za-z_]\w*)(?P=quote)
    | (?P<comment>/\*)
    | \"(?:[^\"\\\r\n]|\\.)*\" | '(?:[^'\\\r\n]|\\.)*' | (?:\#|//)[^\r\n]*
    """


class Literals:
    """The literals of a text, found as far as they are asked for: keys come in ascending order."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0
        self._spans: list[tuple[int, int]] = []

    def around(self, start: int, end: int) -> tuple[int, int] | None:
        """Give where the literal of several lines around `start:end` begins and ends; or `None`."""
        for find in (self._delimited, self._block, self._continued):
            span = find(start, end)
            if span and re.search(rb"[\r\n]", self._content[span[0] : span[1]]):
                return span
        return None

    def _delimited(self, start: int, end: int) -> tuple[int, int] | None:
        if start > _MOST_BEFORE:
            return None
        self._read_on(start)
        number = bisect_right(self._spans, (start, len(self._content)))
        low, high = self._spans[number - 1] if number else (0, 0)
        near = start - low <= REACH and high - end <= REACH
        return (low, high) if near and high >= end > low else None

    def _read_on(self, to: int) -> None:
        """Take down the literals that begin before `to`."""
        opening = re.compile(_OPENING)  # late: it takes a millisecond
        while self._at <= to:
            found = opening.search(self._content, self._at, _MOST_BEFORE + REACH)
            if not found or found.start() > to:
                break
            closing = _closing(found)
            if closing is None:
                self._at = max(found.end(), self._at + 1)
                continue
            closed = closing.search(self._content, found.end())
            self._at = closed.end() if closed else len(self._content) + 1
            if closed and found["comment"] is None:
                self._spans.append((found.start(), closed.end()))

    def _block(self, start: int, end: int) -> tuple[int, int] | None:
        """Find a block of YAML: deeper than a line that ends with `|` or `>`."""
        content = self._content
        low, high = find_line(content, start, end, REACH)
        least, at = _indent(content[low:high]), low
        while least > 0 and at > 0 and start - at < REACH:
            above, ends = find_line(content, at - 1, at - 1, REACH)
            line = content[above:ends]
            if line.strip() and _indent(line) < least:
                if re.search(_BLOCK, line):
                    return above, high
                least = _indent(line)
            at = above
        return None

    def _continued(self, start: int, end: int) -> tuple[int, int]:
        """Find a command over several lines, each of which but the last says that it goes on."""
        content = self._content
        low, high = find_line(content, start, end, REACH)
        first = low
        while low > 0 and start - low < REACH:
            at = low - 2 if content[low - 2 : low] == b"\r\n" else low - 1
            low, ends = find_line(content, at, at, REACH)
            if not content.endswith(_CONTINUED, low, ends):
                break
            first = low
        while content.endswith(_CONTINUED, 0, high) and high - end < REACH:
            at = high + (2 if content[high : high + 2] == b"\r\n" else 1)
            if at > len(content):
                break
            high = find_line(content, at, at, REACH)[1]
        return first, high


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" "))


_CLOSINGS: dict[str, Callable[[bytes], bytes]] = {
    "triple": re.escape,
    "fence": lambda text: rb"(?m)^[ \t>]*" + re.escape(text) + rb"[`~]*[ \t]*\r?$",
    "tick": lambda _: rb"(?<!\\)`",
    "raw": lambda text: rb"\)" + re.escape(text) + rb'"',
    "hashes": lambda text: rb'"' + text,
    "level": lambda text: rb"\]" + text + rb"\]",
    "long": lambda _: rb"\]\]",
    "word": lambda text: rb"(?m)^[ \t]*" + text + rb"[;,)]*[ \t]*\r?$",
    "comment": lambda _: rb"\*/",
}


def _closing(found: re.Match[bytes]) -> re.Pattern[bytes] | None:
    """Give what ends the literal that an opening begins; `None` for what ends on its line."""
    for name, closing in _CLOSINGS.items():
        if found[name] is not None:
            return re.compile(closing(found[name]))
    return None
