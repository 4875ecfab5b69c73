r"""Keys in RTF: line ends, groups and control words inside a key, such as `wa_{\b live_}…`.

RTF ignores line ends, which writers put anywhere. Word starts a new group at each spelling mark and
revision, also within a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.decoders._gaps import GapFormat, Joint, Part
from wakeyscan.decoders._joined_text import join_keys
from wakeyscan.decoders.decoder import (
    DecodedText,
    FoundAnchors,
    Span,
    encode_nothing,
    encode_nothing_again,
)
from wakeyscan.decoders.split_prefix import PREFIX, list_parts

NAME = "rtf"

_SIGNATURE = rb"{\rtf"
_HEAD = 64
"""Bytes of a file in which the signature may follow blanks."""
_GAP_START = rb"[\r\n{}\\]"
_GAP_MARKS = b"\r\n{}\\"
_PART_ENDS = (b"}", b"{", b"\\")
_SINGLE_PARTS = (b"_}{\\",)
"""A part of a prefix with a group for each letter."""
_ENDS = (
    rb"(?: par | pard | line | tab | cell | nestcell | row | nestrow | page | column | sect"
    rb" | bullet | (?: em | en | q[tm] )? space | [el]?quote | [lr]?dblquote | emdash | endash"
    rb" | u | bin )"
)
"""Control words that show something, end a word, or hold data."""
_CONTROL_WORD = rb"\\ (?! " + _ENDS + rb" (?![a-z]) ) [a-z]{1,32} -?[0-9]{0,10} [ ]?"
_GAP = lazy_pattern(
    rb"(?x) (?: [\r\n]+ | \{ \\\* [^{}]{0,256} \} | [{}] | \\[-*_] | " + _CONTROL_WORD
    + rb" | \\u (?: 173 | 8203 | 8288 ) [ ]? (?: \? | \\'[0-9a-f]{2} )? ){1,64}+"
)  # fmt: skip
"""Line ends, hidden groups, groups, hyphens, control words, invisible characters."""
_HYPHEN = lazy_pattern(rb"\\_|(\{\\\*[^{}]*\})")
"""A hyphen at which no line ends, outside of hidden groups."""
_CONTROL = lazy_pattern(rb"[\r\n{}]|\\(?!['_]|u-?[0-9]|e[mn]dash)")
"""A control that shows no character which may be written for one of a key."""


encode, encode_again = encode_nothing, encode_nothing_again


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Return the parts of a split key prefix."""
    return list_parts(anchor, _PART_ENDS, _SINGLE_PARTS)


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text around each key that controls split, without the controls."""
    if not is_rtf(content, found.path) and _SIGNATURE not in content:
        return
    gaps = GapFormat(_GAP_START, _GAP_MARKS, _GAP.match, _read_gap, _find_end)
    is_inside = _Rtf(content, found.path).has
    yield from join_keys(content, found, gaps, is_inside)


class _Rtf:
    """The parts of a text that are RTF: in the bytes of an archive, other members are not."""

    def __init__(self, content: bytes, path: str) -> None:
        self._content = content
        self._start, self._end = (0, len(content)) if is_rtf(content, path) else (-1, 0)

    def has(self, at: int) -> bool:
        """Return whether a place is in RTF; places must ascend."""
        if self._start <= at < self._end:
            return True
        self._start = self._content.rfind(_SIGNATURE, max(0, self._end), at)
        if self._start >= 0:
            end = self._content.find(b"\0", self._start)
            self._end = end if end >= 0 else len(self._content)
        if self._start >= 0 and at < self._end:
            return True
        self._start, self._end = -1, at - len(_SIGNATURE)  # nothing before is searched again
        return False


def is_rtf(content: bytes, path: str) -> bool:
    """Return whether a whole text is RTF, and does not only hold some."""
    return path.endswith(".rtf") or content[:_HEAD].lstrip().startswith(_SIGNATURE)


def _read_gap(content: bytes, part: Part, gap: re.Match[bytes]) -> Joint | None:
    """Return the end of a gap, and its hyphens: a prefix has none."""
    hyphens = b"-" * sum(not hidden for hidden in _HYPHEN.findall(gap[0]))
    return Joint(gap.end(), text=hyphens) if part.size >= len(PREFIX) or not hyphens else None


def _find_end(content: bytes, end: int) -> Span | None:
    """Return the start of controls after a key, which end it if no letter follows them."""
    control = _CONTROL.match(content, end)
    return control.span() if control else None
