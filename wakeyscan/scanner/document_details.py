"""Details of the matches in a structured document: where they are in the document's own terms."""

from __future__ import annotations

from wakeyscan.core.errors import TimeoutExceeded
from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.scanner import decoding
from wakeyscan.scanner.excerpt import MAX_SECRETS, build_masks
from wakeyscan.scanner.secret_copies import mask_copies

if TYPE_CHECKING:
    from wakeyscan.core.document import Details, Document
    from wakeyscan.scanner import logical_locations
    from wakeyscan.scanner.context import ScanContext
    from wakeyscan.scanner.matcher import Match
else:
    # Only findings in structured documents need it.
    logical_locations = lazy_import("wakeyscan.scanner.logical_locations")

_STRUCTURED = (
    *(".ipynb", ".map", ".har", ".json", ".yml", ".yaml", ".jsonc", ".toml"),
    *(".tfstate", ".backup", ".tfplan"),
)
"""Name endings of documents in which a line and a column help a reader little."""


def find_details(
    document: Document, matches: list[Match], context: ScanContext
) -> dict[int, Details]:
    """Return the details of each match by its offset, with all secrets masked."""
    if not document.origin.path.lower().endswith(_STRUCTURED):
        return {}
    offsets = sorted({match.start for match in matches})
    secrets = frozenset(match.secret for match in matches)
    copied = secrets if len(secrets) <= MAX_SECRETS else frozenset()
    details = logical_locations.find_logical_locations(
        document, offsets, lambda text: mask_copies(_mask(text, context).encode(), copied)
    )
    return dict(zip(offsets, details, strict=True))


def _mask(text: str, context: ScanContext) -> str:
    """Return a name from a document with its secrets masked; after a timeout, an ellipsis."""
    content = text.encode()
    try:
        matches = decoding.find_matches(decoding.decode_text(content, context), context, depth=1)
    except TimeoutExceeded:
        return "…"
    return build_masks(content, matches).over(0, len(content)) if matches else text
