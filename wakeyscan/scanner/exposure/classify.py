"""Classification of findings by who can see them."""

from __future__ import annotations

from wakeyscan.core.document import Origin
from wakeyscan.core.finding import Exposure
from wakeyscan.scanner.exposure import EXPOSURE_RULES
from wakeyscan.scanner.exposure.surroundings import find_surroundings


def classify_exposure(origin: Origin, content: bytes, start: int, end: int) -> Exposure:
    """Return the widest exposure of a key at `content[start:end]`."""
    if origin.part:
        return Exposure.METADATA
    spot = find_surroundings(origin.path, content, start, end)
    applying = (rule.EXPOSURE for rule in EXPOSURE_RULES.values() if rule.is_exposed(spot))
    return next(applying, Exposure.SOURCE)
