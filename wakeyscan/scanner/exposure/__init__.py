"""Exposure: who can see the file that holds a key."""

from __future__ import annotations

from wakeyscan.core.finding import Exposure
from wakeyscan.core.registry import Registry
from wakeyscan.core.typing import TYPE_CHECKING, Protocol
from wakeyscan.scanner.exposure.surroundings import Surroundings, build_surroundings

if TYPE_CHECKING:
    from wakeyscan.core.document import Origin


class ExposureRule(Protocol):
    """A module, or an object in one, that recognizes one kind of exposure."""

    EXPOSURE: Exposure
    BY_FILE: bool
    """Whether all keys of a file are exposed in the same way."""

    def is_exposed(self, key: Surroundings) -> bool:
        """Return whether a key in these surroundings is exposed in this way."""


EXPOSURE_RULES: Registry[ExposureRule] = Registry(
    "exposure rule",
    {
        # The widest exposure comes first: the first rule that applies decides.
        "browser": "wakeyscan.scanner.exposure.browser",
        "app": "wakeyscan.scanner.exposure.mobile:APP",
        "app setting": "wakeyscan.scanner.exposure.mobile:APP_SETTING",
        "log": "wakeyscan.scanner.exposure.paths:LOG",
        "documentation": "wakeyscan.scanner.exposure.paths:DOCUMENTATION",
        "configuration": "wakeyscan.scanner.exposure.paths:CONFIGURATION",
    },
)


class ExposureClassifier:
    """Classification of the keys in one document."""

    def __init__(self, origin: Origin, content: bytes) -> None:
        self._is_metadata = bool(origin.part)
        self._file = build_surroundings(origin.path, content)
        self._rules = tuple(
            rule
            for rule in EXPOSURE_RULES.values()
            if not rule.BY_FILE or rule.is_exposed(self._file)
        )

    def classify(self, start: int, end: int) -> Exposure:
        """Return the widest exposure of the key at `start:end`."""
        if self._is_metadata:
            return Exposure.METADATA
        key = self._file.of_key(start, end)
        for rule in self._rules:
            if rule.BY_FILE or rule.is_exposed(key):
                return rule.EXPOSURE
        return Exposure.SOURCE
