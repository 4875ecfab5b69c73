"""Parts of a split key prefix, and the parts that must precede them."""

from __future__ import annotations

from collections.abc import Iterator
from operator import methodcaller

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX, MAX_KEY, MIN_KEY
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wakeyscan.decoders.decoder import Span
    from wakeyscan.decoders.split_prefix import Check

PREFIX = KEY_PREFIX.encode()
QUOTES = (b'"', b"'", b"`")
CLOSINGS = (*QUOTES, b"\\")
"""Characters after a literal: a quote, or the backslash of an escaped quote in JSON."""
BARE_ENDS = (b"\n", b"\r", b" ", b";", b")", b"]", b",", b"<")
"""Characters after a value without quotes."""
_PART_ENDS = frozenset((*CLOSINGS, *BARE_ENDS))
TEMPLATE_STARTS = (b"{", b"$", b"#", b"%")
"""Characters that open the name of a variable after the first part of the prefix."""
BARE_STARTS = (b"=", b"}", b")", b"%", b";", b">", b" ", b"%s", b")s")
"""Texts before a value without quotes: an equals sign, or the end of a template."""
OPENINGS = (*QUOTES, *BARE_STARTS)
NEAR = 1 << 16
"""Bytes on either side of a part in which the strings of a large text are read."""
_SEPARATOR = b"_"
"""A letter of the prefix that may be the separator of joined literals."""
_OPERATOR_STARTS = (b"\\", b"$", b"#", b"{", b"%")
"""Characters with which an operator begins within a literal: an escape, a template, a format."""
_MAX_DISTANCE = 320
"""Maximum bytes before a part within which the previous part ends."""
_BODY_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_PREFIX = lazy_pattern(
    PREFIX + rb"(?=([\w-]{0,%d}+(?![\w-]))|([\w-]{0,256}))" % (MIN_KEY - len(PREFIX) - 1)
)
"""A whole prefix, before a word in a group: the first one if it is too short for the body of a key.
"""
_SHORT = 1
_NO_KEY = lazy_pattern(rb"[\w-]{128}[_-]*+[A-Za-z0-9]")
"""A word that is too long for the body of a key."""
_BARE_KEY = lazy_pattern(rb"[\w-]{16,128}+(?:\s|\Z)")
"""The body of a key before a blank."""
_REACH = 512
"""Bytes after a key in which its line ends and the next statement starts."""
_MAX_WORDS = 640
"""Bytes before the body of a key in which its list of bare words begins."""
_WORD_LISTS = (
    *(lazy_pattern(start + rb"\s?[\[({</|!]") for start in (b"qw", b"%w", b"~w")),
    lazy_pattern(rb"join (?:\{|\"\" |'' )"),
)
"""Starts of lists of bare words, such as `%w[a b]`; a key may have the letters alone."""
_STATEMENT = 80
"""Bytes of the next statement, which hold the operator that appends to a variable."""


class PreviousPart(NamedTuple):
    """The part of the prefix that precedes another part, in its own literal."""

    parts: tuple[bytes, ...]
    """All forms of the part: after an opening quote, or from the start of the prefix."""
    marks: tuple[bytes, ...]
    """The last two characters of each form."""

    def is_before(self, content: bytes | memoryview, offset: int) -> bool:
        """Return whether the part ends within the bytes before `offset`.

        Few places have a mark, so each is checked: a pattern takes ten times as long.
        """
        before = bytes(content[max(0, offset - _MAX_DISTANCE) : offset])
        for mark in self.marks:
            found = before.find(mark)
            while found >= 0:
                end = found + len(mark)
                if before[end : end + 1] in _PART_ENDS and before.endswith(self.parts, 0, end):
                    return True
                found = before.find(mark, found + 1)
        return False


def find_check(text: bytes) -> Check | None:
    """Return the check for a part of the prefix; `None` if its text alone is rare enough."""
    previous = find_previous_part(text)
    if not previous:
        return is_word_start if text[-1:] in BARE_ENDS else None
    return previous.is_before


def is_word_start(content: bytes | memoryview, offset: int) -> bool:
    """Return whether a value without quotes may start at an offset."""
    before = bytes(content[max(0, offset - 1) : offset])
    return not before.isalnum() and before not in (b"_", b"-", b"$")


