"""Base64 of what was compressed or archived: known by how it begins, decoded to its end.

What is in it shows no anchor. A Secret that Helm keeps a release in is base64 of base64 of gzip.
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Iterator

from wakeyscan.display import KEY_PREFIX
from wakeyscan.layer import Layer
from wakeyscan.words import from_base64

NAME = "base64"

_ANCHOR = KEY_PREFIX.encode()
_BEGINNINGS = (b"\x1f\x8b\x08", b"PK\3\4", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"BZh")
"""Of gzip, zip, xz, Zstandard and bzip2: what people put into a text to have it smaller."""
_SHORTEST = 64
"""Characters of a first line: with less, nothing that is packed holds a key."""

_LETTER = rb"[A-Za-z0-9+/_-]"
_INSIDE = re.compile(rb"(?<!\\)" + _LETTER + rb"\Z|" + _LETTER + rb"(?<![nrt])\Z")
"""What is before the middle of a run; `\\n` is before its beginning."""
_RUN = re.compile(_LETTER + rb"*")
_NEXT = re.compile(
    rb"(?:\\[nr]|\r?\n){1,2}[ \t]{0,64}(" + _LETTER + rb"+)(?=={0,2}(?:[\s\"'`\\<,;)]|\Z))"
)


def disguise(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Give how base64 of each format begins, and base64 of that: the anchor does not show."""
    if anchor == _ANCHOR:
        for beginning in _BEGINNINGS:
            once = _begun(beginning)
            yield from {once, once.replace(b"/", b"_")}
            yield _begun(once)


def _begun(beginning: bytes) -> bytes:
    """Give the characters that a beginning alone decides on."""
    return b2a_base64(beginning)[: 8 * len(beginning) // 6]


def spell(anchor: bytes) -> Iterator[bytes]:
    """Give nothing: nobody escapes what base64 makes safe already, but with base64."""
    yield from ()


def rewrap(text: bytes) -> Iterator[bytes]:
    """Give nothing: an escaped anchor does not show either."""
    yield from ()


def unwrap(content: bytes, marks: frozenset[bytes]) -> Iterator[Layer]:
    """Yield the bytes of each run of base64 that begins with one of `marks`."""
    at = 0
    for hit in re.finditer(b"|".join(map(re.escape, sorted(marks))), content):
        start = hit.start()
        if start < at or _INSIDE.search(content[max(0, start - 2) : start]):
            continue
        lines = _lines(content, *_run(content, start))
        at = lines[-1][1]
        if lines[0][1] - start >= _SHORTEST:
            text = b"".join(content[low:high] for low, high in lines)
            padding = len(content[at : at + 2]) - len(content[at : at + 2].lstrip(b"="))
            yield Layer(from_base64(text), (start, at + padding))


def _run(content: bytes, start: int) -> tuple[int, int]:
    found = _RUN.match(content, start)
    return found.span() if found else (start, start)


def _lines(content: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """List the lines of a run: all are as long as the first, and the last not longer."""
    lines, width = [(start, end)], end - start
    while lines[-1][1] - lines[-1][0] == width:
        found = _NEXT.match(content, lines[-1][1])
        if not found or len(found[1]) > width:
            break
        lines.append(found.span(1))
    return lines
