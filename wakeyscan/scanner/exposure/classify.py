"""Who gets to see the place where a key stands: the widest audience counts."""

from __future__ import annotations

from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure
from wakeyscan.scanner.exposure import browser, configuration, documentation, log, mobile
from wakeyscan.scanner.exposure.surroundings import find_surroundings

# The widest first. What nobody else gets to see is source.
_AUDIENCES = (
    (browser.is_exposed, Exposure.CLIENT_SIDE),
    (mobile.is_exposed, Exposure.CLIENT_SIDE),
    (log.is_exposed, Exposure.LOG),
    (documentation.is_exposed, Exposure.DOCUMENTATION),
    (configuration.is_exposed, Exposure.CONFIGURATION),
)


def classify_exposure(origin: Origin, content: bytes, start: int, end: int) -> Exposure:
    """Say who gets to see a key at `start:end` of a document's content."""
    if origin.part:
        return Exposure.METADATA
    spot = find_surroundings(origin.path, content, start, end)
    return next((by for is_exposed, by in _AUDIENCES if is_exposed(spot)), Exposure.SOURCE)
