r"""Keys with markup or invisible characters inside, such as `wa_live_<wbr>…` or `wa\_live\_…`.

Highlighters put a key without quotes into several spans, pages break long words with `<wbr>` and
soft hyphens, and converters to Markdown escape underscores. LaTeX has many spellings for one.
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
    encode_nothing,
    encode_nothing_again,
)
from wakeyscan.decoders.rtf import is_rtf
from wakeyscan.decoders.split_prefix import PREFIX, list_parts

NAME = "markup"

_GAP_START = (
    rb"(?:[<&\xc2\xe2\xef]|\{?\\(?:[_+]|[A-Z]{2,3}[a-z]{0,16}Z|(?:text|allow|char|symb|hspa|disc))"
    rb"|(?<=\\_)\{\}|\$\\mathord)"
)
_GAP_MARKS = b"<&\xc2\xe2\xef\\"
_PART_ENDS = (b"<", b"&", b"\xe2\x80", b"\xe2\x81", b"\xc2\xad", b"\xef\xbb")
_SINGLE_PARTS = (b">_<", b"\x8b_\xe2", b"\xa0_\xe2", b"\xad_\xc2", rb"wa\_l")
"""Parts of a prefix with markup around its underscores, or with escaped underscores."""
_LATEX_PARTS = (
    b"Zus{}live",
    *(b"wa" + sign for sign in (b"\\_\\", rb"\+\_", rb"{\_}", rb"\textu", rb"{\textu")),
    *(rb"wa\char", rb"wa\symbol", rb"wa\_{}l"),
)
"""Parts of a prefix with spellings of its first underscore in LaTeX."""

_INVISIBLE = (
    rb"(?: \xc2\xad | \xe2\x80[\x8b-\x8f\xaa-\xae] | \xe2\x81[\xa0-\xaf] | \xef\xbb\xbf"
    rb" | (?i: & (?: shy | zerowidthspace | nobreak | nonbreakingspace | zwn?j | lrm | rlm"
    rb" | \#0*173 | \#x0*ad | \#0*820[3-7] | \#x0*200[b-f] | \#0*8288 | \#x0*2060"
    rb" | \#0*65279 | \#x0*feff ) ; )"
    rb" | (?i: < wbr [ \t]* /? > | </wbr> ) | <!-- (?: (?! --> ) [^<>] ){0,64} --> )"
)
"""A character, a reference or a tag that shows nothing within a word."""
_INLINE = (
    rb"(?: a | abbr | acronym | b | bdi | bdo | big | c | code | del | em | emphasis | font | i"
    rb" | ins | kbd | mark | nobr | q | s | samp | small | span | strike | strong | tspan | tt | u"
    rb" | var )"
)
_TAG = rb"(?i: < /? " + _INLINE + rb" (?: \s [^<>]{0,400} )? > )"
_ARGUMENT_END = rb"(?: \{\} | [ ] | (?![A-Za-z]) )"
_SPELLED_UNDERSCORE = (
    rb"(?: \\ (?: [A-Z]{2,3} [a-z]{0,16} Zus \{\} | textunderscore ARGUMENT_END"
    rb" | char (?: ` \\? _ | 95 | \"5F ) (?: \{\} | [ ] )? | symbol \{ 95 \} )"
    rb" | \{ \\ (?: _ | textunderscore (?: \{\} )? ) [ ]? \} )"
).replace(b"ARGUMENT_END", _ARGUMENT_END)
_SPELLED_HYPHEN = rb"(?: \\ [A-Z]{2,3} [a-z]{0,16} Zhy \{\} | \$ \\mathord \{-\} \$ )"
_LATEX_BREAK = (
    rb"\\ (?: \+ | allowbreak ARGUMENT_END | hspace \{ 0pt \} | discretionary \{\}\{\}\{\} )"
).replace(b"ARGUMENT_END", _ARGUMENT_END)
"""A place where a word may be broken; Doxygen writes them around `_`, and before capitals."""
_AFTER_UNDERSCORE = rb"(?<= \\_ ) \{\}"
"""What highlight writes after an escaped underscore."""
_SPELLING = lazy_pattern(
    rb"(?x) (?P<underscore> "
    + _SPELLED_UNDERSCORE
    + rb" ) | (?P<hyphen> "
    + _SPELLED_HYPHEN
    + rb" )"
)
_GAP = lazy_pattern(
    # No group inside: with a possessive quantifier, Python 3.11 confuses their spans.
    rb"(?x) (?: (?: "
    + rb" | ".join(
        (_SPELLED_UNDERSCORE, _SPELLED_HYPHEN, _LATEX_BREAK, rb"\\ (?= _ )", _AFTER_UNDERSCORE)
    )
    + rb" ){1,8}+ | (?: "
    + _INVISIBLE
    + rb" | "
    + _TAG
    + rb" ){1,32}+ )"
)
_ESCAPE_STARTS = (b"\\", b"{", b"$")
_SOFT_HYPHEN = b"\xc2\xad"
_SHOWN_TAG = lazy_pattern(rb"(?x) " + _TAG)
_OPENING = lazy_pattern(rb"<[A-Za-z][^<>]{0,400}>")
_INNER = lazy_pattern(rb"[A-Za-z0-9_-]{1,128}</[A-Za-z]{1,16}>[A-Za-z0-9_-]")
"""The rest of an element within a word, and the first letter after it."""
_HIGHLIGHTED = lazy_pattern(
    rb"class=[\"']?(?:[^\"'>]*\b(?:hljs|token|cm|mtk|pl|tok|sh|enlighter|syntax|highlight)\b"
    rb"|[a-z]{1,2}[0-9a-z]?[\"' >])|style=[\"'][^\"'>]{0,60}(?:color:|--shiki)"
)
"""An attribute of a highlighter: highlight.js, Prism, CodeMirror, Monaco, Pygments, Shiki."""


encode, encode_again = encode_nothing, encode_nothing_again


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Return the parts of a split key prefix."""
    return list_parts(anchor, _PART_ENDS, (*_SINGLE_PARTS, *_LATEX_PARTS))


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text around each key with markup inside, without the markup."""
    read_gap = _read_gap_in_rtf if is_rtf(content, found.path) else _read_gap
    yield from join_keys(content, found, GapFormat(_GAP_START, _GAP_MARKS, _GAP.match, read_gap))


def _read_gap_in_rtf(content: bytes, part: Part, gap: re.Match[bytes]) -> Joint | None:
    r"""Return the same as `_read_gap`, but for `\_`, which is a hyphen in RTF."""
    is_escape = gap[0].startswith(_ESCAPE_STARTS)
    is_plain = gap[0] == b"\\" and part.size < len(PREFIX)
    return None if is_escape and not is_plain else _read_gap(content, part, gap)


def _read_gap(content: bytes, part: Part, gap: re.Match[bytes]) -> Joint | None:
    """Return the end of the markup after a part of a key, unless it encloses a whole key.

    An element within a word, and a highlighter's, ends anywhere. Otherwise the rest of the key must
    look random. What is copied from a PDF may have a soft hyphen in place of a hyphen.
    """
    if gap[0].startswith(_ESCAPE_STARTS):
        signs = (b"_" if found["underscore"] else b"-" for found in _SPELLING.finditer(gap[0]))
        return Joint(gap.end(), text=b"".join(signs))
    if _SOFT_HYPHEN in gap[0] and part.size > len(PREFIX):
        return Joint(gap.end(), is_certain=False)
    if not part.is_key or not _SHOWN_TAG.search(gap[0]) or _is_highlighted(content, part, gap[0]):
        return Joint(gap.end())
    if not gap[0].startswith(b"</"):
        return Joint(gap.end(), is_certain=_INNER.match(content, gap.end()) is not None)
    is_inner = content.find(b"<", part.start, part.end) >= 0
    is_enclosed = not is_inner and content[part.start - 1 : part.start] == b">"
    return None if is_enclosed else Joint(gap.end(), is_certain=is_inner)


def _is_highlighted(content: bytes, part: Part, gap: bytes) -> bool:
    """Return whether a highlighter wrote the tags of a gap, or the one that the gap closes."""
    before = content[content.rfind(b"<", max(0, part.end - 512), part.end) : part.end]
    tags = [*_OPENING.findall(gap), *_OPENING.findall(before)]
    return any(map(_HIGHLIGHTED.search, tags))
