"""Strings that no delimiter ends: where the string of a key starts and ends.

In binary data, and in a few text formats, the end is, in this order:

    where the table of a known format says so                         certain
    where a length before it says so, and nothing contradicts it      certain
    where a random text, and words after it, are the most likely      open

If no other string is found, the text after the key decides (see `scanner.bounds`).
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from itertools import pairwise

from wakeyscan.core.finding import Bounds
from wakeyscan.core.lazy import lazy_import, lazy_pattern
from wakeyscan.core.secret import MAX_KEY, MIN_KEY
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.scanner.nul_search import NulSearch
from wakeyscan.scanner.string_tables import Span, find_table_strings, is_program

if TYPE_CHECKING:
    from wakeyscan.scanner.strings import chunks, columns, endings, messages, other_ends
else:  # few keys are in binary data
    chunks = lazy_import("wakeyscan.scanner.strings.chunks")
    columns = lazy_import("wakeyscan.scanner.strings.columns")
    endings = lazy_import("wakeyscan.scanner.strings.endings")
    messages = lazy_import("wakeyscan.scanner.strings.messages")
    other_ends = lazy_import("wakeyscan.scanner.strings.other_ends")

_CONTROL_CONTEXT = 64
"""Bytes on either side of a key in which a control character shows binary data."""
_CONTROL = lazy_pattern(rb"[\x01-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f]")
_UTF_8_CONTEXT = 16
"""Bytes before a key in which a byte that is not UTF-8 shows binary data, or an old encoding."""
_CONTINUATION_BYTES = bytes(range(0x80, 0xC0))
_RUN = lazy_pattern(rb"[\w-]*+")
_NO_STRING = -8
_SCHEME = b"Bearer "
_QUOTES = (b'"', b"'", b"`")

# Text formats without delimiters: bencode, netstrings and pickle's protocol 0

_MARKS = (b":", b"V")
"""The last byte before such a string."""
_COUNT = lazy_pattern(rb"(?<![0-9])[1-9][0-9]{1,2}(?=:\Z)")
_ITEM = lazy_pattern(rb"[edl]*+(?:[0-9]{1,6}:|i-?[0-9]{1,20}e)")
_END = lazy_pattern(rb"e++(?![\w-])")
_BENCODED = lazy_pattern(rb"[dl]++[0-9]{1,6}:")
_COUNTED = lazy_pattern(rb"[dl(]*+[0-9]{1,6}:")
"""The start of a content of such items. Elsewhere, the end of a key may look like an item."""
_OPCODE_BEFORE = lazy_pattern(rb"(?:\A|[\n(a-z])V\Z")
_MEMO = lazy_pattern(rb"\r?\np[0-9]{1,9}\r?\n")
"""The instruction after each string of a pickle: it numbers the string."""


class UndelimitedString(NamedTuple):
    """The string of a key that may have no delimiters, as far as it is known."""

    start: int
    end: int
    bounds: Bounds | None = None
    """Whether its end is certain; `None`: the text after it decides."""
    is_whole: bool = False
    """Whether it is known where the string starts and ends, which may hold more than a key."""
    other_ends: tuple[int, ...] = ()
    """Other ends that it may have, the likeliest first, if only the bytes near it show its end."""


Strings = Mapping[int, Sequence[UndelimitedString]]
"""Strings by the offset of a key; the first one that holds a key counts."""


def find_strings(content: bytes, keys: Sequence[int]) -> Strings:
    """Return the strings that may have no delimiters.

    `keys` are the offsets of all keys, in ascending order.
    """
    nuls = NulSearch(content)
    tables = {
        at: _list_whole(content, at, [UndelimitedString(*span, is_whole=True) for span in spans])
        for at, spans in find_table_strings(content, keys).items()
    } or {
        at: _list_whole(content, at, [string])
        for at, span in messages.find_message_strings(content, keys).items()
        if (string := _find_in_message(content, at, span, nuls))
    }
    others = _find_outside_tables(content, keys, nuls, tables, lists_ends=True)
    return {**others, **tables}


def _list_whole(
    content: bytes, at: int, strings: list[UndelimitedString]
) -> list[UndelimitedString]:
    """Return the strings that hold a key, and the part of the first one from the key on.

    That part counts if a letter precedes the key. In a program, strings may overlap, so the letter
    and the key belong to one of them. A text that looks like a message has a single string, which
    is not whole.
    """
    if is_program(content) or not strings[0].is_whole:
        return strings
    return [*strings, UndelimitedString(at, strings[0].end, Bounds.OPEN)]


def _find_in_message(
    content: bytes, at: int, span: Span, nuls: NulSearch
) -> UndelimitedString | None:
    """Return the string of a key in a message of Protocol Buffers, if it is known.

    A text may look like a message by chance. Then it counts only if the byte before the key must be
    a length, since it is a letter; else it leaves an end between letters open.
    """
    start, end = span
    run_end = _find_run_end(content, at, len(content))
    is_text = not nuls.has_controls
    is_after_letter = _is_after_letter(content, at)
    is_key = start == at or content[start:at] == _SCHEME
    if is_key and (is_after_letter or not is_text):
        return UndelimitedString(start, end, is_whole=True)
    if is_after_letter:
        return None
    if not at < end < run_end:
        return None if is_text else UndelimitedString(start, end, is_whole=True)
    first, last = (max(0, at - 1), run_end) if is_text else span
    return UndelimitedString(first, last, Bounds.OPEN)


def find_prefixed_length(content: bytes, at: int, nuls: NulSearch) -> int:
    """Return the length of the key at an offset if the bytes before it prove it; else 0."""
    if nuls.has_only_delimited and content[at - 1 : at] not in _MARKS:
        return 0
    for string in _find_outside_tables(content, [at], nuls).get(at, ()):
        if string.bounds is Bounds.CERTAIN:
            return string.end - at
    return 0


def _find_outside_tables(
    content: bytes,
    keys: Sequence[int],
    nuls: NulSearch,
    tables: Container[int] = (),
    *,
    lists_ends: bool = False,
) -> dict[int, list[UndelimitedString]]:
    strings: dict[int, list[UndelimitedString]] = {}
    is_bare = nuls.has_bare_strings
    is_delimited = nuls.has_only_delimited
    previous_end = _NO_STRING
    for at, limit in pairwise((*keys, len(content))):
        if at in tables or (is_delimited and content[at - 1 : at] not in _MARKS):
            continue
        string: UndelimitedString | None
        if is_bare:
            string = _find_bare(content, at, limit)
        elif nuls.has_controls and (nuls.is_near(at, at) or _has_control(content, at)):
            string = _find_bencoded(content, at, limit)
            string = string or _find_in_binary(content, at, limit, previous_end)
        else:
            string = _find_in_text(content, at, limit, previous_end)
        if string:
            has_others = lists_ends and not is_bare
            strings[at] = [_add_other_ends(content, at, limit, string) if has_others else string]
            previous_end = string.end if string.bounds is Bounds.CERTAIN else _NO_STRING
    return strings


def _has_control(content: bytes, at: int) -> bool:
    low, high = max(0, at - _CONTROL_CONTEXT), at + MAX_KEY + _CONTROL_CONTEXT
    return _CONTROL.search(content, low, high) is not None


def _find_in_binary(content: bytes, at: int, limit: int, previous_end: int) -> UndelimitedString:
    run_end = _find_run_end(content, at, limit)
    if run_end - at < MIN_KEY:
        return UndelimitedString(at, run_end)
    if text := columns.find_text(content, at):
        bounds = Bounds.CERTAIN if text.is_key and text.end <= run_end else Bounds.OPEN
        return UndelimitedString(at, min(text.end, run_end), bounds)
    chunk = _find_chunk(content, at, run_end)
    return chunk or UndelimitedString(at, *endings.find_ending(content, at, run_end, previous_end))


def _find_chunk(content: bytes, at: int, run_end: int) -> UndelimitedString | None:
    """Return the first chunk of a string in several, in which a key starts."""
    first, *rest = chunks.list_chunks(content, at) or [(at, run_end)]
    return UndelimitedString(at, min(first[1], run_end), Bounds.OPEN) if rest else None


def _find_bencoded(content: bytes, at: int, limit: int) -> UndelimitedString | None:
    """Return a string of a bencoded content with binary strings, as a torrent has them."""
    if content[at - 1 : at] != b":" or not _BENCODED.match(content):
        return None
    end = _find_counted_end(content, at, _find_run_end(content, at, limit))
    return UndelimitedString(at, end, Bounds.CERTAIN) if end else None


def _add_other_ends(
    content: bytes, at: int, limit: int, string: UndelimitedString
) -> UndelimitedString:
    """Return the string of a key with the other ends that it may have; of a shorter one, as it is.

    To search for lengths takes longer than everything else, and a text may repeat the prefix.
    """
    if string.end - at < MIN_KEY:
        return string
    run_end = _find_run_end(content, at, limit)
    if string.bounds is Bounds.CERTAIN:
        others = other_ends.list_other_ends(content, at, run_end, string.end)
    else:
        others = other_ends.list_shown_ends(content, at, run_end, string.end)
    return string._replace(other_ends=others) if others else string


def _find_bare(content: bytes, at: int, limit: int) -> UndelimitedString:
    """Return a string that may end anywhere, unless it is in quotes: no delimiter ends its text."""
    run_end = _find_run_end(content, at, limit)
    is_quoted = content[at - 1 : at] == content[run_end : run_end + 1] in _QUOTES
    if run_end - at < MIN_KEY or is_quoted:
        return UndelimitedString(at, run_end)
    return UndelimitedString(at, *endings.find_ending(content, at, run_end, has_bare_strings=True))


def _find_in_text(
    content: bytes, at: int, limit: int, previous_end: int
) -> UndelimitedString | None:
    """Return a string whose end a length names; a text may have bytes that are not UTF-8."""
    is_marked = content[at - 1 : at] in _MARKS
    if is_marked and (end := _find_counted_end(content, at, _find_run_end(content, at, limit))):
        is_proved = content[at - 1 : at] == b"V" or _COUNTED.match(content) is not None
        return UndelimitedString(at, end, Bounds.CERTAIN if is_proved else Bounds.OPEN)
    if _is_utf_8(content, max(0, at - _UTF_8_CONTEXT), at):
        return None
    run_end = _find_run_end(content, at, limit)
    string = _find_in_binary(content, at, limit, previous_end)
    if string.bounds is Bounds.CERTAIN or _find_chunk(content, at, run_end):
        return string
    if endings.has_length(content, at, run_end, string.end, previous_end):
        return string._replace(bounds=Bounds.OPEN)
    return None if _is_after_letter(content, at) else UndelimitedString(at, run_end)


def _find_run_end(content: bytes, at: int, limit: int) -> int:
    run = _RUN.match(content, at, limit)
    return run.end() if run else at


def _is_after_letter(content: bytes, at: int) -> bool:
    return at > 0 and _find_run_end(content, at - 1, at) == at


def _is_utf_8(content: bytes, start: int, end: int) -> bool:
    """Return whether a part of a text is UTF-8; its first character may be cut."""
    text = content[start:end]
    try:
        (text.lstrip(_CONTINUATION_BYTES) if start else text).decode()
    except UnicodeDecodeError:
        return False
    return True


def _find_counted_end(content: bytes, start: int, run_end: int) -> int | None:
    """Return the end of a string if its format defines it, and no delimiter does.

    A number before a colon may also be that of a line. So it counts only before the next item.
    """
    before = content[max(0, start - 5) : start]
    if _OPCODE_BEFORE.search(before) and _MEMO.match(content, run_end):
        return run_end
    count = _COUNT.search(before)
    end = start + int(count[0]) if count else run_end
    return end if end < run_end and _is_item(content, end) else None


def _is_item(content: bytes, at: int) -> bool:
    """Return whether another item, or the end of a bencoded text, is at an offset."""
    if _ITEM.match(content, at):
        return True
    return _END.match(content, at) is not None and _BENCODED.match(content) is not None
