"""Exposure: who can see the file that holds a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from wakeyscan.core.finding import Exposure
from wakeyscan.core.registry import Registry
from wakeyscan.scanner.exposure.surroundings import Surroundings, find_surroundings

if TYPE_CHECKING:
    from wakeyscan.core.document import Origin


class ExposureRule(Protocol):
    """A module, or an object in one, that recognizes one kind of exposure."""

    EXPOSURE: Exposure

    def is_exposed(self, key: Surroundings) -> bool:
        """Return whether a key in these surroundings is exposed in this way."""


EXPOSURE_RULES: Registry[ExposureRule] = Registry(
    "exposure rule",
    {
        # The widest exposure comes first: the first rule that applies decides.
        "browser": "wakeyscan.scanner.exposure.browser",
        "mobile": "wakeyscan.scanner.exposure.mobile",
        "log": "wakeyscan.scanner.exposure.paths:LOG",
        "documentation": "wakeyscan.scanner.exposure.paths:DOCUMENTATION",
        "configuration": "wakeyscan.scanner.exposure.paths:CONFIGURATION",
    },
)


def classify_exposure(origin: Origin, content: bytes, start: int, end: int) -> Exposure:
    """Return the widest exposure of a key at `content[start:end]`."""
    if origin.part:
        return Exposure.METADATA
    key = find_surroundings(origin.path, content, start, end)
    applying = (rule.EXPOSURE for rule in EXPOSURE_RULES.values() if rule.is_exposed(key))
    return next(applying, Exposure.SOURCE)
