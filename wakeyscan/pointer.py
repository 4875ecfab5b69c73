"""Reads a pointer: the text that Git LFS keeps in a repository in place of a large file."""

from __future__ import annotations

import re
from typing import NamedTuple

LONGEST = 1023
"""Bytes of a pointer; what is longer is none to Git LFS either."""

_POINTER = re.compile(
    rb"version (?:https://(?:git-lfs|hawser)\.github\.com/spec/v1|http://git-media\.io/v/2)\n"
    rb"oid sha256:(?P<oid>[0-9a-f]{64})\nsize (?P<size>[0-9]{1,19})"
)
_EXTENSION = re.compile(rb"ext-[0-9]-\w+ ")


class Pointer(NamedTuple):
    """What a pointer says of the content that it stands for."""

    oid: str
    """Its SHA-256: 64 hex digits in lower case, so that it can be a part of a path."""
    size: int
    """Bytes."""


def parse(content: bytes) -> Pointer | None:
    """Read what begins with the version of a pointer; `None` where it is any other text.

    As Git LFS does, it takes lines of extensions anywhere, empty lines, and lines that end in CRLF.
    """
    if len(content) > LONGEST:
        return None
    lines = (line.rstrip(b"\r") for line in content.strip().split(b"\n"))
    text = b"\n".join(line for line in lines if line and not _EXTENSION.match(line))
    found = _POINTER.fullmatch(text)
    return Pointer(found["oid"].decode("ascii"), int(found["size"])) if found else None
