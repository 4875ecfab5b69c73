"""The text of office documents (docx, pptx, xlsx, odt, …): a paragraph a line, its runs in one.

What lies between runs is left out; all else stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from wakeyscan.extractors._stream import Joined
from wakeyscan.extractors.extractor import ExtractionError, LimitExceeded, ReadBytes
from wakeyscan.extractors.office_xml import SEAM, SPAN

_NAMED = re.compile(
    r"(?:^|/)(?:(?:word|ppt)/.+|xl/(?:sharedStrings|comments\d*|worksheets/[^/]+)"
    r"|content|styles)\.xml$"
)
_PIECE = 1 << 20
_LONGEST = 8 << 20
"""Bytes of a paragraph; what is longer is none, and looked at as it is."""

_END = re.compile(rb"</(?:(?:w|a|text):[ph]|(?:\w+:)?+(?:si|is))>(?!\s*+\n)")


def runs_joined(name: str, read: ReadBytes) -> ReadBytes:
    """Read a member of a zip with the runs of its paragraphs joined, where its name is a text's."""
    return Joined(_joined(read)).read if _NAMED.search(name) else read


def _joined(read: ReadBytes) -> Iterator[bytes]:
    held, fault = b"", None
    while fault is None:
        piece = b""
        try:
            piece = read(_PIECE)
        except (ExtractionError, LimitExceeded) as closed:
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
        text = SPAN.sub(b"", text)
    return _END.sub(rb"\g<0>\n", SEAM.sub(b"", text))