def find_previous_part(text: bytes) -> PreviousPart | None:
    """Return what must precede a part of the prefix; nothing if the part starts the prefix.

    `text` is the part with a quote before it and perhaps one after it. Without this check, `"li"`
    and the start of `"ve_…` would match words in all kinds of code.
    """
    part = strip_opening(text).rstrip(b"".join((*CLOSINGS, *BARE_ENDS, *TEMPLATE_STARTS)))
    start = PREFIX.find(part)
    if start < 1:
        return None
    parts = list[bytes]()
    for end in _list_ends(start):
        parts += (quote + PREFIX[first:end] for quote in QUOTES for first in range(1, end))
        parts.append(PREFIX[:end])
    return PreviousPart(tuple(parts), tuple(dict.fromkeys(part[-2:] for part in parts)))


def list_bare_rests() -> Iterator[bytes]:
    """Yield the rests of a prefix after one or two letters, in values without quotes."""
    rests = [PREFIX[start:] for start in (1, 2, 3)]
    yield from (
        opening + rest
        for opening in BARE_STARTS
        for rest in rests
        if opening != b" " or rest != PREFIX[3:]
    )
    yield from (b"=" + PREFIX[3:-1] + end for end in (b"\n", b"\r"))


def strip_opening(text: bytes) -> bytes:
    """Return a part of the prefix without the quote, or what else is before its value."""
    return text[1:] if text[:1] in OPENINGS else text.removeprefix(b"%s").removeprefix(b")s")


def _list_ends(start: int) -> Iterator[int]:
    """Yield where the part ends before one that starts at `start`: a separator may be between."""
    yield start
    if PREFIX[start - 1 : start] == _SEPARATOR:
        yield start - 1


def find_open_prefixes(content: bytes) -> Iterator[Span]:
    """Yield the whole prefixes whose keys may be the first part of a longer one, with their words.

    After a word that is too short for the body of a key, another part must follow.
    """
    has_lists = holds_word_list(content, 0, len(content))
    for prefix in _PREFIX.finditer(content):
        group = prefix.lastindex or 0
        if group == _SHORT or _may_continue(content, prefix.end(), has_lists=has_lists):
            yield prefix.start(), prefix.end(group)


def build_open_check(content: bytes) -> Check:
    """Return the check that `find_open_prefixes` makes of each whole prefix in a content."""
    has_lists = holds_word_list(content, 0, len(content))

    def is_open(_: bytes | memoryview, at: int) -> bool:
        prefix = _PREFIX.match(content, at)
        return prefix is not None and (
            prefix.lastindex == _SHORT or _may_continue(content, prefix.end(), has_lists=has_lists)
        )

    return is_open


def _may_continue(content: bytes, start: int, *, has_lists: bool) -> bool:
    """Return whether the key whose body begins at `start` may be the first part of a longer one.

    A word that is too long for a key is not. Most keys are whole: a blank follows them, or they are
    closed at the end of their line, and the next statement begins with a name and appends nothing.
    Then the patterns of operators are not needed. `has_lists` states whether the content may have
    lists of bare words.
    """
    if (not has_lists and _BARE_KEY.match(content, start)) or _NO_KEY.match(content, start):
        return False
    rest = content[start : start + _REACH]
    after = rest.lstrip(_BODY_LETTERS)
    if len(PREFIX) + len(rest) - len(after) > MAX_KEY:
        return True
    if not after or after[:1].isspace():
        return has_lists and holds_word_list(content, max(0, start - _MAX_WORDS), start)
    if after[:1] not in QUOTES:
        return after[:1] in _OPERATOR_STARTS
    line_end = after[1:].lstrip(b" \t").removeprefix(b";").lstrip(b" \t")
    following = line_end.lstrip()[:_STATEMENT]
    is_cut = len(following) < _STATEMENT and len(rest) == _REACH
    if line_end[:1] not in (b"", b"\r", b"\n") or is_cut:
        return True
    return bool(following) and _may_append(following)


def holds_word_list(content: bytes, low: int, high: int) -> bool:
    """Return whether a list of bare words may start in `content[low:high]`."""
    return any(map(methodcaller("search", content, low, high), _WORD_LISTS))


def _may_append(statement: bytes) -> bool:
    """Return whether a statement may continue the literal before it."""
    if not statement[:1].isalpha() or statement.startswith(b"string"):
        return True
    has_literal = any(quote in statement[:3] for quote in QUOTES)
    return has_literal or any(text in statement for text in (b"+=", b".=", b"cat"))
