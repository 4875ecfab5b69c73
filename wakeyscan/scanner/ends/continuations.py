"""Words that may continue a secret although its end is certain.

The proofs of an end know how programs wrap a text, and what other programs put around its lines. A
wrap that they do not know may look like a proof. So a secret is also read with the words in its
place on the next lines (see `columns`), and, at the end of its line, with the first words of the
next line, whatever precedes them there:

    after the secret    only quotes, brackets, tags, escapes, signs of frames
    before the word     the start of the line of the secret, a time, a number, other signs

A word that people write ends the search, as do another key, an option, a call, a comment, a block
of HTML and an entry with another time. The value of a name (`NAME=`, `name: `) is another setting,
and an item of a list another value, each maybe another secret. They are never read as a
continuation: the API would receive them. But if such a value may be the rest, the end is open.
"""

from __future__ import annotations

import re

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.line_starts import find_common_start
from wakeyscan.scanner.ends import columns, file_kinds, log_entries
from wakeyscan.scanner.ends.tags import begins_with_block
from wakeyscan.scanner.ends.text_end import BREAK, CONTEXT, ESCAPED_BREAK, KEY_PREFIX, Rest, TextEnd
from wakeyscan.scanner.ends.words import looks_random, read_piece

MAX_CONTINUATIONS = 3
"""Words that are tried: each costs a request."""

_MAX_LINES = 3
"""Lines up to the one with the words; between them are rules and blank lines."""
_MAX_LINE = 240
_MARKUP = rb"""(?: <[^<>\r\n]{0,200}> | &\#?\w{1,8};
    | \\+ (?: u[0-9a-f]{4} | x[0-9a-f]{2} | [tr"'`\\] ) | \x1b\[ [0-9;]{0,16} [A-Za-z] )"""
_BREAK = rb"(?:" + BREAK + rb"|" + ESCAPED_BREAK + rb")"
_LINE_END = lazy_pattern(
    rb"(?x) (?: [^\w\r\n\x0b\x0c\\%&<\x1b]++ | (?! "
    + _BREAK
    + rb" ) (?: "
    + _MARKUP
    + rb"| [%&<\\] )"
    rb" ){0,40}+ (?P<break> " + _BREAK + rb" )"
)
"""The rest of a line without a word."""
_LINE = lazy_pattern(
    rb"(?x) (?: [^\r\n\x0b\x0c\\%&]++ | (?! " + _BREAK + rb" ) [^\r\n\x0b\x0c] )*+"
)
_WORD = lazy_pattern(
    rb"(?x) "
    + _MARKUP
    + rb"""
    | (?P<option> (?<! [^\s"'`] ) (?: --? [A-Za-z]+ (?! [^\s"'`=] ) | --[a-z] ) )
    | (?P<word> [-_]{0,2} [A-Za-z0-9] [A-Za-z0-9_-]*+ )
      (?: (?P<name> \\* ["']? [ \t]*+ (?: =(?!=) | : (?= [\s"'\[{\\] | \Z ) ) )
        | [(\[/] | \.\w | :: | -> )?"""
)
_SPACED_BEFORE = lazy_pattern(rb"(?:\A|\n[ \t]*\r?\n)[^\n]*\Z")
_SPACED_AFTER = lazy_pattern(rb"(?:[^\n]*\n[ \t]*(?:\r?\n|\Z)){2}")
_LONE_WORD = lazy_pattern(
    rb"[ \t]*(?:\r?\n[ \t]*){2}[\w-]{1,128}[ \t]*(?:\r?\n[ \t]*(?:\r?\n|\Z)|\Z)"
)
_OPEN_MARKUP = lazy_pattern(rb"<[^<>]*\Z|&\#?\Z")
_ITEM = lazy_pattern(rb"[ \t]*(?:[-*]|[0-9]{1,3}[.)])[ \t]")
_ITEM_BEFORE = lazy_pattern(rb"(?:(?!/\*)[^\w-])*(?:[-*]|[0-9]{1,3}[.)])[ \t]+\Z")
_OTHER = lazy_pattern(rb"[ \t]*(?:\#|//|;|%|<!--|\*/|/\*|[}\])])")
"""The start of a comment, or the end of one or of a block."""
_SENTENCE_END = lazy_pattern(rb"[.!?:][\r\n]++(?![^\r\n]*\|[ ]*\.)")
"""The end of a sentence, unless psql wrote the dot, and another one on the next line."""
_NUMBER = lazy_pattern(rb"[0-9]")
_VALUE = lazy_pattern(rb"""([\w-]+)\\*["']?[ \t]*[:=][ \t]*\\*["'`]?\Z""")
_OPENING = b" \t\"'`\\"
_TEXT_NAMES = frozenset(b"body content data line log message msg output text".split())
"""Names of texts, whose values are lines."""


def find_continuations(end: TextEnd) -> list[list[Rest]]:
    """Return the words of the next lines that may be the rest of the secret.

    Each list is one way in which they continue it, one after the other.
    """
    below = columns.find_below(end)
    words = (columns.follow(end, word) for word in _find_words(end))
    return [below, *words] if below else [*words]


