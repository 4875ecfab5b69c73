"""One document: unwrap -> detect -> settle -> judge. Pure."""

from __future__ import annotations

from wakeyscan import unwrap
from wakeyscan.finding import Document, Finding, Origin
from wakeyscan.lens import Lens


def examine(
    document: Document, through: Lens, opener: unwrap.Opener | None = None
) -> list[Finding]:
    """List the findings of one document, by place; raises `detect.OutOfPatience`."""
    found = [(shown, some) for shown, some in unwrap.documents(document, through, opener) if some]
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
