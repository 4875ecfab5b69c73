"""One document: unwrap -> detect -> settle -> judge. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wakeyscan.core.document import Document, Origin
from wakeyscan.core.finding import Finding
from wakeyscan.scanner.context import ScanContext
from wakeyscan.scanner.prefilter.keywords import AnchorHit

if TYPE_CHECKING:
    from wakeyscan.scanner.decoding import ArchiveOpener


def detect_in_document(
    document: Document,
    context: ScanContext,
    hits: list[AnchorHit] | None = None,
    opener: ArchiveOpener | None = None,
) -> list[Finding]:
    """List the findings of one document, by place; raises `OutOfPatience`.

    `hits` are its anchors, for whoever looked for them already.
    """
    hits = context.prefilter(document.content) if hits is None else hits
    if not hits:
        return []
    from wakeyscan.scanner import (
        decoding,  # with what it takes 2 ms that a text with no anchor never pays
    )

    shown = decoding.decode_document(document, hits, context, opener)
    found = [(document, some) for document, some in shown if some]
    if not found:
        return []
    from wakeyscan.scanner import (
        findings,  # with its tables and patterns 5 ms that a clean file never pays
    )

    return [
        finding
        for shown, some in found
        for finding in findings.build_findings(shown, some, context)
    ]


def detect_in_name(origin: Origin, context: ScanContext) -> tuple[Origin, list[Finding]]:
    """Look for secrets in a document's name; give its origin with the name masked, and them."""
    path = origin.path.encode("utf-8", "surrogateescape")
    hits = context.prefilter(path)
    if not hits:
        return origin, []
    from wakeyscan.scanner import decoding

    matches = decoding.find_matches(path, hits, context)
    if not matches:
        return origin, []
    from wakeyscan.scanner import findings

    return findings.build_name_findings(origin, matches, context)
