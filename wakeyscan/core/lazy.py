"""Deferred imports, for modules that most runs never need.

Python 3.15 has them built in (`lazy import`, PEP 810). Until that is our oldest version, a module
lists them once, at its top, instead of repeating imports inside functions:

    if TYPE_CHECKING:
        from wakeyscan.extractors import extract
    else:
        extract = lazy_import("wakeyscan.extractors.extract")
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class _LazyModule:
    """A placeholder for a module that is imported on first use."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(import_module(self._name), attribute)
        setattr(self, attribute, value)  # later uses skip this method
        return value


def lazy_import(name: str) -> Any:
    """Return a placeholder for the module `name`, which is imported on first use."""
    return _LazyModule(name)
