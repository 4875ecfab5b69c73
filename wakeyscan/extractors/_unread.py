"""What is known by its first bytes and not opened: that is said, a gap, and no less."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from wakeyscan.extractors.extractor import ExtractionBudget, ExtractionError, Member

SEEKS = False

_REASON = "nothing here reads this format: unpack it, and scan what comes out"


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Raise `ExtractionError`."""
    raise ExtractionError(_REASON)
