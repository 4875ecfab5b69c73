"""Bounds of a secret: whether the text around it proves where it starts and ends.

The API rejects a key that a line wrap cuts, or that ends with letters of its neighbor, although the
real key works. So a rejection proves something only if both ends are certain.

The text after a secret decides, in this order:

    a length before the secret that counts its bytes    certain
    in binary data: NUL, closing tag, closing quote     certain; any other byte: open
    a letter, an ellipsis, a mask, a template           open
    `-`, `_` or `**`                                    certain if the same is before (Markdown)
    a tag                                               open if the text continues after it
    a literal that another literal continues            open
    a line end                                          open if the next line may continue it
    anything else                                       certain
"""

from __future__ import annotations

import re

from wakeyscan.core.finding import Bounds
from wakeyscan.scanner.binary_strings import find_prefixed_length
from wakeyscan.scanner.continuation import (
    ASSIGNMENT,
    INVISIBLE,
    LINE_END,
    is_cobol_continued,
    is_line_continued,
    is_source_code,
)

_CONTEXT = 1 << 10
"""Bytes on either side of a secret that are read."""
_NUL_CONTEXT = 1 << 16
"""Bytes on either side of a secret in which a NUL shows that the content is binary."""
_CONTROL_CONTEXT = 64
"""The same for a control character that no text contains."""

# The start

_WORD = re.compile(rb"[A-Za-z0-9]")
_ESCAPE_BEFORE = re.compile(
    rb"(?:\\[abefnrtv0]|\\x[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\[0-7]{3}|%(?:25)?[0-9A-Fa-f]{2}"
    rb"|=3[AaDd]|(?:\x1b|\\(?:033|e|x1[bB]|u001[bB]))\[[0-9;]{0,16}[mK])\Z"
)
"""An escape whose last character looks like a part of the word after it."""

# Binary data

_CONTROL = re.compile(rb"[\x01-\x06\x0e-\x1a\x1c-\x1f]")
_QUOTED = re.compile(rb"([\"'`])[ -!#-&(-_a-~]*\Z")
_HEADER_STARTS = (b"", b"Bearer ", b"bearer ", b"Token ", b"Authorization: Bearer ")
"""Text that may precede a key in a string of binary data."""

# Text that continues

_MORE = re.compile(
    rb"""(?x) \.{2} | \xe2\x80\xa6 | & (?: hellip | \#8230 | \#x2026 ) ; | \\u2026
    | [(\[<] [ ]? (?: \.{2} | \xe2\x80\xa6 | (?i: truncated | snip | cut | redacted ) )
    | \xe2\x80\xa2 | \xe2\x97\x8f | \xe2\x96[\x88-\x93]
    | \$ [{(\w] | \#? \{ | % (?: [sdv] (?![0-9A-Fa-f]) | [({] ) | < [%?]"""
)
"""An ellipsis, a mask, or a template that is filled in."""
_INVALID = re.compile(
    rb"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]|(?![\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3})[\x80-\xff]"
)
"""A control character, or a byte that is not UTF-8."""
_DASHES = re.compile(rb"[-_]+")
_STARS = re.compile(rb"\*{2,}")
_CONTINUED_LITERAL = re.compile(
    rb"""(?x) ["'`] \s*+ \+ \s*+ [A-Za-z_$]
    | (?: ["'`] \s*+ (?: [+&~] | \.{1,2} | <> ) \s*+ [_&\\^]?
        | ' \s*+ (?: \|\| | // ) \s*+ &?
        | ["'`] [ \t]*+ [\\&^_] [ \t]*+ (?: \r?\n | \r ) )
      \s*+ [&-]? [ \t]*+ ["'`] [-_]{0,2} [A-Za-z0-9]"""
)
"""The end of a literal that a later literal, or a variable, continues."""

# Markup

_TAG = re.compile(rb"<(/?)([A-Za-z][\w:.-]*)[^<>]{0,512}>|<!--[^<>]{0,512}-->")
_BLOCK_TAGS = frozenset(
    b"article aside blockquote body button dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 head"
    b" header hr html input label legend li main nav ol option p pre script section select style"
    b" table tbody td textarea tfoot th thead title tr ul".split()
)
"""Tags that end a word."""
_INLINE_TAGS = frozenset(
    b"a abbr b bdi bdo big br code del em font i ins kbd mark nobr q s samp small span strike"
    b" strong sub sup tspan tt u var wbr".split()
)
"""Tags that may be inside a word."""
_RUN_PREFIXES = (b"w:", b"a:", b"text:")
"""Prefixes of Office tags that may be inside a word."""


