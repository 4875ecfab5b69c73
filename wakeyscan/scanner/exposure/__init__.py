"""Exposure: who can see the place where a key is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from wakeyscan.core.finding import Exposure
from wakeyscan.core.registry import Registry

if TYPE_CHECKING:
    from wakeyscan.scanner.exposure.surroundings import Surroundings


class ExposureRule(Protocol):
    """A module that recognizes one kind of place."""

    EXPOSURE: Exposure

    def is_exposed(self, spot: Surroundings) -> bool:
        """Return whether a key in these surroundings is exposed in this way."""


EXPOSURE_RULES: Registry[ExposureRule] = Registry(
    "exposure rule",
    {
        # The widest exposure first: the first rule that applies decides.
        "browser": "wakeyscan.scanner.exposure.browser",
        "mobile": "wakeyscan.scanner.exposure.mobile",
        "log": "wakeyscan.scanner.exposure.log",
        "documentation": "wakeyscan.scanner.exposure.documentation",
        "configuration": "wakeyscan.scanner.exposure.configuration",
    },
)
