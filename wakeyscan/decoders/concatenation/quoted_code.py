r"""Source code in string literals, such as the cells of a notebook: JSON, JSON lines, source maps.

An operator may be at an escaped line end, and a notebook lists the lines of a cell one by one:
`"k = (\"wa_\"\n", "     \"live_…\")"`. So the strings are read as texts of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.decoders.concatenation.code_text import BARRIER
from wakeyscan.decoders.concatenation.prefix import NEAR

if TYPE_CHECKING:
    from wakeyscan.decoders.concatenation.code_text import CodeText
    from wakeyscan.decoders.decoder import Span

_STRINGS = rb"""(?smx)
    (?: ^ [^Q\n]*+ [Q\n] | ^ [^Q\n]++ \Z )
    | (?P<line> \\n Q \s{0,64} , \s{0,64} Q | Q , [ \t]{0,16} \r? \n \s{0,64} Q )
    | Q [^Q\n]*+ (?: Q | \n | \Z )
    | \\ (?: u (?P<code> 00 [0-7] [0-9A-Fa-f] ) | (?P<letter> . ) )
"""
"""The text outside of strings, up to a line end; what separates two lines of a list; an escape.

A string ends at a line end, so that a quote in prose matters up to the next line only.
"""
_IN_DOUBLE_QUOTES = lazy_pattern(_STRINGS.replace(b"Q", b'"'))
_IN_SINGLE_QUOTES = lazy_pattern(_STRINGS.replace(b"Q", b"'"))
_SIGNS_OF_SINGLE_QUOTES = lazy_pattern(rb'[\w-](?:(?:\\\\){1,4}"|"[ \t)+.,;&~]{0,20}\\{1,8}[rn])')
"""A double quote within a string, which is not its end: the string has single quotes."""
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}
_PLAIN_ESCAPES = b"\\\"'`/"

_NOTEBOOK, _CELL = ".ipynb", b'"cell_type"'
_EXTENSION = lazy_pattern(rb'"file_extension"\s{0,8}:\s{0,8}"(\.\w{1,8})"')
_DEFAULT_EXTENSION = b".py"


def read_strings_near(code: CodeText, windows: Iterable[Span]) -> Iterator[CodeText]:
    """Yield the texts of the string literals in parts of a text, as `read_strings`."""
    path = _find_path(code)
    for start, end in windows:
        for text in read_strings(code.select(start, end)):
            yield text._replace(path=path)


def list_windows(content: bytes, offsets: Iterable[int]) -> Iterator[Span]:
    """Yield the lines near each offset, as a notebook may be large and most of it output."""
    start = end = 0
    for offset in offsets:
        if offset - NEAR > end:
            if end:
                yield start, end
            start = content.rfind(b"\n", 0, max(0, offset - NEAR)) + 1
        if offset + NEAR > end:
            line_end = content.find(b"\n", offset + NEAR)
            end = line_end + 1 if line_end >= 0 else len(content)
    if end:
        yield start, end


def read_strings(code: CodeText) -> Iterator[CodeText]:
    """Yield the texts of the string literals in a text as one text, with their escapes decoded."""
    content = code.content
    if b'"' in content:
        yield code.replace(_IN_DOUBLE_QUOTES, _decode, _find_path(code))
    if b"'" in content and _SIGNS_OF_SINGLE_QUOTES.search(content):
        yield code.replace(_IN_SINGLE_QUOTES, _decode, "")


def _decode(found: re.Match[bytes]) -> bytes:
    """Return the text of an escape, or what separates two strings or two lines."""
    match found.lastgroup:
        case "line":
            return b"\n"
        case "code":
            return bytes([int(found["code"], 16)])
        case "letter":
            letter = found["letter"]
            return _ESCAPES.get(letter) or (letter if letter in _PLAIN_ESCAPES else found[0])
        case _:
            return BARRIER


def _is_notebook(code: CodeText) -> bool:
    return code.path.endswith(_NOTEBOOK) or _CELL in code.content


def _find_path(code: CodeText) -> str:
    """Return a path for the language of the cells; nothing if it is not a notebook."""
    if not _is_notebook(code):
        return ""
    found = _EXTENSION.search(code.content)
    return f"cell{(found[1] if found else _DEFAULT_EXTENSION).decode()}"
