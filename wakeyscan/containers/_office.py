"""The text of office documents (docx, pptx, xlsx, odt, …): a paragraph a line, its runs in one.

Word begins a run where a spelling mark or a revision does, in the midst of a word: what was typed
as one key stands as `wa_</w:t></w:r><w:r><w:t>live_…`. What lies between is left out, unless it may
hold a key itself; all else stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.containers._stream import Joined
from wakeyscan.display import KEY_PREFIX
from wakeyscan.member import Closed, Read, Spent

_NAMED = re.compile(
    r"(?:^|/)(?:(?:word|ppt)/.+|xl/(?:sharedStrings|comments\d*|worksheets/[^/]+)"
    r"|content|styles)\.xml$"
)
_PIECE = 1 << 20
_LONGEST = 8 << 20
"""Bytes of a paragraph; what is longer is none, and looked at as it is."""

_ATTRIBUTES = rb"(?:\s(?![^<>]*[\w-]{24})[^<>]*+)?+/?+"
"""Of a tag that is left out: a key, which is longer than the least of these words, is in none."""

_ENDING = (
    b"t delText p br cr tab ptab sym noBreakHyphen instrText fldSimple fldChar fld tc tr tbl si is"
    b" rPh drawing pict object AlternateContent txbxContent oMath"
).split()
"""Tags of what shows something, or ends a word."""

_BETWEEN = rb"(?:\s*+</?+(?:\w+:)?+(?!(?:%b)[\s/>])\w++%b>)*+\s*+" % (
    b"|".join(_ENDING),
    _ATTRIBUTES,
)
"""Tags that show nothing and end nothing: runs, how they look, marks of spelling and revision."""

_WHOLE = rb"(?!%b)" % KEY_PREFIX.encode()
"""A key that begins a run begins a word, whatever is glued to it there."""

_SEAM = re.compile(
    rb"</((?:\w+:)?+(?:t|delText))>%b<\1(?:\s[^<>]*+)?+(?<!/)>%b" % (_BETWEEN, _WHOLE)
)
_SPAN = re.compile(
    rb"</?text:(?:span|a|meta|soft-page-break|bookmark(?:-start|-end)?+|change(?:-start|-end)?+"
    rb"|reference-mark(?:-start|-end)?+)(?=[\s/>])%b>%b" % (_ATTRIBUTES, _WHOLE)
)
_END = re.compile(rb"</(?:(?:w|a|text):[ph]|(?:\w+:)?+(?:si|is))>(?!\s*+\n)")


def runs_joined(name: str, read: Read) -> Read:
    """Read a member of a zip with the runs of its paragraphs joined, where its name is a text's."""
    return Joined(_joined(read)).read if _NAMED.search(name) else read


def _joined(read: Read) -> Iterator[bytes]:
    held, fault = b"", None
    while fault is None:
        piece = b""
        try:
            piece = read(_PIECE)
        except (Closed, Spent) as closed:
            fault = closed
        if not piece:
            break
        held += piece
        cut = max(held.rfind(end) for end in (b"</w:p>", b"</a:p>", b"</text:p>", b"</si>"))
        if cut > 0:
            yield _rewritten(held[:cut])
            held = held[cut:]
        elif len(held) > _LONGEST:
            yield held
            held = b""
    yield _rewritten(held)
    if fault:
        raise fault


def _rewritten(text: bytes) -> bytes:
    if b"text:" in text:
        text = _SPAN.sub(b"", text)
    return _END.sub(rb"\g<0>\n", _SEAM.sub(b"", text))
