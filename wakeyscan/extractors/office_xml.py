"""Text of office documents, with the XML between the runs of a paragraph removed.

Word starts a new run at each spelling mark or revision, even within a word: a key that was typed
as one word is stored as `wa_</w:t></w:r><w:r><w:t>live_…`. The XML between two runs is removed
unless it may hold a key itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.extractors._stream import PieceReader
from wakeyscan.extractors.extractor import ExtractionError, LimitExceeded, ReadBytes

_ATTRIBUTES = rb"(?:\s(?![^<>]*[\w-]{24})[^<>]*+)?+/?+"
"""Attributes of a removed tag: without words of 24 characters or more, so without keys."""

_TEXT_TAGS = (
    b"t delText p br cr tab ptab sym noBreakHyphen instrText fldSimple fldChar fld tc tr tbl si is"
    b" rPh drawing pict object AlternateContent txbxContent oMath"
).split()
"""Tags that show something or end a word."""

_BETWEEN = rb"(?:\s*+</?+(?:\w+:)?+(?!(?:%b)[\s/>])\w++%b>)*+\s*+" % (
    b"|".join(_TEXT_TAGS),
    _ATTRIBUTES,
)
"""Other tags: runs, their style, marks of spelling and revision."""

_NO_KEY = rb"(?!%b)" % KEY_PREFIX.encode()
"""A key at the start of a run starts a word, so it is not joined to the run before it."""

SEAM = lazy_pattern(
    rb"</((?:\w+:)?+(?:t|delText))>%b<\1(?:\s[^<>]*+)?+(?<!/)>%b" % (_BETWEEN, _NO_KEY)
)
"""The XML between two runs, in Microsoft Office."""

SPAN = lazy_pattern(
    rb"</?text:(?:span|a|meta|soft-page-break|bookmark(?:-start|-end)?+|change(?:-start|-end)?+"
    rb"|reference-mark(?:-start|-end)?+)(?=[\s/>])%b>%b" % (_ATTRIBUTES, _NO_KEY)
)
"""A tag within a word, in OpenDocument."""

_TEXT_NAME = lazy_pattern(
    r"(?:^|/)(?:(?:word|ppt)/.+|xl/(?:sharedStrings|comments\d*|worksheets/[^/]+)"
    r"|content|styles)\.xml$"
)
"""Names of the members of a zip that hold text (docx, pptx, xlsx, odt, …)."""

_PARAGRAPH_ENDS = (b"</w:p>", b"</a:p>", b"</text:p>", b"</si>")
_LINE_END = lazy_pattern(rb"</(?:(?:w|a|text):[ph]|(?:\w+:)?+(?:si|is))>(?!\s*+\n)")
_PIECE = 1 << 20
_MAX_PARAGRAPH = 8 << 20
"""Maximum bytes of a paragraph; longer text is left unchanged."""


def join_runs(name: str, read: ReadBytes) -> ReadBytes:
    """Return a reader that yields a paragraph per line, with its runs joined.

    Members whose name is not that of a text are returned unchanged.
    """
    return PieceReader(_join_runs(read)).read if _TEXT_NAME.search(name) else read


def _join_runs(read: ReadBytes) -> Iterator[bytes]:
    buffer, error = b"", None
    while error is None:
        piece = b""
        try:
            piece = read(_PIECE)
        except (ExtractionError, LimitExceeded) as raised:
            error = raised
        if not piece:
            break
        buffer += piece
        cut = max(buffer.rfind(end) for end in _PARAGRAPH_ENDS)
        if cut > 0:
            yield _rewrite(buffer[:cut])
            buffer = buffer[cut:]
        elif len(buffer) > _MAX_PARAGRAPH:
            yield buffer
            buffer = b""
    yield _rewrite(buffer)
    if error:
        raise error


def _rewrite(text: bytes) -> bytes:
    if b"text:" in text:
        text = SPAN.sub(b"", text)
    return _LINE_END.sub(rb"\g<0>\n", SEAM.sub(b"", text))
