"""Source code in a patch: for each file, the text after it and the text before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.concatenation.code_text import BARRIER

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.code_text import CodeText

_SIGN = b"@@ -"
_HUNK = lazy_pattern(rb"(?m)^(@{2,9}) -\d")
_FILE = lazy_pattern(rb"(?m)^\+\+\+ \"?(?:[a-z]/)?([^\t\r\n\"]{1,4096})[^\n]*\n(?=@@)")
_AFTER = lazy_pattern(rb"(?m)^(?:(@@ )[^\n]*|[ +]|-[^\n]*\n?)")
_BEFORE = lazy_pattern(rb"(?m)^(?:(@@ )[^\n]*|[ -]|\+[^\n]*\n?)")
"""The header of a hunk, the first column of a line, or a line that is in the other text only."""


def read_patches(code: CodeText, parts: Iterable[bytes]) -> Iterator[CodeText]:
    """Yield the text of each file after a patch, and before it, without the first column.

    Only files with one of the `parts` are read.
    """
    if _SIGN not in code.content:  # the pattern takes 5 ms per MB
        return
    for file in _split_files(code):
        hunk = _HUNK.search(file.content)
        if not hunk or not any(part in file.content for part in parts):
            continue
        for pattern in _list_patterns(len(hunk[1]) - 1):
            yield file.replace(pattern, _remove, file.path)


def _split_files(code: CodeText) -> Iterator[CodeText]:
    """Yield the parts of a patch; the first one may lack the header of its file."""
    files = list(_FILE.finditer(code.content))
    starts = [0, *(found.start() for found in files), len(code.content)]
    paths = ["", *(found[1].decode("utf-8", "replace") for found in files)]
    for (start, end), path in zip(pairwise(starts), paths, strict=True):
        yield code.select(start, end)._replace(path=path)


def _list_patterns(columns: int) -> Iterable[re.Pattern[bytes]]:
    """Return the patterns for the two texts; a merge has a column for each parent."""
    if columns == 1:
        return _AFTER, _BEFORE
    pattern = rb"(?m)^(?:(@@@+ )[^\n]*|[ +]{%d}|[ -]{%d}[^\n]*\n?)" % (columns, columns)
    return (re.compile(pattern),)


def _remove(found: re.Match[bytes]) -> bytes:
    return BARRIER if found[1] else b""
