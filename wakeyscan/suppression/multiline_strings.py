"""Multi-line string literals, whose lines cannot carry a comment.

The patterns cover syntax that languages share, not each language. A wrong guess means that a
comment around a string does not count; it never makes a comment elsewhere count.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

from wakeyscan.core.line_index import find_line

REACH = 16 << 10
"""Maximum bytes between a key and either end of its string."""

_MAX_OFFSET = 1 << 20
"""Offset after which no delimited string is searched for: all text before a key must be parsed."""

_YAML_BLOCK = rb"[:-][ \t]+(?:[!&]\S+[ \t]+)*[|>][+-]?[1-9]?[+-]?[ \t]*(?:#.*)?\r?$"
_CONTINUATIONS = (b"\\", b" `", b" ^")
"""Ends of a line that continues on the next: in a shell, in PowerShell, in cmd."""

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


class MultilineStrings:
    """The multi-line strings of a text, parsed only up to the last key.

    Keys must be asked for in ascending order.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._parsed_to = 0
        self._spans: list[tuple[int, int]] = []

    def find_around(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the range of the multi-line string around `start:end`, or `None`."""
        for find in (self._find_delimited, self._find_yaml_block, self._find_command):
            span = find(start, end)
            if span and re.search(rb"[\r\n]", self._content[span[0] : span[1]]):
                return span
        return None

    def _find_delimited(self, start: int, end: int) -> tuple[int, int] | None:
        if start > _MAX_OFFSET:
            return None
        self._parse_to(start)
        number = bisect_right(self._spans, (start, len(self._content)))
        low, high = self._spans[number - 1] if number else (0, 0)
        is_near = start - low <= REACH and high - end <= REACH
        return (low, high) if is_near and high >= end > low else None

    def _parse_to(self, limit: int) -> None:
        """Record the strings that begin before `limit`."""
        opening = re.compile(_OPENING)  # not at import, since it takes a millisecond
        while self._parsed_to <= limit:
            found = opening.search(self._content, self._parsed_to, _MAX_OFFSET + REACH)
            if not found or found.start() > limit:
                break
            closing = _build_closing(found)
            if closing is None:
                self._parsed_to = max(found.end(), self._parsed_to + 1)
                continue
            closed = closing.search(self._content, found.end())
            self._parsed_to = closed.end() if closed else len(self._content) + 1
            if closed and found["comment"] is None:
                self._spans.append((found.start(), closed.end()))

    def _find_yaml_block(self, start: int, end: int) -> tuple[int, int] | None:
        """Find a YAML block scalar: lines indented below one that ends with `|` or `>`."""
        content = self._content
        low, high = find_line(content, start, end, REACH)
        indent, at = _count_indent(content[low:high]), low
        while indent > 0 and at > 0 and start - at < REACH:
            above, line_end = find_line(content, at - 1, at - 1, REACH)
            line = content[above:line_end]
            if line.strip() and _count_indent(line) < indent:
                if re.search(_YAML_BLOCK, line):
                    return above, high
                indent = _count_indent(line)
            at = above
        return None

    def _find_command(self, start: int, end: int) -> tuple[int, int]:
        """Find a command with continuation lines around `start:end`."""
        content = self._content
        low, high = find_line(content, start, end, REACH)
        first = low
        while low > 0 and start - low < REACH:
            at = low - 2 if content[low - 2 : low] == b"\r\n" else low - 1
            low, line_end = find_line(content, at, at, REACH)
            if not content.endswith(_CONTINUATIONS, low, line_end):
                break
            first = low
        while content.endswith(_CONTINUATIONS, 0, high) and high - end < REACH:
            at = high + (2 if content[high : high + 2] == b"\r\n" else 1)
            if at > len(content):
                break
            high = find_line(content, at, at, REACH)[1]
        return first, high


def _count_indent(line: bytes) -> int:
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


def _build_closing(found: re.Match[bytes]) -> re.Pattern[bytes] | None:
    """Return the pattern that ends a string; `None` for a string or comment on one line."""
    for name, closing in _CLOSINGS.items():
        if found[name] is not None:
            return re.compile(closing(found[name]))
    return None
