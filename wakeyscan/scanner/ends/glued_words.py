"""Words that follow a key directly, since no line end was printed between them.

A program prints a key without a line end, and what comes next is glued to it: the prompt of a
shell, an entry of a log, the label of a button. Then the text is too long, and looks whole. So the
text is also tried up to each place where such a word may start; random letters at the end of a key
may look like one, so it may also start later in the same run of letters.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import MIN_KEY

MAX_CUTS = 8
"""Places that are tried: each costs a request."""

_RUN = lazy_pattern(rb"(?:[A-Z]?[a-z]+|[A-Z]+|[0-9]+)\Z")
_MIN_RUN, _MIN_LAST_RUN, _MAX_STARTS = 3, 5, 4
"""Letters of a word, also before a delimiter, and places in a run at which it may start."""
_DELIMITER = lazy_pattern(rb"[ \t]*(?:[\r\n]|\Z)|[\"'`,;)\]}<&\\]")
_LONG_END = lazy_pattern(rb"(?:[a-z]{4}|[A-Z]{5}|[0-9]{3}|s|-[0-9]{2}(?:T[0-9]{2})?)\Z")
"""The end of a text that may be such a word before a delimiter."""
_MAX_LONG_END = 6
_STATUS = 3
"""Digits of a status of HTTP, which `curl -w` prints last."""
_OTHER_WORD = lazy_pattern(rb"\xc3[\x80-\xbf]|[ \t]*\x0c")
"""The rest of a word that is not English, or the end of a page after its number."""
_JOINT = lazy_pattern(rb"[-_]+[A-Za-z0-9]*\Z")
_DATE = lazy_pattern(rb"(?:19|20)[0-9]{2}(?:-[0-9]{2}){2}(?:T[0-9]{2})?\Z")
_PROMPT = lazy_pattern(
    rb"""(?x) @[\w.-]{1,64} [:\s] [^\r\n]{0,120}? [\#$%>]
    | \.[0-9]{1,2} [\#$] | : (?: [~/] [^\r\n]{0,120}? [\#$%>] | \\ [^\r\n]{0,120}? > )
    | [ ] [A-Z]: \\ [^\r\n]{0,120}? >"""
)
"""The rest of a prompt: after a user, a shell, a machine or a drive."""
_MAX_USER = 8
"""Letters at the end of a text that may be a user, a machine or a drive."""
_REACH = 256
"""Bytes after a text in which a prompt ends."""
_QUOTES = (b'"', b"'", b"`")


def is_before_prompt(content: bytes, start: int, end: int) -> bool:
    """Return whether the prompt of a shell begins with the last letters before a text."""
    return _PROMPT.match(content, start, end) is not None


def list_unglued(content: bytes, start: int, end: int) -> list[bytes]:
    """Return the key at `content[start:end]` up to each place where a glued word may start.

    Quotes enclose no such word.
    """
    is_delimited = _DELIMITER.match(content, end) is not None
    if is_delimited and not _LONG_END.search(content, max(start, end - _MAX_LONG_END), end):
        return []  # as for most keys
    quote, text = content[end : end + 1], content[start:end]
    if quote in _QUOTES and content[start - 1 : start] == quote:
        return []
    # Before a delimiter, most keys are whole, and few random ones end with a long word.
    shortest = _MIN_LAST_RUN if is_delimited else _MIN_RUN
    cuts = _list_cuts(text, 1 if _OTHER_WORD.match(content, end) else shortest)
    if is_before_prompt(content, end, end + _REACH):
        sizes = range(1, min(_MAX_USER, len(text) - MIN_KEY) + 1)
        cuts = chain(cuts, (text[:-size] for size in sizes))
    return [*islice(dict.fromkeys(cuts), MAX_CUTS)]


def _list_cuts(text: bytes, shortest: int) -> Iterator[bytes]:
    """Yield a key up to each place where one of the last words of so many letters may start."""
    if text.endswith(b"s"):  # of a plural
        yield text[:-1]
    if date := _DATE.search(text, MIN_KEY):
        text = text[: date.start()]
        yield text
    while len(text) > MIN_KEY:
        run = _RUN.search(text, MIN_KEY)
        if not run or len(run[0]) < (min(shortest, _STATUS) if run[0].isdigit() else shortest):
            break
        start, last = run.start(), run.end() - min(2, shortest) + 1
        yield from (text[:at] for at in range(start, min(last, start + _MAX_STARTS)))
        if run[0].isdigit():
            yield text[:-_STATUS]
        joint = _JOINT.search(text, MIN_KEY, start)
        text = text[: joint.start() if joint and joint.end() == start else start]
        shortest = _MIN_RUN
