"""Bounds of a secret: whether the text around it proves where it starts and ends.

The API rejects a key that a line wrap cuts, or that ends with letters of its neighbor, although the
real key works. So a rejection proves something only if both ends are certain:

    a length before the secret counts its bytes
    in binary data, a NUL or a few, a closing tag or a closing quote follows
    in text, one of the proofs of `ends.text` holds
"""

from __future__ import annotations

import re

from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner.binary_strings import find_prefixed_length
from wakeyscan.scanner.ends.text import is_end_certain
from wakeyscan.scanner.ends.text_end import (
    BLANK,
    BREAK,
    CONTEXT,
    is_before_same_line,
    read_end,
)
from wakeyscan.scanner.nul_search import NulSearch

if TYPE_CHECKING:
    from wakeyscan.scanner.strings import blocks, fields, literals
else:
    # few keys are in binary data
    blocks = lazy_import("wakeyscan.scanner.strings.blocks")
    fields = lazy_import("wakeyscan.scanner.strings.fields")
    literals = lazy_import("wakeyscan.scanner.strings.literals")

_CONTROL_CONTEXT = 64
"""Bytes on either side of a secret in which a control character shows binary content."""

# The start

_WORD = lazy_pattern(rb"[A-Za-z0-9]")
_ESCAPE_BEFORE = lazy_pattern(
    rb"(?:\\[abefnrtv0]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[0-7]{3}|%(?:25)?[0-9A-Fa-f]{2}"
    rb"|\\(?:f(?:[A-Z0-9]|\([A-Z]{2})|s[+-]?[0-9]{1,2}|\*(?:[A-Z]|\(\w{2}))"  # troff
    rb"|=3[AaDd]|(?:\x1b|\\(?:033|e|x1[bB]|u001[bB])|\#033|\^\[)\[[0-9;]{0,16}[mK]"
    rb"|\[[0-9;]{2,16}m|\#0[0-3][0-7]|\^[IJLM])\Z"
)
"""An escape whose last character looks like a part of the word after it."""

# Binary data

_PADDING = b"\0" * 4
"""NULs that end no string, but fill a field."""

_CONTROL = lazy_pattern(rb"[\x01-\x06\x0e-\x1a\x1c-\x1f]")
_CONTROLS = bytes({*range(32)}.difference(b"\t\n\x0b\f\r\x1b"))
_MAX_STRAY = 2
"""Control characters around a literal in a text; binary data has more."""
_QUOTES = (b'"', b"'", b"`")
_QUOTED = lazy_pattern(rb"([\"'`])[ -!#-&(-_a-~]*\Z")
_LINE_END = lazy_pattern(BLANK + rb"*+" + BREAK)
_ASSIGNMENT = lazy_pattern(
    rb"(?:[A-Za-z]+[ \t]+)?[\w.-]+(?:\[\w*\])?[ \t]*(?:[:+?.|-]?=(?![=>])|=>)"
)

_MASKED = lazy_pattern(rb"(?:x{4,}|X{4,})\Z")
"""The end of a secret whose rest is replaced by letters."""
_MASKS = (b"x", b"X")
_MAX_MASK = 8


def find_bounds(
    content: bytes, start: int, end: int, path: str = "", nuls: NulSearch | None = None
) -> Bounds:
    """Return whether both ends of the secret at `content[start:end]` are certain.

    The path distinguishes source code, in which no line is wrapped, from text, logs and mail.
    """
    nuls = nuls or NulSearch(content)
    if find_prefixed_length(content, start, nuls) == end - start:
        return Bounds.CERTAIN
    return find_delimited_bounds(content, start, end, path, nuls)


def find_delimited_bounds(
    content: bytes, start: int, end: int, path: str, nuls: NulSearch
) -> Bounds:
    """Return whether both ends are certain, if no length before the secret proves its end."""
    if _is_start_open(content, start, end):
        return Bounds.OPEN
    return find_end_bounds(content, start, end, path, nuls=nuls)


def find_end_bounds(
    content: bytes,
    start: int,
    end: int,
    path: str = "",
    *,
    is_cut_anywhere: bool = False,
    nuls: NulSearch | None = None,
) -> Bounds:
    """Return whether the end is certain; the start of a decoded text is known.

    For `is_cut_anywhere` see `TextEnd`.
    """
    last = content[end - 1 : end]
    if last in _MASKS and _MASKED.search(content, max(start, end - _MAX_MASK), end):
        is_certain = False
    elif is_binary(content, start, end, nuls):
        is_certain = _is_end_certain_in_binary(content, start, end, path)
    else:
        is_certain = is_before_same_line(content, start, end) or is_end_certain(
            read_end(content, start, end, path, is_cut_anywhere=is_cut_anywhere)
        )
    return Bounds.CERTAIN if is_certain else Bounds.OPEN


def _is_start_open(content: bytes, start: int, end: int) -> bool:
    """Return whether a letter, a digit or an underscore directly precedes a word."""
    last = content[start - 1 : start]
    if not (last.isalnum() or last == b"_") or not _WORD.match(content, start):
        return False
    before = content[max(0, start - _CONTROL_CONTEXT) : start]
    marks = before[len(before.rstrip(b"_")) :]
    is_emphasis = (
        marks and content.startswith(marks, end) and not _WORD.search(before[-len(marks) - 1 :])
    )
    return not is_emphasis and not _ESCAPE_BEFORE.search(before)


def is_binary(content: bytes, start: int, end: int, nuls: NulSearch | None = None) -> bool:
    """Return whether a control character that no text contains is near a secret.

    A few of them do not count beside a literal: a program may have a NUL in its text.
    """
    nuls = nuls or NulSearch(content)
    if not nuls.has_controls:
        return False
    around = content[max(0, start - _CONTROL_CONTEXT) : end + _CONTROL_CONTEXT]
    if not nuls.is_near(start, end) and not _CONTROL.search(around):
        return False
    return not _is_literal_in_text(content, start, end)


def _is_literal_in_text(content: bytes, start: int, end: int) -> bool:
    """Return whether a secret is all of a literal, and few control characters are around it."""
    quote = content[start - 1 : start]
    if quote not in _QUOTES or not content.startswith(quote, end):
        return False
    around = content[max(0, start - CONTEXT) : end + CONTEXT]
    return len(around) - len(around.translate(None, _CONTROLS)) <= _MAX_STRAY


def _is_end_certain_in_binary(content: bytes, start: int, end: int, path: str) -> bool:
    """Return whether an end is certain among strings that may follow each other directly.

    In a text with a NUL in it, the text must prove the end of a literal or of a line too. Many NULs
    may fill a field: then the secret may fill the field before it. A compressor may end the text
    that it copies anywhere, and NUL may be a part of what follows.
    """
    before, after = content[max(0, start - CONTEXT) : start], content[end : end + CONTEXT]
    is_terminated = after[:1] == b"\0" and not after.startswith(_PADDING)
    if blocks.may_end_block(content, start, end):
        return False
    if after and literals.ends_literal(content, start, end):
        return False
    if not after or is_terminated:
        return fields.is_in_pool(content, start, end)
    if re.match(rb"</[A-Za-z]", after):
        return True
    quote = _QUOTED.search(before)
    line_end = _LINE_END.match(after)
    is_closed = quote is not None and quote[1] == after[:1]
    if not is_closed and not (line_end and _ASSIGNMENT.match(after, line_end.end())):
        return False
    return is_end_certain(read_end(content, start, end, path))