def may_be_in_next_value(end: TextEnd) -> bool:
    """Return whether the next line begins like that of the secret, and goes on with a random word.

    A program may have wrapped the text in a list, in a frame, or after a name that it repeats. The
    word may also be another secret, so it is not tried. In an entry of a log with another time, it
    must be the only one.
    """
    own, line = _read_lines(end)
    if not line or not own or _is_list_of_code(end, own, line):
        return False
    start = find_common_start(own, line[0])
    prefix, other, text = own[:start], line[0][:start], line[0][start:].lstrip(_OPENING)
    is_later = _is_later(own, log_entries.find_stamp(line[0]))
    has_other_number = prefix != other and not _ITEM_BEFORE.match(prefix)
    if not prefix.strip() or (has_other_number and not is_later) or KEY_PREFIX in line[0]:
        return False
    return looks_random(text) and (not is_later or len(text.split()) == 1)


def _is_list_of_code(end: TextEnd, own: bytes, line: re.Match[bytes]) -> bool:
    """Return whether the secret is the whole item or value of a list in source code."""
    is_whole = len(own) == find_common_start(own, line[0])
    return is_whole and file_kinds.is_source_code(end.path)


def _read_lines(end: TextEnd) -> tuple[bytes, re.Match[bytes] | None]:
    """Return the line of the secret up to it, and the next one, if only signs are between them."""
    line_end = _LINE_END.match(end.after)
    if not line_end or _SENTENCE_END.match(end.after) or file_kinds.is_table(end.path):
        return b"", None
    own = end.line.rpartition(line_end["break"])[2]
    if end.after.startswith(KEY_PREFIX, line_end.end() + len(own)):  # as in a list of keys
        return b"", None
    return own, _match_line(end.after, line_end.end())


def _match_line(text: bytes, at: int) -> re.Match[bytes] | None:
    return _LINE.match(text, at, at + _MAX_LINE)


def _find_words(end: TextEnd) -> list[Rest]:
    """Return the words with which the next line begins, if only signs follow the secret."""
    own, line = _read_lines(end)
    for _ in range(_MAX_LINES):
        if not line:
            break
        is_between = not line[0].strip() and _may_be_between(end)
        start = 0 if is_between else _skip_start(own, line[0])
        if start is None:
            break
        if _WORD.search(line[0], start):
            return _list_words(line[0], start, line.start())
        line_end = _LINE_END.match(end.after, line.end())
        line = _match_line(end.after, line_end.end()) if line_end else None
    return []


def _may_be_between(end: TextEnd) -> bool:
    """Return whether a blank line after the secret may be within it.

    Either every other line is blank, or the next text is a word alone between blank lines.
    """
    if _LONE_WORD.match(end.after):
        return True
    return bool(_SPACED_BEFORE.search(end.before) and _SPACED_AFTER.match(end.after))


def _skip_start(own: bytes, line: bytes) -> int | None:
    """Return where the text of the next line starts; `None` if it starts something else."""
    start = find_common_start(own, line)
    if markup := _OPEN_MARKUP.search(line, 0, start):
        start = markup.start()
    stamp = log_entries.find_stamp(line)
    if _is_later(own, stamp):
        return None
    is_other = _is_value(own, line, start) or _ITEM_BEFORE.match(line, 0, start)
    start = max(start, stamp.end() if stamp else 0)
    return None if is_other or _starts_something_else(line, start) else start


def _is_later(own: bytes, stamp: re.Match[bytes] | None) -> bool:
    """Return whether the next line begins with another time than the line of the secret."""
    return bool(stamp and len(own) < CONTEXT and log_entries.cut_fraction(stamp[0]) not in own)


def _is_value(own: bytes, line: bytes, start: int) -> bool:
    """Return whether the next line has another value of the name of the secret, or another key."""
    if own[start:].strip():
        return KEY_PREFIX in line
    value = _VALUE.search(own, 0, start)
    return value is not None and value[1].lower() not in _TEXT_NAMES


def _starts_something_else(line: bytes, start: int) -> bool:
    text = line[start:]
    if not text.strip():  # a program that numbers lines may have divided a line end
        return not _NUMBER.search(line)
    return bool(_ITEM.match(text) or _OTHER.match(text)) or begins_with_block(text)


def _list_words(line: bytes, start: int, offset: int) -> list[Rest]:
    words: list[Rest] = []
    for found in _WORD.finditer(line, start):
        word, is_last = found["word"], found.end() == len(line)
        if not found["option"] and (not word or (word.isdigit() and not is_last)):
            continue
        if found["option"] or not _may_be_rest(line, found, is_last=is_last):
            break
        words.append(Rest(word.rstrip(b"-_"), *(offset + at for at in found.span("word"))))
        if found["name"] or len(words) == MAX_CONTINUATIONS:
            break
    return words


def _may_be_rest(line: bytes, found: re.Match[bytes], *, is_last: bool) -> bool:
    """Return whether a word may be the rest of a key.

    A single letter is none, unless it is the last word.
    """
    is_letter = len(found["word"]) == 1 and not is_last
    return not is_letter and bool(read_piece(line[found.start("word") :]))
