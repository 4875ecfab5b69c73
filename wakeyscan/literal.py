"""Finds the literal of several lines that a key stands in: no comment can stand on a line of it.

It knows what languages have in common, not languages: a guess that fails means that a mark around
a literal does not count, never that one elsewhere does.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from wakeyscan.locate import line_around

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


def around(content: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Give where the literal of several lines around `start:end` begins and ends; or `None`."""
    for find in (_delimited, _block, _continued):
        span = find(content, start, end)
        if span and b"\n" in content[span[0] : span[1]].replace(b"\r", b"\n"):
            return span
    return None


def _delimited(content: bytes, start: int, end: int) -> tuple[int, int] | None:
    if start > _MOST_BEFORE:
        return None
    at, opening = 0, re.compile(_OPENING)  # late: it takes a millisecond
    while (found := opening.search(content, at, start)) is not None:
        closing = _closing(found)
        if closing is None:
            at = max(found.end(), at + 1)
            continue
        closed = closing.search(content, found.end(), end + REACH)
        if closed is None:
            return None
        if closed.start() >= end:
            whole = found["comment"] is None and start - found.start() <= REACH
            return (found.start(), closed.end()) if whole else None
        if closed.end() > start:
            return None
        at = closed.end()
    return None


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


def _block(content: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Find a block of YAML: deeper than a line that ends with `|` or `>`."""
    low, high = line_around(content, start, end, REACH)
    least, at = _indent(content[low:high]), low
    while least > 0 and at > 0 and start - at < REACH:
        above, ends = line_around(content, at - 1, at - 1, REACH)
        line = content[above:ends]
        if line.strip() and _indent(line) < least:
            if re.search(_BLOCK, line):
                return above, high
            least = _indent(line)
        at = above
    return None


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" "))


def _continued(content: bytes, start: int, end: int) -> tuple[int, int]:
    """Find a command over several lines, each of which but the last says that it goes on."""
    low, high = line_around(content, start, end, REACH)
    first = low
    while low > 0 and start - low < REACH:
        at = low - 2 if content[low - 2 : low] == b"\r\n" else low - 1
        low, ends = line_around(content, at, at, REACH)
        if not content[low:ends].endswith(_CONTINUED):
            break
        first = low
    while content.endswith(_CONTINUED, 0, high) and high - end < REACH:
        at = high + (2 if content[high : high + 2] == b"\r\n" else 1)
        if at > len(content):
            break
        high = line_around(content, at, at, REACH)[1]
    return first, high
