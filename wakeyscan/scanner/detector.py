"""Detection of secrets in one document: decode, match, then build and classify the findings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.redaction import redact
from wakeyscan.core.secret import KEY_PREFIX
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.core.document import Document, Origin
    from wakeyscan.core.finding import Finding
    from wakeyscan.scanner import decoding, findings
    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.scanner.decoding import ArchiveOpener
    from wakeyscan.scanner.matcher import Match
    from wakeyscan.scanner.prefilter.anchors import AnchorHit
else:
    # A document without an anchor needs neither (2 ms), one without a match no findings (5 ms).
    decoding = lazy_import("wakeyscan.scanner.decoding")
    findings = lazy_import("wakeyscan.scanner.findings")


class MatchFound(Exception):
    """A document has a match, so a worker need not scan the rest of its unit."""


def detect_in_document(
    document: Document,
    context: ScanContext,
    hits: list[AnchorHit] | None = None,
    archives: ArchiveOpener | None = None,
) -> list[Finding]:
    """Return the findings in one document, by offset; raise `TimeoutExceeded`.

    `hits` are the anchors in its content, if the caller has run the prefilter already. Archives
    encoded in the document are opened if `archives` is given.
    """
    return list(find_in_document(document, context, hits, archives))


def find_in_document(
    document: Document,
    context: ScanContext,
    hits: list[AnchorHit] | None = None,
    archives: ArchiveOpener | None = None,
) -> Iterator[Finding]:
    """Yield what `detect_in_document` returns: a caller that stops early saves the rest."""
    hits = context.prefilter(document.content) if hits is None else hits
    if not hits:
        return
    for shown, text in decoding.decode_document(document, hits, context):
        matches = decoding.find_matches(text, context, archives)
        if context.stops_at_match and _has_own(matches, shown):
            raise MatchFound
        if matches:
            yield from findings.build_findings(shown, matches, context)


def _has_own(matches: Iterable[Match], document: Document) -> bool:
    """Return whether a finding comes from a match: in a chunk, not all do."""
    low, high = document.own or (0, len(document.content))
    return any(match.start < high and match.end > low for match in matches)


def detect_in_name(origin: Origin, context: ScanContext) -> tuple[Origin, list[Finding]]:
    """Return an origin with the secrets in its path masked, and the findings in the path."""
    path = origin.path.encode("utf-8", "surrogateescape")
    hits = context.prefilter(path)
    if not hits:
        return origin, []
    # A slash is a letter of base64, but the name of a file or folder ends there.
    names = decoding.decode_text(path.replace(b"/", b" "), context, hits=hits)
    matches = decoding.find_matches(names._replace(content=path), context)
    spans = {(match.start, match.end) for match in matches}
    inner = [
        match
        for match in _find_inside_words(path, hits, context)
        if (match.start, match.end) not in spans
    ]
    if not (matches or inner):
        return origin, []
    return findings.build_name_findings(origin, matches, inner, context)


def _find_inside_words(path: bytes, hits: list[AnchorHit], context: ScanContext) -> list[Match]:
    """Return the matches in a path that may be no key of their own.

    In `bwa_live_…`, the rest may be a key that is in a file, and a slash may be one of its letters.
    """
    spaced = re.sub(rb"\w(?=%b)" % KEY_PREFIX.encode(), b" ", path)
    return decoding.find_matches(decoding.decode_text(spaced, context, hits=hits), context)


def mask_name(origin: Origin, context: ScanContext) -> Origin:
    """Return an origin to display, its path without secrets and anything that looks like a key."""
    return redact_path(detect_in_name(origin, context)[0])


def redact_path(origin: Origin) -> Origin:
    """Return an origin to display; only the secrets that were found are masked in the given one."""
    return origin._replace(path=redact(origin.path))


def keep_new(
    found: Iterable[Finding], document: Document, detect: Callable[[Document], Iterable[Finding]]
) -> Iterator[Finding]:
    """Yield the findings that no version of the document before the change contains.

    A finding is the same if its secret and its line are the same; if a change duplicates a line,
    one of the two is new. Of a line, only the part that an excerpt shows is compared, without its
    secrets: a change far away on a long line, or to another secret on the line, does not matter.

    The context of all findings has `compares_lines` set.
    """
    known: Counter[tuple[str, str, bytes]] | None = None
    for finding in found:
        if known is None:  # most documents have no finding, and need no earlier version
            known = _count_known(document, detect)
        identity = _build_identity(finding)
        if known[identity] > 0:
            known[identity] -= 1
        else:
            yield finding


def _count_known(
    document: Document, detect: Callable[[Document], Iterable[Finding]]
) -> Counter[tuple[str, str, bytes]]:
    """Count each finding in the earlier versions of a document.

    It is the maximum over all parents: a merge adds the findings that no parent has.
    """
    known: Counter[tuple[str, str, bytes]] = Counter()
    for path, content in document.before() if document.before else ():
        origin = document.origin._replace(path=path)  # it tells the language of the content
        old = document._replace(origin=origin, content=content, own=None)
        known |= Counter(map(_build_identity, detect(old)))
    return known


def _build_identity(finding: Finding) -> tuple[str, str, bytes]:
    return finding.rule, finding.secret.fingerprint, finding.line_digest