def find_bounds(content: bytes, start: int, end: int, path: str = "") -> Bounds:
    """Return whether both ends of the secret at `content[start:end]` are certain.

    The path tells source code, in which no line is wrapped, from text, logs and mail.
    """
    if find_prefixed_length(content, start) == end - start:
        return Bounds.CERTAIN
    if _is_start_open(content[max(0, start - _CONTEXT) : start], content[start : start + 1]):
        return Bounds.OPEN
    return find_end_bounds(content, start, end, path)


def find_end_bounds(content: bytes, start: int, end: int, path: str = "") -> Bounds:
    """Return whether the end is certain; the start of a decoded text is known."""
    before, after = content[max(0, start - _CONTEXT) : start], content[end : end + _CONTEXT]
    if _is_binary(content, start, end):
        is_certain = _is_end_certain_in_binary(content, start, end)
    else:
        is_certain = _is_end_certain_in_text(before, after, is_source_code(path))
    return Bounds.CERTAIN if is_certain else Bounds.OPEN


def _is_start_open(before: bytes, first: bytes) -> bool:
    """Return whether a letter, a digit or an underscore directly precedes a word."""
    is_adjacent = re.search(rb"\w\Z", before) and _WORD.match(first)
    return bool(is_adjacent) and not _ESCAPE_BEFORE.search(before[-_CONTROL_CONTEXT:])


def _is_binary(content: bytes, start: int, end: int) -> bool:
    around = content[max(0, start - _CONTROL_CONTEXT) : end + _CONTROL_CONTEXT]
    nul = content.find(b"\0", max(0, start - _NUL_CONTEXT), end + _NUL_CONTEXT)
    return nul >= 0 or _CONTROL.search(around) is not None


def _is_end_certain_in_binary(content: bytes, start: int, end: int) -> bool:
    """Return whether an end is certain among strings that may follow each other directly."""
    before, after = content[max(0, start - _CONTEXT) : start], content[end : end + _CONTEXT]
    if after[:1] in (b"", b"\0") or re.match(rb"</[A-Za-z]", after):
        return True
    quote = _QUOTED.search(before)
    if quote and quote[1] == after[:1]:
        return True
    line_end = LINE_END.match(after)
    if line_end:
        return bool(ASSIGNMENT.match(after, line_end.end()))
    return any(
        before.endswith(text)
        and find_prefixed_length(content, start - len(text)) == len(text) + end - start
        for text in _HEADER_STARTS
    )


def _is_end_certain_in_text(before: bytes, after: bytes, is_code: bool) -> bool:
    if invisible := INVISIBLE.match(after):
        after = after[invisible.end() :]
    if _WORD.match(after) or _MORE.match(after) or _INVALID.match(after):
        return False
    if marks := _DASHES.match(after) or _STARS.match(after):
        return _is_balanced(before, marks[0])
    if after[:1] == b"<":
        return _is_certain_at_tag(before, after, is_code)
    if _CONTINUED_LITERAL.match(after) or is_cobol_continued(before, after):
        return False
    return not is_line_continued(before, after, is_code)


def _is_balanced(before: bytes, marks: bytes) -> bool:
    """Return whether the same marks are on either side, as in Markdown."""
    return before[len(before.rstrip(marks[:1])) :] == marks


def _is_certain_at_tag(before: bytes, after: bytes, is_code: bool) -> bool:
    tags: list[tuple[bytes, bytes]] = []
    at = 0
    while tag := _TAG.match(after, at):
        tags.append(((tag[2] or b"").lower(), tag[1] or b""))
        at = tag.end()
    rest = after[at:]
    names = {name for name, _ in tags}
    if not _WORD.match(INVISIBLE.sub(b"", rest[:_CONTROL_CONTEXT])):
        is_wrapped = b"br" in names and LINE_END.match(rest)
        return not is_wrapped or not is_line_continued(before, rest, is_code)
    if names & _BLOCK_TAGS:
        return True
    # An element ends and another one starts, as in XML data: `</key><name>`.
    slashes = [
        slash
        for name, slash in tags
        if name not in _INLINE_TAGS and not name.startswith(_RUN_PREFIXES)
    ]
    return len(slashes) == len(tags) > 1 and slashes[0] == b"/" and slashes[-1] == b""
