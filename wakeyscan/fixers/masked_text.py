"""Lines of a text with all of its secrets masked, those in pieces too."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from wakeyscan.core.document import Document, Origin
from wakeyscan.core.redaction import escape_for_terminal
from wakeyscan.scanner import decoding
from wakeyscan.scanner.excerpt import Masks, build_masks

if TYPE_CHECKING:
    from wakeyscan.scanner.context import ScanContext


def mask_lines(path: str, content: bytes, context: ScanContext) -> list[str]:
    """Return the lines of a text in UTF-8 without their ends, safe to print."""
    masks = _build_masks(path, content, context)
    lines = content.splitlines(keepends=True)
    ends = list(accumulate(map(len, lines)))
    return [
        _format_line(masks, end - len(line), end, content)
        for line, end in zip(lines, ends, strict=True)
    ]


def _build_masks(path: str, content: bytes, context: ScanContext) -> Masks:
    document = Document(Origin(path), content)
    hits = context.prefilter(content)
    matches = [
        match
        for shown, text in decoding.decode_document(document, hits, context)
        if shown.content == content
        for match in decoding.find_matches(text, context)
    ]
    return build_masks(content, matches) if matches else Masks(content, (), (), ())


def _format_line(masks: Masks, start: int, end: int, content: bytes) -> str:
    stripped = content[start:end].rstrip(b"\r\n")
    return escape_for_terminal(masks.over(start, start + len(stripped)).replace("\t", "    "))
