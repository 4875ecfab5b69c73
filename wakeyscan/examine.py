"""One document: unwrap -> detect -> settle -> judge. Pure."""

from __future__ import annotations

from wakeyscan import unwrap
from wakeyscan.finding import Document, Finding, Origin
from wakeyscan.lens import Lens
from wakeyscan.prefilter import Hit


def examine(
    document: Document,
    through: Lens,
    opener: unwrap.Opener | None = None,
    hits: list[Hit] | None = None,
) -> list[Finding]:
    """List the findings of one document, by place; raises `detect.OutOfPatience`.

    `hits` are its anchors, for whoever looked for them already.
    """
    shown = unwrap.documents(document, through, opener, hits)
    found = [(document, some) for document, some in shown if some]
    if not found:
        return []
    from wakeyscan import judge  # with its tables and patterns 5 ms that a clean file never pays

    return [finding for shown, some in found for finding in judge.findings(shown, some, through)]


def examine_name(origin: Origin, through: Lens) -> tuple[Origin, list[Finding]]:
    """Look for secrets in a document's name; give its origin with the name masked, and them."""
    path = origin.path.encode("utf-8", "surrogateescape")
    matches = unwrap.matches(path, through)
    if not matches:
        return origin, []
    from wakeyscan import judge

    return judge.name(origin, matches, through)
