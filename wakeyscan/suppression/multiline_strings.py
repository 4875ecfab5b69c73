"""Multi-line string literals, whose lines cannot carry a comment.

The patterns cover syntax that languages share, not each language. A wrong guess means that a
comment around a string does not count; it never makes a comment elsewhere count.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

REACH = 16 << 10
"""Maximum bytes between a key and either end of its string."""

_MAX_OFFSET = 1 << 20
"""Offset after which no delimited string is searched for: all text before a key must be parsed."""

_MORE_LINES = 8 * REACH
"""Bytes of lines that are read at once after a key, for the keys that follow it."""

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
        self._lines: _Lines | None = None

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
        lines = self._read_lines(start, end)
        below = lines.find(start)
        while (above := lines.parents[below]) >= 0 and start - lines.starts[above + 1] < REACH:
            if re.search(_YAML_BLOCK, lines.read(above)):
                return lines.starts[above], min(lines.ends[lines.find(end)], end + REACH)
            below = above
        return None

    def _find_command(self, start: int, end: int) -> tuple[int, int]:
        """Find a command with continuation lines around `start:end`."""
        lines = self._read_lines(start, end)
        first = max(lines.commands[lines.find(start)], lines.find(start - REACH))
        low = max(lines.starts[first], min(start, lines.ends[first]) - REACH)
        last = lines.find(end)
        high = min(lines.ends[last], end + REACH)
        while lines.continues(last) and high - end < REACH:
            last += 1
            high = min(lines.ends[last], lines.starts[last] + REACH)
        return low, high

    def _read_lines(self, start: int, end: int) -> _Lines:
        """Return the lines around `start:end`; keys that are near each other share them."""
        low, high = max(0, start - 2 * REACH), min(len(self._content), end + 2 * REACH)
        lines = self._lines
        if lines is None or low < lines.start or lines.end < high:
            lines = self._lines = _Lines(self._content, low, high + _MORE_LINES)
        return lines


class _Lines:
    """The lines of a part of a text, and how they belong together."""

    def __init__(self, content: bytes, start: int, end: int) -> None:
        self._content, self.start, self.end = content, start, min(end, len(content))
        breaks = list(re.finditer(rb"\r\n|\r|\n", content[start : self.end]))
        self.starts = [start, *(start + found.end() for found in breaks)]
        self.ends = [*(start + found.start() for found in breaks), self.end]
        self.commands = list(self._list_commands())
        """For each line, the first line of its command."""
        self.parents = list(self._list_parents())
        """For each line, the nearest line before it that is less indented, or -1."""

    def find(self, offset: int) -> int:
        """Return the number of the line at an offset."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def read(self, number: int) -> bytes:
        """Return the text of a line."""
        return self._content[self.starts[number] : self.ends[number]]

    def continues(self, number: int) -> bool:
        """Return whether a line continues on the next one."""
        is_last = number + 1 == len(self.starts)
        return not is_last and self._content.endswith(
            _CONTINUATIONS, self.starts[number], self.ends[number]
        )

    def _list_commands(self) -> Iterator[int]:
        first = 0
        for number in range(len(self.starts)):
            if number and not self.continues(number - 1):
                first = number
            yield first

    def _list_parents(self) -> Iterator[int]:
        around: list[tuple[int, int]] = []
        """Indentation and number of the lines around the next one, each less indented."""
        for number in range(len(self.starts)):
            line = self.read(number)
            if not line.strip():
                yield -1
                continue
            indent = _count_indent(line)
            while around and around[-1][0] >= indent:
                around.pop()
            yield around[-1][1] if around else -1
            around.append((indent, number))


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
