"""Protocols that cost nothing: only a type checker reads them, and `typing` takes 3 ms to load."""

from __future__ import annotations

from wakeyscan.core.lazy import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol as Protocol
else:

    class Protocol:
        """Base of classes that describe an interface."""
