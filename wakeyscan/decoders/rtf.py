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
from wakeyscan.decoders.split_prefix import list_parts

NAME = "rtf"

_SIGNATURE = rb"{\rtf"
_GAP_START = rb"[\r\n{}\\]"
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
    rb"(?x) (?: [\r\n]+ | \{ \\\* [^{}]{0,256} \} | [{}] | \\[-*] | " + _CONTROL_WORD
    + rb" | \\u (?: 173 | 8203 | 8288 ) [ ]? (?: \? | \\'[0-9a-f]{2} )? ){1,64}+"
)  # fmt: skip
"""Line ends, hidden groups, groups, optional hyphens, control words, invisible characters."""
_CONTROL = lazy_pattern(rb"[\r\n{}\\]")


encode, encode_again = encode_nothing, encode_nothing_again


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Return the parts of a split key prefix."""
    return list_parts(anchor, _PART_ENDS, _SINGLE_PARTS)


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text around each key that controls split, without the controls."""
    if _SIGNATURE in content:
        yield from join_keys(content, found, GapFormat(_GAP_START, _GAP, _read_gap, _find_end))


def _read_gap(content: bytes, part: Part, gap: re.Match[bytes]) -> Joint | None:
    return Joint(gap.end())


def _find_end(content: bytes, end: int) -> Span | None:
    """Return the start of controls after a key, which end it if no letter follows them."""
    control = _CONTROL.match(content, end)
    return control.span() if control else None
