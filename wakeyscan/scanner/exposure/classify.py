"""Who gets to see the place where a key stands: the widest audience counts."""

from __future__ import annotations

from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure
from wakeyscan.scanner.exposure import browser, configuration, documentation, log, mobile
from wakeyscan.scanner.exposure.surroundings import spot_of

# The widest first. What nobody else gets to see is source.
_AUDIENCES = (
    (browser.sees, Exposure.CLIENT_SIDE),
    (mobile.sees, Exposure.CLIENT_SIDE),
    (log.sees, Exposure.LOG),
    (documentation.sees, Exposure.DOCUMENTATION),
    (configuration.sees, Exposure.CONFIGURATION),
)


def exposure_of(origin: Origin, content: bytes, start: int, end: int) -> Exposure:
    """Say who gets to see a key at `start:end` of a document's content."""
    if origin.part:
        return Exposure.METADATA
    spot = spot_of(origin.path, content, start, end)
    return next((by for sees, by in _AUDIENCES if sees(spot)), Exposure.SOURCE)
